"""Diagrams going live: what is refused, what becomes a new version, and who stays on the old."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine import CheckReport, FakeClock, Source
from engine.errors import Invalid, NotAllowed, NotFound, Rejected
from tests.support.desk import Desk
from tests.support.diagrams import (
    call,
    chain,
    diagram,
    end,
    field,
    flow,
    gateway,
    script,
    start,
    task,
)

ONE = (start(), task("act"), end(), chain("start", "act", "end"))
TWO = (start(), task("act"), task("check"), end(), chain("start", "act", "check", "end"))


def test_the_same_bytes_keep_their_version(bare_desk: Desk) -> None:
    desk, owner = bare_desk, bare_desk.people["process_owner"].actor
    first = desk.engine.deploy(owner, [diagram("work", *ONE)], key=desk.key())
    again = desk.engine.deploy(owner, [diagram("work", *ONE)], key=desk.key())
    assert (first.new, again.new) == (True, False)
    assert [d.id for d in again.definitions] == [d.id for d in first.definitions]
    changed = desk.engine.deploy(owner, [diagram("work", *TWO)], key=desk.key())
    back = desk.engine.deploy(owner, [diagram("work", *ONE)], key=desk.key())
    versions = [d.version for d in (*changed.definitions, *back.definitions)]
    assert versions == [2, 3]
    stored = desk.engine.source(owner, back.definitions[0].id)
    assert stored.data == diagram("work", *ONE).data


def test_a_running_case_stays_on_its_version_and_new_ones_get_the_new(bare_desk: Desk) -> None:
    desk = bare_desk
    desk.deploy(diagram("work", *ONE))
    old = desk.case("work")
    desk.deploy(diagram("work", *TWO))
    new = desk.case("work")
    for case_id in (old, new):
        desk.complete(desk.manager, desk.task(case_id))
    assert (desk.names(old), desk.names(new)) == ([], ["Check"])
    entries = desk.engine.history(desk.manager.actor, type="task.completed").items
    assert {e.case_id: e.version for e in entries} == {old: 1, new: 2}


def test_a_call_bound_to_its_deployment_finds_what_went_live_with_it_at_the_same_moment(
    bare_desk: Desk,
) -> None:
    desk = bare_desk
    steps = (start(), task("wait"), call("sub", "child", binding="deployment"), end())
    parent = diagram("parent", *steps, chain("start", "wait", "sub", "end"))
    desk.deploy(diagram("child", *ONE), parent)
    case_id = desk.case("parent")
    newer = (start(), task("check"), end(), chain("start", "check", "end"))
    desk.deploy(diagram("child", *newer))
    desk.complete(desk.manager, desk.task(case_id))
    assert desk.names(case_id) == ["Act"]


@pytest.mark.parametrize(
    ("binding", "expected"), [("latest", "Check"), ("deployment", "Act"), ("1", "Act")]
)
def test_a_call_is_bound_to_the_version_that_it_names(
    bare_desk: Desk, clock: FakeClock, binding: str, expected: str
) -> None:
    desk = bare_desk
    steps = (start(), task("wait"), call("sub", "child", binding=binding), end())
    parent = diagram("parent", *steps, chain("start", "wait", "sub", "end"))
    desk.deploy(diagram("child", *ONE), parent)
    case_id = desk.case("parent")
    clock.advance(timedelta(minutes=1))
    newer = (start(), task("check"), end(), chain("start", "check", "end"))
    desk.deploy(diagram("child", *newer))
    desk.complete(desk.manager, desk.task(case_id))
    assert desk.names(case_id) == [expected]


def bad(kind: str) -> Source:
    """A file of each kind that must be refused."""
    condition = (
        start(),
        gateway("g", default="g_to_b"),
        task("a"),
        task("b"),
        end(),
        chain("start", "g"),
        flow("g", "a", "x > 3 and __import__('os').system('true')"),
        flow("g", "b"),
        chain("a", "end"),
        chain("b", "end"),
    )
    text = diagram("bad", *ONE).data.decode()
    doctype = text.replace("?>", "?><!DOCTYPE a [<!ENTITY b 'c'>]>", 1)
    nowhere = (start(), call("sub", "nowhere"), end(), chain("start", "sub", "end"))
    colour = (start(), task("act", form=field("x", "colour")), end(), chain("start", "act", "end"))
    sources = {
        "png": Source("bad.bpmn", b"\x89PNG\r\n\x1a\n" + bytes(64)),
        "empty": Source("bad.bpmn", b""),
        "text": Source("bad.bpmn", "Vår plan".encode()),
        "html": Source("bad.bpmn", b"<html><body>Plan</body></html>"),
        "doctype": Source("bad.bpmn", doctype.encode()),
        "role": diagram("bad", *ONE, lanes={"trollkarl": ["act"]}),
        "called": diagram("bad", *nowhere),
        "python": diagram("bad", *condition),
        "script": diagram(
            "bad", start(), script("run", "import os"), end(), chain("start", "run", "end")
        ),
        "cycle": diagram("bad", start(), call("sub", "bad"), end(), chain("start", "sub", "end")),
        "field": diagram("bad", *colour),
        "bytes": Source("bad.bpmn", b" " * 2_000_001),
    }  # fmt: skip
    return sources[kind]


KINDS = {
    "png": "",
    "empty": "",
    "text": "",
    "html": "",
    "doctype": "DOCTYPE",
    "role": "trollkarl",
    "called": "nowhere",
    "python": "g_to_a",
    "script": "run",
    "cycle": "sub",
    "field": "act",
    "bytes": "",
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_that_cannot_run_is_refused_and_says_where(bare_desk: Desk, kind: str) -> None:
    desk, owner = bare_desk, bare_desk.people["process_owner"].actor
    source = bad(kind)
    # Not even the sound file of the same upload goes live.
    with pytest.raises(Rejected) as caught:
        desk.engine.deploy(owner, [source, diagram("work", *ONE)], key=desk.key())
    errors = [f for f in caught.value.findings if f.severity == "error"]
    assert errors
    assert all(f.sv and f.en and f.filename == "bad.bpmn" for f in errors)
    assert any(KINDS[kind] in f"{f.en} {f.element_id}" for f in errors)
    assert not desk.engine.definitions(owner)
    report = desk.engine.check([source])
    assert isinstance(report, CheckReport)
    assert {f.code for f in report.findings} >= {f.code for f in errors}


def test_a_drawing_that_cannot_run_is_told_as_such_and_nothing_goes_live(bare_desk: Desk) -> None:
    desk, owner = bare_desk, bare_desk.people["process_owner"].actor
    drawing = diagram("bad", *ONE, executable=False)
    deployed = desk.engine.deploy(owner, [drawing], key=desk.key())
    assert (deployed.new, deployed.definitions) == (False, ())
    [finding] = deployed.findings
    assert (finding.code, finding.element_id) == ("process_not_executable", "bad")
    with pytest.raises(NotFound):
        desk.case("bad")


def test_the_old_version_goes_on_when_a_new_one_is_refused(desk: Desk) -> None:
    owner = desk.people["process_owner"].actor
    before = desk.engine.definitions(owner)
    with pytest.raises(Rejected):
        desk.deploy(diagram("serviceplan", *ONE, lanes={"trollkarl": ["act"]}))
    assert desk.engine.definitions(owner) == before
    assert desk.names(desk.case()) == ["Marknadsanalys"]


def test_only_process_owners_deploy(bare_desk: Desk) -> None:
    desk = bare_desk
    for who in ("manager", "administrator", "saljare"):
        with pytest.raises(NotAllowed):
            desk.engine.deploy(desk.people[who].actor, [diagram("work", *ONE)], key=desk.key())
    with pytest.raises(Invalid):
        desk.engine.deploy(desk.people["process_owner"].actor, [], key=desk.key())


def test_a_version_that_nobody_deployed_is_an_incident_not_a_crash(bare_desk: Desk) -> None:
    desk = bare_desk
    steps = (start(), call("sub", "child", binding="7"), end(), chain("start", "sub", "end"))
    try:
        desk.deploy(diagram("child", *ONE), diagram("parent", *steps))
    except Rejected:
        return
    case_id = desk.case("parent")
    [incident] = desk.incidents(case_id)
    assert (incident.kind, incident.element_id) == ("call", "sub")


def test_a_deployment_is_a_fact_with_its_files_hash(bare_desk: Desk) -> None:
    desk = bare_desk
    desk.deploy(diagram("work", *ONE))
    [entry] = desk.engine.history(desk.manager.actor, type="definition.deployed").items
    assert entry.actor_id == desk.people["process_owner"].id
    assert (entry.detail["process"], entry.detail["version"]) == ("work", 1)
    assert len(entry.detail["sha256"]) == 64
