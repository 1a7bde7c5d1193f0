"""Edits by hand in the database: each is found, and named by table, row and column."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import text

from engine import SYSTEM, Config, Engine, FakeClock
from engine.errors import ProcessFailed
from engine.records.verification import verify
from engine.store import append_only
from engine.store.base import Base
from engine.store.database import Database
from engine.store.vouched import NOT_VOUCHED, VOUCHED
from engine.views import Fault, Verification
from tests.support.databases import Databases
from tests.support.decisions import DISCOUNTS
from tests.support.desk import REPORT, TICKED, Desk
from tests.support.diagrams import (
    boundary,
    call,
    chain,
    diagram,
    end,
    field,
    message,
    start,
    task,
)
from tests.support.ground import START, Keys
from tests.support.people import People, add_people
from tests.support.plan import plan_sources

PARENT = (
    start(),
    call("sub", "child"),
    end(),
    chain("start", "sub", "end"),
    boundary("late", "sub", timer="P1D", interrupting=False),
    boundary("told", "sub", message="Told", interrupting=False),
    end("end2"),
    end("end3"),
    chain("late", "end2"),
    chain("told", "end3"),
)
CHILD = (
    start(),
    task("act", form=field("papers", "attachment") + field("x"), points=["p"], sign=True),
    task("next", form=field("y")),
    end(),
    chain("start", "act", "next", "end"),
)
BROKEN = (start(), task("do"), call("sub", "child", given="= nothing"), end())


# ---------------------------------------------------------------- a company that has lived


@dataclass(frozen=True)
class Lived:
    url: str
    people: People


_lived: dict[str, Lived] = {}


@pytest.fixture
def lived(databases: Databases, database_kind: str, config: Config, key: Keys) -> Lived:
    """A database in which everything has been written that an edit below is about; one for each
    kind, since each test takes its edit back."""
    if database_kind not in _lived:
        url = databases.fresh()
        clock = FakeClock(START)
        with Engine.open(url, config=config, clock=clock) as engine:
            people = add_people(engine, config)
            live(Desk(engine, people, key), clock)
        _lived[database_kind] = Lived(url, people)
    return _lived[database_kind]


def live(desk: Desk, clock: FakeClock) -> None:
    engine, key, manager = desk.engine, desk.key, desk.manager
    engine.definitions.deploy(SYSTEM, plan_sources(), key=key())
    desk.deploy(
        DISCOUNTS,
        diagram("child", *CHILD, lanes={"ekonomi": ["act", "next"]}),
        diagram("parent", *PARENT, messages=[message("Told", roles="ekonomi")]),
        diagram("broken", *BROKEN, chain("start", "do", "sub", "end")),
    )
    plan = desk.case()
    desk.complete(desk.seller, desk.task(plan), REPORT, TICKED, note="Obs")
    case_id = desk.case("parent")
    who, act = desk.people["ekonomi"], desk.task(case_id)
    for name in ("a.txt", "b.txt"):
        given = (act, "papers", name, "text/plain", name.encode())
        engine.tasks.attach(who.actor, *given, key=key())
    clock.advance(timedelta(hours=1))
    desk.complete(who, act, {"x": "1"}, {"p": "Behövs inte"}, note="Allt väl")
    engine.tasks.claim(who.actor, desk.task(case_id), key=key())
    engine.tasks.save_draft(
        who.actor, desk.task(case_id), answers={"y": "halv"}, ticks={}, note="på väg", key=key()
    )
    broken = desk.case("broken")
    with suppress(ProcessFailed):
        desk.complete(desk.manager, desk.task(broken))
    for name in ("kept", "ended"):
        token = engine.tokens.add(desk.seller.actor, "saljare", name, scopes=["read"], key=key())
        if name == "ended":
            engine.tokens.revoke(desk.seller.actor, token.token.id, key=key())
    assert engine.history.verify(manager.actor).ok


class _Done(Exception):
    """The edit is taken back."""


@pytest.fixture
def edited(lived: Lived) -> Iterator[Callable[..., Verification]]:
    """Does statements as the tables' owner, verifies, and takes them back at the end."""
    with closing(Database(lived.url)) as database, suppress(_Done), database.writing() as one:
        append_only.lift(one)

        def edit(*statements: str, case: str | None = None) -> Verification:
            for statement in statements:
                assert one.execute(text(statement)).rowcount != 0, statement
            return verify(one, case and one.scalar(text(case)))

        yield edit
        raise _Done


# ---------------------------------------------------------------- the edits

ACT = "(SELECT id FROM task WHERE element_id = 'act')"
NEXT = "(SELECT id FROM task WHERE element_id = 'next')"
SUB = "(SELECT instance_id FROM task WHERE element_id = 'act')"
PARENT_CASE = "(SELECT case_id FROM task WHERE element_id = 'act')"
ANNA = "(SELECT id FROM person WHERE username = 'saljare')"
EMPTY = "SELECT id FROM {} LIMIT 1"


@dataclass(frozen=True)
class Edit:
    """Statements, and what is said of them: table, column (None for a whole row), what the row is
    called."""

    table: str
    column: str | None
    called: str
    statements: tuple[str, ...]


def set_(table: str, column: str, value: str, where: str, called: str) -> Edit:
    statement = f"UPDATE {table} SET {column} = {value} WHERE {where}"  # noqa: S608
    return Edit(table, column, called, (statement,))


def gone(table: str, where: str, called: str, *before: str) -> Edit:
    delete = f"DELETE FROM {table} WHERE {where}"  # noqa: S608
    return Edit(table, None, called, (*before, delete))


def copied(table: str, changed: dict[str, str], where: str, called: str) -> Edit:
    """A row more, like another one."""
    columns = [column.name for column in Base.metadata.tables[table].columns]
    values = ", ".join(changed.get(name, f'"{name}"') for name in columns)
    names = ", ".join(f'"{name}"' for name in columns)
    insert = f"INSERT INTO {table} ({names}) SELECT {values} FROM {table} WHERE {where}"  # noqa: S608
    return Edit(table, None, called, (insert,))


EDITS = {
    "answers of a signed task": set_("task", "answers", '\'{"x":"2"}\'', f"id = {ACT}", "Act"),
    "a note": set_("task", "note", "'Inget'", f"id = {ACT}", "Act"),
    "a draft's answers": set_("task", "answers", "'{}'", f"id = {NEXT}", "Next"),
    "ticks": set_("task", "ticks", "'{}'", f"id = {ACT}", "Act"),
    "how many are ticked": set_("task", "ticked", "0", f"id = {ACT}", "Act"),
    "who completed": set_("task", "completed_by", ANNA, f"id = {ACT}", "Act"),
    "when it was completed": set_(
        "task", "ended_at", "'2026-01-01 00:00:00'", f"id = {ACT}", "Act"
    ),
    "completed, again open": set_("task", "state", "'open'", f"id = {ACT}", "Act"),
    "open, now completed": set_("task", "state", "'completed'", f"id = {NEXT}", "Next"),
    "whose a task is": set_("task", "assignee_id", ANNA, f"id = {NEXT}", "Next"),
    "a task's role": set_("task", "role", "'saljare'", f"id = {NEXT}", "Next"),
    "when a task is due": set_("task", "due", "'2030-01-01'", f"id = {NEXT}", "Next"),
    "what a task is called": set_("task", "name", "'Other'", f"id = {NEXT}", "Other"),
    "a file's bytes": set_("attachment", "data", "'x'", "filename = 'a.txt'", "a.txt"),
    "a file's name": set_("attachment", "filename", "'c.txt'", "filename = 'a.txt'", "c.txt"),
    "a file that is gone": gone("attachment", "filename = 'a.txt'", "a.txt"),
    "a file more": copied("attachment", {"id": "'new'"}, "filename = 'a.txt'", "a.txt"),
    "a diagram": set_(
        "resource",
        "data",
        "'<x/>'",
        "sha256 = (SELECT resource_sha256 FROM definition WHERE process_id = 'child')",
        "child.bpmn",
    ),
    "a diagram's name": set_("definition", "name", "'Y'", "process_id = 'child'", "Y"),
    "a diagram's version": set_("definition", "version", "7", "process_id = 'child'", "7"),
    "whether a diagram runs": set_(
        "definition", "startable", "false", "process_id = 'child'", "Child"
    ),
    "a diagram's file": set_(
        "definition",
        "resource_sha256",
        "(SELECT resource_sha256 FROM definition WHERE process_id = 'parent')",
        "process_id = 'child'",
        "Child",
    ),
    "a decision's file": set_(
        "decision_model",
        "resource_sha256",
        "(SELECT resource_sha256 FROM definition WHERE process_id = 'parent')",
        "filename = 'rabatt.dmn'",
        "abatt",
    ),
    "a decision's version": set_("decision", "version", "7", "decision_id = 'rabatt'", ""),
    "a person's name": set_("person", "name", "'Bo Ek'", "username = 'saljare'", "saljare"),
    "a person's rights": set_(
        "person", "rights", "'[\"manager\"]'", "username = 'saljare'", "saljare"
    ),
    "a person's roles": set_(
        "person", "roles", "'[\"ekonomi\"]'", "username = 'saljare'", "saljare"
    ),
    "whether a person may sign in": set_(
        "person", "active", "false", "username = 'saljare'", "saljare"
    ),
    "a person's address": set_("person", "email", "'x@y.se'", "username = 'saljare'", "saljare"),
    "a password": set_(
        "person",
        "password_hash",
        "(SELECT password_hash FROM person WHERE username = 'manager')",
        "username = 'saljare'",
        "saljare",
    ),
    "a person more": copied(
        "person", {"id": "'new'", "username": "'mallory'"}, "username = 'saljare'", "mallory"
    ),
    "a person that is gone": gone(
        "person",
        "username = 'personal'",
        "personal",
        "DELETE FROM person_word WHERE person_id = (SELECT id FROM person WHERE "
        "username = 'personal')",
        "DELETE FROM person_role WHERE person_id = (SELECT id FROM person WHERE "
        "username = 'personal')",
    ),
    "who is listed under a role": Edit(
        "person_role", "role", "Saljare", ("DELETE FROM person_role WHERE role = 'saljare'",)
    ),
    "a revived token": set_("api_token", "revoked_at", "NULL", "name = 'ended'", "ended"),
    "a token's end": set_(
        "api_token", "expires_at", "'2090-01-01 00:00:00'", "name = 'kept'", "kept"
    ),
    "what a token may": set_("api_token", "scopes", "'[\"admin\"]'", "name = 'kept'", "kept"),
    "a token more": copied(
        "api_token", {"id": "'new'", "token_hash": "'x'"}, "name = 'kept'", "kept"
    ),
    "whose a case is": set_(
        "process_case", "customer_id", "NULL", "process_id = 'serviceplan'", "2026-0001"
    ),
    "a customer's name": set_("customer", "name", "'Annan AB'", "name = 'Prov AB'", "Annan AB"),
    "a customer's number": set_(
        "customer", "org_number", "'559900-0022'", "name = 'Prov AB'", "Prov AB"
    ),
    "a customer that is gone": gone(
        "customer",
        "name = 'Prov AB'",
        "Prov AB",
        "UPDATE process_case SET customer_id = NULL WHERE customer_id IS NOT NULL",
        "DELETE FROM customer_word",
    ),
    "how a case stands": set_(
        "process_case", "state", "'completed'", f"id = {PARENT_CASE}", "2026-0002"
    ),
    "a case's number": set_("process_case", "number", "'2026-9'", f"id = {PARENT_CASE}", "2026-9"),
    "who leads a case": set_(
        "process_case", "lead_role", "'ekonomi'", f"id = {PARENT_CASE}", "2026-0002"
    ),
    "a case's people": set_(
        "process_case", "people", '\'{"saljare":"x"}\'', f"id = {PARENT_CASE}", "2026-0002"
    ),
    "a plan's person": set_(
        "plan_item", "person_id", ANNA, "element_id = 'marknadsanalys'", "2026-0001"
    ),
    "a plan's date": set_(
        "plan_item", "due", "'2030-01-01'", "element_id = 'marknadsanalys'", "2026-0001"
    ),
    "a plan's row that is gone": gone("plan_item", "element_id = 'marknadsanalys'", "2026-0001"),
    "a plan's row more": copied(
        "plan_item",
        {"id": "'new'", "element_id": "'x'"},
        "element_id = 'marknadsanalys'",
        "2026-0001",
    ),
    "variables": set_("instance", "variables", '\'{"x":"9"}\'', f"id = {SUB}", "2026-0002"),
    "where an instance stands": set_("instance", "state_blob", "'x'", f"id = {SUB}", "2026-0002"),
    "how an instance stands": set_("instance", "state", "'completed'", f"id = {SUB}", "2026-0002"),
    "what has been passed": set_("instance", "passed", "'{}'", f"id = {SUB}", "2026-0002"),
    "a timer": set_("timer", "due_at", "'2030-01-01 00:00:00'", "element_id = 'late'", "late"),
    "a timer that is gone": gone("timer", "element_id = 'late'", "late"),
    "what is waited for": set_("subscription", "name", "'X'", "element_id = 'told'", "X"),
    "what has stopped": set_("incident", "message", "'x'", "kind <> ''", "2026-0003"),
    "an incident that is closed": set_(
        "incident", "resolved_at", "'2026-03-02 00:00:00'", "kind <> ''", "2026-0003"
    ),
    "what was signed": set_("signature", "content", "'x'", f"task_id = {ACT}", "Ekonomi"),
    "a signer": set_("signature", "signer_id", ANNA, f"task_id = {ACT}", "Ekonomi"),
    "a meaning": set_("signature", "meaning", "'Läst'", f"task_id = {ACT}", "Ekonomi"),
    "a signature that is gone": gone("signature", f"task_id = {ACT}", ""),
    "a signature moved": set_("signature", "task_id", NEXT, f"task_id = {ACT}", "Ekonomi"),
    "a signature more": copied(
        "signature", {"id": "'new'", "task_id": NEXT}, f"task_id = {ACT}", "Ekonomi"
    ),
}
OF_NO_CASE = {
    *("resource", "definition", "decision", "decision_model", "person", "person_role"),
    *("api_token", "customer"),
}


def says(fault: Fault, edit: Edit) -> bool:
    called = edit.called.lower() in (fault.row or "").lower()
    return fault.table == edit.table and called and edit.column in (None, fault.column)


def quoted(edit: Edit, kind: str) -> tuple[str, ...]:
    if kind == "postgresql":
        return tuple(s.replace("SET data = 'x'", "SET data = 'x'::bytea") for s in edit.statements)
    return edit.statements


@pytest.mark.parametrize("what", EDITS)
def test_an_edit_by_hand_is_found_and_named(
    edited: Callable[..., Verification], database_kind: str, what: str
) -> None:
    edit = EDITS[what]
    case = None if edit.table in OF_NO_CASE else PARENT_CASE.strip("()")
    faults = edited(*quoted(edit, database_kind)).faults
    named = [fault for fault in faults if says(fault, edit)]
    assert named, [fault.problem for fault in faults]
    assert all(fault.problem for fault in named)
    if edit.column is not None and edit.table in VOUCHED:
        assert {fault.expected for fault in named} != {fault.actual for fault in named}
        assert all(fault.chain and fault.seq for fault in named)
    if case is not None and edit.called not in {"2026-0001", "2026-0003", "sub"}:
        assert [f for f in edited(case=case).faults if says(f, edit)]


HISTORY = {
    "an entry changed": "UPDATE history SET type = 'x' WHERE type = 'task.signed'",
    "an entry removed": "DELETE FROM history WHERE type = 'task.claimed'",
    "what it says of rows": "UPDATE history SET noted = '' WHERE type = 'draft.saved'",
    "the end of a chain cut": "DELETE FROM history WHERE type = 'draft.saved'",
    "entries in another order": (
        "UPDATE history SET seq = -seq WHERE type IN ('task.claimed', 'draft.saved')"
    ),
}


@pytest.mark.parametrize("what", HISTORY)
def test_an_edit_of_the_history_is_found(edited: Callable[..., Verification], what: str) -> None:
    assert edited(HISTORY[what]).faults


def test_a_whole_case_that_is_gone_is_missed(
    edited: Callable[..., Verification], database_kind: str
) -> None:
    case = "(SELECT id FROM process_case WHERE process_id = 'broken')"
    result = edited(
        f"DELETE FROM history WHERE case_id = {case}",  # noqa: S608
        f"DELETE FROM incident WHERE case_id = {case}",  # noqa: S608
        f"DELETE FROM task WHERE case_id = {case}",  # noqa: S608
        f"DELETE FROM case_word WHERE case_id = {case}",  # noqa: S608
        f"DELETE FROM instance WHERE case_id = {case}",  # noqa: S608
        "DELETE FROM process_case WHERE process_id = 'broken'",
    )
    if database_kind == "sqlite":  # PostgreSQL leaves gaps: a checkpoint shows it there
        problems = [fault.problem for fault in result.faults]
        assert any("case 2026-0003 is gone" in problem for problem in problems)
        assert any("entries are missing" in problem for problem in problems)


def test_nothing_was_edited(edited: Callable[..., Verification]) -> None:
    result = edited()
    assert result.faults == ()
    assert result.rows > 100
    assert result.since_upgrade == 0


# ---------------------------------------------------------------- every column


def test_every_column_is_vouched_for_or_says_why_not() -> None:
    unclear = []
    for table in Base.metadata.sorted_tables:
        keys = {column.name for column in table.primary_key}
        for column in table.columns:
            vouched = table.name in VOUCHED and column.name in {*keys, *VOUCHED[table.name]}
            not_vouched = {table.name, f"{table.name}.{column.name}"} & NOT_VOUCHED.keys()
            if vouched == bool(not_vouched):
                unclear.append(f"{table.name}.{column.name}")
    assert unclear == []
    assert all(reason.strip() for reason in NOT_VOUCHED.values())


def test_the_lists_name_what_there_is() -> None:
    there = {f"{t.name}.{c.name}" for t in Base.metadata.sorted_tables for c in t.columns}
    there |= set(Base.metadata.tables)
    named = {f"{table}.{column}" for table, columns in VOUCHED.items() for column in columns}
    assert named | set(NOT_VOUCHED) <= there
