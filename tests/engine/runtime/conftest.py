"""``live(body, **variables)`` starts a small process; each test runs straight, and with the state
stored and read again between all steps."""

from __future__ import annotations

from typing import Any

import pytest

from engine.config.settings import LimitSettings
from tests.support.processes import Life, RunningInstance, executor


@pytest.fixture(params=[False, True], ids=["straight", "stored"])
def live(request: pytest.FixtureRequest) -> RunningInstance:
    def begin(
        body: str, *, at: str | None = None, limits: LimitSettings | None = None, **known: Any
    ) -> Life:
        return Life(executor(body, limits=limits), stored=request.param, at=at, **known)

    return begin
