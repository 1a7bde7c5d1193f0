"""Migration in the reader's language: why an instance cannot migrate, and what changes for it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from engine import MigrationNote
from web.context import role_title
from web.formats import moment
from web.i18n import N_
from web.i18n import gettext as _
from web.texts.params import TextParams

NOTES: Final[Mapping[str, str]] = {
    # why an instance cannot migrate
    "gone": N_("”%(name)s” pågår, och den nya versionen har inget steg av samma slag"),
    "kind_changed": N_("”%(name)s” pågår, och är ett annat slags steg i den nya versionen"),
    "scope_changed": N_("”%(name)s” pågår, och ligger i en annan delprocess i den nya versionen"),
    "loop_changed": N_("”%(name)s” är påbörjad och upprepas på ett annat sätt i den nya versionen"),
    "join_changed": N_("”%(name)s” väntar in flera vägar, och den nya versionen har "
            "andra vägar dit"),
    "call_changed": N_("”%(name)s” har startat en annan process än den nya versionen skulle göra"),
    "order_changed": N_("”%(name)s” och ”%(other)s” pågår samtidigt, men kommer efter "
            "varandra i den nya versionen"),
    "merged": N_("”%(name)s” och ”%(other)s” pågår båda och skulle bli samma steg"),
    "compensation_lost": N_("”%(name)s” är gjord och skulle inte längre kunna göras ogjord"),
    "damaged": N_("Det sparade läget går inte att läsa"),
    "ended": N_("Processen är avslutad"),
    "changed_since": N_("Processen har gått vidare sedan den granskades"),
    "already_there": N_("Processen följer redan den versionen"),
    "other_process": N_("Det är en annan process"),
    "needs_mapping": N_("”%(name)s” pågår och finns inte i den nya versionen. Välj var "
            "arbetet ska fortsätta"),
    "would_wait": N_("Processen skulle bli stående vid ”%(name)s”"),
    "would_fail": N_("Processen kunde inte gå vidare i den nya versionen: %(error)s"),
    # what a migration changes
    "moved": N_("”%(name)s” fortsätter som ”%(to)s”"),
    "role_changed": N_("”%(name)s” får en annan ansvarig roll: %(now)s"),
    "fields_gone": N_("”%(name)s” har inte kvar fälten %(what)s"),
    "points_gone": N_("”%(name)s” har inte kvar punkterna %(what)s"),
    "due_rule_changed": N_("”%(name)s” får datum efter en ny regel, om ingen har satt ett"),
    "event_changed": N_("”%(name)s” väntar på något annat än förut"),
    "listener_opened": N_("”%(name)s” börjar lyssna"),
    "listener_closed": N_("”%(name)s” slutar lyssna"),
    "answers_dropped": N_("Det som stod i fält utan motsvarighet på ”%(name)s” finns i "
            "historiken: %(what)s"),
    "ticks_dropped": N_("Bockar för punkter som inte finns kvar på ”%(name)s”: %(what)s"),
    "assignee_released": N_("%(person)s har inte rollen för ”%(name)s”; uppgiften "
            "erbjuds dem som har den"),
    "due_changed": N_("”%(name)s” ska vara klar %(now)s i stället för %(was)s"),
    "timer_moved": N_("”%(name)s” inträffar %(now)s i stället för %(was)s, räknat från när "
            "väntan började"),
    "files_dropped": N_("Filer i fält utan motsvarighet på ”%(name)s” visas inte längre: "
            "%(what)s"),
    "plan_kept": N_("”%(name)s” finns inte i den nya versionen men står kvar i planen, "
            "med det datum någon satt"),
}  # fmt: skip
"""The codes of ``MigrationNote``, each with its sentence."""


def note_text(note: MigrationNote) -> str:
    """Why an instance cannot migrate, or what changes for it: a sentence without a full stop.

    A code without a text is shown as it is, after the element's name.
    """
    params = TextParams({k: str(v) for k, v in note.params.items() if v} | {"name": note.name})
    if note.code == "role_changed":
        params["now"] = role_title(params["now"]) or _("alla")
    if note.code == "timer_moved":
        for when in ("was", "now"):
            params[when] = moment(datetime.fromisoformat(params[when]))
    return _(NOTES[note.code]) % params if note.code in NOTES else f"{note.name}: {note.code}"
