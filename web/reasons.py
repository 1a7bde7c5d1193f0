"""Why a date is what it is, in sentences."""

from __future__ import annotations

from engine import DayOff, DueReason
from web import formats
from web.definitions import due_rule
from web.i18n import gettext as _
from web.i18n import language

MOST_DAYS = 15
"""Days off that are told one by one."""


def steps(reason: DueReason) -> list[str]:
    """From the diagram's rule to the date, a sentence for each step."""
    told = [*_rule(reason), *_start(reason), *_skipped(reason), *_result(reason)]
    if reason.due is not None:
        told.append(_("Dagar räknas i tidszonen %(zone)s.", zone=reason.zone))
    return told


def _rule(reason: DueReason) -> list[str]:
    if reason.rule:
        return [_("Regeln i diagrammet: %(rule)s.", rule=due_rule(reason.rule))]
    return [_("Diagrammet har ingen regel för datumet.")]


def _start(reason: DueReason) -> list[str]:
    if reason.reference is not None:
        point = (reason.rule or {}).get("of", "")
        day = formats.day_long(reason.reference)
        return [_("%(point)s är %(day)s.", point=point, day=day)]
    sentences = []
    if reason.rule and reason.rule.get("of"):
        point = reason.rule["of"]
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
