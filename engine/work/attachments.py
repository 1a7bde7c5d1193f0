"""Files on a user task's form."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from sqlalchemy import Connection, delete, func, insert, select

from engine.errors import Invalid, NotFound, Problem
from engine.store.base import new_id
from engine.store.tables import AttachmentTable, TaskTable
from engine.work.loaded_task import StoredTask


class Limits(Protocol):
    """The bytes that the files of one task, and of one case, may have."""

    @property
    def task_bytes(self) -> int:
        """Of one task."""

    @property
    def case_bytes(self) -> int:
        """Of one case."""


def listed(connection: Connection, task_id: str) -> dict[str, list[dict[str, Any]]]:
    """The files of a task by field, in their order: name, size in bytes and SHA-256; and ``id``
    and ``by``, which are not signed."""
    files: dict[str, list[dict[str, Any]]] = {}
    for row in connection.execute(
        select(
            AttachmentTable.id,
            AttachmentTable.by,
            AttachmentTable.field_id,
            AttachmentTable.filename,
            AttachmentTable.size,
            AttachmentTable.sha256,
        )
        .where(AttachmentTable.task_id == task_id)
        .order_by(AttachmentTable.at, AttachmentTable.id)
    ):
        entry = {"id": row.id, "by": row.by, "filename": row.filename, "size": row.size}
        entry["sha256"] = row.sha256
        files.setdefault(row.field_id, []).append(entry)
    return files


def signed(files: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """The files as they are signed: name, size and SHA-256."""
    return {
        field: [{name: row[name] for name in ("filename", "size", "sha256")} for row in rows]
        for field, rows in files.items()
    }


def add(
    connection: Connection,
    *,
    task_id: str,
    field_id: str,
    filename: str,
    media_type: str,
    data: bytes,
    by: str,
    at: Any,
    most: int,
) -> tuple[str, str]:
    """Keep a file; its id and its SHA-256. ``most`` is the limit in bytes.

    :raises Invalid: when it is empty or too large
    """
    if not data:
        raise Invalid([Problem("file_empty", f"{filename} is empty", field_id)])
    if len(data) > most:
        text = f"{filename} has {len(data)} bytes; at most {most}"
        raise Invalid([Problem("file_too_large", text, field_id, {"maximum": most})])
    attachment_id, digest = new_id(), hashlib.sha256(data).hexdigest()
    connection.execute(
        insert(AttachmentTable).values(
            id=attachment_id,
            task_id=task_id,
            field_id=field_id,
            filename=_plain_name(filename),
            media_type=media_type[:100] or "application/octet-stream",
            size=len(data),
            sha256=digest,
            data=data,
            at=at,
            by=by,
        )
    )
    return attachment_id, digest


def check_room(
    connection: Connection, task: StoredTask, size: int, field_id: str, limits: Limits
) -> None:
    """Check that a file of ``size`` bytes has room beside those of its task and of its case.

    :raises Invalid: ``files_too_large``
    """
    of_task = select(func.coalesce(func.sum(AttachmentTable.size), 0)).where(
        AttachmentTable.task_id == task.id
    )
    of_case = (
        select(func.coalesce(func.sum(AttachmentTable.size), 0))
        .join(TaskTable, TaskTable.id == AttachmentTable.task_id)
        .where(TaskTable.case_id == task.case_id)
    )
    both = connection.execute(select(of_task.scalar_subquery(), of_case.scalar_subquery())).one()
    for used, most in zip(both, (limits.task_bytes, limits.case_bytes), strict=True):
        check_fits(int(used), size, most, field_id)


def check_fits(used: int, size: int, most: int, field_id: str) -> None:
    """Check that ``size`` more bytes fit beside those that are ``used``.

    :raises Invalid: ``files_too_large``
    """
    if used + size > most:
        known = {"maximum": most, "used": used}
        text = f"{used} bytes are used of {most}"
        raise Invalid([Problem("files_too_large", text, field_id, known)])


def all_bytes(connection: Connection) -> int:
    """The bytes of all files together. It looks at every file."""
    return int(connection.scalar(select(func.coalesce(func.sum(AttachmentTable.size), 0))) or 0)


def remove(connection: Connection, task_id: str, attachment_id: str) -> str:
    """Take a file away again; its name.

    :raises NotFound: when the task has no such file
    """
    where = (AttachmentTable.id == attachment_id, AttachmentTable.task_id == task_id)
    name = connection.scalar(select(AttachmentTable.filename).where(*where))
    if name is None:
        raise NotFound(f"The task has no file {attachment_id}", id=attachment_id)
    connection.execute(delete(AttachmentTable).where(*where))
    return name


def _plain_name(filename: str) -> str:
    """The last part of a path, on one line."""
    name = filename.replace("\\", "/").rpartition("/")[2]
    return "".join(c for c in name if c.isprintable()).strip()[-255:] or "fil"
