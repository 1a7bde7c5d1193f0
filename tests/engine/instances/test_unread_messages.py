"""Messages that nobody takes: whoever sends one hears that nothing ahead can, and a case that ends
with some says which."""

from __future__ import annotations

import pytest

from engine import Source
from tests.support.desk import Desk
from tests.support.diagrams import (
    boundary,
    call,
    catch,
    chain,
    diagram,
    end,
    message,
    start,
    sub,
    task,
)

KNOWN = [message("M", roles="ekonomi")]
AHEAD = {
    "the catch is behind": (("got", "work"), (), False),
    "the catch is ahead": (("work", "got"), (), True),
    "ahead in a called process": (("work", "called"), (), True),
    "a called process without it": (("work", "quiet"), (), False),
    "on an activity ahead": (("work", "next"), ("on",), True),
    "on an activity behind": (("next", "work"), ("on",), False),
}
PARTS = {
    "work": task("work"),
    "got": catch("got", message="M"),
    "next": task("next"),
    "called": call("called", "hears"),
    "quiet": call("quiet", "silent"),
    "on": boundary("on", "next", message="M", interrupting=True)
    + end("on_end")
    + chain("on", "on_end"),
}


def case(way: tuple[str, ...], beside: tuple[str, ...]) -> Source:
    parts = "".join(PARTS[name] for name in (*way, *beside))
    return diagram("main", start(), parts, end(), chain("start", *way, "end"), messages=KNOWN)


def send(desk: Desk, case_id: str) -> dict[str, object]:
    sent = desk.engine.cases.deliver(desk.manager.actor, "M", case_id, key=desk.key())
    return dict(sent.result)


@pytest.mark.parametrize("place", AHEAD)
def test_whoever_sends_a_message_hears_whether_anything_ahead_takes_it(
    bare_desk: Desk, place: str
) -> None:
    desk = bare_desk
    way, beside, expected = AHEAD[place]
    hears = (start(), catch("wait", message="M"), end(), chain("start", "wait", "end"))
    silent = (start(), task("hush"), end(), chain("start", "hush", "end"))
    desk.deploy(diagram("hears", *hears, messages=KNOWN), diagram("silent", *silent))
    desk.deploy(case(way, beside))
    case_id = desk.case("main")
    if way[0] == "got":
        assert send(desk, case_id) == {"delivered": 1, "stored": False, "expected": True}
    if way[0] == "next":
        desk.complete(desk.manager, desk.task(case_id))
    assert send(desk, case_id) == {"delivered": 0, "stored": True, "expected": expected}


def test_what_listens_around_or_comes_after_a_scope_counts_as_ahead(bare_desk: Desk) -> None:
    desk = bare_desk
    inner = (start("s1"), task("work"), end("e1"), chain("s1", "work", "e1"))
    parts = (start(), sub("sub", *inner), catch("got", message="M"), end())
    desk.deploy(diagram("main", *parts, chain("start", "sub", "got", "end"), messages=KNOWN))
    assert send(desk, desk.case("main"))["expected"] is True


def test_a_case_that_ends_with_messages_nobody_took_says_which(bare_desk: Desk) -> None:
    desk = bare_desk
    desk.deploy(case(("got", "work"), ()))
    ended, cancelled = desk.case("main"), desk.case("main")
    for case_id in (ended, cancelled):
        for _ in range(3):
            send(desk, case_id)
    desk.complete(desk.manager, desk.task(ended))
    desk.engine.cases.cancel(desk.manager.actor, cancelled, "Ångrat", key=desk.key())
    for case_id in (ended, cancelled):
        page = desk.engine.history.search(
            desk.manager.actor, case_id=case_id, type="message.unread"
        )
        assert [entry.detail for entry in page.items] == [{"message": "M", "times": 2}]


def test_a_case_that_ends_with_none_says_nothing(bare_desk: Desk) -> None:
    desk = bare_desk
    desk.deploy(case(("got", "work"), ()))
    case_id = desk.case("main")
    send(desk, case_id)
    desk.complete(desk.manager, desk.task(case_id))
    assert "message.unread" not in desk.facts(case_id)


def test_what_a_start_of_several_messages_takes_is_not_unread(bare_desk: Desk) -> None:
    desk = bare_desk
    both = "".join(f'<bpmn:messageEventDefinition messageRef="{name}"/>' for name in "MN")
    begins = f'<bpmn:startEvent id="begins" parallelMultiple="true">{both}</bpmn:startEvent>'
    sends = f'<bpmn:endEvent id="sends">{both}</bpmn:endEvent>'
    known = [message("M"), message("N")]
    desk.deploy(
        diagram("begun", begins, task("got"), chain("begins", "got"), messages=known),
        diagram(
            "main", start(), task("work"), sends, chain("start", "work", "sends"), messages=known
        ),
    )
    case_id = desk.case("main")
    desk.complete(desk.manager, desk.task(case_id))
    assert desk.names(case_id) == ["Got"]
    assert "message.unread" not in desk.facts(case_id)


@pytest.mark.parametrize("last", ["sends", "sends, then ends", "sends, then is terminated"])
def test_what_the_last_step_has_sent_is_told_too(bare_desk: Desk, last: str) -> None:
    desk = bare_desk
    event = '<bpmn:messageEventDefinition messageRef="M"/>'
    sends = f'<bpmn:intermediateThrowEvent id="sends">{event}</bpmn:intermediateThrowEvent>'
    stop = '<bpmn:endEvent id="end"><bpmn:terminateEventDefinition/></bpmn:endEvent>'
    parts = (sends, stop if "terminated" in last else end(), chain("sends", "end"))
    if last == "sends":
        parts = (f'<bpmn:endEvent id="sends">{event}</bpmn:endEvent>',)
    desk.deploy(
        diagram(
            "main", start(), task("work"), *parts, chain("start", "work", "sends"), messages=KNOWN
        )
    )
    case_id = desk.case("main")
    desk.complete(desk.manager, desk.task(case_id))
    page = desk.engine.history.search(desk.manager.actor, case_id=case_id, type="message.unread")
    assert [entry.detail for entry in page.items] == [{"message": "M", "times": 1}]
