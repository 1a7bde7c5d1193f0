"""Diagrams drawn on the server: every sign, every state, and no label outside its box."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from engine import Drawing, Edge, Engine, Shape
from tests.support.people import People
from tests.support.svg import SVG, TASK, classes, drawing, drawn, state, words
from web import diagram
from web.svg import text

# ---------------------------------------------------------------- text


@pytest.mark.parametrize(
    "name",
    [
        "Skriv rapport till Ekonomiavd för Fakturering och Löner",
        "Beskrivning av arbetsuppgifterna enligt avtalet",
        "Kundmapp/pärm och personalmapp/pärm",
        "Arbetsmarknadsdepartementspressmeddelandeförfattare",
        "WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW",
        "x " * 300,
    ],
)
@pytest.mark.parametrize("room", [(140.0, 68.0), (80.0, 66.0)])
def test_no_label_leaves_its_room(name: str, room: tuple[float, float]) -> None:
    block = text.fit(name, room, 16.0)
    assert block.lines
    assert block.width <= room[0] + 0.01
    assert block.height <= room[1] + 0.01


def test_letters_are_made_smaller_before_a_word_is_broken() -> None:
    block = text.fit("Arbetsmarknadsförvaltning", (140.0, 60.0), 16.0)
    assert block.lines == ("Arbetsmarknadsförvaltning",)
    assert block.size < 16


def test_lines_are_balanced() -> None:
    assert text.fit("Utbilda kunden och kundens personal", (150.0, 60.0), 13.0).lines == (
        "Utbilda kunden och",
        "kundens personal",
    )


def test_a_word_is_broken_between_consonants_when_nothing_else_helps() -> None:
    lines = text.fit("Personalomplaceringsutredning", (80.0, 60.0), 13.0).lines
    assert len(lines) > 1
    assert all(line.endswith("-") for line in lines[:-1])
    assert "".join(line.rstrip("-") for line in lines) == "Personalomplaceringsutredning"


def test_each_line_carries_its_measured_width() -> None:
    lines = list(drawn(TASK).iter(f"{SVG}text"))
    assert lines
    for line in lines:
        size = float(line.get("font-size") or 0)
        measured = text.width(line.text or "", size)
        assert float(line.get("textLength") or 0) == pytest.approx(measured, abs=0.01)


# ---------------------------------------------------------------- shapes


def test_a_diagram_without_geometry_draws_nothing() -> None:
    assert diagram.draw(Drawing((), (), 0, 0, 0, 0), title="Tomt") == ""


@pytest.mark.parametrize(
    "kind",
    [
        "task", "userTask", "manualTask", "serviceTask", "scriptTask", "businessRuleTask",
        "sendTask", "receiveTask", "callActivity", "subProcess", "transaction",
        "startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent",
        "boundaryEvent", "exclusiveGateway", "parallelGateway", "inclusiveGateway",
        "eventBasedGateway", "complexGateway", "dataObjectReference", "dataStoreReference",
        "textAnnotation", "group", "participant", "lane", "choreographyTask",
    ],
)  # fmt: skip
def test_every_kind_of_shape_is_drawn_with_its_name(kind: str) -> None:
    root = drawn(Shape("s", kind, "Namnet", 100, 100, 120, 80, expanded=False))
    assert "Namnet" in words(root)


@pytest.mark.parametrize(
    "event",
    [
        "messageEventDefinition", "timerEventDefinition", "signalEventDefinition",
        "errorEventDefinition", "escalationEventDefinition", "terminateEventDefinition",
        "linkEventDefinition", "conditionalEventDefinition", "compensateEventDefinition",
        "cancelEventDefinition", "multiple", "parallelMultiple",
    ],
)  # fmt: skip
def test_every_kind_of_event_has_an_icon_of_its_own(event: str) -> None:
    plain = diagram.draw(drawing(Shape("e", "endEvent", "", 0, 0, 36, 36)), title="x")
    with_icon = diagram.draw(drawing(Shape("e", "endEvent", "", 0, 0, 36, 36, event=event)),
                             title="x")  # fmt: skip
    assert len(with_icon) > len(plain) + 20


def test_rings_tell_start_intermediate_end_and_non_interrupting_apart() -> None:
    def ring(kind: str, **more: bool) -> tuple[int, set[str]]:
        root = drawn(Shape("e", kind, "", 0, 0, 36, 36, **more))  # type: ignore[arg-type]
        return len(list(root.iter(f"{SVG}circle"))), classes(root)

    assert ring("startEvent")[0] == 1
    assert ring("intermediateCatchEvent")[0] == 2
    assert "bp-end" in ring("endEvent")[1]
    assert "bp-dashed" not in ring("boundaryEvent")[1]
    assert "bp-dashed" in ring("boundaryEvent", interrupting=False)[1]


def test_what_an_event_throws_is_filled_and_what_it_waits_for_is_not() -> None:
    event = Shape("e", "intermediateThrowEvent", "", 0, 0, 36, 36, event="signalEventDefinition")
    assert "bp-ink-full" not in classes(drawn(event))
    assert "bp-ink-full" in classes(drawn(replace(event, throwing=True)))


def test_a_call_activity_has_a_thick_border_and_a_plus() -> None:
    call = replace(TASK, kind="callActivity")
    assert "bp-call" in classes(drawn(call))
    assert "M-7 -7H7V7H-7Z" in "".join(e.get("d") or "" for e in drawn(call).iter())


def test_a_lane_s_title_is_turned() -> None:
    root = drawn(Shape("l", "lane", "Kundansvarig", 30, 0, 700, 140), TASK)
    turned = [e for e in root.iter() if "rotate(-90)" in (e.get("transform") or "")]
    assert "Kundansvarig" in "".join(turned[0].itertext())


def test_a_sub_process_that_an_event_starts_is_dotted() -> None:
    scope = Shape("s", "subProcess", "Vid reklamation", 50, 50, 400, 200)
    start = Shape("e", "startEvent", "", 80, 120, 36, 36, event="messageEventDefinition")
    assert "bp-dotted" in classes(drawn(replace(scope, triggered=True), start))
    assert "bp-dotted" not in classes(drawn(scope, start))


def test_flows_have_heads_names_default_slashes_and_condition_diamonds() -> None:
    points = ((260.0, 140.0), (300.0, 140.0), (300.0, 240.0), (400.0, 240.0))
    flow = Edge("f", "sequenceFlow", "Accepterar", points)
    root = drawn(TASK, edges=(flow,))
    assert {"bp-head", "bp-sequence"} <= classes(root)
    assert "Accepterar" in words(root)
    plain = len(list(root.iter(f"{SVG}path")))
    assert len(list(drawn(TASK, edges=(replace(flow, default=True),)).iter(f"{SVG}path"))) > plain
    conditional = drawn(TASK, edges=(replace(flow, conditional=True),))
    assert "bp-start" in classes(conditional)
    assert "bp-message" in classes(drawn(TASK, edges=(replace(flow, kind="messageFlow"),)))
    assert "bp-association" in classes(drawn(TASK, edges=(replace(flow, kind="association"),)))


def test_points_on_top_of_each_other_do_not_stop_the_drawing() -> None:
    flow = Edge("f", "sequenceFlow", "x", ((10.0, 10.0), (10.0, 10.0)))
    assert "bp-head" in classes(drawn(edges=(flow,)))


# ---------------------------------------------------------------- states and words


def test_a_signed_task_has_a_tick_and_initials() -> None:
    root = drawn(TASK, t=state("done", badge="MÅ", task_id="1"))
    assert {"is-done", "bp-tick"} <= classes(root)
    assert "MÅ" in words(root)


def test_a_late_task_says_how_late_and_how_many_times() -> None:
    root = drawn(TASK, t=state("late", days_late=6, count=2, task_id="1"))
    assert "is-late" in classes(root)
    assert "+6 d ×2" in words(root)


@pytest.mark.parametrize("kind", ["done", "open", "late", "waiting", "incident", "cancelled"])
def test_every_state_is_told_in_words_too(kind: str) -> None:
    root = drawn(TASK, t=state(kind, days_late=3))
    said = next(e.get("aria-label") for e in root.iter() if f"is-{kind}" in (e.get("class") or ""))
    assert said is not None
    assert re.match(r"Upprätta kundkort \(Uppgift\): \w+", said)


def test_what_can_be_opened_is_a_link_with_words() -> None:
    root = drawn(TASK, t=state("open", task_id="1"))
    link = next(root.iter(f"{SVG}a"))
    assert link.get("href") == "/t/1"
    assert link.findtext(f"{SVG}title") == "Upprätta kundkort (Uppgift): pågår"
    assert not list(drawn(TASK, t=state("open")).iter(f"{SVG}a"))


def test_the_drawing_has_a_name_and_no_styles_of_its_own() -> None:
    root = drawn(TASK, t=state("open", task_id="1"))
    assert root.get("aria-label") == "Prov"
    assert not [e for e in root.iter() if e.get("style") or e.tag == f"{SVG}style"]


def test_names_cannot_break_out_of_the_drawing() -> None:
    nasty = replace(TASK, name='<script>alert(1)</script> "&', id='"><b>')
    markup = str(diagram.draw(drawing(nasty), title='"><script>'))
    assert "<script" not in markup
    assert "<b>" not in markup


# ---------------------------------------------------------------- the plan's own diagrams


def test_every_label_of_the_plan_stays_in_its_task(engine: Engine, people: People) -> None:
    outside = []
    for definition in engine.definitions.all(people["manager"].actor):
        plan = engine.definitions.drawing(people["manager"].actor, definition.id)
        root = ET.fromstring(  # noqa: S314
            str(diagram.draw(plan, title="x")).replace("<svg ", f'<svg xmlns="{SVG[1:-1]}" ', 1)
        )
        for group in root.iter(f"{SVG}g"):
            box = next((r for r in group.iter(f"{SVG}rect") if r.get("class") == "bp-box"), None)
            if box is None or group.get("role") != "img":
                continue
            left, wide = float(box.get("x") or 0), float(box.get("width") or 0)
            for line in group.iter(f"{SVG}text"):
                half = float(line.get("textLength") or 0) / 2
                middle = float(line.get("x") or 0)
                if middle - half < left or middle + half > left + wide:
                    outside.append((definition.name, line.text))
    assert outside == []


def test_the_whole_plan_is_styled_by_classes_that_the_style_sheet_knows(
    engine: Engine, people: People
) -> None:
    sheet = (Path(diagram.__file__).parent / "static/diagram.css").read_text(encoding="utf-8")
    used: set[str] = set()
    for definition in engine.definitions.all(people["manager"].actor):
        plan = engine.definitions.drawing(people["manager"].actor, definition.id)
        used |= set(re.findall(r'class="([^"]+)"', str(diagram.draw(plan, title="x"))))
    names = {name for many in used for name in many.split()}
    unstyled = {n for n in names if f".{n}" not in sheet}
    assert unstyled <= {
        "bp-seen",
        "bp-flow",
        "bp-flow-name",
        "bp-container",
        "bp-text",
        "bp-sequence",
    }
