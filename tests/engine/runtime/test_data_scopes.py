"""What an activity writes stays in its data scope (BPMN 2.0.2, 10.4.1): each round of a
repeated activity has one, and what can happen again brings its own each time."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.processes import Life, RunningInstance, executor

SP = 'xmlns:sp="urn:serviceplan:bpmn:1"'


def each(output: str = "", *, sequential: bool = False, items: str = '["Nord", "Syd"]') -> str:
    collect = f""" sp:output="all" sp:outputItem='= {output}'""" if output else ""
    return (
        f"<multiInstanceLoopCharacteristics {SP} isSequential='{str(sequential).lower()}' "
        f"sp:collection='= {items}' sp:item='site'{collect}/>"
    )


def mapped(*tags: str) -> str:
    return f"<extensionElements {SP}>{''.join(tags)}</extensionElements>"


def local(life: Life, element: str) -> list[dict[str, Any]]:
    """What the user tasks of an element see beside the process's variables, in their order."""
    return [dict(w.local) for w in life.waits("user") if w.element_id == element]


@pytest.mark.parametrize("sequential", [False, True])
def test_a_form_begins_in_each_round_as_before_the_activity(
    live: RunningInstance, sequential: bool
) -> None:
    body = f'<userTask id="a">{each("yes", sequential=sequential)}</userTask>'
    life = live(f"{body}<userTask id='after'/>[[a > after]]", yes=None)
    life.do("a", yes="first", why="because")
    (second,) = local(life, "a")
    assert "why" not in second
    assert second["site"] == "Syd"
    life.do("a", yes="second")
    assert life.process.variables == {"yes": None, "all": ["first", "second"]}


def test_two_rounds_of_a_sub_process_take_their_own_ways(live: RunningInstance) -> None:
    inside = (
        '<userTask id="size"/><exclusiveGateway id="g" default="d"/><userTask id="big"/>'
        '<userTask id="small"/>[[size > g]][[g > big if large = true]]'
        '<sequenceFlow id="d" sourceRef="g" targetRef="small"/>'
    )
    life = live(f'<subProcess id="sub">{each("{s: site, l: large}")}{inside}</subProcess>')
    life.do("size", large=True).do("size", large=False)
    assert life.open == ["big", "small"]
    assert [one["site"] for one in local(life, "big")] == ["Nord"]
    life.do("small", "big")
    collected = [{"s": "Nord", "l": True}, {"s": "Syd", "l": False}]
    assert (life.ended, life.process.variables) == ("completed", {"all": collected})


def test_within_one_round_what_one_branch_writes_the_other_sees(live: RunningInstance) -> None:
    inside = (
        '<parallelGateway id="p"/><userTask id="ask"/><userTask id="wait"/>'
        '<parallelGateway id="j"/>'
        '<scriptTask id="sum"><script>= {sum: n * 2}</script></scriptTask>'
        "[[p > ask > j]][[p > wait > j]][[j > sum]]"
    )
    life = live(f'<subProcess id="sub">{each("sum")}{inside}</subProcess>')
    life.do("ask", n=1).do("ask", n=2)
    assert [one["n"] for one in local(life, "wait")] == [1, 2]
    assert life.do("wait", "wait").process.variables == {"all": [2, 4]}


def test_rounds_within_rounds_have_scopes_within_scopes(live: RunningInstance) -> None:
    inner = f'<userTask id="a">{each("site + x", items="[1, 2]")}</userTask>'
    body = f'<subProcess id="sub">{each("all")}<userTask id="x"/>{inner}[[x > a]]</subProcess>'
    life = live(
        body.replace(
            "sp:item='site' sp:output=\"all\" sp:outputItem='= all'",
            "sp:item='place' sp:output=\"whole\" sp:outputItem='= all'",
        )
    )
    life.do("x", x=10).do("x", x=20).do("a", "a", "a", "a")
    assert life.process.variables == {"whole": [[11, 12], [21, 22]]}


@pytest.mark.parametrize(
    "work",
    [
        '<scriptTask id="a"><script>= {got: site}</script>[[each]]</scriptTask>',
        '<callActivity id="a" calledElement="Q">[[each]]</callActivity>',
        '<receiveTask id="a" messageRef="M">[[each]]</receiveTask>',
    ],
    ids=["script", "call", "message"],
)
def test_whatever_writes_in_a_round_writes_there(live: RunningInstance, work: str) -> None:
    life = live(f"{work.replace('[[each]]', each('got'))}<userTask id='z'/>[[a > z]]")
    for number, wait in enumerate(life.waits("call", "message")):
        life.executor.wake(
            life.process, wait.token, {"got": number}, kind=wait.kind, name=wait.name
        )
        life.settled()
    assert life.open == ["z"]
    assert life.process.variables["all"] in (["Nord", "Syd"], [0, 1])
    assert life.process.variables.keys() == {"all"}


def test_what_leaves_a_round_is_said_by_a_mapping(live: RunningInstance) -> None:
    out = mapped('<sp:out source="= yes" target="last"/>')
    life = live(f'<userTask id="a">{out}{each("yes")}</userTask><userTask id="z"/>[[a > z]]')
    life.do("a", yes=1).do("a", yes=2)
    assert life.process.variables == {"all": [1, 2], "last": 2}


def test_the_condition_that_is_enough_sees_the_round_that_was_last(live: RunningInstance) -> None:
    loop = each("yes").replace(
        "/>",
        "><completionCondition>= yes = 2</completionCondition></multiInstanceLoopCharacteristics>",
    )
    life = live(f'<userTask id="a">{loop}</userTask><userTask id="z"/>[[a > z]]')
    assert life.do("a", yes=2).open == ["z"]


def again(condition: str) -> str:
    return (
        f"<standardLoopCharacteristics><loopCondition>= {condition}</loopCondition>"
        "</standardLoopCharacteristics>"
    )


def test_a_loops_round_begins_as_before_the_loop(live: RunningInstance) -> None:
    """Its condition sees what the round that is done has set; nothing of it is left."""
    life = live(f'<userTask id="a">{again("reply = 1")}</userTask><userTask id="z"/>[[a > z]]')
    life.do("a", reply=1, why="because")
    assert local(life, "a") == [{"loopCounter": 2}]
    assert life.do("a", reply=2).open == ["z"]
    assert (life.process.variables, local(life, "z")) == ({}, [{}])


def test_what_leaves_a_loops_round_is_said_by_a_mapping(live: RunningInstance) -> None:
    out = mapped('<sp:out source="= reply" target="last"/>')
    life = live(f'<userTask id="a">{out}{again("last = 1")}</userTask>')
    life.do("a", reply=1).do("a", reply=2)
    assert life.process.variables == {"last": 2}


@pytest.mark.parametrize("inside", [False, True], ids=["a task", "a sub-process"])
def test_a_loop_counts_in_what_is_around_it(live: RunningInstance, inside: bool) -> None:
    count = "<script>= {n: n + 1, seen: n}</script>"
    work = f'<scriptTask id="a">{count}{again("n &lt; 3")}</scriptTask>'
    if inside:
        work = (
            f'<subProcess id="a"><scriptTask id="b">{count}</scriptTask>{again("n &lt; 3")}'
            "</subProcess>"
        )
    life = live(work, n=0)
    assert (life.ended, life.process.variables) == ("completed", {"n": 3})


def test_a_loop_in_a_round_counts_in_that_round(live: RunningInstance) -> None:
    loop = f'<scriptTask id="a"><script>= {{n: n + site}}</script>{again("n &lt; 3")}</scriptTask>'
    life = live(f'<subProcess id="sub">{each("n", items="[1, 2]")}{loop}</subProcess>', n=0)
    assert life.process.variables == {"n": 0, "all": [3, 4]}


@pytest.mark.parametrize("name", ["task", "text", "what", "index", "done", "process"])
def test_a_variable_may_have_any_name(live: RunningInstance, name: str) -> None:
    life = live(f'<userTask id="a">{again(f"{name} = 1")}</userTask>')
    assert life.do("a", **{name: 1}).do("a", **{name: 2}).ended == "completed"
    rounds = each(name).replace("'site'", f"'{name}'")
    enough = f"<completionCondition>= {name} = 9</completionCondition>"
    rounds = rounds.replace("/>", f">{enough}</multiInstanceLoopCharacteristics>")
    life = live(f'<userTask id="a">{rounds}</userTask>')
    assert life.do("a").do("a").process.variables == {"all": ["Nord", "Syd"]}


MESSAGE = '<messageEventDefinition messageRef="M"/>'
HANDLER = (
    '<startEvent id="s"/><userTask id="work"/>[[s > work]]<subProcess id="h" '
    'triggeredByEvent="true">[[in]]<startEvent id="hs" isInterrupting="false">'
    f'{MESSAGE}</startEvent><userTask id="look">[[inner]]</userTask><userTask id="mend"/>'
    "[[hs > look > mend]]</subProcess>"
)
BRANCH = (
    '<userTask id="work"/><boundaryEvent id="on" attachedToRef="work" cancelActivity="false">'
    f'{MESSAGE}</boundaryEvent><userTask id="look">[[inner]]</userTask><userTask id="mend"/>'
    "[[on > look > mend]]"
)
SAME = mapped('<sp:in source="= what" target="what"/>')


@pytest.mark.parametrize("inner", ["", SAME], ids=["plain", "sp:in"])
@pytest.mark.parametrize("body", [HANDLER, BRANCH], ids=["event sub-process", "boundary event"])
def test_an_event_that_comes_again_brings_its_own(
    live: RunningInstance, body: str, inner: str
) -> None:
    life = live(body.replace("[[inner]]", inner).replace("[[in]]", ""))
    life.hear("message", "M", what="door").hear("message", "M", what="window")
    assert [one["what"] for one in local(life, "look")] == ["door", "window"]
    life.do("look", "look")
    assert [one["what"] for one in local(life, "mend")] == ["door", "window"]


def test_an_event_sub_process_of_its_own_sp_in_has_its_own(live: RunningInstance) -> None:
    given = mapped('<sp:in source="= what + &quot;!&quot;" target="loud"/>')
    life = live(HANDLER.replace("[[inner]]", "").replace("[[in]]", given))
    life.hear("message", "M", what="door").hear("message", "M", what="window")
    assert [one["loud"] for one in local(life, "look")] == ["door!", "window!"]
    assert life.process.variables == {}


def test_what_a_boundary_event_brings_the_process_sees_the_latest_of(live: RunningInstance) -> None:
    """It has no mapping of its own to say what leaves."""
    life = live(BRANCH.replace("[[inner]]", ""))
    life.hear("message", "M", what="door").hear("message", "M", what="window")
    assert life.process.variables == {"what": "window"}


@pytest.mark.parametrize("stored", [False, True])
def test_an_instance_of_the_version_before_goes_on_as_it_began(stored: bool) -> None:
    class Before(Life):
        def begin_with(self, made, known):  # type: ignore[no-untyped-def]
            process = made.new(known)
            process.marks.clear()
            return process

    body = f'<userTask id="a">{each("yes")}</userTask><userTask id="z"/>[[a > z]]'
    life = Before(executor(body), stored=stored).do("a", yes=1).do("a", yes=2)
    assert life.process.variables == {"all": [1, 2], "yes": 2}
    looped = f'<userTask id="a">{again("reply = 1")}</userTask><userTask id="z"/>[[a > z]]'
    life = Before(executor(looped), stored=stored).do("a", reply=1, why=1).do("a", reply=2)
    assert life.process.variables == {"reply": 2, "why": 1}
    heard = Before(executor(HANDLER.replace("[[inner]]", "").replace("[[in]]", "")), stored=stored)
    heard.hear("message", "M", what="door").hear("message", "M", what="window")
    assert heard.process.variables == {"what": "window"}
