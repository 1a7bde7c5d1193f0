"""What people do with their tasks, and what is refused without losing anything."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from engine import Actor, FakeClock
from engine.errors import Conflict, Invalid, NotAllowed, NotAuthenticated, NotFound
from tests.support.desk import REPORT, TICKED, Desk, problems
from tests.support.ground import START
from tests.support.people import Account

STRANGER = Actor("stranger", "Ingen", frozenset())


@pytest.fixture
def case_id(desk: Desk) -> str:
    return desk.case()


@pytest.fixture
def task_id(desk: Desk, case_id: str) -> str:
    """Marknadsanalys, open and offered to the sellers."""
    return desk.task(case_id, "Marknadsanalys")


def colleague(desk: Desk, name: str = "bo", role: str = "saljare") -> Account:
    """Somebody else with the same role."""
    password = "ett långt lösenord för Bo"
    administrator = desk.people["administrator"].actor
    receipt = desk.engine.people.add(
        administrator, name, f"{name.capitalize()} Berg", roles=[role], password=password, key=name
    )
    assert receipt.id is not None
    return Account(Actor(receipt.id, "Bo Berg", frozenset({role})), name, password)


# ---------------------------------------------------------------- completing


def test_a_completed_task_is_signed_and_the_next_one_opens(
    desk: Desk, case_id: str, task_id: str
) -> None:
    receipt = desk.complete(desk.seller, task_id, REPORT, TICKED, note="Klart.")
    done = desk.engine.tasks.get(desk.seller.actor, task_id)
    assert done.row.state == "completed"
    assert done.completed_by is not None
    assert done.completed_by.name == desk.seller.name
    assert done.signature is not None
    assert done.signature.content_sha256 == receipt.result["content_sha256"]
    assert (done.signature.by, done.signature.meaning) == (desk.seller.id, "Utfört")
    assert done.note == "Klart."
    assert desk.names(case_id) == ["Inventering"]


def test_a_task_is_completed_only_once_and_the_second_reads_who_was_first(
    desk: Desk, task_id: str, clock: FakeClock
) -> None:
    desk.complete(desk.seller, task_id, REPORT, TICKED)
    clock.advance(timedelta(hours=1))
    for who in (desk.seller, colleague(desk)):
        with pytest.raises(Conflict) as caught:
            desk.complete(who, task_id, REPORT, TICKED)
        assert caught.value.error_code == "already_completed"
        assert caught.value.params == {"by": desk.seller.name, "at": START}


def test_somebody_elses_task_is_not_completed(desk: Desk, task_id: str) -> None:
    bo = colleague(desk)
    desk.engine.tasks.claim(bo.actor, task_id, key=desk.key())
    with pytest.raises(NotAllowed) as caught:
        desk.complete(desk.seller, task_id, REPORT, TICKED)
    assert caught.value.error_code == "not_yours"


def test_a_task_of_another_role_is_not_completed(desk: Desk, task_id: str) -> None:
    for role in ("ledningsgrupp", "ekonomi", "manager"):
        with pytest.raises(NotAllowed):
            desk.complete(desk.people[role], task_id, REPORT, TICKED)


@pytest.mark.parametrize(
    ("answers", "ticks", "expected"),
    [
        ({}, TICKED, ("required", "marknadsrapport")),
        (REPORT, {}, ("unticked", "checklist.kort_rapport")),
        (REPORT, {"kort_rapport": False}, ("unticked", "checklist.kort_rapport")),
        (REPORT, {"kort_rapport": " "}, ("reason_required", "checklist.kort_rapport")),
        (REPORT, {"kort_rapport": 1}, ("tick_malformed", "checklist.kort_rapport")),
        (REPORT, {**TICKED, "nya": True}, ("unknown_item", "checklist.nya")),
        ({**REPORT, "pris": "5"}, TICKED, ("undeclared_field", "pris")),
        ({**REPORT, "__builtins__": "x"}, TICKED, ("undeclared_field", "__builtins__")),
        ({"marknadsrapport": "x" * 20_001}, TICKED, ("too_long", "marknadsrapport")),
        ({"marknadsrapport": ["x"]}, TICKED, ("text_malformed", "marknadsrapport")),
    ],
)
def test_what_is_missing_or_wrong_is_refused_at_its_place(
    desk: Desk, task_id: str, answers: Any, ticks: Any, expected: tuple[str, str]
) -> None:
    with pytest.raises(Invalid) as caught:
        desk.complete(desk.seller, task_id, answers, ticks)
    assert expected in problems(caught.value)
    assert desk.engine.tasks.get(desk.seller.actor, task_id).row.state == "open"


def test_every_problem_is_told_at_once(desk: Desk, task_id: str) -> None:
    with pytest.raises(Invalid) as caught:
        desk.complete(
            desk.seller,
            task_id,
            {"marknadsrapport": "", "fritt": "x"},
            {"kort_rapport": False, "okänd": True},
            note="x" * 20_001,
            password=None,
        )
    assert problems(caught.value) == {
        ("unticked", "checklist.kort_rapport"),
        ("required", "marknadsrapport"),
        ("undeclared_field", "fritt"),
        ("unknown_item", "checklist.okänd"),
        ("too_long", "note"),
        ("password_required", "password"),
    }


def test_a_point_that_does_not_apply_needs_a_reason_and_keeps_it(desk: Desk, task_id: str) -> None:
    ticks = {"kort_rapport": "Kunden är ensam på orten."}
    desk.complete(desk.seller, task_id, REPORT, ticks)
    (point,) = desk.engine.tasks.get(desk.seller.actor, task_id).checklist
    assert (point.state, point.reason) == ("not_applicable", "Kunden är ensam på orten.")


def test_a_malformed_date_is_refused_until_it_is_one(desk: Desk, case_id: str) -> None:
    task_id = reach_analysis(desk, case_id)
    answers = {"kontaktperson": "Pia", "behov_och_forvantningar": "Rent"}
    for wrong in ("2026-02-30", "30/3 2026", "i morgon", "2026-3-1", "²", 20260330, True):
        with pytest.raises(Invalid) as caught:
            desk.complete_all_points(desk.seller, task_id, **answers, personligt_mote=wrong)
        assert problems(caught.value) == {("date_malformed", "personligt_mote")}
    desk.complete_all_points(desk.seller, task_id, **answers, personligt_mote="2026-03-30")
    assert (
        desk.engine.tasks.get(desk.seller.actor, task_id).values["personligt_mote"] == "2026-03-30"
    )


def reach_analysis(desk: Desk, case_id: str) -> str:
    """Complete what comes before "Analys"."""
    desk.complete(desk.seller, desk.task(case_id), REPORT, TICKED)
    management = desk.people["ledningsgrupp"]
    desk.complete_all_points(management, desk.task(case_id), foretag_att_kontakta="Alla")
    desk.complete_all_points(desk.seller, desk.task(case_id))
    return desk.task(case_id, "Analys")


def test_amounts_that_cannot_be_read_are_told_beside_all_that_is_missing(
    desk: Desk, case_id: str
) -> None:
    analysis = reach_analysis(desk, case_id)
    needs = {"kontaktperson": "Pia", "behov_och_forvantningar": "Rent"}
    desk.complete_all_points(desk.seller, analysis, **needs)
    offer = desk.task(case_id, "Offert")
    answers = {"arsvarde_stad": "mycket", "arsvarde_kaffe": "-1", "offert_genomgang": "snart"}
    with pytest.raises(Invalid) as caught:
        desk.complete(desk.seller, offer, answers, {"projektgrupp": "Liten affär"})
    found = problems(caught.value)
    assert {
        ("number_malformed", "arsvarde_stad"),
        ("too_small", "arsvarde_kaffe"),
        ("required", "arsvarde_inredning"),
        ("date_malformed", "offert_genomgang"),
        ("unticked", "checklist.referenser"),
    } <= found


# ---------------------------------------------------------------- the password


def test_a_wrong_password_leaves_the_task_and_its_draft_as_they_are(
    desk: Desk, case_id: str, task_id: str
) -> None:
    desk.engine.tasks.save_draft(
        desk.seller.actor, task_id, answers=REPORT, ticks={"kort_rapport": True}, key=desk.key()
    )
    before, facts = desk.engine.tasks.get(desk.seller.actor, task_id), desk.facts(case_id)
    with pytest.raises(NotAuthenticated) as caught:
        desk.complete(desk.seller, task_id, {"marknadsrapport": "Ny"}, TICKED, password="fel")
    assert caught.value.error_code == "wrong_password"
    assert desk.engine.tasks.get(desk.seller.actor, task_id) == before
    assert desk.facts(case_id) == [*facts, "task.sign_refused"]


def test_after_many_wrong_passwords_signing_waits(
    desk: Desk, task_id: str, clock: FakeClock
) -> None:
    codes = []
    for _ in range(7):
        with pytest.raises(NotAuthenticated) as caught:
            desk.complete(desk.seller, task_id, REPORT, TICKED, password="fel")
        codes.append(caught.value.error_code)
    assert codes == ["wrong_password"] * 5 + ["too_many_attempts"] * 2
    with pytest.raises(NotAuthenticated) as caught:
        desk.complete(desk.seller, task_id, REPORT, TICKED)
    clock.advance(timedelta(seconds=caught.value.params["seconds"]))
    desk.complete(desk.seller, task_id, REPORT, TICKED)


def test_who_signs_uses_their_own_password(desk: Desk, task_id: str) -> None:
    with pytest.raises(NotAuthenticated):
        desk.complete(desk.seller, task_id, REPORT, TICKED, password=desk.manager.password)


# ---------------------------------------------------------------- drafts


def test_a_draft_keeps_what_cannot_be_read_yet(desk: Desk, case_id: str) -> None:
    task_id = reach_analysis(desk, case_id)
    written = {"personligt_mote": "på tisdag", "kontaktperson": "Pia"}
    desk.engine.tasks.save_draft(
        desk.seller.actor,
        task_id,
        answers=written,
        ticks={"kundkort": True, "saljbrev": "", "bestam_tid": False},
        note="Ring igen.",
        key=desk.key(),
    )
    task = desk.engine.tasks.get(desk.seller.actor, task_id)
    assert {k: task.values[k] for k in written} == written
    assert task.note == "Ring igen."
    states = {p.id: p.state for p in task.checklist}
    assert (states["kundkort"], states["saljbrev"], states["bestam_tid"]) == (
        "done",
        "not_applicable",
        "open",
    )
    assert task.row.has_draft


def test_a_draft_of_undeclared_fields_and_points_is_refused(desk: Desk, task_id: str) -> None:
    with pytest.raises(Invalid) as caught:
        desk.engine.tasks.save_draft(
            desk.seller.actor, task_id, answers={"x": "1"}, ticks={"y": True}, key=desk.key()
        )
    assert problems(caught.value) == {("undeclared_field", "x"), ("unknown_item", "checklist.y")}


def test_a_tick_keeps_who_ticked_it_and_when(desk: Desk, task_id: str, clock: FakeClock) -> None:
    bo = colleague(desk)
    desk.engine.tasks.save_draft(
        bo.actor, task_id, answers={}, ticks={"kort_rapport": True}, key=desk.key()
    )
    clock.advance(timedelta(days=1))
    desk.complete(desk.seller, task_id, REPORT, TICKED)
    (point,) = desk.engine.tasks.get(desk.seller.actor, task_id).checklist
    assert (point.by, point.at) == ("Bo Berg", START)


# ---------------------------------------------------------------- who does it


def test_a_task_is_taken_handed_back_and_taken_by_another(desk: Desk, task_id: str) -> None:
    bo = colleague(desk)
    desk.engine.tasks.claim(desk.seller.actor, task_id, key=desk.key())
    with pytest.raises(NotAllowed):
        desk.engine.tasks.claim(bo.actor, task_id, key=desk.key())
    with pytest.raises(NotAllowed):
        desk.engine.tasks.release(bo.actor, task_id, key=desk.key())
    desk.engine.tasks.release(desk.seller.actor, task_id, key=desk.key())
    desk.engine.tasks.claim(bo.actor, task_id, key=desk.key())
    row = desk.engine.tasks.get(bo.actor, task_id).row
    assert row.assignee is not None
    assert row.assignee.name == "Bo Berg"


def test_a_manager_hands_a_task_to_someone_who_holds_its_role(desk: Desk, task_id: str) -> None:
    bo = colleague(desk)
    desk.engine.tasks.reassign(desk.manager.actor, task_id, bo.username, key=desk.key())
    with pytest.raises(NotAllowed):
        desk.complete(desk.seller, task_id, REPORT, TICKED)
    desk.complete(bo, task_id, REPORT, TICKED)


@pytest.mark.parametrize(
    ("username", "code"), [("ekonomi", "not_in_role"), ("ingen", "unknown_person")]
)
def test_a_task_is_not_handed_to_whoever_could_not_do_it(
    desk: Desk, task_id: str, username: str, code: str
) -> None:
    with pytest.raises(Invalid) as caught:
        desk.engine.tasks.reassign(desk.manager.actor, task_id, username, key=desk.key())
    assert problems(caught.value) == {(code, "username")}


def test_who_has_left_is_handed_no_task(desk: Desk, task_id: str) -> None:
    bo = colleague(desk)
    administrator = desk.people["administrator"].actor
    desk.engine.people.change(administrator, "bo", active=False, key=desk.key())
    with pytest.raises(Invalid):
        desk.engine.tasks.reassign(desk.manager.actor, task_id, "bo", key=desk.key())
    with pytest.raises(NotAuthenticated):
        desk.complete(bo, task_id, REPORT, TICKED)


def test_a_stranger_learns_nothing_of_a_task(desk: Desk, task_id: str) -> None:
    engine, key = desk.engine, desk.key
    attempts = [
        lambda: engine.tasks.get(STRANGER, task_id),
        lambda: engine.tasks.claim(STRANGER, task_id, key=key()),
        lambda: engine.tasks.release(STRANGER, task_id, key=key()),
        lambda: engine.tasks.reassign(STRANGER, task_id, "saljare", key=key()),
        lambda: engine.tasks.save_draft(STRANGER, task_id, answers={}, ticks={}, key=key()),
        lambda: engine.tasks.complete(
            STRANGER, task_id, answers={}, ticks={}, password=None, key=key()
        ),
        lambda: engine.tasks.attach(
            STRANGER, task_id, "marknadsrapport_bilaga", "a", "text/plain", b"a", key=key()
        ),
        lambda: engine.tasks.detach(STRANGER, task_id, "x", key=key()),
    ]
    for attempt in attempts:
        with pytest.raises(NotFound):
            attempt()
    assert not engine.tasks.search(STRANGER, show="all").items
