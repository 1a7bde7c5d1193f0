"""Small processes, written in a few words, and a person who lives through them.

BPMN without prefixes, with ``[[a > b > c]]`` for sequence flows and ``[[a > b if x = 1]]`` for one
with a condition.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from lxml import etree

from engine.bpmn import model
from engine.config.settings import LimitSettings
from engine.definitions.evaluation import Evaluator
from engine.runtime.executor import Executor, Wait
from engine.runtime.spiff.workflow import Thrown, TokenTree

MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"
FLOWS = re.compile(r"\[\[(.*?)\]\]")

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
EVALUATOR = Evaluator({}, lambda: NOON)
"""Evaluates at noon, without settings."""

EVENTS = """
<message id="M" name="M"/><message id="N" name="N"/><signal id="S" name="S"/>
<error id="E" errorCode="E1"/><error id="F" errorCode="E2"/>
<escalation id="X" escalationCode="X1"/><escalation id="Y" escalationCode="Y1"/>
<signalEventDefinition id="shared_signal" signalRef="S"/>
"""


def executor(body: str, *, limits: LimitSettings | None = None) -> Executor:
    """The process of ``body``; messages M and N, signal S, errors E1 and E2 and escalation X1 are
    there."""
    flows = Flows()
    text = (
        f'<definitions xmlns="{MODEL}">{EVENTS}<process id="P" isExecutable="true">'
        f"{FLOWS.sub(flows.draw, body)}</process></definitions>"
    )
    [process] = model.read(etree.fromstring(text.encode()))
    return Executor(process, EVALUATOR.evaluate, limits or LimitSettings())


class Flows:
    """Numbers the sequence flows of one diagram."""

    def __init__(self) -> None:
        self.count = 0

    def draw(self, found: re.Match[str]) -> str:
        path, _, condition = found[1].partition(" if ")
        nodes = [node.strip() for node in path.split(">")]
        return "".join(self._flow(source, target, condition) for source, target in pairwise(nodes))

    def _flow(self, source: str, target: str, condition: str) -> str:
        self.count += 1
        text = condition.replace("<", "&lt;").replace(">", "&gt;")
        inner = f"<conditionExpression>= {text}</conditionExpression>" if text else ""
        return (
            f'<sequenceFlow id="f{self.count}_{source}_{target}" sourceRef="{source}" '
            f'targetRef="{target}">{inner}</sequenceFlow>'
        )


class Life:
    """One instance. With ``stored`` its state is written and read again after every step."""

    def __init__(self, made: Executor, *, stored: bool, at: str | None = None, **known: Any):
        self.executor = made
        self.stored = stored
        self.process = self.begin_with(made, dict(known))
        self.trace: list[str] = []
        self.thrown: list[Thrown] = []
        made.start(self.process, at)
        self._after()

    def begin_with(self, made: Executor, known: dict[str, Any]) -> TokenTree:
        return made.new(known)

    def _after(self) -> None:
        effects = self.process.effects
        self.trace += effects.trace
        self.thrown += effects.thrown
        effects.trace.clear()
        effects.thrown.clear()
        effects.passed.clear()
        # Each step is a transaction of its own.
        self.process.steps = 0
        self.size = len(self.executor.dump(self.process))
        if self.stored and self.process.ended is None:
            state = self.executor.dump(self.process)
            self.process = self.executor.load(state, self.process.variables)

    def settled(self) -> Life:
        """After the process was moved by hand."""
        self._after()
        return self

    def waits(self, *kinds: str) -> list[Wait]:
        found = self.executor.waits(self.process)
        return [w for w in found if w.kind in kinds] if self.process.ended is None else []

    @property
    def open(self) -> list[str]:
        """The user tasks that are offered."""
        return sorted(w.element_id for w in self.waits("user"))

    @property
    def ended(self) -> str | None:
        return self.process.ended

    @property
    def error(self) -> str | None:
        """The code of the error that nobody caught."""
        return self.process.effects.error and self.process.effects.error.name

    @property
    def stuck(self) -> str | None:
        """The first element at which tokens wait for ever."""
        return next((element for element, _ in self.executor.deadlocks(self.process)), None)

    @property
    def done(self) -> Counter[str]:
        return Counter(self.trace)

    def order(self, *elements: str) -> list[str]:
        """The order in which these were done."""
        return [element for element in self.trace if element in elements]

    def do(self, *tasks: str, **values: Any) -> Life:
        """Complete user tasks, one after the other."""
        for task in tasks:
            token = next(w.token for w in self.waits("user") if w.element_id == task)
            self.executor.complete(self.process, token, values)
            self._after()
        return self

    def hear(self, kind: str, name: str | None = None, **values: Any) -> Life:
        """A message or signal comes, or a timer's time."""
        wait = next(w for w in self.waits(kind) if w.name == name)
        self.executor.wake(self.process, wait.token, values, kind=kind, name=name)
        self._after()
        return self

    def begin(self, element: str) -> Life:
        """Begin an activity of an ad-hoc sub-process."""
        token = next(t for t, _, names in self.executor.choices(self.process) if element in names)
        self.executor.begin_inner(self.process, token, element)
        self._after()
        return self


RunningInstance = Callable[..., Life]
"""Starts a small process: ``live(body, **variables)``."""


def undoable(task: str, handler: str = "") -> str:
    """A user task that another user task undoes."""
    undo = handler or f"un{task}"
    return (
        f'<userTask id="{task}"/><boundaryEvent id="c_{task}" attachedToRef="{task}">'
        f"<compensateEventDefinition/></boundaryEvent>"
        f'<userTask id="{undo}" isForCompensation="true"/>'
        f'<association sourceRef="c_{task}" targetRef="{undo}"/>'
    )


def throw(element: str = "undo", kind: str = "intermediateThrowEvent", **attributes: str) -> str:
    """An event that throws compensation."""
    text = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return f'<{kind} id="{element}"><compensateEventDefinition{text}/></{kind}>'
