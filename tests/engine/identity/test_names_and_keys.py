"""Names that can be seen, and an idempotency key that stands for one password."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from engine import SYSTEM, Conflict, Engine, Invalid
from tests.support.people import People

UNSEEN = ["\x00", "\u202e", "\u2066", "\u200b", "\u200d", "\ufeff", "\u00ad", "\u3164", "\udc00"]
GOOD = "fyra gröna moroten"


def refused(do: Callable[[], object]) -> list[tuple[str, str]]:
    with pytest.raises(Invalid) as caught:
        do()
    return [(p.code, p.field) for p in caught.value.problems]


@pytest.mark.parametrize("character", UNSEEN, ids=ascii)
def test_a_name_has_no_character_that_nobody_can_see(
    engine: Engine, people: People, key: Callable[[], str], character: str
) -> None:
    boss = people["administrator"].actor
    name = f"Anna{character} Ek"
    person = refused(lambda: engine.people.add(boss, "anna", name, password=GOOD, key=key()))
    assert person == [("invisible_character", "name")]
    mail = f"anna{character}@example.com"
    address = refused(lambda: engine.people.change(boss, "saljare", email=mail, key=key()))
    assert address == [("invisible_character", "email")]
    seller = people["saljare"]
    token = refused(lambda: engine.tokens.add(seller.actor, seller.username, name, key=key()))
    assert token == [("invisible_character", "name")]
    with pytest.raises(Invalid) as caught:
        engine.customers.add(people["manager"].actor, name, "556016-0680", key=key())
    assert caught.value.problems[0].code in ("invisible_character", "text_malformed")


@pytest.mark.parametrize("nothing", ["\u200b", " \u2060 ", "\u3164", "\u00ad"], ids=ascii)
def test_a_name_that_nobody_can_see_is_missing(
    engine: Engine, people: People, key: Callable[[], str], nothing: str
) -> None:
    boss, seller = people["administrator"].actor, people["saljare"]
    add = refused(lambda: engine.people.add(boss, "anna", nothing, password=GOOD, key=key()))
    assert ("required", "name") in add
    token = refused(lambda: engine.tokens.add(seller.actor, seller.username, nothing, key=key()))
    assert token == [("required", "name")]


def test_blanks_of_all_kinds_in_a_name_become_one(
    engine: Engine, people: People, key: Callable[[], str]
) -> None:
    boss = people["administrator"].actor
    engine.people.add(boss, "anna", " Anna\u00a0\tMaria\n Ek ", password=GOOD, key=key())
    assert engine.people.named(boss, ["anna"])["anna"].name == "Anna Maria Ek"


def test_a_key_with_another_password_is_no_repetition(
    engine: Engine, people: People, key: Callable[[], str]
) -> None:
    seller, once = people["saljare"], key()
    first = engine.people.set_password(seller.actor, "saljare", GOOD, key=once)
    assert engine.people.set_password(seller.actor, "saljare", GOOD, key=once) == first
    with pytest.raises(Conflict) as caught:
        engine.people.set_password(seller.actor, "saljare", "sju lila havregryn", key=once)
    assert caught.value.error_code == "idempotency_mismatch"
    assert engine.sessions.sign_in("saljare", GOOD).person.username == "saljare"


def test_an_account_added_again_with_another_password_is_no_repetition(
    engine: Engine, key: Callable[[], str]
) -> None:
    once = key()
    engine.people.add(SYSTEM, "anna", "Anna Ek", password=GOOD, key=once)
    with pytest.raises(Conflict):
        engine.people.add(SYSTEM, "anna", "Anna Ek", password="sju lila havregryn", key=once)
