"""What somebody has typed in a form that could not be done, and why.

The engine keeps it as JSON; the form's page shows it, in any language.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from flask import request
from werkzeug.datastructures import MultiDict

from engine import Problem
from web.i18n import N_
from web.i18n import gettext as _
from web.texts.errors import error_texts, problem_text

ID: Final = "form"
"""The name of the parameter and of the hidden input with a pending form's id."""
ENDED: Final = "session_ended"
"""The code of a form that came after its session had ended."""
LOOKED: Final = "looked"
"""The code of a form whose sender only wanted to see what comes of it."""
OF_THE_PAGE: Final = frozenset(
    {"key", "action", "filled", "shown", "shown_sha256", "revision", "disputed", "news", "gone",
     "intent", "keep", "back"}
)  # fmt: skip
"""Inputs that a page writes into its forms by itself."""
_WELCOME: Final = (
    N_("Välkommen tillbaka"),
    N_(
        "Det du skrev innan du loggades ut finns kvar, utom lösenord och bifogade filer. "
        "Inget är skickat än."
    ),
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a form could not be done, so that it can be said in any language.

    ``status`` is that of the page which says so. ``code`` and ``params`` are an error's
    (``texts.errors.ERRORS``); ``detail`` is a text beside it, for those who mend processes.
    """

    status: int
    code: str = ""
    message: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    detail: str = ""


@dataclass(frozen=True, slots=True)
class TypedForm:
    """What somebody has typed in a form that could not be done, as the form's page shows it.

    ``form`` are the posted inputs without secrets, ``files`` the names of files that did not come
    along, ``secret`` says that a password was typed, which is never kept.
    """

    id: str
    target: str
    form: MultiDict[str, str]
    files: tuple[str, ...]
    refusal: Refusal
    at: datetime
    secret: bool

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with single inputs."""
        return self.refusal.problems

    @property
    def texts(self) -> tuple[str, str]:
        """The heading and the explanation of the error as a whole."""
        if self.refusal.code == ENDED:
            return _(_WELCOME[0]), _(_WELCOME[1])
        if self.refusal.code == LOOKED:
            return _("Det du skrev är inte skickat än"), ""
        return error_texts(self.refusal.code, self.refusal.params, self.refusal.message)

    @property
    def kind(self) -> str:
        """How the page says it: nothing is wrong with what was typed before a session ended."""
        if self.refusal.code in (ENDED, LOOKED):
            return "info"
        return "warning" if self.problems else "danger"

    @property
    def ended(self) -> bool:
        """Whether it came after its session had ended."""
        return self.refusal.code == ENDED

    @property
    def problem_texts(self) -> list[str]:
        """What is wrong with single inputs, for a page that does not have them."""
        return [problem_text(problem) for problem in self.problems]

    @property
    def resent(self) -> list[tuple[str, str]]:
        """The inputs of a form that sends it again."""
        return [*self.form.items(multi=True), (ID, self.id)]

    @property
    def page(self) -> str:
        """The address of the page without it."""
        return request.path

    @property
    def values(self) -> list[str]:
        """What was typed, for reading: texts that are not the page's own."""
        return [
            text
            for name, text in self.form.items(multi=True)
            if name not in OF_THE_PAGE and not name.startswith(("tick.", "found:")) and text.strip()
        ]


def to_json(
    target: str,
    form: Sequence[tuple[str, str]],
    files: Sequence[str],
    refusal: Refusal,
    *,
    secret: bool,
) -> dict[str, Any]:
    """The content of a pending form that was posted to the path ``target``."""
    return {
        "target": target,
        "form": list(form),
        "files": list(files),
        "secret": secret,
        "refusal": {
            "status": refusal.status,
            "code": refusal.code,
            "message": refusal.message,
            "params": _encoded(refusal.params),
            "detail": refusal.detail,
            "problems": [
                [p.code, p.message, p.field, _encoded(p.params)] for p in refusal.problems
            ],
        },
    }


def from_json(id: str, content: Mapping[str, Any], at: datetime) -> TypedForm:
    """What was typed, of a pending form's content."""
    error = content["refusal"]
    problems = tuple(
        Problem(code, message, name, _decoded(params))
        for code, message, name, params in error["problems"]
    )
    refusal = Refusal(
        error["status"], error["code"], error["message"], _decoded(error["params"]), problems,
        error["detail"],
    )  # fmt: skip
    form = MultiDict((name, value) for name, value in content["form"])
    files = tuple(content["files"])
    return TypedForm(id, content["target"], form, files, refusal, at, content["secret"])


def _encoded(params: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: {"@at": value.isoformat()} if isinstance(value, datetime) else value
        for name, value in params.items()
        if isinstance(value, datetime | str | int | float | bool | None)
    }


def _decoded(params: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: datetime.fromisoformat(value["@at"]) if isinstance(value, dict) else value
        for name, value in params.items()
    }
