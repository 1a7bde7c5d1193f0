"""The manager's overview: figures that open their lists."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event, insert

from engine import Engine, FakeClock, NotAllowed
from engine.jobs import failed, outbox
from engine.jobs.outbox import OutboundMessage
from engine.store.tables import JobTable
from tests.support.databases import database_of
from tests.support.people import People
from tests.support.rows import Statements
from tests.support.visitor import SignedIn
from web.overview import JOBS


def figures(text: str) -> list[str]:
    return re.findall(r'class="tile-number">([^<]*)<', text)


def test_the_figures_open_the_lists_that_they_count(
    engine: Engine, clock: FakeClock, people: People, signed_in: SignedIn, case_id: str
) -> None:
    clock.advance(timedelta(days=60))
    engine.analysis.count_figures()
    manager = signed_in(people["manager"])
    page = manager.open("/overview/")
    shown = engine.analysis.overview(people["manager"].actor)
    assert shown is not None
    assert shown.late == shown.open > 0
    assert figures(page.text) == ["1", str(shown.late), "0"]
    role = shown.roles[0]
    link = f"/tasks?show=all&amp;due=late&amp;role={role.key}"
    assert link in page.text
    listed = manager.open(link.replace("&amp;", "&"))
    assert listed.text.count('<li class="task">') == role.late


def test_the_page_is_in_a_managers_menu_and_in_no_one_elses(
    people: People, signed_in: SignedIn
) -> None:
    assert 'href="/overview/"' in signed_in(people["manager"]).open("/tasks").text
    seller = signed_in(people["saljare"])
    assert 'href="/overview/"' not in seller.open("/tasks").text
    assert seller.open("/overview/").status_code == 403


def test_figures_are_counted_now_and_then_and_read_from_then_on(
    engine: Engine, clock: FakeClock, people: People, case_id: str
) -> None:
    manager = people["manager"].actor
    assert engine.analysis.count_figures()
    assert not engine.analysis.count_figures()
    before = engine.analysis.overview(manager)
    assert before is not None
    assert before.at == clock.now()
    assert before.cases == {"running": 1}
    engine.cases.cancel(manager, case_id, "test", key="cancel")
    clock.advance(timedelta(minutes=1))
    assert engine.analysis.overview(manager) == before
    assert engine.analysis.count_figures()
    after = engine.analysis.overview(manager)
    assert after is not None
    assert after.cases == {"cancelled": 1}


def test_what_is_late_is_counted_again_on_another_day(engine: Engine, clock: FakeClock) -> None:
    clock.set(datetime(2026, 12, 1, 23, 59, 58, tzinfo=ZoneInfo(engine.config.calendar.zone)))
    assert engine.analysis.count_figures()
    clock.advance(timedelta(seconds=1))
    assert not engine.analysis.count_figures()
    clock.advance(timedelta(seconds=1))
    assert engine.analysis.count_figures()


def test_a_page_never_counts_and_says_when_it_was_done(
    engine: Engine, clock: FakeClock, people: People, signed_in: SignedIn, case_id: str
) -> None:
    manager = signed_in(people["manager"])
    page = manager.open("/overview/")
    assert "Siffrorna räknas för första gången och visas här strax." in page.text
    assert 'http-equiv="refresh"' in page.text
    assert not figures(page.text)
    engine.analysis.count_figures()
    counted = clock.now()
    page = manager.open("/overview/")
    assert figures(page.text) == ["1", "0", "0"]
    assert 'http-equiv="refresh"' not in page.text
    clock.advance(timedelta(minutes=25))
    assert figures(manager.open("/overview/").text) == ["1", "0", "0"]
    kept = engine.analysis.overview(people["manager"].actor)
    assert kept is not None
    assert kept.at == counted


def test_the_page_takes_three_statements_however_many_jobs_wait(
    engine: Engine, clock: FakeClock, people: People, signed_in: SignedIn, case_id: str
) -> None:
    engine.analysis.count_figures()
    manager = signed_in(people["manager"])
    manager.open("/overview/")
    sent: list[tuple[str, Any]] = []

    def note(_conn: Any, _cursor: Any, text: str, parameters: Any, *_: Any) -> None:
        if text.startswith("SELECT"):
            sent.append((text, parameters))

    def work() -> int:
        sent.clear()
        event.listen(pool, "before_cursor_execute", note)
        manager.open("/overview/")
        event.remove(pool, "before_cursor_execute", note)
        assert len(sent) <= 3
        with database.reading() as connection:
            return Statements(sent).work(connection)

    database = database_of(engine)
    pool = database._engine
    before = work()
    row = {"kind": "timers", "payload": {}, "at": clock.now() + timedelta(days=1), "attempts": 0}
    with database.writing() as connection:
        jobs = [{**row, "key": f"timer-{n}"} for n in range(300)]
        connection.execute(insert(JobTable), jobs)
    assert work() <= before + 5


def test_staff_may_not_ask_for_them(engine: Engine, people: People) -> None:
    with pytest.raises(NotAllowed):
        engine.analysis.overview(people["saljare"].actor)


# ---------------------------------------------------------------- what was tried in vain


@pytest.fixture
def message_id(engine: Engine, clock: FakeClock) -> str:
    """A webhook whose receiver does not want it."""
    sent = OutboundMessage("webhook", "event-1", "https://receiver.example/hook", {"type": "test"})
    with database_of(engine).writing() as connection:
        outbox.post(connection, [sent], clock.now())
        [message_id] = outbox.due(connection, clock.now(), 1)
        taken = outbox.claim(connection, message_id, clock.now())
        assert taken is not None
        outbox.record_failure(connection, taken, "410 Gone", clock.now(), permanent=True)
    return message_id


def test_an_outbound_message_that_did_not_arrive_is_shown_to_managers_and_sent_again(
    engine: Engine, clock: FakeClock, people: People, signed_in: SignedIn, message_id: str
) -> None:
    manager = signed_in(people["manager"])
    page = manager.open("/overview/")
    assert "https://receiver.example/hook" in page.text
    assert "försökt 1 gång" in page.text
    assert "410 Gone" in page.text
    after = manager.follow(manager.send(page, having="key"))
    assert "Det skickas igen." in after.text
    assert "receiver.example" not in after.text
    with database_of(engine).reading() as connection:
        assert outbox.due(connection, clock.now(), 1) == [message_id]


def test_a_failed_job_is_shown_to_managers_and_tried_again(
    engine: Engine, clock: FakeClock, people: People, signed_in: SignedIn
) -> None:
    with database_of(engine).writing() as connection:
        failed.add(connection, "outbox", {"id": "abc"}, 10, "KeyError: 'x'", clock.now())
    manager = signed_in(people["manager"])
    assert "Send a mail or a webhook" in manager.open("/overview/?lang=en").text
    page = manager.open("/overview/?lang=sv")
    for shown in ("Skicka ett utskick", "försökt 10 gånger", "KeyError: &#39;x&#39;", "abc"):
        assert shown in page.text
    after = manager.follow(manager.send(page, having="key"))
    assert "Jobbet görs om." in after.text
    assert "Skicka ett utskick" not in after.text
    waiting = engine.jobs.worker().handlers.claim()
    assert waiting is not None
    assert (waiting.kind, waiting.payload) == ("outbox", {"id": "abc"})


def test_every_kind_of_job_has_its_words(engine: Engine) -> None:
    assert set(JOBS) == set(engine.jobs.worker().handlers.by_kind)


@pytest.mark.parametrize("path", ["/overview/outbox/x/resend", "/overview/jobs/1/retry"])
def test_trying_again_is_for_managers(people: People, signed_in: SignedIn, path: str) -> None:
    seller = signed_in(people["saljare"])
    page = seller.open("/tasks")
    here = {"Sec-Fetch-Site": "same-origin", "Referer": f"{seller.address}{page.request.path}"}
    answer = seller.client.post(path, base_url=seller.address, headers=here)
    assert seller.follow(answer).status_code in (400, 403)
