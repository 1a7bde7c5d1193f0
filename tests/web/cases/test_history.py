"""History: told in sentences, searched, taken along as CSV, and checked."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from uuid import uuid4

import pytest

from engine import Engine, FakeClock
from tests.support.databases import database_of
from tests.support.desk import a_customer
from tests.support.people import People
from tests.support.steps import walk
from tests.support.tampering import as_owner
from tests.support.visitor import SignedIn, Visitor
from web.history import safe_cell
from web.texts.facts import FACTS
from web.texts.verification import fault_text


@pytest.fixture
def manager(signed_in: SignedIn, people: People) -> Visitor:
    return signed_in(people["manager"])


@pytest.fixture
def signed_case(
    engine: Engine, clock: FakeClock, people: People, case_id: str, task_id: str
) -> str:
    """The case with its first activity signed, ten minutes after it began."""
    clock.advance(timedelta(minutes=10))
    seller = people["saljare"]
    points = [point.id for point in engine.tasks.get(seller.actor, task_id).checklist]
    engine.tasks.complete(
        seller.actor,
        task_id,
        answers={"marknadsrapport": "Marknaden växer."},
        ticks={**dict.fromkeys(points, True), points[0]: "Rapporten finns sedan förra året"},
        note='=HYPERLINK("http://example.com")',
        password=seller.password,
        key=uuid4().hex,
    )
    return case_id


def sentences(text: str) -> list[str]:
    return re.findall(r'class="fact-what">([^<]*)<', text)


# ---------------------------------------------------------------- the list


def test_facts_are_told_as_sentences_with_times_of_the_zone(
    manager: Visitor, signed_case: str
) -> None:
    page = manager.open("/history/?case=2026-0001")
    told = sentences(page.text)
    assert "Saljare Åberg signerade ”Marknadsanalys” (Utfört)" in told
    assert "Manager Ståhl startade ärendet för Fastighets AB Örnen" in told
    assert "Uppgiften ”Marknadsanalys” öppnades" in told
    assert any("inte är aktuell på ”Marknadsanalys”" in s for s in told)
    assert "2026-03-02 09:10" in page.text
    assert "Orsak: Rapporten finns sedan förra året" in page.text


def test_every_fact_of_a_case_has_a_sentence_of_its_own(
    engine: Engine, clock: FakeClock, people: People, case_id: str
) -> None:
    going = walk(engine, clock, people, case_id)
    going.prepare()
    assert set(engine.history.types()) <= set(FACTS)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=marknadsanalys", True),
        ("q=finns-inte", False),
        ("person=saljare&type=task.signed", True),
        ("person=inkop", False),
        ("type=case.started", True),
        ("type=case.cancelled", False),
        ("since=2026-03-02", True),
        ("until=2026-03-01", False),
        ("since=2026-03-02&until=2026-03-02&type=task.signed", True),
        ("since=2026-03-03", False),
        ("case=2026-0001&type=task.opened", True),
    ],
)
def test_filters_by_text_person_type_date_and_case(
    manager: Visitor, signed_case: str, query: str, found: bool
) -> None:
    page = manager.open(f"/history/?{query}")
    assert page.status_code == 200
    assert bool(sentences(page.text)) is found


@pytest.mark.parametrize("place", ["/history/", "/history/export.csv"])
@pytest.mark.parametrize("query", ["until=9999-12-31", "since=0001-01-01", "since=9999-12-31"])
def test_the_ends_of_the_calendar_are_days_like_others(
    manager: Visitor, signed_case: str, place: str, query: str
) -> None:
    answer = manager.open(f"{place}?{query}")
    assert answer.status_code == 200
    assert ("Marknadsanalys" in answer.text) is (query != "since=9999-12-31")


def test_the_last_day_of_a_range_belongs_to_it_in_the_company_s_zone(
    signed_in: SignedIn, engine: Engine, clock: FakeClock, people: People
) -> None:
    clock.advance(timedelta(hours=14, minutes=30))  # 23:30 in Stockholm
    engine.cases.start(
        people["manager"].actor, title="Sen kväll", customer_id=a_customer(engine), key=uuid4().hex
    )
    clock.advance(timedelta(hours=1))  # after midnight there, the day before in UTC
    engine.cases.start(
        people["manager"].actor, title="Natt", customer_id=a_customer(engine), key=uuid4().hex
    )
    manager = signed_in(people["manager"])
    one_day = manager.open("/history/?type=case.started&since=2026-03-02&until=2026-03-02")
    assert len(sentences(one_day.text)) == 1
    assert "2026-03-02 23:30" in one_day.text


def test_a_wrong_filter_is_named_and_kept_as_it_was_typed(manager: Visitor) -> None:
    page = manager.open("/history/?case=2019-0007&since=nyss")
    assert page.status_code == 422
    assert "Det finns inget sådant ärende" in page.text
    assert 'value="nyss"' in page.text


def test_a_long_history_has_pages_that_keep_the_filters(
    manager: Visitor, engine: Engine, clock: FakeClock, people: People, case_id: str
) -> None:
    walk(engine, clock, people, case_id).prepare()
    page = manager.open("/history/?case=2026-0001")
    following = re.search(r'rel="next" href="([^"]+)"', page.text)
    assert following
    rest = manager.open(following[1].replace("&amp;", "&"))
    assert sentences(rest.text)
    assert 'value="2026-0001"' in rest.text


def test_others_read_only_about_the_cases_that_they_see(
    signed_in: SignedIn, people: People, signed_case: str
) -> None:
    assert sentences(signed_in(people["inkop"]).open("/history/").text)
    administrator = signed_in(people["administrator"])
    page = administrator.open("/history/")
    assert "2026-0001" not in page.text
    assert administrator.open("/history/?case=2026-0001").status_code == 422


# ---------------------------------------------------------------- CSV


def rows_of(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig")), delimiter=";"))


def test_the_filtered_list_comes_as_csv_with_all_its_pages(
    manager: Visitor, engine: Engine, clock: FakeClock, people: People, case_id: str
) -> None:
    walk(engine, clock, people, case_id).prepare()
    answer = manager.open("/history/export.csv?case=2026-0001")
    assert answer.mimetype == "text/csv"
    assert "historik-2026-03-02.csv" in answer.headers["Content-Disposition"]
    rows = rows_of(answer.data)
    assert rows[0][:3] == ["Tid", "Vem", "Händelse"]
    assert len(rows) > 51
    assert {row[5] for row in rows[1:]} == {"2026-0001"}


def test_what_a_program_did_is_told_with_its_token(
    manager: Visitor, engine: Engine, people: People, case_id: str, task_id: str
) -> None:
    seller = people["saljare"].actor
    issued = engine.tokens.add(seller, "saljare", "nattlig import", key="token")
    engine.tasks.claim(issued.token.actor(), task_id, key="claim")
    told = "Med API-nyckeln ”nattlig import”"
    assert manager.open("/history/?case=2026-0001").text.count(told) == 1
    assert told in manager.open(f"/cases/{case_id}").text
    head, *rows = rows_of(manager.open("/history/export.csv?case=2026-0001").data)
    column = head.index("API-nyckel")
    claimed = [row for row in rows if row[2] == "Uppgift tagen"]
    assert [row[column] for row in claimed] == [issued.token.id]
    assert {row[column] for row in rows if row not in claimed} == {""}


def test_no_cell_of_the_csv_is_a_formula(manager: Visitor, signed_case: str) -> None:
    rows = rows_of(manager.open("/history/export.csv?type=task.completed").data)
    more = rows[1][4]
    assert "HYPERLINK" in more
    assert not [cell for row in rows for cell in row if cell[:1] in "=+-@\t\r" and cell]


@pytest.mark.parametrize("text", ["=1+1", "+46", "-2", "@SUM(A1)", "\t=1", "\r=1", "  =1"])
def test_a_cell_that_could_be_a_formula_gets_an_apostrophe(text: str) -> None:
    assert safe_cell(text) == f"'{text}"


def test_other_cells_stay_as_they_are() -> None:
    assert safe_cell("Örnen & Söner") == "Örnen & Söner"
    assert safe_cell(None) == ""
    assert safe_cell(7) == "7"


def test_the_csv_of_a_wrong_filter_is_the_page_that_says_so(manager: Visitor) -> None:
    assert manager.open("/history/export.csv?since=nyss").status_code == 422


# ---------------------------------------------------------------- the chain


def test_a_whole_chain_is_told_with_its_figures(manager: Visitor, signed_case: str) -> None:
    page = manager.follow(manager.send(manager.open("/history/"), having="action"))
    assert "Kedjan är hel" in page.text


def test_what_was_changed_behind_our_back_is_named(
    manager: Visitor, engine: Engine, people: People, signed_case: str
) -> None:
    from sqlalchemy import text

    with as_owner(database_of(engine)) as connection:
        connection.execute(
            text("UPDATE history SET detail = replace(detail, 'Rapporten', 'Raporten')")
        )
    page = manager.follow(manager.send(manager.open("/history/?case=2026-0001"), having="action"))
    assert "1 fel i kedjan" in page.text
    faults = engine.history.verify(people["manager"].actor).faults
    assert [f.chain in page.text for f in faults] == [True]
    assert "Namnet eller beskrivningen är inte det som posten intygar" in page.text


@pytest.mark.parametrize(
    ("problem", "said"),
    [
        (
            "the entry before has number 3: something is missing or moved",
            "Posten före har nummer 3: något saknas eller är flyttat.",
        ),
        (
            "signature s1: the history does not know it",
            "Signatur s1: historiken känner inte till den.",
        ),
        (
            "signature s1: the column at is not what was signed: it was changed",
            "Signatur s1: kolumnen at är inte det som signerades, den är ändrad.",
        ),
        ("something new", "something new"),
    ],
)
def test_a_fault_is_told_in_words(problem: str, said: str) -> None:
    assert fault_text(problem) == said


def test_only_managers_check_everything_others_the_cases_that_they_see(
    signed_in: SignedIn, people: People, signed_case: str
) -> None:
    seller = signed_in(people["saljare"])
    assert "Kontrollera kedjan" not in seller.open("/history/").text
    page = seller.open("/history/?case=2026-0001")
    assert "Kedjan är hel" in seller.follow(seller.send(page, having="action")).text
