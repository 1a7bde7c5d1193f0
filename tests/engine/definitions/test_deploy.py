"""Diagrams going live: what is refused, what becomes a new version, and who stays on the old."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert

from engine import CheckReport, FakeClock, Source
from engine.definitions.library import DefinitionLibrary
from engine.definitions.live import LiveProcesses
from engine.errors import Conflict, Invalid, NotAllowed, NotFound, Rejected
from engine.store.tables import DeploymentTable
from tests.support.databases import database_of, reopened
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
from tests.support.ground import START
from tests.support.rows import watched

ONE = (start(), task("act"), end(), chain("start", "act", "end"))
TWO = (start(), task("act"), task("check"), end(), chain("start", "act", "check", "end"))


def test_the_same_bytes_keep_their_version(bare_desk: Desk) -> None:
    desk, owner = bare_desk, bare_desk.people["process_owner"].actor
    first = desk.engine.definitions.deploy(owner, [diagram("work", *ONE)], key=desk.key())
    again = desk.engine.definitions.deploy(owner, [diagram("work", *ONE)], key=desk.key())
    assert (first.new, again.new) == (True, False)
    assert [d.id for d in again.definitions] == [d.id for d in first.definitions]
    changed = desk.engine.definitions.deploy(owner, [diagram("work", *TWO)], key=desk.key())
    back = desk.engine.definitions.deploy(owner, [diagram("work", *ONE)], key=desk.key())
    versions = [d.version for d in (*changed.definitions, *back.definitions)]
    assert versions == [2, 3]
    stored = desk.engine.definitions.source(owner, back.definitions[0].id)
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
    entries = desk.engine.history.search(desk.manager.actor, type="task.completed").items
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


@pytest.mark.parametrize("binding", ["deployment", "latest"])
def test_a_caller_that_is_as_it_was_says_which_version_it_goes_on_calling(
    bare_desk: Desk, binding: str
) -> None:
    desk = bare_desk
    steps = (start(), task("wait"), call("sub", "child", binding=binding), end())
    parent = diagram("parent", *steps, chain("start", "wait", "sub", "end"))
    newer = (start(), task("check"), end(), chain("start", "check", "end"))
    desk.deploy(diagram("child", *ONE), parent)
    upload = [diagram("child", *newer), parent]
    checked = desk.engine.definitions.check(upload).findings
    owner = desk.people["process_owner"].actor
    deployed = desk.engine.definitions.deploy(owner, upload, key=desk.key()).findings
    for found in (checked, deployed):
        told = [(f.element_id, "version 1 " in f.en) for f in found if f.code == "call_as_before"]
        assert told == ([("sub", True)] if binding == "deployment" else [])
    case_id = desk.case("parent")
    desk.complete(desk.manager, desk.task(case_id))
    assert desk.names(case_id) == (["Act"] if binding == "deployment" else ["Check"])


@pytest.mark.parametrize("back", [timedelta(hours=1), timedelta(0)], ids=["back", "still"])
def test_what_is_bound_to_a_deployment_goes_by_order_and_not_by_the_clock(
    bare_desk: Desk, clock: FakeClock, back: timedelta
) -> None:
    desk = bare_desk
    newer = (start(), task("check"), end(), chain("start", "check", "end"))
    latest = (start(), task("last"), end(), chain("start", "last", "end"))
    steps = (start(), task("wait"), call("sub", "child", binding="deployment"), end())
    desk.deploy(diagram("child", *ONE))
    for child in (newer, None, latest):
        clock.advance(-back)
        parent = diagram("parent", *steps, chain("start", "wait", "sub", "end"))
        desk.deploy(diagram("child", *child) if child else parent)
    case_id = desk.case("parent")
    desk.complete(desk.manager, desk.task(case_id))
    assert desk.names(case_id) == ["Check"]


def bad(kind: str) -> Source:
    """A file of each kind that cannot run."""
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


REFUSED = {"png": "", "empty": "", "text": "", "html": "", "doctype": "DOCTYPE"} | {
    "role": "trollkarl",
    "bytes": "",
}
KEPT = {"called": "nowhere", "python": "g_to_a", "script": "run", "cycle": "sub", "field": "act"}


@pytest.mark.parametrize("kind", REFUSED)
def test_a_file_that_cannot_be_trusted_is_refused_and_says_where(
    bare_desk: Desk, kind: str
) -> None:
    desk, owner = bare_desk, bare_desk.people["process_owner"].actor
    source = bad(kind)
    # Not even the sound file of the same upload goes live.
    with pytest.raises(Rejected) as caught:
        desk.engine.definitions.deploy(owner, [source, diagram("work", *ONE)], key=desk.key())
    errors = [f for f in caught.value.findings if f.severity == "error"]
    assert errors
    assert all(f.sv and f.en and f.filename == "bad.bpmn" for f in errors)
    assert any(REFUSED[kind] in f"{f.en} {f.element_id}" for f in errors)
    assert not desk.engine.definitions.all(owner)
    report = desk.engine.definitions.check([source])
    assert isinstance(report, CheckReport)
    assert {f.code for f in report.findings} >= {f.code for f in errors}


@pytest.mark.parametrize("kind", KEPT)
def test_what_cannot_run_is_kept_as_a_drawing_and_says_where(bare_desk: Desk, kind: str) -> None:
    desk, owner = bare_desk, bare_desk.people["process_owner"].actor
    files = [bad(kind), diagram("work", *ONE)]
    checked = desk.engine.definitions.check(files)
    assert (checked.ok, checked.process_ids, checked.drawings) == (True, ("work",), ("bad",))
    deployed = desk.engine.definitions.deploy(owner, files, key=desk.key())
    startable = {d.process_id: d.startable for d in deployed.definitions}
    assert startable == {"bad": False, "work": True}
    told = [f for f in deployed.findings if f.severity != "info" and f.filename == "bad.bpmn"]
    assert any(KEPT[kind] in f"{f.en} {f.element_id}" for f in told)
    assert all(f.sv and f.en and not f.refuses for f in told)


GAP = '<bpmn:serviceTask id="act" name="Act"/>'
"""What the engine does not run."""


def drawing(process_id: str, **more: Any) -> Source:
    return diagram(process_id, start(), GAP, end(), chain("start", "act", "end"), **more)


@pytest.mark.parametrize(
    ("source", "code"),
    [
        (diagram("bad", *ONE, executable=False), "process_not_executable"),
        (drawing("bad"), "kind_not_run"),
    ],
)
def test_what_cannot_run_is_kept_as_a_drawing_and_says_why(
    bare_desk: Desk, source: Source, code: str
) -> None:
    desk, owner = bare_desk, bare_desk.people["process_owner"].actor
    report = desk.engine.definitions.check([source])
    assert (report.process_ids, report.drawings) == ((), ("bad",))
    deployed = desk.engine.definitions.deploy(owner, [source], key=desk.key())
    [kept] = deployed.definitions
    assert (deployed.new, kept.startable, kept.latest, kept.version) == (True, False, True, 1)
    assert code in {f.code for f in desk.engine.definitions.findings(owner, kept.id)}
    assert desk.engine.definitions.source(owner, kept.id).data == source.data
    assert desk.engine.definitions.sheet(owner, kept.id) is not None
    assert desk.engine.definitions.drawing(owner, kept.id).shapes == ()
    with pytest.raises(Conflict, match="drawing") as caught:
        desk.case("bad")
    assert caught.value.error_code == "drawing"
    [fact] = desk.engine.history.search(owner, type="drawing.kept").items
    assert fact.detail["process"] == "bad"
    again = desk.engine.definitions.deploy(owner, [source], key=desk.key())
    assert (again.new, again.definitions) == (False, deployed.definitions)


def test_a_drawing_is_replaced_by_a_version_that_can_run_and_never_the_other_way(
    bare_desk: Desk,
) -> None:
    desk, owner = bare_desk, bare_desk.people["process_owner"].actor
    desk.deploy(drawing("work"))
    desk.deploy(diagram("work", *ONE))
    assert desk.names(desk.case("work")) == ["Act"]
    desk.deploy(drawing("work", variables={"x": "= 1"}))
    assert [(d.version, d.startable, d.latest) for d in desk.engine.definitions.all(owner)] == [
        (3, False, False),
        (2, True, True),
        (1, False, False),
    ]
    assert desk.names(desk.case("work")) == ["Act"]
    # The live version's bytes again: nothing new, although a drawing has come after it.
    assert not desk.engine.definitions.deploy(owner, [diagram("work", *ONE)], key=desk.key()).new
    desk.deploy(diagram("work", *TWO))
    assert [d.version for d in desk.engine.definitions.all(owner) if d.latest] == [4]


def test_every_process_sees_at_once_what_another_has_deployed(bare_desk: Desk) -> None:
    desk, owner = bare_desk, bare_desk.people["process_owner"].actor
    with reopened(desk.engine, FakeClock(START)) as other:
        assert not other.definitions.live(owner)
        desk.deploy(diagram("work", *ONE))
        [live] = other.definitions.live(owner)
        desk.deploy(drawing("work"))  # which does not become live
        assert other.definitions.live(owner) == (live,)
        assert len(other.definitions.names(owner)) == 2
        desk.deploy(diagram("work", *TWO))
        [newer] = other.definitions.live(owner)
        assert newer.id != live.id
        assert [newer] == list(desk.engine.definitions.live(owner))
        known = {d.id: d.name for d in desk.engine.definitions.all(owner)}
        assert other.definitions.names(owner) == known


def test_a_deployment_that_is_undone_leaves_nothing_with_those_who_have_seen_it(
    bare_desk: Desk,
) -> None:
    engine, owner = bare_desk.engine, bare_desk.people["process_owner"].actor
    library = LiveProcesses(DefinitionLibrary(engine.config, FakeClock(START).now))
    database = database_of(engine)
    deployment = {"deployed_at": START, "deployed_by": "x", "sha256": "", "number": 1}
    with suppress(KeyError), database.writing() as connection:
        connection.execute(insert(DeploymentTable).values(id="undone", **deployment))
        assert library.read(connection).since == "undone"
        raise KeyError
    bare_desk.deploy(diagram("work", *ONE))  # which gets the number that was undone
    with database.reading() as connection:
        assert list(library.read(connection).processes) == list(engine.definitions.live(owner))


def test_the_live_processes_cost_one_look_while_nothing_is_deployed(bare_desk: Desk) -> None:
    bare_desk.deploy(diagram("work", *ONE))
    live = LiveProcesses(DefinitionLibrary(bare_desk.engine.config, FakeClock(START).now))
    with database_of(bare_desk.engine).reading() as connection:
        first = live.read(connection)
        with watched(connection) as sent:
            assert live.read(connection) is first
        assert len(sent) == 1
        assert sent.work(connection) <= 3


def test_a_call_of_a_drawing_is_told_and_makes_a_drawing_of_its_caller(bare_desk: Desk) -> None:
    desk, owner = bare_desk, bare_desk.people["process_owner"].actor
    steps = (start(), call("sub", "child"), end(), chain("start", "sub", "end"))
    together = desk.engine.definitions.check([drawing("child"), diagram("parent", *steps)])
    assert together.ok
    assert set(together.drawings) == {"child", "parent"}
    desk.deploy(drawing("child"))
    later = desk.engine.definitions.check([diagram("parent", *steps)])
    assert (later.ok, later.drawings) == (True, ("parent",))
    assert "call_of_drawing" in {f.code for f in later.findings}
    desk.deploy(diagram("parent", *steps))
    # Once the called process can run, so can its caller, byte for byte as it was.
    desk.deploy(diagram("child", *ONE))
    deployed = desk.engine.definitions.deploy(owner, [diagram("parent", *steps)], key=desk.key())
    assert [(d.version, d.startable) for d in deployed.definitions] == [(2, True)]
    assert desk.names(desk.case("parent")) == ["Act"]


def test_a_call_of_a_version_that_is_a_drawing_is_an_incident(bare_desk: Desk) -> None:
    desk = bare_desk
    desk.deploy(drawing("child"))
    desk.deploy(diagram("child", *ONE))
    steps = (start(), call("sub", "child", binding="1"), end(), chain("start", "sub", "end"))
    desk.deploy(diagram("parent", *steps))
    [incident] = desk.incidents(desk.case("parent"))
    assert (incident.kind, incident.element_id) == ("call", "sub")


def test_a_drawing_is_in_the_way_of_no_case(bare_desk: Desk) -> None:
    desk = bare_desk
    desk.deploy(diagram("work", *ONE))
    case_id = desk.case("work")
    desk.deploy(drawing("work"), drawing("other"))
    assert desk.engine.cases.get(desk.manager.actor, case_id).row.id == case_id
    desk.complete(desk.manager, desk.task(case_id))
    with pytest.raises(NotFound):
        desk.engine.migrations.preview(desk.manager.actor, "work", 2, [case_id])


def test_pools_that_are_only_drawn_belong_to_the_diagram_that_runs(bare_desk: Desk) -> None:
    desk, owner = bare_desk, bare_desk.people["process_owner"].actor
    both = diagram("work", *ONE).data.decode()
    other = '<bpmn:process id="customer"><bpmn:task id="buy"/></bpmn:process></bpmn:definitions>'
    source = Source("both.bpmn", both.replace("</bpmn:definitions>", other).encode())
    deployed = desk.engine.definitions.deploy(owner, [source], key=desk.key())
    assert [(d.process_id, d.startable) for d in deployed.definitions] == [("work", True)]


POOLS = """<bpmn:collaboration id="pools" name="Samarbete"><bpmn:participant id="pool" name="Kund"/>
</bpmn:collaboration>"""
PLANE = """<bpmndi:BPMNDiagram xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI"
 xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"><bpmndi:BPMNPlane bpmnElement="pools">
<bpmndi:BPMNShape bpmnElement="pool"><dc:Bounds x="1" y="2" width="30" height="40"/>
</bpmndi:BPMNShape></bpmndi:BPMNPlane></bpmndi:BPMNDiagram>"""


def test_a_file_of_pools_alone_is_kept_when_there_is_something_to_see(bare_desk: Desk) -> None:
    desk, owner = bare_desk, bare_desk.people["process_owner"].actor
    head = diagram("work").data.decode().partition("<bpmn:process")[0]
    seen = Source("pools.bpmn", f"{head}{POOLS}{PLANE}</bpmn:definitions>".encode())
    deployed = desk.engine.definitions.deploy(owner, [seen], key=desk.key())
    [kept] = deployed.definitions
    assert (kept.process_id, kept.name, kept.startable) == ("pools", "Samarbete", False)
    assert [s.id for s in desk.engine.definitions.drawing(owner, kept.id).shapes] == ["pool"]
    assert desk.engine.definitions.sheet(owner, kept.id) == ()
    assert [f.code for f in deployed.findings] == ["drawing_only"]
    blind = Source("pools.bpmn", f"{head}{POOLS}</bpmn:definitions>".encode())
    with pytest.raises(Rejected):
        desk.engine.definitions.deploy(owner, [blind], key=desk.key())


def test_the_old_version_goes_on_when_a_new_one_is_refused(desk: Desk) -> None:
    owner = desk.people["process_owner"].actor
    before = desk.engine.definitions.all(owner)
    with pytest.raises(Rejected):
        desk.deploy(diagram("serviceplan", *ONE, lanes={"trollkarl": ["act"]}))
    assert desk.engine.definitions.all(owner) == before
    assert desk.names(desk.case()) == ["Marknadsanalys"]


def test_only_process_owners_deploy(bare_desk: Desk) -> None:
    desk = bare_desk
    for who in ("manager", "administrator", "saljare"):
        with pytest.raises(NotAllowed):
            desk.engine.definitions.deploy(
                desk.people[who].actor, [diagram("work", *ONE)], key=desk.key()
            )
    with pytest.raises(Invalid):
        desk.engine.definitions.deploy(desk.people["process_owner"].actor, [], key=desk.key())


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
    [entry] = desk.engine.history.search(desk.manager.actor, type="definition.deployed").items
    assert entry.actor_id == desk.people["process_owner"].id
    assert (entry.detail["process"], entry.detail["version"]) == ("work", 1)
    assert len(entry.detail["sha256"]) == 64
