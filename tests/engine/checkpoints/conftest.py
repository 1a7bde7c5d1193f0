"""An engine whose checkpoints have a key and a folder of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine import SYSTEM, Engine, FakeClock
from engine.unit_of_work import UnitOfWork
from tests.support.databases import database_of

Opened = Callable[..., Engine]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where checkpoints are published; it is not there yet."""
    return tmp_path / "published"


@pytest.fixture
def opened(bare_engine: Engine, clock: FakeClock, tmp_path: Path, folder: Path) -> Iterator[Opened]:
    """Opens the test's database with these settings of checkpoints, as another process would."""
    with ExitStack() as stack:

        def open_it(**settings: Any) -> Engine:
            config = bare_engine.config
            mail = settings.pop("mail", config.mail)
            own = {"key_file": str(tmp_path / "key"), "folder": str(folder), **settings}
            config = replace(config, mail=mail, checkpoints=replace(config.checkpoints, **own))
            url = database_of(bare_engine).url
            return stack.enter_context(Engine.open(url, config=config, clock=clock))

        yield open_it


@pytest.fixture
def log_engine(opened: Opened) -> Engine:
    return opened()


@pytest.fixture
def happen(key: Callable[[], str]) -> Callable[..., None]:
    """Lets so many entries come into the history of an engine, each in its own transaction."""

    def some(engine: Engine, times: int = 1, chain: str = "") -> None:
        def once(work: UnitOfWork) -> dict[str, str]:
            work.note("customer.added", chain or "customers", {"name": key()})
            return {}

        for _ in range(times):
            engine._transactions.write(SYSTEM, "test", key(), {}, once)

    return some
