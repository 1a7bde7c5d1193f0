"""What a file is by its content: neither its name nor the type that a browser declares is believed.

A file whose name promises a format with a signature must have it, and a program must not come under
another name. What is kept as the media type is that of the content.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Any, Final

import puremagic

from engine.errors import Invalid, Problem

LOOKED_AT: Final = 65_536
"""Bytes of a file's beginning that are looked at."""
UNKNOWN: Final = "application/octet-stream"
"""The media type of what cannot be told."""
ZIPPED: Final = ("docx", "xlsx", "pptx", "odt", "ods", "odp", "zip", "epub")
OLD_OFFICE: Final = ("doc", "xls", "ppt", "msg")
SIGNATURES: Final[Mapping[str, tuple[bytes, ...]]] = MappingProxyType(
    {
        "pdf": (b"%PDF-",),
        "png": (b"\x89PNG\r\n\x1a\n",),
        **dict.fromkeys(("jpg", "jpeg"), (b"\xff\xd8\xff",)),
        "gif": (b"GIF87a", b"GIF89a"),
        "bmp": (b"BM",),
        **dict.fromkeys(("tif", "tiff"), (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")),
        "webp": (b"RIFF",),
        **dict.fromkeys(ZIPPED, (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")),
        **dict.fromkeys(OLD_OFFICE, (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",)),
        "rtf": (b"{\\rtf",),
        "gz": (b"\x1f\x8b",),
        "7z": (b"7z\xbc\xaf\x27\x1c",),
    }
)
"""What a file with this extension begins with (a PDF: within its first KB, as readers accept)."""
PROGRAMS: Final = ("exe", "dll", "com", "scr", "sys", "msi", "so", "elf", "bin", "dylib", "")
"""The extensions that a compiled program may have."""
_PDF_WITHIN: Final = 1_024


def media_type(filename: str, data: bytes, field_id: str, allowed: Collection[str]) -> str:
    """The media type of a file by its content.

    :param allowed: the extensions that may come, in small letters; ``*`` for all
    :raises Invalid: ``file_type_refused`` for an extension that may not, ``file_type_differs`` for
        content that is not what the name says
    """
    extension = PurePosixPath(filename.strip().lower()).suffix.lstrip(".")
    head = data[:LOOKED_AT]
    if "*" not in allowed and extension not in allowed:
        known: dict[str, Any] = {"extension": extension or "–", "allowed": ", ".join(allowed)}
        raise Invalid([Problem("file_type_refused", f"no .{extension} files", field_id, known)])
    if not _has_signature(extension, head) or (_is_program(head) and extension not in PROGRAMS):
        text = f"the content of {filename} is not what its name says"
        raise Invalid([Problem("file_type_differs", text, field_id, {"extension": extension})])
    return _by_content(extension, head)


def _has_signature(extension: str, head: bytes) -> bool:
    begins = SIGNATURES.get(extension)
    if begins is None:
        return True
    if extension == "pdf":
        return begins[0] in head[:_PDF_WITHIN]
    return head.startswith(begins) and (extension != "webp" or head[8:12] == b"WEBP")


def _is_program(head: bytes) -> bool:
    """Whether it is a compiled program of Windows, Linux or macOS."""
    if head.startswith(b"MZ"):
        return b"\0" in head[:64]
    machine = (b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe")
    return head.startswith((b"\x7fELF", *machine))


def _by_content(extension: str, head: bytes) -> str:
    """The media type that the content has: among those that begin so, the one of the extension."""
    found = [each for each in _candidates(head) if each[1]]
    own = [media for suffix, media in found if suffix.lstrip(".").lower() == extension]
    if own or found:
        return (own or [media for _suffix, media in found])[0]
    try:
        text = head.decode()
    except UnicodeDecodeError as error:
        # The end of what is looked at may be in the middle of a character.
        if len(head) < LOOKED_AT or error.start < LOOKED_AT - 4:
            return UNKNOWN
        text = ""
    return UNKNOWN if "\0" in text else "text/plain"


def _candidates(head: bytes) -> list[tuple[str, str]]:
    """The extensions and media types of what begins so, the most probable first. (Versions 1 and 2
    of puremagic raise different errors for what they do not know.)"""
    try:
        matches = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError, LookupError):
        return []
    return [(str(match.extension), str(match.mime_type)) for match in matches]
