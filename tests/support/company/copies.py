"""Cases copied: the rows that real ones have, and what is other in each copy of them.

A copy has ids of its own, other people (one team per 1,000 cases), another town in its customer's
name, other days, and its open user tasks five times over. It can be looked at and worked on like
any case; only its hash chains cannot be verified, since its ids are not those that were hashed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Final

from engine.store.words import of_text
from tests.support.company.values import Values

CASES_PER_TEAM: Final = 1_000
COPIES_OF_OPEN_TASKS: Final = 5
SHARES: Final = ((0,), (1, 2, 3, 4), (5, 6, 7, 8, 9))
"""Which last digits of a copy's number are copies of which case: the oldest case, with the
longest history, is the rarest."""
TOWNS: Final = (
    "Arvika Boden Charlottenberg Dals Eskilstuna Falun Gävle Halmstad Idre Jokkmokk Kiruna "
    "Lund Malmö Norrtälje Orsa Piteå Ronneby Sala Tierp Umeå Vara Ystad Åmål Ängelholm Örebro"
).split()
RARE_TOWN, OLD_TOWN = "Haparanda", "Visby"
"""The one is in the name of every thousandth customer, the other in those of the oldest tenth."""
TEAM: Final = 0xA0000000
"""Where the numbers of teams begin in ids; those of cases begin at 1."""
FIVE_MINUTES: Final = 5 * 60 * 1_000_000
"""Microseconds by which every copy lies earlier than the one before: 100,000 make a year."""

CASE: Final = "process_case"
ID_COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "customer": ("id",),
    "process_case": ("id", "customer_id"),
    "instance": ("id", "case_id", "parent_id"),
    "plan_item": ("id", "case_id"),
    "timer": ("id", "case_id", "instance_id"),
    "subscription": ("id", "case_id", "instance_id"),
    "task": ("id", "case_id", "instance_id"),
    "signature": ("id", "case_id", "instance_id", "task_id"),
    "incident": ("id", "case_id", "instance_id"),
    "history": ("case_id", "instance_id", "chain"),
}
"""The tables of a case in the order of their references, and the ids that each copy has anew."""
WORDS: Final = "case_word"
LOADED: Final = (*ID_COLUMNS, WORDS)
"""The tables that copies are put into."""
PERSON_COLUMNS: Final = frozenset(
    {"assignee_id", "completed_by", "draft_by", "person_id", "signer_id", "actor_id"}
)
NAME_COLUMNS: Final = {"actor_name": "actor_id", "signer_name": "signer_id"}
TIMES: Final = frozenset({"started_at", "opened_at", "ended_at", "at"})
DATES: Final = frozenset({"due", "start_date"})

Report = Callable[[str], object]
"""A function that is told what has been done, and the seconds that it took."""
Row = dict[str, Any]
Names = Mapping[str, str]
"""What people are called, by id."""


@dataclass(frozen=True)
class Template:
    """A case that is copied: its rows by table, as they stand in the database."""

    title: str
    rows: Mapping[str, Sequence[Row]]


class Copy:
    """What is other in copy number ``number`` of ``cases``; ``first_fact`` is the id of the first
    of its facts."""

    __slots__ = ("first_fact", "names", "number", "prefix", "team", "town")

    def __init__(self, number: int, cases: int, names: Names, first_fact: int) -> None:
        self.number, self.names, self.first_fact = number, names, first_fact
        self.prefix = f"{number:08x}"
        """What its ids begin with."""
        self.team = f"{TEAM + number % teams(cases):08x}"
        """What the ids of its people begin with."""
        self.town = TOWNS[number % len(TOWNS)]
        """Where its customer is."""
        if number % 1000 == 7:
            self.town = RARE_TOWN
        elif number * 10 > cases * 9:
            self.town = OLD_TOWN


def teams(cases: int) -> int:
    """How many teams so many cases have."""
    return max(1, cases // CASES_PER_TEAM)


Make = Callable[[Copy], Any]


class CopiedTable:
    """The rows of one table that every copy of one case has.

    A value that several rows have is made once for a copy: its rows are picked from a list of all
    the values that there are, which is nearly all that copying takes.
    """

    def __init__(self, values: Values, table: str, rows: Sequence[Row]) -> None:
        self.columns = list(rows[0])
        self._values = values
        self._constants: list[Any] = []
        self._places: dict[Any, int] = {}
        self._ids: list[str] = []
        self._times: list[int] = []
        self._makers: list[Make] = []
        self._facts = len(rows) if table == "history" else 0
        wanted = [
            self._row(table, row, number) for number, row in enumerate(self._more(table, rows))
        ]
        offsets = self._offsets()
        self._pick = [itemgetter(*(offsets[kind] + at for kind, at in row)) for row in wanted]

    def rows(self, copy: Copy) -> Iterator[tuple[Any, ...]]:
        """Those of a copy."""
        of_text, of_time, of_integer = (
            self._values.of_text,
            self._values.of_time,
            self._values.of_integer,
        )
        prefix, earlier, first = copy.prefix, copy.number * FIVE_MINUTES, copy.first_fact
        made = [
            *self._constants,
            *[of_text(prefix + rest) for rest in self._ids],
            *[of_time(moment - earlier) for moment in self._times],
            *[of_integer(first + number) for number in range(self._facts)],
            *[make(copy) for make in self._makers],
        ]
        for pick in self._pick:
            yield pick(made)

    def _offsets(self) -> Mapping[str, int]:
        kinds = (
            ("constant", len(self._constants)),
            ("id", len(self._ids)),
            ("time", len(self._times)),
            ("fact", self._facts),
            ("made", len(self._makers)),
        )
        offsets, at = {}, 0
        for kind, length in kinds:
            offsets[kind] = at
            at += length
        return offsets

    def _more(self, table: str, rows: Sequence[Row]) -> Iterator[Row]:
        """With the further copies of open tasks: their ids have an x in the ninth place."""
        yield from rows
        if table != "task":
            return
        for row in rows:
            if self._values.text(row["state"]) != "open":
                continue
            ident = self._values.text(row["id"])
            for number in range(1, COPIES_OF_OPEN_TASKS):
                other = f"{ident[:8]}x{number}{ident[10:]}"
                yield {**row, "id": self._values.of_text(other)}

    def _row(self, table: str, row: Row, number: int) -> list[tuple[str, int]]:
        return [self._place(table, column, row, number) for column in self.columns]

    def _place(self, table: str, column: str, row: Row, number: int) -> tuple[str, int]:
        """Which list of values has that of a column, and where in it."""
        value, values = row[column], self._values
        if (table, column) == ("history", "id"):
            return "fact", number
        if values.is_null(value):
            return self._known("constant", self._constants, value)
        if column in ID_COLUMNS[table]:
            return self._known("id", self._ids, values.text(value)[8:])
        if column in TIMES:
            return self._known("time", self._times, values.time(value))
        make = self._make(table, column, row)
        if make is None:
            return self._known("constant", self._constants, value)
        self._makers.append(make)
        return "made", len(self._makers) - 1

    def _known(self, kind: str, known: list[Any], value: Any) -> tuple[str, int]:
        key = (kind, type(value), value)
        if key not in self._places:
            self._places[key] = len(known)
            known.append(value)
        return kind, self._places[key]

    def _make(self, table: str, column: str, row: Row) -> Make | None:
        """What gives a column of each copy its own value; None when all have the same."""
        value, values = row[column], self._values
        if column in PERSON_COLUMNS:
            return self._person(values.text(value))
        if column in NAME_COLUMNS:
            return self._name(values.text(row[NAME_COLUMNS[column]]), values.text(value))
        if column in DATES:
            day = values.date(value)
            return lambda copy: values.of_date(day + copy.number % 120 - 20)
        if (table, column) == ("task", "place"):
            # Each copy of a task has a place of its own in the lists.
            place, rest = values.text(value), values.text(row["id"])[8:]
            return lambda copy: values.of_text(f"{place}{copy.prefix}{rest}")
        return self._label(table, column, value)

    def _label(self, table: str, column: str, value: Any) -> Make | None:
        values = self._values
        if (table, column) in (("process_case", "title"), ("customer", "name")):
            name = values.text(value)
            return lambda copy: values.of_text(f"{name} {copy.town} {copy.number}")
        if (table, column) == ("process_case", "number"):
            return lambda copy: values.of_text(f"K-{copy.number}")
        if (table, column) == ("customer", "org_number"):
            return lambda copy: values.of_text(f"X{copy.number}")
        return None

    def _person(self, person: str) -> Make | None:
        if len(person) != 32:
            return None  # not a person: the engine itself
        return lambda copy: self._values.of_text(copy.team + person[8:])

    def _name(self, person: str, name: str) -> Make:
        return lambda copy: self._values.of_text(copy.names.get(copy.team + person[8:], name))


class Copies:
    """All copies of some cases."""

    def __init__(
        self,
        values: Values,
        templates: Sequence[Template],
        cases: int,
        names: Names,
        first_fact: int,
    ) -> None:
        self._values = values
        self._templates = templates
        self._cases = cases
        self._names = names
        self._first_fact = first_fact
        self._of_digit = {digit: number for number, digits in enumerate(SHARES) for digit in digits}
        facts = [len(templates[self._of_digit[digit]].rows["history"]) for digit in range(10)]
        self._facts_before = [sum(facts[:digit]) for digit in range(11)]
        self._tables = [
            {name: CopiedTable(values, name, rows) for name, rows in template.rows.items() if rows}
            for template in templates
        ]
        self._words = [
            (values.text(t.rows[CASE][0]["id"])[8:], of_text(t.title)) for t in templates
        ]
        self.columns: dict[str, list[str]] = {WORDS: ["case_id", "word"]}
        """The columns of the rows of each table."""
        for tables in self._tables:
            self.columns |= {name: table.columns for name, table in tables.items()}

    def rows(self, table: str, numbers: Iterable[int]) -> Iterator[tuple[Any, ...]]:
        """The rows of a table that the copies of these numbers have."""
        for number in numbers:
            copied = self._of_digit[number % 10]
            copy = Copy(number, self._cases, self._names, self.first_fact(number))
            if table == WORDS:
                yield from self._words_of(copy, *self._words[copied])
            elif table in self._tables[copied]:
                yield from self._tables[copied][table].rows(copy)

    def first_fact(self, number: int) -> int:
        """The id of the first fact of a copy: they stand one case after the other."""
        tens, digit = divmod(number, 10)
        return self._first_fact + tens * self._facts_before[10] + self._facts_before[digit]

    def _words_of(self, copy: Copy, rest: str, of_title: set[str]) -> Iterator[tuple[Any, Any]]:
        """The words that a copy is found by: those of ``K-7``, of ``X7`` and of its name."""
        own = of_text(f"{copy.town} {copy.number} K-{copy.number} X{copy.number}")
        case = self._values.of_text(copy.prefix + rest)
        for word in sorted(of_title | own):
            yield case, self._values.of_text(word)
