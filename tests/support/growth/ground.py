"""Two companies, one with few cases and people and one with many, and what their addresses name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

from flask import Flask
from sqlalchemy import Connection, create_engine, func, insert, select, update
from werkzeug.test import TestResponse

from engine import SYSTEM, Clock, Config, Engine, FakeClock, Source
from engine.store.base import new_id
from engine.store.tables import (
    AttachmentTable,
    CaseTable,
    DefinitionTable,
    IncidentTable,
    InstanceTable,
    MigrationItemTable,
    MigrationTable,
    PersonTable,
    PreviewGroupTable,
    PreviewItemTable,
    PreviewTable,
    TaskTable,
)
from tests.support.caller import Caller
from tests.support.company import multiply
from tests.support.databases import database_of
from tests.support.growth.counting import Costs, PostgresqlPlans, SqliteCounter
from tests.support.growth.places import CHANGED, GONE, PROCESS, ROLE, STAFF, find
from tests.support.lived import NOW
from tests.support.people import Account
from tests.support.plan import plan_sources
from tests.support.visitor import Visitor
from web import create_app
from web.api.call import BASE

COPIED: Final = (
    "Björkhagens Kontorshotell AB",
    "Åsö Arkitekter AB",
    "Norrviken Industri AB",
)
"""The titles of the example's cases."""
STOPPED: Final = COPIED[1]
"""The one whose copies stand still at an incident."""
EVERYTHING: Final = "alla"
"""The user name of somebody with every role and every right."""
PASSWORD: Final = "fyra ord i en rad"
ANSWERED: Final = (200, 302, 303, 503)
"""The statuses of answers; health is asked too, which may be bad."""


@dataclass(frozen=True)
class Size:
    """How large a company is: copies of cases, and people."""

    cases: int
    people: int


FEW: Final = Size(cases=1_200, people=50)
"""So many that every list has more than a page, and that a search meets more than the 1,000 that
it looks at: what costs more with more of them grows with all that there are."""
MANY: Final = Size(cases=3_000, people=3_000)


@dataclass
class Company:
    """A company whose pages are asked for, by two readers and a program."""

    engine: Engine
    app: Flask
    places: Mapping[str, str]
    readers: Mapping[str, Visitor] = field(default_factory=dict)
    programs: Mapping[str, Caller] = field(default_factory=dict)

    def ask(self, reader: str, address: str) -> TestResponse:
        """The answer that a reader gets at an address (a template, ``growth.addresses``)."""
        path = address.format(**self.places)
        if path.startswith(f"{BASE}/") and path != f"{BASE}/docs":
            return self.programs[reader].get(path)
        return self.readers[reader].open(path)


# ---------------------------------------------------------------- how it comes to be


def prepare(url: str, config: Config) -> None:
    """Give a company that has been lived in what its pages can be about besides: a case that stands
    still, an attachment, a new version of a process, somebody who may do everything."""
    with closing(Engine.open(url, config=config, clock=FakeClock(NOW))) as engine:
        introduce(engine)
        engine.definitions.deploy(SYSTEM, [_changed()], key="changed")
        with database_of(engine).writing() as connection:
            _stop(connection)
            _attach(connection)


def _changed() -> Source:
    """The process with another id of the activity at which the copies stand."""
    [source] = [source for source in plan_sources() if f'id="{CHANGED}"'.encode() in source.data]
    data = source.data
    for one in (f'id="{GONE}"', f'sourceRef="{GONE}"', f'targetRef="{GONE}"', f">{GONE}<"):
        data = data.replace(one.encode(), one.replace(GONE, f"{GONE}_nu").encode())
    data = data.replace(f'bpmnElement="{GONE}"'.encode(), f'bpmnElement="{GONE}_nu"'.encode())
    return Source(source.filename, data)


def _stop(connection: Connection) -> None:
    case_id = connection.scalar(select(CaseTable.id).where(CaseTable.title == STOPPED))
    connection.execute(
        insert(IncidentTable).values(
            id=new_id(),
            case_id=case_id,
            instance_id=case_id,
            element_id=None,
            kind="expression",
            message="A name is missing.",
            operation={},
            at=NOW,
        )
    )
    for table in (CaseTable, InstanceTable):
        connection.execute(update(table).where(table.id == case_id).values(state="incident"))


def _attach(connection: Connection) -> None:
    """A file on a task of the oldest case."""
    cases = select(CaseTable.id).where(CaseTable.title == COPIED[0])
    task = select(TaskTable.id).where(TaskTable.case_id.in_(cases)).order_by(TaskTable.id)
    by = connection.scalar(select(PersonTable.id).where(PersonTable.username == EVERYTHING))
    connection.execute(
        insert(AttachmentTable).values(
            id=new_id(),
            task_id=connection.scalar(task.limit(1)),
            field_id="avtal",
            filename="avtal.pdf",
            media_type="application/pdf",
            size=3,
            sha256="a" * 64,
            data=b"pdf",
            at=NOW,
            by=by,
        )
    )


def grow(url: str, size: Size) -> None:
    """Let the company at ``url`` be so large. Nobody else may have it open."""
    engine = create_engine(url)
    with engine.begin() as connection:
        people = connection.scalar(select(func.count()).select_from(PersonTable)) or 0
    engine.dispose()
    teams = max(1, size.cases // 1000)
    colleagues = size.people - people * (1 + teams)
    multiply(url, size.cases, titles=COPIED, colleagues=colleagues, role=ROLE, workers=1)
    with engine.begin() as connection:
        _move(connection)
        _preview(connection)
        connection.exec_driver_sql("ANALYZE")
    engine.dispose()


def _move(connection: Connection) -> None:
    """A migration of all copies, a tenth of which have not been able to move."""
    definition = connection.execute(
        select(DefinitionTable.id).where(DefinitionTable.process_id == PROCESS)
    ).scalar_one()
    cases = connection.scalars(select(CaseTable.id).where(CaseTable.number.like("K-%"))).all()
    failed = sum(case_id[7] == "7" for case_id in cases)
    migration = new_id()
    connection.execute(
        insert(MigrationTable).values(
            id=migration,
            process_id=PROCESS,
            definition_id=definition,
            mapping={},
            at=NOW,
            actor_id="system",
            actor_name="Serviceplan",
            done=len(cases) - failed,
            failed=failed,
        )
    )
    connection.execute(
        insert(MigrationItemTable),
        [
            {
                "id": f"{case_id[:8]}{migration[8:]}",
                "migration_id": migration,
                "instance_id": case_id,
                "case_id": case_id,
                "from_definition_id": definition,
                "state": "failed" if case_id[7] == "7" else "done",
                "at": NOW,
                "reasons": [],
                "notes": [],
                "snapshot": None,
                "after": None,
                "revision": None,
            }
            for case_id in cases
        ],
    )


def _preview(connection: Connection) -> None:
    """A finished preview of a migration of all copies, which stand alike."""
    definition = connection.execute(
        select(DefinitionTable.id).where(DefinitionTable.process_id == PROCESS)
    ).scalar_one()
    cases = connection.scalars(select(CaseTable.id).where(CaseTable.number.like("K-%"))).all()
    preview, key = new_id(), "a" * 16
    connection.execute(
        insert(PreviewTable).values(
            id=preview,
            process_id=PROCESS,
            definition_id=definition,
            mapping={},
            at=NOW,
            actor_id="system",
            actor_name="Serviceplan",
            whole=len(cases),
            looked=len(cases),
            cursor=max(cases),
            finished_at=NOW,
        )
    )
    said = {name: list[str]() for name in ("at", "questions", "reasons", "not_run", "notes")}
    connection.execute(
        insert(PreviewGroupTable).values(
            preview_id=preview, key=key, status="safe", version=1, size=len(cases), verdict=said
        )
    )
    connection.execute(
        insert(PreviewItemTable),
        [
            {"preview_id": preview, "key": key, "instance_id": case_id, "revision": 1}
            for case_id in cases
        ],
    )


# ---------------------------------------------------------------- who asks


@contextmanager
def opened(url: str, config: Config, clock: Clock) -> Iterator[Company]:
    """The company, with readers who have signed in."""
    with closing(Engine.open(url, config=config, clock=clock)) as engine:
        engine.analysis.count_figures()
        app = create_app(config, engine)
        app.testing = True
        with database_of(engine).reading() as connection:
            places = find(connection)
        company = Company(engine, app, places)
        company.readers = {name: _signed_in(app, name) for name in (EVERYTHING, STAFF)}
        company.programs = {
            name: Caller(app, str(engine.tokens.add(SYSTEM, name, "read", key=new_id()).secret))
            for name in (EVERYTHING, STAFF)
        }
        yield company


def introduce(engine: Engine) -> None:
    """Let the readers be able to sign in."""
    engine.people.add(
        SYSTEM,
        EVERYTHING,
        "Alla Rätt",
        roles=tuple(engine.roles),
        rights=("process_owner", "manager", "administrator"),
        password=PASSWORD,
        key="everything",
    )
    people = {person.username for person in engine.people.all(SYSTEM)}
    for name in {EVERYTHING, STAFF, STAFF.partition("-")[0]} & people:
        account = engine.people.account(SYSTEM, name)
        engine.people.set_password(SYSTEM, name, PASSWORD, seen=account.password_at, key=new_id())


def _signed_in(app: Flask, username: str) -> Visitor:
    visitor = Visitor(app)
    account = Account(SYSTEM, username, PASSWORD)
    assert visitor.sign_in(account).status_code == 302
    return visitor


# ---------------------------------------------------------------- what it costs to ask

Asked = tuple[str, str]
"""Who asks, and at which address."""
AGE: Final = timedelta(minutes=15)
"""After which figures that are kept for a while are old."""


def costs(company: Company, asked: Iterable[Asked], clock: FakeClock) -> dict[Asked, Costs]:
    """What each answer costs a server that has run for a while: it knows the definitions, and the
    reader has been seen within the minute."""
    counted = SqliteCounter(company.engine)
    known = set()
    for reader, address in asked:
        if (page := (reader, urlsplit(address).path)) not in known:
            known.add(page)
            company.ask(reader, address)
    clock.advance(AGE)
    for reader in company.readers:
        for address in ("/language/sv?next=/", f"{BASE}/me"):
            company.ask(reader, address)
    found = {}
    for reader, address in asked:
        with counted.counting() as cost:
            answer = company.ask(reader, address)
        assert answer.status_code in ANSWERED, f"{reader} {address}: {answer.status}"
        cost.length = len(answer.data)
        found[reader, address] = cost
    return found


def read_whole(company: Company, asked: Iterable[Asked]) -> dict[Asked, list[str]]:
    """The large tables that PostgreSQL reads whole for an answer."""
    plans = PostgresqlPlans(company.engine)
    sent = {}
    for one in asked:
        company.ask(*one)
        sent[one] = plans.sent()
    return plans.whole(sent)
