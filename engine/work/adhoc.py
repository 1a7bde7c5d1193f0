"""Ad-hoc sub-processes: which activities can be begun now, and beginning one.

BPMN 2.0.2, 10.3.5 and 13.3.5: the performers of an ad-hoc sub-process decide when its activities
are done, in which order and how often.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from sqlalchemy import select

from engine.access import actions
from engine.access.rules import ActivityObject, authorize, may
from engine.errors import Conflict, NotFound
from engine.queries import objects
from engine.runtime.advance import Advance
from engine.runtime.running_instance import RUNNING, Live, read
from engine.store.tables import InstanceTable
from engine.unit_of_work import Work
from engine.views import ActivityOption

OPERATION = "begin"
"""What an incident keeps of an activity that could not begin, for another try."""


def options(work: Work, case_id: str) -> tuple[ActivityOption, ...]:
    """Everything that can be begun now in the case, in the order of the instances and as drawn.
    The caller has authorised the case. Costs nothing where no diagram has such a sub-process."""
    rows = work.connection.execute(
        select(InstanceTable.id, InstanceTable.definition_id)
        .where(InstanceTable.case_id == case_id, InstanceTable.state.in_(RUNNING))
        .order_by(InstanceTable.started_at, InstanceTable.id)
    )
    found = [row.id for row in rows if _has_ad_hoc(work, row.definition_id)]
    return tuple(
        option
        for instance_id in found
        for option in _options(work, read(work.connection, work.definitions, instance_id))
    )


def _has_ad_hoc(work: Work, definition_id: str) -> bool:
    nodes = work.definitions.get(work.connection, definition_id).model.nodes.values()
    return any(node.kind == "adHocSubProcess" for node in nodes)


def _options(work: Work, live: Live) -> Iterator[ActivityOption]:
    if live.damage is not None:
        return
    loaded = live.loaded
    case = objects.case_object(work.connection, work.actor, live.case_id)
    active = Counter(wait.element_id for wait in loaded.executor.waits(live.process))
    for token, scope_id, names in loaded.executor.choices(live.process):
        for name in names:
            role = loaded.meta.roles.get(name)
            yield ActivityOption(
                instance_id=live.id,
                scope_token=token,
                scope_id=scope_id,
                scope_name=loaded.element_name(scope_id),
                element_id=name,
                name=loaded.element_name(name),
                role=role,
                allowed=may(work.actor, actions.CASE_BEGIN, ActivityObject(case, role)),
                active=active[name],
            )


def begin(
    work: Work, instance_id: str, element_id: str, scope_token: str | None
) -> dict[str, str | None]:
    """Begin an activity; without ``scope_token`` in the sub-process that was reached first.

    :raises NotFound: for an unknown instance, or an element that is no activity of it
    :raises Conflict: when the activity cannot be begun now (code ``not_offered``)
    """
    case = objects.case_of_instance(work.connection, work.actor, instance_id)
    authorize(work.actor, actions.CASE_VIEW, case)
    work.hold(case.id)
    advance = Advance(work)
    live = advance.live(instance_id)
    if element_id not in live.loaded.model.nodes:
        raise NotFound(f"{live.loaded.name} has no element {element_id}", id=element_id)
    role = live.loaded.meta.roles.get(element_id)
    case = objects.case_object(work.connection, work.actor, case.id)
    if not case.running:
        raise Conflict("This case has ended.", code="case_ended", state=case.state)
    authorize(work.actor, actions.CASE_BEGIN, ActivityObject(case, role))
    scope = _scope(live, element_id, scope_token)
    if scope is None:
        name = live.loaded.element_name(element_id)
        raise Conflict(f"{name} cannot be begun now.", code="not_offered", element=name)
    token, scope_id = scope
    advance.note(live, "activity.begun", element_id, {"scope": live.loaded.element_name(scope_id)})
    advance.begin_inner(live.id, token, element_id)
    advance.run()
    return {"id": element_id, "instance": live.id}


def _scope(live: Live, element_id: str, scope_token: str | None) -> tuple[str, str] | None:
    """The token and the element of the sub-process in which the activity can be begun now."""
    if live.state not in RUNNING or live.damage is not None:
        return None
    for token, scope_id, names in live.loaded.executor.choices(live.process):
        if element_id in names and scope_token in (None, token):
            return token, scope_id
    return None


def again(advance: Advance, instance_id: str, element_id: str, scope_token: str | None) -> bool:
    """Another try of one that failed; False when it cannot be begun any more."""
    live = advance.live(instance_id)
    scope = _scope(live, element_id, scope_token)
    if scope is not None:
        advance.begin_inner(instance_id, scope[0], element_id)
    return scope is not None
