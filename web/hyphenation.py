"""Soft hyphens: where a long word may be parted in a narrow place. The browser shows one only where
it breaks the line; nothing but pages ever has them, and what is copied from a page has none.

Browsers hyphenate by themselves (``hyphens: auto``) only where they have the language's patterns.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Final

from flask import Flask
from markupsafe import Markup, escape
from pyphen import Pyphen

from web.context import engine
from web.i18n import language

SOFT: Final = "\u00ad"
"""The soft hyphen (U+00AD)."""
LONG: Final = 18
"""Letters of the longest word that fits every place of a page."""
NARROW: Final = 10
"""The same in the columns of a table that hold a role."""
LEAST: Final = 4
"""Letters that stay together at either end of a word."""
PATTERNS: Final = {"sv": "sv", "en": "en_GB"}
"""The names of the patterns, by language."""


@cache
def _patterns(language: str) -> Pyphen:
    return Pyphen(lang=PATTERNS[language], left=LEAST, right=LEAST)


@lru_cache(maxsize=2000)
def _parted(word: str, language: str) -> str:
    return _patterns(language).inserted(word, SOFT)


def soft(text: str, longest: int = LONG, lang: str = "sv") -> str:
    """The text with soft hyphens in words of more than ``longest`` letters. Names and texts of
    diagrams are Swedish."""
    parted = _with_soft(str(text or ""), longest, lang)
    return Markup(parted) if isinstance(text, Markup) else parted  # noqa: S704 - letters only


@lru_cache(maxsize=5_000)
def _with_soft(text: str, longest: int, lang: str) -> str:
    return re.sub(rf"[^\W\d_]{{{longest + 1},}}", lambda m: _parted(m[0], lang), text)


def role_name(key: str | None) -> str:
    """A role's title for a narrow place: with the soft hyphens that its settings have, else with
    those of the language."""
    role = engine().roles.get(key or "")
    if role is None:
        return key or ""
    return role.hyphenated(language()) or soft(role.title(language()), NARROW, language())


def breakable(text: str) -> Markup:
    """A path or the name of a file or an id, which may go on in the next line after its signs."""
    return Markup(re.sub(r"(?<=\w)([/._-])(?=\w)", r"\1<wbr>", str(escape(text))))  # noqa: S704


def init(app: Flask) -> None:
    """Give the templates the filters ``soft`` and ``breakable``, and the function ``role_name``."""
    app.jinja_env.filters.update(soft=soft, breakable=breakable)
    app.jinja_env.globals["role_name"] = role_name
