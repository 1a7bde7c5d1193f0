"""The people of a task's page: whom its form asks for, and whom the task can be given to."""

from __future__ import annotations

from collections.abc import Mapping

from engine import TaskDetail
from web import choices
from web.cases.plan import plan_choices
from web.choices import Asked, Choice, Form
from web.context import actor, engine
from web.forms import PREFIX
from web.task_inputs import ASSIGNEE


def asked(
    detail: TaskDetail,
    shown: Mapping[str, str],
    plan: Mapping[str, Mapping[str, str]],
    carried: Form,
) -> Mapping[str, Choice]:
    """The choices of people that the task's form has."""
    wanted = [
        Asked(PREFIX + field.id, shown[field.id]) for field in detail.form if field.type == "person"
    ]
    if any(field.type == "plan" for field in detail.form):
        wanted += plan_choices(detail.plan, plan)
    return choices.of_people(wanted, carried, case_id=detail.row.case_id)


def assignee(detail: TaskDetail, carried: Form) -> Choice | None:
    """The choice of whom the task is given to; None when the reader gives it to nobody, or nobody
    can take it."""
    offered = detail.candidates
    if "reassign" not in detail.can or (offered.complete and not offered.items):
        return None
    one = Asked(ASSIGNEE, carried.get(ASSIGNEE, ""), detail.row.role)
    return choices.of_offered(one, offered, carried)


def names(detail: TaskDetail) -> Mapping[str, str]:
    """The names of people among the answers of a task that is only read, by user name."""
    people = [field.id for field in detail.form if field.type == "person"]
    return choices.names_of(str(detail.values.get(id) or "") for id in people)


def may_take(detail: TaskDetail, username: str) -> bool:
    """Whether the task can be given to the person with this user name."""
    person = engine().people.named(actor(), [username]).get(username)
    role = detail.row.role
    return person is not None and person.active and (role is None or role in person.roles)
