"""Withdrawing a signature on the page of its task, and through the API."""

from __future__ import annotations

import pytest

from engine import SYSTEM, Engine
from tests.support.desk import REPORT, TICKED
from tests.support.people import People
from tests.support.visitor import SignedIn


@pytest.fixture
def signed(engine: Engine, people: People, task_id: str) -> str:
    seller = people["saljare"]
    engine.tasks.complete(
        seller.actor, task_id, answers=REPORT, ticks=TICKED, password=seller.password, key="sign"
    )
    return task_id


def test_the_page_asks_for_a_reason_and_then_strikes_the_signature_through(
    engine: Engine, people: People, signed_in: SignedIn, signed: str
) -> None:
    visitor = signed_in(people["saljare"])
    page = visitor.open(f"/tasks/{signed}")
    assert "Dra tillbaka signaturen" in page.text
    refused = visitor.send(page, {"reason": " "}, having="reason")
    assert refused.status_code == 422
    done = visitor.send(refused, {"reason": "Fel avtal"}, having="reason")
    assert done.status_code == 302
    after = visitor.open(f"/tasks/{signed}")
    assert f"<s>{people['saljare'].name}</s>" in after.text
    assert "Fel avtal" in after.text
    assert "Dra tillbaka signaturen" not in after.text
    case = engine.tasks.get(SYSTEM, signed).row.case_id
    assert "tillbakadragen signatur" in visitor.open(f"/cases/{case}").text
