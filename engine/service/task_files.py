"""The files of user tasks: attached, removed, downloaded."""

from __future__ import annotations

import hashlib
from typing import Any

from engine.access import actions
from engine.errors import Invalid, Problem
from engine.queries import task_detail
from engine.service.transactions import Part
from engine.unit_of_work import UnitOfWork
from engine.views import Actor, Attachment, Receipt
from engine.work import attachments, tasks


class TaskFiles(Part):
    """What ``engine.tasks`` does with files."""

    def attach(
        self,
        actor: Actor,
        task_id: str,
        field_id: str,
        filename: str,
        media_type: str,
        data: bytes,
        *,
        revision: int | None = None,
        key: str,
    ) -> Receipt:
        """Put a file on a task's attachment field; the receipt has its ``id``, its ``sha256`` and
        the task's new ``revision``.

        :raises Invalid: when the form has no such field, or the file is empty or too large
        :raises Conflict: ``stale_revision`` when the task is no longer at ``revision``
        """

        def do(work: UnitOfWork) -> dict[str, Any]:
            work.hold_of_task(task_id)
            task = tasks.for_change(work, actions.TASK_SAVE, task_id, revision)
            if field_id not in {f.id for f in task.meta.form if f.type == "attachment"}:
                text = f"the form takes no file {field_id!r}"
                raise Invalid([Problem("undeclared_field", text, field_id)])
            attachment_id, digest = attachments.add(
                work.connection,
                task_id=task_id,
                field_id=field_id,
                filename=filename,
                media_type=media_type,
                data=data,
                by=actor.id,
                at=work.now,
                most=self._transactions.config.limits.attachment_bytes,
            )
            detail = {"field": field_id, "filename": filename, "sha256": digest}
            changed = tasks.note_file(work, task, "file.attached", detail)
            return {"id": attachment_id, "sha256": digest, **changed}

        request = {
            "task": task_id,
            "field": field_id,
            "filename": filename,
            "sha256": hashlib.sha256(data).hexdigest(),
        }
        return self._transactions.write(actor, "attach", key, request, do)

    def detach(
        self,
        actor: Actor,
        task_id: str,
        attachment_id: str,
        *,
        revision: int | None = None,
        key: str,
    ) -> Receipt:
        """Remove a file from an open task; the receipt has the task's new ``revision``.

        :raises NotFound: when the task has no such file
        :raises Conflict: ``stale_revision`` when the task is no longer at ``revision``
        """

        def do(work: UnitOfWork) -> dict[str, Any]:
            work.hold_of_task(task_id)
            task = tasks.for_change(work, actions.TASK_SAVE, task_id, revision)
            filename = attachments.remove(work.connection, task_id, attachment_id)
            return tasks.note_file(work, task, "file.detached", {"filename": filename})

        request = {"task": task_id, "attachment": attachment_id}
        return self._transactions.write(actor, "detach", key, request, do)

    def attachment(self, actor: Actor, attachment_id: str) -> tuple[Attachment, bytes]:
        """A file and its bytes.

        :raises NotFound: when there is none, or the actor may not see its task
        """
        with self._transactions.reading() as connection:
            return task_detail.attachment(connection, actor, attachment_id)
