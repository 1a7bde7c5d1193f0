"""A history as a file of one of the forms, made in a temporary folder and given out in pieces."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal, get_args

from engine.eventlog import ocel, xes
from engine.eventlog.spool import RoleOf, Spool
from engine.views import HistoryEntry

LogFormat = Literal["xes", "ocel-json", "ocel-sqlite"]
LOG_FORMATS: Final[tuple[LogFormat, ...]] = get_args(LogFormat)
"""The forms that a history can be written in, beside CSV, which is for people."""
PIECE: Final = 65_536
"""Bytes that are given out at a time."""
_WRITE: Final[Mapping[str, Callable[[Spool, Path], None]]] = MappingProxyType(
    {"xes": xes.write, "ocel-json": ocel.write_json, "ocel-sqlite": ocel.write_sqlite}
)


def pieces(
    form: LogFormat, batches: Iterable[Iterable[HistoryEntry]], role_of: RoleOf
) -> Iterator[bytes]:
    """The bytes of the file. All facts are read before this returns; what it needs of the disk
    (about a kilobyte for each fact) is given back when the iterator ends or is closed."""
    folder = Path(tempfile.mkdtemp(prefix="history-"))
    try:
        file = folder / "log"
        spool = Spool(folder / "spool.db", objects=form != "xes")
        try:
            spool.fill(batches, role_of)
            _WRITE[form](spool, file)
        finally:
            spool.close()
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return _Pieces(folder, file)


class _Pieces(Iterator[bytes]):
    """The pieces of a file, which is gone behind the last one."""

    def __init__(self, folder: Path, file: Path) -> None:
        self._folder = folder
        self._open = file.open("rb")

    def __next__(self) -> bytes:
        data = b"" if self._open.closed else self._open.read(PIECE)
        if not data:
            self.close()
            raise StopIteration
        return data

    def close(self) -> None:
        """Give the disk back."""
        self._open.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def __del__(self) -> None:
        self.close()
