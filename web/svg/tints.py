"""Colours that a file gives its shapes and flows, made fit to be read in light and in dark.

A colour goes along as a presentation attribute of the group (``color``, ``fill``, ``stroke``), and
static/diagram.css says what it is used for: no style attributes, and forced colours win.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

PALE: Final = 0.4
"""From this relative luminance on, the ground of a pool carries dark letters well."""

BETWEEN: Final = (0.148, 0.298)
"""Relative luminance of a line that stands out 3:1 (WCAG 1.4.11) from the page's light surface
(#fff) and from its dark one (#172127)."""

DARK: Final = "#000000"
"""Black itself: of it and white, one has 4.5:1 (WCAG 1.4.3) on any ground."""

LIGHT: Final = "#ffffff"

Rgb = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Tint:
    """Classes for a group, and the colours that they use."""

    classes: str
    color: str | None = None
    fill: str | None = None
    stroke: str | None = None


NEUTRAL: Final = 24
"""How far apart the levels of a colour may be that still counts as black, grey or white."""

WHITE: Final = 0.9


@lru_cache(maxsize=512)
def node(stroke: str | None, fill: str | None) -> Tint | None:
    """For what is drawn on its own ground: the name in black or white, whichever is read better
    there, lines that stand out from it, and a border that stands out from the page (the page's
    own ink where the file has none)."""
    stroke, fill = _coloured(stroke, fill)
    if fill is None:
        return None if stroke is None else Tint("bp-tint", color=line(stroke))
    letters = max(DARK, LIGHT, key=lambda one: contrast(one, fill))
    ink = stroke if stroke is not None and contrast(stroke, fill) >= 3 else letters
    side = "bp-on-pale" if letters == DARK else "bp-on-deep"
    classes = f"bp-tint bp-ground {side}"
    if stroke is None:
        return Tint(classes, color=ink, fill=fill)
    return Tint(f"{classes} bp-rim", color=ink, fill=fill, stroke=line(stroke))


@lru_cache(maxsize=512)
def container(stroke: str | None, fill: str | None) -> Tint | None:
    """For pools, lanes and sub-processes: other things are drawn on them, so their ground stays
    near the page's own wherever it would make letters unreadable."""
    stroke, fill = _coloured(stroke, fill)
    if fill is None:
        return None if stroke is None else Tint("bp-tint", color=line(stroke))
    pale = " bp-pale" if luminance(fill) >= PALE else ""
    return Tint(f"bp-wash{pale}", color=fill, stroke=line(stroke or fill))


@lru_cache(maxsize=512)
def flow(stroke: str) -> str | None:
    """The colour of a line; None for one that is drawn as all lines are."""
    stroke_or_none, _fill = _coloured(stroke, None)
    return None if stroke_or_none is None else line(stroke_or_none)


def _coloured(stroke: str | None, fill: str | None) -> tuple[str | None, str | None]:
    """Without black lines and white grounds, which tools write out though they mean nothing by
    them: the page's own take their place, in dark mode too."""
    if stroke is not None and _neutral(stroke):
        stroke = None
    if fill is not None and _neutral(fill) and luminance(fill) > WHITE:
        fill = None
    return stroke, fill


def _neutral(colour: str) -> bool:
    levels = _levels(colour)
    return max(levels) - min(levels) <= NEUTRAL


@lru_cache(maxsize=512)
def line(colour: str) -> str:
    """The colour, lighter or darker by as much as it takes to be seen on both surfaces."""
    low, high = BETWEEN
    here = luminance(colour)
    if low <= here <= high:
        return colour
    end = (255.0,) * 3 if here < low else (0.0,) * 3
    start = _levels(colour)
    least, most = 0.0, 1.0
    for _ in range(12):
        share = (least + most) / 2
        mixed = luminance(_hex(_mixed(start, end, share)))
        if (mixed < low) if here < low else (mixed > high):
            least = share
        else:
            most = share
    return _hex(_mixed(start, end, most))


def contrast(one: str, other: str) -> float:
    """WCAG's contrast ratio, 1 to 21."""
    lower, higher = sorted((luminance(one), luminance(other)))
    return (higher + 0.05) / (lower + 0.05)


def luminance(colour: str) -> float:
    """WCAG's relative luminance of ``#rrggbb``, 0 to 1."""
    red, green, blue = (_linear(level / 255) for level in _levels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(level: float) -> float:
    return level / 12.92 if level <= 0.04045 else float(((level + 0.055) / 1.055) ** 2.4)


def _levels(colour: str) -> Rgb:
    value = int(colour[1:], 16)
    return float(value >> 16), float(value >> 8 & 255), float(value & 255)


def _mixed(start: Rgb, end: Rgb, share: float) -> Rgb:
    red, green, blue = (a + (b - a) * share for a, b in zip(start, end, strict=True))
    return red, green, blue


def _hex(levels: Rgb) -> str:
    return "#" + "".join(f"{round(level):02x}" for level in levels)
