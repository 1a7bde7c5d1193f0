"""``docs/bpmn.md``, made of the claims."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tests.reference import events, flow, rest
from tests.reference.claims import ANSWERS, Claim
from tests.reference.rules import RULES
from tests.reference.rules import SECTIONS as RULE_SECTIONS
from tests.reference.rules.rule import WEIGHS

INTRODUCTION = """# What runs: BPMN, element by element

Every element of BPMN 2.0 (OMG formal/13-12-09), what Serviceplan does with it, and what it does \
not do. Each line is tested: those that run are lived through, those that do not are uploaded and \
the finding's code is the one that is named here. `make docs` writes the page from those tests.

- **runs**: does what the standard says, as told here.
- **runs, with a finding**: the process can be started; the finding says what is left out.
- **drawn only**: shown in the diagram, without a meaning for what runs.
- **kept as a drawing**: the file is taken, the process can be looked at but not started; the \
finding says what keeps it from running.
- **refused**: the upload is refused until it is mended, since it contradicts itself.

Expressions are FEEL. What a step needs beside BPMN (form, checklist, due date, signature, role, \
version of a call) is in our own extension elements, see \
[`workflows/README.md`](../workflows/README.md).
"""


def sections() -> tuple[tuple[str, Sequence[Claim]], ...]:
    return (rest.SECTIONS[0], *flow.SECTIONS, events.SECTION, *rest.SECTIONS[1:])


def claims() -> list[Claim]:
    return [claim for _, part in sections() for claim in part]


def page() -> str:
    parts = [INTRODUCTION]
    for title, part in sections():
        parts += [f"\n## {title}\n", *_table(part)]
        if title == "Events":
            parts += _events()
    parts += _rules()
    return "\n".join(parts).rstrip() + "\n"


def _table(part: Sequence[Claim]) -> Iterator[str]:
    yield "| element | where | | how |"
    yield "|---|---|---|---|"
    for claim in part:
        codes = "".join(f" `{code}`" for code in claim.codes)
        elements = ", ".join(_code(e) for e in claim.element.split(", "))
        yield f"| {elements} | {claim.where} | {ANSWERS[claim.answer]}{codes} | {claim.text} |"


RULES_INTRODUCTION = """
## Rules

What a diagram is held to: {count} rules of BPMN 2.0.2, by the clauses and tables of formal/13-12-09. \
Each has diagrams that break it ({diagrams} in all, and where a rule holds everywhere also inside \
sub-processes, transactions and event sub-processes) and one that does not; the tests look at all \
of them.

- **refused**: the file contradicts itself.
- **drawing**: the file breaks BPMN so that running would do something else than is drawn: the \
process is kept as a drawing until that is mended.
- **drawing (not run here)**: BPMN allows it, but it cannot run here as drawn: kept as a drawing.
- **warning**, **info**: the process can be started; nothing is harmed.

In a process that is not to be run everything but what contradicts the file is only a warning.
"""


def _rules() -> Iterator[str]:
    diagrams = sum(len(rule.bad) for rule in RULES)
    yield RULES_INTRODUCTION.format(count=len(RULES), diagrams=diagrams).rstrip()
    for title, rules in RULE_SECTIONS:
        yield f"\n### {title}\n"
        yield "| clause | rule | finding | |"
        yield "|---|---|---|---|"
        for rule in rules:
            yield f"| {rule.clause} | {rule.text} | `{rule.code}` | {WEIGHS[rule.weighs]} |"


def _code(name: str) -> str:
    return name if " " in name else f"`{name}`"


def _events() -> Iterator[str]:
    yield "\nTriggers and results, by where the event stands (a dash: kept as a drawing, the "
    yield "standard does not have it).\n"
    yield f"| | {' | '.join(events.POSITIONS)} |"
    yield f"|---|{'---|' * len(events.POSITIONS)}"
    running = events.running()
    for trigger in events.TRIGGERS:
        cells = ("runs" if (trigger, p) in running else "–" for p in events.POSITIONS)
        name = "no definition" if trigger == "none" else f"`{trigger}EventDefinition`"
        yield f"| {name} | {' | '.join(cells)} |"
    yield ""
    for trigger, text in events.WHAT.items():
        if trigger != "multiple":
            yield f"- **{trigger}**: {text}"
