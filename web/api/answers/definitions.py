"""The API's structs of process definitions and findings."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from web.api.answers.people import Time


class Definition(Struct, frozen=True):
    """One version of one process. `running` is how many instances run on it: up to 200 as of now,
    more as of `running_at`; with `running_more` it is at least so many."""

    id: str
    process_id: str
    version: int
    name: str
    phase: str | None
    filename: str
    sha256: str
    deployed_at: Time
    deployed_by: str
    latest: bool
    running: int
    running_at: Time | None
    running_more: bool
    startable: bool


class Definitions(Struct, frozen=True):
    """All versions of all processes."""

    items: list[Definition]


class Finding(Struct, frozen=True):
    """Something that a diagram's owner should know."""

    severity: Literal["error", "warning", "info"]
    code: str
    sv: str
    en: str
    element_id: str | None
    element_name: str | None
    line: int | None
    filename: str | None


class DefinitionDetail(Definition, frozen=True):
    """One version of one process, with what was found in its file."""

    findings: list[Finding]


class Deployment(Struct, frozen=True):
    """What went live. `new` is false when the same bytes were live already."""

    id: str
    new: bool
    definitions: list[Definition]
    findings: list[Finding]
