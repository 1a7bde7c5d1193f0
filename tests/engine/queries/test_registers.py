"""The registers of people and customers: in pages, by words, and as a choice offers them, which
costs the same for fifty and for three thousand."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection

from engine.errors import Invalid
from engine.queries import customers, people, registers, text_search
from engine.queries.people_choices import FEW, LIKELY, choices
from engine.views import SYSTEM, Actor, Page, Person
from tests.support.crowd import clientele, crowd
from tests.support.rows import DAY, NOW, Rows, watched

ROLE = "saljare"
FEWER, MORE = 50, 3_000
Read = Callable[[Connection], Any]


def whole(page_after: Callable[[str | None], Page[Any]]) -> list[Any]:
    """The entries of all pages."""
    entries, cursor = [], None
    while True:
        page = page_after(cursor)
        entries += page.items
        if page.next is None:
            return entries
        cursor = page.next


class TestPages:
    @pytest.mark.parametrize("limit", [1, 7, 50])
    @pytest.mark.parametrize(
        "filters", [{}, {"role": ROLE}, {"q": "ek"}, {"q": "a e", "role": ROLE}]
    )
    def test_every_page_goes_on_where_the_last_one_ended(
        self, connection: Connection, filters: dict[str, str], limit: int
    ) -> None:
        crowd(connection, 60, [ROLE])
        crowd(connection, 30, first=60)
        found = whole(
            lambda cursor: people.search(connection, SYSTEM, cursor=cursor, limit=limit, **filters)
        )
        everybody = people.all(connection, SYSTEM)
        assert found == [p for p in everybody if _fits(p, **filters)]

    def test_a_word_in_many_names_is_looked_for_along_the_register(
        self, connection: Connection, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(registers, "FEW", 5)
        monkeypatch.setattr(registers, "LOOKED_AT", 20)
        crowd(connection, 100)
        first = people.search(connection, SYSTEM, q="åke", limit=4)
        assert first.items == ()
        assert first.next is not None
        found = whole(
            lambda cursor: people.search(connection, SYSTEM, q="åke", cursor=cursor, limit=4)
        )
        assert found == [p for p in people.all(connection, SYSTEM) if p.name.startswith("Åke")]
        [*some] = people.matching(connection, SYSTEM, "åke", None, 4).items
        assert [p.name.partition(" ")[0] for p in some] == ["Åke"] * 4

    def test_the_closed_accounts_are_the_administrators(
        self, connection: Connection, rows: Rows
    ) -> None:
        rows.person("Borta", ROLE, active=False, username="borta")
        anyone = rows.person("Nils Ny", ROLE)
        seen = [p.name for p in people.search(connection, SYSTEM).items]
        assert seen == ["Borta", "Nils Ny"]
        assert [p.name for p in people.search(connection, anyone).items] == ["Nils Ny"]
        assert [p.name for p in people.search(connection, SYSTEM, role=ROLE).items] == ["Nils Ny"]
        assert people.matching(connection, SYSTEM, "borta", None, 5).items == ()
        assert people.matching(connection, anyone, "borta", None, 5, closed=True).items == ()
        [left] = people.matching(connection, SYSTEM, "borta", None, 5, closed=True).items
        assert left.name == "Borta"

    @pytest.mark.parametrize(
        "parts",
        [
            ["people"],
            ["people", "a"],
            ["people", "a", "b", "c"],
            ["people", 1, "b"],
            ["people", None, None],
            ["customers", "a", "b"],
            "people",
            7,
        ],
    )
    def test_a_cursor_that_nobody_was_given_is_refused(
        self, connection: Connection, parts: Any
    ) -> None:
        text = base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")
        with pytest.raises(Invalid) as caught:
            people.search(connection, SYSTEM, cursor=text)
        assert [p.code for p in caught.value.problems] == ["cursor_malformed"]

    def test_a_cursor_behind_everybody_gives_an_empty_page(self, connection: Connection) -> None:
        crowd(connection, 5)
        text = base64.urlsafe_b64encode(json.dumps(["people", "{d", "z"]).encode()).decode()
        assert people.search(connection, SYSTEM, cursor=text.rstrip("=")) == Page(())

    def test_customers_are_found_by_any_word_and_by_the_number(
        self, connection: Connection, rows: Rows
    ) -> None:
        rows.customer("Åkes Bok & Papper AB", org_number="556036-0793")
        rows.customer("Papperslagret", org_number="556016-0680")
        found = {
            q: [c.name for c in customers.search(connection, SYSTEM, q).items]
            for q in ("papper", "ÅKE papper", "556036-0793", "5560360793", "0680", "&", "apper")
        }
        assert found == {
            "papper": ["Papperslagret", "Åkes Bok & Papper AB"],
            "ÅKE papper": ["Åkes Bok & Papper AB"],
            "556036-0793": ["Åkes Bok & Papper AB"],
            "5560360793": ["Åkes Bok & Papper AB"],
            "0680": ["Papperslagret"],
            "&": [],
            "apper": [],
        }


def _fits(person: Person, q: str = "", role: str | None = None) -> bool:
    texts = [*person.name.casefold().split(), person.username]
    words = all(any(text.startswith(word) for text in texts) for word in q.split())
    return words and (role is None or role in person.roles)


class TestMatching:
    @pytest.mark.parametrize(
        ("text", "names"),
        [
            ("anna.b", ["Anna Berg"]),
            ("ANNA.B", ["Anna Berg"]),
            ("anna berg", ["Anna Berg"]),
            ("  Anna   Berg ", ["Anna Berg"]),
            ("anna", ["Anna Berg", "Anna Berglund"]),
            ("an be", ["Anna Berg", "Anna Berglund"]),
            ("und", []),
            ("lund", ["Bo Lund"]),
            ("Bo Lund", ["Bo Lund"]),
            ("nobody", []),
            ("%", []),
            ("", ["Anna Berg", "Anna Berglund", "Bo Lund"]),
        ],
    )
    def test_a_user_name_or_a_whole_name_means_one_person(
        self, connection: Connection, rows: Rows, text: str, names: list[str]
    ) -> None:
        rows.person("Anna Berg", username="anna.b")
        rows.person("Anna Berglund", username="annab")
        rows.person("Bo Lund", username="bo")
        found = people.matching(connection, SYSTEM, text, None, 20)
        assert [p.name for p in found.items] == names
        assert found.complete

    def test_two_people_of_one_name_are_both_offered(
        self, connection: Connection, rows: Rows
    ) -> None:
        for username in ("a1", "a2"):
            rows.person("Anna Berg", username=username)
        rows.person("Anna Bergman", username="a3")
        found = people.matching(connection, SYSTEM, "anna berg", None, 20)
        assert {p.username for p in found.items} == {"a1", "a2", "a3"}

    def test_only_those_who_hold_the_role(self, connection: Connection, rows: Rows) -> None:
        rows.person("Anna Berg", "ekonomi", username="anna")
        rows.person("Anna Ek", ROLE, username="annae")
        for text in ("anna", "anna berg"):
            found = people.matching(connection, SYSTEM, text, ROLE, 20)
            assert [p.name for p in found.items] == (["Anna Ek"] if text == "anna" else [])

    def test_more_than_are_asked_for_says_so(self, connection: Connection) -> None:
        crowd(connection, 100)
        found = people.matching(connection, SYSTEM, "anna", None, 5)
        assert (len(found.items), found.complete) == (5, False)


class TestChoices:
    def test_few_are_all_offered_by_name(self, connection: Connection, rows: Rows) -> None:
        for name, *roles in (("Öberg",), ("Åberg", ROLE), ("Ek", ROLE, "ekonomi")):
            rows.person(name, *roles)
        rows.person("Borta", ROLE, active=False)
        found = choices(connection, SYSTEM, [None, ROLE, "ekonomi", "inkop"])
        assert {role: [p.name for p in of.items] for role, of in found.items()} == {
            None: ["Ek", "Åberg", "Öberg"],
            ROLE: ["Ek", "Åberg"],
            "ekonomi": ["Ek"],
            "inkop": [],
        }
        assert all(of.complete for of in found.values())

    def test_the_few_of_one_role_are_all_offered_among_very_many(
        self, connection: Connection, rows: Rows
    ) -> None:
        crowd(connection, FEW + 1, [ROLE])
        boss = rows.person("Zorn", "ekonomi")
        found = choices(connection, boss, [None, ROLE, "ekonomi"])
        assert [p.name for p in found["ekonomi"].items] == ["Zorn"]
        assert {role: of.complete for role, of in found.items()} == {
            None: False,
            ROLE: False,
            "ekonomi": True,
        }

    def test_of_many_the_likeliest_come_first(self, connection: Connection, rows: Rows) -> None:
        crowd(connection, 50, [ROLE])
        me = rows.person("Jag Själv", ROLE)
        lead, worker, given, other = (
            rows.person(name, ROLE) for name in ("Leder", "Arbetar", "Fick", "Annan")
        )
        left = rows.person("Slutat", ROLE, active=False)
        elsewhere = rows.person("Utan Roll", "ekonomi")
        case = rows.case(people={ROLE: lead.id, "ekonomi": elsewhere.id})
        for n, who in enumerate((worker, left, elsewhere)):
            rows.fact(case_id=case, actor_id=who.id, at=NOW + n * DAY)
        rows.fact(
            "task.reassigned", actor_id=me.id, detail={"assignee": given.id}, at=NOW - 2 * DAY
        )
        rows.fact("task.completed", actor_id=me.id, detail={"assignee": other.id})
        found = choices(connection, me, [ROLE, None], case)
        assert [p.name for p in found[ROLE].items] == ["Leder", "Arbetar", "Jag Själv", "Fick"]
        assert {p.name for p in found[None].items} == {
            "Leder", "Utan Roll", "Arbetar", "Jag Själv", "Fick",
        }  # fmt: skip
        alone = choices(connection, me, [ROLE])[ROLE]
        assert [p.name for p in alone.items] == ["Jag Själv", "Fick"]

    def test_so_many_are_likely_and_no_more(self, connection: Connection, rows: Rows) -> None:
        crowd(connection, 60, [ROLE])
        case = rows.case()
        for n in range(30):
            rows.fact(case_id=case, actor_id=f"crowd{n:05}")
        assert len(choices(connection, SYSTEM, [ROLE], case)[ROLE].items) == LIKELY

    def test_of_many_customers_those_whose_cases_started_last(
        self, connection: Connection, rows: Rows
    ) -> None:
        clientele(connection, customers.FEW)
        assert customers.choices(connection, SYSTEM).complete
        clientele(connection, 1, first=customers.FEW)
        for n in (7, 3, 7, 5):
            started = NOW + n * DAY
            rows.case(customer_id=f"kund{n:05}", started_at=started)
        found = customers.choices(connection, SYSTEM)
        assert ([c.id for c in found.items], found.complete) == (
            ["kund00007", "kund00005", "kund00003"],
            False,
        )


# ---------------------------------------------------------------- what it costs

READS: dict[str, Read] = {
    "people": lambda c: people.search(c, SYSTEM, limit=25),
    "colleagues": lambda c: people.search(c, Actor("x", "X"), limit=25),
    "of a role": lambda c: people.search(c, SYSTEM, role=ROLE, limit=25),
    "one": lambda c: people.matching(c, SYSTEM, "p00007", None, 20),
    "nobody": lambda c: people.matching(c, SYSTEM, "nobody", ROLE, 20),
    "choices": lambda c: choices(c, SYSTEM, [None, ROLE]),
    "holders": lambda c: people.holders(c, SYSTEM, [ROLE, "ekonomi"], 10),
    "held": lambda c: people.held(c, SYSTEM, [ROLE, "ekonomi"]),
    "named": lambda c: people.named(c, SYSTEM, ["p00003", "p00004"]),
    "customers": lambda c: customers.search(c, SYSTEM, limit=25),
    "customer": lambda c: customers.search(c, SYSTEM, "00007"),
    "choice of a customer": lambda c: customers.choices(c, SYSTEM),
}


@pytest.mark.counted
@pytest.mark.parametrize("name", READS)
def test_three_thousand_cost_what_fifty_do(connection: Connection, rows: Rows, name: str) -> None:
    def work() -> int:
        rows.as_if_large()
        with watched(connection) as sent:
            READS[name](connection)
        return sent.work(connection)

    crowd(connection, FEWER, [ROLE])
    clientele(connection, FEWER)
    before = work()
    crowd(connection, MORE - FEWER, [ROLE], first=FEWER)
    clientele(connection, MORE - FEWER, first=FEWER)
    assert work() <= max(before, 10) * 1.3


@pytest.mark.counted
@pytest.mark.parametrize("q", ["a", "e", "å", "p", "anna alm", "p0 åke"])
def test_a_search_for_one_letter_looks_at_so_many_and_no_more(
    connection: Connection, rows: Rows, monkeypatch: pytest.MonkeyPatch, q: str
) -> None:
    monkeypatch.setattr(registers, "FEW", 20)
    monkeypatch.setattr(registers, "LOOKED_AT", 100)
    monkeypatch.setattr(text_search, "FEW", 100)

    def work() -> int:
        rows.as_if_large()
        with watched(connection) as sent:
            people.search(connection, SYSTEM, q=q, limit=20)
            people.matching(connection, SYSTEM, q, ROLE, 20)
        return sent.work(connection)

    crowd(connection, 1_000, [ROLE])
    before = work()
    crowd(connection, 2_000, [ROLE], first=1_000)
    assert work() <= before * 1.3


@pytest.mark.parametrize("name", READS)
def test_every_statement_goes_by_an_index(connection: Connection, rows: Rows, name: str) -> None:
    crowd(connection, FEWER, [ROLE])
    clientele(connection, FEWER)
    rows.as_if_large()
    with watched(connection) as sent:
        READS[name](connection)
    assert sent
    if connection.dialect.name == "sqlite":
        lines = sent.plans(connection)
        whole_tables = [line for line in lines if line.startswith("SCAN ") and "INDEX" not in line]
        real = [line for line in whole_tables if line.split()[1] in READ]
        assert real == []
        return
    for text, parameters in sent:
        plan = connection.exec_driver_sql(f"EXPLAIN {text}", parameters).scalars()
        assert not [line for line in plan if "Seq Scan" in line]


READ = {"person", "person_role", "person_word", "customer", "customer_word", "process_case"}
"""The tables that no statement may read whole."""
