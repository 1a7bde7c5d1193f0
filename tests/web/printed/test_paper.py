"""The PDF of a case: what stands on it, what is attached to it, and who gets it."""

from __future__ import annotations

import json
import re
import uuid
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select, update

from engine import Engine, FakeClock, Field, PrintedAnswer
from engine.store.tables import SignatureTable, TaskTable
from tests.support.databases import database_of
from tests.support.desk import POINTS, Desk
from tests.support.diagrams import ad_hoc, chain, diagram, end, field, start, task
from tests.support.pdf import files_of, language_of, metadata_of, reader, text_of
from tests.support.people import People
from tests.support.statements import statements
from tests.support.visitor import SignedIn, Visitor
from web.printed import paper, typeset

STATEMENTS = 20
"""Of the PDF of a case: the session; the case, its rounds, its plan, its signatures, its files, its
people, its process and its incidents; the people whom answers name."""
HOSTILE = (
    "#panic(1) $x^2$ \\ ] [ @ref <label> *bold* _it_ `raw` = head // end /* */ #{ } ~ -- --- '\" &"
)


@pytest.fixture
def desk(engine: Engine, people: People) -> Desk:
    return Desk(engine, people, lambda: uuid.uuid4().hex)


@pytest.fixture
def manager(signed_in: SignedIn, people: People) -> Visitor:
    return signed_in(people["manager"])


def signed(desk: Desk, case_id: str, text: str = "Marknaden växer.", **more: str) -> str:
    """The first activity of the plan, signed by the seller; the task's id."""
    task_id = desk.task(case_id, "Marknadsanalys")
    answers = {"marknadsrapport": text}
    desk.complete(desk.seller, task_id, answers, dict.fromkeys(POINTS, True), **more)
    return task_id


def signatures(engine: Engine) -> list[Any]:
    """The rows of all signatures, the oldest first."""
    with database_of(engine).reading() as connection:
        rows = select(*SignatureTable.__table__.columns).order_by(SignatureTable.at)
        return list(connection.execute(rows))


def pdf(visitor: Visitor, path: str) -> bytes:
    answer = visitor.open(path)
    assert answer.status_code == 200, answer.text
    assert answer.mimetype == "application/pdf"
    return answer.data


# ---------------------------------------------------------------- what stands on it


def test_it_is_the_paper_form_filled_in(
    manager: Visitor, desk: Desk, case_id: str, clock: FakeClock
) -> None:
    signed(desk, case_id, note="Två konkurrenter i kvarteret.")
    text = text_of(pdf(manager, f"/cases/{case_id}/sheet.pdf"))
    for each in ("ATT GÖRA", "ATT TÄNKA PÅ", "ANSVARIG", "KLART DEN", "SIGN"):
        assert each in text
    for each in ("A – FÖRBEREDELSE INFÖR SAMARBETE", "C – DRIFT", "E – AVVECKLING"):
        assert each in text
    assert "Fastighets AB Örnen · 556036-0793" in text
    assert "Marknadsrapport: Marknaden växer." in text
    assert "Anteckning: Två konkurrenter i kvarteret." in text
    assert "☑ Skriv en kort rapport" in text


def test_a_signature_has_name_meaning_time_with_zone_method_and_a_short_digest(
    manager: Visitor, desk: Desk, case_id: str, clock: FakeClock
) -> None:
    signed(desk, case_id)
    clock.advance(timedelta(days=200))
    summer = desk.task(case_id, "Inventering")
    desk.complete_all_points(desk.people["ledningsgrupp"], summer, foretag_att_kontakta="Tolv")
    first, second = signatures(desk.engine)
    manager.sign_in(desk.manager)
    text = text_of(pdf(manager, f"/cases/{case_id}/sheet.pdf"))
    assert desk.seller.name in text
    stamps = re.findall(r"\d{4}-\d\d-\d\d \d\d:\d\d CES?T \(Europe/Stockholm\) med lösenord", text)
    assert len(stamps) == 2
    assert {stamp.split()[2] for stamp in stamps} == {"CET", "CEST"}
    for digest in (first.content_sha256, second.content_sha256):
        assert f"{digest[:4]} {digest[4:8]} {digest[8:12]}" in text
        assert digest in text


def test_it_is_in_the_language_of_its_reader(manager: Visitor, desk: Desk, case_id: str) -> None:
    signed(desk, case_id)
    swedish = pdf(manager, f"/cases/{case_id}/sheet.pdf")
    english = pdf(manager, f"/cases/{case_id}/sheet.pdf?lang=en")
    assert (language_of(swedish), language_of(english)) == ("sv-SE", "en-GB")
    text = text_of(english)
    assert "POINTS TO THINK OF" in text
    assert "Sales representative" in text
    assert "by password" in text
    # What the diagram says is as it is signed.
    assert "Skriv en kort rapport" in text
    assert "Säljare" in text_of(swedish)


def test_it_can_be_kept_and_be_read_by_everybody(
    manager: Visitor, desk: Desk, case_id: str
) -> None:
    signed(desk, case_id)
    data = pdf(manager, f"/cases/{case_id}/sheet.pdf")
    metadata = metadata_of(data)
    for wanted in ("pdfaid:part>3<", "pdfaid:conformance>A<", "pdfuaid:part>1<"):
        assert wanted in metadata
    root = reader(data).trailer["/Root"].get_object()
    assert root["/MarkInfo"]["/Marked"]
    assert root["/StructTreeRoot"]
    assert {str(f.get_object()["/AFRelationship"]) for f in root["/AF"]} == {"/Data"}


def test_one_task_alone(manager: Visitor, desk: Desk, case_id: str) -> None:
    task_id = signed(desk, case_id)
    desk.complete_all_points(
        desk.people["ledningsgrupp"], desk.task(case_id, "Inventering"), foretag_att_kontakta="Tolv"
    )
    data = pdf(manager, f"/tasks/{task_id}/sheet.pdf")
    text = text_of(data)
    assert "Marknadsanalys" in text
    assert "Marknaden växer." in text
    assert "Inventering" not in text
    mine = next(s for s in signatures(desk.engine) if s.task_id == task_id)
    assert files_of(data)[f"signature-{mine.id}.json"] == mine.content
    others = [s for s in signatures(desk.engine) if s.task_id != task_id]
    assert not {f"signature-{s.id}.json" for s in others} & files_of(data).keys()


def test_rounds_and_what_stands_on_no_sheet_have_their_rows(
    bare_engine: Engine, people: People
) -> None:
    desk = Desk(bare_engine, people, lambda: uuid.uuid4().hex)
    inside = (task("extra", form=field("vad"), sign=True),)
    desk.deploy(
        diagram("free", start(), ad_hoc("more", *inside), end(), chain("start", "more", "end"))
    )
    case_id = desk.case("free")
    instance_id = bare_engine.cases.get(desk.manager.actor, case_id).instances[0].id
    bare_engine.cases.begin_activity(desk.manager.actor, instance_id, "extra", key=desk.key())
    opened = sorted(desk.open_tasks(case_id), key=lambda row: (row.opened_at, row.id))
    for row, word in zip(opened, ("fönster", "golv"), strict=True):
        desk.complete(desk.manager, row.id, {"vad": word})
    printed = bare_engine.printed.case(desk.manager.actor, case_id)
    [sheet] = printed.sheets
    [row] = sheet.rows
    assert (sheet.key, row.name, len(row.rounds)) == ("", "Extra", 2)
    assert [one.answers[0].value for one in row.rounds] == ["fönster", "golv"]


# ---------------------------------------------------------------- what is signed


def test_what_was_signed_is_attached_byte_for_byte(
    manager: Visitor, desk: Desk, case_id: str
) -> None:
    signed(desk, case_id, 'Å é 😀 \u202e vänd\n\ttabb \\ "citat"')
    [stored] = signatures(desk.engine)
    files = files_of(pdf(manager, f"/cases/{case_id}/sheet.pdf"))
    attached = files[f"signature-{stored.id}.json"]
    assert attached == stored.content
    assert sha256(attached).hexdigest() == stored.content_sha256
    assert json.loads(attached)["answers"]["marknadsrapport"].startswith("Å é 😀")


def test_the_way_to_the_checkpoint_is_attached_too(
    manager: Visitor, desk: Desk, case_id: str
) -> None:
    task_id = signed(desk, case_id)
    data = pdf(manager, f"/cases/{case_id}/sheet.pdf")
    files = files_of(data)
    [stored] = signatures(desk.engine)
    proof = json.loads(files["proof.json"])
    assert proof["checkpoint"]["note"].encode() == files["checkpoint.txt"]
    assert [one["sha256"] for one in proof["signatures"]] == [stored.content_sha256]
    bodies = [json.loads(one["body"]) for one in proof["entries"]]
    assert stored.content_sha256 in {body["evidence"] for body in bodies}
    assert all(one["path"] is not None for one in proof["entries"])
    # The note stands on the paper, to be compared and typed off; and so does that of a task.
    assert proof["checkpoint"]["note"].splitlines()[0] in text_of(data)
    alone = json.loads(files_of(pdf(manager, f"/tasks/{task_id}/sheet.pdf"))["proof.json"])
    assert 0 < len(alone["entries"]) < len(proof["entries"])


def test_what_is_shown_of_a_signed_task_is_what_was_signed(
    manager: Visitor, desk: Desk, case_id: str
) -> None:
    task_id = signed(desk, case_id, note="Min anteckning")
    with database_of(desk.engine).writing() as connection:
        forged = {"answers": {"marknadsrapport": "Förfalskat"}, "note": "Fusk", "ticks": {}}
        connection.execute(update(TaskTable).where(TaskTable.id == task_id).values(**forged))
    text = text_of(pdf(manager, f"/cases/{case_id}/sheet.pdf"))
    assert "Marknadsrapport: Marknaden växer." in text
    assert "Anteckning: Min anteckning" in text
    assert "☑ Skriv en kort rapport" in text
    assert "Förfalskat" not in text
    assert "Fusk" not in text


def test_what_is_not_what_was_signed_is_said() -> None:
    """A signature's bytes can be edited by whoever holds the database."""
    from engine.queries.signed import _read

    content = json.dumps({"note": "x", "signer": {"name": "A"}}).encode()
    given = {
        "id": "1", "signer_name": "B", "meaning": "M", "method": "password", "at": None,
        "withdrawn_at": None,
        "content": content,
    }  # fmt: skip
    whole = _read(SimpleNamespace(content_sha256=sha256(content).hexdigest(), **given))
    edited = _read(SimpleNamespace(content_sha256=sha256(content + b" ").hexdigest(), **given))
    assert (whole.view.intact, whole.view.name) == (True, "A")
    assert (edited.view.intact, edited.content) == (False, None)


# ---------------------------------------------------------------- any text


TEXTS = {
    HOSTILE: HOSTILE,
    "x" * 3000: "x" * 3000,
    "https://example.com/" + "a1b2/" * 60: "a1b2/a1b2/",
    "Tack 😀!": "Tack [U+1F600]!",
    "中文 och mer": "[U+4E2D U+6587] och mer",
    "a\u202eb\u200bc\u0007d\u0000e": "a[U+202E]b[U+200B]c[U+0007]d[U+0000]e",
    "e\u0301 blir é": "é blir é",
    "שלום": "שלום",
    "Привет, Ελλάδα": "Привет, Ελλάδα",
    "\ufffe\ue000\U0010ffff": "[U+FFFE U+E000 U+10FFFF]",
}
"""What people may have written, and how it stands on the paper."""


def test_any_text_stands_as_text(desk: Desk, case_id: str) -> None:
    task_id = signed(desk, case_id)
    whole = desk.engine.printed.task(desk.manager.actor, task_id)
    [sheet] = whole.sheets
    [row] = sheet.rows
    [one] = row.rounds
    answers = [PrintedAnswer(Field(str(n), "text", text), text) for n, text in enumerate(TEXTS)]
    # Some of these are refused at the door; older databases may have them anywhere.
    written = replace(one, note="\n".join(TEXTS), answers=tuple(answers), person=HOSTILE)
    rows = (replace(row, rounds=(written,)), replace(row, name=HOSTILE, points=tuple(TEXTS)))
    hostile = replace(whole, sheets=(replace(sheet, title=HOSTILE, rows=rows),), title=HOSTILE)
    data = paper.made(desk.engine, hostile, address="https://example.com/" + "å" * 300,
                      language="sv")  # fmt: skip
    text = text_of(data).replace(" ", "")
    missing = [
        shown
        for shown in (each.replace(" ", "") for each in TEXTS.values())
        # What is written from right to left may come out of a PDF either way.
        if shown not in text and shown[::-1] not in text
    ]
    assert missing == []
    assert text.count(HOSTILE.replace(" ", "")) >= 4


def test_a_sign_that_no_font_can_put_on_its_letter_has_its_number() -> None:
    assert typeset.plain("x\u0359y é") == "x[U+0359]y é"
    assert typeset.printable("kundens " + "a" * 41) == "kundens " + "\u200b".join("a" * 41)
    assert typeset.printable("processbeskrivningarna") == "processbeskrivningarna"


def test_every_character_that_is_said_to_have_a_picture_has_one() -> None:
    everything = "".join(map(chr, sorted(typeset._known())))
    shown = "".join(map(typeset._shown, everything))
    assert shown == everything
    assert len(shown) > 5_000
    sample = {"files": [], "characters": list(shown)}
    template = (
        b'#set document(title: "x")\n#set text(lang: "sv", font: ("Libertinus Serif", '
        b'"DejaVu Sans Mono"))\n= x\n#for each in json(bytes(sys.inputs.data)).characters '
        b"[#text(each) #strong(text(each)) ]"
    )
    import typst

    made = typst.compile(
        template, format="pdf", ignore_system_fonts=True, pdf_standards=["a-3a", "ua-1"],
        sys_inputs={"data": json.dumps(sample)},
    )  # fmt: skip
    assert made.startswith(b"%PDF")


# ---------------------------------------------------------------- what it costs


def test_it_takes_the_same_statements_whatever_the_case_has(
    manager: Visitor, desk: Desk, case_id: str
) -> None:
    def counted() -> int:
        manager.open(f"/cases/{case_id}/sheet.pdf")
        with statements(desk.engine) as sent:
            manager.open(f"/cases/{case_id}/sheet.pdf")
        return len(sent)

    new = counted()
    signed(desk, case_id)
    desk.complete_all_points(
        desk.people["ledningsgrupp"], desk.task(case_id, "Inventering"), foretag_att_kontakta="Tolv"
    )
    assert 0 < counted() <= STATEMENTS
    assert new <= STATEMENTS


def test_a_case_with_very_many_rounds_is_bounded(
    engine: Engine, people: People, case_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from engine.queries import printed

    with database_of(engine).writing() as connection:
        row = dict(connection.execute(select(*TaskTable.__table__.columns)).first()._mapping)
        rows = [
            {**row, "id": f"{n:032x}", "token": f"{n:032x}", "state": "cancelled",
             "place": f"{n:08}"}
            for n in range(1_500)
        ]  # fmt: skip
        connection.execute(TaskTable.__table__.insert(), rows)
    whole = engine.printed.case(people["manager"].actor, case_id)
    data = paper.made(engine, whole, address=None, language="sv")
    assert len(reader(data).pages) > 50
    monkeypatch.setattr(printed, "_ROUNDS", printed._rounds_of(100))
    some = engine.printed.case(people["manager"].actor, case_id)
    assert sum(len(r.rounds) for s in some.sheets for r in s.rows) == 100
    assert some.left_out == 1_401
    text = text_of(paper.made(engine, some, address=None, language="sv"))
    assert "1 401 äldre omgångar får inte plats" in text


# ---------------------------------------------------------------- who gets it


def test_who_may_not_see_the_case_gets_none(
    signed_in: SignedIn, people: People, desk: Desk, case_id: str
) -> None:
    visitor = signed_in(people["personal"])
    task_id = desk.task(case_id, "Marknadsanalys")
    for page in (f"/cases/{case_id}", f"/tasks/{task_id}"):
        seen = visitor.open(page).status_code
        assert visitor.open(f"{page}/sheet.pdf").status_code == seen
    for kind in ("cases", "tasks"):
        assert visitor.open(f"/{kind}/{'f' * 32}/sheet.pdf").status_code == 404


def test_the_pages_lead_to_it(manager: Visitor, desk: Desk, case_id: str) -> None:
    task_id = signed(desk, case_id)
    assert f"/cases/{case_id}/sheet.pdf" in manager.open(f"/cases/{case_id}").text
    assert f"/tasks/{task_id}/sheet.pdf" in manager.open(f"/tasks/{task_id}").text
