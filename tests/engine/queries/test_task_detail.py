"""One task's page: what it asks for, what has been answered, and what the reader may do."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Connection

from engine.bpmn.forms import FormField
from engine.bpmn.meta import CheckItem, SignatureRule, TaskMeta
from engine.errors import NotFound
from engine.queries.objects import task_object
from engine.queries.task_detail import (
    TaskPlace,
    TaskRequirements,
    attachment,
    task_place,
)
from engine.queries.task_detail import get as task_detail
from engine.views import SYSTEM, Actor, Field, TaskDetail
from engine.work.forms import asks
from tests.support.rows import DAY, NOW, TODAY, Rows, Running, tick, watched

POINTS = (CheckItem("las", "Läs på"), CheckItem("fraga", "Fråga"), CheckItem("varna", "Varsla"))


@pytest.fixture
def seller(rows: Rows) -> Actor:
    return rows.person("Sara Åberg", "saljare")


@pytest.fixture
def running(rows: Rows) -> Running:
    return Running(rows, customer="Bageriet", number="2026-0001")


def detail(connection: Connection, actor: Actor, task_id: str, **asked: Any) -> TaskDetail:
    thing = task_object(connection, actor, task_id)
    return task_detail(connection, actor, thing, lambda _: TaskRequirements(**asked))


class TestAsks:
    META = TaskMeta(
        id="varsel",
        name="Säg upp eller omplacera personal",
        kind="userTask",
        documentation="Läs avtalet först.",
        checklist=(
            CheckItem("alltid", "Alltid"),
            CheckItem("ja", "Vid uppsägning", applies="yes"),
            CheckItem("nej", "Vid omplacering", applies="no"),
            CheckItem("okant", "Okänt", applies="null"),
        ),
        form=(
            FormField("fritt", "text", "Fritt"),
            FormField("alltid", "date", "Alltid", required=True, minimum="2026-01-01"),
            FormField("ja", "text", "Ja", required_when="yes"),
            FormField("okant", "text", "Okänt", required_when="null"),
        ),
        signature=SignatureRule(required=True, meaning="Utfört"),
    )

    def test_conditions_are_decided(self) -> None:
        values = {"yes": True, "no": False, "null": None}
        found = asks(self.META, values.__getitem__)
        assert found.exempt == {"nej"}
        assert [item.id for item in found.needed] == ["alltid", "ja", "okant"]
        assert {f.id: f.required for f in found.form} == {
            "fritt": False,
            "alltid": True,
            "ja": True,
            "okant": False,
        }
        assert found.form[1].minimum == "2026-01-01"
        assert (found.signature_required, found.meaning) == (True, "Utfört")
        assert found.documentation == "Läs avtalet först."


class TestDetail:
    def test_the_diagram_is_read_with_the_values_that_hold_for_the_task(
        self, connection: Connection, rows: Rows, running: Running, seller: Actor
    ) -> None:
        instance = rows.instance(
            running.case,
            running.definition,
            variables={"belopp": {"@number": "1.50"}, "runda": 1, "svar": "variable"},
        )
        task_id = running.task(
            instance_id=instance, local={"runda": 2, "svar": "local"}, answers={"svar": "answer"}
        )
        seen: list[TaskPlace] = []

        def ask(place: TaskPlace) -> TaskRequirements:
            seen.append(place)
            return TaskRequirements()

        task_detail(connection, seller, task_object(connection, seller, task_id), ask)
        (place,) = seen
        assert place.variables == {"belopp": Decimal("1.50"), "runda": 2, "svar": "answer"}
        assert (place.definition_id, place.element_id) == (running.definition, "offert")
        thing, same = task_place(connection, seller, task_id)
        assert (thing.id, same) == (task_id, place)

    def test_ticks_say_who_and_when_and_exempt_points_say_that_they_do_not_apply(
        self, connection: Connection, running: Running, seller: Actor
    ) -> None:
        ticks = {"las": tick(seller), "fraga": tick(seller, "not_applicable", "Ingen att fråga")}
        task_id = running.task(ticks=ticks, ticked=2, points=3)
        found = detail(
            connection, seller, task_id, checklist=POINTS, exempt=frozenset({"las", "varna"})
        )
        assert [(t.id, t.text, t.state, t.reason, t.by, t.at) for t in found.checklist] == [
            ("las", "Läs på", "done", "", "Sara Åberg", NOW),
            ("fraga", "Fråga", "not_applicable", "Ingen att fråga", "Sara Åberg", NOW),
            ("varna", "Varsla", "not_applicable", "", None, None),
        ]

    def test_a_draft_is_shown_with_its_values_and_who_saved_it(
        self, connection: Connection, rows: Rows, running: Running, seller: Actor
    ) -> None:
        answers = {"fran": {"@date": "2026-05-01"}, "varde": {"@number": "12.50"}, "tva": "2 st"}
        task_id = running.task(answers=answers, note="Ring först", draft_at=NOW, draft_by=seller.id)
        rows.attachment(task_id, "avtal", seller, filename="b.pdf", at=NOW + DAY)
        rows.attachment(task_id, "avtal", seller, filename="a.pdf")
        found = detail(connection, seller, task_id)
        assert found.values == {"fran": "2026-05-01", "varde": 12.5, "tva": "2 st"}
        assert (found.note, found.draft_saved_at) == ("Ring först", NOW)
        assert found.draft_saved_by == "Sara Åberg"
        assert found.row.has_draft
        assert [(a.filename, a.by) for a in found.attachments["avtal"]] == [
            ("a.pdf", "Sara Åberg"),
            ("b.pdf", "Sara Åberg"),
        ]

    def test_a_signed_task_shows_who_when_and_what_it_means(
        self, connection: Connection, rows: Rows, running: Running, seller: Actor
    ) -> None:
        task_id = running.done(seller, draft_at=NOW)
        rows.signature(task_id, running.case, running.instance, seller)
        found = detail(connection, seller, task_id, signature_required=True, meaning="Utfört")
        assert found.completed_by is not None
        assert (found.completed_by.name, found.completed_at) == ("Sara Åberg", NOW)
        assert found.signature is not None
        assert (found.signature.name, found.signature.at) == ("Sara Åberg", NOW)
        assert found.can == {"withdraw"}
        assert not found.row.has_draft

    def test_the_plan_field_brings_the_activities_ahead_and_open_but_not_the_task_itself(
        self, connection: Connection, running: Running, seller: Actor
    ) -> None:
        for element in ("klar", "tidplan", "kundkort", "drift"):
            running.plan(element)
        running.done(seller, element_id="klar")
        running.task(element_id="kundkort", due=TODAY)
        task_id = running.task(element_id="tidplan")
        assert detail(connection, seller, task_id).plan == ()
        found = detail(connection, seller, task_id, form=(Field("plan", "plan", "Tidplan"),))
        assert [(row.element_id, row.state) for row in found.plan] == [
            ("kundkort", "open"),
            ("drift", "ahead"),
        ]

    def test_what_the_reader_may_do_and_whom_they_may_give_it_to(
        self, connection: Connection, rows: Rows, running: Running, seller: Actor
    ) -> None:
        zorn = rows.person("Anders Zorn", "saljare")
        rows.person("Åke Borta", "saljare", active=False)
        rows.person("Eva Ek", "ekonomi")
        manager = rows.person("Maria Chef", rights=["manager"])
        free, mine = running.task(), running.task(assignee_id=seller.id)
        assert detail(connection, seller, free).can == {"claim", "save", "complete"}
        assert detail(connection, seller, free).candidates.items == ()
        found = detail(connection, seller, mine)
        assert found.can == {"release", "reassign", "save", "complete"}
        assert [p.id for p in found.candidates.items] == [zorn.id, seller.id]
        assert detail(connection, zorn, mine).can == {"take_over"}
        assert detail(connection, manager, mine).can == {"release", "reassign"}
        nobodys = running.task(role=None)
        assert len(detail(connection, manager, nobodys).candidates.items) == 4

    def test_a_task_of_a_case_that_i_do_not_see_does_not_exist(
        self, connection: Connection, rows: Rows, running: Running, seller: Actor
    ) -> None:
        stranger = rows.person("Nils Ny")
        task_id = running.task()
        file_id = rows.attachment(task_id, "avtal", seller)
        for asked in (task_id, "nothing"):
            with pytest.raises(NotFound):
                detail(connection, stranger, asked)
        for asked in (file_id, "nothing"):
            with pytest.raises(NotFound):
                attachment(connection, stranger, asked)

    def test_an_attachment_comes_with_its_bytes(
        self, connection: Connection, rows: Rows, running: Running, seller: Actor
    ) -> None:
        file_id = rows.attachment(running.task(), "avtal", seller, data=b"\x00\xff")
        view, data = attachment(connection, seller, file_id)
        assert (view.id, view.filename, data) == (file_id, "avtal.pdf", b"\x00\xff")

    def test_the_statements_of_a_page_are_few(
        self, connection: Connection, rows: Rows, running: Running, seller: Actor
    ) -> None:
        task_id = running.task(assignee_id=seller.id, ticks={"las": tick(seller)})
        for number in range(5):
            running.plan(f"steg{number}")
            rows.attachment(task_id, "avtal", rows.person(f"Person {number}"))
        with watched(connection) as sent:
            detail(
                connection, SYSTEM, task_id, checklist=POINTS, form=(Field("p", "plan", "Plan"),)
            )
        assert len(sent) <= 9
