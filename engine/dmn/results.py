"""What becomes of a decision's value in a process: the shapes that a business rule task can ask
for, and which of the inputs a decision has looked at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.dmn.boxed import BoxedTable
from engine.dmn.errors import DecisionError
from engine.dmn.model import DecisionElement, DecisionService


class WatchedVariables(dict[str, Any]):
    """Variables that remember which of them were looked at."""

    def __init__(self, values: Mapping[str, Any]):
        super().__init__(values)
        self._seen: set[str] = set()

    def __getitem__(self, name: str) -> Any:
        self._seen.add(name)
        return super().__getitem__(name)

    def get(self, name: str, default: Any = None) -> Any:
        """As of any dictionary, and the name counts as looked at."""
        self._seen.add(name)
        return super().get(name, default)

    @property
    def used(self) -> dict[str, Any]:
        """The variables that were looked at and are there, in alphabetical order."""
        return {name: dict.get(self, name) for name in sorted(self._seen) if name in self}


def shaped(value: Any, mapping: str, element: DecisionElement | DecisionService) -> Any:
    """A decision's value as ``mapping`` asks for it (see ``DecisionCall``).

    Raises DecisionError when the value does not have that shape: several rules held where one
    entry is asked for, or several outputs.
    """
    if mapping == "value":
        return value
    rows = [_row(each, element) for each in _rows(value)]
    if mapping == "resultList":
        return rows
    if mapping == "collectEntries":
        return [_entry(row, element) for row in rows]
    if len(rows) > 1:
        raise _unfit(element, f"{len(rows)} rules held, and one result is asked for ({mapping})")
    if not rows:
        return None
    return rows[0] if mapping == "singleResult" else _entry(rows[0], element)


def as_variables(value: Any, element: DecisionElement | DecisionService) -> dict[str, Any]:
    """The variables that a value gives when none is named for it: each entry of a context one;
    anything else the one that the decision itself is called."""
    if isinstance(value, dict):
        return value
    names = _outputs(element)
    if value is None and len(names) > 1:
        return dict.fromkeys(names)
    if isinstance(value, list) or len(names) != 1:
        return {element.variable or element.id: value}
    return {names[0]: value}


def _rows(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _row(value: Any, element: DecisionElement | DecisionService) -> dict[str, Any]:
    if isinstance(value, dict):
        return value
    names = _outputs(element)
    return {names[0] if len(names) == 1 else element.variable or element.id: value}


def _entry(row: dict[str, Any], element: DecisionElement | DecisionService) -> Any:
    if len(row) != 1:
        raise _unfit(element, f"it has the outputs {', '.join(row)}, and one is asked for")
    return next(iter(row.values()))


def _outputs(element: DecisionElement | DecisionService) -> list[str]:
    """The names of a decision table's outputs."""
    logic = element.logic if isinstance(element, DecisionElement) else None
    if not isinstance(logic, BoxedTable):
        return []
    return [output.name for output in logic.outputs if output.name]


def _unfit(element: DecisionElement | DecisionService, message: str) -> DecisionError:
    return DecisionError(
        f'"{element.name}": {message}',
        code="result",
        element_id=element.id,
        element_name=element.name,
    )
