"""Expressions in diagrams: which language they are in, and whether they can be read.

Our expressions are FEEL and start with ``=``. A text without ``=`` is read as FEEL too when no
other language is declared; JUEL (``${…}``) and declared languages are told from it, so that a
finding can say what to do. Nothing here evaluates anything.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Literal

from lxml import etree

from engine import feel
from engine.bpmn.feel_words import both
from engine.bpmn.juel import NotSimple, is_juel, meant, to_feel

_PYTHON = re.compile(r"(?:^|[/.-])(?:x-)?(?:python|jython|py)\d*(?:$|[/.;-])", re.IGNORECASE)
_JUEL = re.compile(r"juel|(?:^|\W)uel(?:$|\W)|jsr.?(?:245|341)", re.IGNORECASE)
_FEEL = re.compile(r"feel", re.IGNORECASE)
_PYTHON_WORDS = frozenset({"not", "None", "elif"})
_PYTHON_STARTS = frozenset({"import", "lambda", "def", "del", "raise", "assert", "while", "class"})
_LITERALS = {"True": "true", "False": "false", "None": "null", "TRUE": "true", "FALSE": "false"}
_GIVEN = frozenset({"error"})
"""Functions that the engine gives to scripts beside those of FEEL."""
Language = Literal["feel", "python", "juel", "other", ""]
"""A language that an expression can be in; ``""`` when none is declared."""


@dataclass(frozen=True, slots=True)
class ExpressionProblem:
    """Why an expression cannot be run: a finding's code, and what its sentence needs."""

    code: str
    reason: str | tuple[str, str] = ""
    """In Swedish and English where they differ."""
    suggestion: str = ""


def feel_behind(text: str) -> str | None:
    """The FEEL behind a leading ``=``, None when the text has no leading ``=``."""
    stripped = text.strip()
    return stripped[1:].strip() if stripped.startswith("=") else None


def language(declared: str) -> Language:
    """What a declared language (a URI, a MIME type or a word) is, ``""`` for none."""
    declared = declared.strip()
    if not declared:
        return ""
    if _PYTHON.search(declared):
        return "python"
    if _FEEL.search(declared):
        return "feel"
    return "juel" if _JUEL.search(declared) else "other"


def declared_language(element: etree._Element, script: bool = False) -> str:
    """The language that the element itself declares, ``""`` when it declares none."""
    if script:
        parent = element.getparent()
        written = ("scriptFormat", "scriptLanguage")  # of a task, of a global task
        return "" if parent is None else next(filter(None, map(parent.get, written)), "")
    return element.get("language") or ""


def problem(text: str, declared: str = "", default: str = "") -> ExpressionProblem | None:
    """Why ``text`` cannot be run, None when it can.

    ``declared`` is the element's own language, ``default`` the file's ``expressionLanguage``
    (often left at a tool's preset, so a text that is FEEL is taken as FEEL).
    """
    if not text.strip():
        return ExpressionProblem("expression_empty")
    marked = feel_behind(text)
    if marked is not None:
        return _syntax(marked)
    spoken = language(declared)
    if spoken == "python":
        return ExpressionProblem("expression_python", suggestion=meant(text))
    if is_juel(text) or spoken == "juel":
        return _juel(text)
    if spoken == "other":
        return ExpressionProblem("expression_language", declared, meant(text))
    fault = _syntax(text)
    if fault is not None and spoken == "" and language(default) not in ("", "feel"):
        return ExpressionProblem("expression_language", default, meant(text))
    return fault


@lru_cache(maxsize=4096)
def _syntax(text: str) -> ExpressionProblem | None:
    if not text.strip():
        return ExpressionProblem("expression_empty")
    try:
        expression = feel.compile(text)
    except feel.FeelError as error:
        if _pythonic(text):
            return ExpressionProblem("expression_python", suggestion=meant(text))
        return ExpressionProblem("expression_syntax", both(error), _equals(text))
    unknown = sorted((expression.called & expression.names) - _GIVEN)
    if unknown:
        return ExpressionProblem("expression_function", unknown[0])
    for name in sorted(expression.names):
        words = name.split()
        # A name of several words is FEEL; these words stand in Python's grammar, not in names.
        python = words[0] in _PYTHON_STARTS or not _PYTHON_WORDS.isdisjoint(words)
        if len(words) > 1 and python:
            return ExpressionProblem("expression_python", suggestion=meant(text))
        if name in _LITERALS:
            return ExpressionProblem("expression_literal", name, _LITERALS[name])
    return None


def _pythonic(text: str) -> bool:
    """Is a text that is not FEEL built as only Python builds one: ``a not in b``,
    ``a if b else c``, ``[a for a in b]``, ``lambda a: b``?"""
    words = _WORD.findall(_LITERAL.sub("0", text).lstrip("= ("))
    if "lambda" in words or ("not", "in") in pairwise(words):
        return True
    return any(
        part in words[1:] and needed in words and twin not in words
        for part, needed, twin in (("if", "else", "then"), ("for", "in", "return"))
    )


_WORD = re.compile(r"\w+|\S")
_LITERAL = re.compile(r'"[^"]*"|\'[^\']*\'')


def _equals(text: str) -> str:
    """What was meant by ``==``, when that is FEEL."""
    meant = re.sub(r"(?<![<>=!])==(?!=)", "=", text).strip()
    if meant == text.strip():
        return ""
    try:
        feel.compile(meant)
    except feel.FeelError:
        return ""
    return f"= {meant}"


def _juel(text: str) -> ExpressionProblem:
    """Why a text in JUEL was not translated when the diagram was read."""
    if not is_juel(text):
        try:
            return ExpressionProblem("expression_juel_meant", suggestion=to_feel(f"${{{text}}}"))
        except NotSimple as error:
            return ExpressionProblem("expression_juel", (error.sv, error.en))
    try:
        return ExpressionProblem("expression_juel_meant", suggestion=to_feel(text))
    except NotSimple as error:
        return ExpressionProblem("expression_juel", (error.sv, error.en))


def names_in(text: str) -> frozenset[str]:
    """The variables that a FEEL text needs, none when it is not FEEL."""
    try:
        return feel.compile(feel_behind(text) or text).names
    except feel.FeelError:
        return frozenset()


def entries_in(text: str) -> frozenset[str]:
    """The entries of the context that a FEEL text makes, none when it makes no context."""
    try:
        return feel.compile(feel_behind(text) or text).entries
    except feel.FeelError:
        return frozenset()


def functions_in(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """The built-in functions that a FEEL text names without calling them, and the functions that
    it calls."""
    try:
        expression = feel.compile(feel_behind(text) or text)
    except feel.FeelError:
        return frozenset(), frozenset()
    return expression.uncalled, expression.called
