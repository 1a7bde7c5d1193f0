"""A process that is killed when it has thrown a signal: whoever waits for it hears it once, by
whoever looks next."""

from __future__ import annotations

import multiprocessing
import os
import signal
from itertools import count

import pytest

from engine import Engine, FakeClock
from engine.service.transactions import Transactions
from engine.work import deliveries
from tests.support.databases import database_of
from tests.support.desk import Desk
from tests.support.diagrams import chain, diagram, end, start, task
from tests.support.ground import START
from tests.support.people import Account

RECEIVERS = 4
SIGNAL = '<bpmn:signal id="Price" name="Prices"/>'
EVENT = '<bpmn:signalEventDefinition signalRef="Price"/>'
WAIT = f'<bpmn:intermediateCatchEvent id="wait">{EVENT}</bpmn:intermediateCatchEvent>'
THROW = f'<bpmn:intermediateThrowEvent id="throw">{EVENT}</bpmn:intermediateThrowEvent>'
HEARS = (start(), WAIT, task("got"), end(), chain("start", "wait", "got", "end"))
SENDS = (start(), task("ask"), THROW, task("done"), chain("start", "ask", "throw", "done"))


def throw(url: str, who: Account, task_id: str, heard: int, amid: bool) -> None:
    """Complete the task that throws, until killed: when so many have heard it, or ``amid`` the
    transaction in which the next one does."""
    hand_out, numbers = deliveries.hand_out, count()

    def until_killed(work: object, delivery_id: str) -> bool:
        last = next(numbers) == heard
        if not last or amid:
            hand_out(work, delivery_id)  # type: ignore[arg-type]
        if last:
            os.kill(os.getpid(), signal.SIGKILL)
        return True

    deliveries.hand_out = until_killed
    engine = Engine.open(url, clock=FakeClock(START))
    given = {"password": who.password, "key": "throw"}
    engine.tasks.complete(who.actor, task_id, answers={}, ticks={}, **given)


@pytest.mark.parametrize("heard", [0, 2])
@pytest.mark.parametrize("amid", [False, True], ids=["before one", "amid one"])
def test_a_signal_outlives_the_process_that_threw_it(
    bare_desk: Desk, clock: FakeClock, heard: int, amid: bool
) -> None:
    desk = bare_desk
    desk.deploy(
        diagram("hears", *HEARS, messages=[SIGNAL]), diagram("sends", *SENDS, messages=[SIGNAL])
    )
    cases = [desk.case("hears") for _ in range(RECEIVERS)]
    thrower = desk.case("sends")
    url = database_of(desk.engine).url
    process = multiprocessing.get_context("spawn").Process(
        target=throw, args=(url, desk.manager, desk.task(thrower), heard, amid)
    )
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    assert desk.names(thrower) == ["Done"]
    assert [desk.names(case) for case in cases].count(["Got"]) == heard
    worker = Transactions(database_of(desk.engine), desk.engine.config, clock)
    while worker.hand_out_waiting():
        pass
    assert [desk.names(case) for case in cases] == [["Got"]] * RECEIVERS
    assert all(desk.facts(case).count("signal.received") == 1 for case in cases)
    assert desk.engine.history.verify(desk.manager.actor).ok
