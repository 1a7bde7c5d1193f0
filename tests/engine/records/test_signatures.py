"""Signatures: bound to who, what, when and why, and to their place in the history."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Connection, delete, select, update
from sqlalchemy.exc import IntegrityError

from engine.records import history, signatures
from engine.records.history import Fact
from engine.store.batch import Batch
from engine.store.tables import HistoryTable, SignatureTable
from engine.views import Actor, SignatureView
from tests.support.rows import Rows

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


CONTENT = {
    "element": {"id": "offert", "name": "Offert"},
    "definition": {"process": "fas_a", "version": 3, "sha256": "f" * 64},
    "answers": {"belopp": Decimal("216000.50"), "giltig": date(2026, 4, 1), "tom": None},
    "ticks": {"priser": True, "besök": "Kunden ville inte"},
    "note": "Ringde först",
    "files": {"kalkyl": [{"filename": "kalkyl.pdf", "sha256": "e" * 64}]},
}


@dataclass
class Signing:
    """A task that was signed, and one beside it that was not."""

    case: str
    instance: str
    task: str
    signer: Actor
    view: SignatureView
    other_task: str
    other_person: str
    definition: str


@pytest.fixture
def signing(connection: Connection, rows: Rows) -> Signing:
    case = rows.case()
    definition = rows.definition()
    instance = rows.instance(case, definition)
    task, other = (rows.task(case, instance, definition) for _ in range(2))
    signer = rows.person("Anna Åberg")
    view = sign(connection, signer, case, instance, task)
    fact = Fact(
        "task.signed",
        signer,
        instance,
        case_id=case,
        instance_id=instance,
        detail={"content_sha256": view.content_sha256},
    )
    batch = Batch(connection)
    history.append(batch, [fact], at=NOW)
    batch.end()
    person = rows.person("Bo Ek").id
    return Signing(case, instance, task, signer, view, other, person, definition)


def sign(
    connection: Connection,
    signer: Actor,
    case: str,
    instance: str,
    task: str,
    more: Mapping[str, Any] | None = None,
) -> SignatureView:
    batch = Batch(connection)
    view = signatures.sign(
        batch,
        at=NOW,
        signer=signer,
        meaning="Utfört",
        case_id=case,
        instance_id=instance,
        task_id=task,
        content={**CONTENT, **(more or {})},
    )
    batch.end()
    return view


def content(connection: Connection) -> Any:
    return json.loads(connection.execute(select(SignatureTable.content)).scalar_one())


def problems(connection: Connection, case_id: str | None = None) -> list[str]:
    # The other rows of these tests are written by hand: the history knows none of them.
    faults = history.verify(connection, case_id).faults
    return [fault.problem for fault in faults if fault.table == "signature"]


def test_a_signature_binds_everything_that_was_shown(
    connection: Connection, signing: Signing
) -> None:
    assert content(connection) == {
        **CONTENT,
        "answers": {"belopp": "216000.50", "giltig": "2026-04-01", "tom": None},
        "format": 2,
        "signature": signing.view.id,
        "case": signing.case,
        "instance": signing.instance,
        "task": signing.task,
        "signer": {"id": signing.signer.id, "name": "Anna Åberg"},
        "meaning": "Utfört",
        "method": "password",
        "evidence": {},
        "at": "2026-03-02T08:00:00.000000Z",
    }


def test_its_readable_form_has_name_time_and_meaning(
    connection: Connection, signing: Signing
) -> None:
    view = signing.view
    assert (view.name, view.at, view.meaning) == ("Anna Åberg", NOW, "Utfört")
    stored = connection.execute(select(SignatureTable.content)).scalar_one()
    assert view.content_sha256 == hashlib.sha256(stored).hexdigest()


def test_the_chain_covers_it(connection: Connection, signing: Signing) -> None:
    asked = select(HistoryTable.type, HistoryTable.chain, HistoryTable.body)
    row = connection.execute(asked.where(HistoryTable.type == "task.signed")).one()
    assert (row.type, row.chain) == ("task.signed", signing.instance)
    assert json.loads(row.body)["evidence"] == signing.view.content_sha256
    assert problems(connection, signing.case) == []
    assert history.verify(connection, signing.case).signatures == 1


def test_a_task_is_signed_once(connection: Connection, signing: Signing) -> None:
    with pytest.raises(IntegrityError):
        sign(connection, signing.signer, signing.case, signing.instance, signing.task)


def test_the_content_cannot_say_who_signed(connection: Connection, signing: Signing) -> None:
    place = (signing.case, signing.instance, signing.other_task)
    with pytest.raises(ValueError, match="signer"):
        sign(connection, signing.signer, *place, {"signer": "x"})


def test_every_single_change_of_the_content_is_named(
    connection: Connection, signing: Signing
) -> None:
    data = connection.execute(select(SignatureTable.content)).scalar_one()
    for place in range(0, len(data), 1 if connection.dialect.name == "sqlite" else 50):
        changed = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
        connection.execute(update(SignatureTable).values(content=changed))
        assert any(signing.view.id in problem for problem in problems(connection)), place


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("id", "0" * 32),
        ("signer_name", "Anna Aberg"),
        ("meaning", "Granskat"),
        ("method", "none"),
        ("at", NOW + timedelta(seconds=1)),
        ("content_sha256", "0" * 64),
    ],
)
def test_a_changed_record_is_named(
    connection: Connection, signing: Signing, column: str, value: Any
) -> None:
    connection.execute(update(SignatureTable).values({column: value}))
    assert problems(connection)
    assert problems(connection, signing.case)


def test_a_signature_cannot_be_moved_to_another_task(
    connection: Connection, signing: Signing
) -> None:
    connection.execute(update(SignatureTable).values(task_id=signing.other_task))
    assert problems(connection) == [
        f"signature {signing.view.id}: the column task_id is not what was signed: it was changed"
    ]


def test_a_signature_cannot_be_given_to_another_person(
    connection: Connection, signing: Signing
) -> None:
    connection.execute(update(SignatureTable).values(signer_id=signing.other_person))
    assert len(problems(connection)) == 2


def test_a_content_rewritten_with_a_fitting_hash_is_named(
    connection: Connection, signing: Signing
) -> None:
    forged = {**content(connection), "note": "Ringde inte"}
    data = json.dumps(forged, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    digest = hashlib.sha256(data).hexdigest()
    connection.execute(update(SignatureTable).values(content=data, content_sha256=digest))
    assert problems(connection) == [
        f"signature {signing.view.id}: the history does not know it",
        "the signature that this entry records is missing",
    ]


def test_a_removed_signature_is_missed(connection: Connection, signing: Signing) -> None:
    connection.execute(delete(SignatureTable))
    assert problems(connection, signing.case) == [
        "the signature that this entry records is missing"
    ]


def test_a_signature_that_was_slipped_in_is_named(connection: Connection, signing: Signing) -> None:
    sign(connection, signing.signer, signing.case, signing.instance, signing.other_task)
    (problem,) = problems(connection)
    assert problem.endswith("the history does not know it")


def test_an_instance_without_a_history_is_named(
    connection: Connection, signing: Signing, rows: Rows
) -> None:
    instance = rows.instance(signing.case, signing.definition)
    faults = history.verify(connection, signing.case).faults
    lost = [(fault.chain, fault.seq) for fault in faults if "has no history" in fault.problem]
    assert lost == [(instance, 0)]
