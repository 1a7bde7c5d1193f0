"""Several tasks are read and signed on one page, with one password: one signature each."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from engine import SYSTEM, Engine
from engine.store.tables import SignatureTable
from tests.support.databases import database_of
from tests.support.diagrams import chain, diagram, end, field, start, task
from tests.support.people import People
from tests.support.visitor import SignedIn, Visitor


@pytest.fixture
def tasks(engine: Engine, people: People) -> list[str]:
    """Three tasks of three cases; the last has nothing written in it."""
    form = field("said", required="true")
    steps = (start(), task("sign", form=form, points=["look"], sign=True), end())
    source = diagram("small", *steps, chain("start", "sign", "end"), lanes={"saljare": ["sign"]})
    engine.definitions.deploy(people["process_owner"].actor, [source], key="deploy")
    cases = [
        engine.cases.start(people["manager"].actor, process_id="small", key=f"case{n}").id
        for n in range(3)
    ]
    rows = engine.tasks.search(people["saljare"].actor, limit=50).items
    ids = {row.case_id: row.id for row in rows}
    for number, case in enumerate(cases[:2]):
        draft = {"answers": {"said": f"ja {number}"}, "ticks": {"look": True}}
        engine.tasks.save_draft(people["saljare"].actor, ids[str(case)], **draft, key=f"d{number}")
    return [ids[str(case)] for case in cases]


@pytest.fixture
def seller(signed_in: SignedIn, people: People) -> Visitor:
    return signed_in(people["saljare"])


def states(engine: Engine, tasks: list[str]) -> list[str]:
    return [engine.tasks.get(SYSTEM, id).row.state for id in tasks]


def address(tasks: list[str]) -> str:
    return "/tasks/batch?" + "&".join(f"task={id}" for id in tasks)


def test_what_is_ready_is_signed_and_what_is_not_says_why(
    seller: Visitor, engine: Engine, people: People, tasks: list[str]
) -> None:
    assert "/tasks/batch" in seller.open("/tasks").text
    assert all(id in seller.open("/tasks/batch").text for id in tasks)
    page = seller.open(address(tasks))
    assert page.text.count("ja 0") == page.text.count("ja 1") == 1
    assert "kan inte signeras här" in page.text
    assert "Said: Fyll i detta." in page.text
    wrong = seller.send(page, {"password": "inte detta alls"}, having="password")
    assert wrong.status_code == 422
    assert states(engine, tasks) == ["open"] * 3
    done = seller.send(wrong, {"password": people["saljare"].password}, having="password")
    assert done.status_code == 200
    assert done.text.count("är signerad") == 2
    assert states(engine, tasks) == ["completed", "completed", "open"]
    with database_of(engine).reading() as connection:
        assert connection.scalar(select(func.count()).select_from(SignatureTable)) == 2
    assert engine.history.verify(SYSTEM).ok


def test_one_that_has_changed_keeps_no_other_from_being_signed(
    seller: Visitor, engine: Engine, people: People, tasks: list[str]
) -> None:
    page = seller.open(address(tasks[:2]))
    other = {"answers": {"said": "nej"}, "ticks": {"look": True}}
    engine.tasks.save_draft(SYSTEM, tasks[0], **other, key="other")
    done = seller.send(page, {"password": people["saljare"].password}, having="password")
    assert states(engine, tasks[:2]) == ["open", "completed"]
    assert "är inte signerad" in done.text


def test_a_repeated_key_gives_the_same_receipts(
    engine: Engine, people: People, tasks: list[str]
) -> None:
    who = people["saljare"]
    shown = {id: engine.tasks.get(who.actor, id).shown_sha256 for id in tasks[:2]}
    given = {"password": who.password, "key": "once"}
    first = engine.tasks.sign_several(who.actor, shown, **given)
    assert all(one.receipt is not None for one in first)
    assert engine.tasks.sign_several(who.actor, shown, **given) == first
