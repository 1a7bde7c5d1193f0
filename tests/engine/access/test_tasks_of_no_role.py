"""Tasks that no role answers for, and tasks of people who have lost their role."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import update

from engine import SYSTEM, Actor, Conflict, Engine, NotAllowed, NotFound, Person, Source
from engine.bpmn.anyone import ACCESS
from engine.store.tables import DefinitionTable
from tests.support.databases import database_of
from tests.support.desk import Desk
from tests.support.diagrams import chain, diagram, end, start, task

PASSWORD = "fyra gröna moroten"


def nobodys(process_id: str = "loose") -> Source:
    """A process with one signed task in no lane, of which nothing is said."""
    made = diagram(process_id, start(), task("act", sign=True), end(), chain("start", "act", "end"))
    return Source(made.filename, made.data.replace(b'<sp:access anyone="true"/>', b"", 1))


@pytest.fixture
def stranger(desk: Desk) -> Actor:
    """Somebody who may sign in, with no role and no right."""
    made = desk.engine.people.add(
        SYSTEM, "stranger", "Sten Främling", password=PASSWORD, key=desk.key()
    )
    return Actor(str(made.id), "Sten Främling")


def listed(desk: Desk, actor: Actor) -> list[str]:
    return [row.id for row in desk.engine.tasks.search(actor, show="mine").items]


def test_nobodys_task_keeps_the_process_as_a_drawing_until_one_press(
    desk: Desk, stranger: Actor
) -> None:
    owner, engine = desk.people["process_owner"].actor, desk.engine
    source = nobodys()
    [drawn] = engine.definitions.deploy(owner, [source], key=desk.key()).definitions
    assert not drawn.startable
    assert engine.definitions.without_role(owner, drawn.id) == ("Act",)
    with pytest.raises(Conflict):
        desk.case("loose")
    with pytest.raises(NotAllowed):
        engine.definitions.open_to_anyone(desk.manager.actor, drawn.id, key=desk.key())
    once = desk.key()
    made = engine.definitions.open_to_anyone(owner, drawn.id, key=once)
    assert engine.definitions.open_to_anyone(owner, drawn.id, key=once) == made
    now = engine.definitions.get(owner, str(made.id))
    assert (now.startable, now.version) == (True, drawn.version + 1)
    stored = engine.definitions.source(owner, now.id).data
    assert stored.replace(ACCESS.encode(), b"") == source.data
    with pytest.raises(Conflict) as caught:
        engine.definitions.open_to_anyone(owner, drawn.id, key=desk.key())
    assert caught.value.error_code == "other_version"
    [open_task] = desk.open_tasks(desk.case("loose"))
    assert listed(desk, stranger) == [open_task.id]
    assert engine.tasks.get(stranger, open_task.id).row.name == "Act"
    engine.tasks.complete(
        stranger, open_task.id, answers={}, ticks={}, password=PASSWORD, key=desk.key()
    )


def test_without_holding_to_roles_the_task_is_for_whoever_may_sign_in(
    desk: Desk, stranger: Actor
) -> None:
    desk.engine.definitions.deploy(SYSTEM, [nobodys()], strict_roles=False, key=desk.key())
    [open_task] = desk.open_tasks(desk.case("loose"))
    assert listed(desk, stranger) == [open_task.id]
    desk.engine.tasks.claim(stranger, open_task.id, key=desk.key())


def test_a_task_of_a_definition_from_before_is_nobodys(desk: Desk, stranger: Actor) -> None:
    """Its managers hand it out."""
    engine = desk.engine
    made = engine.definitions.deploy(SYSTEM, [nobodys()], strict_roles=False, key=desk.key())
    with database_of(engine).writing() as connection:
        connection.execute(
            update(DefinitionTable)
            .where(DefinitionTable.id == made.definitions[0].id)
            .values(open_tasks=False)
        )
    [open_task] = desk.open_tasks(desk.case("loose"))
    for actor in (stranger, desk.seller.actor):
        assert listed(desk, actor) == []
        with pytest.raises(NotFound):
            engine.tasks.claim(actor, open_task.id, key=desk.key())
    engine.tasks.reassign(desk.manager.actor, open_task.id, "stranger", key=desk.key())
    engine.tasks.complete(
        stranger, open_task.id, answers={}, ticks={}, password=PASSWORD, key=desk.key()
    )


def test_a_stranger_sees_neither_people_nor_diagrams(desk: Desk, stranger: Actor) -> None:
    engine = desk.engine
    for refused in (
        lambda: engine.people.all(stranger),
        lambda: engine.people.search(stranger),
        lambda: engine.definitions.all(stranger),
        lambda: engine.decisions.all(stranger),
    ):
        with pytest.raises(NotAllowed):
            refused()
    plan = engine.definitions.all(SYSTEM)[0]
    for hidden in (engine.definitions.get, engine.definitions.drawing, engine.definitions.wording):
        with pytest.raises(NotFound):
            hidden(stranger, plan.id)
    assert engine.definitions.live(stranger) == ()
    assert engine.people.named(stranger, ["saljare"]) == {}
    assert engine.people.matching(stranger, "saljare").items == ()
    assert engine.cases.search(stranger).items == ()


# ---------------------------------------------------------------- a role that was taken away


@pytest.fixture
def signed(desk: Desk) -> str:
    """A task of the sellers that a seller has."""
    parts = (start(), task("act", sign=True), end(), chain("start", "act", "end"))
    desk.deploy(diagram("work", *parts, lanes={"saljare": ["act"]}))
    task_id = desk.task(desk.case("work"))
    desk.engine.tasks.claim(desk.seller.actor, task_id, key=desk.key())
    return task_id


def now(desk: Desk, username: str) -> Person:
    return desk.engine.people.named(SYSTEM, [username])[username]


@pytest.mark.parametrize("change", [{"roles": ["ekonomi"]}, {"active": False}])
def test_the_tasks_of_a_role_that_was_taken_away_go_back_to_it(
    desk: Desk, signed: str, change: dict[str, object]
) -> None:
    engine, boss = desk.engine, desk.people["administrator"].actor
    engine.tasks.save_draft(
        desk.seller.actor, signed, answers={}, ticks={}, note="half a thought", key=desk.key()
    )
    done = engine.people.change(boss, "saljare", key=desk.key(), **change)  # type: ignore[arg-type]
    assert done.result["given_back"] == 1
    after = now(desk, "saljare").actor()
    for act in _acts(engine, after, signed, desk.key) if "roles" in change else ():
        with pytest.raises((NotAllowed, NotFound)):
            act()
    seen = engine.tasks.get(desk.manager.actor, signed)
    assert (seen.row.assignee, seen.note) == (None, "half a thought")
    types = [e.type for e in engine.history.search(desk.manager.actor).items]
    assert "task.given_back" in types


def _acts(
    engine: Engine, actor: Actor, task_id: str, key: Callable[[], str]
) -> list[Callable[[], object]]:
    return [
        lambda: engine.tasks.claim(actor, task_id, key=key()),
        lambda: engine.tasks.save_draft(actor, task_id, answers={}, ticks={}, note="x", key=key()),
        lambda: engine.tasks.complete(
            actor, task_id, answers={}, ticks={}, password="x", key=key()
        ),
        lambda: engine.tasks.release(actor, task_id, key=key()),
        lambda: engine.tasks.reassign(actor, task_id, "saljare", key=key()),
    ]


def test_an_assignee_without_the_role_neither_saves_nor_signs(desk: Desk, signed: str) -> None:
    """Even if the row still says that the task is theirs."""
    lost = Actor(desk.seller.id, desk.seller.name, frozenset({"ekonomi"}))
    for act in (
        lambda: desk.engine.tasks.save_draft(
            lost, signed, answers={}, ticks={}, note="x", key=desk.key()
        ),
        lambda: desk.engine.tasks.complete(
            lost, signed, answers={}, ticks={}, password=desk.seller.password, key=desk.key()
        ),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_whom_the_diagram_names_needs_no_role(desk: Desk) -> None:
    named = task("act", sign=True).replace(
        "<bpmn:extensionElements>", '<bpmn:extensionElements><sp:assignee value="ekonomi"/>', 1
    )
    parts = (start(), named, end(), chain("start", "act", "end"))
    desk.deploy(diagram("work", *parts, lanes={"saljare": ["act"]}))
    task_id = desk.task(desk.case("work"))
    desk.complete(desk.people["ekonomi"], task_id)


def test_a_person_of_the_case_who_lost_the_role_gets_no_new_task(desk: Desk) -> None:
    parts = (start(), task("act"), end(), chain("start", "act", "end"))
    desk.deploy(diagram("work", *parts, lanes={"saljare": ["act"]}))
    boss = desk.people["administrator"].actor
    desk.engine.people.change(boss, "saljare", roles=["ekonomi"], key=desk.key())
    case = desk.engine.cases.start(desk.manager.actor, process_id="work", key=desk.key())
    [row] = desk.open_tasks(str(case.id))
    assert row.assignee is None
