"""How far one thing travels through the code: files, functions and crossings between files.

A trip is a real run under Python's profiler, of which only calls of ``engine`` and ``web`` count: a
signature sent by the page, the upload of one diagram, a timer whose time has come. Caches are warm:
each trip has been made once before. ``python -m tests.house.trips`` prints the table.
"""

from __future__ import annotations

import gc
import logging
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from engine import SYSTEM, Engine, FakeClock, Source, load_config
from engine.bpmn import source
from tests.support.people import People, add_people
from tests.support.visitor import Visitor
from web import create_app

PROJECT = Path(__file__).parents[2]
NOON = datetime(2026, 3, 2, 11, 0, tzinfo=UTC)
"""When the trips are made: a working day."""
SIGNED = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:sp="urn:serviceplan:bpmn:1" targetNamespace="trips">
  <process id="signed" name="Signed" isExecutable="true">
    <startEvent id="start"/>
    <userTask id="first" name="First">
      <extensionElements>
        <sp:checklist><sp:item id="one">One point</sp:item></sp:checklist>
        <sp:form><sp:field id="answer" type="text" label="Answer" required="true"/></sp:form>
        <sp:signature required="true" meaning="Done"/>
      </extensionElements>
    </userTask>
    <userTask id="second" name="Second"/>
    <endEvent id="end"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="first"/>
    <sequenceFlow id="f2" sourceRef="first" targetRef="second"/>
    <sequenceFlow id="f3" sourceRef="second" targetRef="end"/>
  </process>
</definitions>"""
TIMED = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="trips">
  <process id="timed" name="Timed" isExecutable="true">
    <startEvent id="start"/>
    <intermediateCatchEvent id="wait">
      <timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition>
    </intermediateCatchEvent>
    <userTask id="after" name="After"/>
    <endEvent id="end"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="wait"/>
    <sequenceFlow id="f2" sourceRef="wait" targetRef="after"/>
    <sequenceFlow id="f3" sourceRef="after" targetRef="end"/>
  </process>
</definitions>"""


@dataclass(frozen=True, slots=True)
class Trip:
    """Where one run came by. ``crossings`` counts calls from one file into another, ``parses`` how
    often a file's XML was parsed."""

    files: tuple[str, ...]
    functions: int
    crossings: int
    parses: int


class _Profile:
    """Listens to the calls of one thread."""

    def __init__(self) -> None:
        self._codes: set[CodeType] = set()
        self._crossings = 0
        self._parses = 0

    def __call__(self, frame: FrameType, event: str, _: object) -> None:
        if event != "call":
            return
        code = frame.f_code
        here = _file(code)
        if here is None:
            return
        self._codes.add(code)
        self._parses += code is source.parse.__code__
        caller = frame.f_back
        while caller is not None and _file(caller.f_code) is None:
            caller = caller.f_back
        if caller is not None and _file(caller.f_code) != here:
            self._crossings += 1

    def trip(self) -> Trip:
        files = sorted({name for code in self._codes if (name := _file(code))})
        functions = sum(not code.co_name.startswith("<") for code in self._codes)
        return Trip(tuple(files), functions, self._crossings, self._parses)


def _file(code: CodeType) -> str | None:
    """The project's file that the code stands in; None for that of libraries and tests."""
    path = code.co_filename
    for part in ("engine", "web"):
        root = f"{PROJECT}/{part}/"
        if path.startswith(root):
            return path.removeprefix(f"{PROJECT}/")
    return None


def travel(act: Callable[[], Any]) -> Trip:
    """Do something, and say where it came by."""
    profile = _Profile()
    # What the collector ends (a generator of somebody else's test) is no part of the way.
    gc.collect()
    gc.disable()
    sys.setprofile(profile)
    try:
        act()
    finally:
        sys.setprofile(None)
        gc.enable()
    return profile.trip()


class Company:
    """An engine with people on an SQLite database of its own."""

    def __init__(self, folder: Path) -> None:
        config = load_config(PROJECT / "config.toml")
        self.clock = FakeClock(NOON)
        self.engine = Engine.open(f"sqlite:///{folder}/trips.db", config=config, clock=self.clock)
        self.people: People = add_people(self.engine, config)
        self._keys = 0

    def key(self) -> str:
        self._keys += 1
        return f"trip-{self._keys}"

    def deploy(self, text: str) -> None:
        item = Source("trip.bpmn", text.encode())
        owner = self.people["process_owner"].actor
        self.engine.definitions.deploy(owner, [item], strict_roles=False, key=self.key())

    def start(self, process_id: str) -> None:
        self.engine.cases.start(SYSTEM, process_id=process_id, key=self.key())


@contextmanager
def company() -> Iterator[Company]:
    """A company whose database is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        made = Company(Path(folder))
        # A log that another test has set up is no part of a trip.
        logging.disable(logging.CRITICAL)
        try:
            yield made
        finally:
            logging.disable(logging.NOTSET)
            made.engine.close()


def signature(made: Company) -> Trip:
    """A person fills in a task's page and signs it."""
    made.deploy(SIGNED)
    manager = made.people["manager"]
    app = create_app(made.engine.config, made.engine)
    app.testing = True
    visitor = Visitor(app)
    visitor.sign_in(manager)
    for last in (False, True):
        made.start("signed")
        tasks = made.engine.tasks.search(manager.actor, show="all").items
        page = visitor.open(f"/tasks/{next(t.id for t in tasks if t.element_id == 'first')}")
        filled = {"f.answer": "Yes", "tick.one": "1", "password": manager.password}

        def sign(page: Any = page, filled: dict[str, str] = filled) -> None:
            answer = visitor.send(page, filled, having="password", button=("action", "complete"))
            assert answer.status_code == 302, answer.text

        if last:
            return travel(sign)
        sign()
    raise AssertionError("the second signature is the last")


def upload(made: Company) -> Trip:
    """A process owner puts a changed diagram live."""
    made.deploy(SIGNED)
    return travel(lambda: made.deploy(SIGNED.replace('name="First"', 'name="Other"')))


def timer(made: Company) -> Trip:
    """The time of a timer has come, and the user task behind it opens."""
    made.deploy(TIMED)
    made.start("timed")
    made.clock.advance(timedelta(hours=2))
    assert made.engine.jobs.fire_due() == 1
    made.start("timed")
    made.clock.advance(timedelta(hours=2))
    return travel(made.engine.jobs.fire_due)


TRIPS: dict[str, Callable[[Company], Trip]] = {
    "signature from the page": signature,
    "upload of one file": upload,
    "due timer to new task": timer,
}


def main() -> None:
    """Print how far each trip goes."""
    print(f"{'trip':26}{'files':>7}{'functions':>11}{'crossings':>11}{'parses':>8}")
    for name, make in TRIPS.items():
        with company() as made:
            trip = make(made)
        print(f"{name:26}{len(trip.files):7}{trip.functions:11}{trip.crossings:11}{trip.parses:8}")
        if "-v" in sys.argv:
            print("\n".join(f"    {file}" for file in trip.files))


if __name__ == "__main__":
    main()
