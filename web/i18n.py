"""The language of the interface: texts stand in the code in Swedish, translations/en.po has the
English ones.

The catalogue is read when the first English page is shown; it is not compiled (no ``.mo`` file).
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, Final

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from flask import Flask, g, has_request_context, request

LANGUAGES: Final = ("sv", "en")
"""The languages of the interface; the first is the default."""
LOCALES: Final = {"sv": Locale("sv", "SE"), "en": Locale("en", "GB")}
"""Babel's locale of each language, for dates and numbers."""
COOKIE: Final = "serviceplan-language"
"""The name of the cookie that holds the chosen language."""
ENGLISH: Final = Path(__file__).parent / "translations" / "en.po"
"""The file with the English texts."""


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for "translate this later"
    """Mark a text for translation where it stands in a table; ``gettext`` translates it when
    shown."""
    return message


@cache
def catalogue() -> Catalog:
    """The catalogue of English texts, by the Swedish ones."""
    with ENGLISH.open("rb") as file:
        return read_po(file, locale="en")


def language() -> str:
    """The language of this request, ``sv`` or ``en``: that of the address (``?lang=``), else of the
    cookie, else Swedish, as outside of one (in a command)."""
    if not has_request_context():
        return "sv"
    found: str | None = g.get("language")
    if found is None:
        chosen = request.args.get("lang") or request.cookies.get(COOKIE)
        found = g.language = chosen if chosen in LANGUAGES else "sv"
    return found


def locale() -> Locale:
    """Babel's locale of this request's language."""
    return LOCALES[language()]


def gettext(message: str, **params: Any) -> str:
    """The text in the reader's language, with ``%(name)s`` filled from ``params``."""
    text = message
    if language() == "en" and (entry := catalogue().get(message)) and entry.string:
        text = entry.string if isinstance(entry.string, str) else entry.string[0]
    return text % params if params else text


def english(message: str) -> str:
    """The English text of a Swedish one without placeholders, whatever the request's language."""
    entry = catalogue().get(message)
    return entry.string if entry and isinstance(entry.string, str) and entry.string else message


def plural(singular: str, plural_form: str, num: int) -> str:
    """The singular or the plural in the reader's language, with its placeholders unfilled: Jinja's
    ``ngettext`` fills them itself."""
    forms: tuple[str, ...] = (singular, plural_form)
    if language() == "en" and (entry := catalogue().get(singular)):
        # A catalogue's entry of several forms holds them as a tuple.
        forms = tuple(entry.string) if isinstance(entry.string, tuple) else forms
    return forms[0] if num == 1 else forms[-1]


def ngettext(singular: str, plural_form: str, num: int, **params: Any) -> str:
    """The singular or the plural in the reader's language, with ``%(num)s`` and ``params``
    filled."""
    return plural(singular, plural_form, num) % {"num": num, **params}


def init(app: Flask) -> None:
    """Give the templates ``_`` and ``ngettext``."""
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext, plural, newstyle=True
    )
