"""The rows of one case, each table read once: its pages, its sheets and what its diagrams show are
made of them. All statements are built once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import (
    Connection,
    Exists,
    String,
    bindparam,
    case,
    false,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import aliased

from engine.access.conditions import cases_of
from engine.access.rules import CaseObject
from engine.errors import NotFound
from engine.queries.rows import CUSTOMER, SIGNATURE, TITLE, AnyRow, AnySelect, BuiltStatement
from engine.store.tables import (
    CaseTable,
    CustomerTable,
    DefinitionTable,
    IncidentTable,
    InstanceTable,
    InstanceTitleTable,
    PlanItemTable,
    SignatureTable,
    SkippedStepTable,
    SubscriptionTable,
    TaskTable,
    TimerTable,
)
from engine.views import Actor

MOST_INSTANCES: Final = 1000
"""The most instances of a case's tree: the running ones first, then those that started last. A page
cannot show more."""
SHAPES: Final = 200
"""How many statements are kept built: one for each set of roles and rights."""

_KEY, _CASE, _INSTANCE, _ACTOR = (
    bindparam(name, type_=String) for name in ("key", "case", "instance", "actor")
)

CASE = (
    CaseTable.id,
    CaseTable.number,
    CaseTable.title,
    CaseTable.state,
    CaseTable.process_id,
    CaseTable.people,
    CaseTable.start_date,
    CaseTable.started_at,
    CaseTable.ended_at,
    *CUSTOMER,
)
"""The columns of a case in a list."""

INSTANCE = (
    InstanceTable.id,
    InstanceTable.case_id,
    InstanceTable.parent_id,
    InstanceTable.parent_element,
    InstanceTable.depth,
    InstanceTable.definition_id,
    InstanceTable.state,
    InstanceTable.started_at,
    InstanceTable.ended_at,
    DefinitionTable.process_id,
    DefinitionTable.version,
    DefinitionTable.name,
    DefinitionTable.phase,
    *TITLE,
)
"""The columns of an instance's view."""

_EACH = aliased(InstanceTable)
CASE_REVISION: Final = (
    select(func.coalesce(func.sum(_EACH.revision), 0) + func.count())
    .where(_EACH.case_id == CaseTable.id)
    .correlate(CaseTable)
    .scalar_subquery()
    .label("revision")
)
"""A number that rises with every step of any instance of the case."""


@dataclass(frozen=True, slots=True)
class CaseRows:
    """A case (``head``, whose columns are those of ``CASE`` and what its instances add up to), and
    the rows of its instances, its plan and its tasks."""

    head: AnyRow
    instances: Sequence[AnyRow]
    plan: Sequence[AnyRow]
    tasks: Sequence[AnyRow]

    @property
    def whole(self) -> bool:
        """Whether ``instances`` are all that the case has."""
        return len(self.instances) < MOST_INSTANCES


def head(connection: Connection, actor: Actor, key: str) -> tuple[AnyRow, CaseObject]:
    """The row of the case whose id or number is ``key``, and what the access rules decide on.

    :raises NotFound: when there is none
    """
    row = connection.execute(_head(actor.roles, actor.rights), {"actor": actor.id, "key": key})
    found = row.first()
    if found is None:
        raise NotFound()
    lead = found.people.get(found.lead_role)
    return found, CaseObject(found.id, bool(found.visible), found.state, lead, found.lead_role)


def load(connection: Connection, row: AnyRow) -> CaseRows:
    """The rows of a case that has been authorised, beside its own (``head``)."""
    given = {"case": row.id}
    return CaseRows(
        row,
        instances(connection, row.id),
        plan(connection, row.id),
        _TASKS.all(connection, given),
    )


def instances(connection: Connection, case_id: str) -> Sequence[AnyRow]:
    """The instances of a case that has been authorised, at most ``MOST_INSTANCES``."""
    return _INSTANCES.all(connection, {"case": case_id})


def plan(connection: Connection, case_id: str) -> Sequence[AnyRow]:
    """The rows of the plan of a case that has been authorised, in the order of its sheets."""
    return _PLAN.all(connection, {"case": case_id})


def waits(connection: Connection, case_id: str, instance_id: str = "") -> Sequence[AnyRow]:
    """What the case waits for (``kind`` is ``message`` or ``signal``), and of one of its instances
    its timers and the elements that stopped it (``timer``, ``incident``)."""
    return _WAITS.all(connection, {"case": case_id, "instance": instance_id})


# ---------------------------------------------------------------- statements


def _there_is(statement: AnySelect) -> Exists:
    # Without the OFFSET, PostgreSQL might read the whole table once and hash it.
    return statement.correlate(CaseTable).offset(0).exists()


@lru_cache(maxsize=SHAPES)
def _head(roles: frozenset[str], rights: frozenset[str]) -> AnySelect:
    """The statement of one case, for people with the same roles."""
    whoever = Actor(_ACTOR, "", roles, rights)  # type: ignore[arg-type]
    stopped = select(IncidentTable.id).where(
        IncidentTable.case_id == CaseTable.id, IncidentTable.resolved_at.is_(None)
    )
    skipped = select(SkippedStepTable.id).where(SkippedStepTable.case_id == CaseTable.id)
    root = aliased(InstanceTable)
    columns = (
        *CASE,
        CaseTable.lead_role,
        cases_of(whoever, CaseTable.id).label("visible"),
        root.variables,
        CASE_REVISION,
        _there_is(stopped).label("has_incidents"),
        _there_is(skipped).label("has_skipped"),
    )
    joined = select(*columns).join(CustomerTable, isouter=True)
    joined = joined.join(root, root.id == CaseTable.id, isouter=True)
    return joined.where(or_(CaseTable.id == _KEY, CaseTable.number == _KEY))


_SHOWN: Final = or_(DefinitionTable.phase.is_not(None), InstanceTable.parent_id.is_(None))
"""Instances whose diagrams the page of a case can show."""
_INSTANCES: Final = BuiltStatement(
    select(*INSTANCE, case((_SHOWN, InstanceTable.passed)).label("passed"))
    .join(DefinitionTable, DefinitionTable.id == InstanceTable.definition_id)
    .outerjoin(InstanceTitleTable, InstanceTitleTable.instance_id == InstanceTable.id)
    .where(InstanceTable.case_id == _CASE)
    .order_by(
        InstanceTable.ended_at.is_not(None), InstanceTable.started_at.desc(), InstanceTable.id
    )
    .limit(MOST_INSTANCES)
)
_PLAN: Final = BuiltStatement(
    select(
        PlanItemTable.id,
        PlanItemTable.phase,
        PlanItemTable.phase_order,
        PlanItemTable.phase_title,
        PlanItemTable.process_id,
        PlanItemTable.element_id,
        PlanItemTable.name,
        PlanItemTable.points,
        PlanItemTable.role,
        PlanItemTable.person_id,
        PlanItemTable.due,
    )
    .where(PlanItemTable.case_id == _CASE)
    .order_by(PlanItemTable.phase_order, PlanItemTable.row_order)
)
_TASKS: Final = BuiltStatement(
    select(
        TaskTable.id,
        TaskTable.process_id,
        TaskTable.element_id,
        TaskTable.instance_id,
        TaskTable.definition_id,
        TaskTable.phase,
        TaskTable.state,
        TaskTable.assignee_id,
        TaskTable.completed_by,
        TaskTable.due,
        TaskTable.opened_at,
        TaskTable.ended_at,
        TaskTable.ticks,
        *TITLE,
        *(column.label(f"signature_{column.key}") for column in SIGNATURE),
    )
    .outerjoin(InstanceTitleTable, InstanceTitleTable.instance_id == TaskTable.instance_id)
    .outerjoin(SignatureTable, SignatureTable.task_id == TaskTable.id)
    .where(TaskTable.case_id == _CASE)
)


def _of_instance(kind: str, table: Any) -> AnySelect:
    return select(
        literal(kind), literal(""), null(), table.element_id, table.instance_id, null(), false()
    ).where(table.instance_id == _INSTANCE)


_WAITS: Final = BuiltStatement(
    union_all(
        select(
            SubscriptionTable.kind,
            SubscriptionTable.name,
            SubscriptionTable.case_id,
            SubscriptionTable.element_id,
            SubscriptionTable.instance_id,
            InstanceTable.definition_id,
            SubscriptionTable.interrupting,
        )
        .join(InstanceTable, InstanceTable.id == SubscriptionTable.instance_id)
        .where(SubscriptionTable.case_id == _CASE),
        _of_instance("timer", TimerTable),
        _of_instance("incident", IncidentTable).where(IncidentTable.resolved_at.is_(None)),
    )
)
