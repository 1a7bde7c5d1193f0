"""FEEL's syntax errors in Swedish: the engine's errors are English, findings are both."""

from __future__ import annotations

import re

from engine.feel import FeelError, FeelSyntaxError

_EXPECTED = {
    "a value": "ett värde",
    "a name": "ett namn",
    "a parameter's name": "en parameters namn",
    "a variable's name": "en variabels namn",
    "a type": "en typ",
    "one type": "en typ",
    "an operator": "en operator",
    "the end of the expression": "slutet på uttrycket",
    "an expression": "ett uttryck",
}
_FOUND = re.compile(r"expected .*, found (?:the end|\"(?P<found>.*)\")$", re.DOTALL)
_SIGN = re.compile(r"the sign (?P<sign>'.*'|\".*\") has no meaning here$", re.DOTALL)
_WHOLE = {
    "this text has no closing quotation mark": "texten saknar avslutande citattecken",
    "this comment has no end": "kommentaren har inget slut",
    "this number is too large": "talet är för stort",
    "functions in other languages than FEEL are not run": (
        "funktioner i andra språk än FEEL körs inte"
    ),
}


def both(error: FeelError) -> tuple[str, str]:
    """The error's sentence in Swedish and English."""
    if not isinstance(error, FeelSyntaxError):
        return error.message, error.message
    place = f"rad {error.line}, kolumn {error.column}: "
    message = error.message.partition(": ")[2]
    return place + _swedish(message, error.expected), error.message


def _swedish(message: str, expected: tuple[str, ...]) -> str:
    match = _FOUND.match(message)
    if match is not None:
        wanted = " eller ".join(_EXPECTED.get(e, e) for e in expected)
        stands = "uttrycket slutar" if match["found"] is None else f"här står ”{match['found']}”"
        return f"{wanted} väntades, men {stands}"
    sign = _SIGN.match(message)
    if sign is not None:
        return f"tecknet {sign['sign']} betyder inget här"
    return _WHOLE.get(message, message)
