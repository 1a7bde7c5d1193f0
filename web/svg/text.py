"""Text that never leaves its box: measured, broken into balanced lines, made smaller when it must.

The widths are those of Arial (of which Liberation Sans and Helvetica are metric twins), the fonts
that static/diagram.css asks for. Each line also carries its measured width as ``textLength``, so
that a reader without any of these fonts gets lines of the same width.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from markupsafe import Markup

from web.svg.markup import tag

REGULAR: Final = {
    191: "'", 222: "ijl’‘", 260: "|", 278: " !,./:;I[\\]ftíìîï·\u00a0", 333: "()-`r”“", 334: "{}",
    350: "•", 355: '"', 389: "*", 400: "°", 469: "^", 500: "Jcksvxyzçýÿ",
    556: "#$0123456789?L_abdeghnopquåäöéèüñáàâêëóòôúùû–€§«»", 584: "+<=>~×", 611: "FTZøß",
    667: "&ABEKPSVXYÅÄÉ", 722: "CDHNRUwÜ", 778: "GOQÖØ", 833: "Mm", 889: "%æ", 944: "W",
    1000: "Æ—…", 1015: "@",
}  # fmt: skip
BOLD: Final = {
    238: "'", 278: " ,./I\\ijlíìîï’‘·\u00a0", 280: "|", 333: "!()-:;[]`ft", 350: "•",
    389: "*r{}", 400: "°", 474: '"', 500: "z”“",
    556: "#$0123456789J_aceksvxyåäéèçáàâêëýÿ–€§«»", 584: "+<=>^~×",
    611: "?FLTZbdghnopquöüøßñóòôúùû", 667: "EPSVXYÉ", 722: "&ABCDHKNRUÅÄÜ", 778: "GOQwÖØ",
    833: "M", 889: "%mæ", 944: "W", 975: "@", 1000: "Æ—…",
}  # fmt: skip
WIDTHS: Final = {
    bold: {letter: width for width, letters in table.items() for letter in letters}
    for bold, table in ((False, REGULAR), (True, BOLD))
}
UNKNOWN: Final = 1000
"""Letters of other scripts count as square."""

LEADING: Final = 1.2
VOWELS: Final = frozenset("aeiouyåäöéAEIOUYÅÄÖ")


@dataclass(frozen=True, slots=True)
class Block:
    """Lines of one size, in the diagram's pixels."""

    lines: tuple[str, ...]
    size: float
    bold: bool = False

    @property
    def height(self) -> float:
        return len(self.lines) * self.size * LEADING

    @property
    def width(self) -> float:
        return max((width(line, self.size, self.bold) for line in self.lines), default=0.0)


def width(text: str, size: float, bold: bool = False) -> float:
    """How wide a line is, in the units of ``size``."""
    known = WIDTHS[bold]
    return sum(known.get(letter, UNKNOWN) for letter in text) * size / 1000


@lru_cache(maxsize=4096)
def fit(
    text: str,
    room: tuple[float, float],
    size: float,
    *,
    smallest: float = 9.0,
    bold: bool = False,
) -> Block:
    """The text in lines that fit a room of (width, height): as large as it can be, at most
    ``size``. Words are broken only when the smallest size does not help, and text is cut (with …)
    only when nothing else does."""
    wide, high = room
    text = " ".join(text.split())
    sizes = [size - step / 2 for step in range(int((size - smallest) * 2) + 1)] or [size]
    for words in (_words(text), None):
        for now in sizes:
            measure = wide * 1000 / now
            pieces = words or _broken(text, measure, bold)
            if any(_units(piece.rstrip(), bold) > measure for piece in pieces):
                continue
            lines = _balanced(pieces, measure, bold)
            if len(lines) * now * LEADING <= high + 0.01:
                return Block(tuple(lines), now, bold)
    return _cut(text, wide, high, min(sizes), bold)


def _cut(text: str, wide: float, high: float, size: float, bold: bool) -> Block:
    measure = wide * 1000 / size
    lines = _lines(_broken(text, measure, bold), measure, bold)
    most = max(1, int(high / (size * LEADING)))
    if len(lines) > most:
        last = lines[most - 1]
        while last and _units(last + "…", bold) > measure:
            last = last[:-1]
        lines = [*lines[: most - 1], last.rstrip() + "…"]
    return Block(tuple(lines), size, bold)


def _units(text: str, bold: bool) -> float:
    known = WIDTHS[bold]
    return sum(known.get(letter, UNKNOWN) for letter in text)


def _words(text: str) -> list[str]:
    """Pieces between which a line may end: after a space, a hyphen, a slash."""
    pieces, start = [], 0
    for place in range(1, len(text)):
        before = text[place - 1]
        if before == " " or (before in "-–/" and text[place] != " " and place - start > 2):
            pieces.append(text[start:place])
            start = place
    return [*pieces, text[start:]]


def _broken(text: str, measure: float, bold: bool) -> list[str]:
    """As _words, with words that are too long for a line broken between two consonants."""
    pieces = []
    for word in _words(text):
        rest = word
        while _units(rest.rstrip(), bold) > measure and len(rest) > 3:
            most = max(2, sum(_units(rest[:n] + "-", bold) <= measure for n in range(1, len(rest))))
            good = [n for n in range(3, most + 1) if _may_break(rest, n)]
            at = good[-1] if good else most
            pieces.append(rest[:at] + "-")
            rest = rest[at:]
        pieces.append(rest)
    return pieces


def _may_break(word: str, at: int) -> bool:
    """Between two consonants that have vowels on both sides: nearly always right in Swedish."""
    left, right = word[:at], word[at:].rstrip()
    if len(right) < 3 or not (left[-1].isalpha() and right[0].isalpha()):
        return False
    consonants = left[-1] not in VOWELS and right[0] not in VOWELS
    return consonants and left[-2] in VOWELS and right[1] in VOWELS


def _lines(pieces: list[str], measure: float, bold: bool) -> list[str]:
    lines = [""]
    for piece in pieces:
        if lines[-1] and _units((lines[-1] + piece).rstrip(), bold) > measure:
            lines.append("")
        lines[-1] += piece
    return [line.rstrip() for line in lines]


def _balanced(pieces: list[str], measure: float, bold: bool) -> list[str]:
    """The fewest lines, with the widest of them as narrow as that number allows."""
    lines = _lines(pieces, measure, bold)
    low, high = max(_units(piece.rstrip(), bold) for piece in pieces), measure
    for _ in range(8 if len(lines) > 1 else 0):
        middle = (low + high) / 2
        found = _lines(pieces, middle, bold)
        if len(found) <= len(lines):
            lines, high = found, middle
        else:
            low = middle
    return lines


def write(block: Block, x: float, top: float, class_: str, anchor: str = "middle") -> Markup:
    """The block's lines as SVG, each centred on ``x`` (or starting there, ``anchor="start"``)."""
    written = Markup("")
    for place, line in enumerate(block.lines):
        base = top + block.size * (LEADING * place + 0.94)
        written += tag(
            "text",
            line,
            x=x,
            y=base,
            font_size=block.size,
            text_anchor=None if anchor == "start" else anchor,
            textLength=width(line, block.size, block.bold) or None,
            lengthAdjust="spacingAndGlyphs",
            class_=class_,
        )
    return written
