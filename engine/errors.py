"""The errors of the engine, one class for each kind of answer to the caller.

Every error carries a ``code`` (stable, for translation and for programs), an English message and
``params`` that a translation may use. The web maps the classes to HTTP statuses; nothing here
knows of HTTP.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar

from engine.views.incidents import IncidentKind


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem of an input.

    ``field`` names the input: a form field's id, ``"checklist.<item id>"``, ``"plan.<row id>"``,
    ``"password"``, ``"note"`` or the parameter's name.
    """

    code: str
    message: str
    field: str | None = None
    params: Mapping[str, Any] = dataclasses.field(default_factory=dict)


class ServiceplanError(Exception):
    """Something in Serviceplan went wrong."""

    code: ClassVar[str] = "error"

    def __init__(self, message: str | None = None, *, code: str | None = None, **params: Any):
        self.message = message or (self.__doc__ or "").strip().splitlines()[0]
        self.error_code = code or self.code
        self.params = params
        super().__init__(self.message)


class NotFound(ServiceplanError):
    """There is no such thing, or it is not yours to see."""

    code = "not_found"


class NotAllowed(ServiceplanError):
    """You may see this, but you may not do it."""

    code = "not_allowed"


class NotAuthenticated(NotAllowed):
    """The user name or the password is wrong.

    ``problems`` lists what is wrong with the rest of the input.
    """

    code = "not_authenticated"
    problems: Sequence[Problem] = ()


class Conflict(ServiceplanError):
    """Somebody else was first, or the thing has changed since you read it."""

    code = "conflict"


class Invalid(ServiceplanError):
    """The input cannot be accepted as it is; ``problems`` lists every reason."""

    code = "invalid"

    def __init__(self, problems: Sequence[Problem], message: str | None = None, **params: Any):
        self.problems = tuple(problems)
        super().__init__(message or "; ".join(p.message for p in self.problems), **params)


class Problems:
    """Gathers what several checks find, so that all of it is told together."""

    def __init__(self) -> None:
        self.found: list[Problem] = []

    @contextmanager
    def gathering(self) -> Iterator[None]:
        """Keep the problems of an ``Invalid`` that is raised inside, and go on."""
        try:
            yield
        except Invalid as error:
            self.found += error.problems

    def refuse(self) -> None:
        """Raise Invalid with everything that was found, if anything was."""
        if self.found:
            raise Invalid(self.found)


class Rejected(ServiceplanError):
    """Files cannot be used as they are; ``findings`` lists every reason, errors first."""

    code = "rejected"

    def __init__(self, findings: Sequence[Any], message: str | None = None):
        self.findings = tuple(findings)
        errors = [f for f in self.findings if f.severity == "error"]
        super().__init__(message or "; ".join(str(f) for f in errors or self.findings))


class ProcessFailed(ServiceplanError):
    """The process could not go on; nothing was changed and an incident was recorded."""

    code = "process_failed"

    def __init__(self, message: str, *, element_id: str | None = None, **params: Any):
        self.element_id = element_id
        super().__init__(message, element_id=element_id, **params)


class Unavailable(ServiceplanError):
    """The database does not answer; try again in a moment."""

    code = "unavailable"


class DatabaseNewer(Unavailable):
    """The database was made by a newer version of Serviceplan; upgrade the program."""

    code = "database_newer"


class EngineClosed(Unavailable):
    """This engine is closed; open another one."""

    code = "engine_closed"


class ConfigError(ServiceplanError):
    """The configuration cannot be used."""

    code = "config"


class StepError(Exception):
    """A process cannot go on at ``element_id``; ``message`` says why, for its owner. It never
    leaves the engine: an incident and ``ProcessFailed`` tell of it."""

    instance_id: str | None = None
    """The instance that the incident belongs to, filled in by those who know instances."""
    received: bool = False
    """True when an event was received in the transaction that threw it: the error may be the
    receiver's."""

    def __init__(self, element_id: str, message: str, *, kind: IncidentKind = "failed") -> None:
        super().__init__(message)
        self.element_id = element_id
        self.message = message
        self.kind = kind
