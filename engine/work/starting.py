"""Starting a case: who may start which process, and what it is told at its start."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from engine import feel
from engine.access import actions
from engine.access.rules import StartObject, authorize, may
from engine.bpmn.meta import CaseMeta
from engine.definitions.library import ExecutableDefinition, StartEntry
from engine.errors import Invalid, NotFound, Problem
from engine.unit_of_work import UnitOfWork
from engine.views import Field, StartForm, StartOption
from engine.work import forms, named_people
from engine.work.forms import decided_form
from engine.work.task_defaults import preset_values

TAKEN = ("required", "optional")
"""What a process says whose cases are customers'."""

# ---------------------------------------------------------------- who may


def startable(work: UnitOfWork) -> tuple[StartOption, ...]:
    """The live processes that the actor is offered to start, by name; the first one that the
    settings name comes first."""
    first = work.config.cases.first_process
    entries = work.definitions.entries(work.connection)
    called = _called(entries)
    offered = [
        StartOption(e.process_id, e.name, e.documentation, e.case.customer or "none")
        for e in entries
        if _offered(e, called) and may(work.actor, actions.CASE_START, _start(e, called))
    ]
    return tuple(sorted(offered, key=lambda o: (o.process_id != first, o.name, o.process_id)))


def authorize_start(work: UnitOfWork, process_id: str) -> None:
    """:raises NotAllowed: unless the actor may start the process"""
    entries = work.definitions.entries(work.connection)
    entry = next((e for e in entries if e.process_id == process_id), None)
    thing = StartObject() if entry is None else _start(entry, _called(entries))
    authorize(work.actor, actions.CASE_START, thing)


def authorize_register(work: UnitOfWork) -> None:
    """:raises NotAllowed: unless the actor may start some process whose cases belong to customers,
    and so may register them"""
    entries = work.definitions.entries(work.connection)
    called = _called(entries)
    takers = [_start(e, called) for e in entries if e.case.customer in TAKEN and e.start.plain]
    roles: frozenset[str] = frozenset().union(*(t.roles for t in takers))
    thing = StartObject(roles, any(t.everyone for t in takers))
    authorize(work.actor, actions.CUSTOMER_MANAGE, thing)


def _called(entries: list[StartEntry]) -> frozenset[str]:
    """The processes that another live one calls: those are started by it."""
    return frozenset().union(*(e.called for e in entries))


def _start(entry: StartEntry, called: frozenset[str]) -> StartObject:
    said = entry.start
    if said.starters is not None:
        return StartObject(said.starters, said.everyone)
    lane = {said.lane} if said.lane and entry.process_id not in called else ()
    return StartObject(frozenset(lane))


def _offered(entry: StartEntry, called: frozenset[str]) -> bool:
    own = entry.start.starters is not None or entry.process_id not in called
    return entry.start.plain and own


# ---------------------------------------------------------------- what the start page shows


def start_form(work: UnitOfWork, process_id: str) -> StartForm:
    """What whoever starts a process fills in.

    :raises NotFound: when nothing of that name is deployed
    """
    root = work.definitions.latest(work.connection, process_id)
    authorize_start(work, process_id)
    said = root.meta.case
    tree = _tree(work, root)
    used = {task.role for part in tree for task in part.meta.tasks.values()} | {said.lead_role}
    form, values = _presets(root, {})
    return StartForm(
        process_id=process_id,
        name=root.name,
        documentation=root.meta.documentation,
        customer=said.customer or "none",
        dated=said.start_date is not None,
        date_label=said.start_date_label,
        roles=tuple(role for role in work.config.roles if role in used),
        planned=any(part.meta.phase is not None for part in tree),
        form=form,
        values=values,
    )


def _tree(work: UnitOfWork, root: ExecutableDefinition) -> list[ExecutableDefinition]:
    """The process and all that it calls, directly or not."""
    parts, ahead = {root.process_id: root}, [root]
    while ahead:
        caller = ahead.pop()
        for call in caller.meta.calls.values():
            if call.called in parts:
                continue
            try:
                part = work.definitions.called(work.connection, caller, call)
            except NotFound:
                continue
            parts[part.process_id] = part
            ahead.append(part)
    return list(parts.values())


# ---------------------------------------------------------------- what a case knows at first


def case_variables(
    said: CaseMeta, *, customer: str | None = None, number: str | None = None, day: date | None
) -> dict[str, Any]:
    """The variables that learn of the case itself."""
    pairs = ((said.customer_name, customer), (said.number, number), (said.start_date, day))
    return {name: value for name, value in pairs if name is not None}


def check_customer(said: CaseMeta, customer_id: str | None) -> None:
    """:raises Invalid: when the process needs a customer that is not there, or knows none"""
    if said.customer == "required" and customer_id is None:
        text = "a case of this process needs a customer"
        raise Invalid([Problem("required", text, "customer_id")])
    if said.customer == "none" and customer_id is not None:
        text = "cases of this process belong to no customer"
        raise Invalid([Problem("no_customer", text, "customer_id")])


def read_variables(
    work: UnitOfWork, root: ExecutableDefinition, known: Mapping[str, Any], given: Mapping[str, Any]
) -> dict[str, Any]:
    """The variables of a new case: answers to the form of the start event are read as a task's
    are, others as JSON. A field that is missing has its default. ``known`` are the variables that
    the process has without them.

    :raises Invalid: with everything that is wrong
    """
    values, problems = as_far_as_read(work, root, known, given)
    if problems:
        raise Invalid(problems)
    return values


def as_far_as_read(
    work: UnitOfWork, root: ExecutableDefinition, known: Mapping[str, Any], given: Mapping[str, Any]
) -> tuple[dict[str, Any], Sequence[Problem]]:
    """What ``read_variables`` makes of that which can be read, and everything that is wrong."""
    declared = {field.id for field in root.meta.start.form}
    values, problems = _json({k: v for k, v in given.items() if k not in declared})
    answers = {name: value for name, value in given.items() if name in declared}
    if declared:
        read, wrong = _read_form(work, root, {**known, **values}, answers)
        values |= read
        problems += [Problem(p.code, p.message, f"variables.{p.field}", p.params) for p in wrong]
    return values, problems


def _read_form(
    work: UnitOfWork,
    root: ExecutableDefinition,
    known: Mapping[str, Any],
    answers: Mapping[str, Any],
) -> tuple[dict[str, Any], Sequence[Problem]]:
    people = named_people.usernames(work.connection, answers)
    form, presets = _presets(root, known)
    left = {name: value for name, value in presets.items() if name not in answers}
    early, _ = forms.check_answers(form, answers, people=people, partial=True)
    form, _ = _presets(root, {**known, **left, **early})
    asked = [field for field in form if field.id not in left]
    read, problems = forms.check_answers(asked, answers, people=people)
    return {**left, **read}, problems


def _presets(
    root: ExecutableDefinition, context: Mapping[str, Any]
) -> tuple[tuple[Field, ...], dict[str, Any]]:
    """The fields of the start form as they are for these variables, and what they hold at first."""
    form = root.meta.start.form
    known = {**dict.fromkeys((f.id for f in form), None), **context}
    fields = decided_form(form, lambda text: root.evaluator.value_or_null(text, known))
    return fields, preset_values(root, form, known)


def _json(given: Mapping[str, Any]) -> tuple[dict[str, Any], list[Problem]]:
    values, problems = {}, []
    for name, value in given.items():
        try:
            values[name] = feel.from_json(value)
        except feel.FeelError as error:
            problems.append(Problem("text_malformed", str(error), f"variables.{name}"))
    return values, problems


def process_of(first: str, process_id: str | None) -> str:
    """The process to start: the one that is named, else the first one of the settings.

    :raises Invalid: when neither is there
    """
    chosen = process_id or first
    if not chosen:
        raise Invalid([Problem("required", "say which process to start", "process_id")])
    return chosen
