"""People at their desks, on an engine with the plan and on one without any diagram."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from engine import Engine
from tests.support.desk import Desk
from tests.support.people import People


@pytest.fixture
def desk(engine: Engine, people: People, key: Callable[[], str]) -> Desk:
    """The plan is deployed."""
    return Desk(engine, people, key)


@pytest.fixture
def bare_desk(bare_engine: Engine, people: People, key: Callable[[], str]) -> Desk:
    """No diagram is deployed yet."""
    return Desk(bare_engine, people, key)
