"""Nothing of one plan in Python: what the engine and the web know of the service plan, the diagrams
and the settings tell them. (The example company is the plan's own.)"""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from engine.bpmn import vocabulary
from engine.bpmn.source import parse
from tests.support.files import PROJECT, name, product
from tests.support.plan import WORKFLOWS

OTHER_MEANINGS = {
    "serviceplan": "the product's own name: its command, its cookie, its queue",
}
"""Words of the plan that are something else too where Python says them, with what."""


@cache
def plan_words() -> frozenset[str]:
    """Ids of processes, roles and values of the plan, and the names of its variables."""
    settings = tomllib.loads((PROJECT / "config.toml").read_text("utf-8"))
    found = {*settings["roles"], *settings["plan"], settings["cases"]["first_process"]}
    for path in sorted(WORKFLOWS.glob("*.bpmn")):
        for meta in vocabulary.read(parse(path.read_bytes(), path.name)).values():
            found |= {meta.id, *(v.name for v in meta.variables)}
            known = (meta.case.customer_name, meta.case.number, meta.case.start_date)
            found |= {v for v in known if v}
            forms = [t.form for t in meta.tasks.values()] + [m.form for m in meta.messages.values()]
            found |= {field.id for form in forms for field in form}
            found |= {
                f.target for call in meta.calls.values() for f in (*call.inputs, *call.outputs)
            }
            found |= set(meta.messages)
    return frozenset(found)


@cache
def strings(path: Path) -> tuple[tuple[int, str], ...]:
    """Every string of a module with its line."""
    return tuple(_strings(path))


def _strings(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value


def test_no_string_of_the_product_is_a_word_of_the_plan() -> None:
    words = plan_words()
    assert {"serviceplan", "fas_a", "kundansvarig", "avtalsstart", "kund", "arende"} <= words
    words = words - OTHER_MEANINGS.keys()
    found = [
        f"{name(path)}:{line}: {value!r}"
        for path in product()
        if name(path).startswith(("engine/", "web/")) and not name(path).startswith("web/example/")
        for line, value in strings(path)
        if value in words
    ]
    assert found == []


def test_the_products_name_is_no_process_to_the_engine() -> None:
    """Where the one word stands that is both: nothing of it starts, finds or names a process."""
    found = {
        name(path)
        for path in product()
        if name(path).startswith(("engine/", "web/"))
        for _, value in strings(path)
        if value == "serviceplan"
    }
    assert found <= {
        "engine/jobs/postgresql_queue.py",
        "web/command.py",
        "web/sessions.py",
    }


def test_templates_name_no_word_of_the_plan() -> None:
    words = {w for w in plan_words() if "_" in w or w in ("kundansvarig", "saljare", "avtalsstart")}
    for path in (PROJECT / "web" / "templates").rglob("*.html"):
        text = path.read_text("utf-8")
        assert not [w for w in words if f'"{w}"' in text or f"'{w}'" in text], path
