"""What a page of the history offers to choose from, in two statements at most."""

from __future__ import annotations

import json
from collections.abc import Collection

import pytest
from sqlalchemy import Connection

from engine.queries import history_choices, people_choices
from engine.queries.history import types
from engine.views import Actor, HistoryChoices, LiveProcess
from tests.support.crowd import crowd
from tests.support.rows import DAY, NOW, Rows, watched

PROCESS = LiveProcess("definition", "process", "Process", None, "Process", True)


def choices(
    connection: Connection,
    actor: Actor,
    about: Collection[str] = (),
    deployments: Collection[str | None] = (None,),
) -> HistoryChoices:
    """The choices; the newest deployment must be one of ``deployments``, None of none."""

    def live(newest: str | None) -> tuple[LiveProcess, ...]:
        assert newest in deployments
        return (PROCESS,)

    return history_choices.read(connection, actor, about, live)


@pytest.fixture
def eva(rows: Rows) -> Actor:
    return rows.person("Eva Ek", "saljare", username="eva", place="eva ek")


def test_what_was_written_sorted_and_the_newest_deployment(
    connection: Connection, rows: Rows, eva: Actor
) -> None:
    assert choices(connection, eva).types == ()
    for type in ("task.signed", "case.started", "task.signed", "message.sent"):
        rows.fact(type=type)
    rows.definition()
    rows.definition(version=2)
    newest = connection.scalar(history_choices.NEWEST_DEPLOYMENT)
    found = choices(connection, eva, deployments=[newest])
    assert found.types == types(connection) == ("case.started", "message.sent", "task.signed")
    assert found.live == (PROCESS,)


def test_few_people_are_all_offered_and_closed_accounts_only_named(
    connection: Connection, rows: Rows, eva: Actor
) -> None:
    bo = rows.person("Bo Ek", username="bo", place="bo ek")
    gone = rows.person("Åsa Ek", username="asa", place="asa ek", active=False)
    found = choices(connection, eva, {bo.id, gone.id, "nobody"})
    assert [person.username for person in found.people.items] == ["bo", "eva"]
    assert found.people.complete
    assert found.people.items[1].roles == {"saljare"}
    assert found.about.keys() == {bo.id, gone.id}
    assert not found.about[gone.id].active
    everybody = people_choices.choices(connection, eva, [None])[None]
    assert found.people == everybody


@pytest.mark.parametrize("number", [people_choices.FEW, people_choices.FEW + 40])
def test_of_many_people_the_likeliest_are_offered(
    connection: Connection, rows: Rows, eva: Actor, number: int
) -> None:
    crowd(connection, number)
    gone = rows.person("Åsa Ek", username="asa", active=False)
    for day, id in enumerate(["crowd00009", gone.id, "crowd00000", "crowd00019", "crowd00000"]):
        detail = json.dumps({"assignee": id})
        rows.fact(actor_id=eva.id, type="task.reassigned", detail=detail, at=NOW + day * DAY)
    rows.fact(actor_id=eva.id, type="task.claimed", detail='{"assignee": "crowd00002"}')
    with watched(connection) as sent:
        found = choices(connection, eva, {"crowd00005", gone.id})
    assert len(sent) <= 2
    usernames = [person.username for person in found.people.items]
    assert usernames == ["eva", "p00000", "p00019", "p00009"]
    assert not found.people.complete
    assert found.people == people_choices.choices(connection, eva, [None])[None]
    assert {id: person.name for id, person in found.about.items()} == {
        "crowd00005": "Fredrik Alm",
        gone.id: "Åsa Ek",
    }
