"""Several instances of one process in a case are told apart by what the diagram names."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine import FakeClock, InstanceTitle, Source
from engine.bpmn.lint import Surroundings, lint
from tests.support.bpmn import ROLES, file, process
from tests.support.desk import Desk, a_customer
from tests.support.diagrams import call, chain, diagram, end, field, start, task

COMPLAINT = (
    "Dörren till förrådet kärvar, och Öström kommer inte in utan att rycka i handtaget länge."
)
OTHER = "Golvet i entrén är halt."


def complaints(desk: Desk, *, more: str = "") -> None:
    """Two complaints at once: a process that calls another for each of a list."""
    act = task("act", form=field("vad", "longtext"))
    child = diagram(
        "complaint",
        *(start(), act, end(), chain("start", "act", "end")),
        lanes={"saljare": ["act"]},
        said=f'<sp:title value="= vad"/>{more}',
    )
    each = call("each", "complaint").replace(
        "</bpmn:callActivity>",
        '<bpmn:multiInstanceLoopCharacteristics sp:collection="= alla" sp:item="vad"/>'
        "</bpmn:callActivity>",
    )
    root = diagram("root", start(), each, end(), chain("start", "each", "end"))
    desk.deploy(child, root)


@pytest.fixture
def case_id(desk: Desk) -> str:
    complaints(desk)
    return desk.case("root", variables={"alla": [COMPLAINT, OTHER]})


def texts(desk: Desk, **filters: str) -> list[str]:
    found = desk.engine.tasks.search(desk.seller.actor, show="all", **filters).items
    return sorted(row.about.text for row in found if row.about)


def test_its_first_words_and_its_date_stand_with_the_task(
    desk: Desk, case_id: str, clock: FakeClock
) -> None:
    rows = desk.open_tasks(case_id)
    assert sorted(row.about.text for row in rows if row.about) == [
        "Dörren till förrådet kärvar, och Öström kommer inte in utan att rycka i …",
        OTHER,
    ]
    assert {row.about.at for row in rows if row.about} == {clock.now()}
    detail = desk.engine.tasks.get(desk.seller.actor, rows[0].id)
    assert detail.row.about == rows[0].about


def test_it_stands_with_the_instance_and_its_facts(desk: Desk, case_id: str) -> None:
    instances = desk.engine.cases.get(desk.manager.actor, case_id).instances
    assert [i.about.text if i.about else None for i in instances].count(OTHER) == 1
    facts = desk.engine.history.search(desk.manager.actor, case_id=case_id, type="task.opened")
    assert {f.about.text for f in facts.items if f.about} == set(texts(desk))


def test_its_tasks_are_found_by_any_of_its_words_and_no_others(desk: Desk, case_id: str) -> None:
    assert texts(desk, q="halt") == [OTHER]
    assert texts(desk, q="HANDTAG") != [OTHER]  # beyond the first words
    assert len(texts(desk, q="öström")) == 1
    assert texts(desk, q="golvet act") == [OTHER]
    assert texts(desk, q="golvet dörren") == []
    assert len(texts(desk, q=desk.open_tasks(case_id)[0].case_number)) == 2


def test_its_case_and_its_facts_are_found_by_its_words(desk: Desk, case_id: str) -> None:
    other = desk.case(customer_id=a_customer(desk.engine))
    found = desk.engine.cases.search(desk.manager.actor, q="handtag").items
    assert [row.id for row in found] == [case_id]
    assert other
    for where in ({}, {"case_id": case_id}):
        facts = desk.engine.history.search(
            desk.manager.actor, q="golvet", type="task.opened", **where
        ).items
        assert [f.about.text for f in facts if f.about] == [OTHER]


def test_it_follows_its_variables(desk: Desk, case_id: str) -> None:
    row = next(r for r in desk.open_tasks(case_id) if r.about and r.about.text == OTHER)
    instance = desk.engine.tasks.get(desk.manager.actor, row.id).instance_id
    desk.engine.instances.correct_variables(
        desk.manager.actor, instance, {"vad": "Taket läcker"}, reason="Fel text", key=desk.key()
    )
    assert "Taket läcker" in texts(desk)
    assert texts(desk, q="halt") == []
    assert texts(desk, q="läcker") == ["Taket läcker"]


def test_what_a_titled_instance_calls_has_its_title(desk: Desk, clock: FakeClock) -> None:
    inner = diagram(
        "inner",
        *(start(), task("deep"), end(), chain("start", "deep", "end")),
        lanes={"saljare": ["deep"]},
    )
    middle = diagram(
        "complaint",
        *(start(), call("on", "inner"), end(), chain("start", "on", "end")),
        said='<sp:title value="= vad"/>',
    )
    root = diagram("root", start(), call("one", "complaint"), end(), chain("start", "one", "end"))
    desk.deploy(inner, middle, root)
    case_id = desk.case("root", variables={"vad": OTHER})
    began = clock.now()
    (row,) = desk.open_tasks(case_id)
    assert (row.name, row.about) == ("Deep", InstanceTitle(OTHER, began))
    clock.advance(timedelta(days=1))
    above = next(
        i
        for i in desk.engine.cases.get(desk.manager.actor, case_id).instances
        if i.process_id == "complaint"
    )
    desk.engine.instances.correct_variables(
        desk.manager.actor, above.id, {"vad": "Taket läcker"}, reason="Fel text", key=desk.key()
    )
    (row,) = desk.open_tasks(case_id)
    assert row.about == InstanceTitle("Taket läcker", began)
    assert texts(desk, q="läcker") == ["Taket läcker"]


def test_without_a_text_there_is_no_title(desk: Desk) -> None:
    complaints(desk)
    case_id = desk.case("root", variables={"alla": [None, "  "]})
    assert [row.about for row in desk.open_tasks(case_id)] == [None, None]


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ('<sp:title value="vad"/>', "feel_expected"),
        ("<sp:title/>", "feel_expected"),
        ('<sp:title value="= vad +"/>', "expression_syntax"),
        ('<sp:title value="= a"/><sp:title value="= b"/>', "extension_twice"),
    ],
)
def test_a_title_that_cannot_be_read_is_told(said: str, code: str) -> None:
    content = f"<extensionElements>{said}</extensionElements>"
    report = lint(
        [Source("x.bpmn", file(process(content)))], roles=ROLES, surroundings=Surroundings()
    )
    assert code in {f.code for f in report.findings}
