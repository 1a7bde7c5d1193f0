"""The tree of instances, what a diagram shows on its elements, and incidents."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection

from engine.errors import NotFound
from engine.queries import case_detail, case_rows
from engine.queries.incidents import newest as incidents
from engine.queries.instances import element_states, shown_states
from engine.queries.instances import get as instance
from engine.queries.instances import tree as tree_of
from engine.views import SYSTEM, Actor, ElementState
from tests.support.rows import DAY, NOW, TODAY, Rows, Running, watched


@pytest.fixture
def running(rows: Rows) -> Running:
    return Running(rows, number="2026-0001")


@pytest.fixture
def signer(rows: Rows) -> Actor:
    return rows.person("Sara Åberg Ek", "saljare")


def shown(connection: Connection, running: Running, element: str = "offert") -> ElementState:
    states = element_states(connection, SYSTEM, running.instance, today=TODAY)
    # The page of a case shows the same, of rows that it has read already.
    opened = case_detail.read(connection, SYSTEM, running.case, ahead={})
    waits = case_rows.waits(connection, running.case, running.instance)
    rows = opened.rows
    people = case_detail.people_of(connection, opened, opened.sheets, rows.tasks)
    assert states == shown_states(connection, rows, people, waits, running.instance, today=TODAY)
    return states[element]


def child(running: Running, **given: object) -> str:
    values = {"parent_id": running.instance, "parent_element": "drift", "depth": 1}
    definition = str(given.pop("definition_id", running.definition))
    return running.rows.instance(running.case, definition, **{**values, **given})


class TestTree:
    def test_each_instance_is_followed_by_its_children_the_older_first(
        self, connection: Connection, running: Running
    ) -> None:
        second = child(running, started_at=NOW + 2 * DAY)
        first = child(running, started_at=NOW + DAY, state="completed", ended_at=NOW + DAY)
        inner = child(running, parent_id=first, depth=2, started_at=NOW + 3 * DAY)
        Running(running.rows)
        tree = tree_of(case_rows.instances(connection, running.case))
        assert [view.id for view in tree] == [running.instance, first, inner, second]
        assert [view.depth for view in tree] == [0, 1, 2, 1]
        assert tree[1].state == "completed"

    def test_one_instance_says_which_version_it_runs(
        self, connection: Connection, rows: Rows, running: Running
    ) -> None:
        definition = rows.definition("fas_c", 3, name="Drift", phase="C")
        view = instance(connection, SYSTEM, child(running, definition_id=definition))
        assert (view.process_id, view.version, view.name, view.phase) == ("fas_c", 3, "Drift", "C")

    def test_an_instance_of_a_case_that_i_do_not_see_does_not_exist(
        self, connection: Connection, running: Running, signer: Actor
    ) -> None:
        for read in (
            lambda i: instance(connection, signer, i),
            lambda i: element_states(connection, signer, i, today=TODAY),
        ):
            with pytest.raises(NotFound):
                read(running.instance)
            with pytest.raises(NotFound):
                read("nothing")


class TestElements:
    def test_an_open_task_and_how_late_it_is(
        self, connection: Connection, running: Running
    ) -> None:
        running.task(due=TODAY, opened_at=NOW - DAY)
        last = running.task(due=TODAY + DAY)
        assert shown(connection, running) == ElementState("offert", "open", count=2, task_id=last)
        late = running.task(due=TODAY - 6 * DAY, opened_at=NOW + DAY)
        assert shown(connection, running) == ElementState(
            "offert", "late", count=3, task_id=late, days_late=6
        )

    def test_a_done_task_shows_who_signed_and_how_often(
        self, connection: Connection, rows: Rows, running: Running, signer: Actor
    ) -> None:
        running.done(rows.person("Någon Annan"), opened_at=NOW - DAY)
        last = running.done(signer)
        assert shown(connection, running) == ElementState(
            "offert", "done", count=2, task_id=last, badge="SÅE"
        )

    def test_a_task_taken_away_is_cancelled(self, connection: Connection, running: Running) -> None:
        task_id = running.task(state="cancelled", ended_at=NOW)
        assert shown(connection, running) == ElementState("offert", "cancelled", task_id=task_id)

    def test_what_was_passed_is_done_and_what_is_awaited_waits(
        self, connection: Connection, rows: Rows, running: Running
    ) -> None:
        passed = {"start": 1, "val": 3, "om_ett_halvar": 2, "aldrig": 0}
        here = rows.instance(running.case, running.definition, passed=passed)
        rows.timer(running.case, here, "om_ett_halvar")
        rows.subscription(running.case, here, "Reklamation", element_id="reklamation")
        rows.subscription(running.case, running.instance, "Reklamation", element_id="elsewhere")
        assert element_states(connection, SYSTEM, here, today=TODAY) == {
            "start": ElementState("start", "done", count=1),
            "val": ElementState("val", "done", count=3),
            "om_ett_halvar": ElementState("om_ett_halvar", "waiting"),
            "reklamation": ElementState("reklamation", "waiting"),
        }

    def test_a_call_shows_its_children(self, connection: Connection, running: Running) -> None:
        child(running, state="completed", ended_at=NOW)
        last = child(running, state="completed", ended_at=NOW, started_at=NOW + DAY)
        assert shown(connection, running, "drift") == ElementState(
            "drift", "done", count=2, instance_id=last
        )
        alive = child(running, started_at=NOW + 2 * DAY)
        child(running, state="cancelled", ended_at=NOW, started_at=NOW + 3 * DAY)
        assert shown(connection, running, "drift") == ElementState(
            "drift", "open", count=1, instance_id=alive
        )
        child(running, parent_element="utveckling", state="terminated", ended_at=NOW)
        assert shown(connection, running, "utveckling").state == "cancelled"
        child(running, parent_element="avveckling", state="incident")
        assert shown(connection, running, "avveckling").state == "incident"

    def test_what_is_late_deep_inside_shows_on_the_call(
        self, connection: Connection, running: Running
    ) -> None:
        alive = child(running)
        inner = child(running, parent_id=alive, parent_element="reklamation", depth=2)
        running.task(instance_id=inner, due=TODAY - 2 * DAY)
        running.task(instance_id=running.instance, element_id="eget", due=TODAY - 9 * DAY)
        other = child(running, parent_element="utveckling")
        assert shown(connection, running, "drift") == ElementState(
            "drift", "late", instance_id=alive, days_late=2
        )
        assert shown(connection, running, "utveckling") == ElementState(
            "utveckling", "open", instance_id=other
        )

    def test_an_incident_stands_before_everything(
        self, connection: Connection, rows: Rows, running: Running
    ) -> None:
        task_id = running.task(due=TODAY - DAY)
        rows.incident(running.case, running.instance, element_id="offert")
        rows.incident(running.case, running.instance, element_id="val")
        rows.incident(running.case, running.instance, element_id="gammal", resolved_at=NOW)
        rows.incident(running.case, running.instance)
        states = element_states(connection, SYSTEM, running.instance, today=TODAY)
        assert {element: state.state for element, state in states.items()} == {
            "offert": "incident",
            "val": "incident",
        }
        assert states["offert"].task_id == task_id

    def test_statements_do_not_grow_with_what_is_drawn(
        self, connection: Connection, rows: Rows, running: Running
    ) -> None:
        def statements() -> int:
            with watched(connection) as sent:
                element_states(connection, SYSTEM, running.instance, today=TODAY)
            return len(sent)

        child(running)
        running.task(due=TODAY - DAY)
        running.done(rows.person("Eva Ek"), element_id="klar")
        few = statements()
        for number in range(10):
            running.done(rows.person(f"Person {number}"), element_id=f"steg{number}")
            running.task(instance_id=child(running), due=TODAY - DAY)
        assert statements() == few


class TestIncidents:
    def test_they_who_look_after_the_engine_see_them_newest_first(
        self, connection: Connection, rows: Rows, running: Running, signer: Actor
    ) -> None:
        running.plan(role="saljare")
        old = rows.incident(running.case, running.instance, at=NOW - DAY)
        new = rows.incident(running.case, running.instance, element_id="val")
        rows.incident(running.case, running.instance, resolved_at=NOW)
        elsewhere = Running(rows)
        other = rows.incident(elsewhere.case, elsewhere.instance, at=NOW - 2 * DAY)
        for right in ("manager", "process_owner"):
            keeper = rows.person("Vakt", rights=[right])
            assert [i.id for i in incidents(connection, keeper)] == [new, old, other]
            assert [i.id for i in incidents(connection, keeper, case_id=running.case)] == [new, old]
        assert incidents(connection, signer) == ()
        found = incidents(connection, SYSTEM)[0]
        assert (found.case_number, found.element_id, found.kind) == (
            "2026-0001",
            "val",
            "expression",
        )
