"""The plan is read from its diagrams: sheets in order, activities in the sheets' order."""

from __future__ import annotations

from pathlib import Path

from engine.bpmn import sheets, vocabulary
from engine.views import Source
from tests.support.bpmn import ROLES, file, process, tree
from tests.support.plan import project_config

WORKFLOWS = Path(__file__).parents[3] / "workflows"


def phase(key: str, order: int, content: str, ident: str) -> Source:
    extensions = (
        f'<extensionElements><sp:phase key="{key}" title="Fas {key}" order="{order}"/>'
        "</extensionElements>"
    )
    return Source(f"{ident}.bpmn", file(process(extensions + content, ident)))


def row(ident: str, key: str, order: int) -> str:
    activity = f'<sp:activity phase="{key}" order="{order}"/>'
    return (
        f'<userTask id="{ident}" name="{ident.upper()}"><extensionElements>{activity}'
        "</extensionElements></userTask>"
    )


def test_sheets_come_in_order_with_the_rows_of_every_process() -> None:
    plan = sheets.read_plan(
        [
            phase("B", 2, row("b1", "B", 1), "fas_b"),
            phase(
                "A", 1, row("a3", "A", 3) + '<userTask id="helper"/>' + row("a1", "A", 1), "fas_a"
            ),
            Source("round.bpmn", file(process(row("a2", "A", 2), "round"))),
        ],
        roles=ROLES,
    )
    assert [(p.key, p.title, p.process_id) for p in plan] == [
        ("A", "Fas A", "fas_a"),
        ("B", "Fas B", "fas_b"),
    ]
    assert [(a.id, a.process_id) for a in plan[0].activities] == [
        ("a1", "fas_a"),
        ("a2", "round"),
        ("a3", "fas_a"),
    ]


def test_a_sheet_without_numbered_rows_has_its_user_tasks_and_those_it_calls() -> None:
    caller = (
        '<userTask id="first"/><callActivity id="c" calledElement="round"/><manualTask id="m"/>'
    )
    plan = sheets.read_plan(
        [
            phase("A", 1, caller, "fas_a"),
            Source(
                "round.bpmn",
                file(
                    process('<userTask id="second"/><callActivity calledElement="fas_a"/>', "round")
                ),
            ),
        ]
    )
    assert [a.id for a in plan[0].activities] == ["first", "second"]


def test_one_process_lists_its_rows_first_and_its_other_tasks_after() -> None:
    meta = vocabulary.read(
        tree(process('<userTask id="other"/>' + row("a2", "A", 2) + row("a1", "A", 1)))
    )["p"]
    assert [a.id for a in sheets.activities_of(meta)] == ["a1", "a2", "other"]


def test_the_plan_of_the_company_is_six_sheets_and_38_activities() -> None:
    plan = sheets.read_plan(sorted(WORKFLOWS.glob("*.bpmn")), roles=project_config().roles)
    assert [(p.key, len(p.activities)) for p in plan] == [
        ("A", 7),
        ("B1", 7),
        ("B2", 6),
        ("C", 6),
        ("D", 4),
        ("E", 8),
    ]
    everything = [a for p in plan for a in p.activities]
    assert all(a.role and a.due and a.checklist and a.signature for a in everything)
