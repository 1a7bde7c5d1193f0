"""A company with very many cases: ``python -m tests.bench.data URL [--cases 100000]``.

The example company's three cases are real: the engine has run them. They are copied inside the
database, one ``INSERT … SELECT`` per table, each copy with ids of its own, other people (one team
per 1,000 cases), another town in its customer's name, other days, and its open user tasks five
times over: per 100,000 cases about 1.1 million open user tasks and 11 million facts. A copy can be
looked at and worked on like any case; only its hash chains cannot be verified, since a copy's ids
are not those that were hashed.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from sqlalchemy import Connection, Engine, Row, create_engine, event, insert, inspect, select, text

from engine import load_config
from engine.store.tables import PersonTable
from engine.store.words import index_person, of_text
from web import example
from web.cli.common import diagrams, plan_folder

CONFIG = Path(__file__).parents[2] / "config.toml"
CASES_PER_TEAM = 1_000
COPIES_OF_OPEN_TASKS = 5
SHARES = ((0,), (1, 2, 3, 4), (5, 6, 7, 8, 9))
"""Which last digits of a copy's number are copies of which case: the oldest case, with the
longest history, is the rarest."""
FIRST_NAMES = (
    "Anna Bengt Cecilia David Elsa Fredrik Greta Hans Ingrid Johan Karin Lars Maria Nils Olga "
    "Per Rut Sven Tova Ulf Vera Wilma Yngve Zara Åsa Ärla Östen"
)
LAST_NAMES = (
    "Andersson Berg Carlsson Dahl Ek Forsberg Gren Holm Isaksson Jansson Karlsson Lind Moberg "
    "Nyström Olsson Persson Quist Rosén Sjögren Törn Ullman Wiberg Zetterlund Åkesson Öberg"
)
TOWNS = (
    "Arvika Boden Charlottenberg Dals Eskilstuna Falun Gävle Halmstad Idre Jokkmokk Kiruna "
    "Lund Malmö Norrtälje Orsa Piteå Ronneby Sala Tierp Umeå Vara Ystad Åmål Ängelholm Örebro"
)
RARE_TOWN, OLD_TOWN = "Haparanda", "Visby"
"""The one is in the name of every thousandth customer, the other in those of the oldest tenth."""
TEAM = 0xA0000000
"""Where the numbers of teams begin in ids; those of cases begin at 1."""
BATCH = 2_000
"""Cases per statement: so much is one transaction."""

ID_COLUMNS = {
    "process_case": ("id", "customer_id"),
    "instance": ("id", "case_id", "parent_id"),
    "plan_item": ("id", "case_id"),
    "timer": ("id", "case_id", "instance_id"),
    "subscription": ("id", "case_id", "instance_id"),
    "task": ("id", "case_id", "instance_id"),
    "signature": ("id", "case_id", "instance_id", "task_id"),
    "history": ("case_id", "instance_id", "chain"),
}
"""The tables of a case in the order of their references, and the ids that each copy has anew."""
PERSON_COLUMNS = {"assignee_id", "completed_by", "draft_by", "person_id", "signer_id", "actor_id"}
NAME_COLUMNS = {"actor_name": "actor_id", "signer_name": "signer_id"}
TIMES = {"started_at", "opened_at", "ended_at", "at"}
DATES = {"due", "start_date"}


def load(url: str, cases: int) -> None:
    """Fill the empty database at ``url`` with the example company and ``cases`` copies."""
    example.make(url, load_config(CONFIG), diagrams([plan_folder()]))
    engine = _quick(url)
    teams = max(1, cases // CASES_PER_TEAM)
    with engine.begin() as connection:
        templates = connection.execute(
            text("SELECT id, customer_id, title FROM process_case ORDER BY number")
        ).all()
        _copy_people(connection, teams)
        for share, template in zip(SHARES, templates, strict=True):
            _copy_customers(connection, template.customer_id, cases, share)
    indexes = _drop_indexes(engine)
    for table in (*ID_COLUMNS, "case_word"):
        started = time.monotonic()
        for share, template in zip(SHARES, templates, strict=True):
            for first in range(1, cases + 1, BATCH):
                numbers = first, min(first + BATCH - 1, cases)
                with engine.begin() as connection:
                    if table == "case_word":
                        _find_words(connection, template, numbers, share, cases)
                    else:
                        _copy(connection, table, template.id, numbers, share, (teams, cases))
        print(f"  {table}: {time.monotonic() - started:.0f} s", flush=True)
    started = time.monotonic()
    for statement in indexes:
        with engine.begin() as connection:
            connection.execute(text(statement))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE" if _is_postgresql(engine) else "ANALYZE"))
    print(f"  indexes and statistics: {time.monotonic() - started:.0f} s", flush=True)
    engine.dispose()


def _quick(url: str) -> Engine:
    """An engine that does not wait for the disk: what is loaded can be loaded again."""
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    if _is_postgresql(engine):
        event.listen(
            engine,
            "connect",
            lambda raw, _: raw.execute("SET synchronous_commit = off; SET work_mem = '256MB'"),
        )
    else:
        event.listen(engine, "connect", lambda raw, _: raw.execute("PRAGMA synchronous = OFF"))
    return engine


def _is_postgresql(engine: Engine) -> bool:
    return engine.dialect.name == "postgresql"


# ---------------------------------------------------------------- what a copy is


class _Words:
    """The same expression in the words of either database."""

    def __init__(self, connection: Connection) -> None:
        self.postgresql = connection.dialect.name == "postgresql"

    def renumbered(self, column: str, number: str) -> str:
        """The id with its first eight digits replaced by the number."""
        if self.postgresql:
            return f"lpad(to_hex(({number})::bigint), 8, '0') || substr({column}, 9)"
        return f"printf('%08x', {number}) || substr({column}, 9)"

    def earlier(self, column: str) -> str:
        """A time that lies five minutes earlier with every copy: 100,000 make a year."""
        if self.postgresql:
            return f"{column} - n * interval '5 minutes'"
        return f"strftime('%Y-%m-%d %H:%M:%f', {column}, '-' || (n * 5) || ' minutes') || '000'"

    def other_day(self, column: str) -> str:
        """A date up to 20 days earlier or 100 days later."""
        if self.postgresql:
            return f"{column} + (n % 120 - 20)::int"
        return f"date({column}, (n % 120 - 20) || ' days')"

    def town(self, cases: int) -> str:
        """Where the customer of a copy is."""
        towns = TOWNS.split()
        others = " ".join(f"WHEN {i} THEN '{town}'" for i, town in enumerate(towns))
        return (
            f"CASE WHEN n % 1000 = 7 THEN '{RARE_TOWN}' "
            f"WHEN n * 10 > {cases * 9} THEN '{OLD_TOWN}' "
            f"ELSE CASE n % {len(towns)} {others} END END"
        )

    def series(self, first: int, last: int) -> str:
        if self.postgresql:
            return f"generate_series({first}, {last}) AS s(n)"
        return (
            f"(WITH RECURSIVE r(n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM r "
            f"WHERE n < {last}) SELECT n FROM r) AS s"
        )


def _copy(
    connection: Connection,
    table: str,
    template: str,
    numbers: tuple[int, int],
    share: Sequence[int],
    size: tuple[int, int],
) -> None:
    words = _Words(connection)
    columns = [c["name"] for c in inspect(connection).get_columns(table)]
    if table == "history":
        columns.remove("id")
    values = [_value(words, table, column, size) for column in columns]
    if table == "task":
        _own_place(columns, values)
    case = "t.id" if table == "process_case" else "t.case_id"
    source = f"{table} AS t CROSS JOIN {words.series(*numbers)}"
    chosen = f"{case} = '{template}' AND s.n % 10 IN ({', '.join(map(str, share))})"
    statement = f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)} FROM "
    connection.execute(text(statement + f"{source} WHERE {chosen}"))
    if table == "task":
        # The further copies of open tasks: their ids have an x in the ninth place.
        at = columns.index("id")
        values[at] = f"substr({values[at]}, 1, 8) || 'x' || c.k || substr(t.id, 11)"
        _own_place(columns, values)
        more = " CROSS JOIN " + words.series(1, COPIES_OF_OPEN_TASKS - 1).replace(" s", " c")
        if words.postgresql:
            more = more.replace("c(n)", "c(k)")
        else:
            more = more.replace("SELECT n FROM r) AS c", "SELECT n AS k FROM r) AS c")
        statement = f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)} FROM "
        open_ones = f"{source}{more} WHERE {chosen} AND t.state = 'open'"
        connection.execute(text(statement + open_ones))


def _own_place(columns: Sequence[str], values: list[str]) -> None:
    """Give each copy of a task a place of its own in the lists."""
    values[columns.index("place")] = f"t.place || {values[columns.index('id')]}"


def _value(words: _Words, table: str, column: str, size: tuple[int, int]) -> str:
    name = f"t.{column}"
    teams, cases = size
    if column in ID_COLUMNS[table]:
        return words.renumbered(name, "n")
    if column in PERSON_COLUMNS:
        person = words.renumbered(name, f"{TEAM} + n % {teams}")
        return f"CASE WHEN length({name}) = 32 THEN {person} ELSE {name} END"
    if column in NAME_COLUMNS:
        person = words.renumbered(f"t.{NAME_COLUMNS[column]}", f"{TEAM} + n % {teams}")
        return f"coalesce((SELECT p.name FROM person p WHERE p.id = {person}), {name})"
    if column in TIMES:
        return words.earlier(name)
    if column in DATES:
        return words.other_day(name)
    if column == "number":
        return "'K-' || n"
    if column == "title":
        return f"{name} || ' ' || {words.town(cases)} || ' ' || n"
    return name


def _find_words(
    connection: Connection,
    template: Row[tuple[str, str, str]],
    numbers: tuple[int, int],
    share: Sequence[int],
    cases: int,
) -> None:
    """The words that the copies are found by: those of ``K-7``, of ``X7`` and of the name."""
    words = _Words(connection)
    of_name = [f"'{word}'" for word in sorted(of_text(template.title))]
    found = [*of_name, words.town(cases).lower(), "'k'", "'' || n", "'k' || n", "'x' || n"]
    case = words.renumbered(f"'{template.id}'", "n")
    for word in found:
        connection.execute(
            text(
                f"INSERT INTO case_word (case_id, word) SELECT {case}, {word} "
                f"FROM {words.series(*numbers)} WHERE s.n % 10 IN ({', '.join(map(str, share))})"
            )
        )


def _copy_people(connection: Connection, teams: int) -> None:
    """As many people for every thousand cases, all of them with names."""
    people = connection.execute(select(PersonTable)).mappings().all()
    firsts, lasts = FIRST_NAMES.split(), LAST_NAMES.split()
    for team in range(teams):
        for place, person in enumerate(people):
            number = team * len(people) + place
            first = firsts[number % len(firsts)]
            last = lasts[number // len(firsts) % len(lasts)]
            copy = {
                "id": f"{TEAM + team:08x}{person['id'][8:]}",
                "username": f"{person['username']}-{team}",
                "name": f"{first} {last}",
                "email": None,
            }
            connection.execute(insert(PersonTable).values({**person, **copy}))
            index_person(connection, copy["id"], copy["username"], copy["name"])


def _copy_customers(
    connection: Connection, template: str, cases: int, share: Sequence[int]
) -> None:
    words = _Words(connection)
    columns = [c["name"] for c in inspect(connection).get_columns("customer")]
    values = {c: f"t.{c}" for c in columns}
    values["id"] = words.renumbered("t.id", "n")
    values["name"] = f"t.name || ' ' || {words.town(cases)} || ' ' || n"
    values["org_number"] = "'X' || n"
    connection.execute(
        text(
            f"INSERT INTO customer ({', '.join(columns)}) SELECT {', '.join(values.values())} "
            f"FROM customer AS t CROSS JOIN {words.series(1, cases)} "
            f"WHERE t.id = '{template}' AND s.n % 10 IN ({', '.join(map(str, share))})"
        )
    )


# ---------------------------------------------------------------- indexes


def _drop_indexes(engine: Engine) -> list[str]:
    """Drop the indexes of the large tables (and PostgreSQL's foreign keys to them, which would be
    looked up row by row); what makes them again."""
    with engine.begin() as connection:
        found = list(_postgresql(connection) if _is_postgresql(engine) else _sqlite(connection))
        for drop, _ in found:
            connection.execute(text(drop))
    return [again for _, again in reversed(found)]


def _postgresql(connection: Connection) -> Iterator[tuple[str, str]]:
    tables = ", ".join(f"'{t}'" for t in (*ID_COLUMNS, "case_word"))
    for row in connection.execute(
        text(
            "SELECT conrelid::regclass AS of, conname AS name, pg_get_constraintdef(oid) AS is "
            f"FROM pg_constraint WHERE contype = 'f' AND conrelid::regclass::text IN ({tables})"
        )
    ).mappings():
        yield (
            f"ALTER TABLE {row['of']} DROP CONSTRAINT {row['name']}",
            f"ALTER TABLE {row['of']} ADD CONSTRAINT {row['name']} {row['is']}",
        )
    for row in connection.execute(
        text(
            "SELECT i.indexname AS name, i.indexdef AS is FROM pg_indexes i "
            f"WHERE i.schemaname = current_schema() AND i.tablename IN ({tables}) "
            "AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conname = i.indexname)"
            # The copies of a case are found by these while they are made.
            "AND i.indexname NOT LIKE '%case_id' AND i.indexname NOT IN "
            "('ix_history_case', 'ix_task_case', 'ix_plan_item_order')"
        )
    ).mappings():
        yield f"DROP INDEX {row['name']}", row["is"]


def _sqlite(connection: Connection) -> Iterator[tuple[str, str]]:
    for row in connection.execute(
        text(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL "
            "AND tbl_name = 'history' AND name != 'ix_history_case'"
        )
    ):
        yield f"DROP INDEX {row.name}", row.sql


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("url")
    parser.add_argument("--cases", type=int, default=100_000)
    given = parser.parse_args()
    started = time.monotonic()
    load(given.url, given.cases)
    print(f"{given.cases} cases in {time.monotonic() - started:.0f} s")


if __name__ == "__main__":
    main()
