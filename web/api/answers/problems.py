"""The API's structs of problem details (RFC 9457)."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from web.api.answers.definitions import Finding
from web.api.answers.people import Time


class Wrong(Struct, frozen=True, omit_defaults=True):
    """One thing that is wrong with the input: `pointer` (RFC 6901) into the body, or the name of
    the `parameter`."""

    code: str
    detail: str
    pointer: str | None = None
    parameter: str | None = None


class Written(Struct, frozen=True):
    """What is written in a task, in the form in which it is sent."""

    answers: dict[str, Any]
    ticks: dict[str, bool | str]
    note: str


class Difference(Struct, frozen=True):
    """A place in the body where what was sent is not what is stored; null for nothing."""

    pointer: str
    sent: Any
    stored: Any


class ShownFile(Struct, frozen=True):
    """A file of a task."""

    filename: str
    size: int
    sha256: str
    by: str


class ShownNow(Struct, frozen=True):
    """What whoever signs would sign now, beside what is written: its `sha256` is the task's
    `shown_sha256`."""

    sha256: str
    name: str
    meaning: str
    definition_id: str
    version: int
    attachments: dict[str, list[ShownFile]]


class Problem(Struct, frozen=True, omit_defaults=True):
    """Problem details (RFC 9457). `type` is a page that explains it. Of a task that was changed
    meanwhile, `stored` is what is written in it now, `by` and `at` who saved it and when, and
    `differences` are the places where what was sent is not the same, and `shown` is what a
    signature would be about now."""

    type: str
    title: str
    status: int
    detail: str
    instance: str = ""
    errors: list[Wrong] | None = None
    findings: list[Finding] | None = None
    by: str | None = None
    at: Time | None = None
    revision: int | None = None
    stored: Written | None = None
    differences: list[Difference] | None = None
    shown: ShownNow | None = None
    element_id: str | None = None
    retry_after: int | None = None
