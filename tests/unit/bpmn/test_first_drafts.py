"""First drafts by beginners, in the manner of ten tools and set to executable: what can run runs,
everything else is kept as a drawing with the list of what is missing, and none is refused."""

from __future__ import annotations

from collections import Counter

import pytest

from engine.bpmn import lint
from engine.views import Source
from tests.support.beginners import DRAFTS, TOOLS, first_drafts
from tests.support.bpmn import ROLES

MISSING = {
    "no conditions": {"gateway_without_choice"},
    "conditions in words": {"condition_informal"},
    "a flow from nowhere": {"reference_missing"},
    "a flow to what was deleted": {"reference_lost"},
    "nothing but a drawing": {"process_empty"},
    "a step that is code": {"kind_not_run", "node_without_incoming", "script_missing"},
    "loose steps": {"event_without_definition", "node_without_outgoing"},
    "times in words": {"timer_malformed"},
    "unfinished inside": {"call_without_target", "task_without_message"},
}
"""What keeps a draft from running; the others run."""


def outcome(report: lint.LintReport) -> str:
    if any(f.refuses for f in report.findings):
        return "refused"
    return "runs" if "order" in report.startable else "kept as a drawing"


def checked(source: Source) -> lint.LintReport:
    return lint.lint([source], roles=ROLES, rules=lint.Rules(strict_roles=False))


@pytest.mark.parametrize("tool", TOOLS)
def test_a_draft_runs_or_says_all_that_is_missing(tool: str) -> None:
    for drawn_with, draft, source in first_drafts():
        if drawn_with != tool:
            continue
        report = checked(source)
        wanted = "kept as a drawing" if draft in MISSING else "runs"
        assert (draft, outcome(report)) == (draft, wanted)
        assert MISSING.get(draft, set()) <= {f.code for f in report.findings}


def test_how_many_run_and_how_many_are_kept() -> None:
    became = Counter(outcome(checked(source)) for *_, source in first_drafts())
    assert len(TOOLS) * len(DRAFTS) == 160
    assert became == {"runs": 70, "kept as a drawing": 90}
