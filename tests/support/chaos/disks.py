"""Disks that are full: a small one in memory where this process may mount one, and everywhere a
limit on how long a file may become, which a database meets in the same way."""

from __future__ import annotations

import os
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.chaos.serving import Server

SIZE = "24m"


@contextmanager
def small_disk(folder: Path) -> Iterator[bool]:
    """Whether ``folder`` is now a disk of its own of ``SIZE``; it takes root to make one."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(folder)]
    made = (
        os.geteuid() == 0
        and subprocess.run(mount, check=False, capture_output=True).returncode == 0
    )
    try:
        yield made
    finally:
        if made:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(folder: Path) -> Path:
    """Leave not a byte free on the disk of ``folder``; the file that holds it all."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12, 1):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                continue
    return filler


@contextmanager
def no_room(folder: Path, server: Server, *, own_disk: bool) -> Iterator[None]:
    """Within this, nothing can be written to the server's database."""
    if own_disk:
        filler = fill(folder)
        yield
        filler.unlink()
        return
    for process in server.processes():
        _, most = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (1, most))
    yield
    for process in server.processes():
        _, most = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (most, most))
