"""Signing with a passkey: its challenge is what is signed, and its assertion is kept."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from engine import Conflict, Engine, FakeClock, IssuedChallenge, NotAuthenticated, Receipt, Site
from engine.records.assertions import check, decoded, fault_of_signature, signing_challenge
from engine.records.chain import canonical, sha256
from engine.records.signatures import content_of
from engine.store.tables import SignatureTable
from tests.support.authenticator import BACKED_UP, Authenticator
from tests.support.databases import database_of
from tests.support.desk import Desk
from tests.support.diagrams import chain, diagram, end, start, task
from tests.support.ground import Keys
from tests.support.people import People

SITE = Site("localhost", ("http://localhost",), "Serviceplan")
STEPS = (start(), task("granska", sign=True), end())
SIGNED = diagram("signed", *STEPS, chain("start", "granska", "end"), lanes={"saljare": ["granska"]})
WRITTEN: dict[str, Any] = {"answers": {}, "ticks": {}, "note": "Allt stämmer"}


@pytest.fixture
def desk(bare_engine: Engine, people: People, key: Keys) -> Desk:
    made = Desk(bare_engine, people, key)
    made.deploy(SIGNED)
    return made


@pytest.fixture
def task_id(desk: Desk) -> str:
    return desk.task(desk.case("signed"))


@pytest.fixture
def device(bare_engine: Engine, people: People, key: Keys) -> Authenticator:
    """A passkey of the person in sales."""
    account, made = people["saljare"], Authenticator()
    asked = bare_engine.passkeys.begin_registration(account.actor, account.username, SITE)
    bare_engine.passkeys.register(
        account.actor, account.username, asked.token, made.create(dict(asked.options)), "Telefon",
        SITE, key=key(),
    )  # fmt: skip
    return made


def _begin(engine: Engine, people: People, task_id: str, **other: Any) -> IssuedChallenge:
    actor = people["saljare"].actor
    shown = engine.tasks.get(actor, task_id).shown_sha256
    return engine.signing.begin_by_passkey(
        actor, task_id, SITE, **{**WRITTEN, "shown_sha256": shown, **other}
    )


def _sign(
    engine: Engine, people: People, task_id: str, token: str, answer: Any, key: str, **other: Any
) -> Receipt:
    actor = people["saljare"].actor
    shown = engine.tasks.get(actor, task_id).shown_sha256
    return engine.signing.sign_by_passkey(
        actor, task_id, token, answer, SITE, **{**WRITTEN, "shown_sha256": shown, **other}, key=key
    )


def _document(engine: Engine) -> dict[str, Any]:
    with database_of(engine).reading() as connection:
        found = json.loads(connection.scalars(select(SignatureTable.content)).one())
    assert isinstance(found, dict)
    return found


def test_the_assertion_is_the_signers_own_and_can_be_checked_without_the_database(
    bare_engine: Engine, people: People, key: Keys, task_id: str, device: Authenticator
) -> None:
    asked = _begin(bare_engine, people, task_id)
    answer = device.get(dict(asked.options))
    receipt = _sign(bare_engine, people, task_id, asked.token, answer, key())
    assert receipt.result["signature"]
    document = _document(bare_engine)
    assert document["method"] == "passkey"
    proof = document["evidence"]
    digest = sha256(canonical(content_of(document)))
    challenge = signing_challenge(digest, "Utfört", task_id, decoded(proof["nonce"]))
    assert check(proof, challenge=challenge, rp_id="localhost", origins=["http://localhost"])
    assert decoded(proof["publicKey"]) == device.public_key
    assert fault_of_signature(document, digest) == ""
    assert bare_engine.history.verify(people["manager"].actor).faults == ()


def test_a_repeated_key_gives_the_same_receipt(
    bare_engine: Engine, people: People, key: Keys, task_id: str, device: Authenticator
) -> None:
    asked = _begin(bare_engine, people, task_id)
    answer, once = device.get(dict(asked.options)), key()
    actor = people["saljare"].actor
    shown = bare_engine.tasks.get(actor, task_id).shown_sha256
    receipts = [
        bare_engine.signing.sign_by_passkey(
            actor, task_id, asked.token, answer, SITE, **WRITTEN, shown_sha256=shown, key=once
        )
        for _ in range(2)
    ]
    assert receipts[0] == receipts[1]


def test_what_changed_meanwhile_is_not_signed(
    bare_engine: Engine, people: People, key: Keys, task_id: str, device: Authenticator
) -> None:
    asked = _begin(bare_engine, people, task_id)
    answer = device.get(dict(asked.options))
    with pytest.raises(Conflict) as typed:
        _sign(bare_engine, people, task_id, asked.token, answer, key(), note="Något annat")
    assert typed.value.error_code == "shown_changed"
    actor = people["saljare"].actor
    shown = bare_engine.tasks.get(actor, task_id).shown_sha256
    bare_engine.tasks.save_draft(actor, task_id, answers={}, ticks={}, note="Nytt", key=key())
    with pytest.raises(Conflict) as drafted:
        _sign(bare_engine, people, task_id, asked.token, answer, key(), shown_sha256=shown)
    assert drafted.value.error_code == "shown_changed"
    assert bare_engine.tasks.get(actor, task_id).row.state == "open"


def test_a_challenge_signs_its_own_task_for_its_own_signer_once_and_soon(
    bare_engine: Engine, people: People, key: Keys, desk: Desk, task_id: str,
    device: Authenticator, clock: FakeClock,
) -> None:  # fmt: skip
    other = desk.task(desk.case("signed"))
    asked = _begin(bare_engine, people, task_id)
    answer = device.get(dict(asked.options))
    with pytest.raises(NotAuthenticated) as elsewhere:
        _sign(bare_engine, people, other, asked.token, answer, key())
    assert elsewhere.value.error_code == "passkey_other_challenge"
    clock.advance(timedelta(seconds=120))
    with pytest.raises(Conflict) as late:
        _sign(bare_engine, people, task_id, asked.token, answer, key())
    assert late.value.error_code == "challenge_expired"
    again = _begin(bare_engine, people, task_id)
    _sign(bare_engine, people, task_id, again.token, device.get(dict(again.options)), key())
    with pytest.raises(Conflict) as twice:
        _sign(bare_engine, people, other, again.token, device.get(dict(again.options)), key())
    assert twice.value.error_code == "challenge_expired"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"origin": "https://example.org"}, "passkey_other_origin"),
        ({"rp_id": "example.org"}, "passkey_other_site"),
        ({"flags": 0x01}, "passkey_not_verified"),
        ({"key": Authenticator().key}, "passkey_signature_wrong"),
        ({"id": b"unknown"}, "passkey_unknown"),
    ],
)
def test_a_wrong_assertion_signs_nothing(
    bare_engine: Engine, people: People, key: Keys, task_id: str, device: Authenticator,
    change: dict[str, Any], code: str,
) -> None:  # fmt: skip
    asked = _begin(bare_engine, people, task_id)
    answer = replace(device, **change).get(dict(asked.options))
    with pytest.raises(NotAuthenticated) as refused:
        _sign(bare_engine, people, task_id, asked.token, answer, key())
    assert refused.value.error_code == code
    assert bare_engine.tasks.get(people["saljare"].actor, task_id).row.state == "open"


def test_a_login_challenge_signs_nothing(
    bare_engine: Engine, people: People, key: Keys, task_id: str, device: Authenticator
) -> None:
    login = bare_engine.passkeys.begin_sign_in(SITE)
    with pytest.raises(Conflict):
        _sign(bare_engine, people, task_id, login.token, device.get(dict(login.options)), key())


def test_a_synced_passkey_whose_flags_change_signs(
    bare_engine: Engine, people: People, key: Keys, task_id: str, device: Authenticator
) -> None:
    asked = _begin(bare_engine, people, task_id)
    device.flags |= BACKED_UP
    assert _sign(bare_engine, people, task_id, asked.token, device.get(dict(asked.options)), key())


def test_who_has_no_passkey_is_told_so(bare_engine: Engine, people: People, task_id: str) -> None:
    with pytest.raises(Conflict) as missing:
        _begin(bare_engine, people, task_id)
    assert missing.value.error_code == "no_passkey"


@pytest.mark.parametrize(
    "part", ["authenticatorData", "clientDataJSON", "signature", "publicKey", "nonce", "rpId"]
)
def test_a_document_whose_assertion_was_changed_is_named(
    bare_engine: Engine, people: People, key: Keys, task_id: str, device: Authenticator, part: str
) -> None:
    asked = _begin(bare_engine, people, task_id)
    _sign(bare_engine, people, task_id, asked.token, device.get(dict(asked.options)), key())
    document = _document(bare_engine)
    digest = sha256(canonical(content_of(document)))
    value = document["evidence"][part]
    document["evidence"][part] = ("B" if value[5] != "B" else "C").join((value[:5], value[6:]))
    assert fault_of_signature(document, digest) != ""
    assert fault_of_signature({**document, "meaning": "Godkänt"}, digest) != ""


def test_the_nonce_is_kept_on_the_server_only_as_a_row_that_goes(
    bare_engine: Engine, people: People, key: Keys, task_id: str, device: Authenticator
) -> None:
    asked = _begin(bare_engine, people, task_id)
    _sign(bare_engine, people, task_id, asked.token, device.get(dict(asked.options)), key())
    with database_of(bare_engine).reading() as connection:
        assert connection.scalar(text("SELECT count(*) FROM challenge")) == 0
