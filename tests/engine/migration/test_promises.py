"""What the preview says is what the move does, what is taken back is as it was, and what moves goes
on to its end: instances amid everything that can be under way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from engine import Conflict, FakeClock, Source
from tests.support.databases import database_of
from tests.support.diagrams import (
    boundary,
    call,
    catch,
    chain,
    diagram,
    end,
    flow,
    gateway,
    message,
    multiple,
    script,
    start,
    sub,
    task,
)
from tests.support.mover import ESP, Mover, complaints, messaged, parallel, rows, steps

Do = Callable[[Mover, str], object]


def child(*names: str) -> Source:
    return diagram("child", start(), *map(task, names), end(), chain("start", *names, "end"))


def calls(id: str) -> str:
    """A call activity that is done three times at once."""
    found = multiple(id, "parallel").replace("userTask", "callActivity")
    return found.replace("<bpmn:callActivity", '<bpmn:callActivity calledElement="child"', 1)


def receive(id: str, name: str) -> Source:
    element = f'<bpmn:receiveTask id="{id}" name="{id.capitalize()}" messageRef="{name}"/>'
    return steps(element, task("write"), ids=f"{id} write", messages=[message(name)])


def late(id: str, timer: str = "P2D", *, interrupting: bool = True) -> Source:
    return steps(
        task(id),
        boundary("late", id, timer=timer, interrupting=interrupting),
        task("hurry"),
        chain("late", "hurry", "end"),
        ids=id,
    )


def scoped(id: str, *more: str) -> Source:
    inside = (start("in"), task("a"), *map(task, more), end("out"), chain("in", "a", *more, "out"))
    return steps(sub(id, *inside), task("after"), ids=f"{id} after")


def split(*more: str) -> Source:
    return parallel("a", "b", *map(task, more), extra=chain("join", *more, "end") if more else "")


def done(*names: str) -> Do:
    """Complete these tasks."""
    return lambda mover, case: [mover.do(case, name) for name in names]


def told(name: str) -> Do:
    """Deliver a message."""
    return lambda mover, case: mover.engine.cases.deliver(
        mover.desk.manager.actor, name, case, key=mover.desk.key()
    )


@dataclass(frozen=True)
class Pair:
    """Two versions, how far an instance has come, and what it must do to end after the move."""

    old: tuple[Source, ...]
    new: Source
    ends: tuple[str, ...]
    before: Do = lambda mover, case: None
    mapping: Mapping[str, str] = field(default_factory=dict)
    not_run: tuple[str, ...] = ()
    message: str | None = None
    """What must come before there is anything to do."""


PAIRS = {
    "a task": Pair(
        (steps(task("a"), ids="a"),), steps(task("a"), task("b"), ids="a b"), ("A", "B")
    ),
    "a renamed task": Pair(
        (steps(task("a"), task("b"), ids="a b"),),
        steps(task("c"), task("b"), ids="c b"),
        ("C", "B"),
        mapping={"a": "c"},
    ),
    "a called process": Pair(
        (steps(call("go", "child"), ids="go"), child("inner")),
        steps(call("run", "child"), task("check"), ids="run check"),
        ("Inner", "Check"),
        mapping={"go": "run"},
    ),
    "a process called three times": Pair(
        (steps(calls("go"), ids="go"), child("inner")),
        steps(calls("run"), task("check"), ids="run check"),
        ("Inner", "Inner", "Check"),
        before=done("Inner"),
        mapping={"go": "run"},
    ),
    "a task for three": Pair(
        (steps(multiple("a", "parallel"), ids="a"),),
        steps(multiple("c", "parallel"), task("b"), ids="c b"),
        ("C", "C", "B"),
        before=done("A"),
        mapping={"a": "c"},
    ),
    "one of three after the other": Pair(
        (steps(multiple("a", "sequential"), ids="a"),),
        steps(task("first"), multiple("a", "sequential"), task("b"), ids="first a b"),
        ("A", "A", "B"),
        before=done("A"),
        not_run=("first",),
    ),
    "an event sub-process at work": Pair(
        (complaints(ESP),),
        complaints(ESP.replace('"answer"', '"reply"').replace("Answer", "Reply")),
        ("Write", "Reply"),
        before=told("Complaint"),
        mapping={"answer": "reply"},
    ),
    "a boundary timer": Pair((late("a"),), late("c"), ("C",), mapping={"a": "c"}),
    "after a boundary timer": Pair(
        (late("a", interrupting=False),),
        late("a", timer="P9D", interrupting=False),
        ("A", "Hurry"),
        before=lambda mover, case: fire(mover),
    ),
    "a receive task": Pair(
        (receive("got", "Reply"),),
        receive("answer", "Reply"),
        ("Write",),
        mapping={"got": "answer"},
        message="Reply",
    ),
    "another message": Pair(
        (receive("got", "Reply"),), receive("got", "Answer"), ("Write",), message="Answer"
    ),
    "a message event": Pair(
        (messaged("Reply"),),
        messaged("Reply", id="reply"),
        ("Write",),
        mapping={"got": "reply"},
        message="Reply",
    ),
    "a join half filled": Pair((split(),), split("after"), ("B", "After"), before=done("A")),
    "a new branch": Pair(
        (split(),),
        parallel("a", "b", task("c"), extra=chain("split", "c", "join")),
        ("A", "B"),
        not_run=("c",),
    ),
    "a sub-process": Pair(
        (scoped("part"),),
        scoped("whole", "more"),
        ("A", "More", "After"),
        mapping={"part": "whole"},
    ),
    "steps before and after": Pair(
        (steps(task("a"), task("b"), ids="a b"),),
        steps(*map(task, ("x", "a", "y", "b", "z")), ids="x a y b z"),
        ("B", "Z"),
        before=done("A"),
        not_run=("x", "y"),
    ),
    "a new gateway": Pair(
        (steps(task("a"), task("b"), ids="a b"),),
        diagram(
            "work",
            start(),
            *map(task, "axb"),
            gateway("which", default="which_to_b"),
            end(),
            chain("start", "a", "which", "b", "end"),
            flow("which", "x", "= missing = 1"),
            chain("x", "b"),
        ),
        ("B",),
        before=done("A"),
        not_run=("x",),
    ),
}


def fire(mover: Mover) -> None:
    mover.clock.advance(timedelta(days=2, minutes=1))
    assert mover.engine.jobs.fire_due() == 1


@pytest.fixture(params=PAIRS, ids=lambda name: name.replace(" ", "-"))
def pair(request: pytest.FixtureRequest) -> Pair:
    return PAIRS[request.param]


def begun(mover: Mover, pair: Pair) -> str:
    """An instance of the old version that has come so far, with the new one deployed."""
    case = mover.begin(*pair.old)
    pair.before(mover, case)
    mover.desk.deploy(pair.new)
    return case


def finish(mover: Mover, pair: Pair, case: str) -> None:
    if pair.message:
        told(pair.message)(mover, case)
    for name in pair.ends:
        row = next(r for r in mover.desk.open_tasks(case) if r.name == name)
        mover.desk.complete(mover.desk.manager, row.id)
    assert (mover.desk.names(case), mover.state(case)) == ([], "completed")


def test_the_preview_says_what_the_move_does(mover: Mover, pair: Pair) -> None:
    case = begun(mover, pair)
    if pair.mapping:
        assert mover.look(case).status in {"mapping", "blocked"}
        assert mover.refused(case) & {"needs_mapping", "gone"}
        assert mover.version(case) == 1
    verdict = mover.look(case, mapping=pair.mapping)
    assert (verdict.status, verdict.reasons) == ("safe", ())
    assert tuple(n.element_id for n in verdict.not_run) == pair.not_run
    item = mover.move(case, mapping=pair.mapping)
    changes = {(note.code, note.element_id) for note in item.notes}
    assert {(note.code, note.element_id) for note in verdict.notes} <= changes
    offered = mover.engine.migrations.skipped_steps(mover.desk.manager.actor, case)
    assert {(s.element_id, s.state) for s in offered} == {(e, "offered") for e in pair.not_run}


def test_what_has_moved_goes_on_to_its_end(mover: Mover, pair: Pair) -> None:
    case = begun(mover, pair)
    open_before = {row.id for row in mover.desk.open_tasks(case)}
    mover.move(case, mapping=pair.mapping)
    assert {row.id for row in mover.desk.open_tasks(case)} == open_before
    finish(mover, pair, case)
    assert mover.engine.history.verify(mover.desk.manager.actor).ok


def test_what_is_taken_back_is_as_it_was_and_moves_again(mover: Mover, pair: Pair) -> None:
    case, url = begun(mover, pair), database_of(mover.engine).url
    before = list(rows(url, case))
    moved = mover.job(case, mapping=pair.mapping)
    mover.engine.migrations.take_back(mover.owner, moved, case, key=mover.desk.key())
    assert list(rows(url, case)) == before
    mover.move(case, mapping=pair.mapping)
    finish(mover, pair, case)


def when(condition: str) -> str:
    return (
        '<bpmn:intermediateCatchEvent id="when"><bpmn:conditionalEventDefinition>'
        f'<bpmn:condition xsi:type="bpmn:tFormalExpression">{condition}</bpmn:condition>'
        "</bpmn:conditionalEventDefinition></bpmn:intermediateCatchEvent>"
    )


BLOCKED = {
    "another kind": (
        steps(task("a"), ids="a"),
        steps(catch("a", timer="P1D"), ids="a"),
        "kind_changed",
    ),
    "nowhere to go on": (
        steps(task("a"), ids="a"),
        steps(catch("w", timer="P1D"), ids="w"),
        "gone",
    ),
    "into a sub-process": (steps(task("a"), ids="a"), scoped("part"), "scope_changed"),
    "a timer without a time": (late("a"), late("a", timer="=missing + 1"), "would_fail"),
    "a step that fails at once": (
        steps(when("= ready"), task("a"), ids="when a"),
        steps(when("= true"), script("sum", "= {a: 1 / none}"), ids="when sum"),
        "would_fail",
    ),
}


@pytest.mark.parametrize("name", BLOCKED, ids=lambda name: name.replace(" ", "-"))
def test_what_the_preview_blocks_does_not_move_for_the_same_reason(mover: Mover, name: str) -> None:
    old, new, code = BLOCKED[name]
    case, url = mover.begin(old, variables={"ready": False}), database_of(mover.engine).url
    mover.desk.deploy(new)
    before = list(rows(url, case))
    verdict = mover.look(case)
    assert verdict.status == "blocked"
    [item] = mover.progress(mover.job(case)).items
    assert item.state == "failed"
    assert item.reasons == verdict.reasons
    assert {r.code for r in item.reasons} == {code}
    assert list(rows(url, case)) == before
    assert mover.version(case) == 1


def test_instances_of_several_versions_go_to_one(mover: Mover) -> None:
    cases = []
    for names in ("a b", "a x b", "a x b y"):
        mover.desk.deploy(steps(*map(task, names.split()), ids=names))
        if names != "a x b y":
            cases += [mover.desk.case("work") for _ in range(2)]
    mover.do(cases[0], "A")
    mover.do(cases[2], "A")
    found = mover.progress(mover.job(version=3))
    assert (found.done, found.failed) == (4, 0)
    assert {i.instance_id: i.from_version for i in found.items} == dict(
        zip(cases, (1, 1, 2, 2), strict=True)
    )
    assert [mover.desk.names(c) for c in cases] == [["B"], ["A"], ["X"], ["A"]]
    offered = [mover.engine.migrations.skipped_steps(mover.desk.manager.actor, c) for c in cases]
    assert [[s.element_id for s in steps] for steps in offered] == [["x"], [], [], []]


def test_a_timer_kept_through_a_rename_fires_at_its_old_time(
    mover: Mover, clock: FakeClock
) -> None:
    case = mover.begin(late("a"))
    mover.desk.deploy(late("c"))
    clock.advance(timedelta(days=1))
    mover.move(case, mapping={"a": "c"})
    clock.advance(timedelta(hours=23))
    assert mover.engine.jobs.fire_due() == 0
    clock.advance(timedelta(hours=2))
    assert mover.engine.jobs.fire_due() == 1
    assert mover.desk.names(case) == ["Hurry"]


# ---------------------------------------------------------------- no way back


def draft(mover: Mover, case: str) -> None:
    mover.engine.tasks.save_draft(
        mover.desk.manager.actor,
        mover.desk.task(case, "A"),
        answers={},
        ticks={},
        note="Half",
        key=mover.desk.key(),
    )


def claim(mover: Mover, case: str) -> None:
    who = mover.desk.manager.actor
    mover.engine.tasks.claim(who, mover.desk.task(case, "A"), key=mover.desk.key())


def run(mover: Mover, case: str) -> None:
    mover.engine.migrations.run_skipped(mover.desk.manager.actor, case, "x", key=mover.desk.key())


def dismiss(mover: Mover, case: str) -> None:
    who = mover.desk.manager.actor
    mover.engine.migrations.dismiss_skipped(who, case, "x", "By phone", key=mover.desk.key())


def again(mover: Mover, case: str) -> None:
    mover.desk.deploy(steps(task("a"), ids="a"))
    mover.move(case, version=3)


SINCE: dict[str, tuple[Do, str]] = {
    "completed": (done("A"), "moved_on"),
    "a timer fired": (lambda mover, case: fire(mover), "moved_on"),
    "a step offered and begun": (run, "moved_on"),
    "moved to yet another": (again, "moved_on"),
    "a draft": (draft, "changed_since"),
    "claimed": (claim, "changed_since"),
    "a step not needed": (dismiss, "changed_since"),
}


@pytest.mark.parametrize("name", SINCE, ids=lambda name: name.replace(" ", "-"))
def test_no_way_back_once_something_was_done(mover: Mover, name: str) -> None:
    act, code = SINCE[name]
    case = mover.begin(steps(task("a"), task("b"), ids="a b"))
    late_a = (
        boundary("late", "a", timer="P2D", interrupting=False),
        task("hurry"),
        chain("late", "hurry", "end"),
    )
    mover.desk.deploy(steps(*map(task, "xab"), *late_a, ids="x a b"))
    moved = mover.job(case)
    act(mover, case)
    before = list(rows(database_of(mover.engine).url, case))
    with pytest.raises(Conflict) as refused:
        mover.engine.migrations.take_back(mover.owner, moved, case, key=mover.desk.key())
    assert refused.value.error_code == code
    assert list(rows(database_of(mover.engine).url, case)) == before
