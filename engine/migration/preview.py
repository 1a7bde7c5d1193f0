"""What a move of instances would do, and whether what is asked for exists."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Row, func, select

from engine import feel
from engine.access import actions
from engine.access.rules import authorize
from engine.definitions.library import ExecutableDefinition
from engine.errors import Invalid, NotFound, Problem
from engine.migration import apply, rehearsal
from engine.migration.apply import Comparisons, MigrationRefused
from engine.migration.position import position
from engine.queries import paging
from engine.store.base import table_of
from engine.store.tables import CaseTable, DefinitionTable, InstanceTable
from engine.unit_of_work import UnitOfWork
from engine.views import InstanceVerdict, MigrationPreview

MOST_PREVIEWED = 5000
"""Instances that one preview looks at; its cursor leads to the next ones."""
CHUNK = 500
"""Ids in one IN (…)."""

Ids = Sequence[str] | None
"""Chosen instances; None means all that run on other versions."""


def preview(
    work: UnitOfWork,
    definition: str,
    to_version: int,
    instances: Ids,
    mapping: Mapping[str, str],
    *,
    cursor: str | None,
    most: int,
) -> MigrationPreview:
    """What a move would do, per instance. Instances that stand alike are assessed once; each that
    may move is tried, in memory.

    :raises NotFound: when there is no such process or version
    :raises Invalid: for a mapping or instances that do not exist
    """
    authorize(work.actor, actions.INSTANCE_MIGRATE)
    paging.check_limit(most, name="most", most=MOST_PREVIEWED)
    target = target_of(work, definition, to_version)
    check_mapping(work, target, mapping)
    after = paging.decode("migration", cursor, paging.text_part)
    if instances is not None:
        known(work, target, instances)
    first = list(rows(work, target, instances, after[0] if after else "", most + 1))
    pairs = Comparisons(target, mapping)
    verdicts = [verdict(work, pairs, row) for row in first[:most]]
    whole = work.connection.scalar(others(target, select(func.count())))
    more = len(first) > most
    return MigrationPreview(
        process_id=target.process_id,
        name=target.name,
        to_version=target.version,
        definition_id=target.id,
        instances=tuple(verdicts),
        whole=len(set(instances)) if instances is not None else whole or 0,
        cursor=paging.encode("migration", first[most - 1].id) if more else None,
    )


def verdict(work: UnitOfWork, pairs: Comparisons, row: Any) -> InstanceVerdict:
    """What moving one instance (a row of ``rows``) would mean."""
    about = {
        "instance_id": row.id,
        "case_id": row.case_id,
        "case_number": row.number,
        "title": row.title,
        "version": work.definitions.get(work.connection, row.definition_id).version,
    }
    variables = {k: feel.from_json(v) for k, v in row.variables.items()}
    try:
        process = apply.process_of(work, pairs, row, variables)
    except MigrationRefused as refused:
        return InstanceVerdict(**about, status="blocked", at=(), reasons=refused.reasons)
    assessment = pairs.assess(work, row.definition_id, position(process, row.passed))
    status, reasons = assessment.status, assessment.reasons
    if status == "safe":
        comparison = pairs.comparison(work, row.definition_id)
        reasons = rehearsal.obstacles(work, comparison, row, process)
        status = "blocked" if reasons else "safe"
    return InstanceVerdict(
        **about,
        status=status,
        at=assessment.at,
        questions=assessment.questions,
        reasons=reasons,
        not_run=assessment.not_run,
        notes=() if reasons else assessment.notes,
    )


def rows(
    work: UnitOfWork, target: ExecutableDefinition, instances: Ids, after: str, limit: int
) -> Iterator[Row[*tuple[Any, ...]]]:
    """Instances with the number and title of their case, by id, those after the id ``after``."""
    columns = (*table_of(InstanceTable).c, CaseTable.number, CaseTable.title)
    statement = select(*columns).join(CaseTable, CaseTable.id == InstanceTable.case_id)
    statement = statement.where(InstanceTable.id > after).order_by(InstanceTable.id).limit(limit)
    if instances is None:
        yield from work.connection.execute(others(target, statement)).all()
        return
    left = sorted(i for i in set(instances) if i > after)[:limit]
    for chunk in _chunks(left):
        yield from work.connection.execute(statement.where(InstanceTable.id.in_(chunk))).all()


def others(target: ExecutableDefinition, statement: Any) -> Any:
    """Running instances of the process on other versions."""
    versions = select(DefinitionTable.id).where(
        DefinitionTable.process_id == target.process_id, DefinitionTable.id != target.id
    )
    return statement.where(
        InstanceTable.ended_at.is_(None), InstanceTable.definition_id.in_(versions)
    )


def _chunks(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    return (ids[at : at + CHUNK] for at in range(0, len(ids), CHUNK))


# ---------------------------------------------------------------- checks


def target_of(work: UnitOfWork, definition: str, to_version: int) -> ExecutableDefinition:
    """The version that instances go to; ``definition`` is the process's id or a definition's."""
    process = select(DefinitionTable.process_id).where(DefinitionTable.id == definition)
    definition_id = work.connection.scalar(
        select(DefinitionTable.id).where(
            (DefinitionTable.process_id == definition)
            | (DefinitionTable.process_id == process.scalar_subquery()),
            DefinitionTable.version == to_version,
            DefinitionTable.startable,
        )
    )
    if definition_id is None:
        text = f"{definition} is not deployed in version {to_version}"
        raise NotFound(text, process_id=definition, version=to_version)
    return work.definitions.get(work.connection, definition_id)


def check_mapping(
    work: UnitOfWork, target: ExecutableDefinition, mapping: Mapping[str, str]
) -> None:
    """:raises Invalid: for an element that the versions do not have, or of another kind"""
    problems = []
    old = {
        node.id: node.kind
        for definition_id in work.connection.scalars(
            select(DefinitionTable.id).where(
                DefinitionTable.process_id == target.process_id, DefinitionTable.startable
            )
        )
        for node in work.definitions.get(work.connection, definition_id).model.nodes.values()
    }
    for element, wanted in mapping.items():
        node, place = target.model.nodes.get(wanted), f"mapping.{element}"
        if element not in old:
            text = f"no version of {target.process_id} has an element {element!r}"
            problems.append(Problem("unknown_element", text, place, {"element": element}))
        elif node is None:
            text = f"version {target.version} has no element {wanted!r}"
            problems.append(Problem("unknown_element", text, place, {"element": wanted}))
        elif node.kind != old[element]:
            text = f"{wanted} is a {node.kind}, {element} a {old[element]}"
            problems.append(Problem("other_kind", text, place, {"element": wanted}))
    if problems:
        raise Invalid(problems)


def known(
    work: UnitOfWork, target: ExecutableDefinition, instances: Sequence[str]
) -> dict[str, Any]:
    """The chosen instances by id.

    :raises Invalid: for those that there are not, or that are another process's
    """
    rows: dict[str, Any] = {}
    for chunk in _chunks(sorted(set(instances))):
        statement = (
            select(InstanceTable.id, InstanceTable.case_id, InstanceTable.definition_id)
            .join(DefinitionTable, DefinitionTable.id == InstanceTable.definition_id)
            .where(InstanceTable.id.in_(chunk), DefinitionTable.process_id == target.process_id)
        )
        rows |= {row.id: row for row in work.connection.execute(statement)}
    missing = [i for i in instances if i not in rows]
    if missing:
        raise Invalid(
            [
                Problem("unknown_instance", f"{i!r} is no instance of the process", "instances")
                for i in missing[:20]
            ]
        )
    return rows
