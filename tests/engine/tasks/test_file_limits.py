"""What files may be attached: their kind by content, their room, and what a virus scanner says."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from pathlib import Path
from typing import Any

import pytest

from engine import Invalid, Unavailable
from tests.support.databases import limit_attachments
from tests.support.desk import Desk
from tests.support.diagrams import chain, diagram, end, field, start, task

PDF = b"%PDF-1.7\n1 0 obj\n"
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
ZIP = b"PK\x03\x04" + b"\0" * 40
EXE = b"MZ\x90\0" + b"\0" * 60


@pytest.fixture
def task_id(bare_desk: Desk) -> str:
    form = field("papers", "attachment")
    steps = (start(), task("file", form=form), end(), chain("start", "file", "end"))
    bare_desk.deploy(diagram("filing", *steps))
    return bare_desk.task(bare_desk.case("filing"))


@pytest.fixture
def limited(bare_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Sets limits of attachments: ``limited(task_bytes=10)``."""

    def limit(**limits: Any) -> None:
        limit_attachments(bare_desk.engine, monkeypatch, **limits)

    return limit


def attach(desk: Desk, task_id: str, name: str, data: bytes, kind: str = "image/png") -> str:
    who = desk.manager.actor
    receipt = desk.engine.tasks.attach(who, task_id, "papers", name, kind, data, key=desk.key())
    return str(receipt.id)


def refusal(desk: Desk, task_id: str, name: str, data: bytes) -> str:
    with pytest.raises(Invalid) as caught:
        attach(desk, task_id, name, data)
    [problem] = caught.value.problems
    return problem.code


# ---------------------------------------------------------------- kinds


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("avtal.pdf", EXE), ("avtal.pdf", b"<html><script>alert(1)</script>"), ("bild.png", PDF),
        ("bild.jpg", PNG), ("a.docx", b"text"), ("a.xls", ZIP), ("text.txt", EXE),
        ("b.csv", b"\x7fELF" + b"\0" * 20),
        ("AVTAL.PDF", b"x"), ("x.exe.pdf", EXE), ("bild.webp", b"RIFF\0\0\0\0WAVE"),
    ],
)  # fmt: skip
def test_a_file_that_is_not_what_its_name_says_is_refused(
    bare_desk: Desk, task_id: str, name: str, data: bytes
) -> None:
    assert refusal(bare_desk, task_id, name, data) == "file_type_differs"


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("avtal.pdf", PDF, "application/pdf"), ("Bild.PNG", PNG, "image/png"),
        ("bild.jpeg", b"\xff\xd8\xff\xe0\0\x10JFIF\0", "image/jpeg"),
        ("brev.txt", "Åäö".encode(), "text/plain"), ("data.bin", b"\0\xff\xfe", None),
        ("a.docx", ZIP,
         "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("utan", b"abc", "text/plain"), ("sida.html", b"<html><script>1</script>", "text/html"),
    ],
)  # fmt: skip
def test_the_media_type_that_is_kept_is_that_of_the_content(
    bare_desk: Desk, task_id: str, name: str, data: bytes, kind: str | None
) -> None:
    file_id = attach(bare_desk, task_id, name, data, kind="text/x-evil; a=b")
    kept, bytes_kept = bare_desk.engine.tasks.attachment(bare_desk.manager.actor, file_id)
    assert bytes_kept == data
    assert kept.media_type == kind or (kind is None and kept.media_type != "text/x-evil; a=b")


def test_only_listed_extensions_come_where_there_is_a_list(
    bare_desk: Desk, task_id: str, limited: Callable[..., None]
) -> None:
    limited(extensions=("pdf", "png"))
    assert attach(bare_desk, task_id, "Avtal.PDF", PDF)
    for name in ("a.html", "a", "a.pdf.exe", ".pdf"):
        assert refusal(bare_desk, task_id, name, PDF) == "file_type_refused"


# ---------------------------------------------------------------- room


def test_a_task_has_room_for_so_many_bytes(
    bare_desk: Desk, task_id: str, limited: Callable[..., None]
) -> None:
    limited(task_bytes=10)
    attach(bare_desk, task_id, "a.txt", b"12345")
    file_id = attach(bare_desk, task_id, "b.txt", b"12345")
    assert refusal(bare_desk, task_id, "c.txt", b"1") == "files_too_large"
    bare_desk.engine.tasks.detach(bare_desk.manager.actor, task_id, file_id, key=bare_desk.key())
    assert attach(bare_desk, task_id, "c.txt", b"1")


def test_a_case_and_all_together_have_room_for_so_many_bytes(
    bare_desk: Desk, task_id: str, limited: Callable[..., None]
) -> None:
    limited(case_bytes=6)
    attach(bare_desk, task_id, "a.txt", b"12345")
    assert refusal(bare_desk, task_id, "b.txt", b"12") == "files_too_large"
    other = bare_desk.task(bare_desk.case("filing"))
    assert attach(bare_desk, other, "b.txt", b"12")
    limited(all_bytes=8)
    assert refusal(bare_desk, other, "c.txt", b"12") == "files_too_large"
    assert attach(bare_desk, other, "c.txt", b"1")


# ---------------------------------------------------------------- the scanner


@dataclass
class Daemon:
    """A ClamAV daemon; ``got`` is what it was sent, whole files."""

    port: int
    got: list[bytes] = dataclass_field(default_factory=list)


@contextmanager
def scanner(address: Any, answer: bytes) -> Iterator[Daemon]:
    """A daemon that says ``answer`` to its first client."""
    family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
    listener = socket.socket(family)
    listener.bind(address)
    listener.listen()
    daemon = Daemon(0 if family == socket.AF_UNIX else listener.getsockname()[1])

    def serve() -> None:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection, connection.makefile("rb") as sent:
            assert sent.read(10) == b"zINSTREAM\0"
            data = b""
            while size := struct.unpack("!I", sent.read(4))[0]:
                data += sent.read(size)
            daemon.got.append(data)
            connection.sendall(answer)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield daemon
    finally:
        listener.close()
        thread.join(10)


@pytest.fixture
def place(tmp_path: Path) -> str:
    return str(tmp_path / "clamd")


def test_a_clean_file_is_scanned_whole_and_kept(
    bare_desk: Desk, task_id: str, limited: Callable[..., None], place: str
) -> None:
    data = b"a" * 200_000
    with scanner(place, b"stream: OK\0") as daemon:
        limited(clamav=f"unix:{place}")
        assert attach(bare_desk, task_id, "a.txt", data)
    assert daemon.got == [data]


def test_an_infected_file_is_refused_by_name(
    bare_desk: Desk, task_id: str, limited: Callable[..., None]
) -> None:
    with scanner(("127.0.0.1", 0), b"stream: Eicar-Signature FOUND\0") as server:
        limited(clamav=f"tcp://127.0.0.1:{server.port}", clamav_required=False)
        assert refusal(bare_desk, task_id, "a.txt", b"X5O!P%") == "file_infected"


@pytest.mark.parametrize("answer", [None, b"", b"INSTREAM size limit exceeded. ERROR\0"])
def test_without_an_answer_a_file_is_kept_or_refused_as_the_settings_say(
    bare_desk: Desk,
    task_id: str,
    limited: Callable[..., None],
    place: str,
    answer: bytes | None,
) -> None:
    def tried(name: str) -> str:
        if answer is None:
            return attach(bare_desk, task_id, name, b"a")
        Path(place).unlink(missing_ok=True)
        with scanner(place, answer):
            return attach(bare_desk, task_id, name, b"a")

    limited(clamav=f"unix:{place}", clamav_required=True)
    with pytest.raises(Unavailable) as caught:
        tried("a.txt")
    assert caught.value.error_code == "scanner_silent"
    limited(clamav_required=False)
    assert tried("b.txt")
