"""People and customers, sorted the Swedish way, and definitions with their versions."""

from __future__ import annotations

from dataclasses import asdict

import pytest
from sqlalchemy import Connection

from engine.errors import NotFound
from engine.queries import analysis
from engine.queries import definitions as queries
from engine.queries.customers import search as customers
from engine.queries.people import all as people
from engine.queries.people import held, holders
from engine.store.names import swedish
from engine.views import COUNTED_RUNNING, SYSTEM, Finding
from tests.support.rows import DAY, NOW, Rows, Running, watched


class TestPeople:
    def test_names_are_sorted_the_swedish_way(self, connection: Connection, rows: Rows) -> None:
        for name in ("Öberg", "Zorn", "ärlig", "Åberg", "André", "andersson", "Ek"):
            rows.person(name)
        assert [p.name for p in people(connection, SYSTEM)] == [
            "andersson",
            "André",
            "Ek",
            "Zorn",
            "Åberg",
            "ärlig",
            "Öberg",
        ]

    def test_who_left_is_shown_to_administrators_only(
        self, connection: Connection, rows: Rows
    ) -> None:
        rows.person("Gamla Greta", active=False)
        anyone = rows.person("Nils Ny")
        admin = rows.person("Ada Admin", rights=["administrator"])
        assert [p.name for p in people(connection, anyone)] == ["Ada Admin", "Nils Ny"]
        assert [p.name for p in people(connection, admin)] == [
            "Ada Admin",
            "Gamla Greta",
            "Nils Ny",
        ]

    def test_who_holds_a_role(self, connection: Connection, rows: Rows) -> None:
        rows.person("Sara", "saljare", "ekonomi")
        rows.person("Eva", "ekonomi")
        rows.person("Borta", "saljare", active=False)
        found = holders(connection, SYSTEM, ["saljare", "ekonomi", "inkop"], 1)
        assert {role: [p.name for p in of.items] for role, of in found.items()} == {
            "saljare": ["Sara"],
            "ekonomi": ["Eva"],
            "inkop": [],
        }
        assert {role: of.complete for role, of in found.items()} == {
            "saljare": True,
            "ekonomi": False,
            "inkop": True,
        }
        assert held(connection, SYSTEM, ["saljare", "ekonomi", "inkop"]) == {"saljare", "ekonomi"}


class TestCustomers:
    def test_customers_come_with_the_number_of_their_cases(
        self, connection: Connection, rows: Rows
    ) -> None:
        seller = rows.person("Sara", "saljare")
        for name, cases in (("Öl AB", 2), ("Zoo AB", 0), ("Ål AB", 1)):
            customer = rows.customer(name)
            for _ in range(cases):
                rows.case(customer_id=customer)
        assert [(c.name, c.cases) for c in customers(connection, seller).items] == [
            ("Zoo AB", 0),
            ("Ål AB", 1),
            ("Öl AB", 2),
        ]
        assert [c.name for c in customers(connection, seller, "öl").items] == ["Öl AB"]
        assert customers(connection, rows.person("Nils Ny")).items == ()

    def test_a_long_register_comes_in_pages(self, connection: Connection, rows: Rows) -> None:
        for number in range(210):
            rows.customer(f"Kund {number:03}", org_number=f"556-{number:03}")
        first = customers(connection, SYSTEM)
        rest = customers(connection, SYSTEM, cursor=first.next)
        assert [c.name for c in (*first.items, *rest.items)] == [f"Kund {n:03}" for n in range(210)]
        assert rest.next is None
        assert [c.name for c in customers(connection, SYSTEM, "kund 209").items] == ["Kund 209"]


def test_accents_do_not_count_in_the_order_but_the_swedish_letters_do() -> None:
    names = ["Ö", "É", "Æ", "Å", "f", "E", "Z", "z", "Ä", "a\u030a"]
    assert sorted(names, key=swedish) == ["E", "É", "f", "Z", "z", "Å", "a\u030a", "Ä", "Æ", "Ö"]


class TestDefinitions:
    def test_phases_come_in_order_then_the_others_newest_first(
        self, connection: Connection, rows: Rows
    ) -> None:
        rows.definition("rapport", 1, name="Rapport")
        rows.definition("fas_b1", 1, phase="B1", phase_order=2)
        rows.definition("kvalitet", 1, name="Kvalitet")
        rows.definition("fas_a", 1, phase="A", phase_order=1)
        rows.definition("fas_a", 2, phase="A", phase_order=1)
        found = queries.all(connection, rows.person("Vem som helst"))
        assert [(d.process_id, d.version, d.latest) for d in found] == [
            ("fas_a", 2, True),
            ("fas_a", 1, False),
            ("fas_b1", 1, True),
            ("kvalitet", 1, True),
            ("rapport", 1, True),
        ]

    def test_running_counts_what_has_not_ended(self, connection: Connection, rows: Rows) -> None:
        old = Running(rows)
        rows.instance(old.case, old.definition, ended_at=NOW, state="completed")
        rows.instance(old.case, old.definition, state="incident")
        owner = rows.person("Otto Ägare")
        view = queries.get(connection, owner, old.definition)
        assert (view.deployed_by, view.latest) == ("Serviceplan", True)
        mine = rows.definition("egen", deployed_by=owner.id, deployed_at=NOW + DAY)
        view = queries.get(connection, owner, mine)
        assert (view.deployed_by, view.deployed_at) == ("Otto Ägare", NOW + DAY)
        running = queries.running(connection, owner, [old.definition, mine])
        assert running == {old.definition: 2, mine: 0}

    def test_findings_come_back_as_they_were_and_a_drawing_says_that_it_is_one(
        self, connection: Connection, rows: Rows
    ) -> None:
        warning = Finding("warning", "unnamed", "Namn saknas.", "No name.", "g1", None, 7, "a.bpmn")
        error = Finding("error", "not_executable", "Går inte.", "Cannot run.")
        drawn = rows.definition(
            "ritning", findings=[asdict(warning), asdict(error)], startable=False
        )
        works = rows.definition("fungerar", findings=[asdict(warning)])
        assert queries.findings(connection, SYSTEM, drawn) == (warning, error)
        assert not queries.get(connection, SYSTEM, drawn).startable
        assert queries.get(connection, SYSTEM, works).startable

    def test_the_newest_version_of_a_process(self, connection: Connection, rows: Rows) -> None:
        first, second = rows.definition("fas_a", 1), rows.definition("fas_a", 2)
        assert queries.latest(connection, SYSTEM, "fas_a").id == second
        assert not queries.get(connection, SYSTEM, first).latest

    def test_the_file_comes_back_byte_for_byte(self, connection: Connection, rows: Rows) -> None:
        found = queries.source(connection, SYSTEM, rows.definition("fas_a"))
        assert (found.filename, found.data) == ("fas_a.bpmn", b"<xml/>")

    @pytest.mark.parametrize(
        "read",
        [queries.get, queries.latest, queries.source, queries.findings],
    )
    def test_what_does_not_exist_is_not_found(self, connection: Connection, read: object) -> None:
        with pytest.raises(NotFound):
            read(connection, SYSTEM, "nothing")  # type: ignore[operator]

    def test_statements_do_not_grow_with_the_versions(
        self, connection: Connection, rows: Rows
    ) -> None:
        for version in range(1, 6):
            rows.definition("fas_a", version, deployed_by=rows.person(f"Person {version}").id)
        with watched(connection) as sent:
            shown = queries.all(connection, SYSTEM)
        assert len(sent) == 2
        with watched(connection) as sent:
            queries.running(connection, SYSTEM, [d.id for d in shown])
        assert len(sent) == 1

    def test_many_running_instances_are_as_a_worker_has_counted_them(
        self, connection: Connection, rows: Rows
    ) -> None:
        case, small, large = rows.case(), rows.definition("liten"), rows.definition("stor")
        for _ in range(COUNTED_RUNNING):
            rows.instance(case, small)
            rows.instance(case, large)

        def running(definition_id: str) -> tuple[int, bool, object]:
            count = queries.running(connection, SYSTEM, [definition_id])[definition_id]
            return int(count), count.more, count.at

        assert running(large) == (COUNTED_RUNNING, False, None)
        rows.instance(case, large)
        assert running(large) == (COUNTED_RUNNING, True, None)  # nobody has counted yet
        kept = analysis.running_by_definition(connection)
        analysis.store(connection, {analysis.INSTANCES: kept}, NOW, 0)
        rows.instance(case, large)
        assert running(large) == (COUNTED_RUNNING + 1, False, NOW)
        rows.instance(case, small)
        assert running(small) == (COUNTED_RUNNING, True, None)  # it was counted as fewer than that
