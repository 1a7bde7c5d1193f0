"""What is fuzzed: how its input is made, and what must hold for every input.

A check takes the bytes of one input and returns when all is well; whatever it raises is a finding.
"""

from __future__ import annotations

import json
import shutil
import signal
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from engine import (
    SYSTEM,
    Deployment,
    Engine,
    FakeClock,
    Rejected,
    ServiceplanError,
    Source,
    feel,
)
from engine.bpmn import source
from engine.dmn import DecisionError, DmnModel
from tests.fuzz import corpus, expressions, mutation
from tests.support.plan import project_config
from web.diagram import draw

NOW = datetime(2026, 2, 27, 14, 30, tzinfo=ZoneInfo("Europe/Stockholm"))
START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
ROUNDS = 6
"""How often a started case is moved on."""
CONTEXT: dict[str, Any] = {
    "x": 3,
    "y": Decimal("2.5"),
    "text": "Åsa äter",
    "xs": [1, "b", None, Decimal("1.10")],
    "rows": [{"a": 1, "b": "x"}, {"a": 2}, {"a": None}],
    "c": {"a": date(2026, 1, 31), "b": {"c": [1, 2]}, "a b": True},
    "d": date(2024, 2, 29),
    "t": time(10, 30),
    "dt": NOW,
    "dur": timedelta(days=-1, seconds=3),
    "ym": feel.YearsMonthsDuration(14),
    "r": feel.FeelRange(Decimal(1), Decimal(5), True, False),
}


class TooSlow(Exception):
    """One input took more processor time than any may."""


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Raise TooSlow when the block takes more than that of the processor's time."""

    def stop(*_: object) -> None:
        raise TooSlow(f"more than {seconds} s of the processor")

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


# ---------------------------------------------------------------- FEEL


def check_feel(data: bytes) -> None:
    """Nothing but a value or a FEEL error; a value can be stored, read back, shown and read."""
    text = data.decode("utf-8", "surrogatepass")
    for compiled in (_compiled(feel.compile, text), _compiled(feel.compile_unary_tests, text)):
        if compiled is None:
            continue
        for strict in (False, True):
            try:
                value = compiled.evaluate(CONTEXT, strict=strict, now=NOW)
                again = compiled.evaluate(CONTEXT, strict=strict, now=NOW)
            except feel.FeelError as error:
                assert error.message
                continue
            _check_value(value, again)
        if isinstance(compiled, feel.UnaryTests):
            with_value = _quietly(compiled.matches, Decimal(3), CONTEXT, now=NOW)
            assert with_value in (True, False, None)


def _compiled(read: Callable[[str], Any], text: str) -> Any:
    try:
        return read(text)
    except feel.FeelSyntaxError as error:
        lines = text.split("\n")
        assert 1 <= error.line <= len(lines) and 1 <= error.column <= len(text) + 1, error
    except feel.FeelError as error:
        assert error.message
    return None


def _quietly(do: Callable[..., Any], *given: Any, **named: Any) -> Any:
    try:
        return do(*given, **named)
    except feel.FeelError:
        return None


def _check_value(value: Any, again: Any) -> None:
    feel.plain(value)
    try:
        stored = json.dumps(feel.to_json(value), sort_keys=True)
    except feel.FeelError:
        return  # Functions are not stored.
    read = feel.from_json(json.loads(stored))
    assert json.dumps(feel.to_json(read), sort_keys=True) == stored
    assert json.dumps(feel.to_json(again), sort_keys=True) == stored
    _check_shown(value)


def _check_shown(value: Any) -> None:
    """What ``string([value])`` writes is FEEL, for a value that is written the same."""
    show = feel.compile("string([v])")
    written = _quietly(show.evaluate, {"v": value})
    if written is None or len(written) > feel.Budget().text:
        return
    try:
        [read] = feel.compile(written).evaluate({}, strict=True)
    except feel.FeelBudgetError:
        return
    assert show.evaluate({"v": read}) == written


# ---------------------------------------------------------------- DMN


def check_dmn(data: bytes) -> None:
    """Refused with findings, or a model whose every decision has a value or an error of its own."""
    try:
        model = DmnModel.read(data, "fuzz.dmn")
    except (Rejected, DecisionError):
        return
    for problem in model.problems():
        assert problem.message
    for element in (*model.decisions, *model.services):
        for strict in (False, True):
            try:
                outcome = model.decide(element.id, {"a": 3, "b": "x"}, now=NOW, strict=strict)
            except DecisionError as error:
                assert error.message
                continue
            feel.plain(outcome.value)


# ---------------------------------------------------------------- XML and BPMN


def check_xml(data: bytes) -> None:
    """A tree, or one finding that says why not; the same for any root element."""
    for root in (source.MODEL, None):
        try:
            source.parse(data, "fuzz.xml", root=root)
        except Rejected as refusal:
            [found] = refusal.findings
            assert found.severity == "error" and found.sv and found.en


def check_bpmn(data: bytes) -> None:
    """All findings at once, in order; what they let through is deployed, drawn and runs until it
    ends, waits for somebody or has an incident."""
    with _engine() as (engine, clock):
        report = engine.definitions.check([_file(data)], strict_roles=False)
        places = [(f.line or 0) for f in report.findings]
        assert places == sorted(places)
        assert all(f.sv and f.en and f.code and f.filename for f in report.findings)
        refused = not report.ok
        try:
            deployment = engine.definitions.deploy(
                SYSTEM, [_file(data)], strict_roles=False, key=_key()
            )
        except Rejected as refusal:
            assert refused, [f.en for f in refusal.findings]
            return
        assert not refused
        _look_at(engine, deployment)
        for process in deployment.definitions:
            if process.startable:
                _live(engine, clock, process.process_id)


def _look_at(engine: Engine, deployment: Deployment) -> None:
    for definition in deployment.definitions:
        drawn = engine.definitions.drawing(SYSTEM, definition.id)
        draw(drawn, title=definition.name)
        if definition.startable:
            engine.definitions.sheet(SYSTEM, definition.id)


def _live(engine: Engine, clock: FakeClock, process_id: str) -> None:
    try:
        receipt = engine.cases.start(SYSTEM, process_id=process_id, variables={"x": 1}, key=_key())
    except ServiceplanError:
        return
    for _ in range(ROUNDS):
        clock.advance(timedelta(hours=7))
        _quiet(lambda: engine.jobs.fire_due(most=20))
        tasks = engine.tasks.search(SYSTEM, show="all", limit=5).items
        for row in tasks:
            _quiet(lambda row=row: _complete(engine, row.id))
    _nothing_is_lost(engine, str(receipt.id))


def _complete(engine: Engine, task_id: str) -> None:
    engine.tasks.get(SYSTEM, task_id)
    engine.tasks.complete(SYSTEM, task_id, answers={}, ticks={}, password=None, key=_key())


def _nothing_is_lost(engine: Engine, case_id: str) -> None:
    """Whatever runs still waits for something that can be named."""
    case = engine.cases.get(SYSTEM, case_id)
    for instance in case.instances:
        states = engine.instances.element_states(SYSTEM, instance.id)
        waiting = [s for s in states.values() if s.state in ("open", "late", "waiting")]
        incidents = [i for i in case.incidents if i.resolved_at is None]
        assert instance.state != "running" or waiting or incidents, "a token has vanished"


def _quiet(do: Callable[[], Any]) -> None:
    try:
        do()
    except ServiceplanError as error:
        assert error.message


def _file(data: bytes) -> Source:
    return Source("fuzz.bpmn", data)


def _key() -> str:
    return uuid.uuid4().hex


@cache
def _empty() -> Path:
    path = Path(tempfile.mkdtemp(prefix="serviceplan-fuzz-")) / "empty.db"
    Engine.open(f"sqlite:///{path}", config=project_config(), clock=FakeClock(START)).close()
    return path


@contextmanager
def _engine() -> Iterator[tuple[Engine, FakeClock]]:
    """An engine on an empty database of its own."""
    path = _empty().with_name(f"{_key()}.db")
    shutil.copyfile(_empty(), path)
    clock = FakeClock(START)
    engine = Engine.open(f"sqlite:///{path}", config=project_config(), clock=clock)
    try:
        yield engine, clock
    finally:
        engine.close()
        for ending in ("", "-wal", "-shm"):
            Path(f"{path}{ending}").unlink(missing_ok=True)


# ---------------------------------------------------------------- all of them


@dataclass(frozen=True)
class Target:
    """``suffix`` names the files that hold its inputs; ``seconds`` of the processor's time is the
    most that one input may take (a hundred times what it should: machines differ)."""

    name: str
    inputs: st.SearchStrategy[bytes]
    check: Callable[[bytes], None]
    suffix: str
    seconds: float


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


_DIAGRAMS, _MODELS = corpus.diagrams(), corpus.decision_models()
TARGETS = {
    target.name: target
    for target in (
        Target("feel", expressions.TEXTS.map(_encoded), check_feel, ".feel", 5),
        Target("bpmn", mutation.trees(_DIAGRAMS), check_bpmn, ".bpmn", 30),
        Target("dmn", mutation.trees(_MODELS) | mutation.raw(_MODELS), check_dmn, ".dmn", 10),
        Target("xml", mutation.raw(_DIAGRAMS + _MODELS), check_xml, ".xml", 5),
    )
}
