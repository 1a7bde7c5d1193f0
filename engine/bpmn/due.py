"""``sp:due``: the rule by which a task gets its date."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from lxml import etree

from engine.bpmn.expressions import feel_behind
from engine.bpmn.meta import DueRule
from engine.bpmn.names import FIELD_ID
from engine.iso8601 import Duration, TimeMalformed, parse_date, parse_duration

Report = Callable[..., None]
"""How a reader tells of a mistake: a finding's code, the element, and the sentence's values."""


def read_due(
    task: etree._Element, element: etree._Element | None, report: Report
) -> DueRule | None:
    """The rule of a task's ``sp:due``; None, with a report, for one that makes no sense."""
    if element is None:
        return None
    rule = DueRule(
        after=element.get("after"),
        before=element.get("before"),
        of=element.get("of"),
        calendar="working" if element.get("calendar") == "working" else "calendar",
        on=element.get("on"),
    )
    problem = _due_problem(rule, element.get("calendar"))
    if problem is not None:
        code, value = problem
        report(code, task, at=element, value=value)
        return None
    computed = feel_behind(rule.on or "")
    if computed:
        report("expression", task, at=element, place="sp:due", text=computed)
    return rule


def _due_problem(rule: DueRule, calendar: str | None) -> tuple[str, str] | None:
    """Why a due rule makes no sense: a finding's code and the text that is wrong."""
    if rule.on is not None:
        return _due_on_problem(rule)
    if (rule.after is None) == (rule.before is None):
        return "due_one_of", ""
    if rule.before is not None and rule.of is None:
        return "due_before_of", ""
    if rule.of is not None and not FIELD_ID.fullmatch(rule.of):
        return "due_of", rule.of
    if calendar not in ("working", "calendar", None):
        return "due_calendar", calendar
    written = rule.after or rule.before or ""
    length = _length(written)
    if length is None or length.average < timedelta():
        return "due_duration", written
    if rule.calendar == "working" and (length.months or length.time):
        return "due_working_days", written
    return None


def _due_on_problem(rule: DueRule) -> tuple[str, str] | None:
    if rule.after is not None or rule.before is not None or rule.of is not None:
        return "due_one_of", ""
    if feel_behind(rule.on or "") is None:
        try:
            parse_date(rule.on or "")
        except TimeMalformed:
            return "due_on", rule.on or ""
    return None


def _length(written: str) -> Duration | None:
    try:
        return parse_duration(written)
    except TimeMalformed:
        return None
