"""An instance moves amid what only gateways, repetitions and compensation know of."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.support.living import Moving, compared
from tests.support.processes import executor, throw, undoable

NOTHING: Mapping[str, str] = {}
THREE = "".join(f'<userTask id="{name}"/>' for name in ("a", "b", "c"))
AFTER = '<userTask id="after"/>'


def begun(body: str, *done: str, **known: object) -> Moving:
    return Moving(executor(body), stored=True, **known).do(*done)


def moved(life: Moving, body: str, mapping: Mapping[str, str] = NOTHING) -> Moving:
    """The life in the other version; the move must be safe."""
    comparison = compared(life.executor, executor(body), mapping)
    found = life.look(comparison)
    assert found.status == "safe", (found.reasons, found.questions)
    return life.move(comparison)


def codes(life: Moving, body: str, mapping: Mapping[str, str] = NOTHING) -> set[str]:
    """Why the life cannot be in the other version."""
    found = life.look(compared(life.executor, executor(body), mapping))
    return {reason.code for reason in found.reasons}


def asked(life: Moving, body: str) -> dict[str, list[str]]:
    """What is asked for, with the targets that are offered."""
    found = life.look(compared(life.executor, executor(body), NOTHING))
    assert found.status == "mapping"
    return {q.element_id: [t.element_id for t in q.targets] for q in found.questions}


def offered(life: Moving, body: str) -> list[str]:
    return [n.element_id for n in life.look(compared(life.executor, executor(body))).not_run]


# ---------------------------------------------------------------- joins


def joined(kind: str, *names: str, condition: str = "", rest: str = "") -> str:
    inner = f"<activationCondition>{condition}</activationCondition>" if condition else ""
    flows = "".join(f"[[split > {n}]][[{n} > join]]" for n in names)
    return (
        f'{THREE}{AFTER}<startEvent id="s"/><parallelGateway id="split"/>[[s > split]]'
        f'<{kind}Gateway id="join">{inner}</{kind}Gateway>{flows}[[join > after]]{rest}'
    )


@pytest.mark.parametrize("kind", ["parallel", "inclusive"])
def test_a_join_half_filled_waits_for_the_rest(kind: str) -> None:
    newer = joined(kind, "a", "b", rest='<userTask id="last"/>[[after > last]]')
    life = moved(begun(joined(kind, "a", "b"), "a"), newer)
    assert life.open == ["b"]
    assert life.do("b").open == ["after"]
    assert life.do("after").open == ["last"]


def test_a_complex_join_half_filled_asks_the_new_condition() -> None:
    three = "= activationCount >= 3"
    life = begun(joined("complex", "a", "b", "c", condition=three), "a")
    two = joined("complex", "a", "b", "c", condition="= activationCount >= 2")
    life = moved(life, two).do("b")
    assert life.open == ["after", "c"]
    assert life.do("c", "after").ended == "completed"


def test_a_complex_join_that_takes_away_the_rest_still_does() -> None:
    old = joined("complex", "a", "b", condition="= activationCount >= 1")
    life = begun(old, "a")
    assert life.open == ["after", "b"]
    newer = old.replace("[[join > after]]", '<userTask id="x"/>[[join > x > after]]')
    assert offered(life, newer) == ["x"]
    life = moved(life, newer).do("b")
    assert life.open == ["after"]
    assert life.do("after").ended == "completed"


@pytest.mark.parametrize("kind", ["parallel", "inclusive", "complex"])
def test_a_join_half_filled_with_another_way_into_it_is_blocked(kind: str) -> None:
    life = begun(joined(kind, "a", "b", condition="= activationCount >= 2"), "a")
    assert codes(life, joined(kind, "a", "b", "c", condition="= activationCount >= 2")) == {
        "join_changed"
    }


def test_a_join_that_has_become_another_gateway_is_blocked_once_something_waits_there() -> None:
    life = begun(joined("inclusive", "a", "b"))
    assert codes(life, joined("parallel", "a", "b")) == set()
    assert codes(life.do("a"), joined("parallel", "a", "b")) == {"kind_changed"}


def quantity(needed: int) -> str:
    return (
        f'{THREE}<startEvent id="s"/><parallelGateway id="split"/>[[s > split]]'
        f'<userTask id="after" startQuantity="{needed}"/>'
        "[[split > a > after]][[split > b > after]][[split > c > after]]"
    )


def test_tokens_that_gather_for_one_activity_stay_unless_it_needs_another_number() -> None:
    life = begun(quantity(2), "a")
    assert codes(life, quantity(3)) == {"join_changed"}
    life = moved(life, quantity(2)).do("b")
    assert life.open == ["after", "c"]


# ---------------------------------------------------------------- ad-hoc


def ad_hoc(*names: str, ordering: str = "Parallel") -> str:
    inner = "".join(f'<userTask id="{name}"/>' for name in names)
    return (
        f'<startEvent id="s"/><adHocSubProcess id="some" ordering="{ordering}">{inner}'
        f"</adHocSubProcess>{AFTER}[[s > some > after]]"
    )


def test_what_was_begun_in_an_ad_hoc_sub_process_goes_on_and_what_is_new_is_offered() -> None:
    life = begun(ad_hoc("a", "b"), "a")
    life.begin("a")
    newer = ad_hoc("a", "b", "c")
    assert offered(life, newer) == ["c"]
    life = moved(life, newer)
    assert life.open == ["a", "b"]
    assert life.begin("c").open == ["a", "b", "c"]
    assert life.do("a", "b", "c").open == ["after"]


def test_one_activity_after_the_other_goes_on_with_those_that_are_left() -> None:
    life = begun(ad_hoc("a", "b", "c", ordering="Sequential"), "a")
    life = moved(life, ad_hoc("a", "new", "b", "last", ordering="Sequential"))
    assert life.open == ["b"]
    assert life.do("b").open == ["new"]
    assert life.do("new").open == ["last"]
    assert life.do("last").open == ["after"]


def test_an_inner_activity_that_is_gone_asks_where_its_work_goes_on() -> None:
    assert asked(begun(ad_hoc("a", "b"), "a"), ad_hoc("a", "c")) == {"b": ["c", "a"]}


# ---------------------------------------------------------------- compensation

UNDO = f"{AFTER}{throw()}"
WAY = "[[a > b > undo > after]]"


def test_what_is_remembered_is_undone_by_its_handler_of_the_new_version() -> None:
    life = begun(undoable("a") + '<userTask id="b"/>' + UNDO + WAY, "a")
    life = moved(life, undoable("a", "handler") + '<userTask id="b"/>' + UNDO + WAY)
    assert life.do("b").open == ["handler"]
    assert life.do("handler").open == ["after"]


def test_what_could_be_undone_must_remain_so() -> None:
    life = begun(undoable("a") + '<userTask id="b"/>' + UNDO + WAY, "a")
    assert codes(life, '<userTask id="a"/><userTask id="b"/>' + UNDO + WAY) == {"compensation_lost"}


def test_a_renamed_activity_that_could_be_undone_asks_which_it_is() -> None:
    life = begun(undoable("a") + '<userTask id="b"/>' + UNDO + WAY, "a")
    newer = undoable("first") + '<userTask id="b"/>' + UNDO + WAY.replace("a >", "first >", 1)
    assert asked(life, newer) == {"a": ["first"]}
    life = moved(life, newer, {"a": "first"}).do("b")
    assert life.open == ["unfirst"]
    assert life.do("unfirst").open == ["after"]


def test_a_handler_that_is_at_work_goes_on_only_as_a_handler() -> None:
    life = begun(undoable("a") + '<userTask id="b"/>' + UNDO + WAY, "a", "b")
    assert life.open == ["una"]
    newer = undoable("a", "other") + '<userTask id="b"/>' + UNDO + WAY
    assert asked(life, newer) == {"una": ["other"]}
    life = moved(life, newer, {"una": "other"})
    assert life.open == ["other"]
    assert life.do("other").open == ["after"]


# ---------------------------------------------------------------- repetitions


def each(sequential: bool, condition: str = "", items: str = "items") -> str:
    inner = f"<completionCondition>{condition}</completionCondition>" if condition else ""
    return (
        f'<startEvent id="s"/><userTask id="a"><multiInstanceLoopCharacteristics '
        f'isSequential="{str(sequential).lower()}"><loopDataInputRef>{items}</loopDataInputRef>'
        f'<inputDataItem name="item"/>{inner}</multiInstanceLoopCharacteristics></userTask>'
        f"{AFTER}[[s > a > after]]"
    )


@pytest.mark.parametrize("sequential", [False, True])
def test_a_collection_half_gone_through_is_gone_through_to_its_end(sequential: bool) -> None:
    life = begun(each(sequential), "a", items=["x", "y", "z"])
    left = [str(w.local["item"]) for w in life.waits("user")]
    life = moved(life, each(sequential))
    assert [str(w.local["item"]) for w in life.waits("user")] == left
    assert life.do("a", "a").open == ["after"]


def test_a_new_completion_condition_ends_the_rounds_that_are_left() -> None:
    life = begun(each(False), "a", items=["x", "y", "z"])
    life = moved(life, each(False, "= numberOfCompletedInstances >= 2"))
    assert life.do("a").open == ["after"]


def test_rounds_over_something_else_are_blocked() -> None:
    life = begun(each(False), "a", items=["x", "y"])
    assert codes(life, each(True)) == {"loop_changed"}
    assert codes(life, each(False, items="others")) == {"loop_changed"}


# ---------------------------------------------------------------- events


def scoped(*parts: str) -> str:
    return (
        f'<startEvent id="s"/><subProcess id="part"><startEvent id="in"/><userTask id="a"/>'
        f"[[in > a]]{''.join(parts)}</subProcess>{AFTER}[[s > part > after]]"
    )


def handler(name: str, message: str, *, interrupting: bool) -> str:
    return (
        f'<subProcess id="{name}" triggeredByEvent="true"><startEvent id="{name}_s" '
        f'isInterrupting="{str(interrupting).lower()}"><messageEventDefinition '
        f'messageRef="{message}"/></startEvent><userTask id="{name}_task"/>'
        f"[[{name}_s > {name}_task]]</subProcess>"
    )


def test_an_event_sub_process_that_is_new_in_a_waiting_scope_listens_there() -> None:
    life = moved(begun(scoped()), scoped(handler("h", "M", interrupting=True)))
    assert life.hear("message", "M").open == ["h_task"]
    assert life.do("h_task").open == ["after"]


def test_an_event_sub_process_that_is_gone_from_a_waiting_scope_does_not() -> None:
    life = moved(begun(scoped(handler("h", "M", interrupting=True))), scoped())
    assert life.waits("message") == []
    assert life.do("a").open == ["after"]


def test_a_handler_that_has_interrupted_lets_no_other_listen() -> None:
    one, two = (handler(n, m, interrupting=True) for n, m in (("h", "M"), ("k", "N")))
    life = begun(scoped(one)).hear("message", "M")
    life = moved(life, scoped(one, two))
    assert life.waits("message") == []
    assert life.do("h_task").open == ["after"]


def test_a_handler_at_work_that_is_gone_asks_where_its_work_goes_on() -> None:
    life = begun(scoped(handler("h", "M", interrupting=False))).hear("message", "M")
    newer = scoped(handler("k", "M", interrupting=False))
    assert asked(life, newer) == {"h": ["k"], "h_task": ["k_task"]}
    life = moved(life, newer, {"h": "k", "h_task": "k_task", "h_s": "k_s"})
    assert life.open == ["a", "k_task"]
    assert [w.name for w in life.waits("message")] == ["M"]
    assert life.do("a", "k_task").open == ["after"]


def alternatives(*messages: str) -> str:
    return "".join(
        f'<startEvent id="on{m}"><messageEventDefinition messageRef="{m}"/></startEvent>'
        f'<userTask id="after{m}"/>[[on{m} > after{m}]]'
        for m in messages
    )


@pytest.mark.parametrize("before", [("M",), ("M", "N")])
def test_a_start_event_that_is_new_waits_with_the_others(before: tuple[str, ...]) -> None:
    newer = alternatives("M", "N").replace("onN", "onNew") + (
        alternatives("N") if "N" in before else ""
    ).replace("afterN", "elseN")
    life = moved(begun(alternatives(*before)), newer)
    assert life.hear("message", "M").open == ["afterM"]
    assert life.waits("message") == []


def race(*messages: str) -> str:
    ways = "".join(
        f'<intermediateCatchEvent id="on{m}"><messageEventDefinition messageRef="{m}"/>'
        f'</intermediateCatchEvent><userTask id="after{m}"/>[[race > on{m} > after{m}]]'
        for m in messages
    )
    return f'<startEvent id="s"/><eventBasedGateway id="race"/>[[s > race]]{ways}'


def test_a_race_takes_in_what_is_new_and_lets_go_what_is_gone() -> None:
    life = moved(begun(race("M")), race("M", "N"))
    assert life.hear("message", "N").open == ["afterN"]
    assert life.waits("message") == []
    life = moved(begun(race("M", "N")), race("N"))
    assert life.hear("message", "N").open == ["afterN"]


def test_a_race_of_which_nothing_is_left_asks() -> None:
    assert asked(begun(race("M")), race("N")) == {"onM": ["onN"]}
