"""A closed engine answers nothing: each of its methods says that it is closed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from engine import SYSTEM, Config, Engine, EngineClosed
from tests.support.parts import anything, methods


@pytest.fixture
def closed(database_url: str, config: Config) -> Engine:
    engine = Engine.open(database_url, config=config)
    assert engine.cases.search(SYSTEM).items == ()
    engine.close()
    return engine


def test_every_method_of_every_part_says_that_the_engine_is_closed(closed: Engine) -> None:
    said: dict[str, Any] = {}
    for name, method in methods(closed):
        with pytest.raises(EngineClosed) as caught:
            method(**anything(method))
        said[name] = (caught.value.error_code, caught.value.message)
    assert len(said) > 60
    assert set(said.values()) == {("engine_closed", "This engine is closed; open another one.")}


@pytest.mark.parametrize("ask", [Engine.now, Engine.today])
def test_its_clock_says_so_too(closed: Engine, ask: Callable[[Engine], Any]) -> None:
    with pytest.raises(EngineClosed):
        ask(closed)


def test_closing_twice_is_closing(closed: Engine) -> None:
    closed.close()


def test_another_engine_on_the_same_database_goes_on(
    closed: Engine, database_url: str, config: Config
) -> None:
    with Engine.open(database_url, config=config) as other:
        assert other.cases.search(SYSTEM).items == ()
    with pytest.raises(EngineClosed):
        closed.cases.search(SYSTEM)


def test_an_export_that_was_begun_ends(database_url: str, config: Config) -> None:
    engine = Engine.open(database_url, config=config)
    parts = engine.history.export(SYSTEM)
    engine.close()
    with pytest.raises(EngineClosed):
        next(parts)


def test_a_worker_ends_with_its_engine(database_url: str, config: Config) -> None:
    engine = Engine.open(database_url, config=config)
    worker = engine.jobs.worker(sweep_seconds=0.01)
    engine.close()
    with pytest.raises(EngineClosed):
        worker.run()
