"""Who may do what: the whole table, role by role, and what a refusal tells."""

from __future__ import annotations

import pytest

from engine.access import rules
from engine.access.rules import (
    ActivityObject,
    CaseObject,
    IncidentObject,
    MessageObject,
    PersonObject,
    SignatureObject,
    StartObject,
    TaskObject,
    authorize,
    may,
)
from engine.errors import NotAllowed, NotFound
from engine.views import SYSTEM, Actor

ANNA = Actor("anna", "Anna", frozenset({"ekonomi"}))
OF_ROLE = Actor("of_role", "Olle", frozenset({"inkop"}))
ACCOUNT = Actor("account", "Kerstin", frozenset({"kundansvarig"}))
OTHER_ACCOUNT = Actor("other_account", "Karl", frozenset({"kundansvarig"}))
SELLER = Actor("seller", "Sara", frozenset({"saljare"}))
MANAGER = Actor("manager", "Maria", rights=frozenset({"manager"}))
OWNER = Actor("owner", "Otto", rights=frozenset({"process_owner"}))
ADMIN = Actor("admin", "Ada", rights=frozenset({"administrator"}))
NOBODY = Actor("nobody", "Nils")
EVERYBODY = (
    ANNA,
    OF_ROLE,
    ACCOUNT,
    OTHER_ACCOUNT,
    SELLER,
    MANAGER,
    OWNER,
    ADMIN,
    NOBODY,
    SYSTEM,
)

CASE = CaseObject("case", visible=True, account_manager_id="account", lead_role="kundansvarig")
NEW_CASE = CaseObject("case", visible=True, lead_role="kundansvarig")
LEADERLESS = CaseObject("case", visible=True)
SOLD = StartObject(frozenset({"saljare", "kundansvarig"}))
ENDED = CaseObject("case", visible=True, state="completed", account_manager_id="account")
HIDDEN = CaseObject("case", visible=False)

FREE = TaskObject("task", CASE, role="inkop", assignee_id=None)
ANNAS = TaskObject("task", CASE, role="inkop", assignee_id="anna")
NAMED = TaskObject("task", CASE, role="inkop", assignee_id="anna", named=True)
ANYBODYS = TaskObject("task", CASE, role=None, assignee_id="anna")
OPEN_TO_ALL = TaskObject("task", CASE, role=None, assignee_id=None)
DONE = TaskObject("task", CASE, role="inkop", assignee_id="anna", state="completed")
HIDDEN_TASK = TaskObject("task", HIDDEN, role="inkop", assignee_id=None)
COMPLAINT = MessageObject(CASE, frozenset({"kundansvarig", "saljare"}))
UNOFFERED = MessageObject(CASE, frozenset())
LATE_NOTICE = MessageObject(ENDED, frozenset({"kundansvarig"}))

ALL = {person.id for person in EVERYBODY}

TABLE: list[tuple[str, object, set[str]]] = [
    ("task.view", FREE, ALL),
    ("task.view", HIDDEN_TASK, set()),
    ("task.claim", FREE, {"of_role", "system"}),
    ("task.claim", OPEN_TO_ALL, ALL),
    ("task.claim", ANNAS, set()),
    ("task.claim", DONE, set()),
    ("task.release", FREE, set()),
    ("task.release", ANNAS, {"anna", "manager", "system"}),
    ("task.release", DONE, set()),
    ("task.reassign", FREE, {"manager", "account", "system"}),
    ("task.reassign", ANNAS, {"anna", "manager", "account", "system"}),
    ("task.reassign", DONE, set()),
    ("task.take_over", FREE, set()),
    ("task.take_over", ANNAS, {"of_role"}),
    ("task.take_over", NAMED, set()),
    ("task.take_over", OPEN_TO_ALL, set()),
    ("task.take_over", ANYBODYS, set()),
    ("task.take_over", DONE, set()),
    ("task.save", FREE, {"of_role", "system"}),
    ("task.save", ANNAS, {"anna", "system"}),
    ("task.complete", FREE, {"of_role", "system"}),
    ("task.complete", OPEN_TO_ALL, ALL),
    ("task.complete", ANNAS, {"anna", "system"}),
    ("task.complete", DONE, set()),
    ("task.sign", FREE, {"of_role"}),
    ("task.sign", OPEN_TO_ALL, ALL - {"system"}),
    ("task.sign", ANNAS, {"anna"}),
    ("signature.withdraw", SignatureObject("anna", CASE), {"anna", "manager", "system"}),
    ("case.view", CASE, ALL),
    ("case.view", HIDDEN, set()),
    ("case.start", SOLD, {"seller", "account", "other_account", "manager", "system"}),
    ("case.start", StartObject(), {"manager", "system"}),
    ("case.start", StartObject(everyone=True), ALL),
    ("case.start", StartObject(frozenset({"inkop"}), everyone=True), ALL),
    ("case.cancel", CASE, {"manager", "system"}),
    ("case.cancel", ENDED, set()),
    ("case.plan", CASE, {"account", "manager", "system"}),
    ("case.plan", NEW_CASE, {"account", "other_account", "manager", "system"}),
    ("case.plan", LEADERLESS, {"manager", "system"}),
    ("case.plan", ENDED, set()),
    ("case.begin", ActivityObject(CASE, "inkop"), {"of_role", "account", "manager", "system"}),
    (
        "case.begin",
        ActivityObject(NEW_CASE, "inkop"),
        {"of_role", "account", "other_account"} | {"manager", "system"},
    ),
    ("case.begin", ActivityObject(CASE, None), ALL),
    ("case.begin", ActivityObject(ENDED, "inkop"), set()),
    ("case.begin", ActivityObject(HIDDEN, None), set()),
    ("case.message", COMPLAINT, {"seller", "account", "other_account", "manager", "system"}),
    ("case.message", UNOFFERED, {"manager", "system"}),
    ("case.message", LATE_NOTICE, set()),
    ("customer.view", None, ALL - {"nobody"}),
    ("customer.manage", SOLD, {"seller", "account", "other_account", "manager", "system"}),
    ("customer.manage", StartObject(), {"manager", "system"}),
    ("definition.view", None, ALL),
    ("decision.make", None, ALL - {"nobody"}),
    ("definition.deploy", None, {"owner", "system"}),
    ("history.view", None, ALL),
    ("history.verify", None, {"manager", "system"}),
    ("overview.view", None, {"manager", "system"}),
    ("people.view", None, ALL),
    ("people.manage", None, {"admin", "system"}),
    ("token.add", PersonObject("anna"), {"anna", "system"}),
    ("token.manage", PersonObject("anna"), {"anna", "admin", "system"}),
    ("people.password", PersonObject("anna"), {"anna", "admin", "system"}),
    ("instance.migrate", None, {"manager", "owner", "system"}),
    ("incident.view", IncidentObject("incident", CASE), {"manager", "owner", "system"}),
    ("incident.retry", IncidentObject("incident", CASE), {"manager", "owner", "system"}),
    ("case.correct", CASE, {"manager", "owner", "system"}),
    ("case.correct", HIDDEN, set()),
]


@pytest.mark.parametrize(("action", "thing", "allowed"), TABLE)
def test_who_may(action: str, thing: object, allowed: set[str]) -> None:
    assert {person.id for person in EVERYBODY if may(person, action, thing)} == allowed


def test_the_table_covers_every_action() -> None:
    assert {action for action, _, _ in TABLE} == set(rules.ACTIONS)


@pytest.mark.parametrize(("action", "thing", "allowed"), TABLE)
def test_to_authorize_is_to_ask_and_to_raise(action: str, thing: object, allowed: set[str]) -> None:
    for person in EVERYBODY:
        if person.id in allowed:
            authorize(person, action, thing)
        else:
            with pytest.raises((NotAllowed, NotFound)):
                authorize(person, action, thing)


@pytest.mark.parametrize("thing", [HIDDEN, HIDDEN_TASK, MessageObject(HIDDEN, frozenset())])
@pytest.mark.parametrize("action", rules.ACTIONS)
def test_what_is_hidden_does_not_exist_whatever_is_asked(action: str, thing: object) -> None:
    with pytest.raises(NotFound):
        authorize(OF_ROLE, action, thing)


def test_a_stranger_does_not_learn_of_incidents() -> None:
    with pytest.raises(NotFound):
        authorize(SELLER, "incident.retry", IncidentObject("incident", CASE))


@pytest.mark.parametrize(
    ("person", "action", "thing", "code"),
    [
        (OF_ROLE, "task.complete", ANNAS, "not_yours"),
        (MANAGER, "task.complete", ANNAS, "not_yours"),
        (OF_ROLE, "task.complete", DONE, "already_completed"),
        (SELLER, "task.complete", FREE, "not_allowed"),
        (SYSTEM, "task.sign", FREE, "not_allowed"),
        (SELLER, "definition.deploy", None, "not_allowed"),
    ],
)
def test_a_refusal_says_why(person: Actor, action: str, thing: object, code: str) -> None:
    with pytest.raises(NotAllowed) as caught:
        authorize(person, action, thing)
    assert caught.value.error_code == code


@pytest.mark.parametrize("thing", [None, "task", CASE, object()])
@pytest.mark.parametrize("action", ["task.complete", "task.destroy", ""])
def test_what_is_in_no_rule_is_denied_even_to_the_system(action: str, thing: object) -> None:
    for person in (SYSTEM, MANAGER):
        assert not may(person, action, thing)
        with pytest.raises(NotAllowed):
            authorize(person, action, thing)


def test_nobody_at_all_may_do_nothing() -> None:
    anonymous = Actor("", "")
    assert not may(anonymous, "case.start", StartObject(everyone=True))
    assert not [a for a in rules.ACTIONS if may(anonymous, a) and a != "task.view"]
