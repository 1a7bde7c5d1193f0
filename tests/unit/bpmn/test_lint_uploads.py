"""An upload is answered whole: all findings at once, in order, quickly, and readable."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.bpmn import lint
from engine.views import Source
from tests.support.bpmn import (
    ROLES,
    codes,
    errors,
    file,
    findings,
    flow,
    line,
    process,
    startable,
    task,
)
from tests.support.effort import effort
from tests.support.plan import project_config

WORKFLOWS = Path(__file__).parents[3] / "workflows"


def test_the_companys_own_plan_has_no_errors_or_warnings_and_can_be_started() -> None:
    sources = [Source(p.name, p.read_bytes()) for p in sorted(WORKFLOWS.glob("*.bpmn"))]
    report = lint.lint(sources, roles=project_config().roles)
    assert [str(f) for f in report.findings if f.severity != "info"] == []
    assert report.startable == set(report.process_ids)
    assert "serviceplan" in report.startable


def test_a_process_that_is_not_to_be_run_is_kept_as_a_drawing() -> None:
    for attributes in ({"isExecutable": "false"}, {"isExecutable": ""}):
        content = process('<userTask id="t"/>', name="Inköp", **attributes).replace(
            'isExecutable=""', ""
        )
        (found,) = [f for f in findings(content) if "executable" in f.code]
        assert found.severity == "warning"
        assert "Inköp" in found.sv
        assert startable(content) == set()


def test_a_drawing_beside_a_process_that_runs_is_only_mentioned() -> None:
    both = task() + process("", "partner", isExecutable="false")
    assert startable(both) == {"p"}
    (found,) = [f for f in findings(both) if f.code == "process_not_executable"]
    assert found.severity == "info"


def test_errors_in_a_drawing_are_warnings() -> None:
    broken = flow("f", "ghost", "t")
    assert errors(process('<userTask id="t"/>' + broken)) == ["reference_lost"]
    assert errors(process('<userTask id="t"/>' + broken, isExecutable="false")) == []


def test_a_file_without_a_process_is_refused() -> None:
    pool = '<collaboration id="c"><participant id="a" name="Kunden"/></collaboration>'
    assert errors(pool) == ["no_process"]


def test_all_findings_of_all_files_come_at_once_in_order() -> None:
    sources = [
        Source("b.bpmn", file(process('<userTask id="t"/>\n' + flow("f", "t", "x"), "b"))),
        Source(
            "a.bpmn", file(process("\n<scriptTask id='u'><script>=</script></scriptTask>", "a"))
        ),
        Source("c.bpmn", b"<html></html>"),
    ]
    found = [f for f in lint.check(sources, roles=ROLES) if f.severity == "error"]
    assert [(f.filename, f.line, f.code) for f in found] == [
        ("a.bpmn", 4, "expression_empty"),
        ("b.bpmn", 4, "reference_lost"),
        ("c.bpmn", 1, "file_html"),
    ]


def test_two_files_of_one_name_are_told_apart() -> None:
    sources = [Source("a.bpmn", file(process("", ident))) for ident in ("p", "q")]
    assert {f.filename for f in lint.check(sources, roles=ROLES)} == {"a.bpmn", "a.bpmn (2)"}


def test_a_hundred_findings_of_a_kind_are_forty_and_a_count() -> None:
    tasks = "".join(f'<userTask id="t{n}" completionQuantity="0"/>' for n in range(100))
    found = [f for f in findings(process(tasks)) if f.severity == "error"]
    assert len(found) == 41
    (more,) = [f for f in found if f.code == "more_of_the_same"]
    assert "60" in more.sv


def test_names_cannot_rewrite_the_sentences_about_them() -> None:
    name = "Offert\u202egnp.exe\u2066\x7f" + "x" * 10_000
    found = findings(line(f'<userTask id="t" name="{name}" completionQuantity="0"/>'))
    for each in found:
        for text in (each.sv, each.en, each.element_name or ""):
            assert "\u202e" not in text
            assert "\u2066" not in text
            assert len(text) < 400


def test_a_long_name_is_no_error() -> None:
    assert errors(line(f'<userTask id="t" name="{"x" * 10_000}"/>')) == []


def chain(length: int, kind: str = "userTask") -> str:
    nodes = "".join(f'<{kind} id="t{n}"/>' for n in range(length))
    return process(nodes + "".join(flow(f"f{n}", f"t{n}", f"t{n + 1}") for n in range(length - 1)))


def lanes(count: int) -> str:
    drawn = "".join(
        f'<lane id="l{n}" name="Roll {n}"><flowNodeRef>t</flowNodeRef></lane>' for n in range(count)
    )
    return process(f'<laneSet id="ls">{drawn}</laneSet><userTask id="t"/>')


def callers(count: int) -> str:
    return "".join(
        process(f'<callActivity id="c{n}" calledElement="p{n + 1}"/>', f"p{n}")
        for n in range(count)
    )


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (chain(3000), "process_too_large"),
        (process('<userTask id="t"/>' + flow("f", "t", "t") * 5000), "process_too_tangled"),
        (callers(3000), "processes_too_many"),
        (lanes(6000), "lane_role_unknown"),
        (process("<subProcess>" * 200 + "</subProcess>" * 200), "xml_too_deep"),
        (process(f'<userTask id="{"a" * 100_000}"/>'), "id_too_long"),
        (process('<userTask id="t"/>' * 15_000), "id_twice"),
        (process("<task/>" * 30_000), "xml_too_many_elements"),
        (line(f'<userTask id="t" name="{"x" * 2_100_000}"/>'), "file_too_large"),
        (chain(240, "task").replace("</process>", flow("z", "t239", "t0") + "</process>"),
         "loop_for_ever"),
    ],
)  # fmt: skip
def test_a_hostile_file_is_answered_soon(content: str, code: str) -> None:
    with effort() as spent:
        found = findings(content)
    assert spent.seconds < 3, "well above what it takes, for slow machines"
    assert code in {f.code for f in found if f.severity == "error"}
    assert sum(len(str(f)) for f in found) < 50_000


def test_1000_nodes_are_enough_and_can_be_set() -> None:
    assert "process_too_large" not in codes(chain(1000))
    assert "process_too_large" in codes(chain(1001))
    assert "process_too_large" in codes(chain(11), rules=lint.Rules(nodes=10))
