"""A second person, of another role, signs what the first has signed; then the process goes on."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import select

from engine import Conflict, Invalid, NotAllowed
from engine.store.tables import SignatureTable
from tests.support.databases import database_of
from tests.support.desk import Desk, problems
from tests.support.diagrams import chain, diagram, end, field, gateway, start, task
from tests.support.diagrams import flow as go


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database_kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def contract(version: str = "") -> Any:
    """A sum that a seller signs and somebody in finance counter-signs; it decides what is next."""
    sign = task("sign", form=field("total", "integer"), points=["look"], sign=True)
    sign = sign.replace("<sp:signature", '<sp:signature counterRole="ekonomi"')
    parts = (
        start(),
        sign,
        gateway("large", default=f"large_to_small{version}"),
        task("big"),
        task(f"small{version}"),
        end(),
        chain("start", "sign", "large"),
        go("large", "big", "=total > 100"),
        go("large", f"small{version}"),
        chain("big", "end"),
        chain(f"small{version}", "end"),
    )
    lanes = {"saljare": ["sign", "big", f"small{version}"]}
    return diagram("contract", *parts, lanes=lanes)


@pytest.fixture
def case(bare_desk: Desk) -> str:
    bare_desk.deploy(contract())
    return bare_desk.case("contract")


def sign_first(desk: Desk, case: str) -> str:
    """The id of the counter-signature's task."""
    first = desk.task(case)
    desk.complete(desk.seller, first, {"total": "216"}, {"look": True}, note="Ringde")
    return desk.task(case)


def test_the_process_waits_for_the_second_signature(bare_desk: Desk, case: str) -> None:
    engine, clerk = bare_desk.engine, bare_desk.people["ekonomi"]
    second = sign_first(bare_desk, case)
    [row] = engine.tasks.search(clerk.actor).items
    assert (row.id, row.role) == (second, "ekonomi")
    detail = engine.tasks.get(clerk.actor, second)
    first = detail.countersigns
    assert first is not None
    assert detail.counter_of == first.row.id
    assert (first.values, first.note) == ({"total": 216}, "Ringde")
    assert first.signature is not None
    assert (first.signature.by, first.differs) == (bare_desk.seller.actor.id, ())
    assert (detail.form, detail.checklist, detail.signature_required) == ((), (), True)
    bare_desk.complete(clerk, second, shown_sha256=detail.shown_sha256)
    assert bare_desk.names(case) == ["Big"]
    assert bare_desk.facts(case).count("task.signed") == 2
    assert engine.history.verify(bare_desk.manager.actor, case).ok


def test_it_is_signed_with_what_it_is_about(bare_desk: Desk, case: str) -> None:
    engine, clerk = bare_desk.engine, bare_desk.people["ekonomi"]
    second = sign_first(bare_desk, case)
    seen = engine.tasks.get(clerk.actor, second)
    bare_desk.complete(clerk, second, shown_sha256=seen.shown_sha256)
    with database_of(engine).reading() as connection:
        where = SignatureTable.task_id == second
        content = json.loads(connection.scalar(select(SignatureTable.content).where(where)))
    assert seen.countersigns is not None
    signature = seen.countersigns.signature
    assert signature is not None
    assert content["shown"]["countersigns"] == {
        "task": seen.countersigns.row.id,
        "signature": signature.id,
        "signer": {"id": signature.by, "name": signature.name},
        "content_sha256": signature.content_sha256,
    }


def test_it_needs_a_signature_of_that_role(bare_desk: Desk, case: str) -> None:
    second = sign_first(bare_desk, case)
    clerk = bare_desk.people["ekonomi"]
    with pytest.raises(Invalid) as unsigned:
        bare_desk.complete(clerk, second, password=None)
    assert problems(unsigned.value) == {("password_required", "password")}
    with pytest.raises(NotAllowed):
        bare_desk.complete(bare_desk.seller, second)


def test_the_signer_never_counter_signs(bare_desk: Desk, case: str) -> None:
    engine, people = bare_desk.engine, bare_desk.people
    second = sign_first(bare_desk, case)
    engine.people.change(
        people["administrator"].actor,
        bare_desk.seller.username,
        roles=["saljare", "ekonomi"],
        key=bare_desk.key(),
    )
    both = next(
        p for p in engine.people.all(people["administrator"].actor)
        if p.username == bare_desk.seller.username
    ).actor()  # fmt: skip
    with pytest.raises(NotAllowed) as refused:
        engine.tasks.claim(both, second, key=bare_desk.key())
    assert refused.value.error_code == "four_eyes"
    with pytest.raises(Invalid) as given:
        engine.tasks.reassign(
            bare_desk.manager.actor, second, bare_desk.seller.username, key=bare_desk.key()
        )
    assert problems(given.value) == {("did_before", "username")}
    assert engine.tasks.get(both, second).four_eyes == "Sign"


def test_a_repeated_first_signature_opens_no_second_task(bare_desk: Desk, case: str) -> None:
    first = bare_desk.task(case)
    given = ({"total": "216"}, {"look": True})
    receipt = bare_desk.complete(bare_desk.seller, first, *given, key="once")
    assert bare_desk.complete(bare_desk.seller, first, *given, key="once") == receipt
    assert len(bare_desk.open_tasks(case)) == 1
    with pytest.raises(Conflict) as again:
        bare_desk.complete(bare_desk.seller, first, *given, key="twice")
    assert again.value.error_code == "already_completed"


def test_it_moves_with_its_case_to_another_version(bare_desk: Desk, case: str) -> None:
    second = sign_first(bare_desk, case)
    bare_desk.deploy(contract("er"))
    owner = bare_desk.people["process_owner"].actor
    bare_desk.engine.migrations.start(owner, "contract", 2, key=bare_desk.key())
    clerk = bare_desk.people["ekonomi"]
    detail = bare_desk.engine.tasks.get(clerk.actor, second)
    assert (detail.version, detail.row.role, detail.row.points) == (2, "ekonomi", 0)
    bare_desk.complete(clerk, second, shown_sha256=detail.shown_sha256)
    assert bare_desk.names(case) == ["Big"]
