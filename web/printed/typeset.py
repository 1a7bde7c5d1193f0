"""A PDF of the paper's template and its data, by Typst: PDF/A-3a and PDF/UA-1 in one file.

Texts are data of the template, so nothing that people have typed is read as markup. Fonts are those
that come with Typst, whatever the machine has. They lack some characters, and the standards take
none without a picture: such a character stands with its number, as [U+1F600].
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

import typst

TEMPLATE: Final = Path(__file__).parent / "sheet.typ"
"""The template of the paper."""
CHARACTERS: Final = Path(__file__).parent / "characters.txt"
"""The characters that Typst's own fonts have, in hexadecimal ranges (scripts/characters.py)."""
STANDARDS: Final[list[Literal["a-3a", "ua-1"]]] = ["a-3a", "ua-1"]
"""What the file conforms to: PDF/A-3a to be kept, PDF/UA-1 to be read by everybody."""
LONGEST: Final = 18
"""Characters of a number or code that fits the narrowest column; a longer one may break anywhere.
"""
LONGEST_WORD: Final = 40
"""The same of a word of letters, which Typst hyphenates."""
BREAK: Final = "\u200b"
"""The zero width space: a line may end there."""


def pdf(data: Mapping[str, Any], at: datetime) -> bytes:
    """The file of the template with its ``data`` (JSON values), made ``at`` an aware time. The
    texts in ``data`` are any texts; those of ``files`` come back from the file as they are."""
    files = data["files"]
    try:
        return _compiled({**mapped(data, printable), "files": files}, at)
    except typst.TypstError as error:
        # A sequence of characters, such as a letter with a rare accent, for which no font has all.
        if "could not be displayed" not in error.message:
            raise
        return _compiled({**mapped(data, plain), "files": files}, at)


def _compiled(data: Mapping[str, Any], at: datetime) -> bytes:
    return typst.compile(
        TEMPLATE,
        format="pdf",
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        pdf_standards=[*STANDARDS],
        timestamp=int(at.timestamp()),
    )


# ---------------------------------------------------------------- characters


def mapped(value: Any, change: Callable[[str], str]) -> Any:
    """A JSON value with all its texts changed; the names of objects stay."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return {name: each if name == "svg" else mapped(each, change)
                for name, each in value.items()}  # fmt: skip
    if isinstance(value, list | tuple):
        return [mapped(each, change) for each in value]
    return value


def printable(text: str) -> str:
    """A text of characters that the fonts have, in which long words may break. Those that cannot be
    seen but change what is seen (controls, directions) stand with their numbers, too."""
    shown = "".join(map(_shown, unicodedata.normalize("NFC", text)))
    return _LONG.sub(_broken, shown.replace("][", " "))


def plain(text: str) -> str:
    """The same of letters that stand alone: every sign that joins the one before it has its
    number."""
    apart = "".join(
        _number(each) if unicodedata.combining(each) or ord(each) > 0x24F else each
        for each in unicodedata.normalize("NFC", text)
    )
    return printable(apart)


_LONG: Final = re.compile(rf"\S{{{LONGEST + 1},}}")
_RUN: Final = re.compile(r"[^\W_]+|_+|[^\w\s]+")


def _broken(match: re.Match[str]) -> str:
    """A long word with places where it may break: between letters and signs, and anywhere in what
    is longer than a line and no word of letters."""
    return BREAK.join(map(_run, _RUN.findall(match[0])))


def _run(text: str) -> str:
    most = LONGEST_WORD if text.isalpha() else LONGEST
    return text if len(text) <= most else BREAK.join(text)


@cache
def _shown(character: str) -> str:
    return character if character == "\n" or ord(character) in _known() else _number(character)


def _number(character: str) -> str:
    return f"[U+{ord(character):04X}]"


@cache
def _known() -> frozenset[int]:
    """The code points that the fonts have, and no space wider or narrower than people expect."""
    known: set[int] = set()
    for part in CHARACTERS.read_text("ascii").split():
        first, _, last = part.partition("-")
        known.update(range(int(first, 16), int(last or first, 16) + 1))
    return frozenset(known)
