"""Reading the history: filters, order, whose facts, and what a page costs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection

from engine.errors import Invalid, NotFound
from engine.queries import facts, text_search
from engine.queries.history import search as history
from engine.queries.history import types as history_types
from engine.views import SYSTEM, Actor
from tests.support.rows import DAY, NOW, Rows, Running, watched


def ids(connection: Connection, actor: Actor = SYSTEM, **filters: Any) -> list[int]:
    return [entry.id for entry in history(connection, actor, **filters).items]


@pytest.fixture
def running(rows: Rows) -> Running:
    return Running(rows, customer="Öbergs Åkeri", number="2026-0042")


class TestOrder:
    def test_several_cases_are_listed_by_time(self, connection: Connection, rows: Rows) -> None:
        middle = rows.fact(at=NOW)
        newest = rows.fact(at=NOW + DAY)
        oldest = rows.fact(at=NOW - DAY)
        same = rows.fact(at=NOW)
        assert ids(connection) == [newest, same, middle, oldest]

    def test_one_case_is_listed_in_the_order_of_its_facts_even_if_a_clock_was_set_back(
        self, connection: Connection, rows: Rows, running: Running
    ) -> None:
        first = rows.fact(case_id=running.case, at=NOW)
        second = rows.fact(case_id=running.case, at=NOW - DAY)
        rows.fact()
        assert ids(connection, case_id=running.case) == [second, first]

    @pytest.mark.parametrize("size", [1, 2, 3, 7, 8])
    @pytest.mark.parametrize("of_case", [True, False])
    def test_pages_give_every_fact_once(
        self, connection: Connection, rows: Rows, running: Running, size: int, of_case: bool
    ) -> None:
        made = [rows.fact(case_id=running.case, at=NOW + n % 3 * DAY) for n in range(7)]
        case_id = running.case if of_case else None
        found: list[int] = []
        cursor = None
        while True:
            page = history(connection, SYSTEM, case_id=case_id, cursor=cursor, limit=size)
            found += [entry.id for entry in page.items]
            cursor = page.next
            if cursor is None:
                break
        assert sorted(found) == sorted(made)
        assert found == ids(connection, case_id=case_id)

    def test_a_cursor_of_another_list_is_refused(
        self, connection: Connection, rows: Rows, running: Running
    ) -> None:
        for _ in range(2):
            rows.fact(case_id=running.case)
        cursor = history(connection, SYSTEM, limit=1).next
        with pytest.raises(Invalid):
            history(connection, SYSTEM, case_id=running.case, cursor=cursor)


class TestFilters:
    def test_by_person_type_and_time(self, connection: Connection, rows: Rows) -> None:
        eva = rows.person("Eva Ek", username="eva")
        hers = rows.fact(actor_id=eva.id, type="task.signed", at=NOW)
        later = rows.fact(type="task.completed", at=NOW + DAY)
        assert ids(connection, person="eva") == ids(connection, person=eva.id) == [hers]
        assert ids(connection, person="system") == [later]
        assert ids(connection, person="nobody") == []
        assert ids(connection, type="task.signed") == [hers]
        assert ids(connection, since=NOW + DAY) == [later]
        assert ids(connection, until=NOW + DAY) == [hers]
        assert ids(connection, since=NOW, until=NOW) == []

    @pytest.mark.parametrize(
        "q", ["ÅKERI", "0042", "offERT", "eva", "för dyrt", "ÖBERGS eva", 'he said \\"no\\"']
    )
    def test_a_search_looks_at_names_numbers_and_details(
        self, connection: Connection, rows: Rows, running: Running, q: str
    ) -> None:
        found = rows.fact(
            case_id=running.case,
            actor_id=rows.person("Eva Ek").id,
            actor_name="Eva Ek",
            element_name="Offert",
            detail='{"note":"För dyrt, he said \\"no\\""}',
        )
        rows.fact(detail={"note": "something else"})
        assert ids(connection, q=q) == [found]

    def test_what_is_rare_elsewhere_is_not_one_cases(
        self, connection: Connection, rows: Rows
    ) -> None:
        mine, other = Running(rows).case, Running(rows).case
        eva = rows.person("Eva Ek")
        for _ in range(5):
            rows.fact(case_id=mine)
        rows.fact(type="case.cancelled", case_id=other, actor_id=eva.id)
        assert ids(connection, case_id=mine, type="case.cancelled") == []
        assert ids(connection, case_id=mine, person=eva.id) == []
        cancelled = rows.fact(type="case.cancelled", case_id=mine, actor_id=eva.id)
        assert ids(connection, case_id=mine, type="case.cancelled") == [cancelled]
        assert ids(connection, case_id=mine, type="case.cancelled", person=eva.id) == [cancelled]

    def test_types_are_listed_once_each(self, connection: Connection, rows: Rows) -> None:
        assert history_types(connection) == ()
        for type_ in ("b", "a", "c", "a", "b"):
            rows.fact(type=type_)
        assert history_types(connection) == ("a", "b", "c")


class TestWhose:
    def test_staff_read_the_facts_of_the_cases_that_they_see(
        self, connection: Connection, rows: Rows, running: Running
    ) -> None:
        running.plan(role="saljare")
        of_case = rows.fact(case_id=running.case)
        of_other = rows.fact(case_id=Running(rows).case)
        deployed = rows.fact(definition_id=running.definition)
        account = rows.fact(type="person.added")
        everything = [account, deployed, of_other, of_case]

        def read(*roles: str, **given: Any) -> list[int]:
            return ids(connection, rows.person("Någon", *roles, **given))

        assert read("saljare") == [of_case]
        assert read() == []
        assert read(rights=["manager"]) == everything
        assert read("saljare", rights=["process_owner"]) == [deployed, of_case]
        assert read(rights=["administrator"]) == [account]
        assert ids(connection) == everything

    def test_a_case_that_is_not_mine_has_no_history_for_me(
        self, connection: Connection, rows: Rows, running: Running
    ) -> None:
        stranger = rows.person("Nils Ny")
        for case_id in (running.case, "nothing"):
            with pytest.raises(NotFound):
                history(connection, stranger, case_id=case_id)


class TestEntry:
    def test_names_are_joined(self, connection: Connection, rows: Rows, running: Running) -> None:
        definition = rows.definition("fas_a", 4)
        rows.fact(
            case_id=running.case,
            instance_id=running.instance,
            definition_id=definition,
            element_id="offert",
            element_name="Offert",
            detail={"due": {"@date": "2026-03-09"}, "belopp": {"@number": "1.50"}},
        )
        (entry,) = history(connection, SYSTEM).items
        assert (entry.case_number, entry.customer) == ("2026-0042", "Öbergs Åkeri")
        assert (entry.process_id, entry.version) == ("fas_a", 4)
        assert (entry.element_id, entry.element_name) == ("offert", "Offert")
        assert entry.detail == {"due": "2026-03-09", "belopp": 1.5}

    @pytest.mark.parametrize("stored", ["{", "[1]", '{"@date": "no date"}', '{"a": {"@date": ""}}'])
    def test_details_that_were_tampered_with_are_shown_as_they_are(
        self, connection: Connection, rows: Rows, stored: str
    ) -> None:
        rows.fact(detail=stored)
        assert history(connection, SYSTEM).items[0].detail == {"text": stored}


class TestBound:
    """However little matches, a page looks at so many facts, and the pages find all."""

    LOOKED_AT = 20
    FACTS = 150

    @pytest.fixture
    def crowd(self, rows: Rows, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], list[int]]:
        """Facts of 20 people called Anna, 20 customers in Umeå, two elements and two types."""
        monkeypatch.setattr(facts, "LOOKED_AT", self.LOOKED_AT)
        monkeypatch.setattr(text_search, "FEW", 10)
        monkeypatch.setattr(text_search, "LOOKED_AT", 15)
        monkeypatch.setattr("engine.queries.history.NAMES", 8)
        people = [rows.person(f"Anna Ek{n}", username=f"anna-{n}") for n in range(20)]
        cases = [Running(rows, customer=f"Åkeri Umeå {n}", number=f"K-{n}") for n in range(20)]

        def make(count: int) -> list[int]:
            return rows.facts(
                [
                    {
                        "type": "task.signed" if n % 2 else "task.opened",
                        "actor_id": people[n % 20].id,
                        "actor_name": people[n % 20].name,
                        "element_name": "Offert" if n % 3 else "Avtal",
                        "case_id": cases[n % 20].case,
                        "at": NOW + n % 7 * DAY,
                    }
                    for n in range(count)
                ]
            )

        return make

    @pytest.mark.parametrize(
        ("filters", "wanted"),
        [
            ({"q": "anna"}, lambda n: True),
            ({"q": "anna offert"}, lambda n: n % 3 > 0),
            ({"q": "offert anna-7"}, lambda n: n % 3 > 0 and n % 20 == 7),
            ({"q": "ek7 avtal", "type": "task.signed"}, lambda n: n % 60 == 27),
            ({"q": "avtal anna k-7 umeå"}, lambda n: n % 60 == 27),
            ({"type": "task.signed", "person": "anna-6"}, lambda n: False),
            ({"type": "task.signed", "q": "avtal"}, lambda n: n % 6 == 3),
            (
                {"since": NOW + 2 * DAY, "until": NOW + 3 * DAY, "q": "avtal anna"},
                lambda n: n % 21 == 9,
            ),
            ({"q": "xyzzy anna"}, lambda n: False),
        ],
    )
    def test_the_pages_find_all(
        self,
        connection: Connection,
        crowd: Callable[[int], list[int]],
        filters: dict[str, Any],
        wanted: Callable[[int], bool],
    ) -> None:
        made = crowd(self.FACTS)
        found: list[int] = []
        cursor, pages = None, 0
        while pages == 0 or cursor is not None:
            page = history(connection, SYSTEM, **filters, cursor=cursor, limit=5)
            found += [entry.id for entry in page.items]
            cursor, pages = page.next, pages + 1
        assert sorted(found) == [id for n, id in enumerate(made) if wanted(n)]
        times = {id: n % 7 for n, id in enumerate(made)}
        assert found == sorted(found, key=lambda id: (times[id], id), reverse=True)

    @pytest.mark.parametrize(
        "filters",
        [
            {"q": "anna"},
            {"q": "umeå"},
            {"q": "offert anna umeå"},
            {"q": "avtal umeå", "type": "task.signed"},
            {"type": "task.signed", "person": "anna-6"},
            {"type": "task.signed", "q": "xyzzy"},
            {"q": "anna-7", "until": NOW + 6 * DAY},
        ],
    )
    @pytest.mark.parametrize("whose", ["everybody's", "nobody's"])
    @pytest.mark.counted
    def test_a_page_does_not_read_more_where_more_has_happened(
        self,
        connection: Connection,
        rows: Rows,
        crowd: Callable[[int], list[int]],
        monkeypatch: pytest.MonkeyPatch,
        filters: dict[str, Any],
        whose: str,
    ) -> None:
        monkeypatch.setattr("engine.queries.history.LATEST_FACTS", 30)
        actor = SYSTEM if whose == "everybody's" else rows.person("Nils Ny", "saljare")

        def read() -> int:
            rows.as_if_large()
            with watched(connection) as sent:
                history(connection, actor, **filters, limit=5)
            return sent.work(connection)

        # Others', so that neither a case nor a person is a large part of all there is.
        rows.facts([{"type": "job.done", "at": NOW - DAY}] * 4000)
        crowd(600)
        before = read()
        crowd(1200)
        assert read() <= before * 1.5


@pytest.mark.parametrize("database_kind", ["sqlite"])
class TestCost:
    @pytest.mark.parametrize(
        ("filters", "index"),
        [
            ({}, "ix_history_at"),
            ({"since": NOW, "until": NOW + DAY}, "ix_history_at"),
            ({"type": "task.signed"}, "ix_history_type"),
            ({"person": "system"}, "ix_history_actor"),
        ],
    )
    def test_every_list_is_read_backwards_along_an_index(
        self, connection: Connection, rows: Rows, filters: dict[str, Any], index: str
    ) -> None:
        rows.fact()
        rows.fact(at=NOW + DAY)
        cursor = history(connection, SYSTEM, limit=1).next
        for place in (None, cursor):
            with watched(connection) as sent:
                history(connection, SYSTEM, cursor=place, **filters)
            plans = sent.plans(connection)
            assert [line for line in plans if f"history USING INDEX {index}" in line]
            assert not [line for line in plans if "TEMP B-TREE" in line]

    @pytest.mark.parametrize("q", ["offert", "eva", "2026", "offert eva 2026", "nothing"])
    def test_a_search_reads_ranges_of_indexes_only(
        self, connection: Connection, rows: Rows, running: Running, q: str
    ) -> None:
        person = rows.person("Eva Ek")
        rows.fact(case_id=running.case, actor_id=person.id, element_name="Offert")
        with watched(connection) as sent:
            history(connection, SYSTEM, q=q)
        plans = sent.plans(connection)
        # The one exception are the newest facts, which are bounded in number.
        scans = [text for text, _ in sent if "history" in text and "LIMIT" not in text]
        assert all("min(history" in text for text in scans)
        assert not [line for line in plans if line.startswith(("SCAN case_word", "SCAN person"))]

    def test_so_is_one_cases_and_the_list_of_a_member_of_staff(
        self, connection: Connection, rows: Rows, running: Running
    ) -> None:
        seller = rows.person("Sara", "saljare")
        running.plan(role="saljare")
        for filters, index in (
            ({"case_id": running.case}, "ix_history_case"),
            ({}, "ix_history_at"),
        ):
            with watched(connection) as sent:
                history(connection, seller, **filters)
            plans = sent.plans(connection)
            assert [line for line in plans if f"INDEX {index}" in line]
            # What must be asked of each fact is asked of so many, and those are put in order.
            sorts = any("TEMP B-TREE" in line for line in plans)
            assert not sorts or all("LIMIT" in text for text, _ in sent if "FROM history" in text)
            assert sorts == ("case_id" not in filters)

    def test_the_types_are_found_by_steps_in_an_index(
        self, connection: Connection, rows: Rows
    ) -> None:
        with watched(connection) as sent:
            history_types(connection)
        reads = [line for line in sent.plans(connection) if "history" in line]
        assert reads
        assert all(line.startswith("SEARCH history USING COVERING INDEX") for line in reads)
