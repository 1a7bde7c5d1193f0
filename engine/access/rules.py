"""Who may do what, decided in one place, and denied unless a rule allows it.

``RULES`` is the whole table: for each action the kind of object that it is about, and the rule. The
objects are small and frozen; ``engine.queries.objects`` loads them.

There are two refusals: ``NotFound`` for an object that the actor must not know of, and
``NotAllowed`` for one that the actor may see, but not change."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.access import actions
from engine.errors import NotAllowed, NotFound
from engine.views import Actor

# ---------------------------------------------------------------- what the rules look at


@dataclass(frozen=True, slots=True)
class CaseObject:
    """A case as the rules see it. ``visible`` is the result of ``cases_of`` for the actor that the
    object was loaded for, so it is valid for that actor only. ``account_manager_id`` is the person
    of ``lead_role``, the role that answers for the case."""

    id: str
    visible: bool
    state: str = "running"
    account_manager_id: str | None = None
    lead_role: str | None = None

    @property
    def running(self) -> bool:
        """Whether the case has not ended; an incident does not end it."""
        return self.state in ("running", "incident")


@dataclass(frozen=True, slots=True)
class TaskObject:
    """A user task as the rules see it. ``named``: its diagram gives it to the very person who has
    it."""

    id: str
    case: CaseObject
    role: str | None
    assignee_id: str | None
    state: str = "open"
    revision: int = 0
    named: bool = False

    @property
    def visible(self) -> bool:
        """Whether the actor may see its case."""
        return self.case.visible


@dataclass(frozen=True, slots=True)
class SignatureObject:
    """A signature, and who has given it."""

    signer_id: str
    case: CaseObject

    @property
    def visible(self) -> bool:
        """Whether the actor may see its case."""
        return self.case.visible


@dataclass(frozen=True, slots=True)
class MessageObject:
    """A message to a case, and the roles that the diagram lets send it."""

    case: CaseObject
    roles: frozenset[str]

    @property
    def visible(self) -> bool:
        """Whether the actor may see its case."""
        return self.case.visible


@dataclass(frozen=True, slots=True)
class ActivityObject:
    """An activity of an open ad-hoc sub-process, and the role whose lane it stands in."""

    case: CaseObject
    role: str | None

    @property
    def visible(self) -> bool:
        """Whether the actor may see its case."""
        return self.case.visible


@dataclass(frozen=True, slots=True)
class IncidentObject:
    """An incident of a case."""

    id: str
    case: CaseObject

    @property
    def visible(self) -> bool:
        """Always true: ``HIDDEN_FROM_STRANGERS`` hides incidents."""
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
    """Whether the actor may see all cases: managers and the engine itself."""
    return _has(actor, actions.MANAGER)


def _has(actor: Actor, right: str) -> bool:
    return right in actor.rights or actions.SYSTEM_RIGHT in actor.rights


def _holds(actor: Actor, role: str | None) -> bool:
    return role is None or role in actor.roles


def _anyone(actor: Actor, _: Any) -> bool:
    return bool(actor.id)


def _sees(actor: Actor, thing: CaseObject | TaskObject) -> bool:
    return thing.visible


def _manager(actor: Actor, _: Any) -> bool:
    return _has(actor, actions.MANAGER)


def _administrator(actor: Actor, _: Any) -> bool:
    return _has(actor, actions.ADMINISTRATOR)


def _owner(actor: Actor, _: Any) -> bool:
    return _has(actor, actions.PROCESS_OWNER)


def _engine_itself(actor: Actor, _: Any) -> bool:
    return actions.SYSTEM_RIGHT in actor.rights


def _operator(actor: Actor, _: Any) -> bool:
    return _has(actor, actions.MANAGER) or _has(actor, actions.PROCESS_OWNER)


def _staff(actor: Actor, _: Any) -> bool:
    return bool(actor.roles or actor.rights)


def _starter(actor: Actor, start: StartObject) -> bool:
    anyone = start.everyone and bool(actor.id)
    return _has(actor, actions.MANAGER) or bool(actor.roles & start.roles) or anyone


def _own_account(actor: Actor, person: PersonObject) -> bool:
    return person.id == actor.id or _has(actor, actions.ADMINISTRATOR)


def _oneself(actor: Actor, person: PersonObject) -> bool:
    """The person only: not even an administrator acts in somebody else's name."""
    return person.id == actor.id or actions.SYSTEM_RIGHT in actor.rights


def _resetter(actor: Actor, person: PersonObject) -> bool:
    """An administrator, for others: one's own go by re-authentication only."""
    return person.id != actor.id and _has(actor, actions.ADMINISTRATOR)


def _worker(actor: Actor, task: TaskObject) -> bool:
    """The assignee or, while nobody is assigned, anyone who holds the role. Not even a manager may
    do somebody else's task: it is reassigned first."""
    if task.assignee_id is None:
        return _holds(actor, task.role)
    return task.assignee_id == actor.id


def _complete(actor: Actor, task: TaskObject) -> bool:
    return task.state == "open" and (_worker(actor, task) or actions.SYSTEM_RIGHT in actor.rights)


def _sign(actor: Actor, task: TaskObject) -> bool:
    """A signature is a person's: the engine can never give one."""
    return (
        task.state == "open" and _worker(actor, task) and actions.SYSTEM_RIGHT not in actor.rights
    )


def _claim(actor: Actor, task: TaskObject) -> bool:
    return task.assignee_id is None and _complete(actor, task)


def _release(actor: Actor, task: TaskObject) -> bool:
    mine = task.assignee_id == actor.id or _has(actor, actions.MANAGER)
    return task.state == "open" and task.assignee_id is not None and mine


def _reassign(actor: Actor, task: TaskObject) -> bool:
    may_give_away = (task.assignee_id, task.case.account_manager_id)
    return task.state == "open" and (actor.id in may_give_away or _has(actor, actions.MANAGER))


def _take_over(actor: Actor, task: TaskObject) -> bool:
    """A colleague: somebody else who holds the task's role. A task of no role is anybody's, so
    nobody is a colleague; one that the diagram gives to this very person is reassigned by whoever
    answers for the case."""
    colleague = task.role is not None and task.role in actor.roles
    taken = task.assignee_id is not None and task.assignee_id != actor.id
    return task.state == "open" and taken and colleague and not task.named


def _withdraw(actor: Actor, signature: SignatureObject) -> bool:
    return signature.signer_id == actor.id or _has(actor, actions.MANAGER)


def _cancel(actor: Actor, case: CaseObject) -> bool:
    return case.running and _has(actor, actions.MANAGER)


def _plan(actor: Actor, case: CaseObject) -> bool:
    """Managers and the person who leads the case; while nobody is chosen, all of that role."""
    chosen = case.account_manager_id
    mine = chosen == actor.id if chosen else case.lead_role in actor.roles
    return case.running and (mine or _has(actor, actions.MANAGER))


def _message(actor: Actor, message: MessageObject) -> bool:
    may_send = bool(actor.roles & message.roles) or _has(actor, actions.MANAGER)
    return message.case.running and may_send


def _begin(actor: Actor, activity: ActivityObject) -> bool:
    """People who hold the activity's role, and those who may plan the case."""
    return activity.case.running and (_holds(actor, activity.role) or _plan(actor, activity.case))


AccessRule = Callable[[Actor, Any], bool]
"""Whether an actor may do an action to an object."""

RULES: Mapping[str, tuple[type, AccessRule]] = {
    actions.TASK_VIEW: (TaskObject, _sees),
    actions.TASK_CLAIM: (TaskObject, _claim),
    actions.TASK_RELEASE: (TaskObject, _release),
    actions.TASK_REASSIGN: (TaskObject, _reassign),
    actions.TASK_TAKE_OVER: (TaskObject, _take_over),
    actions.TASK_SAVE: (TaskObject, _complete),
    actions.TASK_COMPLETE: (TaskObject, _complete),
    actions.TASK_SIGN: (TaskObject, _sign),
    actions.SIGNATURE_WITHDRAW: (SignatureObject, _withdraw),
    actions.CASE_VIEW: (CaseObject, _sees),
    actions.CASE_START: (StartObject, _starter),
    actions.CASE_CANCEL: (CaseObject, _cancel),
    actions.CASE_PLAN: (CaseObject, _plan),
    actions.CASE_MESSAGE: (MessageObject, _message),
    actions.CASE_BEGIN: (ActivityObject, _begin),
    actions.CUSTOMER_VIEW: (type(None), _staff),
    actions.CUSTOMER_MANAGE: (StartObject, _starter),  # of any process whose cases have one
    actions.DEFINITION_VIEW: (type(None), _anyone),
    actions.DEFINITION_DEPLOY: (type(None), _owner),
    actions.DECISION_MAKE: (type(None), _staff),
    actions.HISTORY_VIEW: (type(None), _anyone),  # the list itself is scoped by `history_of`
    actions.HISTORY_VERIFY: (type(None), _manager),
    actions.CHECKPOINT_MANAGE: (type(None), _engine_itself),
    actions.OVERVIEW_VIEW: (type(None), _manager),
    actions.PEOPLE_VIEW: (type(None), _anyone),
    actions.PEOPLE_MANAGE: (type(None), _administrator),
    actions.PEOPLE_PASSWORD: (PersonObject, _own_account),
    actions.TOKEN_ADD: (PersonObject, _oneself),
    actions.SIGN_IN_VIEW: (PersonObject, _own_account),
    actions.SIGN_IN_MANAGE: (PersonObject, _oneself),
    actions.SECOND_FACTOR_RESET: (PersonObject, _resetter),
    actions.TOKEN_MANAGE: (PersonObject, _own_account),
    actions.CASE_CORRECT: (CaseObject, _operator),
    actions.INSTANCE_MIGRATE: (type(None), _operator),
    actions.INCIDENT_VIEW: (IncidentObject, _operator),
    actions.INCIDENT_RETRY: (IncidentObject, _operator),
}
"""For every action: the kind of object that it is about (``type(None)`` for none), and its rule."""

ACTIONS = tuple(RULES)
"""All actions."""

HIDDEN_FROM_STRANGERS = frozenset({actions.INCIDENT_VIEW, actions.INCIDENT_RETRY})
"""Actions that are always refused with ``NotFound``."""


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

    Raises ``NotFound`` when the actor must not know that ``thing`` exists, else ``NotAllowed`` with
    the code ``not_yours`` for somebody else's task, ``already_completed`` for a task that is not
    open any more, or ``not_allowed``. A caller that can say who completed a task should check the
    task's state before it calls this.
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
