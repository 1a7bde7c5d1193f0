"""Who may do what, decided in one place, and denied unless a rule allows it.

``RULES`` is the whole table: an action, the kind of object that it is about, and the rule. What an
actor may do is decided on small frozen objects (loaded by ``engine.queries.objects``); the same
rules as SQL conditions, for lists, stand at the end of this module.

Two answers to "no": a thing that the actor must not know of does not exist (``NotFound``), a thing
that the actor sees but may not touch says so (``NotAllowed``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, aliased

from engine.errors import NotAllowed, NotFound
from engine.store.models import Case, History, PlanItem, Task
from engine.views import Actor

TASK_VIEW = "task.view"
TASK_CLAIM = "task.claim"
TASK_RELEASE = "task.release"
TASK_REASSIGN = "task.reassign"
TASK_SAVE = "task.save"
TASK_COMPLETE = "task.complete"
TASK_SIGN = "task.sign"
CASE_VIEW = "case.view"
CASE_START = "case.start"
CASE_CANCEL = "case.cancel"
CASE_PLAN = "case.plan"
CASE_MESSAGE = "case.message"
CASE_CORRECT = "case.correct"
CASE_BEGIN = "case.begin"
CUSTOMER_VIEW = "customer.view"
CUSTOMER_MANAGE = "customer.manage"
DEFINITION_VIEW = "definition.view"
DEFINITION_DEPLOY = "definition.deploy"
DECISION_MAKE = "decision.make"
HISTORY_VIEW = "history.view"
HISTORY_VERIFY = "history.verify"
OVERVIEW_VIEW = "overview.view"
PEOPLE_VIEW = "people.view"
PEOPLE_MANAGE = "people.manage"
PEOPLE_PASSWORD = "people.password"  # noqa: S105 - an action's name
TOKEN_ADD = "token.add"  # noqa: S105 - an action's name
TOKEN_MANAGE = "token.manage"  # noqa: S105 - an action's name
INSTANCE_MIGRATE = "instance.migrate"
INCIDENT_VIEW = "incident.view"
INCIDENT_RETRY = "incident.retry"

MANAGER = "manager"
PROCESS_OWNER = "process_owner"
ADMINISTRATOR = "administrator"
SYSTEM_RIGHT = "system"
RIGHTS = (PROCESS_OWNER, MANAGER, ADMINISTRATOR)
"""The application rights that a person can be given. ``system`` is the engine's own."""


# ---------------------------------------------------------------- what the rules look at


@dataclass(frozen=True, slots=True)
class CaseObject:
    """A case as the rules see it. ``visible`` was decided by ``cases_of`` for one actor: an object
    belongs to the actor that it was loaded for; ``account_manager_id`` leads it (``lead_role``)."""

    id: str
    visible: bool
    state: str = "running"
    account_manager_id: str | None = None
    lead_role: str | None = None

    @property
    def running(self) -> bool:
        return self.state in ("running", "incident")


@dataclass(frozen=True, slots=True)
class TaskObject:
    """A user task as the rules see it."""

    id: str
    case: CaseObject
    role: str | None
    assignee_id: str | None
    state: str = "open"
    revision: int = 0

    @property
    def visible(self) -> bool:
        return self.case.visible


@dataclass(frozen=True, slots=True)
class MessageObject:
    """A message to a case, and the roles that the diagram lets send it."""

    case: CaseObject
    roles: frozenset[str]

    @property
    def visible(self) -> bool:
        return self.case.visible


@dataclass(frozen=True, slots=True)
class ActivityObject:
    """An activity of an open ad-hoc sub-process, and the role whose lane it stands in."""

    case: CaseObject
    role: str | None

    @property
    def visible(self) -> bool:
        return self.case.visible


@dataclass(frozen=True, slots=True)
class IncidentObject:
    """An incident of a case; only they who look after the engine see it."""

    id: str
    case: CaseObject

    @property
    def visible(self) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class StartObject:
    """A process (or several) and who starts it: ``roles``, or ``everyone`` who can sign in."""

    roles: frozenset[str] = frozenset()
    everyone: bool = False


@dataclass(frozen=True, slots=True)
class PersonObject:
    """Somebody's account."""

    id: str


# ---------------------------------------------------------------- the rules


def sees_all(actor: Actor) -> bool:
    """True for managers and the engine itself."""
    return _has(actor, MANAGER)


def _has(actor: Actor, right: str) -> bool:
    return right in actor.rights or SYSTEM_RIGHT in actor.rights


def _holds(actor: Actor, role: str | None) -> bool:
    return role is None or role in actor.roles


def _anyone(actor: Actor, _: Any) -> bool:
    return bool(actor.id)


def _sees(actor: Actor, thing: CaseObject | TaskObject) -> bool:
    return thing.visible


def _manager(actor: Actor, _: Any) -> bool:
    return _has(actor, MANAGER)


def _administrator(actor: Actor, _: Any) -> bool:
    return _has(actor, ADMINISTRATOR)


def _owner(actor: Actor, _: Any) -> bool:
    return _has(actor, PROCESS_OWNER)


def _operator(actor: Actor, _: Any) -> bool:
    return _has(actor, MANAGER) or _has(actor, PROCESS_OWNER)


def _staff(actor: Actor, _: Any) -> bool:
    return bool(actor.roles or actor.rights)


def _starter(actor: Actor, start: StartObject) -> bool:
    return _has(actor, MANAGER) or bool(actor.roles & start.roles or (start.everyone and actor.id))


def _own_account(actor: Actor, person: PersonObject) -> bool:
    return person.id == actor.id or _has(actor, ADMINISTRATOR)


def _oneself(actor: Actor, person: PersonObject) -> bool:
    """Not even an administrator acts in somebody else's name."""
    return person.id == actor.id or SYSTEM_RIGHT in actor.rights


def _worker(actor: Actor, task: TaskObject) -> bool:
    """The assignee, or, while nobody is assigned, anyone who holds the role. Nobody else, not even
    a manager: somebody else's work is reassigned first."""
    if task.assignee_id is None:
        return _holds(actor, task.role)
    return task.assignee_id == actor.id


def _complete(actor: Actor, task: TaskObject) -> bool:
    return task.state == "open" and (_worker(actor, task) or SYSTEM_RIGHT in actor.rights)


def _sign(actor: Actor, task: TaskObject) -> bool:
    """A signature is a person's: the engine can never give one."""
    return task.state == "open" and _worker(actor, task) and SYSTEM_RIGHT not in actor.rights


def _claim(actor: Actor, task: TaskObject) -> bool:
    return task.assignee_id is None and _complete(actor, task)


def _release(actor: Actor, task: TaskObject) -> bool:
    mine = task.assignee_id == actor.id or _has(actor, MANAGER)
    return task.state == "open" and task.assignee_id is not None and mine


def _reassign(actor: Actor, task: TaskObject) -> bool:
    keepers = (task.assignee_id, task.case.account_manager_id)
    return task.state == "open" and (actor.id in keepers or _has(actor, MANAGER))


def _cancel(actor: Actor, case: CaseObject) -> bool:
    return case.running and _has(actor, MANAGER)


def _plan(actor: Actor, case: CaseObject) -> bool:
    """Managers and whoever leads the case; while nobody is chosen for that, all of the role."""
    chosen = case.account_manager_id
    mine = chosen == actor.id if chosen else case.lead_role in actor.roles
    return case.running and (mine or _has(actor, MANAGER))


def _message(actor: Actor, message: MessageObject) -> bool:
    may_send = bool(actor.roles & message.roles) or _has(actor, MANAGER)
    return message.case.running and may_send


def _begin(actor: Actor, activity: ActivityObject) -> bool:
    """Who would get the work, and who leads the case."""
    return activity.case.running and (_holds(actor, activity.role) or _plan(actor, activity.case))


Rule = Callable[[Actor, Any], bool]
RULES: Mapping[str, tuple[type, Rule]] = {
    TASK_VIEW: (TaskObject, _sees),
    TASK_CLAIM: (TaskObject, _claim),
    TASK_RELEASE: (TaskObject, _release),
    TASK_REASSIGN: (TaskObject, _reassign),
    TASK_SAVE: (TaskObject, _complete),
    TASK_COMPLETE: (TaskObject, _complete),
    TASK_SIGN: (TaskObject, _sign),
    CASE_VIEW: (CaseObject, _sees),
    CASE_START: (StartObject, _starter),
    CASE_CANCEL: (CaseObject, _cancel),
    CASE_PLAN: (CaseObject, _plan),
    CASE_MESSAGE: (MessageObject, _message),
    CASE_BEGIN: (ActivityObject, _begin),
    CUSTOMER_VIEW: (type(None), _staff),
    CUSTOMER_MANAGE: (StartObject, _starter),  # of any process whose cases belong to one
    DEFINITION_VIEW: (type(None), _anyone),
    DEFINITION_DEPLOY: (type(None), _owner),
    DECISION_MAKE: (type(None), _staff),
    HISTORY_VIEW: (type(None), _anyone),  # the list itself is scoped by `history_of`
    HISTORY_VERIFY: (type(None), _manager),
    OVERVIEW_VIEW: (type(None), _manager),
    PEOPLE_VIEW: (type(None), _anyone),
    PEOPLE_MANAGE: (type(None), _administrator),
    PEOPLE_PASSWORD: (PersonObject, _own_account),
    TOKEN_ADD: (PersonObject, _oneself),
    TOKEN_MANAGE: (PersonObject, _own_account),
    CASE_CORRECT: (CaseObject, _operator),
    INSTANCE_MIGRATE: (type(None), _operator),
    INCIDENT_VIEW: (IncidentObject, _operator),
    INCIDENT_RETRY: (IncidentObject, _operator),
}
"""Every action there is: the kind of object it is about (None: none) and who may do it."""
ACTIONS = tuple(RULES)
HIDDEN_FROM_STRANGERS = frozenset({INCIDENT_VIEW, INCIDENT_RETRY})
"""Actions whose "no" is always ``NotFound``."""


def may(actor: Actor, action: str, thing: object = None) -> bool:
    """Whether ``actor`` may do ``action`` to ``thing``.

    False for an action that is not in ``RULES`` and for an object of the wrong kind.
    """
    kind, rule = RULES.get(action, (None, None))
    if kind is None or rule is None or not isinstance(thing, kind):
        return False
    return _exists_for(thing) and rule(actor, thing)


def authorize(actor: Actor, action: str, thing: object = None) -> None:
    """Return when ``actor`` may do ``action`` to ``thing``; raise otherwise.

    Raises ``NotFound`` when the actor must not know that ``thing`` exists, else ``NotAllowed``:
    code ``not_yours`` for somebody else's task, ``already_completed`` for one that is not open any
    more, ``not_allowed`` for all the rest. A caller that can tell who was first should look at a
    task's state before it asks here.
    """
    if may(actor, action, thing):
        return
    if not _exists_for(thing) or action in HIDDEN_FROM_STRANGERS:
        raise NotFound()
    code = "not_allowed"
    if isinstance(thing, TaskObject):
        if thing.state != "open":
            code = "already_completed"
        elif thing.assignee_id not in (None, actor.id):
            code = "not_yours"
    raise NotAllowed(f"{actor.name} may not do this ({action}).", code=code, action=action)


def _exists_for(thing: object) -> bool:
    return bool(getattr(thing, "visible", True))


# ---------------------------------------------------------------- the rules as SQL, for lists

Column = ColumnElement[Any] | InstrumentedAttribute[Any]


def of_my_roles(actor: Actor, role: Column) -> ColumnElement[bool]:
    """The role is one of the actor's, or none is asked for."""
    return or_(role.in_(sorted(actor.roles)), role.is_(None))


def cases_of(actor: Actor, case_id: Column) -> ColumnElement[bool]:
    """Cases that the actor may see: managers all, others those that they started, and those that a
    role of theirs leads or in which it (or they themselves) has, had or will have an activity."""
    if sees_all(actor):
        return true()
    if not actor.id:
        return false()
    plan, work, case = aliased(PlanItem), aliased(Task), aliased(Case)
    ours = or_(of_my_roles(actor, plan.role), plan.person_id == actor.id)
    planned = select(plan.id).where(plan.case_id == case_id, ours)
    worked = select(work.id).where(
        work.case_id == case_id,
        or_(
            of_my_roles(actor, work.role),
            work.assignee_id == actor.id,
            work.completed_by == actor.id,
        ),
    )
    mine = or_(case.lead_role.in_(sorted(actor.roles)), case.started_by == actor.id)
    led = select(case.id).where(case.id == case_id, case.started_by.is_not(None), mine)
    return or_(_probe(planned), _probe(worked), _probe(led))


def _probe(statement: Select[str]) -> ColumnElement[bool]:
    """EXISTS that is asked of each row by itself. Without the OFFSET, PostgreSQL would read the
    whole table once and hash what it found, which costs more with every case there has been."""
    return statement.offset(0).exists()


def offered_to(actor: Actor, role: str | None = None) -> list[ColumnElement[bool]]:
    """The actor's own open work as conditions that no task meets twice: assigned to them, or
    unassigned and of one of their roles; of one ``role``, if it is given. One condition per index
    range, so that each is read in order of date and stops at a page."""
    mine = Task.assignee_id == actor.id
    free = (and_(of_role, Task.assignee_id.is_(None)) for of_role in tasks_of_roles(actor, role))
    return [mine if role is None else and_(Task.role == role, mine), *free]


def tasks_of_roles(actor: Actor, role: str | None = None) -> list[ColumnElement[bool]]:
    """Work of the actor's roles, whoever has it; of one ``role``, if it is given. One condition per
    index range, none when there is nothing that fits."""
    if role is not None:
        return [Task.role == role] if role in actor.roles else []
    return [*(Task.role == mine for mine in sorted(actor.roles)), Task.role.is_(None)]


def history_of(actor: Actor, facts: type[History] = History) -> ColumnElement[bool]:
    """Facts (of ``facts``, the table or some of its rows) that the actor may read: managers all,
    others those of their cases; process owners the definitions' too, administrators accounts'."""
    if sees_all(actor):
        return true()
    seen = [and_(facts.case_id.is_not(None), cases_of(actor, facts.case_id))]
    loose, definition = facts.case_id.is_(None), facts.definition_id
    if PROCESS_OWNER in actor.rights:
        seen.append(and_(loose, definition.is_not(None)))
    if ADMINISTRATOR in actor.rights:
        seen.append(and_(loose, definition.is_(None)))
    return or_(*seen)
