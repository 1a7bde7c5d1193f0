"""What leaves the house: reminders by mail and events by webhook, at least once, under one key."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from engine import FakeClock
from engine.config.settings import MailSettings, WebhookSettings, WebSettings
from engine.jobs import outbox, webhooks
from engine.store.tables import OutboxTable
from tests.support.databases import database_of, reopened
from tests.support.desk import Desk
from tests.support.diagrams import call, chain, diagram, end, start, task
from tests.support.receivers import Events, Mailbox, http_receiver, smtp_server
from tests.support.workers import outbox_rows as rows
from tests.support.workers import work_off

SECRET = "ett hemligt ord för prov"
FAULT = '<bpmn:error id="fault" errorCode="fault"/>'
FAILURE = '<bpmn:endEvent id="end"><bpmn:errorEventDefinition errorRef="fault"/></bpmn:endEvent>'
MORNING = datetime(2026, 3, 3, 6, 30, tzinfo=UTC)
"""Half past seven in Stockholm, a Tuesday: reminders are due."""


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with smtp_server() as found:
        yield found


@pytest.fixture
def events() -> Iterator[Events]:
    with http_receiver() as found:
        yield found


@pytest.fixture
def mailing(bare_desk: Desk, clock: FakeClock, box: Mailbox) -> Iterator[Desk]:
    """A desk whose engine sends mail; the seller has an address and a task for each day."""
    mail = MailSettings(
        enabled=True, host="127.0.0.1", port=box.port, sender="Plan <plan@example.com>"
    )
    web = WebSettings(address="https://plan.example")
    with reopened(bare_desk.engine, clock, mail=mail, web=web) as engine:
        desk = replace(bare_desk, engine=engine)
        administrator = desk.people["administrator"].actor
        engine.people.change(administrator, "saljare", email="anna@example.com", key=desk.key())
        steps = (start(), task("act", due="P1D"), end(), chain("start", "act", "end"))
        desk.deploy(diagram("acting", *steps, lanes={"saljare": ["act"]}))
        yield desk


def case_with_task(desk: Desk, **more: Any) -> str:
    return desk.case("acting", people={"saljare": "saljare"}, **more)


# ---------------------------------------------------------------- reminders


def test_a_reminder_tells_of_all_late_tasks_in_one_mail(
    mailing: Desk, box: Mailbox, clock: FakeClock
) -> None:
    for _ in range(2):
        case_with_task(mailing)
    clock.set(MORNING + timedelta(days=1))
    case_with_task(mailing)
    work_off(mailing.engine)
    [mail] = box.mails
    assert mail["To"] == "anna@example.com"
    assert mail["From"] == "Plan <plan@example.com>"
    assert "försenade uppgifter: 2, för i dag: 0" in mail["Subject"]
    text = mail.get_content()
    assert text.count("- Act (2026-000") == 2
    assert "https://plan.example/tasks" in text
    assert mail["Auto-Submitted"] == "auto-generated"


def test_a_reminder_tells_rounds_of_an_activity_apart_by_date_and_first_words(
    mailing: Desk, box: Mailbox, clock: FakeClock
) -> None:
    steps = (start(), task("act", due="P1D"), end(), chain("start", "act", "end"))
    said = '<sp:title value="= what"/>'
    mailing.deploy(diagram("acting", *steps, said=said, lanes={"saljare": ["act"]}))
    for what in ("Glas i gräset", "Smuts i hissen"):
        case_with_task(mailing, variables={"what": what})
    clock.set(MORNING)
    work_off(mailing.engine)
    text = box.mails[0].get_content()
    assert "- Act: 2026-03-02 Glas i gräset (2026-0001)" in text
    assert "- Act: 2026-03-02 Smuts i hissen (2026-0002)" in text


def test_nobody_is_reminded_twice_of_a_task_on_a_day(
    mailing: Desk, box: Mailbox, clock: FakeClock
) -> None:
    case_with_task(mailing)
    clock.set(MORNING)
    for _ in range(3):
        work_off(mailing.engine)
        clock.advance(timedelta(hours=1))
    assert len(box.mails) == 1
    clock.set(MORNING + timedelta(days=1))
    work_off(mailing.engine)
    assert len(box.mails) == 2
    assert box.mails[0]["Message-ID"] != box.mails[1]["Message-ID"]


def test_reminders_wait_for_their_time_and_for_a_working_day(
    mailing: Desk, box: Mailbox, clock: FakeClock
) -> None:
    case_with_task(mailing)
    for moment in (
        MORNING - timedelta(hours=1),
        datetime(2026, 3, 7, 9, 0, tzinfo=UTC),  # Saturday
        datetime(2026, 4, 3, 9, 0, tzinfo=UTC),  # Långfredagen
    ):
        clock.set(moment)
        work_off(mailing.engine)
    assert box.mails == []


def test_after_days_down_one_reminder_is_enough(
    mailing: Desk, box: Mailbox, clock: FakeClock
) -> None:
    case_with_task(mailing)
    clock.set(datetime(2026, 3, 13, 12, 0, tzinfo=UTC))
    work_off(mailing.engine)
    assert len(box.mails) == 1


def test_who_has_no_address_gets_no_mail(mailing: Desk, box: Mailbox, clock: FakeClock) -> None:
    administrator = mailing.people["administrator"].actor
    mailing.engine.people.change(administrator, "saljare", email="", key=mailing.key())
    case_with_task(mailing)
    clock.set(MORNING)
    work_off(mailing.engine)
    assert box.mails == []
    assert rows(mailing.engine) == []


def test_a_mail_that_fails_is_tried_again_under_the_same_id(
    mailing: Desk, box: Mailbox, clock: FakeClock
) -> None:
    case_with_task(mailing)
    clock.set(MORNING)
    box.refuse = ["451 come again"]
    work_off(mailing.engine)
    [row] = rows(mailing.engine)
    assert (box.mails, row.attempts, row.due_at) == ([], 1, MORNING + timedelta(minutes=1))
    work_off(mailing.engine)
    assert box.mails == []
    clock.advance(timedelta(minutes=1))
    work_off(mailing.engine)
    [mail] = box.mails
    assert mail["Message-ID"] == f"<{row.id}@example.com>"
    [row] = rows(mailing.engine)
    assert row.sent_at is not None
    assert row.payload == {}


def test_an_address_that_is_refused_for_good_is_dead_at_once_and_can_be_tried_again(
    mailing: Desk, box: Mailbox, clock: FakeClock
) -> None:
    case_with_task(mailing)
    clock.set(MORNING)
    box.refuse = ["550 nobody here"]
    work_off(mailing.engine)
    [letter] = mailing.engine.jobs.dead_letters(mailing.manager.actor)
    assert (letter.kind, letter.target) == ("mail", "anna@example.com")
    assert "550" in letter.error
    assert mailing.engine.jobs.dead_letters(mailing.seller.actor) == ()
    mailing.engine.jobs.resend(mailing.manager.actor, letter.id, key=mailing.key())
    assert mailing.engine.jobs.dead_letters(mailing.manager.actor) == ()
    work_off(mailing.engine)
    assert len(box.mails) == 1


def test_what_is_tried_in_vain_for_days_is_dead(
    mailing: Desk, box: Mailbox, clock: FakeClock
) -> None:
    case_with_task(mailing)
    clock.set(MORNING)
    box.refuse = ["451 come again"] * 100
    work_off(mailing.engine)
    waits = []
    while (row := rows(mailing.engine)[0]).dead_at is None:
        waits.append(row.due_at - clock.now())
        clock.set(row.due_at)
        mailing.engine.jobs.worker().handlers.by_kind["outbox"]({"id": row.id})
    assert len(waits) == outbox.MOST_ATTEMPTS - 1
    assert waits == sorted(waits)
    assert timedelta(days=1) < sum(waits, timedelta()) < timedelta(days=5)


def test_what_has_left_long_ago_is_forgotten(mailing: Desk, box: Mailbox, clock: FakeClock) -> None:
    case_with_task(mailing)
    clock.set(MORNING)
    work_off(mailing.engine)
    assert len(rows(mailing.engine)) == 1
    clock.advance(timedelta(days=24))
    work_off(mailing.engine)
    clock.advance(timedelta(days=10))
    work_off(mailing.engine)
    assert len(box.mails) == 2
    assert [row.created_at for row in rows(mailing.engine)] == [MORNING + timedelta(days=24)]


# ---------------------------------------------------------------- webhooks


@pytest.fixture
def hooked(bare_desk: Desk, clock: FakeClock, events: Events) -> Iterator[Desk]:
    hooks = (WebhookSettings(events.url, ("task.completed",), SECRET),)
    with reopened(bare_desk.engine, clock, webhooks=hooks) as engine:
        desk = replace(bare_desk, engine=engine)
        steps = (start(), task("act"), end(), chain("start", "act", "end"))
        desk.deploy(diagram("acting", *steps))
        yield desk


def test_an_event_is_told_signed_and_says_nothing_about_people(
    hooked: Desk, events: Events
) -> None:
    case_id = hooked.case("acting")
    task_id = hooked.task(case_id)
    hooked.complete(hooked.manager, task_id)
    work_off(hooked.engine)
    [(headers, body)] = events.got
    told = json.loads(body)
    assert told["type"] == "task.completed"
    assert (told["data"]["case"], told["data"]["task"]) == (case_id, task_id)
    assert set(told["data"]) <= {"case", "instance", "definition", "element", "task", "actor"}
    expected = webhooks.signature(SECRET, headers["webhook-id"], headers["webhook-timestamp"], body)
    assert headers["webhook-signature"] == expected
    assert hooked.manager.name.encode() not in body


def test_the_signature_is_the_standards() -> None:
    """The example of the Standard Webhooks' reference implementations."""
    secret = "whsec_" + base64.b64encode(b"a key of twenty-four byt").decode()
    body = b'{"test": 2432232314}'
    made = webhooks.signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", body)
    version, _, digest = made.partition(",")
    assert version == "v1"
    assert len(base64.b64decode(digest)) == 32
    assert made != webhooks.signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265331", body)


@pytest.mark.parametrize("answer", [500, 302])
def test_an_event_that_is_not_taken_is_told_again_under_the_same_id(
    hooked: Desk, events: Events, clock: FakeClock, answer: int
) -> None:
    events.answers = [answer]
    hooked.complete(hooked.manager, hooked.task(hooked.case("acting")))
    work_off(hooked.engine)
    assert len(events.got) == 1
    clock.advance(timedelta(minutes=1))
    work_off(hooked.engine)
    first, second = (headers["webhook-id"] for headers, _ in events.got)
    assert first == second
    assert rows(hooked.engine)[0].sent_at is not None


def test_whoever_asks_for_cases_hears_of_every_end(
    bare_desk: Desk, clock: FakeClock, events: Events
) -> None:
    hooks = (WebhookSettings(events.url, ("case.*",), SECRET),)
    with reopened(bare_desk.engine, clock, webhooks=hooks) as engine:
        desk = replace(bare_desk, engine=engine)
        flows = chain("start", "act", "end")
        desk.deploy(
            diagram("acting", start(), task("act"), end(), flows),
            diagram("failing", start(), task("act"), FAILURE, flows, messages=[FAULT]),
            diagram("calling", start(), call("act", "acting"), end(), flows),
        )
        cases = {name: desk.case(name) for name in ("acting", "failing", "calling")}
        for case_id in cases.values():
            desk.complete(desk.manager, desk.task(case_id))
        cases["cancelled"] = desk.case("acting")
        desk.engine.cases.cancel(desk.manager.actor, cases["cancelled"], "Nej.", key=desk.key())
        with database_of(engine).reading() as connection:
            stored = connection.scalars(select(OutboxTable.payload)).all()
        work_off(engine)
    told = [json.loads(body) for _, body in events.got]
    assert sorted(map(str, told)) == sorted(map(str, stored))
    heard = {(event["type"], event["data"]["case"]) for event in told}
    assert heard == {("case.started", case_id) for case_id in cases.values()} | {
        ("case.completed", cases["acting"]),
        ("case.terminated", cases["failing"]),
        ("case.completed", cases["calling"]),
        ("case.cancelled", cases["cancelled"]),
    }
    assert len(told) == len(heard)


def test_a_receiver_that_is_gone_is_not_asked_again(hooked: Desk, events: Events) -> None:
    events.answers = [410]
    hooked.complete(hooked.manager, hooked.task(hooked.case("acting")))
    work_off(hooked.engine)
    assert len(hooked.engine.jobs.dead_letters(hooked.manager.actor)) == 1


def test_a_failed_step_tells_nobody(hooked: Desk, events: Events) -> None:
    from engine.errors import Invalid

    with pytest.raises(Invalid):
        hooked.complete(hooked.manager, hooked.task(hooked.case("acting")), {"unknown": 1})
    assert rows(hooked.engine) == []


def test_a_letter_of_a_killed_sender_is_anothers_after_its_lease(
    hooked: Desk, events: Events, clock: FakeClock
) -> None:
    hooked.complete(hooked.manager, hooked.task(hooked.case("acting")))
    [row] = rows(hooked.engine)
    with database_of(hooked.engine).writing() as connection:
        assert outbox.claim(connection, row.id, clock.now()) is not None
        assert outbox.claim(connection, row.id, clock.now()) is None
    clock.advance(outbox.LEASE)
    work_off(hooked.engine)
    assert len(events.got) == 1
