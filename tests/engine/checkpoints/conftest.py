"""An engine whose checkpoints have a key and a folder of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine import Engine, FakeClock
from tests.support.databases import noted, reopened

Opened = Callable[..., Engine]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where checkpoints are published; it is not there yet."""
    return tmp_path / "published"


@pytest.fixture
def opened(bare_engine: Engine, clock: FakeClock, tmp_path: Path, folder: Path) -> Iterator[Opened]:
    """Opens the test's database with these settings of checkpoints, as another process would."""
    with ExitStack() as stack:

        def open_it(url: str | None = None, **settings: Any) -> Engine:
            own = {"key_file": str(tmp_path / "key"), "folder": str(folder)}
            mail = settings.pop("mail", bare_engine.config.mail)
            checkpoints = replace(bare_engine.config.checkpoints, **{**own, **settings})
            if url is not None:
                config = replace(bare_engine.config, checkpoints=checkpoints, mail=mail)
                return stack.enter_context(Engine.open(url, config=config, clock=clock))
            other = reopened(bare_engine, clock, checkpoints=checkpoints, mail=mail)
            return stack.enter_context(other)

        yield open_it


@pytest.fixture
def log_engine(opened: Opened) -> Engine:
    return opened()


@pytest.fixture
def happen(key: Callable[[], str]) -> Callable[..., None]:
    """Lets so many entries come into the history of an engine, each in its own transaction."""

    def some(engine: Engine, times: int = 1, chain: str = "customers") -> None:
        for _ in range(times):
            noted(engine, chain, key())

    return some
