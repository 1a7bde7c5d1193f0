"""The shape of a rule of BPMN, and the small language of its diagrams."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from tests.reference.claims import PLAIN, TRIGGERS, Claim, event, file, t
from tests.support.processes import EVENTS

Weighs = Literal["refused", "breaks", "gap", "warning", "info"]
WEIGHS: dict[Weighs, str] = {
    "refused": "refused",
    "breaks": "drawing",
    "gap": "drawing (not run here)",
    "warning": "warning",
    "info": "info",
}
"""What becomes of a file that breaks a rule, and how the page says it."""


@dataclass(frozen=True)
class Rule:
    """``clause`` is where BPMN 2.0.2 says what ``text`` says in short. Each diagram of ``bad``
    breaks the rule and gets the finding ``code``; ``good``, the same thing done right (of each, when
    there are several), does not.
    What stands behind ``||`` in a diagram stands beside the process.

    ``everywhere``: the rule holds in a sub-process of any kind as in a process, so the tests put
    the diagrams into each. ``startable``: what is right also runs here.
    """

    clause: str
    text: str
    code: str
    weighs: Weighs
    bad: tuple[str, ...]
    good: str | tuple[str, ...]
    everywhere: bool = True
    startable: bool = True

    @property
    def right(self) -> tuple[str, ...]:
        """The diagrams that follow the rule."""
        return (self.good,) if isinstance(self.good, str) else self.good


CHILD = (
    '<process id="Q" isExecutable="true"><startEvent id="qs"/><userTask id="c"/>'
    '<endEvent id="qe"/>[[qs > c > qe]]</process>'
)
"""A process that can be called."""
STEP = f"{PLAIN}{t('a')}[[s > a > e]]"
"""A start, the user task ``a`` and an end."""
_INSIDE = '<task id="{0}_in"/>'
_ACTIVITIES = {
    "task": '<task id="{0}" {1}>{2}</task>',
    "userTask": '<userTask id="{0}" {1}>{2}</userTask>',
    "manualTask": '<manualTask id="{0}" {1}>{2}</manualTask>',
    "scriptTask": '<scriptTask id="{0}" scriptFormat="feel" {1}>{2}<script>= {{x: 2}}</script>'
    "</scriptTask>",
    "sendTask": '<sendTask id="{0}" messageRef="M" {1}>{2}</sendTask>',
    "receiveTask": '<receiveTask id="{0}" messageRef="M" {1}>{2}</receiveTask>',
    "serviceTask": '<serviceTask id="{0}" {1}>{2}</serviceTask>',
    "businessRuleTask": '<businessRuleTask id="{0}" {1}>{2}</businessRuleTask>',
    "callActivity": '<callActivity id="{0}" calledElement="Q" {1}>{2}</callActivity>',
    "subProcess": '<subProcess id="{0}" {1}>{2}' + _INSIDE + "</subProcess>",
    "transaction": '<transaction id="{0}" {1}>{2}' + _INSIDE + "</transaction>",
    "adHocSubProcess": '<adHocSubProcess id="{0}" {1}>{2}' + _INSIDE + "</adHocSubProcess>",
}
ACTIVITIES = tuple(_ACTIVITIES)
"""The kinds of activities."""
RUNNING = tuple(k for k in ACTIVITIES if k not in ("serviceTask", "businessRuleTask"))
"""Those of them that run (a business rule task does with a decision)."""
SCOPES = ("subProcess", "transaction", "adHocSubProcess")
"""The activities that hold others."""
GATEWAYS = (
    "exclusiveGateway",
    "inclusiveGateway",
    "parallelGateway",
    "complexGateway",
    "eventBasedGateway",
)
"""The kinds of gateways."""


def act(kind: str, ident: str = "a", attributes: str = "", inner: str = "") -> str:
    """An activity of this kind that nothing is wrong with."""
    return _ACTIVITIES[kind].format(ident, attributes, inner)


def node(kind: str, ident: str, inner: str = "", **attributes: str) -> str:
    """``node("userTask", "a", startQuantity="0")``"""
    given = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return f'<{kind} id="{ident}"{given}>{inner}</{kind}>'


def sub(inner: str, ident: str = "k", kind: str = "subProcess", **attributes: str) -> str:
    """A sub-process with this in it."""
    return node(kind, ident, inner, **attributes)


def flow(ident: str, source: str, target: str, inner: str = "", more: str = "") -> str:
    """A sequence flow with an id of its own."""
    return (
        f'<sequenceFlow id="{ident}" sourceRef="{source}" targetRef="{target}"{more}>{inner}'
        "</sequenceFlow>"
    )


def pools(inner: str, theirs: str = "") -> str:
    """The process P in the pool ``us``, the process Z in ``them``, a black box ``box``."""
    other = f'<process id="Z" isExecutable="false">{theirs}</process>' if theirs else ""
    pool = '<participant id="them" processRef="Z"/>' if theirs else '<participant id="them"/>'
    return (
        f'{other}<collaboration id="co"><participant id="us" processRef="P"/>{pool}'
        f'<participant id="box"/>{inner}</collaboration>'
    )


def message_flow(source: str, target: str, ident: str = "mf") -> str:
    """A message flow."""
    return f'<messageFlow id="{ident}" sourceRef="{source}" targetRef="{target}"/>'


def written(diagram: str) -> bytes:
    """The whole file of a diagram, with the messages, signals … that it uses."""
    body, _, top = diagram.partition("||")
    used = [name for name in _DECLARED if f'"{name}"' in diagram or f">{name}<" in diagram]
    if "shared_signal" in used:
        used.append("S")
    declared = "".join(_DECLARED[name] for name in dict.fromkeys(used))
    return file(Claim("", "", "drawing", "", body, top=top), declared)


_DECLARED = {name: element for element, name in re.findall(r"(<\w+ id=\"(\w+)\"[^>]*/>)", EVENTS)}
"""What the tests' diagrams may refer to, by id."""


def nested(diagram: str) -> dict[str, str]:
    """The diagram inside every kind of scope, and two levels deep."""
    body, bars, top = diagram.partition("||")

    def around(inner: str, kind: str = "subProcess", level: str = "1") -> str:
        return (
            f'<startEvent id="s_{level}"/><endEvent id="e_{level}"/>'
            f"{sub(inner, f'k_{level}', kind)}[[s_{level} > k_{level} > e_{level}]]"
        )

    triggered = body.replace('<startEvent id="s"/>', event("startEvent", "s", "message"))
    aside = '<startEvent id="s_1"/><endEvent id="e_1"/>[[s_1 > e_1]]' + sub(
        triggered, "k_1", triggeredByEvent="true"
    )
    places = {
        "a sub-process": around(body),
        "a transaction": around(body, "transaction"),
        "a sub-process of a sub-process": around(around(body), level="2"),
    }
    if triggered != body:
        places["an event sub-process"] = aside
    return {name: place + bars + top for name, place in places.items()}


__all__ = ["PLAIN", "TRIGGERS", "Rule", "event", "t"]
