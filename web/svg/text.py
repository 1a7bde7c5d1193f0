"""Text that never leaves its box: measured, broken into balanced lines, made smaller when it must.

The widths are those of Arial (of which Liberation Sans and Helvetica are metric twins), the fonts
that static/diagram.css asks for. Each line also carries its measured width as ``textLength``, so
that a reader without any of these fonts gets lines of the same width.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from unicodedata import east_asian_width

from markupsafe import Markup

from web.svg.markup import joined, tag

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
UNKNOWN: Final = (620, 1000)
"""Letters of other scripts, those of East Asia as square: near enough to break lines by."""

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


@lru_cache(maxsize=4096)
def width(text: str, size: float, bold: bool = False) -> float:
    """How wide a line is, in the units of ``size``."""
    return _units(text, bold) * size / 1000


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


@lru_cache(maxsize=4096)
def wrap(text: str, wide: float, size: float, *, most: int = 16) -> Block:
    """The text in balanced lines of one size, as many as it needs, its own line breaks kept: for
    names that have no box around them. Only a text of more than ``most`` lines is cut."""
    measure = wide * 1000 / size
    lines: list[str] = []
    for paragraph in text.split("\n"):
        words = " ".join(paragraph.split())
        if words and len(lines) <= most:
            lines += _balanced(_broken(words[: 200 * most], measure, False), measure, False)
    if len(lines) > most:
        lines = [*lines[: most - 1], _ended(lines[most - 1], measure, False)]
    return Block(tuple(lines), size)


@lru_cache(maxsize=4096)
def longest_word(text: str, size: float, most: float = 180.0) -> float:
    """The width of the longest word, so that a narrow place for a name breaks none; at most
    ``most``, at which a word is broken all the same."""
    return min(
        max((width(word.rstrip(), size) for word in _words(" ".join(text.split()))), default=0.0),
        most,
    )


def _cut(text: str, wide: float, high: float, size: float, bold: bool) -> Block:
    measure = wide * 1000 / size
    lines = _lines(_broken(text, measure, bold), measure, bold)
    most = max(1, int(high / (size * LEADING)))
    if len(lines) > most:
        lines = [*lines[: most - 1], _ended(lines[most - 1], measure, bold)]
    return Block(tuple(lines), size, bold)


def _ended(line: str, measure: float, bold: bool) -> str:
    """The line with an ellipsis, as much of it as there is room for."""
    while line and _units(line + "…", bold) > measure:
        line = line[:-1]
    return line.rstrip() + "…"


def _units(text: str, bold: bool) -> float:
    known = WIDTHS[bold]
    try:
        return sum([known[letter] for letter in text])
    except KeyError:
        return sum([known.get(letter) or _unknown(letter) for letter in text])


def _unknown(letter: str) -> int:
    return UNKNOWN[east_asian_width(letter) in "WF"]


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
    written = []
    known = WIDTHS[block.bold].keys()
    for place, line in enumerate(block.lines):
        # Letters that were only guessed at are not stretched to the guess.
        measured = width(line, block.size, block.bold) if known >= set(line) else None
        base = top + block.size * (LEADING * place + 0.94)
        written.append(
            tag(
                "text",
                line,
                x=x,
                y=base,
                font_size=block.size,
                text_anchor=None if anchor == "start" else anchor,
                textLength=measured,
                lengthAdjust="spacingAndGlyphs" if measured else None,
                class_=class_,
            )
        )
    return joined(written)
