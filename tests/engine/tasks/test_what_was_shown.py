"""What is signed is what was shown: nothing else gets under a signature."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from engine import SYSTEM, Conflict, Evidence, NotAuthenticated, Signable, Source, TaskDetail
from engine.records.chain import canonical, sha256
from engine.records.signatures import content_of
from engine.store.tables import SignatureTable
from engine.work import shown
from tests.support.databases import database_of
from tests.support.desk import Desk
from tests.support.diagrams import chain, diagram, end, field, start, task

POINTS = [("look", "Look."), ("ask", "Ask.")]
FILE = ("papers", "a.txt", "text/plain", b"a")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database_kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def contract(meaning: str = "Approved", label: str = "Said") -> Source:
    form = field("papers", "attachment") + field("said").replace("Said", label)
    step = task("sign", form=form, points=[id for id, _text in POINTS], sign=True)
    step = step.replace("Utfört", meaning)
    return diagram("contract", start(), step, end(), chain("start", "sign", "end"))


@pytest.fixture
def task_id(bare_desk: Desk) -> str:
    bare_desk.deploy(contract())
    return bare_desk.task(bare_desk.case("contract"))


def seen(desk: Desk, task_id: str) -> TaskDetail:
    return desk.engine.tasks.get(desk.manager.actor, task_id)


def sign(desk: Desk, task_id: str, shown_sha256: str, **more: Any) -> Any:
    ticks = {"look": True, "ask": "Nobody is there"}
    given = {"shown_sha256": shown_sha256, **more}
    return desk.complete(desk.manager, task_id, {"said": "yes"}, ticks, **given)


def document(desk: Desk) -> dict[str, Any]:
    with database_of(desk.engine).reading() as connection:
        found: dict[str, Any] = json.loads(connection.scalar(select(SignatureTable.content)))
    return found


def save(desk: Desk, task_id: str, **given: Any) -> None:
    content = {"answers": {}, "ticks": {}, "note": "", **given}
    desk.engine.tasks.save_draft(SYSTEM, task_id, **content, key=desk.key())


CHANGES: dict[str, Callable[[Desk, str], Any]] = {
    "an answer": lambda desk, id: save(desk, id, answers={"said": "no"}),
    "the very same answer": lambda desk, id: save(desk, id, answers={"said": "yes"}),
    "a tick": lambda desk, id: save(desk, id, ticks={"look": True}),
    "a reason": lambda desk, id: save(desk, id, ticks={"ask": "Nobody is there"}),
    "a note": lambda desk, id: save(desk, id, note="By the way"),
    "a file": lambda desk, id: desk.engine.tasks.attach(
        desk.seller.actor, id, *FILE, key=desk.key()
    ),
}


@pytest.mark.parametrize("what", CHANGES)
def test_what_somebody_has_changed_since_is_not_signed(
    bare_desk: Desk, task_id: str, what: str
) -> None:
    before = seen(bare_desk, task_id)
    CHANGES[what](bare_desk, task_id)
    with pytest.raises(Conflict) as refused:
        sign(bare_desk, task_id, before.shown_sha256)
    assert refused.value.error_code == "shown_changed"
    after = seen(bare_desk, task_id)
    assert after.row.state == "open"
    assert after.shown_sha256 != before.shown_sha256
    sign(bare_desk, task_id, after.shown_sha256)
    assert document(bare_desk)["shown_sha256"] == after.shown_sha256


def test_a_file_that_was_shown_and_is_gone_is_a_change(bare_desk: Desk, task_id: str) -> None:
    engine = bare_desk.engine
    file = engine.tasks.attach(bare_desk.seller.actor, task_id, *FILE, key="attach").id or ""
    before = seen(bare_desk, task_id).shown_sha256
    engine.tasks.detach(bare_desk.seller.actor, task_id, file, key="detach")
    with pytest.raises(Conflict, match="not what was shown"):
        sign(bare_desk, task_id, before)


@pytest.mark.parametrize("other", [contract("Rejected"), contract(label="What was meant")])
def test_a_version_that_was_not_shown_is_not_signed(
    bare_desk: Desk, task_id: str, other: Source
) -> None:
    before = seen(bare_desk, task_id)
    bare_desk.deploy(other)
    owner = bare_desk.people["process_owner"].actor
    bare_desk.engine.migrations.start(owner, "contract", 2, key=bare_desk.key())
    with pytest.raises(Conflict) as refused:
        sign(bare_desk, task_id, before.shown_sha256)
    assert refused.value.error_code == "shown_changed"


def test_the_signers_own_file_is_typed_and_not_shown(bare_desk: Desk, task_id: str) -> None:
    before = seen(bare_desk, task_id).shown_sha256
    mine = bare_desk.engine.tasks.attach(bare_desk.manager.actor, task_id, *FILE, key="mine").id
    sign(bare_desk, task_id, before, own_files=[mine])
    signed = document(bare_desk)
    assert (signed["shown"]["files"], signed["shown_sha256"]) == ({}, before)
    assert [f["filename"] for f in signed["attachments"]["papers"]] == ["a.txt"]


def test_a_colleagues_file_is_never_the_signers_own(bare_desk: Desk, task_id: str) -> None:
    before = seen(bare_desk, task_id).shown_sha256
    theirs = bare_desk.engine.tasks.attach(bare_desk.seller.actor, task_id, *FILE, key="theirs").id
    with pytest.raises(Conflict) as refused:
        sign(bare_desk, task_id, before, own_files=[theirs])
    assert refused.value.error_code == "shown_changed"


def test_who_has_the_task_is_no_part_of_what_is_signed(bare_desk: Desk, task_id: str) -> None:
    before = seen(bare_desk, task_id)
    bare_desk.engine.tasks.claim(bare_desk.manager.actor, task_id, key="claim")
    after = seen(bare_desk, task_id)
    assert after.row.revision > before.row.revision
    assert after.shown_sha256 == before.shown_sha256
    sign(bare_desk, task_id, before.shown_sha256)


def test_the_signed_document_tells_by_itself_what_was_shown_and_typed(
    bare_desk: Desk, task_id: str
) -> None:
    save(bare_desk, task_id, answers={"said": "no"}, ticks={"look": True}, note="By the way")
    detail = seen(bare_desk, task_id)
    sign(bare_desk, task_id, detail.shown_sha256, note="Yes after all")
    signed = document(bare_desk)
    assert sha256(canonical(shown.of_document(signed))) == detail.shown_sha256
    assert signed["format"] == 2
    assert signed["meaning"] == "Approved"
    assert signed["shown"]["points"] == [{"id": i, "text": text} for i, text in POINTS]
    assert [f["label"] for f in signed["shown"]["fields"]] == ["Papers", "Said"]
    assert signed["shown"]["values"] == {"said": "no"}
    assert signed["shown"]["ticks"]["look"]["by"] == SYSTEM.id
    assert signed["shown"]["note"] == "By the way"
    assert (signed["answers"]["said"], signed["note"]) == ("yes", "Yes after all")
    assert signed["ticks"] == {"look": True, "ask": "Nobody is there"}


def test_showing_a_task_writes_nothing(bare_desk: Desk, task_id: str) -> None:
    first = seen(bare_desk, task_id)
    assert seen(bare_desk, task_id) == replace(first)
    assert bare_desk.facts(first.row.case_id).count("draft.saved") == 0


def test_the_same_key_gives_the_same_receipt_and_another_page_is_another_request(
    bare_desk: Desk, task_id: str
) -> None:
    before = seen(bare_desk, task_id).shown_sha256
    receipt = sign(bare_desk, task_id, before, key="once")
    assert sign(bare_desk, task_id, before, key="once") == receipt
    with pytest.raises(Conflict) as refused:
        sign(bare_desk, task_id, "0" * 64, key="once")
    assert refused.value.error_code == "idempotency_mismatch"
    with pytest.raises(NotAuthenticated):
        sign(bare_desk, task_id, before, key="once", password="not this one")


def test_another_method_signs_exactly_this_content(bare_desk: Desk, task_id: str) -> None:
    """As a smart card would: its challenge is made of the hash of what is going to be signed."""
    engine, who = bare_desk.engine, bare_desk.manager.actor
    content = {"answers": {"said": "yes"}, "ticks": {"look": True, "ask": "Nobody is there"}}
    before = seen(bare_desk, task_id).shown_sha256
    announced = engine.tasks.signable(who, task_id, **content, shown_sha256=before)
    assert announced.meaning == "Approved"
    asked: list[Signable] = []

    def prove(_work: Any, signable: Signable) -> Evidence:
        asked.append(signable)
        return Evidence("smart_card", {"assertion": "…"})

    given = {"prove": prove, "shown_sha256": before, "key": "once"}
    receipt = engine.tasks.complete(who, task_id, **content, **given)
    assert asked == [announced]
    signed = document(bare_desk)
    assert (signed["method"], signed["evidence"]) == ("smart_card", {"assertion": "…"})
    assert sha256(canonical(content_of(signed))) == announced.content_sha256
    # Its nonce is used up: a repeated key must not need it again.
    assert engine.tasks.complete(who, task_id, **content, **given) == receipt
    assert asked == [announced]
    assert engine.history.verify(who).ok


def test_a_refused_proof_leaves_the_task_as_it_was(bare_desk: Desk, task_id: str) -> None:
    def refuse(_work: Any, _signable: Signable) -> Evidence:
        raise NotAuthenticated("no", code="wrong_password")

    before = seen(bare_desk, task_id)
    with pytest.raises(NotAuthenticated):
        sign(bare_desk, task_id, before.shown_sha256, password=None, prove=refuse)
    assert seen(bare_desk, task_id) == before
