"""Checkpoints leave the machine: to a folder, a mailbox, a time stamp authority, witnesses.

What is cut off the end of a history, and a database that was set back, are noticed only by somebody
who has a checkpoint that the database has not. The folder is written at once; everything else is a
message of the outbox, which is tried again, and which nothing waits for.
"""

from __future__ import annotations

import fcntl
import logging
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import Final

from sqlalchemy import Connection, func, select, text

from engine.calendar import WorkCalendar
from engine.config import Config
from engine.config.settings import CheckpointSettings
from engine.jobs.outbox import OutboundMessage
from engine.records.checkpoints import log
from engine.records.checkpoints.notes import NoteError, PublicKey, SignedNote, TreeHead
from engine.store.base import UNSENT
from engine.store.tables import CheckpointEvidenceTable, OutboxTable
from engine.views import Checkpoint

logger = logging.getLogger(__name__)
NEWEST: Final = "checkpoint"
"""The name of the newest checkpoint's file, as C2SP's logs have it."""
ARCHIVE: Final = "checkpoints"
"""The folder in it with a checkpoint for each period."""
KEYS: Final = "keys"
"""The file with the verifier keys, the newest first."""
WITNESSED: Final = "checkpoint.witnessed"
"""The newest checkpoint with the cosignatures that it got."""
STAMPS: Final = "stamps"
"""The folder in it with the answers of the time stamp authority, by size."""
PAUSE: Final = 30.0
"""Seconds before a folder that could not be written is tried again."""
STAMP: Final = "stamp"
"""The kind of an outbound message that asks for a time stamp."""
WITNESS: Final = "witness"
"""The kind of an outbound message that asks a witness."""
TEXTS: Final = {
    "sv": {
        "subject": "{company}: kontrollpunkt {id}, {size} poster",
        "text": "Historikens kontrollpunkt {id} från {at} omfattar {size} poster. Spara brevet: "
        "med det kan\nvem som helst senare visa att inget av dem har ändrats eller tagits bort "
        "(docs/evidence.md).\n\nDet som står mellan linjerna är själva kontrollpunkten:\n",
        "key": "Nyckel: {key}\n",
    },
    "en": {
        "subject": "{company}: checkpoint {id}, {size} entries",
        "text": "Checkpoint {id} of the history, of {at}, is of {size} entries. Keep this mail: "
        "by it anybody\ncan show later that none of them was changed or taken away "
        "(docs/evidence.md).\n\nWhat is between the lines is the checkpoint itself:\n",
        "key": "Key: {key}\n",
    },
}
"""The texts of the mail, by language."""
LINE: Final = "-" * 20
"""What stands before and after the checkpoint in a mail."""


class RolledBack(Exception):
    """What was published does not follow from this database: it was set back, or is another one."""


@dataclass(slots=True)
class Folder:
    """The folder that checkpoints are published to; without a path nothing is."""

    path: Path | None
    every: timedelta
    problem: str = ""
    _written: str = ""
    _checked: str = ""
    _failed_at: float = -PAUSE
    _archived: datetime | None = None

    @classmethod
    def of(cls, settings: CheckpointSettings) -> Folder:
        """The folder of the settings."""
        path = Path(settings.folder) if settings.folder else None
        return cls(path, timedelta(minutes=settings.archive_minutes))

    def has(self, newest: Checkpoint) -> bool:
        """Whether there is nothing to do: the newest checkpoint is there, or it is too early to try
        again."""
        if self.path is None or self._written == newest.note:
            return True
        return monotonic() - self._failed_at < PAUSE

    def content(self) -> str:
        """The published checkpoint's note; empty when there is none, or it cannot be read."""
        if self.path is None:
            return ""
        try:
            return (self.path / NEWEST).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            return ""

    def notes(self) -> dict[str, str]:
        """All published checkpoints that are there, by their files' paths."""
        if self.path is None or not self.path.is_dir():
            return {}
        archive = self.path / ARCHIVE
        files = [self.path / NEWEST, *(sorted(archive.iterdir()) if archive.is_dir() else ())]
        found = {}
        for file in files:
            try:
                if not file.name.startswith("."):
                    found[str(file)] = file.read_text(encoding="utf-8")
            except FileNotFoundError:
                continue
            except (OSError, UnicodeDecodeError) as error:
                found[str(file)] = f"{error}"
        return found

    def check(self, connection: Connection) -> None:
        """Check that this database goes on from what was published.

        :raises RolledBack: when it does not
        """
        content = self.content()
        if not content or content == self._checked:
            return
        problem = problem_of(connection, content)
        if problem:
            raise RolledBack(f"{self.path}: {problem}")
        self._checked = content

    def publish(self, newest: Checkpoint, keys: Sequence[PublicKey]) -> None:
        """Write the newest checkpoint, unless the folder has a later one. A problem is noted."""
        if self.path is None or self._written == newest.note:
            return
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            with self._alone():
                self._write(newest, keys)
        except OSError as error:
            self._failed_at = monotonic()
            self.problem = f"{self.path}: {error.strerror}"
            logger.warning("checkpoint %s was not published: %s", newest.id, self.problem)
        else:
            self._written = self._checked = newest.note
            self.problem = ""

    def _write(self, newest: Checkpoint, keys: Sequence[PublicKey]) -> None:
        assert self.path is not None
        there = self.content()
        if there and _size(there, newest.origin) > newest.size:
            return
        replace(self.path / NEWEST, newest.note.encode())
        replace(self.path / KEYS, "".join(f"{key}\n" for key in keys).encode())
        archive = self.path / ARCHIVE
        if self._archived is None:
            self._archived = _last_archived(archive)
        if self._archived is None or abs(newest.at - self._archived) >= self.every:
            archive.mkdir(exist_ok=True)
            name = f"{newest.at:%Y-%m-%dT%H%M%SZ}-{newest.size}"
            replace(archive / name, newest.note.encode())
            self._archived = newest.at

    def add(self, name: str, data: bytes) -> None:
        """Write another file into it, such as a time stamp. A problem is logged: the database has
        the same."""
        if self.path is None:
            return
        try:
            (self.path / name).parent.mkdir(parents=True, exist_ok=True)
            replace(self.path / name, data)
        except OSError as error:
            logger.warning("%s was not published: %s", name, error.strerror)

    def set_aside(self) -> None:
        """Give the published checkpoint another name, so that another log can begin."""
        if self.path is not None and (there := self.content()):
            size = there.split("\n")[1] if there.count("\n") > 1 else "0"
            (self.path / NEWEST).replace(self.path / f"{NEWEST}.before-restart-{size}")
        self._written = self._checked = ""

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Nobody else writes into the folder meanwhile."""
        assert self.path is not None
        with open(self.path / ".lock", "a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def problem_of(connection: Connection, content: str) -> str:
    """Why a published checkpoint does not belong to this database, in English; empty when the
    database goes on from it. The caller has read it from a file."""
    try:
        note = SignedNote.read(content)
        head = TreeHead.read(note.text)
    except NoteError as error:
        return f"the published checkpoint cannot be read: {error}"
    known = log.keys(connection)
    origins = {key.name for key in known}
    if head.origin not in origins:
        return f"the published checkpoint is of another log ({head.origin}, not {sorted(origins)})"
    if not any(note.by(key) for key in known if key.name == head.origin):
        return "no key that the history knows has signed the published checkpoint"
    newest = log.newest(connection)
    size = newest.size if newest else 0
    if head.size > size:
        return (
            f"the published checkpoint has {head.size} entries, this database only {size}: it was "
            "set back, or its end was cut off"
        )
    try:
        root = log.root_at(connection, head.size)
    except LookupError:
        return f"the tree of the first {head.size} entries is no longer in this database"
    if root != head.root:
        return f"the first {head.size} entries are not those of the published checkpoint"
    return ""


def due(
    connection: Connection, config: Config, calendar: WorkCalendar, now: datetime
) -> list[OutboundMessage]:
    """The messages about the newest checkpoint that should leave now and have not been put."""
    settings = config.checkpoints
    mailed = settings.mail_to and config.mail.enabled
    if not (settings.stamp_url or settings.witnesses or mailed):
        return []
    newest = log.newest(connection)
    if newest is None:
        return []
    wanted = []
    if settings.stamp_url:
        every = timedelta(minutes=settings.stamp_minutes)
        message = OutboundMessage(STAMP, f"stamp:{newest.id}", settings.stamp_url, {})
        wanted.append((message, settings.stamp_url, every))
    for text_of_key, url in settings.witnesses:
        name, _, rest = text_of_key.partition("+")
        every = timedelta(minutes=settings.witness_minutes)
        key = f"witness:{newest.id}:{rest.partition('+')[0]}"
        wanted.append((OutboundMessage(WITNESS, key, url, {"key": text_of_key}), name, every))
    found = [m for m, source, every in wanted if _wanted(connection, m, source, every, newest, now)]
    if mailed:
        mail = _mail(config, calendar, newest, log.keys(connection)[0], now)
        found += [] if _there(connection, mail) else [mail]
    return found


def _wanted(
    connection: Connection,
    message: OutboundMessage,
    source: str,
    every: timedelta,
    newest: Checkpoint,
    now: datetime,
) -> bool:
    table = CheckpointEvidenceTable
    last = connection.execute(
        select(func.max(table.checkpoint_id), func.max(table.at)).where(table.source == source)
    ).one()
    if last[0] == newest.id or (last[1] is not None and timedelta() <= now - last[1] < every):
        return False
    waiting = select(OutboxTable.id).where(
        text(UNSENT), OutboxTable.kind == message.kind, OutboxTable.target == message.target
    )
    return connection.scalar(waiting.limit(1)) is None and not _there(connection, message)


def _there(connection: Connection, message: OutboundMessage) -> bool:
    same = select(OutboxTable.id).where(
        OutboxTable.kind == message.kind, OutboxTable.key == message.key
    )
    return connection.scalar(same) is not None


def _mail(
    config: Config, calendar: WorkCalendar, newest: Checkpoint, key: PublicKey, now: datetime
) -> OutboundMessage:
    words = TEXTS[config.mail.language]
    at = newest.at.astimezone(calendar.zone)
    about = {
        "company": config.company.name,
        "id": newest.id,
        "size": newest.size,
        "at": f"{at:%Y-%m-%d %H:%M:%S} {config.calendar.zone} (UTC{at:%z})",
        "key": key,
    }
    content = f"{words['text'].format(**about)}\n{LINE}\n{newest.note}{LINE}\n\n"
    content += words["key"].format(**about)
    payload = {"subject": words["subject"].format(**about), "text": content}
    day = calendar.today(now).isoformat()
    return OutboundMessage("mail", f"checkpoint:{day}", config.checkpoints.mail_to, payload)


def next_origin(origin: str) -> str:
    """The origin of the log that follows after one that was set back: ``name``, ``name.2`` …"""
    name, _, number = origin.rpartition(".")
    return f"{name}.{int(number) + 1}" if name and number.isdigit() else f"{origin}.2"


def replace(file: Path, data: bytes) -> None:
    """Write a file so that whoever reads it sees the old or the new content, never a part."""
    beside = file.with_name(f".{file.name}.{os.getpid()}")
    with open(beside, "wb") as opened:
        opened.write(data)
        opened.flush()
        os.fsync(opened.fileno())
    beside.replace(file)


def _size(content: str, origin: str) -> int:
    """The size that a published checkpoint of this origin says; -1 for anything else."""
    try:
        head = TreeHead.read(SignedNote.read(content).text)
    except NoteError:
        return -1
    return head.size if head.origin == origin else -1


def _last_archived(archive: Path) -> datetime | None:
    if not archive.is_dir():
        return None
    names = sorted(each.name for each in archive.iterdir() if not each.name.startswith("."))
    for name in reversed(names):
        try:
            return datetime.strptime(name[:18] + "+0000", "%Y-%m-%dT%H%M%SZ%z")
        except ValueError:
            continue
    return None
