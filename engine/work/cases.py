"""Cases: started, told things, re-planned, cancelled; and what happens to them with time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import insert, select, update

from engine import feel
from engine.access import actions
from engine.access.rules import CaseObject, MessageObject, authorize
from engine.blank_text import is_blank
from engine.bpmn.meta import MessageMeta
from engine.definitions.library import ExecutableDefinition
from engine.errors import Conflict, Invalid, NotFound, Problem, Problems
from engine.queries import instances, objects
from engine.runtime import ahead, running_instance, stored_messages
from engine.runtime import messages as runtime_messages
from engine.store import words
from engine.store.base import new_id
from engine.store.names import swedish
from engine.store.tables import (
    CaseTable,
    CustomerTable,
    DefinitionTable,
    InstanceTable,
    SubscriptionTable,
)
from engine.unit_of_work import UnitOfWork
from engine.views import Field
from engine.work import (
    case_numbers,
    forecast,
    forms,
    incidents,
    named_people,
    planning,
    start_dates,
    start_input,
    starting,
)
from engine.work.forms import decided_form
from engine.work.user_tasks import advance

REASON_LENGTH = 2000
"""The most characters of the reason of a cancellation."""
PLACE_LENGTH = 24
"""Characters of the customer's name or the title by which a case's tasks are sorted in a day."""


def start(
    work: UnitOfWork,
    *,
    process_id: str,
    customer_id: str | None,
    start_date: date | None,
    people: Mapping[str, str],
    variables: Mapping[str, Any],
    title: str,
) -> dict[str, Any]:
    """Start a case that is planned to begin on ``start_date``; ``people`` are user names by role
    key. The result has ``id``, ``number``, and if so ``incident`` (the process failed at once) and
    ``date_conflicts`` (how many dates cannot be kept)."""
    root = work.definitions.latest(work.connection, process_id)
    starting.authorize_start(work, process_id)
    customer = _customer(work, customer_id)
    case_id, number = new_id(), case_numbers.take(work.connection, work.today.year)
    name = customer and customer.name
    own = starting.case_variables(root.meta.case, customer=name, number=number, day=start_date)
    problems, title, chosen, known = start_input.read(
        work,
        root,
        own,
        title=title,
        start_date=start_date,
        people=people,
        variables=variables,
    )
    with problems.gathering():
        starting.check_customer(root.meta.case, customer_id)
    problems.refuse()
    row: dict[str, Any] = {"id": case_id, "number": number, "customer_id": customer_id}
    row |= {"people": chosen, "title": title or name or root.name, "start_date": start_date}
    _insert(work, root, row)
    words.index_case(work.connection, case_id, (number, title or root.name, *_names(customer)))
    detail = {"number": number, "customer": name, "process": root.name, "start_date": start_date}
    _note(work, case_id, root.id, "case.started", {**detail, "people": chosen})
    conflicts = _insert_plan(work, case_id, root, known, chosen)
    step = advance(work)
    step.create(case_id, root, known, instance_id=case_id)
    step.run()
    incident = incidents.attempt(
        work, case_id, {"op": "start"}, lambda step: step.start(step.instance(case_id))
    )
    told = {"incident": incident, "date_conflicts": conflicts}
    return {"id": case_id, "number": number, **{k: v for k, v in told.items() if v}}


def _insert(work: UnitOfWork, root: ExecutableDefinition, row: Mapping[str, Any]) -> None:
    """Write the row of a new case of a process."""
    work.connection.execute(
        insert(CaseTable).values(
            **row,
            state="running",
            process_id=root.process_id,
            lead_role=root.meta.case.lead_role,
            place=f"{swedish(row['title'])[0][:PLACE_LENGTH]}|{row['number']}",
            started_by=work.actor.id,
            started_at=work.now,
        )
    )


def _note(
    work: UnitOfWork, case_id: str, definition_id: str, what: str, detail: Mapping[str, Any]
) -> None:
    """Remember a fact about a case as a whole, in the chain of its root instance."""
    about = {"case_id": case_id, "instance_id": case_id, "definition_id": definition_id}
    work.note(what, case_id, detail, **about)


def _insert_plan(
    work: UnitOfWork,
    case_id: str,
    root: ExecutableDefinition,
    variables: Mapping[str, Any],
    people: Mapping[str, str],
) -> int:
    """Write the plan of a new case; how many of its dates cannot be kept."""
    ahead = start_dates.ahead(work, root, variables)
    forecast.insert_rows(work.connection, case_id, forecast.of_sheets(ahead), people)
    return len(start_dates.conflicts(ahead))


def start_problems(
    work: UnitOfWork,
    *,
    process_id: str,
    start_date: date | None,
    people: Mapping[str, str],
    variables: Mapping[str, Any],
    title: str,
) -> tuple[Problem, ...]:
    """What is wrong with a start, apart from whose case it is; nothing is changed."""
    root = work.definitions.latest(work.connection, process_id)
    starting.authorize_start(work, process_id)
    own = starting.case_variables(root.meta.case, day=start_date)
    problems, *_ = start_input.read(
        work,
        root,
        own,
        title=title,
        start_date=start_date,
        people=people,
        variables=variables,
    )
    return tuple(problems.found)


def message_problems(
    work: UnitOfWork, message: str, case_id: str, payload: Mapping[str, Any]
) -> tuple[Problem, ...]:
    """What is wrong with the answers to a message's form; nothing is changed."""
    case = objects.case_by_key(work.connection, work.actor, case_id)
    authorize(work.actor, actions.CASE_VIEW, case)
    problems, meta = Problems(), message_meta(work, case.id).get(message)
    with problems.gathering():
        if meta is not None:
            _payload(work, case.id, meta, payload)
    return tuple(problems.found)


def preview(
    work: UnitOfWork, *, process_id: str, start_date: date | None, variables: Mapping[str, Any]
) -> Sequence[forecast.Planned]:
    """The plan that a case would get if the actor started it now, as far as the variables can be
    read."""
    root = work.definitions.latest(work.connection, process_id)
    starting.authorize_start(work, process_id)
    start_input.check_title_and_day("", start_date)
    own = starting.case_variables(root.meta.case, day=start_date)
    given, _ = starting.as_far_as_read(work, root, own, variables)
    return forecast.of_sheets(start_dates.ahead(work, root, own | given))


def set_plan(
    work: UnitOfWork,
    case_id: str,
    rows: Sequence[Mapping[str, Any]],
    seen: planning.Seen | None = None,
) -> dict[str, Any]:
    """Change persons and dates of a case's plan; the result counts what changed."""
    work.hold(case_id)
    case = objects.case_object(work.connection, work.actor, case_id)
    authorize(work.actor, actions.CASE_VIEW, case)
    _must_run(case.state)
    authorize(work.actor, actions.CASE_PLAN, case)
    return {"changed": planning.change(work, case_id, rows, seen)}


def deliver(
    work: UnitOfWork, message: str, business_key: str, payload: Mapping[str, Any]
) -> dict[str, Any]:
    """Give a message to a case. The result says whether somebody took it (``delivered``) or it
    waits for its catcher (``stored``), and whether anything that lies ahead can take it
    (``expected``).

    :raises Invalid: when no diagram knows the message, or its payload does not fit its form
    """
    case = _held(work, business_key)
    _must_run(case.state)
    meta = message_meta(work, case.id).get(message)
    if meta is None:
        text = f"no diagram of this case waits for a message {message!r}"
        raise Invalid([Problem("unknown_message", text, "message")])
    authorize(work.actor, actions.CASE_MESSAGE, MessageObject(case, frozenset(meta.roles)))
    values = _payload(work, case.id, meta, payload)
    work.note(
        "message.sent",
        case.id,
        {"message": message, "payload": {k: feel.to_json(v) for k, v in values.items()}},
        case_id=case.id,
        instance_id=case.id,
    )
    step = advance(work)
    taken = runtime_messages.deliver(step, case.id, message, values)
    step.run()
    expected = taken > 0 or ahead.may_receive(step, case.id, message)
    return {"delivered": taken, "stored": taken == 0, "expected": expected}


def _payload(
    work: UnitOfWork, case_id: str, meta: MessageMeta, given: Mapping[str, Any]
) -> dict[str, Any]:
    """The variables that a message brings: those of its form, and no others.

    :raises Invalid: when they do not fit its form
    """
    fields = message_form(work, case_id, meta)
    people = named_people.usernames(work.connection, given)
    early, _ = forms.check_answers(fields({}), given, people=people, partial=True)
    values, problems = forms.check_answers(fields(early), given, people=people)
    if problems:
        raise Invalid(problems)
    return values


def message_form(
    work: UnitOfWork, case_id: str, meta: MessageMeta
) -> Callable[[Mapping[str, Any]], tuple[Field, ...]]:
    """Gives the fields of a message for what has been answered so far: which of them are required
    may depend on each other and on what the process knows that waits for the message."""
    if not any(f.required_when for f in meta.form):
        decided = decided_form(meta.form, lambda _: None)
        return lambda _: decided

    @cache
    def hearer() -> tuple[ExecutableDefinition, dict[str, Any]]:
        return _hearer(work, case_id, meta.name)

    def fields(answers: Mapping[str, Any]) -> tuple[Field, ...]:
        definition, known = hearer()
        context = {**dict.fromkeys((f.id for f in meta.form), None), **known, **answers}
        return decided_form(
            meta.form, lambda text: definition.evaluator.value_or_null(text, context)
        )

    return fields


def _hearer(
    work: UnitOfWork, case_id: str, message: str
) -> tuple[ExecutableDefinition, dict[str, Any]]:
    """The process that has waited longest for a message, and its variables; the case's own when
    none waits."""
    wanted = select(InstanceTable.definition_id, InstanceTable.variables)
    row = work.connection.execute(
        wanted.join(SubscriptionTable, SubscriptionTable.instance_id == InstanceTable.id)
        .where(
            SubscriptionTable.kind == "message",
            SubscriptionTable.name == message,
            SubscriptionTable.case_id == case_id,
        )
        .order_by(SubscriptionTable.opened_at, SubscriptionTable.id)
        .limit(1)
    ).first()
    if row is None:
        row = work.connection.execute(wanted.where(InstanceTable.id == case_id)).one()
    definition = work.definitions.get(work.connection, row.definition_id)
    return definition, {k: feel.from_json(v) for k, v in row.variables.items()}


def message_operation(
    work: UnitOfWork, message: str, business_key: str, payload: Mapping[str, Any]
) -> dict[str, Any]:
    """The operation of an incident that keeps a message which could not be delivered."""
    case = objects.case_by_key(work.connection, work.actor, business_key)
    values = _payload(work, case.id, message_meta(work, case.id)[message], payload)
    stored = {name: feel.to_json(value) for name, value in values.items()}
    return {"op": "message", "message": message, "payload": stored}


def message_meta(work: UnitOfWork, case_id: str) -> dict[str, MessageMeta]:
    """What the diagrams say of messages, by name: those that the case waits for now win over
    those that some process of the plan waits for at other times."""
    latest = work.connection.scalars(
        select(DefinitionTable.id)
        .where(DefinitionTable.startable)
        .order_by(DefinitionTable.version, DefinitionTable.process_id)
    ).all()
    waiting = work.connection.scalars(
        select(InstanceTable.definition_id)
        .join(SubscriptionTable, SubscriptionTable.instance_id == InstanceTable.id)
        .where(SubscriptionTable.case_id == case_id, SubscriptionTable.kind == "message")
    ).all()
    metas: dict[str, MessageMeta] = {}
    for definition_id in [*latest, *waiting]:
        for name, meta in work.definitions.get(
            work.connection, definition_id
        ).meta.messages.items():
            if definition_id in waiting or meta.offered or name not in metas:
                metas[name] = meta
    return metas


def cancel(
    work: UnitOfWork, business_key: str, reason: str, revision: int | None = None
) -> dict[str, Any]:
    """End a case before its time, with everything that is open in it.

    :raises Conflict: ``case_moved_on`` when it is not at ``revision`` any more (None: at any)
    """
    case = _held(work, business_key)
    case_id = case.id
    _must_run(case.state)
    authorize(work.actor, actions.CASE_CANCEL, case)
    if revision not in (None, instances.case_revision(work.connection, case_id)):
        raise Conflict("The case has moved on.", code="case_moved_on")
    if is_blank(reason):
        raise Invalid([Problem("required", "say why the case is cancelled", "reason")])
    if len(reason) > REASON_LENGTH:
        text = f"at most {REASON_LENGTH} characters"
        raise Invalid([Problem("too_long", text, "reason", {"maximum": REASON_LENGTH})])
    step = advance(work)
    for instance_id in running_instance.case_instances(work.connection, case_id):
        step.cancel(step.instance(instance_id), reason.strip())
    step.run()
    work.connection.execute(
        update(CaseTable)
        .where(CaseTable.id == case_id)
        .values(state="cancelled", ended_at=work.now)
    )
    about = {"case_id": case_id, "instance_id": case_id}
    work.note("case.cancelled", case_id, {"reason": reason}, **about)
    for name, times in stored_messages.unread(work.connection, case_id).items():
        work.note("message.unread", case_id, {"message": name, "times": times}, **about)
    return {}


# ---------------------------------------------------------------- parts


def _held(work: UnitOfWork, business_key: str) -> CaseObject:
    """The case with this id or number, which nobody else moves from here on."""
    seen = objects.case_by_key(work.connection, work.actor, business_key)
    authorize(work.actor, actions.CASE_VIEW, seen)
    work.hold(seen.id)
    return objects.case_object(work.connection, work.actor, seen.id)


def _must_run(state: str) -> None:
    if state not in running_instance.RUNNING:
        raise Conflict("This case has ended.", code="case_ended", state=state)


def _customer(work: UnitOfWork, customer_id: str | None) -> Any:
    if customer_id is None:
        return None
    row = work.connection.execute(
        select(CustomerTable).where(CustomerTable.id == customer_id)
    ).first()
    if row is None:
        raise NotFound(f"There is no customer {customer_id}", id=customer_id)
    return row


def _names(customer: Any) -> tuple[str, ...]:
    return () if customer is None else (customer.name, customer.org_number)
