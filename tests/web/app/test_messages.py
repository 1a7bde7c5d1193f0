"""Whatever the engine says has words that a person understands, in both languages."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest
from flask import Flask

import engine
from engine import (
    Conflict,
    DatabaseNewer,
    Invalid,
    NotAllowed,
    NotAuthenticated,
    Problem,
    ServiceplanError,
)
from tests.support.files import PROJECT
from web import i18n
from web.api.problems import BY_CODE
from web.errors import status_of
from web.texts.errors import ERRORS, PROBLEMS, error_page_texts, error_texts, problem_text

ENGINE = PROJECT / "engine"
# Findings about diagrams carry their Swedish and English sentences with them.
OF_DIAGRAMS = ("bpmn", "dmn", "feel", "spiff")
# Told to whoever runs the command, never to a page.
OF_THE_COMMAND = {
    *("config", "exists", "not_sqlite", "no_folder", "engine_closed", "no_key"),
    *("checkpoint_key", "checkpoint_key_given", "checkpoint_key_there", "checkpoint_rolled_back"),
}
# Told to programs, as a problem type of the API: pages sign in by password.
OF_THE_API = {"token_unknown", "token_expired", "token_revoked", "account_closed"}
# Told by the page of the case, in a sentence that names the activity.
OF_THE_CASE = {"begun_meanwhile"}


def _sources() -> Iterator[ast.Module]:
    for path in sorted(ENGINE.rglob("*.py")):
        if not set(OF_DIAGRAMS) & set(path.parts):
            yield ast.parse(path.read_text("utf-8"))


def _called(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else ""


def _text(node: ast.expr | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _codes(*names: str, keyword: str = "") -> set[str]:
    """The codes that calls of these names (or with that keyword) are given."""
    found = set()
    for module in _sources():
        for call in (n for n in ast.walk(module) if isinstance(n, ast.Call)):
            if _called(call) in names and call.args:
                found.add(_text(call.args[0]))
            found |= {_text(k.value) for k in call.keywords if keyword and k.arg == keyword}
    return {code for code in found if code and re.fullmatch(r"[a-z_]+", code)}


def _class_codes() -> set[str]:
    public = [getattr(engine, name) for name in engine.__all__]
    kinds = [k for k in public if isinstance(k, type) and issubclass(k, ServiceplanError)]
    return {kind.code for kind in kinds}


def test_every_problem_of_the_engine_has_a_swedish_text() -> None:
    assert _codes("Problem", "Wrong", "_refused") - PROBLEMS.keys() == set()


def test_every_error_of_the_engine_has_a_title_and_a_text() -> None:
    known = ERRORS.keys() | PROBLEMS.keys() | OF_THE_COMMAND | OF_THE_API | OF_THE_CASE
    assert (_codes(keyword="code") | _class_codes()) - known == set()


def test_what_only_programs_are_told_is_a_problem_type_of_the_api() -> None:
    assert BY_CODE.keys() >= OF_THE_API


def test_the_nearest_class_of_an_error_decides_its_status() -> None:
    assert status_of(Conflict()) == 409
    assert status_of(Invalid([])) == 422
    assert status_of(NotAuthenticated()) == 401
    assert status_of(NotAllowed()) == 403
    assert status_of(DatabaseNewer()) == 503
    assert status_of(ServiceplanError()) == 500


@pytest.mark.parametrize("language", i18n.LANGUAGES)
@pytest.mark.parametrize("code", PROBLEMS)
def test_a_problem_reads_well_even_without_its_parameters(
    app: Flask, code: str, language: str
) -> None:
    with app.test_request_context(f"/?lang={language}"):
        text = problem_text(Problem(code, "the engine's own message"))
    assert "%(" not in text
    assert text.endswith(".")


@pytest.mark.parametrize("code", ERRORS)
def test_every_error_is_told_in_english_too(app: Flask, code: str) -> None:
    with app.test_request_context("/"):
        swedish = error_texts(code, {"seconds": 8, "maximum": "10 MB"})
    with app.test_request_context("/?lang=en"):
        english = error_texts(code, {"seconds": 8, "maximum": "10 MB"})
    assert not set(swedish) & set(english)


def test_a_code_that_nobody_has_written_a_text_for_shows_the_engines_message(app: Flask) -> None:
    with app.test_request_context("/"):
        assert problem_text(Problem("brand_new", "It is new.")) == "It is new."
        title, text = error_page_texts(ServiceplanError("Something new.", code="brand_new"))
    assert title == "Något gick fel"
    assert text


def test_limits_are_written_as_people_write_them(app: Flask) -> None:
    with app.test_request_context("/"):
        large = Problem("file_too_large", "x", params={"maximum": 10_000_000})
        low = Problem("too_small", "x", params={"minimum": "345000.5"})
        often = Problem("too_small", "x", params={"minimum": "P3M"})
        role = Problem("not_in_role", "x", params={"role": "saljare"})
        assert "10\u00a0MB" in problem_text(large)
        assert "345\u00a0000,5" in problem_text(low)
        assert "3 månader" in problem_text(often)
        assert "Säljare" in problem_text(role)
