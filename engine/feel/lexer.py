"""Text → tokens.

FEEL's names may contain spaces and signs, so the lexer cannot know where a name ends: it gives
single words, and the parser puts them together with the names that are known where it stands
(see ``names.py``). Source: DMN 1.4, 10.3.1.2, grammar rules 27–37 and 61–66.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from engine.feel.errors import FeelSyntaxError, place

WORD, NUMBER, STRING, AT, SIGN, END = "word", "number", "string", "at", "sign", "end"
"""The kinds of tokens; AT is a literal such as ``@"2026-01-31"``, END stands behind the last
one."""

_START = (
    "?A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d"
    "\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
"""Characters with which a name may begin (rule 28), as the inside of a pattern's class."""
_PART = _START + "0-9\u00b7\u0300-\u036f\u203f-\u2040"
"""Characters that a name may go on with (rule 29), as the inside of a pattern's class."""

_TOKEN = re.compile(
    rf"""
      (?P<space>[\s\u0085\u180e\u200b\ufeff]+ | //[^\n]* | /\*(?:[^*]|\*(?!/))*\*/)
    | (?P<number>(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
    | (?P<word>[{_START}][{_PART}]*)
    | (?P<at>@\s*"(?:[^"\\]|\\.)*")
    | (?P<string>"(?:[^"\\]|\\.)*")
    | (?P<sign>\.\.|->|<=|>=|!=|\*\*|[-+*/=<>()\[\]{{}},:.;'’|@!])
    """,
    re.VERBOSE | re.DOTALL,
)
"""One token, or white space and comments. Every alternative begins differently or is bounded by
what follows, so the scan is linear."""
_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{6}|.)", re.DOTALL)
"""An escape in a text: a character by its number, or one character behind a backslash."""
_PLAIN_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "'": "'", "\\": "\\"}
"""What a character behind a backslash stands for; any other stands for itself with the
backslash."""


class LexicalToken(NamedTuple):
    """One token: its kind, its value (texts without quotes and escapes) and where it stands."""

    kind: str
    text: str
    start: int
    end: int


def tokenize(text: str) -> list[LexicalToken]:
    """All tokens of ``text``, the last one of kind END; FeelSyntaxError for a stray sign."""
    tokens: list[LexicalToken] = []
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise _unreadable(text, position)
        kind = str(match.lastgroup)
        if kind != "space":
            value = match.group()
            if kind == STRING:
                value = _unescape(value[1:-1])
            elif kind == AT:
                value = _unescape(value[value.index('"') + 1 : -1])
            tokens.append(LexicalToken(kind, value, position, match.end()))
        position = match.end()
    tokens.append(LexicalToken(END, "", len(text), len(text)))
    return tokens


def _unreadable(text: str, position: int) -> FeelSyntaxError:
    """The error of what is no token: a text without its end, or a stray sign."""
    line, column = place(text, position)
    if text[position] == '"':
        return FeelSyntaxError(
            "this text has no closing quotation mark", line=line, column=column, expected=('"',)
        )
    if text.startswith("/*", position):
        return FeelSyntaxError(
            "this comment has no end", line=line, column=column, expected=("*/",)
        )
    return FeelSyntaxError(
        f"the sign {text[position]!r} has no meaning here",
        line=line,
        column=column,
        expected=("a value",),
    )


def _unescape(raw: str) -> str:
    """The text that is written with escapes."""
    if "\\" not in raw:
        return raw
    text = _ESCAPE.sub(_escaped, raw)
    if any("\ud800" <= c <= "\udfff" for c in text):
        # Two \\u escapes may spell one character beyond the first plane, as in JSON.
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _escaped(match: re.Match[str]) -> str:
    """The character that one escape stands for."""
    body = match.group(1)
    if len(body) > 1:
        code = int(body[1:], 16)
        return chr(code) if code <= 0x10FFFF else "\ufffd"
    return _PLAIN_ESCAPES.get(body, "\\" + body)
