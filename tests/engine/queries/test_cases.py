"""Cases: the list with its progress, and one case with its sheets, messages and people."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import Connection

from engine.bpmn.meta import CheckItem, MessageMeta
from engine.errors import Invalid, NotFound
from engine.queries import case_detail as details
from engine.queries import definitions, text_search
from engine.queries.cases import MessageOffer
from engine.queries.cases import search as cases
from engine.queries.sheets import plan_rows
from engine.views import SYSTEM, Actor, CaseDetail
from tests.support.rows import DAY, NOW, TODAY, Rows, Running, tick, watched


def case_detail(connection: Connection, actor: Actor, key: str, **given: Any) -> CaseDetail:
    """The case, where the live diagrams are those that are deployed now."""
    ahead = definitions.phase_diagrams(definitions.in_order(connection))
    return details.get(connection, actor, key, ahead=ahead, **given)[1]


@pytest.fixture
def seller(rows: Rows) -> Actor:
    return rows.person("Sara Åberg", "saljare")


def numbers(connection: Connection, actor: Actor = SYSTEM, **filters: Any) -> list[str]:
    return [row.number for row in cases(connection, actor, today=TODAY, **filters).items]


class TestList:
    @pytest.fixture(autouse=True)
    def _cases(self, rows: Rows) -> None:
        rows.case(number="first", started_at=NOW - 3 * DAY)
        rows.case(number="stopped", started_at=NOW - 2 * DAY, state="incident")
        rows.case(number="ended", started_at=NOW - DAY, state="completed", ended_at=NOW)
        rows.case(number="last", title="Städning av Ön")

    def test_the_last_started_comes_first(self, connection: Connection) -> None:
        assert numbers(connection) == ["last", "stopped", "first"]
        assert numbers(connection, state="ended") == ["ended"]
        assert numbers(connection, state="all") == ["last", "ended", "stopped", "first"]

    @pytest.mark.parametrize("state", ["running", "ended", "all"])
    @pytest.mark.parametrize("size", [1, 2, 3, 4])
    def test_pages_give_every_case_once(
        self, connection: Connection, state: str, size: int
    ) -> None:
        found: list[str] = []
        cursor = None
        while True:
            page = cases(connection, SYSTEM, state=state, cursor=cursor, limit=size, today=TODAY)
            found += [row.number for row in page.items]
            cursor = page.next
            if cursor is None:
                break
        assert found == numbers(connection, state=state)

    def test_a_member_of_staff_lists_the_cases_of_their_roles_and_a_stranger_none(
        self, connection: Connection, rows: Rows, seller: Actor
    ) -> None:
        Running(rows, number="mine").plan(role="saljare")
        assert numbers(connection, seller) == ["mine"]
        assert numbers(connection, rows.person("Nils Ny"), state="all") == []

    def test_a_search_looks_at_number_title_and_customer(
        self, connection: Connection, rows: Rows
    ) -> None:
        rows.case(number="of customer", customer_id=rows.customer("Öl & Co", org_number="556-1"))
        assert numbers(connection, q="städning ÖN") == ["last"]
        assert numbers(connection, q="öl") == ["of customer"]
        assert numbers(connection, q="556-1") == ["of customer"]
        assert numbers(connection, q="STOPP") == ["stopped"]

    def test_a_state_that_does_not_exist_is_refused(self, connection: Connection) -> None:
        with pytest.raises(Invalid):
            cases(connection, SYSTEM, state="everything", today=TODAY)


class TestProgress:
    def test_done_is_what_was_completed_last_and_is_not_open_again(
        self, connection: Connection, rows: Rows
    ) -> None:
        running = Running(rows, customer="Bageriet")
        for element in ("done", "again", "open", "cancelled", "ahead", "same_moment"):
            running.plan(element)
        running.done(element_id="done")
        running.done(element_id="again")
        running.task(element_id="again", due=TODAY - DAY)
        running.task(element_id="open", due=TODAY)
        running.done(element_id="cancelled")
        running.task(element_id="cancelled", state="cancelled", opened_at=NOW + DAY, ended_at=NOW)
        running.task(element_id="same_moment", state="cancelled", ended_at=NOW)
        running.done(element_id="same_moment")
        running.done(element_id="outside the plan")
        (row,) = cases(connection, SYSTEM, today=TODAY).items
        assert (row.done, row.activities) == (2, 6)
        assert (row.open, row.late) == (2, 1)
        assert row.customer is not None
        assert row.customer.name == "Bageriet"
        states = {p.element_id: p.state for p in plan_rows(connection, running.case, running=True)}
        assert states == {
            "done": "done",
            "again": "open",
            "open": "open",
            "cancelled": "cancelled",
            "ahead": "ahead",
            "same_moment": "done",
        }

    def test_phases_with_open_work_stand_in_the_plans_order(
        self, connection: Connection, rows: Rows
    ) -> None:
        running = Running(rows, number="2026-0001")
        running.plan("drift", phase="C", phase_order=4)
        running.plan("utveckling", phase="D", phase_order=5)
        running.plan("start", phase="B1", phase_order=2)
        for phase in ("D", "C", "D", None):
            running.task(phase=phase)
        running.done(phase="B1")
        Running(rows, number="another").task(phase="B1")
        found = {row.number: row for row in cases(connection, SYSTEM, today=TODAY).items}
        row = found.pop("2026-0001")
        assert row.phases == ("C", "D")
        assert numbers(connection, phase="C") == [row.number]
        assert numbers(connection, phase="B1") == ["another"]

    def test_statements_do_not_grow_with_the_cases(
        self, connection: Connection, rows: Rows
    ) -> None:
        def statements() -> int:
            with watched(connection) as sent:
                cases(connection, SYSTEM, today=TODAY, limit=200)
            return len(sent)

        Running(rows, customer="Ett").plan()
        few = statements()
        for number in range(20):
            Running(rows, customer=f"Kund {number}").task(due=TODAY)
        assert statements() == few


class TestSheets:
    @pytest.fixture
    def running(self, rows: Rows, seller: Actor) -> Running:
        running = Running(rows, number="2026-0001", people={"saljare": seller.id, "ekonomi": "x"})
        running.plan("analys", phase="A", phase_order=1, points=["Läs på", "Fråga"])
        running.plan("offert", phase="A", phase_order=1, due=TODAY + 9 * DAY)
        running.plan(
            "utse",
            phase="B1",
            phase_title="Förberedelse inför uppstart",
            phase_order=2,
            process_id="fas_b1",
            person_id=seller.id,
            due=TODAY + 20 * DAY,
        )
        return running

    def test_a_case_shows_all_its_rows_done_open_and_ahead(
        self, connection: Connection, rows: Rows, running: Running, seller: Actor
    ) -> None:
        done = running.done(
            seller, element_id="analys", due=TODAY, ticks={"las": tick(seller)}, ended_at=NOW
        )
        rows.signature(done, running.case, running.instance, seller)
        opened = running.task(element_id="offert", assignee_id=seller.id, due=TODAY + DAY)

        def points(definition_id: str, element_id: str) -> list[CheckItem]:
            assert definition_id == running.definition
            found = [CheckItem("las", "Läs på"), CheckItem("fraga", "Fråga")]
            return found if element_id == "analys" else []

        detail = case_detail(connection, SYSTEM, running.case, today=TODAY, points=points)
        sheet_a, sheet_b1 = detail.sheets
        analysis, offer = sheet_a.rows
        assert (sheet_a.key, sheet_b1.key) == ("A", "B1")
        assert sheet_b1.title == "Förberedelse inför uppstart"
        assert [row.state for row in (*sheet_a.rows, *sheet_b1.rows)] == ["done", "open", "ahead"]
        assert analysis.points == ("Läs på", "Fråga")
        (entry,) = analysis.entries
        assert (entry.task_id, entry.state, entry.completed_at) == (done, "completed", NOW)
        assert entry.person is not None
        assert entry.person.name == "Sara Åberg"
        assert entry.signature is not None
        assert (entry.signature.name, entry.signature.meaning) == ("Sara Åberg", "Utfört")
        assert [(t.text, t.state, t.by) for t in entry.checklist] == [
            ("Läs på", "done", "Sara Åberg"),
            ("Fråga", "open", None),
        ]
        (round_,) = offer.entries
        assert (round_.task_id, round_.completed_at, round_.can_open) == (opened, None, True)
        assert (offer.plan.person, offer.plan.due) == (round_.person, TODAY + DAY)
        ahead = sheet_b1.rows[0].plan
        assert (ahead.person, ahead.due) == (entry.person, TODAY + 20 * DAY)

    def test_rounds_come_oldest_first(
        self, connection: Connection, running: Running, seller: Actor
    ) -> None:
        third = running.task(element_id="offert", opened_at=NOW + DAY)
        first = running.done(seller, element_id="offert", opened_at=NOW - DAY)
        second = running.done(seller, element_id="offert", ended_at=NOW + DAY)
        detail = case_detail(connection, SYSTEM, running.case, today=TODAY)
        offer = detail.sheets[0].rows[1]
        assert [entry.task_id for entry in offer.entries] == [first, second, third]
        assert offer.state == "open"

    def test_a_sheet_knows_the_diagram_that_it_runs_on_or_would_run_on(
        self, connection: Connection, rows: Rows, running: Running
    ) -> None:
        old = rows.definition("fas_a", 1, phase="A", phase_order=1)
        rows.definition("fas_a", 2, phase="A", phase_order=1, deployed_at=NOW + DAY)
        rows.definition("fas_b1", 1, phase="B1", phase_order=2)
        new = rows.definition("fas_b1", 2, phase="B1", phase_order=2, deployed_at=NOW + DAY)
        child = rows.instance(running.case, old, parent_id=running.instance, depth=1)
        sheet_a, sheet_b1 = case_detail(connection, SYSTEM, running.case, today=TODAY).sheets
        assert (sheet_a.process_id, sheet_a.definition_id, sheet_a.version) == ("fas_a", old, 1)
        assert sheet_a.instance_id == child
        assert (sheet_b1.process_id, sheet_b1.definition_id, sheet_b1.version) == ("fas_b1", new, 2)
        assert sheet_b1.instance_id is None

    def test_what_an_ended_case_never_opened_was_not_reached(
        self, connection: Connection, rows: Rows
    ) -> None:
        ended = Running(rows, state="completed", ended_at=NOW)
        ended.plan("offert")
        detail = case_detail(connection, SYSTEM, ended.case, today=TODAY)
        assert detail.sheets[0].rows[0].state == "not_reached"
        assert detail.can == {"correct"}

    def test_statements_do_not_grow_with_rows_and_rounds(
        self, connection: Connection, rows: Rows, running: Running, seller: Actor
    ) -> None:
        def statements() -> int:
            with watched(connection) as sent:
                case_detail(connection, SYSTEM, running.case, today=TODAY)
            return len(sent)

        running.done(seller, element_id="offert")
        few = statements()
        for number in range(15):
            colleague = rows.person(f"Kollega {number}")
            running.plan(f"steg{number}", person_id=colleague.id)
            task_id = running.done(colleague, element_id=f"steg{number}")
            rows.signature(task_id, running.case, running.instance, colleague)
        assert statements() == few <= 16


class TestDetail:
    def test_people_and_what_each_of_them_may_do(
        self, connection: Connection, rows: Rows, seller: Actor
    ) -> None:
        keeper = rows.person("Kerstin Ek", "kundansvarig")
        running = Running(
            rows,
            people={"kundansvarig": keeper.id, "saljare": "gone"},
            lead_role="kundansvarig",
            start_date=date(2026, 5, 1),
        )
        running.plan(role="saljare")
        running.plan("kundkontakt", role="kundansvarig")
        detail = case_detail(connection, keeper, running.case, today=TODAY)
        assert {role: p.name for role, p in detail.people.items()} == {"kundansvarig": "Kerstin Ek"}
        assert detail.row.start_date == date(2026, 5, 1)
        assert detail.can == {"plan"}
        assert case_detail(connection, seller, running.case, today=TODAY).can == frozenset()
        rows.incident(running.case, running.instance)
        shown = case_detail(connection, SYSTEM, running.case, today=TODAY)
        assert shown.can == {"plan", "cancel", "correct", "retry"}
        assert len(shown.incidents) == 1
        assert case_detail(connection, seller, running.case, today=TODAY).incidents == ()

    def test_variables_are_the_roots_in_readable_form(
        self, connection: Connection, rows: Rows
    ) -> None:
        case_id = rows.case()
        definition = rows.definition()
        variables = {"avtalsstart": {"@date": "2026-05-01"}, "belopp": {"@number": "1.50"}}
        root = rows.instance(case_id, definition, id=case_id, variables=variables)
        rows.instance(case_id, definition, parent_id=root, variables={"inre": 1})
        detail = case_detail(connection, SYSTEM, case_id, today=TODAY)
        assert detail.variables == {"avtalsstart": "2026-05-01", "belopp": 1.5}

    def test_a_case_that_is_not_mine_to_see_does_not_exist(
        self, connection: Connection, rows: Rows, seller: Actor
    ) -> None:
        case_id = Running(rows).case
        for asked in (case_id, "nothing"):
            with pytest.raises(NotFound):
                case_detail(connection, seller, asked, today=TODAY)

    def test_messages_are_those_that_somebody_waits_for_and_the_diagram_offers(
        self, connection: Connection, rows: Rows, seller: Actor
    ) -> None:
        running = Running(rows)
        running.plan(role="saljare")
        for name in ("Reklamation", "Reklamation", "Intern"):
            rows.subscription(running.case, running.instance, name)
        rows.subscription(running.case, running.instance, "Uppsagning", interrupting=True)
        rows.subscription(running.case, running.instance, "Signal", kind="signal")
        metas = [
            MessageMeta("m1", "Uppsagning", "Uppsägning", ("kundansvarig",), offered=True),
            MessageMeta("m2", "Reklamation", "Reklamation", ("saljare",), offered=True),
            MessageMeta("m3", "Forlangning", "Förlängning", ("saljare",), offered=True),
            MessageMeta("m4", "Intern", "Intern"),
            MessageMeta("m5", "Signal", "Signal", ("saljare",), offered=True),
        ]
        offers = {meta.name: MessageOffer(meta) for meta in metas}
        detail = case_detail(connection, seller, running.case, today=TODAY, offers=lambda _: offers)
        assert [(o.name, o.label, o.allowed, o.interrupting) for o in detail.messages] == [
            ("Uppsagning", "Uppsägning", False, True),
            ("Reklamation", "Reklamation", True, False),
        ]


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_cases_are_listed_along_an_index(connection: Connection, rows: Rows, seller: Actor) -> None:
    for state, index in (("running", "ix_process_case_state"), ("all", "ix_process_case_started")):
        with watched(connection) as sent:
            cases(connection, seller, state=state, today=TODAY)
        plans = sent.plans(connection)
        assert [line for line in plans if index in line]
        assert "SCAN process_case" not in plans


class TestBound:
    """However little matches, a page looks at so many cases, and the pages find all."""

    @pytest.fixture(autouse=True)
    def small(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(text_search, "FEW", 8)
        monkeypatch.setattr(text_search, "LOOKED_AT", 10)

    def crowd(self, rows: Rows, count: int) -> list[str]:
        """Cases with two words each, which only those that began in the middle have both."""
        made = []
        for n in range(count):
            title = " ".join(
                ("norr" if n < count * 0.6 else "syd", "visby" if n > count * 0.4 else "umeå")
            )
            started = NOW + n % 5 * DAY
            state = ("running", "incident")[n % 2]
            made.append(rows.case(title=title, started_at=started, state=state))
        return made

    @pytest.mark.parametrize("state", ["all", "running"])
    @pytest.mark.parametrize("q", ["norr visby", "syd umeå", "visby", "norr 2026"])
    def test_the_pages_find_all(
        self, connection: Connection, rows: Rows, state: str, q: str
    ) -> None:
        made = self.crowd(rows, 60)
        found: list[str] = []
        cursor, pages = None, 0
        while pages == 0 or cursor is not None:
            page = cases(connection, SYSTEM, q=q, state=state, cursor=cursor, limit=4, today=TODAY)
            found += [row.id for row in page.items]
            cursor, pages = page.next, pages + 1
        north, visby = range(36), range(25, 60)
        wanted = {
            "norr visby": {*north} & {*visby},
            "syd umeå": set(),
            "visby": {*visby},
            "norr 2026": {*north},
        }[q]
        began = {id: n % 5 for n, id in enumerate(made)}
        expected = sorted((made[n] for n in wanted), key=lambda id: (began[id], id), reverse=True)
        assert found == expected

    @pytest.mark.parametrize("q", ["norr visby", "syd umeå", "visby"])
    @pytest.mark.parametrize("whose", ["everybody's", "nobody's"])
    @pytest.mark.counted
    def test_a_page_does_not_read_more_where_there_are_more(
        self, connection: Connection, rows: Rows, q: str, whose: str
    ) -> None:
        actor = SYSTEM if whose == "everybody's" else rows.person("Nils Ny", "saljare")

        def read() -> int:
            rows.as_if_large()
            with watched(connection) as sent:
                cases(connection, actor, q=q, state="all", limit=4, today=TODAY)
            return sent.work(connection)

        self.crowd(rows, 100)
        before = read()
        self.crowd(rows, 200)
        assert read() <= before * 1.5

    @pytest.mark.parametrize("filters", [{"q": "gammal"}, {"phase": "Z"}])
    @pytest.mark.counted
    def test_a_few_old_ones_are_not_looked_for_among_all(
        self,
        connection: Connection,
        rows: Rows,
        monkeypatch: pytest.MonkeyPatch,
        filters: dict[str, str],
    ) -> None:
        monkeypatch.setattr(text_search, "FEW", 100)
        for n in range(60):
            old = Running(rows, title="gammal", started_at=NOW - (n + 9) * DAY)
            old.task(phase="Z")

        def read() -> int:
            rows.as_if_large()
            with watched(connection) as sent:
                assert len(cases(connection, SYSTEM, **filters, limit=2, today=TODAY).items) == 2
            return sent.work(connection)

        self.crowd(rows, 200)
        before = read()
        self.crowd(rows, 400)
        assert read() <= before * 1.2
