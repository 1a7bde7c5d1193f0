"""The shape of a claim about an element, and the small language of its diagram and its life."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from engine import Source
from tests.support import dmn
from tests.support.processes import EVENTS, FLOWS, MODEL, Flows

Answer = Literal["runs", "shown", "told", "drawing", "refused"]
ANSWERS: dict[Answer, str] = {
    "runs": "runs",
    "shown": "drawn only",
    "told": "runs, with a finding",
    "drawing": "kept as a drawing",
    "refused": "refused",
}


@dataclass(frozen=True)
class Claim:
    """``element`` is BPMN's name, ``where`` the place or the attributes that the claim is about.

    ``diagram`` is what stands in the process (or, with ``top``, beside it). ``life`` is what is
    seen when it is lived through, step by step: ``a`` completes the user task a, ``+PT1H`` lets an
    hour pass, ``!M`` sends the message M, ``x=2`` sets a variable, ``[a b]`` are the tasks that are open then, ``end`` says
    that the case is over and ``incident`` that it is stopped. ``codes`` are findings that must be
    told; a claim that it runs has none that is an error. ``decision`` is the FEEL of a DMN decision d
    that is deployed with it.
    """

    element: str
    where: str
    answer: Answer
    text: str
    diagram: str = ""
    life: str = ""
    codes: tuple[str, ...] = ()
    top: str = ""
    executable: bool = True
    decision: str = ""


def sources(claim: Claim) -> list[Source]:
    """What is uploaded together."""
    files = [Source("claim.bpmn", file(claim))]
    if claim.decision:
        made = dmn.decision("d", dmn.literal(claim.decision))
        files.append(Source("claim.dmn", dmn.file(made)))
    return files


def t(*names: str) -> str:
    """User tasks."""
    return "".join(f'<userTask id="{name}"/>' for name in names)


def event(position: str, ident: str, trigger: str, **attributes: str) -> str:
    """``event("boundaryEvent", "b", "timer", attachedToRef="a")``"""
    given = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return f'<{position} id="{ident}"{given}>{TRIGGERS.get(trigger, "")}</{position}>'


TRIGGERS = {
    "none": "",
    "message": '<messageEventDefinition messageRef="M"/>',
    "timer": "<timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition>",
    "signal": '<signalEventDefinition signalRef="S"/>',
    "error": '<errorEventDefinition errorRef="E"/>',
    "escalation": '<escalationEventDefinition escalationRef="X"/>',
    "conditional": "<conditionalEventDefinition><condition>= x &gt; 1</condition>"
    "</conditionalEventDefinition>",
    "link": '<linkEventDefinition name="L"/>',
    "compensate": "<compensateEventDefinition/>",
    "cancel": "<cancelEventDefinition/>",
    "terminate": "<terminateEventDefinition/>",
}
PLAIN = '<startEvent id="s"/><endEvent id="e"/>'


def file(claim: Claim, declared: str = EVENTS) -> bytes:
    """The whole file of a claim's diagram; ``declared`` is what its events refer to."""
    flows = Flows()
    body = FLOWS.sub(flows.draw, claim.diagram)
    top = FLOWS.sub(flows.draw, claim.top)
    defaults = '<sp:variable name="x" default="= 1"/><sp:variable name="xs" default="= [1, 2]"/>'
    executable = str(claim.executable).lower()
    return (
        f'<definitions xmlns="{MODEL}" xmlns:sp="urn:serviceplan:bpmn:1" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" targetNamespace="urn:claims">'
        f'{declared}<process id="P" isExecutable="{executable}"><extensionElements>{defaults}'
        f"</extensionElements>{body}</process>{top}</definitions>"
    ).encode()
