"""A case and a task on paper, for programs."""

from __future__ import annotations

from engine import Engine
from tests.support.caller import Caller, problem
from tests.support.pdf import text_of


def test_a_program_gets_the_pdf_of_a_case(manager: Caller, case_id: str, task_id: str) -> None:
    answer = manager.get(f"/cases/{case_id}/sheet.pdf?lang=en")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert "serviceplan-2026-0001.pdf" in answer.headers["Content-Disposition"]
    assert "TO DO" in text_of(answer.data)
    one = manager.get(f"/tasks/{task_id}/sheet.pdf")
    assert "Marknadsanalys" in text_of(one.data)


def test_what_is_not_there_or_not_known(manager: Caller, engine: Engine, case_id: str) -> None:
    assert problem(manager.get(f"/cases/{case_id}/sheet.pdf?lang=de")) == "invalid"
    for kind in ("cases", "tasks"):
        assert problem(manager.get(f"/{kind}/{'f' * 32}/sheet.pdf")) == "not-found"
