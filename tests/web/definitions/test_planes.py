"""Collapsed sub-processes open on their own plane, and calls lead to what they call."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest

from engine import SYSTEM, Drawing, ElementState, Engine, FakeClock, Shape, Source
from tests.support.diagrams import call, chain, diagram, end, start, task
from tests.support.geometry import placed
from tests.support.people import People
from tests.support.visitor import SignedIn, Visitor
from web import planes

NASTY = "&lt;b&gt;&quot;Inre&quot; &amp; djup"
STEPS = ("start", "outer", "sub", "end")
PARTS = (
    start(),
    '<bpmn:subProcess id="outer" name="Yttre">',
    start("s1"),
    task("write"),
    f'<bpmn:subProcess id="inner" name="{NASTY}">',
    start("s2"),
    task("deep"),
    end("e2"),
    chain("s2", "deep", "e2"),
    "</bpmn:subProcess>",
    end("e1"),
    chain("s1", "write", "inner", "e1"),
    "</bpmn:subProcess>",
    call("sub", "child"),
    end(),
    chain(*STEPS),
)
PLANES = {
    "work": STEPS,
    "inner": ("s2", "deep", "e2"),
    "outer": ("s1", "write", "inner", "e1"),
}
CHILD = diagram("child", start(), task("act"), end(), chain("start", "act", "end"))
NEWER = diagram("child", start(), task("act"), task("b"), end(), chain("start", "act", "b", "end"))


def work(*parts: str) -> Source:
    return placed(diagram("work", *(parts or PARTS)), PLANES)


@pytest.fixture
def engine(bare_engine: Engine) -> Engine:
    bare_engine.definitions.deploy(SYSTEM, [work(), CHILD], key="deploy")
    return bare_engine


@pytest.fixture
def manager(signed_in: SignedIn, people: People) -> Visitor:
    return signed_in(people["manager"])


def ids(engine: Engine, process_id: str) -> list[str]:
    """Of all versions, the newest first."""
    return [d.id for d in engine.definitions.all(SYSTEM) if d.process_id == process_id]


def links(text: str) -> dict[str, str]:
    """The addresses in the drawing by what its links are called."""
    found = re.findall(r'<a href="([^"]+)" class="bp-node"><title>([^<]*)</title>', text)
    return {unescape(name): unescape(address) for address, name in found}


def trail(text: str) -> list[tuple[str, str]]:
    """The way to the plane: names with addresses, the last without."""
    nav = text.split('class="diagram-trail"')[1].split("</nav>", maxsplit=1)[0]
    nav = re.sub(r"<svg.*?</svg>", "", nav, flags=re.DOTALL)
    steps = re.findall(r'<(?:a href="([^"]*)"|span aria-current="page")>([^<]*)<', nav)
    return [(unescape(name), unescape(address)) for address, name in steps]


# ---------------------------------------------------------------- pages


def test_the_way_leads_into_planes_and_back(manager: Visitor, engine: Engine) -> None:
    here = f"/definitions/{ids(engine, 'work')[0]}"
    page = manager.open(here)
    assert "diagram-trail" not in page.text
    into = links(page.text)["Yttre (Delprocess) – visa innehållet"]
    assert into == f"{here}?delprocess=outer#diagram"

    page = manager.open(into)
    assert 'aria-label="Write (Uppgift)"' in page.text
    assert trail(page.text) == [("Hela diagrammet", f"{here}#diagram"), ("Yttre", "")]
    deeper = links(page.text)['<b>"Inre" & djup (Delprocess) – visa innehållet']

    page = manager.open(deeper)
    assert trail(page.text) == [
        ("Hela diagrammet", f"{here}#diagram"),
        ("Yttre", f"{here}?delprocess=outer#diagram"),
        ('<b>"Inre" & djup', ""),
    ]
    assert 'aria-label="Deep (Uppgift)"' in page.text
    assert "<b>" not in page.text.split("<main")[1]


@pytest.mark.parametrize("asked", ["none", "sub", "", '"><script>alert(1)</script>'])
def test_a_plane_that_is_not_there_shows_the_whole(
    manager: Visitor, engine: Engine, asked: str
) -> None:
    here = f"/definitions/{ids(engine, 'work')[0]}"
    page = manager.open(f"{here}?delprocess={asked}&_scheme=javascript&_external=1&_anchor=x")
    assert page.status_code == 200
    assert "diagram-trail" not in page.text
    assert "<script>alert" not in page.text
    assert set(links(page.text).values()) >= {f"{here}?delprocess=outer#diagram"}


def test_a_case_shows_its_tokens_on_the_plane_and_outside_that_work_goes_on_in_it(
    manager: Visitor, engine: Engine
) -> None:
    case = engine.cases.start(SYSTEM, process_id="work", title="Prov", key="start").id
    page = manager.open(f"/cases/{case}")
    way = links(page.text)["Yttre (Delprocess): pågår – visa innehållet"]
    assert way == f"/cases/{case}?delprocess=outer#diagram"
    page = manager.open(way)
    assert "Write (Uppgift): pågår" in links(page.text)
    # The table beside it names the steps of all planes.
    assert ">Write</a>" in page.text
    page = manager.open(f"/cases/{case}/instances/{case}?delprocess=outer")
    assert trail(page.text)[-1] == ("Yttre", "")


def test_a_sheet_stays_when_a_plane_of_its_diagram_is_opened() -> None:
    assert "blad" in planes.OTHER_PARAMETERS


# ---------------------------------------------------------------- calls


def test_a_call_leads_to_the_live_version(manager: Visitor, engine: Engine) -> None:
    here = f"/definitions/{ids(engine, 'work')[0]}"
    said = "Sub (Delprocess) – visa den anropade processen"
    [first] = ids(engine, "child")
    assert links(manager.open(here).text)[said] == f"/definitions/{first}#diagram"
    engine.definitions.deploy(SYSTEM, [NEWER], key="newer")
    newest = ids(engine, "child")[0]
    assert newest != first
    assert links(manager.open(here).text)[said] == f"/definitions/{newest}#diagram"


@pytest.mark.parametrize(
    ("binding", "leads"), [("latest", 0), ("deployment", 1), ("1", 1), ("2", 0), ("7", None)]
)
def test_a_bound_call_leads_to_what_it_is_bound_to(
    bare_engine: Engine, clock: FakeClock, binding: str, leads: int | None
) -> None:
    calling = work(start(), call("sub", "child", binding=binding), end(), chain("start", "sub"),
                   chain("sub", "end"))  # fmt: skip
    bare_engine.definitions.deploy(SYSTEM, [CHILD], key="first")
    bare_engine.definitions.deploy(SYSTEM, [calling], key="calling")
    clock.advance(timedelta(days=1))
    bare_engine.definitions.deploy(SYSTEM, [NEWER], key="newer")
    drawn = bare_engine.definitions.drawing(SYSTEM, ids(bare_engine, "work")[0])
    opens = next(s.opens for s in drawn.shapes if s.id == "sub")
    assert opens == (None if leads is None else ids(bare_engine, "child")[leads])


def test_calls_of_nothing_and_calls_that_choose_as_they_run_lead_nowhere(
    bare_engine: Engine,
) -> None:
    for number, called in enumerate(("nowhere", "= name", "=name + &quot;x&quot;")):
        unknown = work(start(), call("sub", called).replace("&amp;quot;", "&quot;"), end(),
                       chain("start", "sub", "end"))  # fmt: skip
        text = unknown.data.decode().replace('isExecutable="true"', 'isExecutable="false"')
        bare_engine.definitions.deploy(
            SYSTEM, [Source("work.bpmn", text.encode())], key=f"k{number}"
        )
        drawn = bare_engine.definitions.drawing(SYSTEM, ids(bare_engine, "work")[0])
        assert [s.opens for s in drawn.shapes if s.id == "sub"] == [None]


def test_a_call_within_a_plane_leads_on_too(bare_engine: Engine) -> None:
    parts = (
        start(),
        '<bpmn:subProcess id="outer" name="Yttre">',
        start("s1"),
        call("write", "child"),
        end("e1"),
        chain("s1", "write", "e1"),
        "</bpmn:subProcess>",
        end(),
        chain("start", "outer", "end"),
    )
    bare_engine.definitions.deploy(SYSTEM, [work(*parts), CHILD], key="deploy")
    drawn = bare_engine.definitions.drawing(SYSTEM, ids(bare_engine, "work")[0])
    [outer] = drawn.planes
    assert [s.opens for s in outer.shapes if s.id == "write"] == ids(bare_engine, "child")


# ---------------------------------------------------------------- what goes on inside


def shape(ident: str) -> Shape:
    return Shape(ident, "subProcess", ident, 0, 0, 100, 80, expanded=False)


def plane(element_id: str | None, *shown: str, inner: tuple[Drawing, ...] = ()) -> Drawing:
    return Drawing(tuple(map(shape, shown)), (), 0, 0, 100, 80, element_id, planes=inner)


NEST = plane(None, "a", "z", inner=(plane("a", "b", "c"), plane("b", "d")))


@pytest.mark.parametrize(
    ("inside", "shown"),
    [
        ({"d": "late", "c": "open"}, {"a": "late", "b": "late"}),
        ({"d": "waiting", "c": "incident"}, {"a": "incident", "b": "waiting"}),
        ({"d": "done"}, {}),
        ({"d": "open", "a": "done"}, {"a": "open", "b": "open"}),
        ({"d": "open", "a": "incident"}, {"a": "incident", "b": "open"}),
        ({}, {}),
    ],
)
def test_a_collapsed_sub_process_stands_as_the_most_pressing_of_what_goes_on_in_it(
    inside: dict[str, str], shown: dict[str, str]
) -> None:
    states = {name: ElementState(name, how) for name, how in inside.items()}  # type: ignore[arg-type]
    found = planes.with_insides(NEST, states)
    assert {name: s.state for name, s in found.items()} == {**inside, **shown}


def test_the_way_to_a_plane_has_no_circle() -> None:
    round_and_round = plane(None, "a", inner=(plane("a", "b"), plane("b", "a")))
    assert [one.element_id for one in planes.path(round_and_round, "b")] == ["a", "b"]
    assert planes.path(round_and_round, None) == []
