"""Timers: what they wait for can be read, and ends (BPMN 2.0.2 §10.5.5 "Timer Event")."""

from __future__ import annotations

from datetime import timedelta

from lxml import etree

from engine.bpmn.expressions import feel_behind
from engine.bpmn.lint.document import Document
from engine.bpmn.lint.report import Reporter
from engine.bpmn.names import kind, model_children, text
from engine.iso8601 import (
    Duration,
    TimeMalformed,
    parse_duration,
    parse_moment,
    parse_repeat,
)

_FORMS = ("timeDuration", "timeDate", "timeCycle")
_EXAMPLES = {
    "timeDuration": "P3D, PT2H",
    "timeDate": "2027-03-28T17:00",
    "timeCycle": "R/P1M, R3/PT1H",
}


def timers(document: Document, report: Reporter) -> None:
    """Exactly one of date, cycle and duration; ISO 8601 as written, or FEEL behind ``=`` (which
    ``expressions`` checks); ten years at most, and an endless cycle of a second at least."""
    for element in document.of("timerEventDefinition"):
        owner = _owner(element)
        given = list(model_children(element, *_FORMS))
        if len(given) != 1:
            report("timer_one_of", owner, at=element, count=len(given))
        for form in given:
            _check(form, owner, report)


def several(document: Document, report: Reporter) -> None:
    """§10.5.1 lets an event have several definitions; here at most one of them is a time."""
    for node in document.all_nodes():
        times = node.events.count("timer")
        if times > 1:
            report("timers_several", node.element, count=times)


def _not_negative(duration: Duration, written: str) -> None:
    """No time at all (PT0S, P0D) is a time; one that has been over before it began is not."""
    if duration.average < timedelta():
        raise TimeMalformed(f"{written} lies in the past")


def _owner(element: etree._Element) -> etree._Element:
    parent = element.getparent()
    return parent if kind(parent).endswith("Event") else element


def _check(form: etree._Element, owner: etree._Element, report: Reporter) -> None:
    written, name = text(form), kind(form)
    if not written:
        report("timer_empty", owner, at=form, example=_EXAMPLES[name])
        return
    if feel_behind(written) is not None or written.startswith(("${", "#{")):
        return
    try:
        if name == "timeDuration":
            _not_negative(parse_duration(written), written)
        elif name == "timeDate":
            parse_moment(written)
        else:
            parse_repeat(written)
    except TimeMalformed as error:
        code = "timer_too_long" if error.error_code == "duration_too_long" else "timer_malformed"
        report(code, owner, at=form, value=written, example=_EXAMPLES[name])


CHECKS = (timers, several)
"""The checks of this module, in the order in which they run."""
