"""Where the call activities of a drawing lead: to the definitions that they call, as bound."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection

from engine.bpmn import vocabulary
from engine.bpmn.expressions import feel_behind
from engine.bpmn.meta import CallMeta
from engine.definitions.library import DefinitionLibrary, ExecutableDefinition
from engine.errors import ServiceplanError
from engine.queries import definitions as queries
from engine.views import Drawing, Shape


def linked(
    connection: Connection,
    library: DefinitionLibrary,
    definition_id: str,
    tree: Any,
    drawn: Drawing,
) -> Drawing:
    """The drawing, with ``Shape.opens`` of the call activities whose process is deployed. A call
    that chooses its process as it runs leads nowhere."""
    calling = {s.id for d in (drawn, *drawn.planes) for s in d.shapes if _calls(s)}
    if not calling:
        return drawn
    caller = _executable(connection, library, definition_id)
    calls = dict(caller.meta.calls) if caller is not None else {}
    if not calling <= calls.keys():
        # A drawing, or a pool of another process.
        calls = {c.id: c for meta in vocabulary.read(tree).values() for c in meta.calls.values()}
    drawn_calls = [call for ident, call in calls.items() if ident in calling]
    opened = _opened(connection, library, caller, drawn_calls)
    if not opened:
        return drawn
    planes = tuple(_with(plane, opened) for plane in drawn.planes)
    return replace(_with(drawn, opened), planes=planes)


def _calls(shape: Shape) -> bool:
    return shape.kind == "callActivity" and shape.global_task is None


def _with(drawn: Drawing, opened: Mapping[str, str]) -> Drawing:
    shapes = (replace(s, opens=opened[s.id]) if s.id in opened else s for s in drawn.shapes)
    return replace(drawn, shapes=tuple(shapes))


def _opened(
    connection: Connection,
    library: DefinitionLibrary,
    caller: ExecutableDefinition | None,
    calls: list[CallMeta],
) -> dict[str, str]:
    """Definitions by the id of the call activity that they are called by."""
    fixed = [call for call in calls if call.called and not feel_behind(call.called)]
    live = queries.live(connection, {call.called for call in fixed})
    opened = {call.id: live[call.called] for call in fixed if call.called in live}
    for call in fixed:
        # A drawing runs nothing, so nothing in it is bound.
        if caller is None or call.binding == "latest" or call.id not in opened:
            continue
        try:
            opened[call.id] = library.called(connection, caller, call).id
        except ServiceplanError:
            del opened[call.id]  # what it is bound to is not deployed: nothing is called
    return opened


def _executable(
    connection: Connection, library: DefinitionLibrary, definition_id: str
) -> ExecutableDefinition | None:
    """None for a drawing: it runs nothing, so nothing is bound."""
    try:
        return library.get(connection, definition_id)
    except ServiceplanError:
        return None
