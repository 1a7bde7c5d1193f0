"""Write web/printed/characters.txt anew: the characters that Typst's own fonts have, in ranges.

Typst does not tell what its fonts have. They lie in its extension module as they are (OpenType), so
their tables of characters are read there; then Typst itself is asked, and what it cannot show in
regular, bold and italic is left out. Run it when the version of `typst` changes:

    .venv/bin/python scripts/characters.py
"""

from __future__ import annotations

import json
import re
import struct
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path

import typst

TARGET = Path(__file__).parents[1] / "web" / "printed" / "characters.txt"
FONT = re.compile(rb"(?:OTTO|\x00\x01\x00\x00)\x00[\x05-\x20]")
UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn")
SOFT_HYPHEN = 0xAD
TEMPLATE = b"""#set document(title: "x")
#set text(lang: "sv", font: ("Libertinus Serif", "DejaVu Sans Mono"))
= x
#for each in json(bytes(sys.inputs.data)) [#text(each) #strong(text(each)) #emph(text(each)) ]
"""


def main() -> None:
    """Write the file."""
    module = next(Path(typst.__file__).parent.glob("_typst*"))
    data = module.read_bytes()
    found = {code for match in FONT.finditer(data) for code in codes(data, match.start())}
    seen = {c for c in found if c == SOFT_HYPHEN or unicodedata.category(chr(c)) not in UNSEEN}
    TARGET.write_text(" ".join(ranges(shown(seen))) + "\n", "ascii")


def shown(codes: set[int]) -> set[int]:
    """Those that Typst can show."""
    left = set(codes)
    while True:
        try:
            typst.compile(
                TEMPLATE,
                format="pdf",
                ignore_system_fonts=True,
                pdf_standards=["a-3a", "ua-1"],
                sys_inputs={"data": json.dumps([chr(code) for code in sorted(left)])},
            )
        except typst.TypstError as error:
            named = {ord(each) for each in re.findall(r'the text `"(.)"`', error.diagnostic)}
            named |= {int(each, 16) for each in re.findall(r"\\u\{([0-9a-f]+)\}", error.diagnostic)}
            if not named & left:
                raise
            left -= named
        else:
            return left


def ranges(codes: Iterable[int]) -> Iterator[str]:
    """The code points as ranges in hexadecimal digits: ``20-7e a0-377``."""
    first = last = -2
    for code in [*sorted(codes), -1]:
        if code == last + 1:
            last = code
            continue
        if first >= 0:
            yield f"{first:x}" if first == last else f"{first:x}-{last:x}"
        first = last = code


# ---------------------------------------------------------------- OpenType


def codes(data: bytes, at: int) -> set[int]:
    """The code points of the font that begins ``at`` a place; none when no font does."""
    (count,) = struct.unpack_from(">H", data, at + 4)
    tables = {
        tag: offset
        for tag, _, offset, _ in (
            struct.unpack_from(">4sIII", data, at + 12 + 16 * n) for n in range(count)
        )
    }
    if not {b"cmap", b"head", b"name"} <= tables.keys():
        return set()
    table = at + tables[b"cmap"]
    (count,) = struct.unpack_from(">H", data, table + 2)
    found: set[int] = set()
    for n in range(count):
        (offset,) = struct.unpack_from(">I", data, table + 8 + 8 * n)
        (form,) = struct.unpack_from(">H", data, table + offset)
        if form == 4:
            found |= _segments(data, table + offset)
        elif form == 12:
            (groups,) = struct.unpack_from(">I", data, table + offset + 12)
            for g in range(groups):
                low, high = struct.unpack_from(">II", data, table + offset + 16 + 12 * g)
                found.update(range(low, high + 1))
    return found


def _segments(data: bytes, at: int) -> set[int]:
    """The code points of a table of format 4 (OpenType, cmap)."""
    (size,) = struct.unpack_from(">H", data, at + 6)
    ends, starts, deltas, offsets = at + 14, at + 16 + size, at + 16 + 2 * size, at + 16 + 3 * size
    found = set()
    for n in range(0, size, 2):
        (end,), (start,) = (struct.unpack_from(">H", data, p + n) for p in (ends, starts))
        (delta,) = struct.unpack_from(">h", data, deltas + n)
        (offset,) = struct.unpack_from(">H", data, offsets + n)
        for code in range(start, min(end, 0xFFFE) + 1):
            glyph = code
            if offset:
                (glyph,) = struct.unpack_from(">H", data, offsets + n + offset + 2 * (code - start))
            if glyph and (glyph + delta) & 0xFFFF:
                found.add(code)
    return found


if __name__ == "__main__":
    main()
