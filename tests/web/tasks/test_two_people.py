"""One task, two pages: nobody's words are lost, nothing is signed that the page did not show."""

from __future__ import annotations

import io
from typing import Any

import pytest
from werkzeug.test import TestResponse

from engine import SYSTEM, Engine
from tests.support.people import Account, People
from tests.support.visitor import SignedIn, Visitor, form

DONE = {"tick.kort_rapport": "1"}
SAVE = ("action", "save")
SIGN = ("action", "complete")


@pytest.fixture
def anna(signed_in: SignedIn, people: People) -> Visitor:
    return signed_in(people["saljare"])


@pytest.fixture
def bo_account(engine: Engine) -> Account:
    password = "fyra ord i en rad"
    engine.people.add(SYSTEM, "bo", "Bo Ek", roles=("saljare",), password=password, key="bo")
    person = next(p for p in engine.people.all(SYSTEM) if p.username == "bo")
    return Account(person.actor(), "bo", password)


@pytest.fixture
def bo(signed_in: SignedIn, bo_account: Account) -> Visitor:
    return signed_in(bo_account)


def save(visitor: Visitor, page: TestResponse, **filled: Any) -> TestResponse:
    return visitor.send(page, filled, having="note", button=SAVE)


def sign(visitor: Visitor, page: TestResponse, account: Account, **filled: Any) -> TestResponse:
    values = {**DONE, "f.marknadsrapport": "Växer", "password": account.password, **filled}
    return visitor.send(page, values, having="note", button=SIGN)


def stored(engine: Engine, task_id: str) -> Any:
    return engine.tasks.get(SYSTEM, task_id)


# ---------------------------------------------------------------- drafts


def test_two_drafts_of_different_inputs_are_both_kept(
    anna: Visitor, bo: Visitor, engine: Engine, task_id: str
) -> None:
    of_anna, of_bo = anna.open(f"/tasks/{task_id}"), bo.open(f"/tasks/{task_id}")
    assert save(anna, of_anna, note="Annas", **DONE).status_code == 302
    answer = save(bo, of_bo, **{"f.marknadsrapport": "Bos"})
    assert answer.status_code == 302
    detail = stored(engine, task_id)
    assert (detail.note, detail.values["marknadsrapport"]) == ("Annas", "Bos")
    assert {p.id for p in detail.checklist if p.state == "done"} == {"kort_rapport"}


def test_the_same_input_is_shown_with_both_texts_and_nothing_is_saved(
    anna: Visitor, bo: Visitor, engine: Engine, task_id: str, people: People
) -> None:
    of_anna, of_bo = anna.open(f"/tasks/{task_id}"), bo.open(f"/tasks/{task_id}")
    save(anna, of_anna, note="Annas anteckning")
    answer = save(bo, of_bo, note="Bos anteckning", **{"f.marknadsrapport": "Bos rapport"})
    assert answer.status_code == 409
    assert "Samma sak har ändrats på två håll" in answer.text
    assert f"{people['saljare'].name}, 09:00" in answer.text
    assert "Annas anteckning" in answer.text
    again = form(answer, having="note")
    assert again.values["note"] == ["Bos anteckning"]
    assert again.values["f.marknadsrapport"] == ["Bos rapport"]
    assert stored(engine, task_id).note == "Annas anteckning"


@pytest.mark.parametrize(
    ("choice", "note"),
    [
        ("mine", "Bos anteckning"),
        ("theirs", "Annas anteckning"),
        ("both", "Bos anteckning\n\nAnnas anteckning"),
        ("mine:note", "Bos anteckning"),
    ],
)
def test_one_press_chooses_and_saves(
    anna: Visitor, bo: Visitor, engine: Engine, task_id: str, choice: str, note: str
) -> None:
    of_anna, of_bo = anna.open(f"/tasks/{task_id}"), bo.open(f"/tasks/{task_id}")
    save(anna, of_anna, note="Annas anteckning")
    asked = save(bo, of_bo, note="Bos anteckning", **{"f.marknadsrapport": "Bos rapport"})
    done = bo.send(asked, having="note", button=("keep", choice))
    assert done.status_code == 302
    assert stored(engine, task_id).note == note
    assert stored(engine, task_id).values["marknadsrapport"] == "Bos rapport"


def test_what_changed_once_more_is_asked_about_once_more(
    anna: Visitor, bo: Visitor, engine: Engine, task_id: str
) -> None:
    of_anna, of_bo = anna.open(f"/tasks/{task_id}"), bo.open(f"/tasks/{task_id}")
    save(anna, of_anna, note="Första")
    asked = save(bo, of_bo, note="Bos")
    save(anna, anna.open(f"/tasks/{task_id}"), note="Andra")
    for choice in ("mine", "theirs", "both"):
        again = bo.send(asked, having="note", button=("keep", choice))
        assert again.status_code == 409
        assert "Andra" in again.text
        assert form(again, having="note").values["note"] == ["Bos"]
    assert bo.send(again, having="note", button=("keep", "mine")).status_code == 302
    assert stored(engine, task_id).note == "Bos"


def test_several_inputs_are_chosen_one_by_one(
    anna: Visitor, bo: Visitor, engine: Engine, task_id: str
) -> None:
    of_anna, of_bo = anna.open(f"/tasks/{task_id}"), bo.open(f"/tasks/{task_id}")
    save(anna, of_anna, note="A", **{"f.marknadsrapport": "A", "why.kort_rapport": "Anna"})
    asked = save(bo, of_bo, note="B", **{"f.marknadsrapport": "B", "why.kort_rapport": "Bo"})
    assert "3 saker har ändrats på två håll" in asked.text
    asked = bo.send(asked, having="note", button=("keep", "theirs:note"))
    assert asked.status_code == 409
    assert stored(engine, task_id).note == "A"
    asked = bo.send(asked, having="note", button=("keep", "both:f.marknadsrapport"))
    assert asked.status_code == 409
    done = bo.send(asked, having="note", button=("keep", "theirs:checklist.kort_rapport"))
    assert done.status_code == 302, done.text
    detail = stored(engine, task_id)
    assert (detail.note, detail.values["marknadsrapport"]) == ("A", "B\n\nA")
    assert next(p for p in detail.checklist if p.id == "kort_rapport").reason == "Anna"


def test_the_same_change_twice_is_no_conflict(
    anna: Visitor, bo: Visitor, engine: Engine, task_id: str
) -> None:
    of_anna, of_bo = anna.open(f"/tasks/{task_id}"), bo.open(f"/tasks/{task_id}")
    save(anna, of_anna, note="Lika")
    assert save(bo, of_bo, note="Lika ").status_code == 302
    facts = engine.history.search(SYSTEM, type="draft.saved").items
    assert len(facts) == 1


def test_a_page_without_what_it_showed_overwrites_nothing(
    anna: Visitor, bo: Visitor, engine: Engine, task_id: str
) -> None:
    of_bo = bo.open(f"/tasks/{task_id}")
    save(anna, anna.open(f"/tasks/{task_id}"), note="Annas")
    values = {"note": "Bos"}
    answer = bo.send(of_bo, values, having="note", button=SAVE, leave_out=("shown", "revision"))
    assert answer.status_code == 409
    assert stored(engine, task_id).note == "Annas"


def test_an_emptied_input_meets_a_change(
    anna: Visitor, bo: Visitor, engine: Engine, task_id: str
) -> None:
    save(anna, anna.open(f"/tasks/{task_id}"), note="Från början")
    of_anna, of_bo = anna.open(f"/tasks/{task_id}"), bo.open(f"/tasks/{task_id}")
    save(anna, of_anna, note="Ändrad")
    assert save(bo, of_bo, note="").status_code == 409
    assert stored(engine, task_id).note == "Ändrad"


def test_a_colleagues_file_stays(anna: Visitor, bo: Visitor, engine: Engine, task_id: str) -> None:
    of_anna, of_bo = anna.open(f"/tasks/{task_id}"), bo.open(f"/tasks/{task_id}")
    for visitor, page, name in ((anna, of_anna, "a.txt"), (bo, of_bo, "b.txt")):
        file = {"file.marknadsrapport_bilaga": (io.BytesIO(b"x"), name)}
        assert save(visitor, page, **file).status_code == 302
    files = stored(engine, task_id).attachments["marknadsrapport_bilaga"]
    assert {f.filename for f in files} == {"a.txt", "b.txt"}


def test_a_file_that_is_gone_is_told(anna: Visitor, bo: Visitor, task_id: str) -> None:
    file = {"file.marknadsrapport_bilaga": (io.BytesIO(b"x"), "a.txt")}
    page = anna.follow(save(anna, anna.open(f"/tasks/{task_id}"), **file))
    remove = ("action", next(v for n, v in form(page, having="note").buttons if "detach" in v))
    of_bo = bo.open(f"/tasks/{task_id}")
    assert "borttagen" in anna.follow(anna.send(page, having="note", button=remove)).text
    again = bo.follow(bo.send(of_bo, {"note": "Min"}, having="note", button=remove))
    assert "redan borttagen" in again.text
    assert form(again, having="note").values["note"] == ["Min"]


# ---------------------------------------------------------------- signing


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"note": "Annas tillägg"}, "Annas tillägg"),
        ({"f.marknadsrapport": "Annas rapport"}, "Annas rapport"),
        ({"why.kort_rapport": "Inte i år"}, "Inte i år"),
        ({"file.marknadsrapport_bilaga": (io.BytesIO(b"x"), "annas.txt")}, "annas.txt"),
    ],
)
def test_nothing_is_signed_that_the_page_did_not_show(
    anna: Visitor,
    bo: Visitor,
    bo_account: Account,
    engine: Engine,
    task_id: str,
    change: dict[str, Any],
    told: str,
) -> None:
    of_bo = bo.open(f"/tasks/{task_id}")
    assert save(anna, anna.open(f"/tasks/{task_id}"), **change).status_code == 302
    answer = sign(bo, of_bo, bo_account)
    assert answer.status_code == 409
    assert told in answer.text
    assert stored(engine, task_id).row.state == "open"
    again = sign(bo, answer, bo_account)
    assert str(again.location).endswith("?done=1")


def test_signing_merges_what_was_left_alone_into_the_page_that_asks_again(
    anna: Visitor, bo: Visitor, bo_account: Account, engine: Engine, task_id: str
) -> None:
    of_bo = bo.open(f"/tasks/{task_id}")
    save(anna, anna.open(f"/tasks/{task_id}"), note="Annas")
    asked = sign(bo, of_bo, bo_account)
    assert "Läs vad som är nytt och signera igen" in asked.text
    assert form(asked, having="note").values["note"] == ["Annas"]
    values = {"password": bo_account.password}
    done = bo.send(asked, values, having="note", button=SIGN)
    assert done.status_code == 302
    detail = stored(engine, task_id)
    assert (detail.row.state, detail.note) == ("completed", "Annas")


def test_a_dispute_met_while_signing_is_settled_in_a_draft_and_then_signed(
    anna: Visitor, bo: Visitor, bo_account: Account, engine: Engine, task_id: str
) -> None:
    of_bo = bo.open(f"/tasks/{task_id}")
    save(anna, anna.open(f"/tasks/{task_id}"), note="Annas")
    asked = sign(bo, of_bo, bo_account, note="Bos")
    page = bo.follow(bo.send(asked, having="note", button=("keep", "both")))
    assert "Läs igenom det som står nu och signera" in page.text
    assert stored(engine, task_id).note == "Bos\n\nAnnas"
    assert stored(engine, task_id).row.state == "open"


def test_a_new_assignee_or_date_keeps_nobody_from_signing(
    bo: Visitor, bo_account: Account, engine: Engine, task_id: str
) -> None:
    of_bo = bo.open(f"/tasks/{task_id}")
    engine.tasks.reassign(SYSTEM, task_id, "bo", key="to-bo")
    assert str(sign(bo, of_bo, bo_account).location).endswith("?done=1")


def test_a_file_of_ones_own_is_signed_with_the_task_at_once(
    bo: Visitor, bo_account: Account, engine: Engine, task_id: str
) -> None:
    file = {"file.marknadsrapport_bilaga": (io.BytesIO(b"x"), "b.txt")}
    page = bo.open(f"/tasks/{task_id}")
    refused = sign(bo, page, bo_account, password="alldeles fel lösenord", **file)
    assert refused.status_code == 422
    assert str(sign(bo, refused, bo_account).location).endswith("?done=1")


def test_variables_that_were_corrected_meanwhile_are_not_signed_over(
    bo: Visitor, bo_account: Account, engine: Engine, task_id: str, case_id: str
) -> None:
    page = bo.open(f"/tasks/{task_id}")
    instance = stored(engine, task_id).instance_id
    corrected = {"marknadsrapport": "Rättad"}
    engine.instances.correct_variables(SYSTEM, instance, corrected, reason="Fel", key="right")
    answer = bo.send(page, {**DONE, "password": bo_account.password}, having="note", button=SIGN)
    assert answer.status_code == 409
    assert form(answer, having="note").values["f.marknadsrapport"] == ["Rättad"]
    assert stored(engine, task_id).row.state == "open"


# ---------------------------------------------------------------- whom it is given to


def test_who_gives_a_task_away_hears_that_somebody_else_has(
    signed_in: SignedIn, people: People, bo_account: Account, engine: Engine, task_id: str
) -> None:
    manager = signed_in(people["manager"])
    page = manager.open(f"/tasks/{task_id}")
    engine.tasks.reassign(SYSTEM, task_id, "bo", key="to-bo")
    give = ("action", "reassign")
    asked = manager.send(page, {"assignee": "saljare"}, having="assignee", button=give)
    assert asked.status_code == 409
    assert "Bo Ek" in asked.text
    assert stored(engine, task_id).row.assignee.username == "bo"
    done = manager.send(asked, having="assignee", button=("keep", "mine"))
    assert done.status_code == 302
    assert stored(engine, task_id).row.assignee.username == "saljare"


def test_a_page_that_is_no_longer_ones_own_shows_what_was_typed_and_nothing_else(
    bo: Visitor, bo_account: Account, engine: Engine, task_id: str
) -> None:
    page = bo.open(f"/tasks/{task_id}")
    engine.people.change(SYSTEM, "bo", roles=(), key="role-taken")
    answer = sign(bo, page, bo_account, note="Min anteckning")
    assert answer.status_code == 404
    notice = answer.text.partition('id="innehall"')[2].partition("<h1")[0]
    shown = [part.partition("</p>")[0] for part in notice.split('<p class="answer">')[1:]]
    assert shown == ["Växer", "Min anteckning"]


# ---------------------------------------------------------------- what is signed is what was shown


def test_a_form_that_does_not_say_what_it_showed_signs_nothing(
    anna: Visitor, engine: Engine, task_id: str, people: People
) -> None:
    page = anna.open(f"/tasks/{task_id}")
    asked = sign(anna, page, people["saljare"], shown_sha256="")
    assert asked.status_code == 409
    assert "Det som signeras" in asked.text
    assert form(asked, having="note").values["f.marknadsrapport"] == ["Växer"]
    assert stored(engine, task_id).row.state == "open"
    assert sign(anna, asked, people["saljare"]).status_code == 302
    assert stored(engine, task_id).row.state == "completed"


def test_the_very_same_draft_of_a_colleague_is_shown_before_it_is_signed(
    anna: Visitor, bo: Visitor, engine: Engine, task_id: str, people: People
) -> None:
    page = anna.open(f"/tasks/{task_id}")
    save(bo, bo.open(f"/tasks/{task_id}"), **{"f.marknadsrapport": "Växer"})
    asked = sign(anna, page, people["saljare"])
    assert asked.status_code == 409
    assert stored(engine, task_id).row.state == "open"
    assert sign(anna, asked, people["saljare"]).status_code == 302


def test_after_a_wrong_password_the_page_still_stands_for_what_it_shows(
    anna: Visitor, bo: Visitor, engine: Engine, task_id: str, people: People
) -> None:
    """What a colleague saves meanwhile is not on the page with what was typed: it is asked
    about."""
    page = anna.open(f"/tasks/{task_id}")
    save(bo, bo.open(f"/tasks/{task_id}"), note="Bos anteckning")
    account = people["saljare"]
    wrong = sign(anna, page, Account(account.actor, account.username, "fel lösenord"))
    asked = sign(anna, wrong, account)
    assert asked.status_code == 409
    assert "Bos anteckning" in asked.text
    assert stored(engine, task_id).row.state == "open"
