"""What a PDF says: its text, its attached files, its metadata."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping

from pypdf import PdfReader

BREAK = "\u200b"
"""Where a long word may break, which nobody sees."""


def reader(data: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(data), strict=True)


def text_of(data: bytes) -> str:
    """All text, each white space one space, words whole that break at the end of a line."""
    pages = "\n".join(page.extract_text() for page in reader(data).pages)
    return re.sub(r"\s+", " ", pages.replace(BREAK, "").replace("\u00ad\n", "").replace("-\n", ""))


def files_of(data: bytes) -> Mapping[str, bytes]:
    """The attached files by name."""
    return {name: found[0] for name, found in reader(data).attachments.items()}


def metadata_of(data: bytes) -> str:
    """The XMP metadata, as XML."""
    root = reader(data).trailer["/Root"].get_object()
    found: bytes = root["/Metadata"].get_object().get_data()
    return found.decode()


def language_of(data: bytes) -> str:
    """The language of the document."""
    return str(reader(data).trailer["/Root"].get_object()["/Lang"])
