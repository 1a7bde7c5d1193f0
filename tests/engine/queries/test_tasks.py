"""The inbox: whose tasks are listed, in which order, and what listing them costs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import Connection

from engine.errors import Invalid
from engine.queries import inbox
from engine.queries.tasks import counts as task_counts
from engine.queries.tasks import search as tasks
from engine.views import Actor
from tests.support.rows import DAY, NOW, TODAY, Rows, Running, watched


def names(connection: Connection, actor: Actor, **filters: Any) -> list[str]:
    return [row.name for row in tasks(connection, actor, today=TODAY, **filters).items]


@pytest.fixture
def seller(rows: Rows) -> Actor:
    return rows.person("Sara Åberg", "saljare")


@pytest.fixture
def colleague(rows: Rows) -> Actor:
    return rows.person("Sven Öberg", "saljare")


@pytest.fixture
def stranger(rows: Rows) -> Actor:
    return rows.person("Nils Ny")


@pytest.fixture
def manager(rows: Rows) -> Actor:
    return rows.person("Maria Chef", rights=["manager"])


@pytest.fixture
def running(rows: Rows) -> Running:
    return Running(rows, customer="Ångbageriet i Örebro AB", number="2026-0007")


class TestWhose:
    def test_mine_is_what_is_assigned_to_me_and_what_my_role_may_take(
        self, connection: Connection, running: Running, seller: Actor, colleague: Actor
    ) -> None:
        running.task(name="assigned to me", role="ekonomi", assignee_id=seller.id, due=TODAY)
        running.task(name="of my role", due=TODAY + DAY)
        running.task(name="of no role", role=None, due=TODAY + 2 * DAY)
        running.task(name="somebody else's", assignee_id=colleague.id)
        running.task(name="of another role", role="ekonomi")
        running.done(seller, name="done", assignee_id=seller.id)
        assert names(connection, seller) == ["assigned to me", "of my role", "of no role"]

    def test_role_is_the_work_of_my_roles_whoever_has_it(
        self, connection: Connection, running: Running, seller: Actor, colleague: Actor
    ) -> None:
        running.task(name="free", due=TODAY)
        running.task(name="a colleague's", assignee_id=colleague.id, due=TODAY + DAY)
        running.task(name="of another role", role="ekonomi", assignee_id=seller.id)
        assert names(connection, seller, show="role") == ["free", "a colleague's"]

    def test_all_is_the_open_work_of_the_cases_that_i_see(
        self, connection: Connection, rows: Rows, running: Running, seller: Actor
    ) -> None:
        running.plan(role="saljare")
        running.task(name="in my case", role="ekonomi")
        Running(rows).task(name="in another case", role="ekonomi")
        assert names(connection, seller, show="all") == ["in my case"]

    def test_a_manager_sees_all_but_has_only_what_is_offered(
        self, connection: Connection, running: Running, manager: Actor
    ) -> None:
        running.task(name="a seller's")
        assert names(connection, manager, show="all") == ["a seller's"]
        assert names(connection, manager) == []

    @pytest.mark.parametrize("show", ["mine", "role", "all"])
    def test_a_strangers_list_is_empty(
        self, connection: Connection, running: Running, stranger: Actor, show: str
    ) -> None:
        running.plan(role="saljare")
        running.task(name="a seller's")
        assert names(connection, stranger, show=show) == []
        counts = task_counts(connection, stranger, show=show, today=TODAY)
        assert counts == {"late": 0, "today": 0, "coming": 0}


class TestOrderAndGroups:
    @pytest.fixture(autouse=True)
    def _tasks(self, running: Running) -> None:
        running.task(name="no date")
        running.task(name="tomorrow", due=TODAY + DAY)
        running.task(name="late", due=TODAY - DAY)
        running.task(name="today", due=TODAY)
        running.task(name="later", due=TODAY - 2 * DAY)
        running.task(name="no date either")

    def test_by_date_and_those_without_one_last(
        self, connection: Connection, seller: Actor
    ) -> None:
        assert names(connection, seller) == [
            "later",
            "late",
            "today",
            "tomorrow",
            "no date",
            "no date either",
        ]

    def test_the_groups_and_their_counts_agree(self, connection: Connection, seller: Actor) -> None:
        assert names(connection, seller, due="late") == ["later", "late"]
        assert names(connection, seller, due="today") == ["today"]
        assert names(connection, seller, due="coming") == ["tomorrow", "no date", "no date either"]
        assert task_counts(connection, seller, today=TODAY) == {"late": 2, "today": 1, "coming": 3}

    @pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 6, 7])
    @pytest.mark.parametrize("show", ["mine", "all"])
    def test_pages_of_any_size_give_every_task_once(
        self, connection: Connection, running: Running, seller: Actor, size: int, show: str
    ) -> None:
        running.plan(role="saljare")
        found: list[str] = []
        cursor = None
        while True:
            page = tasks(connection, seller, show=show, cursor=cursor, limit=size, today=TODAY)
            assert len(page.items) <= size
            found += [row.name for row in page.items]
            cursor = page.next
            if cursor is None:
                break
        assert found == names(connection, seller)

    def test_the_largest_page_has_two_hundred(
        self, connection: Connection, running: Running, seller: Actor
    ) -> None:
        more = 200 - len(names(connection, seller)) + 3
        for _ in range(more):
            running.task()
        page = tasks(connection, seller, limit=200, today=TODAY)
        assert len(page.items) == 200
        rest = tasks(connection, seller, limit=200, cursor=page.next, today=TODAY)
        assert (len(rest.items), rest.next) == (3, None)


class TestFilters:
    def test_by_phase_and_by_role(
        self, connection: Connection, rows: Rows, running: Running
    ) -> None:
        both = rows.person("Bo Båda", "saljare", "ekonomi")
        running.task(name="offer", phase="A")
        running.task(name="start", phase="B1")
        running.task(name="invoice", phase="B1", role="ekonomi")
        running.task(name="of nobody", phase="B1", role=None)
        assert names(connection, both, phase="B1") == ["start", "invoice", "of nobody"]
        assert names(connection, both, phase="B1", role="ekonomi") == ["invoice"]
        assert names(connection, both, show="role", role="saljare") == ["offer", "start"]
        running.plan()
        assert names(connection, both, show="all", role="ekonomi") == ["invoice"]

    @pytest.mark.parametrize(
        "q",
        ["ÅNGBAGERIET", "ångbageriet", "öREbro ring", "0007", "RING", "Ring upp", "  upp   ring "],
    )
    def test_a_search_finds_whatever_the_case_of_its_letters(
        self, connection: Connection, running: Running, seller: Actor, q: str
    ) -> None:
        running.task(name="Ring upp")
        Running(running.rows, number="2025-0001").task(name="Skriv")
        assert names(connection, seller, q=q) == ["Ring upp"]

    @pytest.mark.parametrize(
        ("name", "q"),
        [
            ("100 % klart", "100 %"),
            ("under_strykning", "r_s"),
            ("[x] * ? ^ $ . + ( ) { } | \\ - ]", "[x] * ? ^ $ ."),
            ("[x] * ? ^ $ . + ( ) { } | \\ - ]", "+ ( ) { } | \\ -"),
            ('it\'s "quoted"; --', 'it\'s "quoted"; --'),
            ("Straße ﬁn İ", "straße ﬁn İ"),
            ("räksmörgås 🍤", "RÄKSMÖRGÅS 🍤"),
            ("decomposed å", "decomposed a\u030a"),
        ],
    )
    def test_no_character_of_a_search_is_a_pattern(
        self, connection: Connection, running: Running, seller: Actor, name: str, q: str
    ) -> None:
        running.task(name=name)
        running.task(name="something else entirely, abc 1005 xy rxs")
        assert names(connection, seller, q=q) == [name]

    def test_a_very_long_search_is_cut(
        self, connection: Connection, running: Running, seller: Actor
    ) -> None:
        running.task(name="a" * 300)
        assert names(connection, seller, q="a" * 5000) == ["a" * 300]
        assert names(connection, seller, q="[" * 5000 + "\x00\ud800") == []

    @pytest.mark.parametrize("filters", [{"show": "everyone"}, {"due": "1 OR 1=1"}])
    def test_a_filter_that_does_not_exist_is_refused(
        self, connection: Connection, seller: Actor, filters: dict[str, str]
    ) -> None:
        with pytest.raises(Invalid) as caught:
            tasks(connection, seller, today=TODAY, **filters)
        assert caught.value.problems[0].code == "not_an_option"

    @pytest.mark.parametrize(
        "cursor",
        ["x", "é", "bnVsbA", "WyJ0YXNrcyJd", "WyJjYXNlcyIsIjIwMjYtMDEtMDEiLCJhIl0", "A" * 4000],
    )
    def test_a_cursor_that_was_not_given_out_is_refused(
        self, connection: Connection, seller: Actor, cursor: str
    ) -> None:
        with pytest.raises(Invalid) as caught:
            tasks(connection, seller, cursor=cursor, today=TODAY)
        assert caught.value.problems[0].code == "cursor_malformed"


def test_a_row_says_where_the_task_belongs(
    connection: Connection, running: Running, seller: Actor
) -> None:
    task_id = running.task(
        assignee_id=seller.id, due=TODAY, points=4, ticked=3, draft_at=NOW, revision=5
    )
    (row,) = tasks(connection, seller, today=TODAY).items
    assert row.id == task_id
    assert (row.case_id, row.case_number) == (running.case, "2026-0007")
    assert row.customer == "Ångbageriet i Örebro AB"
    assert (row.phase, row.role, row.due) == ("A", "saljare", TODAY)
    assert row.assignee is not None
    assert row.assignee.initials == "SÅ"
    assert (row.ticked, row.points, row.has_draft, row.revision) == (3, 4, True, 5)
    assert row.opened_at == NOW


@pytest.mark.parametrize("database_kind", ["sqlite"])
class TestCost:
    @pytest.mark.parametrize(
        ("show", "indexes"),
        [
            ("mine", {"ix_task_assigned", "ix_task_offered"}),
            ("role", {"ix_task_role"}),
            ("all", {"ix_task_due"}),
        ],
    )
    def test_the_inbox_is_read_along_an_index(
        self,
        connection: Connection,
        running: Running,
        seller: Actor,
        manager: Actor,
        show: str,
        indexes: set[str],
    ) -> None:
        running.task(due=TODAY)
        actor = manager if show == "all" else seller
        for due in ("late", "today", "coming", None):
            page = tasks(connection, actor, show=show, limit=1, today=TODAY)
            with watched(connection) as sent:
                tasks(connection, actor, show=show, due=due, cursor=page.next, today=TODAY)
            plans = sent.plans(connection)
            assert indexes <= {word for line in plans for word in line.split()}
            assert not [line for line in plans if line.startswith("SCAN task")]
            # Only the rows of a page, already found, are put in order.
            sorts = [before for before, line in pairwise(plans) if line.startswith("USE TEMP")]
            assert not [line for line in sorts if line.startswith("SEARCH task USING INDEX ix_")]

    def test_all_of_a_member_of_staff_is_read_along_an_index_too(
        self, connection: Connection, running: Running, seller: Actor
    ) -> None:
        with watched(connection) as sent:
            tasks(connection, seller, show="all", today=TODAY)
        plans = sent.plans(connection)
        assert [line for line in plans if "ix_task_due" in line]
        assert not [line for line in plans if line.startswith("SCAN task")]

    def test_a_page_takes_the_same_statements_however_many_tasks_there_are(
        self, connection: Connection, rows: Rows, seller: Actor
    ) -> None:
        def statements() -> int:
            with watched(connection) as sent:
                tasks(connection, seller, today=TODAY)
            return len(sent)

        Running(rows).task(assignee_id=seller.id)
        few = statements()
        for day in range(20):
            Running(rows, customer=f"Kund {day}").task(due=TODAY + timedelta(days=day))
        assert statements() <= few <= 3


class TestBound:
    """However little matches, a page looks at so many tasks, and the pages find all."""

    @pytest.fixture(autouse=True)
    def small(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(inbox, "FEW", 4)
        monkeypatch.setattr(inbox, "LOOKED_AT", 12)
        monkeypatch.setattr(inbox, "COUNTED_AMONG", 12)

    def crowd(self, rows: Rows, count: int) -> list[str]:
        """Tasks of as many cases with a word of each, due on some days or never."""
        made = []
        for n in range(count):
            case = Running(rows, title="norr" if n < count * 0.6 else "syd")
            case.plan(role="saljare" if n % 3 else "ekonomi")
            made.append(
                case.task(
                    name="Offert" if n % 5 else "Avtal",
                    phase="A" if n % 4 else "B",
                    due=None if n % 6 == 0 else TODAY + (n % 7 - 3) * DAY,
                )
            )
        return made

    def pages(self, connection: Connection, actor: Actor, **filters: Any) -> list[str]:
        found: list[str] = []
        cursor, pages = None, 0
        while pages == 0 or cursor is not None:
            page = tasks(connection, actor, **filters, cursor=cursor, limit=4, today=TODAY)
            found += [row.id for row in page.items]
            cursor, pages = page.next, pages + 1
        return found

    @pytest.mark.parametrize(
        ("filters", "wanted"),
        [
            ({"q": "norr"}, lambda n: n < 36),
            ({"q": "syd avtal", "show": "role"}, lambda n: n >= 36 and n % 5 == 0),
            ({"phase": "B"}, lambda n: n % 4 == 0),
            ({"show": "all"}, lambda n: True),
            ({"show": "all", "q": "avtal"}, lambda n: n % 5 == 0),
            ({"show": "all", "q": "avtal norr", "phase": "B"}, lambda n: n < 36 and n % 20 == 0),
            ({"q": "norr", "due": "late"}, lambda n: n < 36 and n % 6 and n % 7 < 3),
            ({"q": "norr syd"}, lambda n: False),
        ],
    )
    @pytest.mark.parametrize("whose", ["everybody's", "staff's"])
    def test_the_pages_find_all(
        self,
        connection: Connection,
        rows: Rows,
        seller: Actor,
        filters: dict[str, Any],
        wanted: Callable[[int], bool],
        whose: str,
    ) -> None:
        made = self.crowd(rows, 60)
        rights = frozenset({"manager"}) if whose == "everybody's" else frozenset()
        actor = replace(seller, rights=rights)
        found = self.pages(connection, actor, **filters)
        assert sorted(found) == [id for n, id in enumerate(made) if wanted(n)]
        order = {id: (n % 6 == 0, n % 7, id) for n, id in enumerate(made)}
        order |= {id: (True, 0, id) for n, id in enumerate(made) if n % 6 == 0}
        assert found == sorted(found, key=lambda id: order[id])

    def test_a_count_says_when_there_may_be_more(
        self, connection: Connection, rows: Rows, seller: Actor
    ) -> None:
        self.crowd(rows, 60)
        counts = task_counts(connection, seller, q="norr", today=TODAY)
        listed = {due: len(self.pages(connection, seller, q="norr", due=due)) for due in counts}
        assert {due: count.more for due, count in counts.items()} == {
            "late": True,
            "today": False,
            "coming": True,
        }
        assert counts["today"] == listed["today"]
        assert 0 < counts["late"] < listed["late"]
        assert 0 < counts["coming"] < listed["coming"]

    def test_roles_that_are_not_mine_are_nothing_to_look_for(
        self, connection: Connection, running: Running, seller: Actor
    ) -> None:
        running.task()
        with watched(connection) as sent:
            assert names(connection, seller, show="role", role="ekonomi") == []
            counts = task_counts(connection, seller, show="role", role="ekonomi", today=TODAY)
        assert counts == {"late": 0, "today": 0, "coming": 0}
        assert not sent

    @pytest.mark.parametrize(
        "filters",
        [
            {"show": "all"},
            {"show": "all", "q": "norr", "due": "today"},
            {"show": "all", "q": "norr syd"},
            {"q": "norr"},
            {"q": "offert norr", "phase": "A"},
            {"show": "role", "q": "syd", "role": "saljare"},
            {"show": "role", "q": "syd", "role": "ekonomi"},
        ],
    )
    @pytest.mark.parametrize("whose", ["everybody's", "nobody's"])
    @pytest.mark.counted
    def test_a_page_does_not_read_more_where_there_are_more(
        self,
        connection: Connection,
        rows: Rows,
        monkeypatch: pytest.MonkeyPatch,
        seller: Actor,
        stranger: Actor,
        filters: dict[str, Any],
        whose: str,
    ) -> None:
        monkeypatch.setattr(inbox, "COUNTED", 3)
        actor = stranger
        if whose == "everybody's":
            actor = replace(seller, rights=frozenset({"manager"}))

        def read() -> int:
            rows.as_if_large()
            with watched(connection) as sent:
                tasks(connection, actor, **filters, limit=4, today=TODAY)
                filters_of_counts = {k: v for k, v in filters.items() if k != "due"}
                task_counts(connection, actor, **filters_of_counts, today=TODAY)
            return sent.work(connection)

        # So many that the bounds are reached already before there are more.
        self.crowd(rows, 80)
        before = read()
        self.crowd(rows, 160)
        assert read() <= before * 1.5
