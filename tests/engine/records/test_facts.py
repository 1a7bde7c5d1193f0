"""The history: every fact is there, says who, when and on what, and cannot be changed unseen."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from engine import FakeClock, HistoryEntry
from engine.errors import NotAllowed, ProcessFailed
from engine.store.tables import SignatureTable
from tests.support.databases import database_of
from tests.support.desk import REPORT, Desk
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
from tests.support.ground import START
from tests.support.tampering import as_owner

EVERYTHING = (
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
    task("act", form=field("x"), points=["first", "second"], sign=True),
    end(),
    chain("start", "act", "end"),
)


def live_through(desk: Desk, clock: FakeClock) -> str:
    """A case in which everything happens once that the history must tell of."""
    told = message("Told", roles="ekonomi")
    desk.deploy(
        diagram("child", *CHILD, lanes={"ekonomi": ["act"]}),
        diagram("parent", *EVERYTHING, messages=[told]),
    )
    case_id = desk.case("parent")
    task_id = desk.task(case_id)
    engine, key, who = desk.engine, desk.key, desk.people["ekonomi"]
    engine.tasks.claim(who.actor, task_id, key=key())
    engine.tasks.release(who.actor, task_id, key=key())
    engine.tasks.reassign(desk.manager.actor, task_id, "ekonomi", key=key())
    engine.tasks.save_draft(
        who.actor, task_id, answers={"x": "1"}, ticks={"first": True}, key=key()
    )
    clock.advance(timedelta(days=1))
    engine.jobs.fire_due()
    engine.cases.deliver(desk.manager.actor, "Told", case_id, key=key())
    desk.complete(who, task_id, {"x": "2"}, {"first": True, "second": "Behövs inte"})
    return case_id


def entries(desk: Desk, case_id: str) -> dict[str, HistoryEntry]:
    """The last fact of each type."""
    page = desk.engine.history.search(desk.manager.actor, case_id=case_id, limit=200)
    return {entry.type: entry for entry in reversed(page.items)}


def test_every_fact_is_there_in_its_order(bare_desk: Desk, clock: FakeClock) -> None:
    facts = bare_desk.facts(live_through(bare_desk, clock))
    assert [f for f in facts if not f.startswith("instance.")] == [
        "case.started",
        "child.started",
        "task.opened",
        "task.claimed",
        "task.released",
        "task.reassigned",
        "point.ticked",
        "draft.saved",
        "timer.fired",
        "message.sent",
        "message.received",
        "point.ticked",
        "task.completed",
        "task.signed",
        "case.completed",
    ]
    assert [f for f in facts if f.startswith("instance.")] == [
        "instance.started",
        "instance.started",
        "instance.completed",
        "instance.completed",
    ]


def test_a_fact_says_who_when_on_what_and_in_which_version(
    bare_desk: Desk, clock: FakeClock
) -> None:
    desk = bare_desk
    found = entries(desk, live_through(desk, clock))
    who = desk.people["ekonomi"]
    signed = found["task.signed"]
    assert (signed.actor_id, signed.actor_name) == (who.id, who.name)
    assert signed.at == START + timedelta(days=1)
    assert (signed.element_id, signed.element_name) == ("act", "Act")
    assert (signed.process_id, signed.version) == ("child", 1)
    assert signed.detail["content_sha256"]
    assert found["draft.saved"].at == START
    assert found["timer.fired"].actor_id == "system"
    assert found["timer.fired"].element_id == "late"
    assert found["message.received"].element_id == "told"
    ticked = found["point.ticked"].detail
    assert (ticked["point"], ticked["reason"]) == ("second", "Behövs inte")
    assert found["task.completed"].detail["answers"] == {"x": "2"}


def test_what_the_plan_and_a_cancellation_changed_is_told(desk: Desk) -> None:
    case_id = desk.case()
    sheet = desk.engine.cases.get(desk.manager.actor, case_id).sheets[0]
    row = sheet.rows[1].plan
    change = {"id": row.id, "person": "ledningsgrupp", "due": "2026-06-22"}
    desk.engine.cases.set_plan(desk.manager.actor, case_id, [change], key=desk.key())
    desk.engine.cases.cancel(desk.manager.actor, case_id, "Slut", key=desk.key())
    found = entries(desk, case_id)
    [changed] = found["plan.changed"].detail["rows"]
    assert (changed["name"], changed["due"], changed["was_person"]) == (
        row.name,
        "2026-06-22",
        None,
    )
    assert {"case.cancelled", "instance.cancelled", "task.cancelled"} <= set(found)


def test_what_failed_leaves_only_its_incident(bare_desk: Desk) -> None:
    desk = bare_desk
    steps = (start(), task("act"), call("sub", "child", given="= nothing"), end())
    desk.deploy(
        diagram("child", *CHILD), diagram("parent", *steps, chain("start", "act", "sub", "end"))
    )
    case_id = desk.case("parent")
    before = desk.facts(case_id)
    task_id = desk.task(case_id)
    with pytest.raises(ProcessFailed):
        desk.complete(desk.manager, task_id)
    assert desk.facts(case_id) == [*before, "draft.saved", "incident.raised"]


# ---------------------------------------------------------------- tampering

TAMPERING = {
    "an actor's name": "UPDATE history SET actor_name = 'Någon annan' WHERE type = 'task.signed'",
    "a detail": "UPDATE history SET detail = '{}' WHERE type = 'task.completed'",
    "a time": "UPDATE history SET at = '2026-03-01 08:00:00+00:00' WHERE type = 'task.signed'",
    "a type": "UPDATE history SET type = 'task.released' WHERE type = 'task.claimed'",
    "an element": "UPDATE history SET element_id = 'other' WHERE type = 'timer.fired'",
    "a hash": "UPDATE history SET hash = upper(hash) WHERE type = 'task.opened'",
    "an entry that is gone": "DELETE FROM history WHERE type = 'draft.saved'",
    "a signer": "UPDATE signature SET signer_name = 'Någon annan'",
    "a meaning": "UPDATE signature SET meaning = 'Läst'",
    "a signature that is gone": "DELETE FROM signature",
    "a case moved": "UPDATE history SET case_id = NULL WHERE type = 'case.started'",
}


@pytest.mark.parametrize("what", TAMPERING)
def test_whoever_changes_the_history_is_found_out(
    bare_desk: Desk, clock: FakeClock, what: str
) -> None:
    desk = bare_desk
    case_id = live_through(desk, clock)
    assert desk.engine.history.verify(desk.manager.actor).ok
    with as_owner(database_of(desk.engine)) as connection:
        connection.execute(text(TAMPERING[what]))
    for checked in (
        desk.engine.history.verify(desk.manager.actor),
        desk.engine.history.verify(desk.manager.actor, case_id),
    ):
        assert not checked.ok
        assert all(fault.problem and fault.chain for fault in checked.faults)


def test_the_whole_history_is_the_managers_to_verify(desk: Desk) -> None:
    case_id = desk.case()
    for who in ("saljare", "process_owner", "administrator"):
        with pytest.raises(NotAllowed):
            desk.engine.history.verify(desk.people[who].actor)
    assert desk.engine.history.verify(desk.seller.actor, case_id).ok


def test_a_signature_covers_what_was_answered_ticked_and_noted(desk: Desk) -> None:
    task_id = desk.task(desk.case())
    ticks = {"kort_rapport": "Känd"}
    receipt = desk.complete(desk.seller, task_id, REPORT, ticks, note="Obs")
    with database_of(desk.engine).reading() as connection:
        content = connection.scalar(select(SignatureTable.content))
    assert content is not None
    assert hashlib.sha256(content).hexdigest() == receipt.result["content_sha256"]
    signed = json.loads(content)
    assert signed["answers"]["marknadsrapport"] == REPORT["marknadsrapport"]
    assert (signed["ticks"], signed["note"]) == (ticks, "Obs")
    assert signed["task"] == task_id
    assert signed["signer"] == {"id": desk.seller.id, "name": desk.seller.name}
    assert signed["definition"]["process"] == "fas_a"
    assert (signed["meaning"], signed["method"]) == ("Utfört", "password")
