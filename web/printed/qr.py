"""QR codes for the paper."""

from __future__ import annotations

import io

import segno


def svg_of(text: str) -> str:
    """The QR code of a text as an SVG document, with medium error correction."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="svg", border=2, xmldecl=False)
    return out.getvalue().decode()
