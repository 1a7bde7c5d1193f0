"""Diagram: the processes and their versions, one version as drawing and as table, and new ones
checked and put live."""

from __future__ import annotations

import base64
import binascii
import io
from collections.abc import Mapping, Sequence
from typing import Final

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from engine import (
    CheckReport,
    Definition,
    Deployment,
    Finding,
    Invalid,
    NotAllowed,
    Problem,
    Rejected,
    Source,
)
from web import formats, planes
from web.context import actor, engine, posted_key
from web.forms import Problems
from web.i18n import gettext as _
from web.i18n import ngettext
from web.moves import may_move

blueprint = Blueprint("definitions", __name__, url_prefix="/definitions")
RIGHT: Final = "process_owner"
KEPT_BYTES: Final = 1_200_000
"""Checked files go along with the report up to this size; above it they are chosen anew."""

ORDER: Final = {"error": 0, "warning": 1, "info": 2}


@blueprint.get("/")
def index() -> str:
    known = engine().definitions.all(actor())
    older: dict[str, list[Definition]] = {}
    live = {d.process_id: d.version for d in known if d.latest}
    drawn: dict[str, Definition] = {}
    for definition in known:
        newer = definition.version > live[definition.process_id]
        if newer:
            # Newest first: the newest drawing that came after what is live.
            drawn.setdefault(definition.process_id, definition)
        if not definition.latest and definition.running:
            older.setdefault(definition.process_id, []).append(definition)
    return render_template(
        "definitions/index.html",
        definitions=[d for d in known if d.latest],
        older=older,
        drawn=drawn,
        decisions=[d for d in engine().decisions.all(actor()) if d.latest],
        may_deploy=may_deploy(),
    )


def may_deploy() -> bool:
    """Whether to show the way; the engine decides for itself."""
    return RIGHT in actor().rights


@blueprint.get("/<definition_id>")
def show(definition_id: str) -> str:
    definition = engine().definitions.get(actor(), definition_id)
    drawing = engine().definitions.drawing(actor(), definition_id)
    title = _("Diagram för %(name)s, version %(number)s", name=definition.name,
              number=definition.version)  # fmt: skip
    versions = [
        d for d in engine().definitions.all(actor()) if d.process_id == definition.process_id
    ]
    return render_template(
        "definitions/show.html",
        definition=definition,
        picture=planes.picture(drawing, title=title),
        activities=engine().definitions.sheet(actor(), definition_id),
        findings=sorted_findings(engine().definitions.findings(actor(), definition_id)),
        versions=versions,
        elsewhere=sum(d.running for d in versions if d.id != definition_id) if may_move() else 0,
        due_rule=due_rule,
    )


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
    if not may_deploy():
        raise NotAllowed
    return _page()


@blueprint.post("/upload")
def uploaded() -> ResponseReturnValue:
    """Kontrollera shows what is to be said of the files, Lägg i drift deploys them."""
    if not may_deploy():
        raise NotAllowed
    try:
        sources = _sources()
    except Invalid as error:
        return _page(problems=error.problems), 422
    if request.form.get("action") != "deploy":
        report = engine().definitions.check(sources)
        return _page(sources, report), 200 if report.ok else 422
    try:
        deployment = engine().definitions.deploy(actor(), sources, key=posted_key())
    except Rejected as error:
        return _page(sources, CheckReport(error.findings, ())), 422
    _tell(deployment)
    return redirect(url_for("definitions.index"))


def _tell(deployment: Deployment) -> None:
    """What became of the files, in a line for each kind of thing."""
    if not deployment.new:
        flash(_("Filerna var redan i drift, oförändrade. Ingen ny version behövdes."), "info")
        return
    live = sum(d.startable for d in deployment.definitions)
    drawn = len(deployment.definitions) - live
    decided = len(deployment.decisions)
    if live:
        flash(ngettext("%(num)s process är i drift.", "%(num)s processer är i drift.", live),
              "success")  # fmt: skip
    if decided:
        flash(ngettext("%(num)s beslut är i drift.", "%(num)s beslut är i drift.", decided),
              "success")  # fmt: skip
    if drawn:
        flash(ngettext("%(num)s ritning är sparad. Den kan inte startas; på dess sida står varför.",
                       "%(num)s ritningar är sparade. De kan inte startas; på deras sidor står "
                       "varför.", drawn), "info")  # fmt: skip
    if not live and not decided and not drawn:
        flash(_("Filerna är sparade. De har inget som körs för sig."), "success")


def _sources() -> list[Source]:
    """The chosen files, else those that were checked a moment ago."""
    chosen = [
        Source(file.filename, file.stream.read())
        for file in request.files.getlist("files")
        if file.filename
    ]
    sources = chosen or [_kept(value) for value in request.form.getlist("kept")]
    if not sources:
        raise Invalid([Problem("choose_files", "Choose at least one file.", "files")])
    return sources


def _kept(value: str) -> Source:
    name, _colon, data = value.rpartition(":")
    try:
        return Source(name, base64.b64decode(data, validate=True))
    except binascii.Error:
        raise Invalid([Problem("choose_files", "Choose the files again.", "files")]) from None


def _page(
    sources: Sequence[Source] = (),
    report: CheckReport | None = None,
    problems: Sequence[Problem] = (),
) -> str:
    keep = report is not None and report.ok
    keep = keep and sum(len(s.data) for s in sources) <= KEPT_BYTES
    return render_template(
        "definitions/upload.html",
        sources=sources,
        report=report,
        findings=sorted_findings(report.findings if report else ()),
        kept=[f"{s.filename}:{base64.b64encode(s.data).decode()}" for s in sources] if keep else [],
        problems=Problems(problems, {"files": _("Diagramfiler")}),
    )


def sorted_findings(findings: Sequence[Finding]) -> list[Finding]:
    """Errors first, then by file and line."""
    return sorted(
        findings, key=lambda f: (ORDER.get(f.severity, 3), f.filename or "", f.line or 0, f.code)
    )


# ---------------------------------------------------------------- words


def due_rule(rule: Mapping[str, str] | None) -> str:
    """A due rule in words: "5 arbetsdagar efter att uppgiften öppnas"."""
    if not rule:
        return ""
    if "on" in rule:
        return rule["on"].removeprefix("=").strip()
    before = "before" in rule
    length = _length(rule.get("before") or rule.get("after") or "", rule.get("calendar"))
    point = rule.get("of")
    if point and before:
        return _("%(length)s före %(point)s", length=length, point=point)
    if point:
        return _("%(length)s efter %(point)s", length=length, point=point)
    return _("%(length)s efter att uppgiften öppnas", length=length)


def _length(duration: str, calendar: str | None) -> str:
    if calendar == "working" and duration.startswith("P") and duration.endswith("D"):
        days = duration[1:-1]
        if days.isdigit():
            return ngettext("%(num)s arbetsdag", "%(num)s arbetsdagar", int(days))
    return formats.interval(duration)
