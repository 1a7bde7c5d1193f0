"""Lanes are roles, and the sheets of an upload fit together."""

from __future__ import annotations

from engine.bpmn.lint import Rules
from tests.support.bpmn import codes, errors, findings, line, process, task


def lane(name: str, content: str = '<userTask id="t"/>', node: str = "t") -> str:
    inside = f'<lane id="l" name="{name}"><flowNodeRef>{node}</flowNodeRef></lane>'
    return process(f'<laneSet id="ls">{inside}</laneSet>{content}')


def test_a_lane_with_a_persons_work_is_a_role() -> None:
    assert errors(lane("Säljare")) == errors(lane("saljare")) == []
    assert errors(lane("Sales representative")) == []
    (found,) = [f for f in findings(lane("Säljre")) if f.severity == "error"]
    assert (found.code, found.element_id) == ("lane_role_unknown", "l")
    assert "Säljre" in found.sv
    assert "Menas ”Säljare”?" in found.sv


def test_a_lane_in_which_nobody_works_may_be_called_anything() -> None:
    assert errors(lane("Systemet", '<task id="t"/>')) == []


def test_a_task_inside_a_sub_process_belongs_to_its_lane() -> None:
    inside = '<subProcess id="t"><userTask id="u"/></subProcess>'
    assert errors(lane("Trollkarl", inside)) == ["lane_role_unknown"]
    assert codes(lane("Säljare", inside)) == set()


def test_a_house_that_is_not_strict_offers_the_tasks_to_everybody() -> None:
    found = findings(lane("Trollkarl"), rules=Rules(strict_roles=False))
    assert [(f.severity, f.code) for f in found] == [("warning", "lane_role_unknown")]


def test_what_is_kept_as_a_drawing_needs_no_roles_and_no_called_processes() -> None:
    inside = '<userTask id="t"/><serviceTask id="x"/><callActivity id="c" calledElement="gone"/>'
    assert errors(lane("Trollkarl", inside)) == []
    assert {"lane_role_unknown", "call_unknown"} <= codes(lane("Trollkarl", inside))


def test_a_task_without_a_lane_is_only_mentioned() -> None:
    found = findings(line('<userTask id="t"/>'))
    assert [(f.severity, f.code) for f in found] == [("info", "task_without_role")]


def test_a_task_that_is_given_to_one_person_is_not_said_to_be_offered_to_everybody() -> None:
    for given in (
        task('<sp:assignee value="anna"/>'),
        line('<userTask id="t" camunda:assignee="anna"/>'),
    ):
        assert "task_without_role" not in codes(given)


def lane_for(name: str, role: str, task_role: str = "") -> str:
    """A lane with a name and the role of its sp:role, and a task that may name its own."""

    def says(key: str) -> str:
        return f'<extensionElements><sp:role key="{key}"/></extensionElements>' if key else ""

    inside = f'<lane id="l" name="{name}">{says(role)}<flowNodeRef>t</flowNodeRef></lane>'
    return process(
        f'<laneSet id="ls">{inside}</laneSet><userTask id="t">{says(task_role)}</userTask>'
    )


def test_a_lane_is_called_what_its_role_is_called() -> None:
    names = ("kundansvarig", "Kundansvarig", "KUNDANSVARIG", " Kundansvarig ", "Account  manager")
    for name in (*names, "Kund&#173;ansvarig", "Account&#10;manager", ""):
        assert codes(lane_for(name, "kundansvarig")) == set(), name
    (found,) = findings(lane_for("Lager", "kundansvarig"))
    assert (found.severity, found.code, found.element_id) == ("warning", "lane_name_differs", "l")
    assert "”Lager”" in found.sv
    assert "rollen Kundansvarig (kundansvarig)" in found.sv
    assert "the role Account manager (kundansvarig)" in found.en
    (found,) = findings(lane_for("Säljare", "kundansvarig"))
    assert found.code == "lane_name_differs"


def test_a_task_whose_role_is_not_that_of_the_lane_it_is_drawn_in_is_told() -> None:
    (found,) = findings(lane_for("Lager", "", "kundansvarig"))
    assert (found.severity, found.code, found.element_id) == ("warning", "task_role_differs", "t")
    assert "”Lager”" in found.sv
    assert codes(lane_for("Kundansvarig", "", "kundansvarig")) == set()
    assert codes(lane_for("Säljare", "", "kundansvarig")) == {"role_of_lane"}
    assert codes(lane_for("", "", "kundansvarig")) == set()


def test_a_node_stands_in_one_lane() -> None:
    two = '<lane id="a" name="Säljare"><flowNodeRef>t</flowNodeRef></lane>'
    content = (
        f'<laneSet id="ls">{two}{two.replace("a", "b", 1).replace("<lbne", "<lane")}</laneSet>'
    )
    content = content.replace('<lbne id="a"', '<lane id="b"')
    assert "lane_twice" in codes(process(content + '<userTask id="t"/>'))


def sheet(key: str, ident: str, row: int = 1, of: str | None = None) -> str:
    phase = f'<extensionElements><sp:phase key="{key}" title="x" order="1"/></extensionElements>'
    activity = f'<sp:activity phase="{of or key}" order="{row}"/>'
    return process(
        f'{phase}<userTask id="t{ident}"><extensionElements>{activity}</extensionElements>'
        "</userTask>",
        ident,
    )


def test_a_sheet_is_one_process_and_a_row_one_task() -> None:
    assert errors(sheet("A", "p"), sheet("B", "q")) == []
    assert errors(sheet("A", "p"), sheet("A", "q", 2)) == ["phase_twice"]
    assert errors(sheet("A", "p"), sheet("B", "q", of="A")) == ["activity_twice"]
    assert "activity_phase" in codes(sheet("A", "p"), sheet("B", "q", of="X"))
