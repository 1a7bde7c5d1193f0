"""Diagrams: listed, shown as drawing and as table, checked and put live."""

from __future__ import annotations

import pytest

from engine import Engine
from tests.support.people import People
from tests.support.plan import WORKFLOWS
from tests.support.visitor import SignedIn, Visitor, form, upload
from web.texts.due_dates import due_rule


@pytest.fixture
def owner(signed_in: SignedIn, people: People) -> Visitor:
    return signed_in(people["process_owner"])


def plan_file(name: str) -> bytes:
    return (WORKFLOWS / name).read_bytes()


def definition_id(engine: Engine, people: People, process_id: str) -> str:
    known = engine.definitions.all(people["manager"].actor)
    return next(d.id for d in known if d.process_id == process_id and d.latest)


# ---------------------------------------------------------------- the list and one diagram


def test_the_list_shows_every_process_with_version_and_who_deployed_it(
    signed_in: SignedIn, people: People
) -> None:
    page = signed_in(people["inkop"]).open("/definitions/")
    assert page.text.count('class="row-link"') == 14
    assert page.text.index("A – Förberedelse") < page.text.index("E – Avveckling")
    assert "2026-03-02 09:00" in page.text
    assert "/definitions/upload" not in page.text


def test_a_diagram_is_drawn_and_stands_as_a_table(
    signed_in: SignedIn, engine: Engine, people: People
) -> None:
    visitor = signed_in(people["inkop"])
    page = visitor.open(f"/definitions/{definition_id(engine, people, 'fas_b1')}")
    assert '<svg viewBox="' in page.text
    assert 'aria-label="Upprätta tidplan (Uppgift)"' in page.text
    assert "Utse och vidtala ansvariga för varje aktivitet" in page.text
    assert "3 arbetsdagar efter att uppgiften öppnas" in page.text
    assert page.text.count("<h1>") == 1


def test_the_file_comes_back_byte_for_byte(
    signed_in: SignedIn, engine: Engine, people: People
) -> None:
    visitor = signed_in(people["inkop"])
    found = definition_id(engine, people, "fas_c")
    answer = visitor.open(f"/definitions/{found}/file")
    assert answer.data == plan_file("c_drift.bpmn")
    assert "c_drift.bpmn" in answer.headers["Content-Disposition"]


def test_an_unknown_diagram_is_a_page_that_does_not_exist(
    signed_in: SignedIn, people: People
) -> None:
    visitor = signed_in(people["inkop"])
    assert visitor.open("/definitions/none").status_code == 404
    assert visitor.open("/definitions/none/file").status_code == 404


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (None, ""),
        ({"after": "P1D", "calendar": "working"}, "1 arbetsdag efter att uppgiften öppnas"),
        ({"after": "P2M", "calendar": "calendar"}, "2 månader efter att uppgiften öppnas"),
        (
            {"before": "P10D", "of": "avtalsstart", "calendar": "working"},
            "10 arbetsdagar före ”Avtalsstart”",
        ),
        ({"on": "= opened + duration"}, "ett datum som diagrammet räknar ut"),
        ({"on": "2026-12-24"}, "2026-12-24"),
        ({"after": "P1W", "of": "avtalsslut"}, "1 vecka efter ”Avtalsslut”"),
    ],
)
def test_a_due_rule_is_told_in_words(rule: dict[str, str] | None, words: str) -> None:
    assert due_rule(rule, str.capitalize) == words


# ---------------------------------------------------------------- upload


def test_only_a_process_owner_may_upload(signed_in: SignedIn, people: People) -> None:
    manager = signed_in(people["manager"])
    assert manager.open("/definitions/upload").status_code == 403
    page = manager.open("/cases/")
    token = form(page, having="csrf_token").values["csrf_token"][0]
    answer = manager.client.post("/definitions/upload", data={"csrf_token": token})
    assert manager.follow(answer).status_code == 403


def test_a_check_tells_every_finding_and_changes_nothing(
    owner: Visitor, engine: Engine, people: People
) -> None:
    before = engine.definitions.all(people["manager"].actor)
    broken = plan_file("kvalitet.bpmn").replace(b"Kvalitetsansvarig", b"Vem som helst")
    page = upload(owner, {"sida.bpmn": b"<html></html>", "kvalitet.bpmn": broken}, "check")
    assert page.status_code == 422
    assert "Kan inte publiceras" in page.text
    assert "Filen är en webbsida (HTML)" in page.text
    assert "sida.bpmn, rad 1" in page.text
    assert "Publicera</button>" not in page.text
    assert engine.definitions.all(people["manager"].actor) == before


def test_checked_files_are_deployed_without_being_chosen_again(
    owner: Visitor, engine: Engine, people: People
) -> None:
    changed = plan_file("kvalitet.bpmn").replace(b"Dags f\xc3\xb6r kontroll", b"Kontrollen ska ske")
    page = upload(owner, {"kvalitet.bpmn": changed}, "check")
    assert page.status_code == 200
    assert "Kan publiceras" in page.text
    answer = owner.send(page, having="checked_file", button=("action", "deploy"))
    assert "1 process är publicerad" in owner.follow(answer).text
    found = definition_id(engine, people, "kvalitet")
    assert engine.definitions.get(people["manager"].actor, found).version == 2
    assert engine.definitions.source(people["manager"].actor, found).data == changed


def test_files_that_are_live_already_get_no_new_version(
    owner: Visitor, engine: Engine, people: People
) -> None:
    answer = upload(owner, {"kvalitet.bpmn": plan_file("kvalitet.bpmn")}, "deploy")
    assert "redan publicerade, oförändrade" in owner.follow(answer).text
    found = definition_id(engine, people, "kvalitet")
    assert engine.definitions.get(people["manager"].actor, found).version == 1


def test_a_drawing_that_cannot_run_is_kept_and_not_said_to_be_live(owner: Visitor) -> None:
    drawing = plan_file("kvalitet.bpmn").replace(b'isExecutable="true"', b'isExecutable="false"')
    drawing = drawing.replace(b'id="kvalitet"', b'id="ritning"')
    answer = upload(owner, {"ritning.bpmn": drawing.replace(b'"kvalitet"', b'"ritning"')}, "deploy")
    page = owner.follow(answer)
    assert "1 ritning är sparad. Den kan inte startas" in page.text
    assert "process är publicerad" not in page.text
    assert "Kan inte startas" in page.text


def test_a_broken_file_is_never_deployed(owner: Visitor, engine: Engine, people: People) -> None:
    doctype = b'<!DOCTYPE x [<!ENTITY a "b">]>' + plan_file("kvalitet.bpmn").split(b"?>", 1)[1]
    page = upload(owner, {"kvalitet.bpmn": doctype}, "deploy")
    assert page.status_code == 422
    assert "DOCTYPE" in page.text
    found = definition_id(engine, people, "kvalitet")
    assert engine.definitions.get(people["manager"].actor, found).version == 1


def test_no_file_is_a_problem_with_a_name(owner: Visitor) -> None:
    page = owner.open("/definitions/upload")
    answer = owner.send(page, having="action", button=("action", "check"))
    assert answer.status_code == 422
    assert "Välj minst en diagramfil" in answer.text
    answer = owner.send(page, {"checked_file": "x.bpmn:inte-base64!"}, having="action",
                        button=("action", "deploy"))  # fmt: skip
    assert answer.status_code == 422


def test_an_older_version_says_so_and_keeps_what_runs_on_it(
    owner: Visitor, signed_in: SignedIn, engine: Engine, people: People, case_id: str
) -> None:
    old = definition_id(engine, people, "fas_a")
    changed = plan_file("a_forberedelse.bpmn").replace(b"Ny aff\xc3\xa4r s\xc3\xb6ks", b"Ny kund")
    upload(owner, {"a_forberedelse.bpmn": changed}, "deploy")
    assert "1 på version 1" in owner.open("/definitions/").text
    page = owner.open(f"/definitions/{old}")
    assert "Äldre version" in page.text
    assert "Version 2" in page.text
