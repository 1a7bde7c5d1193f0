"""Decisions on pages: listed, shown as tables, tried; and drawings beside them."""

from __future__ import annotations

import pytest

from engine import Engine, Source
from tests.support.decisions import DISCOUNTS, data, model, needs, says
from tests.support.diagrams import chain, diagram, end, rule, start, task
from tests.support.people import People
from tests.support.visitor import SignedIn, Visitor, upload


@pytest.fixture
def owner(signed_in: SignedIn, people: People) -> Visitor:
    return signed_in(people["process_owner"])


@pytest.fixture
def anyone(signed_in: SignedIn, people: People) -> Visitor:
    return signed_in(people["inkop"])


def deployed(engine: Engine, people: People, *sources: Source) -> dict[str, str]:
    """Ids of the decisions of these files, by decision."""
    made = engine.definitions.deploy(people["process_owner"].actor, sources, key="decisions")
    return {d.decision_id: d.id for d in made.decisions}


def test_a_decision_model_is_uploaded_beside_a_diagram(owner: Visitor) -> None:
    steps = chain("start", "ask", "act", "end")
    work = diagram("work", start(), rule("ask", "pris"), task("act"), end(), steps)
    files = {"work.bpmn": work.data, "rabatt.dmn": DISCOUNTS.data}
    checked = upload(owner, files, "check")
    assert checked.status_code == 200
    assert "rabatt, pris, villkor, prissattning" in checked.text
    page = owner.follow(owner.send(checked, having="checked_file", button=("action", "deploy")))
    assert "1 process är publicerad" in page.text
    assert "4 beslut är publicerade" in page.text
    assert "Pris per månad" in page.text
    assert "Prissättning" in page.text


def test_a_model_that_contradicts_itself_is_refused_and_changes_nothing(owner: Visitor) -> None:
    twice = model(says("a", "1"), says("a", "2"))
    page = upload(owner, {"regler.dmn": twice.data}, "deploy")
    assert page.status_code == 422
    assert "id ”a” används av flera element" in page.text
    assert "regler.dmn, rad 2" in page.text
    assert "A</a>" not in owner.open("/definitions/").text


def test_a_decision_that_cannot_be_made_is_shown_with_what_keeps_it_from_that(
    owner: Visitor, engine: Engine, people: People
) -> None:
    broken = DISCOUNTS.data.replace(b"<text>7.5</text>", b"<text>7,,5</text>")
    checked = upload(owner, {"rabatt.dmn": broken}, "check")
    assert "Sparas som ritning och kan inte fattas: rabatt, pris, prissattning." in checked.text
    assert "Beslut: villkor." in checked.text
    upload(owner, {"rabatt.dmn": broken}, "deploy")
    page = owner.open("/definitions/")
    assert "3 beslut är sparade som ritningar. De kan inte fattas" in page.text
    assert page.text.count("Kan inte fattas") == 3
    found = {d.decision_id: d.id for d in engine.decisions.all(people["manager"].actor)}
    page = owner.open(f"/decisions/{found['rabatt']}")
    for text in (
        "Sparat som ritning",
        "uttrycket 7,,5 kan inte läsas",
        "rabatt.dmn, rad 37",
        "År som kund",
    ):
        assert text in page.text, text
    assert "Prova beslutet" not in page.text
    assert "Prova beslutet" in owner.open(f"/decisions/{found['villkor']}").text
    upload(owner, {"rabatt.dmn": DISCOUNTS.data}, "deploy")
    upload(owner, {"rabatt.dmn": broken.replace(b"7,,5", b"8,,5")}, "deploy")
    page = owner.open("/definitions/")
    assert "Kan inte fattas" not in page.text
    assert page.text.count("Version 3 är sparad som ritning") == 3
    assert "Ritning" in owner.open(f"/decisions/{found['rabatt']}").text


def test_a_decision_is_shown_as_a_table_with_what_it_stands_on(
    anyone: Visitor, engine: Engine, people: People
) -> None:
    ids = deployed(engine, people, DISCOUNTS)
    page = anyone.open(f"/decisions/{ids['pris']}")
    assert page.status_code == 200
    for text in (
        "belopp * (1 - rabatt / 100)",
        "År som kund",
        "Högst en regel får gälla.",
        "Ingen rabatt första klassen",
        "bygger på Rabatt, belopp",
        "&#34;silver&#34;,&#34;guld&#34;",
    ):
        assert text in page.text, text
    answer = anyone.open(f"/decisions/{ids['pris']}/file")
    assert answer.data == DISCOUNTS.data
    assert anyone.open("/decisions/none").status_code == 404


def test_a_decision_is_tried_and_says_which_rules_held(
    anyone: Visitor, engine: Engine, people: People
) -> None:
    ids = deployed(engine, people, DISCOUNTS)
    page = anyone.open(f"/decisions/{ids['pris']}")
    given = {"in.kundklass": "guld", "in.avtalsår": "6", "in.belopp": "1 000,50"}
    answer = anyone.send(page, given, having="in.belopp")
    assert answer.status_code == 200
    assert "900,45" in answer.text
    assert "Regel 3 i ”Rabatt”" in answer.text
    assert answer.text.count("rule-held") == 1
    assert 'value="1 000,50"' in answer.text
    assert "<option selected>guld</option>" in answer.text


def test_what_cannot_be_read_is_told_at_its_field(
    anyone: Visitor, engine: Engine, people: People
) -> None:
    ids = deployed(engine, people, DISCOUNTS)
    page = anyone.open(f"/decisions/{ids['rabatt']}")
    answer = anyone.send(page, {"in.avtalsår": "många"}, having="in.avtalsår")
    assert answer.status_code == 422
    assert "Skriv ett tal" in answer.text
    assert 'value="många"' in answer.text
    both = {"in.kundklass": "guld", "in.avtalsår": "9"}
    overlap = anyone.send(page, both, having="in.avtalsår")
    assert overlap.status_code == 200
    assert "UNIQUE" in overlap.text


def test_every_boxed_expression_can_be_read(
    anyone: Visitor, engine: Engine, people: People
) -> None:
    boxed = (
        '<decision id="allt" name="Allt"><variable name="allt"/>' + needs("rader") + "<context>"
        '<contextEntry><variable name="lista"/><list><literalExpression><text>1</text>'
        "</literalExpression></list></contextEntry>"
        '<contextEntry><variable name="f"/><functionDefinition><formalParameter name="x"/>'
        "<literalExpression><text>x + 1</text></literalExpression></functionDefinition>"
        "</contextEntry>"
        '<contextEntry><variable name="anrop"/><invocation><literalExpression><text>f</text>'
        '</literalExpression><binding><parameter name="x"/><literalExpression><text>41</text>'
        "</literalExpression></binding></invocation></contextEntry>"
        '<contextEntry><variable name="val"/><conditional><if><literalExpression><text>anrop = 42'
        '</text></literalExpression></if><then><literalExpression><text>"ja"</text>'
        '</literalExpression></then><else><literalExpression><text>"nej"</text>'
        "</literalExpression></else></conditional></contextEntry>"
        '<contextEntry><variable name="alla"/><for iteratorVariable="r"><in><literalExpression>'
        "<text>rader</text></literalExpression></in><return><literalExpression><text>r * 2</text>"
        "</literalExpression></return></for></contextEntry>"
        '<contextEntry><variable name="tabell"/><relation><column name="a"/><column name="b"/>'
        "<row><literalExpression><text>7</text></literalExpression><literalExpression>"
        "<text>8</text></literalExpression></row></relation></contextEntry>"
        "</context></decision>"
    )
    ids = deployed(engine, people, model(data("rader"), boxed))
    page = anyone.open(f"/decisions/{ids['allt']}")
    for text in (
        "lista",
        "function(x)",
        "f(…)",
        "x + 1",
        "om</dt>",
        "annars</dt>",
        "for r",
        '<td class="mono">8',
    ):
        assert text in page.text, text
    answer = anyone.send(page, {"in.rader": "[1, 2]"}, having="in.rader")
    assert "alla: 2, 4" in answer.text
    assert "val: ja" in answer.text


def test_a_hostile_name_is_only_text(anyone: Visitor, engine: Engine, people: People) -> None:
    evil = "<script>alert(1)</script>".replace("<", "&lt;")
    source = model(
        data("x"), says("a", '"<b>x</b>"', needs("x")).replace('name="A"', f'name="{evil}"')
    )
    ids = deployed(engine, people, source)
    page = anyone.open(f"/decisions/{ids['a']}")
    answer = anyone.send(page, {}, having="in.x")
    for text in (page.text, anyone.open("/definitions/").text, answer.text):
        assert "<script>alert" not in text
    assert "&lt;b&gt;x&lt;/b&gt;" in answer.text


def test_the_history_tells_a_decision_in_words(
    signed_in: SignedIn, engine: Engine, people: People
) -> None:
    steps = chain("start", "ask", "act", "end")
    work = diagram("work", start(), rule("ask", "pris", result="p"), task("act"), end(), steps)
    deployed(engine, people, DISCOUNTS, work)
    given = {"kundklass": "guld", "avtalsår": 6, "belopp": 1000}
    manager = people["manager"]
    engine.cases.start(manager.actor, process_id="work", variables=given, key="case")
    page = signed_in(manager).open("/history/?type=decision.evaluated")
    assert "”Ask” fattade beslutet ”Pris per månad”, version 1" in page.text


# ---------------------------------------------------------------- drawings


def test_a_drawing_has_its_page_with_what_keeps_it_from_running(
    owner: Visitor, engine: Engine, people: People
) -> None:
    gap = '<bpmn:serviceTask id="act" name="Skicka"/>'
    source = diagram("ritad", start(), gap, end(), chain("start", "act", "end"))
    checked = upload(owner, {"ritad.bpmn": source.data}, "check")
    assert "Sparas som ritning och kan inte startas: ritad" in checked.text
    upload(owner, {"ritad.bpmn": source.data}, "deploy")
    page = owner.open("/definitions/")
    assert "Kan inte startas" in page.text
    found = next(
        d for d in engine.definitions.all(people["manager"].actor) if d.process_id == "ritad"
    )
    page = owner.open(f"/definitions/{found.id}")
    assert "Sparad som ritning" in page.text
    assert "Serviceuppgiften ”Skicka” (act)" in page.text
    runs = diagram("ritad", start(), task("act"), end(), chain("start", "act", "end"))
    upload(owner, {"ritad.bpmn": runs.data}, "deploy")
    newer = diagram("ritad", start("first"), gap, end(), chain("first", "act", "end"))
    upload(owner, {"ritad.bpmn": newer.data}, "deploy")
    page = owner.open("/definitions/")
    assert "Kan inte startas" not in page.text
    assert "Version 3 är sparad som ritning" in page.text
