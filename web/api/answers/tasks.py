"""The API's structs of user tasks, and the receipts of changes to them."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from msgspec import Struct

from web.api.answers.people import Person, Time


class TaskChanged(Struct, frozen=True):
    """The receipt of a change to a task, with the task's new revision."""

    key: str
    at: Time
    task_id: str
    revision: int


class Withdrawn(Struct, frozen=True):
    """The receipt of a signature that was withdrawn."""

    key: str
    at: Time
    task_id: str
    signature_id: str


class Signed(Struct, frozen=True):
    """What the signature is bound to."""

    id: str
    content_sha256: str


class TaskCompleted(Struct, frozen=True):
    """The receipt of a completed task."""

    key: str
    at: Time
    task_id: str
    signature: Signed | None


class InstanceTitle(Struct, frozen=True):
    """What tells an instance apart from others of its process, such as one complaint: the first
    words of a text that the diagram names, and when the instance began."""

    text: str
    at: Time


class Task(Struct, frozen=True):
    """A user task in a list."""

    id: str
    name: str
    process_id: str
    element_id: str
    state: Literal["open", "completed", "cancelled"]
    case_id: str
    case_number: str
    customer: str | None
    phase: str | None
    phase_title: str | None
    role: str | None
    assignee: Person | None
    due: date | None
    opened_at: Time
    ticked: int
    points: int
    has_draft: bool
    revision: int
    about: InstanceTitle | None


class Tasks(Struct, frozen=True):
    """A page of tasks; `next` is the cursor of the following one."""

    items: list[Task]
    next: str | None


class Option(Struct, frozen=True):
    """A value that a field can have, and its label."""

    value: str
    label: str


FieldType = Literal[
    "text", "longtext", "date", "integer", "decimal", "money", "boolean", "choice", "interval",
    "person", "attachment", "plan",
]  # fmt: skip


class Field(Struct, frozen=True):
    """A field of a form. Texts are at most `maximum` long, numbers and dates at most as large."""

    id: str
    type: FieldType
    label: str
    required: bool
    help: str
    options: list[Option]
    minimum: str | None
    maximum: str | None


class Point(Struct, frozen=True):
    """A point of the checklist."""

    id: str
    text: str
    state: Literal["open", "done", "not_applicable"]
    reason: str
    by: str | None
    at: Time | None


class Withdrawal(Struct, frozen=True):
    """That a signature was withdrawn."""

    by: str
    at: Time
    reason: str


class Signature(Struct, frozen=True):
    """Who has signed, with which meaning, and the SHA-256 of what was signed; and whether it was
    withdrawn since."""

    id: str
    by: str
    name: str
    meaning: str
    at: Time
    content_sha256: str
    method: Literal["password", "password+code", "passkey", "openid"]
    withdrawn: Withdrawal | None


class Attachment(Struct, frozen=True):
    """An attached file; `size` is in bytes."""

    id: str
    filename: str
    media_type: str
    size: int
    sha256: str
    at: Time
    by: str


class TaskDetail(Task, frozen=True):
    """One user task with all that it asks for. `shown_sha256` stands for everything of it that is
    signed: task, meaning, points, fields, drafts, files, plan and the diagram's version; whoever
    signs sends it back. Empty when the task is no longer open. `counter_of` is the id of the signed
    task that this one counter-signs: read that too."""

    instance_id: str
    definition_id: str
    version: int
    documentation: str
    checklist: list[Point]
    form: list[Field]
    values: dict[str, Any]
    note: str
    attachments: dict[str, list[Attachment]]
    signature_required: bool
    meaning: str
    signature: Signature | None
    completed_by: Person | None
    completed_at: Time | None
    can: list[Literal["claim", "take_over", "release", "reassign", "save", "complete", "withdraw"]]
    shown_sha256: str
    counter_of: str | None
