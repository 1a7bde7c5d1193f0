"""Where the mutations begin: the project's own diagrams, sound ones and nasty ones."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from tests.support import dmn

PROJECT = Path(__file__).parents[2]
FOLDERS = ("workflows", "tests/conformance/scenarios", "tests/conformance/bad")
LARGEST = 200_000
"""Bytes. What is larger is in the corpus for its size alone; a mutation would tell nothing."""


@cache
def diagrams() -> tuple[bytes, ...]:
    """BPMN files (and a few that only say they are)."""
    paths = [p for folder in FOLDERS for p in sorted((PROJECT / folder).glob("*.bpmn"))]
    return tuple(data for p in paths if len(data := p.read_bytes()) < LARGEST)


@cache
def decision_models() -> tuple[bytes, ...]:
    """DMN files that use each boxed expression, hit policy and kind of requirement."""
    numbers = dmn.table(
        "COLLECT", ["a [<10, >=10]", "b"], ["out"], '<10 | "x" => 1', "- | - => a * 2",
        aggregation="SUM",
    )  # fmt: skip
    texts = dmn.table(
        "PRIORITY", ["a"], ['out ["high", "low"] = "low"'], '> 5 => "high"', '- => "low"'
    )
    typed = dmn.table("UNIQUE", ["a"], ["out"], "[1..5] => 1", "not([1..5]) => 2")
    boxed = dmn.context(x=dmn.literal("a + 1"), y=dmn.literal("x * 2"), result=dmn.literal("y"))
    call = dmn.literal("twice(a)")
    twice = dmn.knowledge("twice", "n:number", dmn.literal("n * 2"))
    types = (dmn.item("tKind", "string", allowed='"high", "low"'), dmn.structure("tPair", a="x"))
    inputs = (dmn.data("a", "number"), dmn.data("b", "string"))
    return (
        dmn.file(*inputs, dmn.decision("d", numbers, needs=["a", "b"])),
        dmn.file(*types, *inputs, dmn.decision("d", texts, needs=["a"], type="tKind")),
        dmn.file(*inputs, dmn.decision("d", typed, needs=["a"], type="number")),
        dmn.file(*inputs, twice, dmn.decision("d", call, needs=["a", "!twice"])),
        dmn.file(
            *inputs,
            dmn.decision("inner", boxed, needs=["a"]),
            dmn.decision("d", dmn.literal("inner + 1"), needs=["inner"]),
            dmn.service("s", ["d"], inputs=["a"]),
        ),
        dmn.file(*inputs, dmn.decision("d", dmn.function("p q", dmn.literal("p(q)")), needs=["a"])),
    )
