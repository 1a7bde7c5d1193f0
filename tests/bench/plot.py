"""The plot of the docs, as SVG: what a completion costs along the life of one instance."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tests.bench.loop import WINDOW, Along

WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 720, 260, 60, 30, 40


def write(along: Along, path: Path) -> None:
    """One point for each hundred completions."""
    top = max(along.cpu) * 1.25
    most = max(along.state) * 2
    drawn = [
        _line(along.cpu, top, "#0b6e4f"),
        _line(along.state, most, "#b3541e"),
        _text(LEFT, 18, f"CPU ms per completion (top: {top:.1f})", "#0b6e4f"),
        _text(LEFT + 330, 18, f"bytes of state (top: {most})", "#b3541e"),
        _text(LEFT, HEIGHT - 12, "0"),
        _text(WIDTH - 60, HEIGHT - 12, str(len(along.cpu) * WINDOW)),
        _text(WIDTH // 2 - 60, HEIGHT - 12, "completions of one instance"),
        f'<path d="M{LEFT},{TOP}V{HEIGHT - BOTTOM}H{WIDTH - 20}" fill="none" stroke="#555"/>',
    ]
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}" font-family="sans-serif" font-size="12">'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>'
    )
    path.write_text("\n".join([head, *drawn, "</svg>", ""]))


def _line(values: Sequence[float], top: float, colour: str) -> str:
    wide, high = WIDTH - 20 - LEFT, HEIGHT - BOTTOM - TOP
    last = max(1, len(values) - 1)
    points = " ".join(
        f"{LEFT + wide * i / last:.1f},{TOP + high * (1 - value / top):.1f}"
        for i, value in enumerate(values)
    )
    return f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.5"/>'


def _text(x: int, y: int, words: str, colour: str = "#333") -> str:
    return f'<text x="{x}" y="{y}" fill="{colour}">{words}</text>'
