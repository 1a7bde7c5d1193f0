"""Templates as the application compiles them show what Jinja's own show."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.templating import Environment
from jinja2 import DictLoader, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from web.i18n import Templates

SOURCES = {
    "texts": "{{ text }}|{{ html }}|{{ number }}|{{ nothing }}|{{ missing }}|{{ text ~ html }}",
    "calls": (
        "{{ plain(text, word='<') }}|{{ knows() }}|{{ text.upper() }}|"
        "{{ plain(*[1], **{'a': 2}) }}{{ plain(class='a') }}"
    ),
    "loop": (
        "{% for n in [1, 2] %}{% set own = n %}"
        "{{ knows('own') }}{{ loop.cycle('<', '>') }}{% endfor %}"
    ),
    "macro": (
        "{% macro box(a, b='<') %}"
        "[{{ a }}{{ b }}{{ varargs }}{{ caller() if caller }}]{% endmacro %}"
        "{{ box(text) }}{{ box(html, b=html) }}{% call box(1) %}{{ text }}{% endcall %}"
        "{% set kept %}{{ text }}{% endset %}{{ kept }}"
    ),
    "unescaped": "{% autoescape false %}{{ text }}{{ plain(text) }}{% endautoescape %}{{ text }}",
    "imported": "{% import 'parts' as parts %}{{ parts.bold(text) }}{{ parts.bold(class='a') }}",
    "parts": "{% macro bold(text='') %}<b>{{ text }}{{ kwargs }}</b>{% endmacro %}",
}


def plain(*given: Any, **named: Any) -> str:
    return f"<{given}{named}>"


@pass_context
def knows(context: Context, name: str = "text") -> Any:
    return context.get(name)


def shown(kind: type[Environment], name: str) -> str:
    made = kind(Flask(__name__), loader=DictLoader(SOURCES), autoescape=True)
    made.globals.update(plain=plain, knows=knows)
    given = {"text": "<a & 'b' \"c\">", "html": Markup("<i>"), "number": 1.5, "nothing": None}
    return made.get_template(name).render(given)


@pytest.mark.parametrize("name", SOURCES)
def test_a_template_shows_what_it_shows_by_jinja(name: str) -> None:
    assert shown(Templates, name) == shown(Environment, name)


def test_what_is_no_function_cannot_be_called() -> None:
    with pytest.raises(TypeError):
        Templates(Flask(__name__)).from_string("{{ text() }}").render(text="a text")
