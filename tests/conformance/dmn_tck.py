"""Runs folders of the DMN Technology Compatibility Kit against the engine's decisions.

``python -m tests.conformance.dmn_tck DIR… [--quiet]`` (or the file itself, from the project's
root). A DIR is a test folder, or holds such folders at any depth. A test folder has models
(``*.dmn``) and test cases (``*-test-*.xml``); a case passes when every result node equals what is
expected. What does not pass is listed with its reason, and the last line counts.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from engine import feel
from engine.bpmn import source
from engine.bpmn.names import XSI, XSI_TYPE, local
from engine.dmn import DecisionError, DecisionResult, DmnModel
from engine.errors import ServiceplanError
from engine.feel.budget import Run
from engine.feel.compare import equal

# The test cases are longer files than any that a model may be.
LIMITS = source.XmlLimits(bytes=20_000_000, elements=500_000)
# Some expected numbers were calculated with floats.
NEAR = Decimal("1e-8")
READERS = {
    "boolean": lambda text: text.strip() in ("true", "1"),
    "date": "date(x)",
    "dateTime": "date and time(x)",
    "decimal": "number(x)",
    "double": "number(x)",
    "duration": "duration(x)",
    "float": "number(x)",
    "int": "number(x)",
    "integer": "number(x)",
    "long": "number(x)",
    "string": str,
    "time": "time(x)",
}


def folders(roots: list[Path]) -> Iterator[Path]:
    """The test folders at or below the roots."""
    for root in roots:
        found = {file.parent for file in root.rglob("*.dmn")}
        yield from sorted(folder for folder in found if list(tests(folder)))


def tests(folder: Path) -> Iterator[Path]:
    """The files with test cases."""
    return (file for file in sorted(folder.glob("*.xml")) if "test" in file.name)


def children(element: Any, *names: str) -> list[Any]:
    return [part for part in element if local(part) in names]


def read_value(element: Any) -> Any:
    """A value of a test case: the element holds ``value``, ``list`` or ``component`` elements."""
    components = children(element, "component")
    if components:
        return {part.get("name"): read_value(part) for part in components}
    for part in children(element, "list", "value"):
        if local(part) == "list":
            return [read_value(item) for item in children(part, "item")]
        return read_simple(part)
    return None


def read_simple(element: Any) -> Any:
    if element.get(f"{{{XSI}}}nil") in ("true", "1"):
        return None
    reader = READERS[(element.get(XSI_TYPE) or "string").rpartition(":")[2]]
    text = "".join(element.itertext())
    if callable(reader):
        return reader(text)
    return feel.compile(reader).evaluate({"x": text.strip()})


class Folder:
    """The models of a folder, each read once."""

    def __init__(self, path: Path):
        self.path = path
        self.files = sorted(path.glob("*.dmn"))
        self.models: dict[str, DmnModel] = {}

    def model(self, name: str) -> DmnModel:
        if name not in self.models:
            wanted = next((file for file in self.files if file.name == name), self.files[0])
            others = [(file.read_bytes(), file.name) for file in self.files if file != wanted]
            self.models[name] = DmnModel.read(wanted.read_bytes(), wanted.name, imported=others)
        return self.models[name]

    def cases(self) -> Iterator[tuple[str, str]]:
        """Each case's name and what is wrong with it, an empty text when it passes."""
        for file in tests(self.path):
            root = source.parse(file.read_bytes(), file.name, LIMITS, root=None).getroot()
            names = children(root, "modelName")
            name = (names[0].text or "").strip() if names else ""
            for number, case in enumerate(children(root, "testCase"), 1):
                label = f"{self.path.name}/{case.get('id') or number}"
                yield label, self.run(case, name)

    def run(self, case: Any, model_name: str) -> str:
        inputs = {node.get("name"): read_value(node) for node in children(case, "inputNode")}
        invoked = case.get("invocableName")
        wrong = []
        for node in children(case, "resultNode"):
            problem = self.check(node, model_name, inputs, invoked)
            if problem:
                wrong.append(f"{node.get('name')}: {problem}")
        return "; ".join(wrong)

    def check(
        self, node: Any, model_name: str, inputs: Mapping[str, Any], invoked: str | None
    ) -> str:
        name = node.get("name")
        expected = read_value((children(node, "expected") or [node])[0])
        error = node.get("errorResult") == "true"
        try:
            model = self.model(model_name)
            outcome = model.decide(invoked or name, inputs, now=datetime.now(UTC))
        except DecisionError as problem:
            return "" if error else f"{problem.error_code}: {problem.message}"
        except ServiceplanError as problem:
            return f"{problem.error_code}: {problem.message}"
        value = outcome.value
        if invoked and len(outcome.decisions) > 1 and isinstance(value, dict):
            value = value.get(name)
        if same(value, expected):
            return ""
        return f"{value!r} is not {expected!r}{told(outcome)}"


def same(value: Any, expected: Any) -> bool:
    """FEEL's equality, deeply; numbers as near as the kit's own runners ask for."""
    if isinstance(expected, Decimal) and isinstance(value, Decimal):
        return abs(value - expected) <= NEAR
    if isinstance(expected, list) and isinstance(value, list):
        return len(value) == len(expected) and all(map(same, value, expected))
    if isinstance(expected, dict) and isinstance(value, dict):
        return value.keys() == expected.keys() and all(
            same(value[name], expected[name]) for name in expected
        )
    return equal(value, expected, Run()) is True


def told(outcome: DecisionResult) -> str:
    return "".join(f" ({note.element}: {note.message})" for note in outcome.notes[:2])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path, metavar="DIR")
    parser.add_argument("--quiet", action="store_true", help="only the figures")
    asked = parser.parse_args()
    counts: dict[str, Counter[bool]] = {}
    for path in folders(asked.folders):
        for label, problem in Folder(path).cases():
            counts.setdefault(path.parent.name, Counter())[not problem] += 1
            if problem and not asked.quiet:
                print(f"{label}: {problem[:300]}")
    for group, figures in counts.items():
        print(f"{group:<24}{figures[True]:>7} passed{figures[False]:>7} failed")
    total = sum(counts.values(), Counter[bool]())
    print(f"{total[True]} passed, {total[False]} failed")
    return 1 if total[False] else 0


if __name__ == "__main__":
    sys.exit(main())
