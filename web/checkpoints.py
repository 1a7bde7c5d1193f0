"""The page of the checkpoints (Kontrollpunkter), and the files with which an outsider checks."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue

from engine import CheckpointStatus, NotFound
from web.context import actor, config, engine
from web.i18n import N_
from web.i18n import gettext as _

blueprint = Blueprint("checkpoints", __name__, url_prefix="/history/checkpoints")
SCRIPTS: Final = ("verify.py", "witness.py")
"""The programs for outsiders, which stand in ``docs/``."""
FOLDER: Final = Path(__file__).parents[1] / "docs"
"""Where they are: in the sources, or in the package of an installed wheel."""
PROBLEMS: Final = {
    "off": N_("Kontrollpunkter är avstängda i inställningarna (checkpoints.enabled)."),
    "missing": N_("Nyckeln finns inte där den ska vara. Lägg tillbaka den från kopian, eller börja "
                  "med en ny: serviceplan checkpoints rotate-key --lost."),
    "other": N_("Filen har en annan nyckel än den som historiken känner."),
    "malformed": N_("Nyckelns fil går inte att läsa som en nyckel."),
    "unreadable": N_("Nyckelns fil kan inte läsas eller skrivas."),
    "rolled_back": N_("Databasen ligger efter det som är publicerat: den är återställd till ett "
                      "äldre läge, eller så är slutet avklippt. Inget signeras förrän det är "
                      "utrett: serviceplan checkpoints restart."),
}  # fmt: skip
"""Why no checkpoint can be made, by the engine's codes."""
KINDS: Final = {"stamp": N_("Tidsstämpel"), "cosignature": N_("Vittne")}
"""Who has vouched for a checkpoint."""


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """The newest checkpoint, the key's fingerprint, where it is published, who vouches for it."""
    status = engine().checkpoints.status(actor())
    return render_template(
        "history/checkpoints.html",
        status=status,
        zone=config().calendar.zone,
        problem=_problem(status),
        kinds={kind: _(text) for kind, text in KINDS.items()},
    )


def _problem(status: CheckpointStatus) -> str:
    return _(PROBLEMS[status.problem]) if status.problem in PROBLEMS else status.message


@blueprint.get("/newest.txt")
def note() -> Response:
    """The newest checkpoint's note, as it was signed; an empty file while there is none."""
    newest = engine().checkpoints.status(actor()).newest
    if newest is None:
        return _file(b"", "checkpoint-0.txt")
    return _file(newest.note.encode(), f"checkpoint-{newest.size}.txt")


@blueprint.get("/<any('verify.py', 'witness.py'):name>")
def script(name: str) -> Response:
    """The verifier, or the witness: a file of standard-library Python."""
    if not actor().id:
        raise NotFound
    return _file((FOLDER / name).read_bytes(), name)


def _file(data: bytes, name: str) -> Response:
    # Text, so that no browser runs it and everybody can read it.
    return Response(
        data,
        mimetype="text/plain; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
