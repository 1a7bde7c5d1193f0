"""The files of user tasks: attached, removed, downloaded."""

from __future__ import annotations

import hashlib
import logging
import time
from typing import Any, Final

from engine.access import actions
from engine.errors import Invalid, Problem, Unavailable
from engine.queries import task_detail
from engine.service.transactions import Part
from engine.unit_of_work import UnitOfWork
from engine.views import Actor, Attachment, Receipt
from engine.work import attachments, file_kinds, tasks, virus_scan

log = logging.getLogger(__name__)
COUNTED_EVERY: Final = 60.0
"""Seconds for which the number of bytes of all files is not counted anew."""


class TaskFiles(Part):
    """What ``engine.tasks`` does with files."""

    _counted = (float("-inf"), 0)
    """When all files were counted (seconds of the monotonic clock), and their bytes then."""

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

        :param media_type: what the sender calls it; it is not believed: what is kept is told by
            the content
        :raises Invalid: when the form has no such field, the file is empty or too large, is not
            what its name says, has no room beside the others (``[attachments]``), or is infected
        :raises Unavailable: ``scanner_silent`` when a scanner is required and does not answer
        :raises Conflict: ``stale_revision`` when the task is no longer at ``revision``
        """
        limits = self._transactions.config.attachments
        content_type = self._checked(filename, data, field_id)

        def do(work: UnitOfWork) -> dict[str, Any]:
            work.hold_of_task(task_id)
            task = tasks.for_change(work, actions.TASK_SAVE, task_id, revision)
            if field_id not in {f.id for f in task.meta.form if f.type == "attachment"}:
                text = f"the form takes no file {field_id!r}"
                raise Invalid([Problem("undeclared_field", text, field_id)])
            attachments.check_room(work.connection, task.row, len(data), field_id, limits)
            attachment_id, digest = attachments.add(
                work.connection,
                task_id=task_id,
                field_id=field_id,
                filename=filename,
                media_type=content_type,
                data=data,
                by=actor.id,
                at=work.now,
                most=self._transactions.config.limits.attachment_bytes,
            )
            detail = {"field": field_id, "filename": filename, "sha256": digest}
            changed = tasks.note_file(work, task, "file.attached", detail)
            return {"id": attachment_id, "sha256": digest, **changed}

        sha256 = hashlib.sha256(data).hexdigest()
        request = {"task": task_id, "field": field_id, "filename": filename, "sha256": sha256}
        return self._transactions.write(actor, "attach", key, request, do)

    def _checked(self, filename: str, data: bytes, field_id: str) -> str:
        """The media type of a file whose content may be kept. It is looked at before the
        transaction, which must wait for no scanner."""
        limits = self._transactions.config.attachments
        if not data or len(data) > self._transactions.config.limits.attachment_bytes:
            return file_kinds.UNKNOWN  # whoever keeps it says what is wrong
        media_type = file_kinds.media_type(filename, data, field_id, limits.extensions)
        attachments.check_fits(self._whole(), len(data), limits.all_bytes, field_id)
        if limits.clamav:
            try:
                seconds = limits.clamav_seconds
                virus_scan.check(limits.clamav, data, filename, field_id, seconds=seconds)
            except Unavailable as error:
                if limits.clamav_required:
                    raise
                log.warning("a file was kept unscanned: %s", error.message)
        return media_type

    def _whole(self) -> int:
        """The bytes of all files, as they were at most a minute ago: counting looks at each."""
        at, used = self._counted
        if time.monotonic() - at > COUNTED_EVERY:
            with self._transactions.reading() as connection:
                used = attachments.all_bytes(connection)
            self._counted = time.monotonic(), used
        return used

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
