"""The tables of ``docs/python.md``: every error with its REST twin, every method of every part."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from typing import Any

import engine
from engine import Engine, ServiceplanError
from engine.service.transactions import Part
from web.api import problems

OUTSIDE = ("ConfigError",)
"""Errors that come of opening, not of a method."""


def written_into(page: str) -> str:
    """The page with the tables of today."""
    for name, lines in (("errors", _errors()), ("methods", _methods())):
        begin = f"<!-- Written by `make docs`, from tests/reference/python_api.py: {name}. -->"
        end = f"<!-- end of {name} -->"
        before, _, rest = page.partition(begin)
        _, _, after = rest.partition(end)
        page = "\n".join([before + begin, "", *lines]).rstrip() + f"\n\n{end}{after}"
    return page


# ---------------------------------------------------------------- errors


def _errors() -> Iterator[str]:
    yield "| error | what it says | problem | status |"
    yield "|---|---|---|---|"
    kinds = [getattr(engine, name) for name in engine.__all__]
    for kind in kinds:
        if isinstance(kind, type) and ServiceplanError in kind.__mro__[1:]:
            yield f"| `{kind.__name__}` | {_first_sentence(kind)} | {_twin(kind)} |"
    yield ""
    yield "These codes have a problem of their own:"
    yield ""
    yield "| `error_code` | problem | status |"
    yield "|---|---|---|"
    for code, name in problems.BY_CODE.items():
        yield f"| `{code}` | {_problem(name)} |"
    for codes, name in problems.BY_PROBLEMS:
        only = ", ".join(f"`{code}`" for code in sorted(codes))
        yield f"| `invalid`, with no other `problems` than {only} | {_problem(name)} |"


def _twin(kind: type[ServiceplanError]) -> str:
    if kind.__name__ in OUTSIDE:
        return "– | –"
    return _problem(next(name for base, name in problems.BY_CLASS if issubclass(kind, base)))


def _problem(name: str) -> str:
    return f"`{name}` | {problems.KINDS[name].status}"


# ---------------------------------------------------------------- methods


def parts() -> dict[str, type[Part]]:
    """The parts of an engine by noun, in the order in which ``Engine`` makes them."""
    source = inspect.getsource(Engine.__init__)
    known = {part.__name__: part for part in _below(Part)}
    return {
        noun: known[name] for noun, name in re.findall(r"self\.([a-z_]+) = ([A-Z]\w+)\(", source)
    }


def _below(kind: type[Part]) -> Iterator[type[Part]]:
    for part in kind.__subclasses__():
        yield part
        yield from _below(part)


def public(part: type[Part]) -> dict[str, Any]:
    """The public methods of a part, by name, in the order of its file."""
    kinds = [kind for kind in part.__mro__ if issubclass(kind, Part) and kind is not Part]
    return {
        name: method
        for kind in kinds
        for name, method in vars(kind).items()
        if inspect.isfunction(method) and not name.startswith("_")
    }


def _methods() -> Iterator[str]:
    for noun, part in parts().items():
        yield f"**`engine.{noun}`** – {_first_sentence(part)}"
        yield ""
        yield "| method | what it does |"
        yield "|---|---|"
        for name, method in public(part).items():
            yield f"| `{name}({_parameters(method)})` | {_first_sentence(method)} |"
        yield ""


def _parameters(method: Any) -> str:
    """The parameters as one would write them, those that need not be given in brackets."""
    given = [p for p in inspect.signature(method).parameters.values() if p.name != "self"]
    must = [
        f"{p.name}=…" if p.kind is p.KEYWORD_ONLY else p.name for p in given if p.default is p.empty
    ]
    may = [p.name for p in given if p.default is not p.empty]
    return ", ".join([*must, f"[{', '.join(may)}]"] if may else must)


def _first_sentence(thing: Any) -> str:
    text = " ".join((inspect.getdoc(thing) or "").split("\n\n")[0].split())
    sentence = re.split(r"(?<=[.:])\s(?=[A-Z:])", text, maxsplit=1)[0]
    return sentence.replace("``", "`").replace("|", "\\|")
