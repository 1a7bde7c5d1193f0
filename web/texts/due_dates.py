"""Due dates in the reader's language: the diagram's rule, and how a date follows from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from engine import DayOff, DueReason
from web import formats
from web.i18n import gettext as _
from web.i18n import language, ngettext
from web.texts.wording import field_label

MOST_DAYS: Final = 15
"""How many skipped days off a sentence lists; the others are only counted."""


def due_rule(rule: Mapping[str, str] | None, label: Callable[[str], str] = field_label) -> str:
    """A diagram's due rule (the attributes of ``sp:due``) in words.

    Such as "5 arbetsdagar efter att uppgiften öppnas"; "" when there is no rule. ``label`` says
    what the variable is called that it counts from.
    """
    if not rule:
        return ""
    if "on" in rule:
        date = formats.as_date(rule["on"])
        return date.isoformat() if date else _("ett datum som diagrammet räknar ut")
    before = "before" in rule
    length = _length(rule.get("before") or rule.get("after") or "", rule.get("calendar"))
    point = _point(rule, label)
    if point and before:
        return _("%(length)s före %(point)s", length=length, point=point)
    if point:
        return _("%(length)s efter %(point)s", length=length, point=point)
    return _("%(length)s efter att uppgiften öppnas", length=length)


def _point(rule: Mapping[str, str] | None, label: Callable[[str], str]) -> str:
    """What the date is called that a rule counts from: "" when that is the task's opening."""
    name = (rule or {}).get("of", "")
    return _("”%(name)s”", name=label(name)) if name else ""


def _length(duration: str, calendar: str | None) -> str:
    if calendar == "working" and duration.startswith("P") and duration.endswith("D"):
        days = duration[1:-1]
        if days.isdecimal() and len(days) < 10:
            return ngettext("%(num)s arbetsdag", "%(num)s arbetsdagar", int(days))
    return formats.duration(duration)


def reason_sentences(reason: DueReason) -> list[str]:
    """Why a task has its due date: from the diagram's rule to the date, one sentence per step."""
    sentences = [*_rule(reason), *_start(reason), *_skipped(reason), *_result(reason)]
    if reason.due is not None:
        sentences.append(_("Dagar räknas i tidszonen %(zone)s.", zone=reason.zone))
    return sentences


def _rule(reason: DueReason) -> list[str]:
    if reason.rule:
        return [_("Regeln i diagrammet: %(rule)s.", rule=due_rule(reason.rule))]
    return [_("Diagrammet har ingen regel för datumet.")]


def _start(reason: DueReason) -> list[str]:
    if reason.reference is not None:
        point = _point(reason.rule, field_label)
        day = formats.day_long(reason.reference)
        return [_("%(point)s är %(day)s.", point=point, day=day)]
    sentences = []
    if reason.rule and reason.rule.get("of"):
        point = _point(reason.rule, field_label)
        text = _("%(point)s är inte känt; därför räknas från att uppgiften öppnas.", point=point)
        sentences.append(text)
    if reason.opened is None:
        return [*sentences, _("När uppgiften öppnas kan ingen förutse.")]
    day = formats.day_long(reason.opened)
    if reason.expected:
        return [*sentences, _("Uppgiften väntas öppnas %(day)s.", day=day)]
    return [*sentences, _("Uppgiften öppnades %(day)s.", day=day)]


def _skipped(reason: DueReason) -> list[str]:
    if not reason.skipped:
        return []
    days = ", ".join(_day_off(off) for off in reason.skipped[:MOST_DAYS])
    rest = len(reason.skipped) - MOST_DAYS
    if rest > 0:
        days = _("%(days)s och %(rest)s till", days=days, rest=rest)
    return [_("Lediga dagar som inte räknas: %(days)s.", days=days)]


def _day_off(off: DayOff) -> str:
    name = off.sv if language() == "sv" else off.en
    return f"{formats.day(off.day)} ({name})"


def _result(reason: DueReason) -> list[str]:
    if reason.source == "none":
        return [_("Ingen har valt något datum.")]
    if reason.source == "rule":
        text = _("Prognosen är %(day)s.") if reason.expected else _("Det ger %(day)s.")
        return [text % {"day": formats.day_long(reason.due)}]
    sentences = []
    if reason.by_rule is not None:
        day = formats.day_long(reason.by_rule)
        sentences.append(_("Regeln ger %(day)s med det som är känt nu.", day=day))
    shown = formats.day_long(reason.due) if reason.due else "–"
    if reason.source == "decided":
        at = formats.day(reason.decided_at)
        by = reason.decided_by or ""
        text = _("%(by)s valde %(day)s i planen den %(at)s.", by=by, day=shown, at=at)
        return [*sentences, text]
    return [*sentences, _("Datumet %(day)s bestämdes tidigare.", day=shown)]
