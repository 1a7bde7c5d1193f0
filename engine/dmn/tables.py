"""Decision tables. Source: DMN 1.5, chapter 8."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from engine.dmn import boxed, hits
from engine.dmn.compiler import (
    Compiled,
    LogicCompiler,
    Names,
    cost_of_parts,
    handles_boxed,
    names_of_parts,
)
from engine.dmn.run import hit, shown
from engine.feel.compare import equal
from engine.feel.scope import TESTED, Frame

_ANYTHING = frozenset({"", "-"})
"""The texts of a cell that any value meets."""


@dataclass(frozen=True, slots=True)
class _CompiledInput:
    """A condition column: its value, and the tests of its allowed values."""

    value: Compiled
    allowed: Compiled | None
    label: str


@dataclass(frozen=True, slots=True)
class _CompiledOutput:
    """A conclusion column: its possible values in order of importance (``ranked``), the tests that
    they are written as, and what it gives when no rule holds."""

    name: str
    ranked: Compiled | None
    allowed: Compiled | None
    default: Compiled | None


@dataclass(frozen=True, slots=True)
class _CompiledRule:
    """A rule: a test for each input, None where any value will do, and a conclusion for each
    output."""

    tests: tuple[Compiled | None, ...]
    results: tuple[Compiled, ...]


class CompiledTable:
    """A compiled decision table; one output gives its value, several a context of theirs."""

    def __init__(self, compiler: LogicCompiler, part: boxed.BoxedTable, names: Names):
        self.compiler = compiler
        self.part = part
        self.policy = hits.policy(part.policy, part.aggregation)
        if self.policy is None:
            raise compiler.error(f"there is no hit policy {part.policy}", part, code="table")
        if not part.outputs:
            raise compiler.error("a decision table needs an output", part, code="table")
        self.inputs = tuple(self._input(column, names) for column in part.inputs)
        self.outputs = tuple(self._output(column, names) for column in part.outputs)
        self.rules = tuple(
            self._rule(number, rule, names) for number, rule in enumerate(part.rules, 1)
        )
        if self.policy.ranks and not any(output.ranked for output in self.outputs):
            raise compiler.error(
                f"the hit policy {part.policy} needs output values in order of importance",
                part,
                code="table",
            )

    def _input(self, column: boxed.InputClause, names: Names) -> _CompiledInput:
        value = self.compiler.compile(column.expression, names)
        text = column.values
        if not text and column.expression is not None:
            text = self.compiler.types.allowed(column.expression.type)
        label = column.label or getattr(column.expression, "text", "")
        return _CompiledInput(value, self._tests(column.id, text, names), label)

    def _output(self, column: boxed.OutputClause, names: Names) -> _CompiledOutput:
        text = column.values or self.compiler.types.allowed(self._type(column))
        default = column.default
        return _CompiledOutput(
            column.name,
            self._ranked(column.id, text, names) if self.policy and self.policy.ranks else None,
            self._tests(column.id, text, names),
            None
            if default is None
            else self.compiler.typed(self.compiler.compile(default, names), column.type),
        )

    def _type(self, column: boxed.OutputClause) -> str:
        """The column's type; a table with one column may have it as its own."""
        return column.type or (self.part.type if len(self.part.outputs) == 1 else "")

    def _ranked(self, part_id: str, text: str, names: Names) -> Compiled | None:
        if not text:
            return None
        return self.compiler.compile(boxed.LiteralExpression(part_id, "", f"[{text}]"), names)

    def _tests(self, part_id: str, text: str, names: Names) -> Compiled | None:
        if text in _ANYTHING:
            return None
        return self._cell(boxed.LiteralExpression(part_id, "", text), names)

    def _cell(self, cell: boxed.LiteralExpression, names: Names) -> Compiled | None:
        if cell.text in _ANYTHING:
            return None
        tests = self.compiler.feel(cell, names, tests=True)
        return Compiled(tests.within, tests.cost, tests.possible_names)

    def _rule(self, number: int, rule: boxed.DecisionRule, names: Names) -> _CompiledRule:
        cells = (len(rule.tests), len(rule.results))
        if cells != (len(self.inputs), len(self.outputs)):
            raise self.compiler.error(
                f"rule {number} has {cells[0]} conditions and {cells[1]} conclusions for "
                f"{len(self.inputs)} inputs and {len(self.outputs)} outputs",
                self.part,
                code="table",
            )
        return _CompiledRule(
            tuple(self._cell(test, names) for test in rule.tests),
            tuple(
                self.compiler.typed(self.compiler.compile(result, names), column.type)
                for result, column in zip(rule.results, self.part.outputs, strict=True)
            ),
        )

    def parts(self) -> list[Compiled]:
        """All cells of the table."""
        cells = [column.value for column in self.inputs]
        for rule in self.rules:
            cells += [test for test in rule.tests if test is not None]
            cells += rule.results
        return cells

    def evaluate(self, frame: Frame) -> Any:
        """The table's value with the frame's variables."""
        assert self.policy is not None
        tested = self._tested(frame)
        if tested is None:
            return None
        held: list[int] = []
        for index, rule in enumerate(self.rules):
            if _holds(rule, tested):
                held.append(index)
                if self.policy.first_only:
                    break
        hit(frame.run, self.compiler.element, self.part.id, tuple(index + 1 for index in held))
        if not held:
            return self._default(frame)
        results = [self._result(self.rules[index], frame) for index in held]
        if self.policy.ranks:
            ranks = self._ranks(frame)
            results.sort(key=lambda result: _rank(result, ranks, frame))
        value, problem = self.policy.choose(
            [self._value(result) for result in results], len(self.outputs) > 1, frame.run
        )
        if problem:
            numbers = ", ".join(str(index + 1) for index in held)
            self.compiler.note(frame, self.policy.problem, f"rules {numbers}: {problem}")
        return value

    def _tested(self, frame: Frame) -> list[Frame] | None:
        """For each input a frame with its value; None when one is not among its values."""
        frames = []
        for column in self.inputs:
            value = column.value.code(frame)
            inner = Frame({TESTED: value}, frame, frame.run)
            if (
                value is not None
                and column.allowed is not None
                and column.allowed.code(inner) is not True
            ):
                message = f"{shown(value, frame.run)} is not among the values of {column.label}"
                self.compiler.note(frame, "values", message)
                return None
            frames.append(inner)
        return frames

    def _result(self, rule: _CompiledRule, frame: Frame) -> list[Any]:
        """The rule's conclusions; one that is not among its column's values becomes null."""
        values = []
        for cell, column in zip(rule.results, self.outputs, strict=True):
            value = cell.code(frame)
            if value is not None and column.allowed is not None:
                inner = Frame({TESTED: value}, frame, frame.run)
                if column.allowed.code(inner) is not True:
                    message = f"{shown(value, frame.run)} is not among the values of the output"
                    self.compiler.note(frame, "values", f"{message} {column.name}".rstrip())
                    value = None
            values.append(value)
        return values

    def _value(self, values: Sequence[Any]) -> Any:
        """A rule's conclusions as the table gives them: one alone, several as a context."""
        if len(self.outputs) == 1:
            return values[0]
        return {column.name: value for column, value in zip(self.outputs, values, strict=True)}

    def _default(self, frame: Frame) -> Any:
        """What the table gives when no rule holds (8.2.11)."""
        assert self.policy is not None
        if all(column.default is None for column in self.outputs):
            return self.policy.nothing()
        values = [
            None if column.default is None else column.default.code(frame)
            for column in self.outputs
        ]
        return self._value(values)

    def _ranks(self, frame: Frame) -> list[list[Any]]:
        """The possible values of each output, the most important first."""
        return [
            [] if column.ranked is None else column.ranked.code(frame) for column in self.outputs
        ]


def _holds(rule: _CompiledRule, tested: Sequence[Frame]) -> bool:
    """Whether the tested values meet all conditions of a rule."""
    return all(
        test is None or test.code(frame) is True
        for test, frame in zip(rule.tests, tested, strict=True)
    )


def _rank(result: Sequence[Any], ranks: Sequence[Sequence[Any]], frame: Frame) -> tuple[int, ...]:
    """Where the conclusions stand among the possible values, the first column first."""
    places = []
    for value, possible in zip(result, ranks, strict=True):
        frame.run.charge(len(possible))
        place = (index for index, other in enumerate(possible) if equal(value, other, frame.run))
        places.append(next(place, len(possible)))
    return tuple(places)


@handles_boxed(boxed.BoxedTable)
def _table(compiler: LogicCompiler, part: boxed.BoxedTable, names: Names) -> Compiled:
    table = CompiledTable(compiler, part, names)
    return Compiled(table.evaluate, cost_of_parts(table.parts()), names_of_parts(table.parts()))
