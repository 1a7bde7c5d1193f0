"""The language of the interface: texts stand in the code in Swedish, translations/en.po has the
English ones.

The catalogue is read when the first English page is shown; it is not compiled (no ``.mo`` file).
Templates are compiled once for each language, so that a text without placeholders is a constant in
them.
"""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any, Final

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from flask import Flask, has_request_context, request
from flask.templating import Environment
from jinja2 import Template, nodes
from jinja2.visitor import NodeTransformer

from web.template_code import TemplateCode, escaped

LANGUAGES: Final = ("sv", "en")
"""The languages of the interface; the first is the default."""
LOCALES: Final = {"sv": Locale("sv", "SE"), "en": Locale("en", "GB")}
"""Babel's locale of each language, for dates and numbers."""
COOKIE: Final = "serviceplan-language"
"""The name of the cookie that holds the chosen language."""
ENGLISH: Final = Path(__file__).parent / "translations" / "en.po"
"""The file with the English texts."""
OF_REQUEST: Final = ContextVar[str | None]("language of the request", default=None)
"""The language of this request, once something has asked for it (``web.context`` begins and ends
what a request knows)."""


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
    return OF_REQUEST.get() or _asked_for()


def _asked_for() -> str:
    if not has_request_context():
        return LANGUAGES[0]
    chosen = request.args.get("lang") or request.cookies.get(COOKIE)
    known = chosen if chosen in LANGUAGES else LANGUAGES[0]
    OF_REQUEST.set(known)
    return known


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Texts are in this language until the block ends: for the API and the commands, which have no
    reader with a page."""
    token = OF_REQUEST.set(language)
    try:
        yield
    finally:
        OF_REQUEST.reset(token)


def locale() -> Locale:
    """Babel's locale of this request's language."""
    return LOCALES[language()]


def gettext(message: str, **params: Any) -> str:
    """The text in the reader's language, with ``%(name)s`` filled from ``params``."""
    text = translated(message, language())
    return text % params if params else text


@cache
def translated(message: str, language: str) -> str:
    """The text in a language, with its placeholders unfilled."""
    if language == "en" and (entry := catalogue().get(message)) and entry.string:
        return entry.string if isinstance(entry.string, str) else str(entry.string[0])
    return message


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


class Templates(Environment):
    """Jinja's environment of the application: it compiles each template once for each language."""

    code_generator_class = TemplateCode
    escaped = staticmethod(escaped)
    language: str | None = None
    """The language of an environment that compiles; None of the one that chooses among them."""

    def get_template(
        self, name: str | Template, parent: str | None = None, *given: Any, **named: Any
    ) -> Template:
        """The template in the language of this request."""
        if self.language is None:
            return self._compiling(language()).get_template(name, parent, *given, **named)
        return super().get_template(name, parent, *given, **named)

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """The names that a template knows: a plain dict, since Jinja compares its keys at every
        ``import``, which takes a hundred times as long for a ``ChainMap``."""
        return super().make_globals(d) if d else self.globals

    def _compiling(self, language: str) -> Templates:
        made: dict[str, Templates] = self.__dict__.setdefault("_of_language", {})
        if language not in made:
            environment = self.overlay()
            environment.language = language
            made[language] = environment
        return made[language]

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        """Jinja's hook for whoever changes a template's tree before it is compiled."""
        tree = super()._parse(source, name, filename)
        if self.language is not None:
            _Texts(self.language).visit(tree)
        return tree


class _Texts(NodeTransformer):
    """Puts the translated text in the place of ``_("…")``, where it has no placeholders."""

    def __init__(self, language: str) -> None:
        self.language = language

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802 - Jinja's name for it
        self.generic_visit(node)
        plain = len(node.args) == 1 and not (node.kwargs or node.dyn_args or node.dyn_kwargs)
        if not (plain and isinstance(node.node, nodes.Name) and node.node.name == "_"):
            return node
        [message] = node.args
        if not isinstance(message, nodes.Const):
            return node
        text = nodes.Const(translated(message.value, self.language) % {}, lineno=node.lineno)
        return nodes.MarkSafe(text, lineno=node.lineno)


def init(app: Flask) -> None:
    """Give the templates ``_`` and ``ngettext``."""
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext, plural, newstyle=True
    )
