"""Many people at once, with real threads: one wins, nobody sees anything but who was first."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from engine import SYSTEM, Actor, FakeClock
from engine.errors import Conflict
from engine.runtime import stored_messages
from engine.service.transactions import Transactions
from engine.store.tables import (
    AttachmentTable,
    SignatureTable,
    TaskTable,
)
from engine.unit_of_work import UnitOfWork
from engine.work import attachments
from tests.support.databases import database_of
from tests.support.desk import REPORT, TICKED, Desk
from tests.support.diagrams import (
    boundary,
    catch,
    chain,
    diagram,
    end,
    field,
    gateway,
    message,
    start,
    task,
)
from tests.support.ground import START
from tests.support.incidents import CHOICE
from tests.support.people import Account
from tests.support.threads import at_once

SIGNERS = 20


def colleagues(desk: Desk, count: int) -> list[Account]:
    """So many people with the seller's role and password."""
    role, password = frozenset({"saljare"}), desk.seller.password
    accounts = []
    for name in (f"seller{n:02}" for n in range(count)):
        added = desk.engine.people.add(
            SYSTEM, name, f"Säljare {name}", roles=role, password=password, key=desk.key()
        )
        assert added.id is not None
        accounts.append(Account(Actor(added.id, f"Säljare {name}", role), name, password))
    return accounts


def test_of_twenty_who_sign_at_once_one_wins_and_the_others_read_who(desk: Desk) -> None:
    case_id = desk.case()
    task_id = desk.task(case_id)
    people = colleagues(desk, SIGNERS)
    results = at_once(
        [lambda who=who: desk.complete(who, task_id, REPORT, TICKED) for who in people]
    )
    lost = [r for r in results if isinstance(r, Exception)]
    assert [e for e in lost if not isinstance(e, Conflict)] == []
    assert len(lost) == SIGNERS - 1
    [winner] = [who for who, r in zip(people, results, strict=True) if r not in lost]
    assert {e.error_code for e in lost} == {"already_completed"}
    assert {e.params["by"] for e in lost} == {winner.name}
    assert {e.params["at"] for e in lost} == {START}
    assert desk.names(case_id) == ["Inventering"]
    with database_of(desk.engine).reading() as connection:
        assert connection.scalar(select(func.count()).select_from(SignatureTable)) == 1
    assert desk.engine.history.verify(desk.manager.actor).ok


def test_one_person_who_clicks_twice_gets_one_receipt(desk: Desk) -> None:
    task_id = desk.task(desk.case())
    click = lambda: desk.complete(desk.seller, task_id, REPORT, TICKED, key="one-key")  # noqa: E731
    first, second = at_once([click, click])
    assert first == second
    assert first.key == "one-key"


def test_different_tasks_of_one_case_are_completed_side_by_side(bare_desk: Desk) -> None:
    desk = bare_desk
    names = [f"part{n}" for n in range(6)]
    steps = [start(), gateway("fork", "parallel"), gateway("join", "parallel"), task("rest"), end()]
    steps += [task(name, points=["p"], sign=True) for name in names]
    steps += [chain("start", "fork"), chain("join", "rest", "end")]
    steps += [chain("fork", name, "join") for name in names]
    desk.deploy(diagram("parts", *steps, lanes={"saljare": names}))
    case_id = desk.case("parts")
    people = colleagues(desk, len(names))
    works = [
        lambda who=who, id=row.id: desk.complete(who, id, {}, {"p": True})
        for who, row in zip(people, desk.open_tasks(case_id), strict=True)
    ]
    assert [r for r in at_once(works) if isinstance(r, Exception)] == []
    assert desk.names(case_id) == ["Rest"]
    assert desk.engine.history.verify(desk.manager.actor).ok


def test_cases_started_at_once_have_numbers_of_their_own(desk: Desk) -> None:
    ids = at_once([desk.case] * 6)
    assert [i for i in ids if isinstance(i, Exception)] == []
    numbers = sorted(c.number for c in desk.engine.cases.search(desk.manager.actor).items)
    assert numbers == [f"2026-{n:04}" for n in range(1, 7)]


def test_a_message_meets_whoever_begins_to_wait_for_it_at_the_same_moment(
    bare_desk: Desk,
) -> None:
    desk = bare_desk
    steps = (
        start(),
        task("work"),
        catch("wait", message="Paid"),
        task("thank"),
        end(),
        chain("start", "work", "wait", "thank", "end"),
    )
    desk.deploy(diagram("payment", *steps, messages=[message("Paid", roles="ekonomi")]))
    for _ in range(5):
        case_id = desk.case("payment")
        task_id = desk.task(case_id)
        results = at_once(
            [
                lambda case_id=case_id: desk.engine.cases.deliver(
                    desk.manager.actor, "Paid", case_id, key=desk.key()
                ),
                lambda task_id=task_id: desk.complete(desk.manager, task_id, password=None),
            ]
        )
        assert [r for r in results if isinstance(r, Exception)] == []
        assert desk.names(case_id) == ["Thank"]


def test_timers_fire_once_however_many_look_at_the_clock(bare_desk: Desk, clock: FakeClock) -> None:
    desk = bare_desk
    steps = (
        start(),
        task("work"),
        end(),
        chain("start", "work", "end"),
        boundary("late", "work", timer="P1D", interrupting=False),
        task("remind"),
        end("end2"),
        chain("late", "remind", "end2"),
    )
    desk.deploy(diagram("later", *steps))
    cases = [desk.case("later") for _ in range(8)]
    clock.advance(timedelta(days=1))
    fired = at_once([desk.engine.jobs.fire_due] * 4)
    assert [r for r in fired if isinstance(r, Exception)] == []
    assert sum(fired) == len(cases)
    assert all(desk.names(c) == ["Remind", "Work"] for c in cases)


def test_a_timer_and_the_person_it_hurries_do_not_trip_over_each_other(
    bare_desk: Desk, clock: FakeClock
) -> None:
    desk = bare_desk
    steps = (
        start(),
        task("work", form=field("done", "boolean")),
        end(),
        chain("start", "work", "end"),
        boundary("late", "work", timer="P1D", interrupting=True),
        end("end2"),
        chain("late", "end2"),
    )
    desk.deploy(diagram("later", *steps))
    for _ in range(5):
        case_id = desk.case("later")
        task_id = desk.task(case_id)
        clock.advance(timedelta(days=1))
        fired, completed = at_once(
            [
                desk.engine.jobs.fire_due,
                lambda task_id=task_id: desk.complete(desk.manager, task_id, password=None),
            ]
        )
        late = isinstance(completed, Conflict)
        assert late or not isinstance(completed, Exception)
        assert fired == (1 if late else 0)
        with database_of(desk.engine).reading() as connection:
            state = connection.scalar(select(TaskTable.state).where(TaskTable.id == task_id))
        assert state == ("cancelled" if late else "completed")
        assert desk.engine.cases.get(desk.manager.actor, case_id).row.state == "completed"


def test_what_is_read_in_one_go_is_of_one_moment(desk: Desk) -> None:
    count = select(func.count()).select_from(TaskTable)
    with database_of(desk.engine).reading() as connection:
        before = connection.scalar(count)
        desk.case()
        assert connection.scalar(count) == before
    with database_of(desk.engine).reading() as connection:
        assert connection.scalar(count) == (before or 0) + 1


# ---------------------------------------------------------------- in between


class Meanwhile:
    """Something that begins, in a thread of its own, when a function is called for the first time
    (or has returned), and has a second until that goes on."""

    def __init__(self, work: Callable[[], Any]):
        self._work = work
        self._results: list[Any] = []
        self._thread = threading.Thread(target=self._run)

    def before(self, patch: pytest.MonkeyPatch, owner: object, name: str) -> Meanwhile:
        usual = getattr(owner, name)

        def interrupted(*args: Any, **more: Any) -> Any:
            self._begin()
            return usual(*args, **more)

        patch.setattr(owner, name, interrupted)
        return self

    def after(self, patch: pytest.MonkeyPatch, owner: object, name: str) -> Meanwhile:
        usual = getattr(owner, name)

        def interrupted(*args: Any, **more: Any) -> Any:
            result = usual(*args, **more)
            self._begin()
            return result

        patch.setattr(owner, name, interrupted)
        return self

    @property
    def result(self) -> Any:
        """What it gave or raised."""
        self._thread.join(timeout=30)
        [result] = self._results
        return result

    def _begin(self) -> None:
        if self._thread.ident is None:
            self._thread.start()
            self._thread.join(timeout=1)

    def _run(self) -> None:
        self._results += at_once([self._work])


def filed(desk: Desk) -> tuple[str, str, str]:
    """A case, its task that takes files, and the file that it has."""
    form = field("papers", "attachment")
    steps = (start(), task("file", form=form, sign=True), end(), chain("start", "file", "end"))
    desk.deploy(diagram("filing", *steps))
    case_id = desk.case("filing")
    task_id = desk.task(case_id)
    return case_id, task_id, attach(desk, task_id, "first.txt")


def attach(desk: Desk, task_id: str, name: str) -> str:
    who, data = desk.manager.actor, name.encode()
    receipt = desk.engine.tasks.attach(
        who, task_id, "papers", name, "text/plain", data, key=desk.key()
    )
    return receipt.id or ""


def files(desk: Desk, case_id: str) -> tuple[list[str], list[str]]:
    """The names of the files that the case's only task has, and that were signed with it."""
    with database_of(desk.engine).reading() as connection:
        names = connection.scalars(
            select(AttachmentTable.filename).order_by(AttachmentTable.filename)
        ).all()
    page = desk.engine.history.search(desk.manager.actor, case_id=case_id, type="task.completed")
    [entry] = page.items
    signed = entry.detail["attachments"].get("papers", [])
    return list(names), sorted(file["filename"] for file in signed)


def test_a_file_that_comes_while_its_task_is_signed_is_signed_too_or_refused(
    bare_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = bare_desk
    case_id, task_id, _ = filed(desk)
    signing = Meanwhile(lambda: desk.complete(desk.manager, task_id))
    signing.before(monkeypatch, attachments, "add")
    attach(desk, task_id, "second.txt")
    assert not isinstance(signing.result, Exception)
    there, signed = files(desk, case_id)
    assert there == signed == ["first.txt", "second.txt"]


def test_a_file_that_has_been_signed_cannot_be_taken_away_at_the_same_moment(
    bare_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = bare_desk
    case_id, task_id, file_id = filed(desk)
    signing = Meanwhile(lambda: desk.complete(desk.manager, task_id))
    signing.before(monkeypatch, attachments, "remove")
    desk.engine.tasks.detach(desk.manager.actor, task_id, file_id, key=desk.key())
    assert not isinstance(signing.result, Exception)
    there, signed = files(desk, case_id)
    assert there == signed == []


def test_a_message_meets_whoever_a_signal_of_another_case_makes_wait_for_it(
    bare_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = bare_desk
    signal = '<bpmn:signal id="Go" name="Go"/>'
    event = '<bpmn:signalEventDefinition signalRef="Go"/>'
    hears = f'<bpmn:intermediateCatchEvent id="go">{event}</bpmn:intermediateCatchEvent>'
    throws = f'<bpmn:intermediateThrowEvent id="go">{event}</bpmn:intermediateThrowEvent>'
    waiting = (start(), hears, catch("wait", message="Paid"), task("thank"), end())
    calling = (start(), task("call"), throws, end())
    desk.deploy(
        diagram(
            "waiting",
            *waiting,
            chain("start", "go", "wait", "thank", "end"),
            messages=[signal, message("Paid", roles="ekonomi")],
        ),
        diagram("calling", *calling, chain("start", "call", "go", "end"), messages=[signal]),
    )
    case_id, caller = desk.case("waiting"), desk.case("calling")
    paid = Meanwhile(
        lambda: desk.engine.cases.deliver(desk.manager.actor, "Paid", case_id, key=desk.key())
    )
    paid.after(monkeypatch, stored_messages, "take")
    desk.complete(desk.manager, desk.task(caller))
    assert not isinstance(paid.result, Exception)
    assert desk.names(case_id) == ["Thank"]


def test_whoever_fails_at_a_task_that_is_completed_meanwhile_leaves_no_incident(
    bare_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = bare_desk
    desk.deploy(CHOICE)
    case_id = desk.case("choice")
    task_id = desk.task(case_id)
    right = Meanwhile(lambda: desk.complete(desk.manager, task_id, {"amount": 5}))
    right.before(monkeypatch, Transactions, "record_failure")
    with pytest.raises(Conflict) as caught:
        desk.complete(desk.manager, task_id, {"amount": 13})
    assert caught.value.error_code == "already_completed"
    assert not isinstance(right.result, Exception)
    assert desk.incidents(case_id) == []
    assert desk.names(case_id) == ["Small"]
    assert desk.engine.cases.get(desk.manager.actor, case_id).row.state == "running"


def test_what_was_tried_twice_is_counted_once(
    bare_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = bare_desk
    steps = (start(), task("one"), task("two"), end(), chain("start", "one", "two", "end"))
    desk.deploy(diagram("work", *steps))
    task_id = desk.task(desk.case("work"))
    claimed = Meanwhile(lambda: desk.engine.tasks.claim(desk.seller.actor, task_id, key=desk.key()))
    claimed.before(monkeypatch, UnitOfWork, "begin")
    counted: list[str] = []
    desk.engine.operations.watch(counted.extend)
    desk.complete(desk.seller, task_id)
    assert not isinstance(claimed.result, Exception)
    assert counted.count("task.claimed") == counted.count("task.completed") == 1
