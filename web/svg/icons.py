"""Icons of BPMN 2.0.2: what an event waits for or throws, what kind a task is, what a gateway does.

Event and gateway icons are drawn around 0,0 in a circle of radius 9; task icons in a square of 16
from 0,0. Paths are of our own drawing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from markupsafe import Markup

from web.svg.markup import circle, number, path


def _star(radius: float, points: int, turn: float = -90.0) -> str:
    corners = [
        (radius * math.cos(math.radians(a)), radius * math.sin(math.radians(a)))
        for a in (turn + 360 * n / points for n in range(points))
    ]
    return "M" + "L".join(f"{number(x)} {number(y)}" for x, y in corners) + "Z"


def _clock() -> Markup:
    marks = "".join(
        f"M{number(7.6 * math.cos(math.radians(a)))} {number(7.6 * math.sin(math.radians(a)))}"
        f"L{number(9 * math.cos(math.radians(a)))} {number(9 * math.sin(math.radians(a)))}"
        for a in range(0, 360, 30)
    )
    return circle(0, 0, 9, "bp-ink") + path(marks, "bp-ink") + path("M0 -6V0L4 2.2", "bp-ink")


ENVELOPE: Final = ("M-9 -6H9V6H-9Z", "M-9 -6L0 1L9 -6")
PLUS: Final = "M-2.4 -8.5H2.4V-2.4H8.5V2.4H2.4V8.5H-2.4V2.4H-8.5V-2.4H-2.4Z"
EVENTS: Final = {
    "signalEventDefinition": _star(9.5, 3),
    "errorEventDefinition": "M-8 7.5L-3 -7L2 2.5L8 -7.5L3.2 7.5L-1.8 -1.5Z",
    "escalationEventDefinition": "M0 -9L6.5 8L0 1.5L-6.5 8Z",
    "linkEventDefinition": "M-9 -4H1.5V-8.5L9.5 0L1.5 8.5V4H-9Z",
    "compensateEventDefinition": "M0 -6.5V6.5L-9 0ZM9 -6.5V6.5L0 0Z",
    "cancelEventDefinition": "M-8.5 -5.6L-5.6 -8.5L0 -2.9L5.6 -8.5L8.5 -5.6L2.9 0L8.5 5.6L5.6 8.5"
    "L0 2.9L-5.6 8.5L-8.5 5.6L-2.9 0Z",
    "multiple": _star(9.0, 5),
    "parallelMultiple": PLUS,
}


@lru_cache(maxsize=64)
def event(definition: str, throwing: bool) -> Markup:
    """What an event is about: outlined when it waits, filled when it throws."""
    class_ = "bp-ink-full" if throwing else "bp-ink"
    if definition == "messageEventDefinition":
        crease = path(ENVELOPE[1], "bp-crease" if throwing else "bp-ink")
        return path(ENVELOPE[0], class_) + crease
    if definition == "timerEventDefinition":
        return _clock()
    if definition == "conditionalEventDefinition":
        return path("M-6.5 -8.5H6.5V8.5H-6.5ZM-4 -5H4M-4 -1.7H4M-4 1.7H4M-4 5H4", "bp-ink")
    if definition == "terminateEventDefinition":
        return circle(0, 0, 9.5, "bp-ink-full")
    return path(EVENTS.get(definition, ""), class_)


TASKS: Final = {
    "userTask": '<circle cx="8" cy="4.6" r="3.4"/><path d="M1.6 15.2a6.4 6.4 0 0 1 12.8 0z"/>',
    "manualTask": '<path d="M1.5 7.5 6 3h3.2c1 0 1 1.7 0 1.7H7.6h6.2c1.1 0 1.1 1.8 0 1.8h.8c1.1 0 '
    '1.1 1.8 0 1.8h-.7c1.1 0 1.1 1.8 0 1.8h-.7c1 0 1 1.7 0 1.7H6.2L1.5 10.5z"/>',
    "serviceTask": '<circle cx="8" cy="8" r="2.3"/><path d="M8 1.2v2.3M8 12.5v2.3M1.2 8h2.3M12.5 '
    '8h2.3M3.2 3.2l1.6 1.6M11.2 11.2l1.6 1.6M12.8 3.2l-1.6 1.6M4.8 11.2l-1.6 1.6"/>'
    '<circle cx="8" cy="8" r="4.5"/>',
    "scriptTask": '<path d="M4.5 1.5h9c-2.4 2.2-2.4 4.2-.9 6.5s1.5 4.3-.9 6.5h-9'
    'c2.4-2.2 2.4-4.2.9-6.5s-1.5-4.3.9-6.5zM6 5h5M5.6 8h5M6 11h5"/>',
    "businessRuleTask": '<path d="M1.5 2.5h13v11h-13zM1.5 6h13M1.5 9.8h13M5.5 6v7.5"/>',
    "sendTask": '<path class="bp-ink-full" d="M1.5 3.5h13v9h-13z"/>'
    '<path class="bp-crease" d="m1.5 3.5 6.5 5 6.5-5"/>',
    "receiveTask": '<path d="M1.5 3.5h13v9h-13zM1.5 3.5l6.5 5 6.5-5"/>',
}


BEGINS: Final = '<circle cx="8" cy="8" r="8.6"/><path d="M3 5h10v6.4H3zM3 5l5 3.9L13 5"/>'
"""The sign of a receive task that begins the process: its envelope in a start event's circle."""


def task(kind: str, instantiating: bool = False) -> Markup | None:
    """The sign of a task's kind; None for a plain task."""
    drawn = BEGINS if kind == "receiveTask" and instantiating else TASKS.get(kind)
    # Constants of this module, with nothing of a diagram in them.
    return Markup(drawn) if drawn else None  # noqa: S704


@lru_cache(maxsize=64)
def gateway(kind: str, marked: bool = True, begins: bool = False, both: bool = False) -> Markup:
    """What a gateway does with tokens. An exclusive one may go without its X (``marked``); an
    event-based one may begin the process (``begins``), by all of its events (``both``)."""
    if kind == "exclusiveGateway":
        return path(EVENTS["cancelEventDefinition"], "bp-ink-full") if marked else Markup("")
    if kind == "parallelGateway":
        return path(PLUS.replace("8.5", "10.5"), "bp-ink-full")
    if kind == "inclusiveGateway":
        return circle(0, 0, 9, "bp-ink bp-ink-bold")
    if kind == "eventBasedGateway":
        inner = Markup("") if begins else circle(0, 0, 9, "bp-ink")
        sign = _plus(2.1, 6.6) if both else _star(6.0, 5)
        return circle(0, 0, 11.5, "bp-ink") + inner + path(sign, "bp-ink")
    if kind == "complexGateway":
        return path("M0 -10.5V10.5M-10.5 0H10.5M-7.2 -7.2L7.2 7.2M-7.2 7.2L7.2 -7.2",
                    "bp-ink bp-ink-bold")  # fmt: skip
    return Markup("")


def _plus(thin: float, long: float) -> str:
    a, b = number(thin), number(long)
    return f"M-{a} -{b}H{a}V-{a}H{b}V{a}H{a}V{b}H-{a}V{a}H-{b}V-{a}H-{a}Z"


MARKERS: Final = {
    "loop": "M3 5.6A5 5 0 1 0 -3 5.6M-3.4 1.8L-2.6 6L-7 6.3",
    "parallel": "M-4 -6V6M0 -6V6M4 -6V6",
    "sequential": "M-6 -4H6M-6 0H6M-6 4H6",
    "compensation": "M0 -4.5V4.5L-6.5 0ZM6.5 -4.5V4.5L0 0Z",
    "adhoc": "M-7 1.5C-4.5 -4 -2.5 -3 0 0S4.5 4 7 -1.5",
    "collapsed": "M-7 -7H7V7H-7ZM0 -4.5V4.5M-4.5 0H4.5",
}


DATA: Final = {
    "collection": "M-4 -4V4M0 -4V4M4 -4V4",
    "input": "M-6 -2.5H1V-6L7 0L1 6V2.5H-6Z",
    "output": "M-6 -2.5H1V-6L7 0L1 6V2.5H-6Z",
}


def markers(names: Sequence[str], x: float, y: float) -> list[Markup]:
    """Signs at the foot of an activity, side by side around ``x``."""
    first = x - (len(names) - 1) * 10
    return [
        path(
            MARKERS[name],
            "bp-ink bp-sign" if name == "collapsed" else "bp-ink",
            transform=f"translate({number(first + place * 20)} {number(y)})",
        )
        for place, name in enumerate(names)
    ]


def data(name: str, x: float, y: float) -> Markup:
    """A sign on a document: an arrow for what goes in (outlined) or out (filled), three bars for a
    collection."""
    class_ = "bp-ink-full" if name == "output" else "bp-ink"
    return path(DATA[name], class_, transform=f"translate({number(x)} {number(y)})")
