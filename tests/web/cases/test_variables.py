"""The values of a process: looked at, corrected with a reason, and what failed tried again."""

from __future__ import annotations

import pytest

from engine import SYSTEM, Engine
from tests.support.incidents import stopped_case
from tests.support.people import People
from tests.support.visitor import SignedIn, Visitor


@pytest.fixture
def engine(bare_engine: Engine) -> Engine:
    return bare_engine


@pytest.fixture
def case(engine: Engine) -> str:
    """Stopped: nobody has set ``amount``."""
    return stopped_case(engine)


@pytest.fixture
def manager(signed_in: SignedIn, people: People) -> Visitor:
    return signed_in(people["manager"])


def test_a_missing_value_is_set_from_the_incident_and_the_case_goes_on(
    manager: Visitor, engine: Engine, case: str
) -> None:
    [incident] = engine.incidents.newest(SYSTEM)
    assert "Rätta ett värde…" in manager.open(f"/cases/{case}").text
    page = manager.open(f"/cases/{case}/instances/{case}/variables?incident={incident.id}")
    assert "Ett värde som saknas" in page.text
    page = manager.open(
        f"/cases/{case}/instances/{case}/variables/correct?name=amount&type=number"
        f"&incident={incident.id}"
    )
    assert "finns inte" in page.text
    filled = {"value": "1 250,50", "reason": "Glömt på formuläret."}
    page = manager.follow(manager.send(page, filled, having="reason", button=("action", "retry")))
    assert "Värdet ”amount” är rättat." in page.text
    assert "ärendet går vidare" in page.text
    assert "Glömt på formuläret." in page.text
    assert [t.name for t in engine.tasks.search(SYSTEM, show="all").items] == ["Approve"]
    assert engine.cases.get(SYSTEM, case).variables["amount"] == 1250.5


@pytest.mark.parametrize(
    ("kind", "typed", "stored"),
    [
        ("string", "Åsa", "Åsa"),
        ("number", "-3", -3),
        ("boolean", "false", False),
        ("date", "2026-11-22", "2026-11-22"),
        ("null", "", None),
        ("feel", '[1, {a: "b"}]', [1, {"a": "b"}]),
    ],
)
def test_each_kind_of_value_has_its_input(
    manager: Visitor, engine: Engine, case: str, kind: str, typed: str, stored: object
) -> None:
    address = f"/cases/{case}/instances/{case}/variables/correct?name=antal&type={kind}"
    filled = {"reason": "Prov."} | ({"value": typed} if kind != "null" else {})
    answer = manager.send(manager.open(address), filled, having="reason", button=("action", "save"))
    assert answer.status_code == 302
    assert engine.cases.get(SYSTEM, case).variables["antal"] == stored
    page = manager.open(f"/cases/{case}/instances/{case}/variables")
    assert "<code>antal</code>" in page.text


@pytest.mark.parametrize(
    ("kind", "typed", "told"),
    [
        ("number", "många", "Skriv ett tal med siffror"),
        ("date", "i vår", "Skriv datumet som ÅÅÅÅ-MM-DD"),
        ("date", "2026-02-31", "2026-02-31"),
        ("feel", "1 +", "Uttrycket går inte att läsa: fel på rad 1, tecken 4."),
        ("number", "", "Fyll i detta."),
    ],
)
def test_what_cannot_be_read_is_told_and_stays(
    manager: Visitor, engine: Engine, case: str, kind: str, typed: str, told: str
) -> None:
    page = manager.open(f"/cases/{case}/instances/{case}/variables/correct?name=antal&type={kind}")
    filled = {"value": typed, "reason": "Prov."}
    page = manager.send(page, filled, having="reason", button=("action", "save"))
    assert page.status_code == 422
    assert told in page.text
    assert "Prov." in page.text
    assert "antal" not in engine.cases.get(SYSTEM, case).variables


def test_a_reason_and_a_name_that_expressions_can_say_are_needed(
    manager: Visitor, case: str
) -> None:
    page = manager.open(f"/cases/{case}/instances/{case}/variables/correct")
    wrong = {"name": "två ord!", "value": "x"}
    page = manager.send(page, wrong, having="reason", button=("action", "save"))
    assert page.status_code == 422
    assert 'href="#f-reason"' in page.text
    wrong["reason"] = "Prov."
    page = manager.send(page, wrong, having="reason", button=("action", "save"))
    assert 'href="#f-name"' in page.text


def test_others_cannot_see_the_values(signed_in: SignedIn, people: People, case: str) -> None:
    visitor = signed_in(people["inkop"])
    answer = visitor.client.get(f"/cases/{case}/instances/{case}/variables")
    assert answer.status_code in (403, 404)


@pytest.mark.parametrize(
    ("kind", "typed", "said"),
    [
        ("number", "1.2.3", "Skriv ett tal"),
        ("number", "-", "Skriv ett tal"),
        ("date", "2026", "Skriv datumet"),
        ("date", "31/2", "Skriv datumet"),
        ("boolean", "kanske", "Fyll i detta"),
        ("feel", "\u200b", "Fyll i detta"),
    ],
)
def test_what_cannot_be_read_is_said_beside_a_reason_that_nobody_can_see(
    manager: Visitor, case: str, kind: str, typed: str, said: str
) -> None:
    page = manager.open(f"/cases/{case}/instances/{case}/variables/correct?name=amount")
    filled = {"type": kind, "value": typed, "reason": "\u200b"}
    wrong = manager.send(page, filled, having="reason", button=("action", "save"))
    assert wrong.status_code == 422
    assert said in wrong.text
    assert 'href="#f-value"' in wrong.text
    assert 'href="#f-reason"' in wrong.text
