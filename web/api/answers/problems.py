"""The API's structs of problem details (RFC 9457)."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from web.api.answers.definitions import Finding


class Wrong(Struct, frozen=True, omit_defaults=True):
    """One thing that is wrong with the input: `pointer` (RFC 6901) into the body, or the name of
    the `parameter`."""

    code: str
    detail: str
    pointer: str | None = None
    parameter: str | None = None


class Problem(Struct, frozen=True, omit_defaults=True):
    """Problem details (RFC 9457). `type` is a page that explains it."""

    type: str
    title: str
    status: int
    detail: str
    instance: str = ""
    errors: list[Wrong] | None = None
    findings: list[Finding] | None = None
    by: str | None = None
    at: datetime | None = None
    revision: int | None = None
    element_id: str | None = None
    retry_after: int | None = None
