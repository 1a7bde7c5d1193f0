"""The interface's language. Texts are written in Swedish; translations/en.po has the English.

The catalogue is read as it is when the first English page is shown: nothing is compiled.
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
LOCALES: Final = {"sv": Locale("sv", "SE"), "en": Locale("en", "GB")}
COOKIE: Final = "serviceplan-language"
ENGLISH: Final = Path(__file__).parent / "translations" / "en.po"


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for "translate this later"
    """Mark a text for translation where it is written; ``gettext`` translates it when shown."""
    return message


@cache
def catalogue() -> Catalog:
    """The English texts by their Swedish ones."""
    with ENGLISH.open("rb") as file:
        return read_po(file, locale="en")


def language() -> str:
    """``sv`` or ``en``, for the request that is being answered."""
    return getattr(g, "language", "sv") if has_request_context() else "sv"


def locale() -> Locale:
    return LOCALES[language()]


def gettext(message: str, **params: Any) -> str:
    """The text in the reader's language, with ``%(name)s`` filled from ``params``."""
    text = message
    if language() == "en" and (entry := catalogue().get(message)) and entry.string:
        text = entry.string if isinstance(entry.string, str) else entry.string[0]
    return text % params if params else text


def english(message: str) -> str:
    """The English twin of a text without placeholders, whatever language the reader has."""
    entry = catalogue().get(message)
    return entry.string if entry and isinstance(entry.string, str) and entry.string else message


def plural(singular: str, plural_form: str, num: int) -> str:
    """The text for this number, not yet filled in: what the templates' ``ngettext`` asks for."""
    forms: tuple[str, ...] = (singular, plural_form)
    if language() == "en" and (entry := catalogue().get(singular)):
        # A catalogue's entry of several forms holds them as a tuple.
        forms = tuple(entry.string) if isinstance(entry.string, tuple) else forms
    return forms[0] if num == 1 else forms[-1]


def ngettext(singular: str, plural_form: str, num: int, **params: Any) -> str:
    """As gettext, by number; ``%(num)s`` is the number."""
    return plural(singular, plural_form, num) % {"num": num, **params}


def choose_language() -> None:
    """Before a request: the cookie that the language link sets, else Swedish."""
    chosen = request.args.get("lang") or request.cookies.get(COOKIE)
    g.language = chosen if chosen in LANGUAGES else "sv"


def init(app: Flask) -> None:
    """Give the templates ``_`` and ``ngettext`` and the requests their language."""
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext, plural, newstyle=True
    )
    app.before_request(choose_language)
