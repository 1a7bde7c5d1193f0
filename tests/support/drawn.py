"""Diagrams in a line of text: ``s > x; x? > a > e`` draws flows, ``x="exclusive"`` says kinds.

``s…`` and ``is`` are start events, ``e``, ``f``, ``ie``, ``if`` end events and the rest user tasks
unless a kind is given. ``x?`` draws a flow with a condition, ``x? (ja)`` one with a name too,
``a@`` one out of an interrupting timer on ``a`` and ``a~`` out of one that does not interrupt.
"""

from __future__ import annotations

import re
from itertools import pairwise

_TIMER = "<timerEventDefinition><timeDuration>P1D</timeDuration></timerEventDefinition>"
_KINDS = {
    "start": '<startEvent id="{0}"/>',
    "end": '<endEvent id="{0}"/>',
    "task": '<userTask id="{0}"/>',
    "script": '<scriptTask id="{0}"><script>= {{x: 1}}</script></scriptTask>',
    "terminate": '<endEvent id="{0}"><terminateEventDefinition/></endEvent>',
    "error": '<endEvent id="{0}"><errorEventDefinition/></endEvent>',
    "timer": '<intermediateCatchEvent id="{0}">' + _TIMER + "</intermediateCatchEvent>",
    **{
        gateway: f'<{gateway}Gateway id="{{0}}"/>'
        for gateway in ("exclusive", "parallel", "inclusive", "complex", "eventBased")
    },
}
_STARTS = frozenset({"s", "is"})
_ENDS = re.compile(r"i?[ef]|[lr]e")
_PART = re.compile(r"(?P<id>\w+)(?P<mark>[?@~]?)(?:\s*\((?P<name>\w+)\))?")


def drawn(text: str, **kinds: str) -> str:
    """The content of a process; a kind that begins with ``<`` is the element itself."""
    elements: dict[str, str] = {}
    flows: list[str] = []
    for chain in filter(None, map(str.strip, text.split(";"))):
        parts = [_PART.fullmatch(part.strip()) for part in chain.split(">")]
        found = [part for part in parts if part is not None]
        assert len(found) == len(parts), chain
        for part in found:
            elements.setdefault(part["id"], _element(part["id"], kinds))
        for source, target in pairwise(found):
            ident = source["id"]
            if source["mark"] in ("@", "~"):
                ident += "_event"
                elements[ident] = _boundary(source["id"], source["mark"])
            flows.append(_flow(len(flows), ident, target["id"], source))
    return "\n".join([*elements.values(), *flows])


def _element(ident: str, kinds: dict[str, str]) -> str:
    kind = kinds.get(ident)
    if kind is None:
        kind = "start" if ident in _STARTS else "end" if _ENDS.fullmatch(ident) else "task"
    return kind if kind.startswith("<") else _KINDS[kind].format(ident)


def _boundary(host: str, mark: str) -> str:
    cancels = "true" if mark == "@" else "false"
    return (
        f'<boundaryEvent id="{host}_event" attachedToRef="{host}" cancelActivity="{cancels}">'
        f"{_TIMER}</boundaryEvent>"
    )


def _flow(number: int, source: str, target: str, part: re.Match[str]) -> str:
    condition = (
        '<conditionExpression xsi:type="tFormalExpression">= x</conditionExpression>'
        if part["mark"] == "?"
        else ""
    )
    return (
        f'<sequenceFlow id="flow_{source}_{target}_{number}" name="{part["name"] or ""}" '
        f'sourceRef="{source}" targetRef="{target}">{condition}</sequenceFlow>'
    )
