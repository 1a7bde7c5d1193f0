"""The PDF of a case or of one task, from the engine to the file."""

from __future__ import annotations

import re
from urllib.parse import quote

from engine import Engine, PrintedCase
from web.command import NAME
from web.i18n import speaking
from web.printed import document, typeset

MEDIA_TYPE = "application/pdf"


def made(engine: Engine, case: PrintedCase, *, address: str | None, language: str) -> bytes:
    """The file of a case that the engine has read, made outside of any transaction.

    :param address: the whole address of its page, for its QR code; None for none
    :param language: ``sv`` or ``en``
    """
    with speaking(language):
        data = document.data_of(case, engine.config, address)
    return typeset.pdf(data, case.at)


def file_name(case: PrintedCase) -> str:
    """What the file is called: serviceplan-2026-0001.pdf, that of a task with its name."""
    words = [NAME, case.number]
    if case.task_id is not None:
        words += [row.name for sheet in case.sheets for row in sheet.rows][:1]
    plain = re.sub(r"[^\w.-]+", "-", " ".join(words).lower()).strip("-.")
    return f"{plain[:100]}.pdf"


def disposition(case: PrintedCase) -> str:
    """The header Content-Disposition of the file, by which a browser saves it (RFC 6266)."""
    return f"attachment; filename*=UTF-8''{quote(file_name(case))}"
