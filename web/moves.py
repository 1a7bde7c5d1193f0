"""Flytta: running instances to another version of their process, and the steps that this left."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine import (
    Conflict,
    InstanceVerdict,
    Invalid,
    MigrationNote,
    MigrationPreview,
    NotAllowed,
    Problem,
)
from web.context import actor, engine, posted_key, role_title
from web.formats import moment
from web.forms import Problems
from web.i18n import N_
from web.i18n import gettext as _

blueprint = Blueprint("moves", __name__, url_prefix="/moves")
RIGHTS: Final = frozenset({"process_owner", "manager"})
PREFIX: Final = "to-"
"""Fields of the mapping are called by the element that is gone."""

NOTES: Final[Mapping[str, str]] = {
    # why an instance cannot move
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
    "already_there": N_("Processen följer redan den versionen"),
    "other_process": N_("Det är en annan process"),
    "needs_mapping": N_("”%(name)s” pågår och finns inte i den nya versionen. Välj var "
            "arbetet ska fortsätta"),
    "would_wait": N_("Processen skulle bli stående vid ”%(name)s”"),
    "would_fail": N_("Processen kunde inte gå vidare i den nya versionen: %(error)s"),
    # what a move changes
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


class _Words(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "–"


def note_text(note: MigrationNote) -> str:
    """A reason or a change as a sentence without a full stop."""
    words = _Words({k: str(v) for k, v in note.params.items() if v} | {"name": note.name})
    if note.code == "role_changed":
        words["now"] = role_title(words["now"]) or _("alla")
    if note.code == "timer_moved":
        for when in ("was", "now"):
            words[when] = moment(datetime.fromisoformat(words[when]))
    return _(NOTES[note.code]) % words if note.code in NOTES else f"{note.name}: {note.code}"


def may_move() -> bool:
    """Whether to show the way; the engine decides for itself."""
    return bool(RIGHTS & set(actor().rights))


@blueprint.app_template_global()
def sees_cases() -> bool:
    """Whether a link to any case leads anywhere: managers see all of them."""
    return "manager" in actor().rights


def group_key(group: Sequence[InstanceVerdict]) -> str:
    """Names a group of a preview: the same as long as its instances stand as they do."""
    one = group[0]
    notes = [(n.code, n.element_id) for n in (*one.reasons, *one.notes)]
    steps = [(n.element_id, n.always) for n in one.not_run]
    text = repr((one.version, one.at, notes, steps))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@blueprint.get("/<definition_id>")
def preview(definition_id: str) -> str:
    """What moving all that runs on other versions would mean, in groups."""
    return _preview_page(definition_id)


@blueprint.post("/<definition_id>")
def move(definition_id: str) -> ResponseReturnValue:
    found = _preview(definition_id)
    chosen = set(request.form.getlist("group"))
    instances = [
        one.instance_id
        for group in found.groups()
        if group_key(group) in chosen
        for one in group
        if one.status == "safe"
    ]
    if not instances:
        problem = Problem("choose_group", "Choose at least one group.", "group")
        return _preview_page(definition_id, [problem]), 422
    receipt = engine().migrations.start(
        actor(),
        found.process_id,
        found.to_version,
        instances,
        mapping=_mapping(),
        wait=False,
        key=posted_key(),
    )
    return redirect(url_for("moves.job", migration_id=receipt.id))


def _preview_page(definition_id: str, problems: Sequence[Problem] = ()) -> str:
    found = _preview(definition_id)
    questions = {q.element_id: q for v in found.instances for q in v.questions}
    # What has been answered is asked still, so that the answer can be changed.
    if mapping := _mapping():
        unanswered = _preview(definition_id, {})
        questions = {q.element_id: q for v in unanswered.instances for q in v.questions}
    return render_template(
        "moves/preview.html",
        definition=engine().definitions.get(actor(), definition_id),
        preview=found,
        groups=[(group_key(g), g) for g in found.groups()],
        questions=list(questions.values()),
        mapping=mapping,
        prefix=PREFIX,
        note_text=note_text,
        earlier=engine().migrations.of_process(actor(), found.process_id),
        problems=Problems(problems, {"group": _("Vilka som flyttas")}),
    )


def _preview(definition_id: str, mapping: Mapping[str, str] | None = None) -> MigrationPreview:
    if not may_move():
        raise NotAllowed
    definition = engine().definitions.get(actor(), definition_id)
    return engine().migrations.preview(
        actor(),
        definition.process_id,
        definition.version,
        mapping=_mapping() if mapping is None else mapping,
        cursor=request.values.get("cursor"),
    )


def _mapping() -> dict[str, str]:
    """Where work goes on, as chosen on the page."""
    return {
        name.removeprefix(PREFIX): value
        for name, value in request.values.items()
        if name.startswith(PREFIX) and value
    }


# ---------------------------------------------------------------- the job


@blueprint.get("/jobs/<migration_id>")
def job(migration_id: str) -> str:
    """How far a move has come; the page reads itself anew while something waits."""
    found = engine().migrations.get(actor(), migration_id, cursor=request.args.get("cursor"))
    return render_template("moves/job.html", job=found, note_text=note_text)


@blueprint.post("/jobs/<migration_id>/back/<instance_id>")
def back(migration_id: str, instance_id: str) -> ResponseReturnValue:
    engine().migrations.take_back(actor(), migration_id, instance_id, key=posted_key())
    flash(_("Flytten är tillbakatagen. Processen är som den var."), "success")
    return redirect(url_for("moves.job", migration_id=migration_id))


# ---------------------------------------------------------------- steps that were not run


@blueprint.post("/steps/<case_id>/<instance_id>/<element_id>")
def step(case_id: str, instance_id: str, element_id: str) -> ResponseReturnValue:
    """Have a step done that came in before where the case was, or say why it is not needed."""
    try:
        if request.form.get("action") == "run":
            engine().migrations.run_skipped(actor(), instance_id, element_id, key=posted_key())
            flash(_("Steget är öppnat som en egen uppgift."), "success")
        else:
            reason = request.form.get("reason", "")
            engine().migrations.dismiss_skipped(
                actor(), instance_id, element_id, reason, key=posted_key()
            )
            flash(_("Antecknat att steget inte behövs."), "success")
    except Invalid:
        flash(_("Skriv varför steget inte behövs."), "warning")
    except Conflict as conflict:
        if conflict.error_code != "step_decided":
            raise
        flash(_("Någon har redan bestämt om steget."), "info")
    return redirect(url_for("cases.show", case_id=case_id) + "#nya-steg")
