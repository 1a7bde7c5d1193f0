"""What pages cost, counted where counting gives the same on every machine: statements and bytes,
never time."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from engine import SYSTEM, Drawing, Engine, FakeClock, Source
from tests.support.crowd import crowd
from tests.support.databases import database_of
from tests.support.diagrams import chain, diagram, end, flow, gateway, start, task
from tests.support.ground import Keys
from tests.support.people import People
from tests.support.statements import statements
from tests.support.steps import into_operation
from tests.support.visitor import SignedIn, Visitor
from web import diagram as drawings

CASE = 9
"""Statements of the page of a case: the session; the case, its instances, its plan, its tasks, its
people, what it waits for and its newest facts; what was deployed last."""
HISTORY = 4
"""Statements of a page of the history: the session; the facts; what there is to choose from; the
people whom the facts are about, and the likeliest of many."""
TASK = 6
"""Statements of a page of a task: the session; the task as it is worked on and as it is shown, its
files, the people whom it can be given to, who has changed its date."""
PLAN = 15
"""Statements of the page of a case's plan, beside one for each process that the plan calls."""
MANY = 40
"""More people than a choice shows all of."""
TOKENS, TASKS = 200, 997
BYTES = 1_000
"""Of a page for each element that its diagram draws: its shape, its name, its state and its row in
the table of steps."""


def counted(engine: Engine, visitor: Visitor, path: str) -> int:
    """The statements of a page that has been shown before."""
    visitor.open(path)
    with statements(engine) as sent:
        visitor.open(path)
    return len(sent)


@pytest.mark.parametrize("who", ["manager", "saljare"])
def test_the_page_of_a_case_takes_few_statements(
    engine: Engine,
    clock: FakeClock,
    people: People,
    signed_in: SignedIn,
    case_id: str,
    who: str,
) -> None:
    visitor = signed_in(people[who])
    new = counted(engine, visitor, f"/cases/{case_id}")
    into_operation(engine, clock, people, case_id)
    running = counted(engine, visitor, f"/cases/{case_id}")
    assert 0 < new <= CASE
    assert 0 < running <= CASE


def test_the_page_of_a_plan_takes_a_statement_for_each_process(
    engine: Engine, clock: FakeClock, people: People, signed_in: SignedIn, case_id: str
) -> None:
    into_operation(engine, clock, people, case_id)
    manager = people["manager"]
    rows = [r.plan for s in engine.cases.get(manager.actor, case_id).sheets for r in s.rows]
    most = PLAN + len(engine.definitions.live(manager.actor))
    assert most < len(rows)
    assert counted(engine, signed_in(manager), f"/cases/{case_id}/plan") <= most


def wide() -> Source:
    """As many elements as a process may have, in two hundred branches, their tasks drawn."""
    names = [f"t{n}" for n in range(TASKS)]
    branches = [names[n::TOKENS] for n in range(TOKENS)]
    parts = [start(), gateway("split", "parallel"), end(), chain("start", "split")]
    parts += [task(name) for branch in branches for name in branch]
    parts += [flow("split", branch[0]) for branch in branches]
    parts += [flow(one, other) for branch in branches for one, other in pairwise(branch)]
    parts += [flow(branch[-1], "end") for branch in branches]
    shapes = "".join(
        f'<di:BPMNShape id="{name}_di" bpmnElement="{name}"><dc:Bounds x="{150 * n}" '
        f'y="{100 * b}" width="100" height="80"/></di:BPMNShape>'
        for b, branch in enumerate(branches)
        for n, name in enumerate(branch)
    )
    plane = (
        '<di:BPMNDiagram xmlns:di="http://www.omg.org/spec/BPMN/20100524/DI" '
        'xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" id="drawn">'
        f'<di:BPMNPlane id="plane" bpmnElement="wide">{shapes}</di:BPMNPlane></di:BPMNDiagram>'
    )
    made = diagram("wide", *parts)
    closing = b"</bpmn:definitions>"
    return Source(made.filename, made.data.replace(closing, plane.encode() + closing))


def test_a_diagram_of_a_thousand_elements_is_drawn_once_whatever_the_tokens(
    engine: Engine,
    people: People,
    signed_in: SignedIn,
    key: Keys,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    engine.definitions.deploy(people["process_owner"].actor, [wide()], key=key())
    manager = people["manager"].actor
    cases = [engine.cases.start(manager, process_id="wide", key=key()).id for _ in "ab"]
    visitor = signed_in(people["manager"])
    drawn, draw = [], drawings.drawn

    def count(drawing: Drawing) -> drawings.Drawn:
        drawn.append(drawing.key)
        return draw(drawing)

    monkeypatch.setattr(drawings, "drawn", count)
    pages = [f"/cases/{case_id}" for case_id in cases]
    assert {counted(engine, visitor, page) for page in pages} == {
        counted(engine, visitor, page) for page in pages
    }
    assert counted(engine, visitor, pages[0]) <= CASE
    assert len(drawn) == 1  # for two cases and all their requests
    html = visitor.open(pages[0]).text
    assert html.count('<g class="bp-seen is-open"') == TOKENS
    assert len(html.encode()) < BYTES * TASKS
    english = visitor.open(f"{pages[0]}?lang=en").text
    assert len(drawn) == 2
    assert english.count('<g class="bp-seen is-open"') == TOKENS


@pytest.mark.parametrize("query", ["", "?since=2020-01-01", "?until=2030-01-01&since=2020-01-01"])
def test_a_page_of_the_history_takes_few_statements(
    engine: Engine,
    people: People,
    signed_in: SignedIn,
    case_id: str,
    task_id: str,
    key: Keys,
    query: str,
) -> None:
    manager = signed_in(people["manager"])
    assert case_id in manager.open(f"/history/{query}").text
    assert 0 < counted(engine, manager, f"/history/{query}") <= HISTORY
    with database_of(engine).writing() as connection:
        crowd(connection, MANY)
    seller = people["saljare"]
    engine.tasks.reassign(people["manager"].actor, task_id, seller.username, key=key())
    engine.people.set_password(
        SYSTEM, people["inkop"].username, "a long and good secret", key=key()
    )
    page = manager.open(f"/history/{query}").text
    offered = re.findall(r'<option value="([^"]*)">', page.partition("<datalist")[2])
    assert offered[:2] == ["manager", seller.username]  # neither is among the first by name
    assert f"Serviceplan bytte lösenordet för {people['inkop'].name}" in page
    assert 0 < counted(engine, manager, f"/history/{query}") <= HISTORY


def test_the_page_of_a_task_takes_few_statements(
    engine: Engine, people: People, signed_in: SignedIn, case_id: str, key: Keys
) -> None:
    seller = people["saljare"].actor
    listed = engine.tasks.search(seller, show="role").items
    [task] = [row for row in listed if row.case_id == case_id]
    visitors = [signed_in(people[who]) for who in ("saljare", "manager")]
    offered = [counted(engine, visitor, f"/tasks/{task.id}") for visitor in visitors]
    engine.tasks.claim(seller, task.id, key=key())
    claimed = [counted(engine, visitor, f"/tasks/{task.id}") for visitor in visitors]
    assert 0 < min(offered + claimed) <= max(offered + claimed) <= TASK
    assert task.name in visitors[0].open(f"/tasks/{task.id}").text
