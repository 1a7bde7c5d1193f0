"""``mover``: a process owner with no diagram deployed yet."""

from __future__ import annotations

import pytest

from tests.engine.migration.moving import Mover
from tests.support.desk import Desk


@pytest.fixture
def mover(bare_desk: Desk) -> Mover:
    return Mover(bare_desk)
