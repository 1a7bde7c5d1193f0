"""The pages of process definitions (Diagram): all of them, one version as a drawing and as a table,
and the upload that checks and deploys new versions."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from engine import (
    CheckReport,
    Conflict,
    Count,
    Decision,
    Definition,
    Deployment,
    Finding,
    Invalid,
    LiveVersions,
    NotAllowed,
    Problem,
    Rejected,
    Source,
)
from web import merge, pending_forms, planes
from web.context import actor, engine, posted_key
from web.formats import moment
from web.forms import Problems
from web.i18n import gettext as _
from web.i18n import ngettext
from web.migration import may_migrate
from web.texts.due_dates import due_rule

blueprint = Blueprint("definitions", __name__, url_prefix="/definitions")
RIGHT: Final = "process_owner"
"""The right that deploying takes."""
MOST_CHECKED_BYTES: Final = 1_200_000
"""Checked files up to this size are carried in the report's form, so that its button deploys just
them. In base64 they stay below the 2 MB that a form may have; larger files are chosen again."""
CHECKED: Final = "checked_file"
"""The name of the inputs that carry checked files."""
ORDER: Final = {"error": 0, "warning": 1, "info": 2}
"""The place of a severity in a list of findings."""


@blueprint.get("/")
def index() -> str:
    """All live processes and decisions, and older versions with running instances."""
    known = engine().definitions.all(actor())
    running = engine().definitions.running(actor(), [d.id for d in known])
    older: dict[str, list[Definition]] = {}
    live = {d.process_id: d.version for d in known if d.latest}
    drawn: dict[str, Definition] = {}
    for definition in known:
        newer = definition.version > live[definition.process_id]
        if newer:
            # Newest first: the newest drawing that came after what is live.
            drawn.setdefault(definition.process_id, definition)
        if not definition.latest and running[definition.id]:
            older.setdefault(definition.process_id, []).append(definition)
    decisions = engine().decisions.all(actor())
    return render_template(
        "definitions/index.html",
        definitions=[d for d in known if d.latest],
        older=older,
        running=running,
        counted_at=_counted_at(running),
        drawn=drawn,
        decisions=[d for d in decisions if d.latest],
        drawn_decisions=_newer_drawings(decisions),
        may_deploy=may_deploy(),
    )


def _newer_drawings(decisions: Sequence[Decision]) -> dict[str, Decision]:
    """The newest drawing that came after the version that is asked, by decision."""
    live = {d.decision_id: d.version for d in decisions if d.latest}
    newer = [d for d in decisions if d.version > live[d.decision_id]]
    return {d.decision_id: d for d in reversed(newer)}  # of each the newest stands first


def may_deploy() -> bool:
    """Whether pages show the link to the upload. (The engine checks the right again.)"""
    return RIGHT in actor().rights


@blueprint.get("/<definition_id>")
def show(definition_id: str) -> str:
    """One version of a process: its drawing, its activities, its findings, its other versions."""
    definition = engine().definitions.get(actor(), definition_id)
    drawing = engine().definitions.drawing(actor(), definition_id)
    title = _("Diagram för %(name)s, version %(number)s", name=definition.name,
              number=definition.version)  # fmt: skip
    versions = [
        d for d in engine().definitions.all(actor()) if d.process_id == definition.process_id
    ]
    running = engine().definitions.running(actor(), [d.id for d in versions])
    return render_template(
        "definitions/show.html",
        definition=definition,
        picture=planes.picture(drawing, title=title),
        activities=engine().definitions.sheet(actor(), definition_id),
        findings=sorted_findings(engine().definitions.findings(actor(), definition_id)),
        versions=versions,
        running=running,
        counted_at=_counted_at(running),
        elsewhere=_elsewhere(running, definition_id) if may_migrate() else Count(0),
        due_rule=due_rule,
    )


def _elsewhere(running: Mapping[str, Count], definition_id: str) -> Count:
    """How many instances run on other versions."""
    others = [count for id, count in running.items() if id != definition_id]
    return Count(sum(others), more=any(count.more for count in others))


def _counted_at(running: Mapping[str, Count]) -> datetime | None:
    """When a worker has counted what was too much to be counted now; None where nothing was."""
    return next((count.at for count in running.values() if count.at is not None), None)


@blueprint.get("/<definition_id>/file")
def file(definition_id: str) -> ResponseReturnValue:
    """The file as it was deployed, byte for byte."""
    source = engine().definitions.source(actor(), definition_id)
    return send_file(
        io.BytesIO(source.data),
        mimetype="application/octet-stream",
        as_attachment=True,
        download_name=source.filename,
    )


# ---------------------------------------------------------------- new versions


@blueprint.get("/upload")
def upload() -> str:
    """The form that takes files."""
    if not may_deploy():
        raise NotAllowed
    typed = pending_forms.typed(newest=False)
    carried = typed.form.getlist(CHECKED) if typed else []
    if not carried:
        return _page(problems=typed.problems if typed else ())
    sources = [_carried(value) for value in carried]
    return _page(sources, engine().definitions.check(sources))


@blueprint.post("/upload")
def uploaded() -> ResponseReturnValue:
    """Check the posted files and show the findings; with the button "deploy" also deploy them."""
    if not may_deploy():
        raise NotAllowed
    sources = _sources()
    small = sum(len(s.data) for s in sources) <= MOST_CHECKED_BYTES
    if small and not request.form.getlist(CHECKED):
        pending_forms.add_inputs([(CHECKED, _to_carry(source)) for source in sources])
    if request.form.get("action") == "deploy":
        try:
            deployment = engine().definitions.deploy(
                actor(), sources, seen=_seen(), key=posted_key()
            )
        except Conflict as error:
            raise _other_version(error) from error
        except Rejected as error:
            if small:
                raise
            return _page(sources, CheckReport(error.findings, ())), 422
        _flash_deployment(deployment)
        return redirect(url_for("definitions.index"))
    report = engine().definitions.check(sources)
    status = 200 if report.ok else 422
    # Files too large to be carried cannot be checked again by the page: it answers at once.
    return pending_forms.looked(status) if small else (_page(sources, report), status)


def _live() -> dict[str, int]:
    """The newest versions of all processes and decisions, by kind and id."""
    live: dict[str, int] = {}
    for definition in engine().definitions.all(actor()):
        name = f"process.{definition.process_id}"
        live[name] = max(definition.version, live.get(name, 0))
    for decision in engine().decisions.all(actor()):
        name = f"decision.{decision.decision_id}"
        live[name] = max(decision.version, live.get(name, 0))
    return live


def _seen() -> LiveVersions:
    """The versions that the posted form's page showed; 0 for each that has changed since."""
    shown = merge.read(request.form.get("shown"), ())
    seen: dict[str, dict[str, int]] = {"process": {}, "decision": {}}
    for name, version in _live().items():
        kind, _dot, id = name.partition(".")
        if merge.digest(version) == shown.get(name, ""):
            seen[kind][id] = version
    return LiveVersions(seen["process"], seen["decision"])


def _other_version(error: Conflict) -> Conflict:
    """The conflict with versions that went live meanwhile, said in words."""
    if error.error_code != "other_version":
        return error
    said = [
        _("%(process)s, version %(number)s: %(name)s, %(when)s", process=v["name"],
          number=v["version"], name=v["by"], when=moment(v["at"]))
        for v in error.params["versions"]
    ]  # fmt: skip
    return Conflict(error.message, code=error.error_code, versions="; ".join(said))


def _flash_deployment(deployment: Deployment) -> None:
    """Flash what was deployed: a message each for processes, decisions and drawings."""
    if not deployment.new:
        flash(_("Filerna var redan publicerade, oförändrade. Ingen ny version behövdes."), "info")
        return
    live = sum(d.startable for d in deployment.definitions)
    drawn = len(deployment.definitions) - live
    decided = sum(d.runnable for d in deployment.decisions)
    shown = len(deployment.decisions) - decided
    if live:
        flash(ngettext("%(num)s process är publicerad.", "%(num)s processer är publicerade.", live),
              "success")  # fmt: skip
    if decided:
        flash(ngettext("%(num)s beslut är publicerat.", "%(num)s beslut är publicerade.", decided),
              "success")  # fmt: skip
    if drawn:
        flash(ngettext("%(num)s ritning är sparad. Den kan inte startas; på dess sida står varför.",
                       "%(num)s ritningar är sparade. De kan inte startas; på deras sidor står "
                       "varför.", drawn), "info")  # fmt: skip
    if shown:
        flash(ngettext("%(num)s beslut är sparat som ritning. Det kan inte fattas; på dess sida "
                       "står varför.",
                       "%(num)s beslut är sparade som ritningar. De kan inte fattas; på deras "
                       "sidor står varför.", shown), "info")  # fmt: skip
    if not (live or decided or drawn or shown):
        flash(_("Filerna är sparade. De har inget som körs för sig."), "success")


def _sources() -> list[Source]:
    """The chosen files, else the checked ones that the report's form carries. Raises Invalid."""
    chosen = [
        Source(file.filename, file.stream.read())
        for file in request.files.getlist("files")
        if file.filename
    ]
    sources = chosen or [_carried(value) for value in request.form.getlist(CHECKED)]
    if not sources:
        raise Invalid([Problem("choose_files", "Choose at least one file.", "files")])
    return sources


def _to_carry(source: Source) -> str:
    """A file as a form carries it: its name, a colon, its content in base64."""
    return f"{source.filename}:{base64.b64encode(source.data).decode()}"


def _carried(value: str) -> Source:
    """A file that a form has carried. Raises Invalid."""
    name, _colon, data = value.rpartition(":")
    try:
        return Source(name, base64.b64decode(data, validate=True))
    except ValueError:
        raise Invalid([Problem("choose_files", "Choose the files again.", "files")]) from None


def _page(
    sources: Sequence[Source] = (),
    report: CheckReport | None = None,
    problems: Sequence[Problem] = (),
) -> str:
    carry = report is not None and report.ok
    carry = carry and sum(len(s.data) for s in sources) <= MOST_CHECKED_BYTES
    checked = [_to_carry(source) for source in sources]
    return render_template(
        "definitions/upload.html",
        sources=sources,
        report=report,
        seen=_live(),
        findings=sorted_findings(report.findings if report else ()),
        checked_files=checked if carry else [],
        problems=Problems(problems, {"files": _("Diagramfiler")}),
    )


@blueprint.app_template_global()
def process_name(definition_id: str) -> str:
    """The name of a definition's process."""
    return engine().definitions.get(actor(), definition_id).name


def sorted_findings(findings: Sequence[Finding]) -> list[Finding]:
    """Findings with errors first, then warnings, then by file and line."""
    return sorted(
        findings, key=lambda f: (ORDER.get(f.severity, 3), f.filename or "", f.line or 0, f.code)
    )
