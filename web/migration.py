"""The pages of a migration (Flytta): running instances to another version of their process.

A preview, the job that migrates the chosen instances, and the new steps that a migrated instance
has passed (``SkippedStep``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine import (
    COUNTED_RUNNING,
    Conflict,
    Count,
    Definition,
    InstanceVerdict,
    Invalid,
    MigrationPreview,
    NotAllowed,
    Problem,
)
from web import conflicts, pending_forms
from web.context import actor, engine, posted_key
from web.forms import Problems
from web.i18n import gettext as _
from web.mapping import PREFIX, mapping_of
from web.texts.migration import note_text

blueprint = Blueprint("migration", __name__, url_prefix="/migration")
RIGHTS: Final = frozenset({"process_owner", "manager"})
"""The rights of which one is needed to migrate instances."""


def may_migrate() -> bool:
    """Whether pages show the link to a preview. (The engine checks the right again.)"""
    return bool(RIGHTS & set(actor().rights))


@blueprint.app_template_global()
def sees_cases() -> bool:
    """Whether the reader may open every case: managers may, process owners may not."""
    return "manager" in actor().rights


def elsewhere(definition: Definition) -> Count:
    """How many instances run on other versions of the process."""
    versions = [
        other.id
        for other in engine().definitions.all(actor())
        if other.process_id == definition.process_id and other.id != definition.id
    ]
    counts = engine().definitions.running(actor(), versions).values()
    return Count(sum(counts), more=any(count.more for count in counts))


def group_key(group: Sequence[InstanceVerdict]) -> str:
    """A name for a group of a preview, which changes when what the group is about changes: the
    position of its instances, or what the migration means for them."""
    one = group[0]
    notes = [(n.code, n.element_id) for n in (*one.reasons, *one.notes)]
    steps = [(n.element_id, n.always) for n in one.not_run]
    text = repr((one.version, one.at, notes, steps))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@blueprint.get("/<definition_id>")
def preview(definition_id: str) -> str:
    """What the migration of all instances on other versions would mean, in groups; where there are
    too many to be looked at by a request, the way to a preview by a worker."""
    typed = pending_forms.typed()
    given = typed.form if typed else request.args
    mapping = mapping_of(given)
    if not may_migrate():
        raise NotAllowed
    definition = engine().definitions.get(actor(), definition_id)
    whole = elsewhere(definition)
    known = {
        "previews": engine().previews.of_process(actor(), definition.process_id),
        "earlier": engine().migrations.of_process(actor(), definition.process_id),
    }
    if definition.startable and (whole > COUNTED_RUNNING or whole.more):
        return render_template("migration/many.html", definition=definition, whole=whole, **known)
    preview = _preview(definition_id, mapping)
    questions = {q.element_id: q for v in preview.instances for q in v.questions}
    # An answered question is asked again, so that its answer can be changed.
    if mapping:
        unanswered = _preview(definition_id, {})
        questions = {q.element_id: q for v in unanswered.instances for q in v.questions}
    return render_template(
        "migration/preview.html",
        definition=definition,
        preview=preview,
        groups=[(group_key(g), g) for g in preview.groups()],
        seen=_shown(preview),
        chosen=set(typed.form.getlist("group")) if typed else None,
        questions=list(questions.values()),
        mapping=mapping,
        prefix=PREFIX,
        note_text=note_text,
        **known,
        problems=Problems(typed.problems if typed else (), {"group": _("Vilka som flyttas")}),
    )


@blueprint.post("/<definition_id>")
def migrate(definition_id: str) -> ResponseReturnValue:
    """Start the migration of the chosen groups, and go to its page."""
    mapping = mapping_of(request.form)
    preview = _preview(definition_id, mapping)
    chosen = set(request.form.getlist("group"))
    conflicts.must_show(chosen, **_shown(preview))
    instances = [
        one.instance_id
        for group in preview.groups()
        if group_key(group) in chosen
        for one in group
        if one.status == "safe"
    ]
    if not instances:
        raise Invalid([Problem("choose_group", "Choose at least one group.", "group")])
    receipt = engine().migrations.start(
        actor(),
        preview.process_id,
        preview.to_version,
        instances,
        mapping=mapping,
        wait=False,
        key=posted_key(),
    )
    return redirect(url_for("migration.job", migration_id=receipt.id))


def _shown(preview: MigrationPreview) -> dict[str, list[str]]:
    """What the preview shows: the instances of each group."""
    return {
        group_key(group): sorted(one.instance_id for one in group) for group in preview.groups()
    }


def _preview(definition_id: str, mapping: Mapping[str, str]) -> MigrationPreview:
    if not may_migrate():
        raise NotAllowed
    definition = engine().definitions.get(actor(), definition_id)
    return engine().migrations.preview(
        actor(),
        definition.process_id,
        definition.version,
        mapping=mapping,
        most=COUNTED_RUNNING,
    )


# ---------------------------------------------------------------- the job


@blueprint.get("/jobs/<migration_id>")
def job(migration_id: str) -> str:
    """How far a migration has come; the page reloads itself while instances wait."""
    migration = engine().migrations.get(actor(), migration_id, cursor=request.args.get("cursor"))
    return render_template("migration/job.html", job=migration, note_text=note_text)


@blueprint.post("/jobs/<migration_id>/back/<instance_id>")
def take_back(migration_id: str, instance_id: str) -> ResponseReturnValue:
    """Undo the migration of one instance."""
    engine().migrations.take_back(actor(), migration_id, instance_id, key=posted_key())
    flash(_("Flytten är tillbakatagen. Processen är som den var."), "success")
    return redirect(url_for("migration.job", migration_id=migration_id))


# ---------------------------------------------------------------- steps that were passed


@blueprint.post("/steps/<case_id>/<instance_id>/<element_id>")
def decide_step(case_id: str, instance_id: str, element_id: str) -> ResponseReturnValue:
    """Run a new step that the migrated instance has passed, or record why it is not needed."""
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
    except Invalid as error:
        if any(problem.code != "required" for problem in error.problems):
            raise
        flash(_("Skriv varför steget inte behövs."), "warning")
    except Conflict as conflict:
        if conflict.error_code != "step_decided":
            raise
        flash(_("Någon har redan bestämt om steget."), "info")
    return redirect(url_for("cases.show", case_id=case_id) + "#nya-steg")
