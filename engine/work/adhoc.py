"""Ad-hoc sub-processes: which activities can be begun now, and beginning one.

BPMN 2.0.2, 10.3.5 and 13.3.5: the performers of an ad-hoc sub-process decide when its activities
are done, in which order and how often.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from engine.access import actions
from engine.access.rules import ActivityObject, authorize, may
from engine.errors import Conflict, NotFound
from engine.queries import objects
from engine.queries.rows import AnyRow
from engine.runtime.executor import executor_of
from engine.runtime.running_instance import RUNNING, RunningInstance
from engine.runtime.step import Step, load_instance
from engine.unit_of_work import UnitOfWork
from engine.views import ActivityOption
from engine.work.user_tasks import advance

OPERATION = "begin"
"""What an incident keeps of an activity that could not begin, for another try."""


def options(work: UnitOfWork, instances: Iterable[AnyRow]) -> tuple[ActivityOption, ...]:
    """Everything that can be begun now in the ``instances`` of a case (``CaseRows.instances``), in
    their order and as drawn. The caller has authorised the case. Costs nothing where no diagram has
    such a sub-process."""
    running = [row for row in instances if row.state in RUNNING]
    drawn = {i for i in {row.definition_id for row in running} if _has_ad_hoc(work, i)}
    rows = (row for row in running if row.definition_id in drawn)
    with_choices = [row.id for row in sorted(rows, key=lambda row: (row.started_at, row.id))]
    return tuple(
        option
        for instance_id in with_choices
        for option in _options(work, load_instance(work.connection, work.definitions, instance_id))
    )


def _has_ad_hoc(work: UnitOfWork, definition_id: str) -> bool:
    nodes = work.definitions.get(work.connection, definition_id).model.nodes.values()
    return any(node.kind == "adHocSubProcess" for node in nodes)


def _options(work: UnitOfWork, instance: RunningInstance) -> Iterator[ActivityOption]:
    if instance.load_error is not None:
        return
    definition = instance.definition
    case = objects.case_object(work.connection, work.actor, instance.case_id)
    active = _active(instance)
    for token, scope_id, names in executor_of(definition).choices(instance.process):
        for name in names:
            role = definition.meta.roles.get(name)
            yield ActivityOption(
                instance_id=instance.id,
                scope_token=token,
                scope_id=scope_id,
                scope_name=definition.element_name(scope_id),
                element_id=name,
                name=definition.element_name(name),
                role=role,
                allowed=may(work.actor, actions.CASE_BEGIN, ActivityObject(case, role)),
                active=active[name],
            )


def _active(instance: RunningInstance) -> Counter[str]:
    """How many of each activity are open."""
    waits = executor_of(instance.definition).waits(instance.process)
    return Counter(wait.element_id for wait in waits)


def begin(
    work: UnitOfWork,
    instance_id: str,
    element_id: str,
    scope_token: str | None,
    active: int | None = None,
) -> dict[str, str | None]:
    """Begin an activity; without ``scope_token`` in the sub-process that was reached first.

    :raises NotFound: for an unknown instance, or an element that is no activity of it
    :param active: how many of the activity are open; any number when None
    :raises Conflict: when the activity cannot be begun now (code ``not_offered``), or not
        ``active`` of them are open (``begun_meanwhile``)
    """
    case = objects.case_of_instance(work.connection, work.actor, instance_id)
    authorize(work.actor, actions.CASE_VIEW, case)
    work.hold(case.id)
    step = advance(work)
    instance = step.instance(instance_id)
    if element_id not in instance.definition.model.nodes:
        raise NotFound(f"{instance.definition.name} has no element {element_id}", id=element_id)
    role = instance.definition.meta.roles.get(element_id)
    case = objects.case_object(work.connection, work.actor, case.id)
    if not case.running:
        raise Conflict("This case has ended.", code="case_ended", state=case.state)
    authorize(work.actor, actions.CASE_BEGIN, ActivityObject(case, role))
    scope = _scope(instance, element_id, scope_token)
    if scope is None:
        name = instance.definition.element_name(element_id)
        raise Conflict(f"{name} cannot be begun now.", code="not_offered", element=name)
    token, scope_id = scope
    if active not in (None, _active(instance)[element_id]):
        name = instance.definition.element_name(element_id)
        raise Conflict(f"{name} was begun meanwhile.", code="begun_meanwhile", element=name)
    step.note(
        instance,
        "activity.begun",
        element_id,
        {"scope": instance.definition.element_name(scope_id)},
    )
    step.begin_inner(instance.id, token, element_id)
    step.run()
    return {"id": element_id, "instance": instance.id}


def _scope(
    instance: RunningInstance, element_id: str, scope_token: str | None
) -> tuple[str, str] | None:
    """The token and the element of the sub-process in which the activity can be begun now."""
    if instance.state not in RUNNING or instance.load_error is not None:
        return None
    for token, scope_id, names in instance.executor.choices(instance.process):
        if element_id in names and scope_token in (None, token):
            return token, scope_id
    return None


def again(step: Step, instance_id: str, element_id: str, scope_token: str | None) -> bool:
    """Another try of one that failed; False when it cannot be begun any more."""
    instance = step.instance(instance_id)
    scope = _scope(instance, element_id, scope_token)
    if scope is not None:
        step.begin_inner(instance_id, scope[0], element_id)
    return scope is not None
