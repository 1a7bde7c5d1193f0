"""Decision models: deployed beside diagrams, asked by people and by business rule tasks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from engine import Actor, FakeClock, Source
from engine.errors import Conflict, Invalid, NotAllowed, NotFound, ProcessFailed, Rejected
from tests.support.decisions import DISCOUNTS, data, imports, model, needs, says
from tests.support.desk import Desk
from tests.support.diagrams import ad_hoc, call, chain, diagram, end, rule, start, task

GOLD = {"kundklass": "guld", "avtalsår": 6, "belopp": 1000}


def asking(*rules: str, name: str = "work") -> Source:
    """A process that makes decisions, and then waits for a person."""
    ids = [text.partition('id="')[2].partition('"')[0] for text in rules]
    steps = chain("start", *ids, "act", "end")
    return diagram(name, start(), *rules, task("act"), end(), steps)


def variables(desk: Desk, case_id: str) -> dict[str, Any]:
    return dict(desk.engine.cases.get(desk.manager.actor, case_id).variables)


def started(desk: Desk, source: Source, given: dict[str, Any] | None = None) -> dict[str, Any]:
    """The variables after a case of the process has come to its task."""
    desk.deploy(source)
    case_id = desk.case("work", variables=given or GOLD)
    assert desk.names(case_id) == ["Act"], desk.incidents(case_id)
    return variables(desk, case_id)


# ---------------------------------------------------------------- deployed


def test_diagrams_and_decision_models_go_live_together(bare_desk: Desk) -> None:
    desk, owner = bare_desk, bare_desk.people["process_owner"].actor
    files = [asking(rule("ask", "pris", result="p")), DISCOUNTS]
    report = desk.engine.definitions.check(files)
    assert report.ok
    assert set(report.decision_ids) == {"rabatt", "pris", "villkor", "prissattning"}
    deployed = desk.engine.definitions.deploy(owner, files, key=desk.key())
    assert [d.process_id for d in deployed.definitions] == ["work"]
    assert {(d.decision_id, d.version, d.kind) for d in deployed.decisions} == {
        ("rabatt", 1, "decision"),
        ("pris", 1, "decision"),
        ("villkor", 1, "decision"),
        ("prissattning", 1, "service"),
    }
    assert {d.model for d in desk.engine.decisions.all(owner)} == {"Rabatter"}
    [fact] = desk.engine.history.search(owner, type="decision.deployed").items
    assert fact.detail["model"] == "Rabatter"
    assert {d["decision"] for d in fact.detail["decisions"]} >= {"rabatt", "pris"}
    found = deployed.decisions[0]
    assert desk.engine.decisions.source(owner, found.id).data == DISCOUNTS.data


def test_the_same_model_keeps_its_version_and_a_changed_one_gets_the_next(bare_desk: Desk) -> None:
    desk, owner = bare_desk, bare_desk.people["process_owner"].actor
    first = desk.engine.definitions.deploy(owner, [model(says("a", "1"))], key=desk.key())
    again = desk.engine.definitions.deploy(owner, [model(says("a", "1"))], key=desk.key())
    changed = desk.engine.definitions.deploy(owner, [model(says("a", "2"))], key=desk.key())
    back = desk.engine.definitions.deploy(owner, [model(says("a", "1"))], key=desk.key())
    assert (first.new, again.new, changed.new, back.new) == (True, False, True, True)
    assert again.decisions == first.decisions
    assert [d.version for d in (*changed.decisions, *back.decisions)] == [2, 3]
    assert desk.engine.decisions.decide(owner, "a", {}).value == 1
    assert desk.engine.decisions.decide(owner, "a", {}, version=2).value == 2
    latest = [d.version for d in desk.engine.decisions.all(owner) if d.latest]
    assert latest == [3]


def test_models_import_each_other_in_the_upload_first_else_what_is_live(bare_desk: Desk) -> None:
    desk, owner = bare_desk, bare_desk.people["process_owner"].actor
    base = model(says("grund", "10"), name="bas")
    more = needs("urn:test:bas#grund")
    top = model(imports("urn:test:bas", "bas"), says("topp", "bas.grund * 2", more), name="topp")
    desk.deploy(base)
    desk.deploy(top)
    assert desk.engine.decisions.decide(owner, "topp", {}).value == 20
    newer = model(says("grund", "11"), name="bas")
    desk.deploy(newer)
    # What a version decides never changes; deployed again, the file stands on the newer one.
    assert desk.engine.decisions.decide(owner, "topp", {}).value == 20
    again = desk.engine.definitions.deploy(owner, [top], key=desk.key())
    assert [d.version for d in again.decisions] == [2]
    newest = model(says("grund", "12"), name="bas")
    both = desk.engine.definitions.deploy(owner, [top, newest], key=desk.key())
    assert both.new
    assert desk.engine.decisions.decide(owner, "topp", {}).value == 24
    assert desk.engine.decisions.decide(owner, "topp", {}, version=2).value == 22


def test_a_model_of_knowledge_alone_is_kept_for_those_that_import_it(bare_desk: Desk) -> None:
    desk, owner = bare_desk, bare_desk.people["process_owner"].actor
    knowledge = (
        '<businessKnowledgeModel id="moms" name="moms"><variable name="moms"/>'
        '<encapsulatedLogic><formalParameter name="x" typeRef="number"/>'
        "<literalExpression><text>x * 1.25</text></literalExpression></encapsulatedLogic>"
        "</businessKnowledgeModel>"
    )
    library = model(knowledge, name="bibliotek")
    requires = (
        '<knowledgeRequirement><requiredKnowledge href="urn:test:bibliotek#moms"/>'
        "</knowledgeRequirement>"
    )
    asks = model(imports("urn:test:bibliotek", "b"), says("pris", "b.moms(100)", requires))
    first = desk.engine.definitions.deploy(owner, [library], key=desk.key())
    assert (first.new, first.decisions) == (True, ())
    assert [f.code for f in first.findings] == ["decision_model_empty"]
    assert not desk.engine.definitions.deploy(owner, [library], key=desk.key()).new
    desk.deploy(asks)
    assert desk.engine.decisions.decide(owner, "pris", {}).value == 125


HOSTILE = {
    "doctype": (Source("a.dmn", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'), "xml_doctype"),
    "laughs": (
        Source(
            "a.dmn",
            b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><l>&b;</l>',
        ),
        "xml_doctype",
    ),
    "huge": (Source("a.dmn", b"<a>" + b" " * 2_000_001 + b"</a>"), "file_too_large"),
    "deep": (Source("a.dmn", b"<a>" * 100 + b"</a>" * 100), "xml_too_deep"),
    "html": (Source("a.dmn", b"<html><body/></html>"), "file_html"),
    "other": (Source("a.dmn", b"<plan/>"), "not_dmn"),
    "broken": (Source("a.dmn", b"<definitions"), "xml_broken"),
    "empty": (Source("a.dmn", b""), "file_empty"),
    "twice": (model(says("a", "1"), says("a", "2")), "decision_id_twice"),
    "id": (model(says("a" * 300, "1")), "decision_name_too_long"),
    "long": (model(says("a", "1"), says("b", "x" * 400_001)), "decision_too_many_cells"),
}  # fmt: skip


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_model_that_cannot_be_trusted_is_refused_and_says_where(
    bare_desk: Desk, kind: str
) -> None:
    desk, owner = bare_desk, bare_desk.people["process_owner"].actor
    source, code = HOSTILE[kind]
    with pytest.raises(Rejected) as caught:
        desk.engine.definitions.deploy(owner, [source, asking(rule("ask", "a"))], key=desk.key())
    errors = [f for f in caught.value.findings if f.severity == "error"]
    assert code in {f.code for f in errors}
    found = next(f for f in errors if f.code == code)
    assert found.filename == source.filename
    assert found.sv
    assert found.en
    assert found.sv != found.en
    assert not desk.engine.decisions.all(owner)
    assert not desk.engine.definitions.all(owner)


JUEL = DISCOUNTS.data.replace(b'id="rabattmodell"', b'expressionLanguage="juel"')
DRAWN = {
    "feel": (model(says("a", "1 +")), "decision_expression"),
    "python": (model(says("a", "__import__('os').system('true')")), "decision_expression"),
    "nested": (model(says("a", "(" * 500 + "1" + ")" * 500)), "decision_expression"),
    "circle": (model(says("a", "b", needs("#b")), says("b", "a", needs("#a"))), "decision_circle"),
    "lost": (model(says("a", "1", needs("#nowhere"))), "decision_reference_lost"),
    "import": (model(imports("urn:nowhere"), says("a", "1")), "decision_import_unknown"),
    "type": (
        model(data("x", "Nothing"), says("a", "x", needs("x"))),
        "decision_type",
    ),
    "policy": (
        Source("a.dmn", DISCOUNTS.data.replace(b'"UNIQUE"', b'"BEST"')),
        "decision_table",
    ),
    "language": (
        Source("a.dmn", JUEL),
        "decision_language",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", DRAWN)
def test_a_model_that_cannot_be_evaluated_is_kept_as_drawings(bare_desk: Desk, kind: str) -> None:
    desk, owner = bare_desk, bare_desk.people["process_owner"].actor
    source, code = DRAWN[kind]
    report = desk.engine.definitions.check([source])
    assert report.ok
    assert report.decision_drawings
    kept = desk.engine.definitions.deploy(owner, [source], key=desk.key())
    found = next(f for f in kept.findings if f.code == code)
    assert not found.refuses
    assert found.sv != found.en
    drawn = [d for d in kept.decisions if not d.runnable]
    assert tuple(d.decision_id for d in drawn) == report.decision_drawings
    assert found in desk.engine.decisions.findings(owner, drawn[0].id)
    detail = desk.engine.decisions.get(owner, drawn[0].id)
    assert detail.requirements[0].logic is not None
    assert detail.inputs == ()
    assert drawn[0].latest
    for version in (None, 1):
        with pytest.raises(Conflict, match="kept as a drawing") as caught:
            desk.engine.decisions.decide(owner, drawn[0].decision_id, {}, version=version)
        assert caught.value.error_code == "decision_drawing"
    assert not desk.engine.definitions.deploy(owner, [source], key=desk.key()).new


def test_of_a_model_each_decision_runs_that_can(bare_desk: Desk) -> None:
    desk, owner = bare_desk, bare_desk.people["process_owner"].actor
    mixed = model(
        says("good", "1"),
        says("bad", "1 +"),
        says("above", "bad + 1", needs("#bad")),
        says("top", "above + good", needs("#above", "#good")),
        says("beside", "good + 1", needs("#good")),
        '<decisionService id="all"><outputDecision href="#top"/></decisionService>',
        '<decisionService id="some"><outputDecision href="#beside"/></decisionService>',
    )
    kept = desk.engine.definitions.deploy(owner, [mixed], key=desk.key())
    runs = {d.decision_id for d in kept.decisions if d.runnable}
    assert runs == {"good", "beside", "some"}
    assert {(f.code, f.element_id) for f in kept.findings} == {
        ("decision_expression", "bad"),
        ("decision_needs_drawing", "above"),
        ("decision_needs_drawing", "top"),
        ("decision_needs_drawing", "all"),
    }
    assert desk.engine.decisions.decide(owner, "some", {}).value == 2
    with pytest.raises(Conflict, match=r'"Above" \(above\) requires Bad'):
        desk.engine.decisions.decide(owner, "above", {})
    assert not desk.engine.history.search(owner, type="decision_drawing.kept").items


def test_a_drawing_leaves_the_version_that_runs_live(bare_desk: Desk) -> None:
    desk, owner = bare_desk, bare_desk.people["process_owner"].actor
    works, drawn = model(says("a", "1")), model(says("a", "1 +"))
    desk.deploy(works)
    desk.deploy(asking(rule("ask", "a", result="svar")))
    kept = desk.engine.definitions.deploy(owner, [drawn], key=desk.key())
    assert [(d.version, d.runnable, d.latest) for d in kept.decisions] == [(2, False, False)]
    [fact] = desk.engine.history.search(owner, type="decision_drawing.kept").items
    assert fact.detail["version"] == 2
    assert desk.engine.decisions.decide(owner, "a", {}).value == 1
    with pytest.raises(Conflict, match="kept as a drawing"):
        desk.engine.decisions.decide(owner, "a", {}, version=2)
    assert variables(desk, desk.case("work"))["svar"] == 1
    # What is live already, and what is drawn already, keeps its version.
    for same in (works, drawn):
        assert not desk.engine.definitions.deploy(owner, [same], key=desk.key()).new
    mended = desk.engine.definitions.deploy(owner, [model(says("a", "3"))], key=desk.key())
    assert [(d.version, d.latest) for d in mended.decisions] == [(3, True)]


def test_an_import_goes_to_the_newest_model_that_runs(bare_desk: Desk) -> None:
    desk, owner = bare_desk, bare_desk.people["process_owner"].actor
    base, broken = (model(says("grund", text), name="bas") for text in ("10", "10 +"))
    top = model(
        imports("urn:test:bas", "bas"), says("topp", "bas.grund", needs("urn:test:bas#grund"))
    )
    desk.deploy(base)
    desk.deploy(broken)
    desk.deploy(top)
    assert desk.engine.decisions.decide(owner, "topp", {}).value == 10
    # In one upload they belong together.
    both = desk.engine.definitions.deploy(owner, [top, broken], key=desk.key())
    assert [(d.decision_id, d.runnable) for d in both.decisions] == [
        ("topp", False),
        ("grund", False),
    ]
    assert desk.engine.decisions.decide(owner, "topp", {}).value == 10


def test_an_import_that_is_missing_is_shown_until_it_comes(bare_desk: Desk) -> None:
    desk, owner = bare_desk, bare_desk.people["process_owner"].actor
    top = model(
        imports("urn:test:bas", "bas"), says("topp", "bas.grund", needs("urn:test:bas#grund"))
    )
    [kept] = desk.engine.definitions.deploy(owner, [top], key=desk.key()).decisions
    [shown] = desk.engine.decisions.get(owner, kept.id).requirements
    assert shown.logic is not None
    assert shown.logic.text == "bas.grund"
    desk.deploy(model(says("grund", "10"), name="bas"))
    desk.deploy(top)
    assert desk.engine.decisions.decide(owner, "topp", {}).value == 10


def test_every_bad_cell_is_told_with_its_line(bare_desk: Desk) -> None:
    broken = DISCOUNTS.data.replace(b"<text>0</text>", b"<text>0 +</text>")
    broken = broken.replace(b"<text>7.5</text>", b"<text>7,,5</text>")
    broken = broken.replace(b"belopp * (1", b"belopp * ((1")
    report = bare_desk.engine.definitions.check([Source("rabatt.dmn", broken)])
    found = [f for f in report.findings if f.code == "decision_expression"]
    lines = {
        number
        for number, line in enumerate(broken.split(b"\n"), 1)
        if b"0 +<" in line or b"7,,5" in line or b"((1" in line
    }
    assert {f.line for f in found} == lines
    assert {f.element_id for f in found} == {"rabatt", "pris"}


def test_a_decision_stands_in_one_file_of_an_upload(bare_desk: Desk) -> None:
    one, two = model(says("a", "1"), name="ett"), model(says("a", "2"), name="tva")
    report = bare_desk.engine.definitions.check([one, two])
    assert [(f.code, f.filename) for f in report.findings] == [("decision_twice", "tva.dmn")]


# ---------------------------------------------------------------- asked by people


def test_a_decision_is_made_and_says_which_rules_held(bare_desk: Desk) -> None:
    desk, anyone = bare_desk, bare_desk.people["inkop"].actor
    desk.deploy(DISCOUNTS)
    found = desk.engine.decisions.decide(anyone, "pris", GOLD)
    assert found.value == 900
    assert found.decisions == {"Rabatt": 10, "Pris per månad": 900}
    assert found.inputs == {"avtalsår": 6, "belopp": 1000, "kundklass": "guld"}
    [matched] = found.matched
    assert (matched.element, matched.rules) == ("Rabatt", (3,))
    assert desk.engine.decisions.decide(anyone, "prissattning", GOLD).value == 900
    assert desk.engine.history.search(anyone, type="decision.evaluated").items == ()


def test_texts_are_read_as_what_the_model_asks_for(bare_desk: Desk) -> None:
    desk, anyone = bare_desk, bare_desk.people["inkop"].actor
    many = {"d": "date", "t": "time", "n": "number", "b": "boolean", "p": "dayTimeDuration",
            "m": "dateTime", "s": "string"}  # fmt: skip
    logic = '{d: d + duration("P1D"), t: t, n: n + 1, b: not(b), p: p * 2, m: m, s: s}'
    wants = needs(*many)
    desk.deploy(model(*(data(name, type) for name, type in many.items()), says("a", logic, wants)))
    given = {"d": "2026-01-31", "t": "09:30:00", "n": "1.5", "b": "true", "p": "PT2H",
             "m": "2026-01-31T09:30:00", "s": "1"}  # fmt: skip
    assert desk.engine.decisions.decide(anyone, "a", given).value == {
        "d": "2026-02-01", "t": "09:30:00", "n": 2.5, "b": False, "p": "PT4H",
        "m": "2026-01-31T09:30:00", "s": "1"}  # fmt: skip
    with pytest.raises(Invalid) as caught:
        desk.engine.decisions.decide(anyone, "a", dict.fromkeys(many, "?"))
    assert {(p.code, p.field) for p in caught.value.problems} == {
        ("date_malformed", "variables.d"),
        ("time_malformed", "variables.t"),
        ("number_malformed", "variables.n"),
        ("boolean_malformed", "variables.b"),
        ("interval_malformed", "variables.p"),
        ("moment_malformed", "variables.m"),
    }


def test_what_a_decision_asks_for_and_stands_on_is_shown(bare_desk: Desk) -> None:
    desk, anyone = bare_desk, bare_desk.people["inkop"].actor
    desk.deploy(DISCOUNTS)
    price = next(d for d in desk.engine.decisions.all(anyone) if d.decision_id == "pris")
    detail = desk.engine.decisions.get(anyone, price.id)
    assert [(i.name, i.type, i.options) for i in detail.inputs] == [
        ("belopp", "number", ()),
        ("kundklass", "string", ("brons", "silver", "guld")),
        ("avtalsår", "number", ()),
    ]
    assert [(r.kind, r.name) for r in detail.requirements[:2]] == [
        ("decision", "Pris per månad"),
        ("decision", "Rabatt"),
    ]
    logic = detail.requirements[1].logic
    assert logic is not None
    assert logic.table is not None
    assert logic.table.policy == "UNIQUE"
    assert [c.title for c in logic.table.inputs] == ["Kundklass", "År som kund"]
    assert logic.table.rules[2].results == ("10",)
    assert logic.table.rules[0].note == "Ingen rabatt första klassen"


def test_a_model_without_input_data_asks_for_the_names_that_it_uses(bare_desk: Desk) -> None:
    desk, anyone = bare_desk, bare_desk.people["inkop"].actor
    desk.deploy(model(says("a", "b + c.d", needs("#b")), says("b", "floor(e)")))
    found = next(d for d in desk.engine.decisions.all(anyone) if d.decision_id == "a")
    assert [i.name for i in desk.engine.decisions.get(anyone, found.id).inputs] == ["c", "e"]
    outcome = desk.engine.decisions.decide(anyone, "a", {"c": {"d": 2}, "e": 1.5, "unseen": 3})
    assert (outcome.value, outcome.inputs) == (3, {"c": {"d": 2}, "e": 1.5})


def test_mistakes_in_asking_are_told(bare_desk: Desk) -> None:
    desk, anyone = bare_desk, bare_desk.people["inkop"].actor
    desk.deploy(DISCOUNTS, model(says("dyr", "for i in 1..1000000000 return i * i")))
    for wrong in ({"decision_id": "nowhere"}, {"decision_id": "pris", "version": 9}):
        with pytest.raises(NotFound):
            desk.engine.decisions.decide(anyone, variables={}, **wrong)
    with pytest.raises(NotFound):
        desk.engine.decisions.get(anyone, "nowhere")
    with pytest.raises(Invalid) as caught:
        desk.engine.decisions.decide(anyone, "dyr", {})
    assert [p.code for p in caught.value.problems] == ["decision_failed"]
    overlap = desk.engine.decisions.decide(anyone, "rabatt", {"kundklass": "guld", "avtalsår": 9})
    assert overlap.value is None
    assert "UNIQUE" in overlap.notes[0]
    with pytest.raises(NotAllowed):
        desk.engine.decisions.decide(Actor("x", "Nobody", frozenset()), "pris", GOLD)


# ---------------------------------------------------------------- business rule tasks


def test_a_task_makes_its_decision_and_the_history_says_why(bare_desk: Desk) -> None:
    desk = bare_desk
    desk.deploy(DISCOUNTS, asking(rule("ask", "pris", result="att_betala")))
    case_id = desk.case("work", variables={**GOLD, "annat": 1})
    assert variables(desk, case_id)["att_betala"] == 900
    [fact] = desk.engine.history.search(desk.manager.actor, type="decision.evaluated").items
    assert (fact.case_id, fact.element_id, fact.element_name) == (case_id, "ask", "Ask")
    assert fact.detail == {
        "decision": "pris",
        "name": "Pris per månad",
        "version": 1,
        "inputs": {"avtalsår": 6, "belopp": 1000, "kundklass": "guld"},
        "outputs": {"att_betala": 900},
        "rules": [{"decision": "Rabatt", "table": "rabattabell", "rules": [3]}],
    }
    assert desk.engine.history.verify(desk.manager.actor).ok


@pytest.mark.parametrize(
    ("decision", "mapping", "expected"),
    [
        ("rabatt", "value", 10),
        ("rabatt", "singleEntry", 10),
        ("rabatt", "singleResult", {"procent": 10}),
        ("rabatt", "collectEntries", [10]),
        ("rabatt", "resultList", [{"procent": 10}]),
        (
            "villkor",
            "resultList",
            [{"text": "Betalning", "dagar": 30}, {"text": "Jour", "dagar": 1}],
        ),
        ("villkor", "value", [{"text": "Betalning", "dagar": 30}, {"text": "Jour", "dagar": 1}]),
        ("pris", "singleResult", {"pris": 900}),
        ("prissattning", "value", 900),
    ],
)
def test_the_result_has_the_shape_that_is_asked_for(
    bare_desk: Desk, decision: str, mapping: str, expected: Any
) -> None:
    bare_desk.deploy(DISCOUNTS)
    given = started(bare_desk, asking(rule("ask", decision, result="svar", mapping=mapping)))
    assert given["svar"] == expected


@pytest.mark.parametrize(
    ("mapping", "expected"),
    [("singleEntry", None), ("singleResult", None), ("collectEntries", []), ("resultList", [])],
)
def test_without_a_rule_that_holds_there_is_nothing(
    bare_desk: Desk, mapping: str, expected: Any
) -> None:
    bare_desk.deploy(Source("r.dmn", DISCOUNTS.data.replace(b"&lt; 5", b"&lt; 3")))
    source = asking(rule("ask", "rabatt", result="svar", mapping=mapping))
    given = started(bare_desk, source, {"kundklass": "silver", "avtalsår": 4})
    assert given["svar"] == expected


def test_without_a_result_variable_the_outputs_become_variables(bare_desk: Desk) -> None:
    bare_desk.deploy(DISCOUNTS)
    asks = asking(rule("one", "rabatt"), rule("two", "pris"), rule("three", "villkor"))
    given = started(bare_desk, asks)
    assert (given["procent"], given["pris"], len(given["villkor"])) == (10, 900, 2)


def test_a_task_can_say_what_the_decision_sees(bare_desk: Desk) -> None:
    bare_desk.deploy(DISCOUNTS)
    given = {"kundklass": "= klass", "avtalsår": "= 2 + 1", "belopp": "= 100"}
    asks = asking(rule("ask", "pris", result="p", given=given))
    assert started(bare_desk, asks, {"klass": "guld"})["p"] == 95


def test_every_round_of_a_repeated_task_asks_for_itself(bare_desk: Desk) -> None:
    bare_desk.deploy(DISCOUNTS)
    loop = (
        "<bpmn:multiInstanceLoopCharacteristics><bpmn:loopDataInputRef>klasser"
        "</bpmn:loopDataInputRef><bpmn:loopDataOutputRef>rabatter</bpmn:loopDataOutputRef>"
        '<bpmn:inputDataItem id="kundklass" name="kundklass"/>'
        '<bpmn:outputDataItem id="r" name="r"/></bpmn:multiInstanceLoopCharacteristics>'
    )
    asks = asking(rule("ask", "rabatt", result="r", loop=loop))
    given = started(bare_desk, asks, {"klasser": ["brons", "guld", "silver"], "avtalsår": 6})
    assert given["rabatter"] == [0, 10, None]
    found = bare_desk.engine.history.search(
        bare_desk.manager.actor, type="decision.evaluated"
    ).items
    assert len(found) == 3


def test_a_decision_can_be_made_in_an_event_sub_process(bare_desk: Desk, clock: FakeClock) -> None:
    desk = bare_desk
    desk.deploy(DISCOUNTS)
    inner = (
        '<bpmn:subProcess id="late" triggeredByEvent="true">'
        '<bpmn:startEvent id="late_start" isInterrupting="false"><bpmn:timerEventDefinition>'
        "<bpmn:timeDuration>P1D</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:startEvent>"
        f'{rule("ask", "pris", result="p")}<bpmn:endEvent id="late_end"/>'
        f"{chain('late_start', 'ask', 'late_end')}</bpmn:subProcess>"
    )
    steps = chain("start", "act", "end")
    desk.deploy(diagram("work", start(), task("act"), end(), steps, inner))
    case_id = desk.case("work", variables=GOLD)
    clock.advance(timedelta(days=2))
    assert desk.engine.jobs.fire_due() == 1
    assert variables(desk, case_id)["p"] == 900


def test_a_decision_is_made_by_itself_in_an_ad_hoc_sub_process(bare_desk: Desk) -> None:
    desk = bare_desk
    inner = ad_hoc("free", rule("ask", "pris", result="p"), until="p = 900")
    steps = chain("start", "free", "act", "end")
    desk.deploy(DISCOUNTS, diagram("work", start(), inner, task("act"), end(), steps))
    case_id = desk.case("work", variables={**GOLD, "p": 0})
    assert variables(desk, case_id)["p"] == 900
    assert desk.names(case_id) == ["Act"]


def test_a_shared_task_of_rules_can_be_called(bare_desk: Desk) -> None:
    desk = bare_desk
    parent = diagram(
        "work", start(), call("sub", "price"), task("act"), end(),
        chain("start", "sub", "act", "end"),
    )  # fmt: skip
    shared = (
        '<bpmn:globalBusinessRuleTask id="price" name="Price"><bpmn:extensionElements>'
        '<sp:decision ref="pris" result="p"/></bpmn:extensionElements>'
        "</bpmn:globalBusinessRuleTask></bpmn:definitions>"
    )
    text = parent.data.decode().replace("</bpmn:definitions>", shared)
    desk.deploy(DISCOUNTS)
    assert started(desk, Source("work.bpmn", text.encode()))["p"] == 900


# ---------------------------------------------------------------- versions


@pytest.mark.parametrize(("binding", "expected"), [("latest", 2), ("deployment", 1), ("1", 1)])
def test_a_task_is_bound_to_the_version_that_it_names(
    bare_desk: Desk, clock: FakeClock, binding: str, expected: int
) -> None:
    desk = bare_desk
    steps = chain("start", "wait", "ask", "act", "end")
    asks = rule("ask", "a", result="svar", binding=binding)
    source = diagram("work", start(), task("wait"), asks, task("act"), end(), steps)
    desk.deploy(model(says("a", "1")), source)
    case_id = desk.case("work")
    clock.advance(timedelta(minutes=1))
    desk.deploy(model(says("a", "2")))
    desk.complete(desk.manager, desk.task(case_id))
    assert variables(desk, case_id)["svar"] == expected


def test_a_task_bound_to_its_deployment_goes_by_order_and_not_by_the_clock(
    bare_desk: Desk, clock: FakeClock
) -> None:
    desk = bare_desk
    asks = rule("ask", "a", result="svar", binding="deployment")
    steps = chain("start", "ask", "act", "end")
    source = diagram("work", start(), asks, task("act"), end(), steps)
    for deployed in (model(says("a", "1")), source, model(says("a", "2"))):
        clock.advance(timedelta(hours=-1))
        desk.deploy(deployed)
    assert variables(desk, desk.case("work"))["svar"] == 1


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("binding", ["latest", "deployment", "1"])
def test_a_task_that_asks_for_a_drawing_is_a_drawing(
    bare_desk: Desk, binding: str, together: bool
) -> None:
    desk, owner = bare_desk, bare_desk.people["process_owner"].actor
    files = [asking(rule("ask", "a", binding=binding)), model(says("a", "1 +"))]
    if not together:
        desk.deploy(files.pop())
    kept = desk.engine.definitions.deploy(owner, files, key=desk.key())
    assert [d.startable for d in kept.definitions] == [False]
    [found] = [f for f in kept.findings if f.filename == "work.bpmn" and f.severity != "info"]
    assert (found.code, found.element_id) == ("decision_of_drawing", "ask")


def test_a_task_may_ask_for_the_version_before_a_drawing(bare_desk: Desk) -> None:
    desk = bare_desk
    desk.deploy(model(says("a", "1")))
    bound = asking(rule("ask", "a", result="svar", binding="1"))
    desk.deploy(bound, model(says("a", "1 +")))
    assert variables(desk, desk.case("work"))["svar"] == 1
    report = desk.engine.definitions.check([asking(rule("ask", "a", binding="2"))])
    assert "decision_of_drawing" in {f.code for f in report.findings}
    assert report.drawings == ("work",)
    assert desk.engine.definitions.check([asking(rule("ask", "a"))]).drawings == ()


def test_a_task_that_asks_for_a_decision_that_is_not_there_is_a_drawing(bare_desk: Desk) -> None:
    desk, owner = bare_desk, bare_desk.people["process_owner"].actor
    for asks, code in (
        (rule("ask", "nowhere"), "decision_unknown"),
        (rule("ask", "pris", binding="7"), "decision_version_unknown"),
    ):
        kept = desk.engine.definitions.deploy(owner, [asking(asks), DISCOUNTS], key=desk.key())
        [found] = [f for f in kept.findings if f.severity == "error"]
        assert (found.code, found.element_id, found.filename) == (code, "ask", "work.bpmn")
        assert [d.startable for d in kept.definitions] == [False]
    dynamic = desk.engine.definitions.check([asking(rule("ask", "${which}"))])
    assert dynamic.findings[0].code == "decision_dynamic"
    assert dynamic.drawings == ("work",)


# ---------------------------------------------------------------- what fails


@pytest.mark.parametrize(
    ("given", "says_why"),
    [
        ({"kundklass": "guld", "avtalsår": 9, "belopp": 1}, "UNIQUE"),
        ({"kundklass": "guld", "avtalsår": "många", "belopp": 1}, "number"),
        ({"kundklass": "platina", "avtalsår": 1, "belopp": 1}, "Kundklass"),
    ],
)
def test_a_decision_that_cannot_be_made_is_an_incident_until_the_values_are_right(
    bare_desk: Desk, given: dict[str, Any], says_why: str
) -> None:
    desk = bare_desk
    desk.deploy(DISCOUNTS, asking(rule("ask", "pris", result="p")))
    case_id = desk.case("work", variables=given)
    [incident] = desk.incidents(case_id)
    assert (incident.kind, incident.element_id) == ("decision", "ask")
    for word in (says_why, "ask", "pris", "avtalsår", "kundklass", "belopp"):
        assert word in incident.message, word
    retried = desk.engine.incidents.retry(desk.manager.actor, incident.id, key=desk.key())
    assert retried.result["resolved"] is False
    assert "decision.evaluated" not in desk.facts(case_id)
    desk.engine.instances.correct_variables(
        desk.manager.actor, case_id, {"kundklass": "guld", "avtalsår": 6}, key=desk.key()
    )
    retried = desk.engine.incidents.retry(desk.manager.actor, incident.id, key=desk.key())
    assert retried.result["resolved"] is True
    assert desk.names(case_id) == ["Act"]
    assert desk.facts(case_id).count("decision.evaluated") == 1


def test_a_decision_that_fails_after_a_person_leaves_their_task_open(bare_desk: Desk) -> None:
    desk = bare_desk
    steps = chain("start", "wait", "ask", "end")
    source = diagram("work", start(), task("wait"), rule("ask", "pris"), end(), steps)
    desk.deploy(DISCOUNTS, source)
    case_id = desk.case("work", variables={"kundklass": "guld", "avtalsår": 9, "belopp": 1})
    with pytest.raises(ProcessFailed, match="UNIQUE"):
        desk.complete(desk.manager, desk.task(case_id))
    assert desk.names(case_id) == ["Wait"]
    desk.engine.instances.correct_variables(
        desk.manager.actor, case_id, {"avtalsår": 6}, key=desk.key()
    )
    desk.complete(desk.manager, desk.task(case_id))
    assert desk.facts(case_id)[-1] == "case.completed"


@pytest.mark.parametrize(
    ("decision", "mapping", "word"),
    [
        ("villkor", "singleEntry", "2 rules"),
        ("villkor", "collectEntries", "text, dagar"),
        ("function", "value", "function"),
    ],
)
def test_a_result_of_another_shape_is_an_incident(
    bare_desk: Desk, decision: str, mapping: str, word: str
) -> None:
    desk = bare_desk
    asks = asking(rule("ask", decision, result="p", mapping=mapping))
    desk.deploy(DISCOUNTS, model(says("function", "function(x) x")), asks)
    case_id = desk.case("work", variables=GOLD)
    [incident] = desk.incidents(case_id)
    assert (incident.kind, incident.element_id) == ("decision", "ask")
    assert word in incident.message


def test_a_task_without_a_decision_is_kept_as_a_drawing(bare_desk: Desk) -> None:
    desk, owner = bare_desk, bare_desk.people["process_owner"].actor
    bare = '<bpmn:businessRuleTask id="ask" name="Ask"/>'
    deployed = desk.engine.definitions.deploy(owner, [asking(bare)], key=desk.key())
    assert [(d.process_id, d.startable) for d in deployed.definitions] == [("work", False)]
    assert "kind_not_run" in {f.code for f in deployed.findings}
