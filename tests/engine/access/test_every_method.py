"""Every public method of the engine, asked by a stranger and by everybody: what is not declared
here fails, and what is declared is what happens."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import pytest

from engine import (
    SYSTEM,
    Actor,
    Engine,
    NotAllowed,
    NotAuthenticated,
    NotFound,
    ServiceplanError,
    Site,
)
from engine.service.transactions import Part
from tests.support.desk import Desk
from tests.support.diagrams import chain, diagram, end, start, task

WHO: Final = ("stranger", "nobody", "outside", "inside", "owner", "administrator", "manager")
"""Who asks, in the order of the marks: without an account, with an account and no role, with a role
that the case does not know, with a role of the case, with each of the rights."""

# "+" the door is open (whatever comes of it: a list has only what its reader may see, and may be
# empty), "-" refused, "0" it does not exist for them.
METHODS: Final[Mapping[str, str]] = {
    "definitions.all": "--+++++",
    "definitions.deploy": "----+--",
    "definitions.drawing": "00+++++",
    "definitions.findings": "--+++++",
    "definitions.get": "00+++++",
    "definitions.live": "+++++++",
    "definitions.names": "+++++++",
    "definitions.open_to_anyone": "----+--",
    "definitions.running": "--+++++",
    "definitions.sheet": "--+++++",
    "definitions.source": "--+++++",
    "definitions.without_role": "--+++++",
    "definitions.wording": "00+++++",
    "decisions.all": "--+++++",
    "decisions.decide": "--00000",
    "decisions.findings": "--00000",
    "decisions.get": "--00000",
    "decisions.source": "--00000",
    "customers.add": "------+",
    "customers.by_id": "+++++++",
    "customers.choices": "+++++++",
    "customers.matching": "+++++++",
    "customers.problems": "------+",
    "customers.search": "+++++++",
    "cases.begin_activity": "000+00+",
    "cases.cancel": "000-00+",
    "cases.check_start": "------+",
    "cases.deliver": "000+00+",
    "cases.explain_plan": "000+00+",
    "cases.get": "000+00+",
    "cases.message_problems": "000+00+",
    "cases.page": "000+00+",
    "cases.preview_plan": "------+",
    "cases.search": "+++++++",
    "cases.set_plan": "000-00+",
    "cases.start": "------+",
    "cases.start_form": "------+",
    "cases.start_problems": "------+",
    "cases.startable": "+++++++",
    "instances.correct_variables": "000-00+",
    "instances.element_states": "000+00+",
    "instances.get": "000+00+",
    "instances.variables": "000-00+",
    "incidents.newest": "+++++++",
    "incidents.retry": "0000000",
    "incidents.search": "+++++++",
    "people.account": "---+-+-",
    "people.add": "-----+-",
    "people.all": "--+++++",
    "people.by_id": "+++++++",
    "people.change": "-----+-",
    "people.choices": "+++++++",
    "people.held": "+++++++",
    "people.holders": "+++++++",
    "people.matching": "+++++++",
    "people.named": "+++++++",
    "people.search": "--+++++",
    "people.set_password": "---+-+-",
    "invitations.make": "-----+-",
    "rights_requests.decide": "-----+-",
    "rights_requests.waiting": "+++++++",
    "pending_forms.claim": "+++++++",
    "pending_forms.discard": "+++++++",
    "pending_forms.get": "+++++++",
    "sessions.end_one": "-000000",
    "sessions.end_others": "-++++++",
    "sessions.of_person": "-++++++",
    "second_factors.begin_codes": "---+---",
    "second_factors.confirm_codes": "---+---",
    "second_factors.new_recovery_codes": "---+---",
    "second_factors.of": "---+-+-",
    "second_factors.remove_codes": "---+---",
    "second_factors.reset": "-----+-",
    "second_factors.use_code": "-------",
    "second_factors.waiting_codes": "---+---",
    "passkeys.begin_registration": "---+---",
    "passkeys.register": "---+---",
    "passkeys.remove": "---0---",
    "tokens.add": "---+---",
    "tokens.all": "-----+-",
    "tokens.revoke": "---+-+-",
    "tasks.attach": "000+00-",
    "tasks.attachment": "0000000",
    "tasks.claim": "000+00-",
    "tasks.complete": "000+00-",
    "tasks.counts": "+++++++",
    "tasks.detach": "000+00-",
    "tasks.explain_due": "000+00+",
    "tasks.follow_up": "000+00+",
    "tasks.form": "000+00+",
    "tasks.get": "000+00+",
    "tasks.missing": "000+00-",
    "tasks.sign_several": "-------",
    "tasks.withdraw_signature": "0000000",
    "tasks.problems": "000+00-",
    "tasks.reassign": "000-00+",
    "tasks.release": "000-00-",
    "tasks.save_draft": "000+00-",
    "tasks.search": "+++++++",
    "tasks.signable": "000+00-",
    "tasks.take_over": "000-00-",
    "notices.see": "0000000",
    "notices.unseen": "+++++++",
    "history.choices": "-++++++",
    "history.export": "-++++++",
    "history.search": "-++++++",
    "history.verify": "------+",
    "printed.case": "000+00+",
    "printed.task": "000+00+",
    "checkpoints.export": "------+",
    "checkpoints.proof": "000+00+",
    "checkpoints.restart": "-------",
    "checkpoints.rotate_key": "-------",
    "checkpoints.status": "------+",
    "analysis.overview": "------+",
    "migrations.dismiss_skipped": "0000000",
    "migrations.get": "----0-0",
    "migrations.of_process": "----+-+",
    "migrations.preview": "----0-0",
    "migrations.run_skipped": "0000000",
    "migrations.skipped_steps": "000+00+",
    "migrations.start": "----0-0",
    "migrations.take_back": "----0-0",
    "previews.create": "----0-0",
    "previews.get": "----0-0",
    "previews.of_process": "----+-+",
    "previews.start": "----0-0",
    "jobs.any_failed": "+++++++",
    "jobs.dead_letters": "+++++++",
    "jobs.failed": "+++++++",
    "jobs.resend": "------0",
    "jobs.retry": "------0",
}  # fmt: skip
"""What each method answers those of ``WHO``."""

INNER: Final = frozenset({
    "definitions.check",
    "openid.begin_sign_in",
    "openid.sign_in",
    "people.exist",
    "people.password_problems",
    "invitations.accept",
    "invitations.accept_first",
    "invitations.look",
    "invitations.make_first",
    "pending_forms.keep",
    "sessions.check_password",
    "sessions.get",
    "sessions.renew",
    "sessions.save",
    "sessions.sign_in",
    "sessions.sign_out",
    "second_factors.finish",
    "second_factors.pending",
    "passkeys.begin_second_step",
    "passkeys.begin_sign_in",
    "passkeys.check_name",
    "passkeys.finish",
    "passkeys.sign_in",
    "tokens.bearer",
    "tokens.problems",
    "history.types",
    "checkpoints.make",
    "checkpoints.newest",
    "checkpoints.tick",
    "analysis.count_figures",
    "migrations.run",
    "previews.run",
    "operations.backup",
    "operations.check_version",
    "operations.job_lag",
    "operations.pulse",
    "operations.watch",
    "jobs.fire_due",
    "jobs.worker",
})  # fmt: skip
"""Methods without an actor: what the application itself asks for, what a secret opens, and what a
worker does."""


@pytest.fixture
def database_kind() -> str:
    """The rules do not know on which database they stand."""
    return "sqlite"


class World:
    """An engine with something of everything, and arguments for each method."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.engine = desk, desk.engine
        parts = (start(), task("act", sign=True), end(), chain("start", "act", "end"))
        desk.deploy(diagram("work", *parts, lanes={"saljare": ["act"]}))
        self.case = desk.case("work")
        self.task = desk.task(self.case)
        self.done = desk.task(desk.case("work"))
        desk.complete(desk.seller, self.done)
        nobody = self.engine.people.add(SYSTEM, "nobody", "Nils", password=None, key=desk.key())
        other = self.engine.people.add(
            SYSTEM, "other", "Olle", rights=["administrator"], password=None, key=desk.key()
        )
        self.request = self.engine.people.change(
            Actor(str(other.id), "Olle", frozenset(), frozenset({"administrator"})),
            "other",
            rights=["administrator", "manager"],
            key=desk.key(),
        ).result["request"]
        token = self.engine.tokens.add(desk.seller.actor, "saljare", "t", key=desk.key())
        self.token = token.token.id
        people = desk.people
        self.actors = {
            "stranger": Actor("", ""),
            "nobody": Actor(str(nobody.id), "Nils"),
            "outside": people["kvalitet"].actor,
            "inside": people["saljare"].actor,
            "owner": people["process_owner"].actor,
            "administrator": people["administrator"].actor,
            "manager": people["manager"].actor,
        }
        definitions = self.engine.definitions.all(SYSTEM)
        self.definition = next(d.id for d in definitions if d.process_id == "work")

    def given(self, name: str) -> Any:
        """A value for a parameter; as a rule one that changes nothing where the door is open."""
        known: dict[str, Any] = {
            "task_id": self.task,
            "id": self.task,
            "case_id": self.case,
            "instance_id": self.case,
            "business_key": self.case,
            "process_id": "work",
            "definition_id": self.definition,
            "definition": self.definition,
            "definition_ids": [self.definition],
            "token_id": self.token,
            "request_id": self.request,
            "username": "saljare",
            "element_id": "act",
            "answers": {"undeclared": 1},
            "ticks": {},
            "values": {"undeclared": 1},
            "rows": [{"id": "gone"}],
            "groups": [],
            "ids": [],
            "roles": ["saljare"],
            "usernames": ["saljare"],
            "variables": {},
            "payload": {},
            "credential": {},
            "site": Site("localhost", ("http://localhost",), "Prov"),
            "sources": [],
            "to_version": 99,
            "data": b"",
            "choose": lambda *_: None,
            "approve": True,
            "key": self.desk.key(),
            "name": "Nyckel",
            "org_number": "",
            "password": "fyra gröna moroten",
            "reason": "",
            "text": "saljare",
        }
        return known.get(name, "x")

    def mark(self, method: Callable[..., Any], actor: Actor) -> str:
        parameters = inspect.signature(inspect.unwrap(method)).parameters
        asked = [p for p in parameters.values() if p.default is p.empty and p.name != "self"]
        given = {p.name: actor if p.name == "actor" else self.given(p.name) for p in asked}
        if method.__name__ == "follow_up":
            given["task_id"] = self.done
        if "revision" in parameters:
            given["revision"] = 99
        if "process_id" in parameters:
            given["process_id"] = "work"
        try:
            found = method(**given)
            if inspect.isgenerator(found):
                next(found, None)
        except (NotAllowed, NotAuthenticated):
            return "-"
        except NotFound:
            return "0"
        except ServiceplanError:
            return "+"
        return "+"


def methods(engine: Engine) -> Iterator[tuple[str, Callable[..., Any]]]:
    """The public methods of the engine's parts, by name."""
    for noun, part in vars(engine).items():
        if isinstance(part, Part):
            for verb, _function in inspect.getmembers(type(part), inspect.isfunction):
                if not verb.startswith("_"):
                    yield f"{noun}.{verb}", getattr(part, verb)


def test_every_method_is_declared_and_answers_as_declared(bare_desk: Desk) -> None:
    world = World(bare_desk)
    found, inner = {}, set()
    for name, method in methods(world.engine):
        if "actor" not in inspect.signature(inspect.unwrap(method)).parameters:
            inner.add(name)
            continue
        found[name] = "".join(world.mark(method, world.actors[who]) for who in WHO)
    assert inner == INNER
    assert found == dict(METHODS)
