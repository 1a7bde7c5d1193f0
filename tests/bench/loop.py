"""One instance, completed again and again: does a step cost more the longer a case has lived?"""

from __future__ import annotations

import gc
import time
from dataclasses import dataclass
from statistics import median

from engine import Actor, Engine
from tests.bench import ground, instructions
from tests.bench.ground import CONFIG, Ground

WINDOW = 50


@dataclass(frozen=True)
class Along:
    """What it cost, in windows of 50 completions. ``cpu`` is milliseconds of this process per
    completion (the middle of the window), ``state`` the bytes that are stored of the instance."""

    completions: int
    cpu: list[float]
    state: list[int]
    blob: list[int]
    instructions_first: int | None
    instructions_last: int | None

    @property
    def drift(self) -> float:
        """CPU time of the last tenth of windows over that of the first tenth."""
        tenth = max(1, len(self.cpu) // 10)
        return median(self.cpu[-tenth:]) / median(self.cpu[:tenth])


def complete_next(engine: Engine, actor: Actor, url: str, times: int) -> None:
    """Complete the loop's only open task, so many times."""
    with ground.connect(url) as connection:
        for _ in range(times):
            [task_id] = connection.execute(
                "SELECT id FROM task WHERE state = 'open' AND process_id = 'loop'"
            ).fetchone()
            engine.tasks.complete(actor, task_id, answers={}, ticks={}, key=f"loop{task_id}")


def along(completions: int, *, count: int, until: float) -> Along:
    """Complete one instance so often, on SQLite, or less often when the monotonic clock has come
    to ``until``; ``count`` instructions of so many completions at the beginning and at the end."""
    found = ground.prepare(ground.sqlite_url("loop"), 1, "loop")
    cpu, state, blob, early = [], [], [], None
    with Engine.open(found.url, config=CONFIG) as engine:
        gc.collect()
        gc.freeze()
        for window in range(completions // WINDOW):
            spent = []
            for _ in range(WINDOW):
                before = time.process_time()
                complete_next(engine, found.worker, found.url, 1)
                spent.append(time.process_time() - before)
            cpu.append(median(spent) * 1000)
            all_of_it, of_engine = _stored(found)
            state.append(all_of_it)
            blob.append(of_engine)
            if window == 0:
                early = ground.snapshot(found.url, "loop-early")
            if time.monotonic() > until:
                break
        gc.unfreeze()
    late = ground.snapshot(found.url, "loop-late")
    first, last = (
        instructions.per_completion(Ground(url, found.worker, ""), count) if count else None
        for url in (early or late, late)
    )
    return Along(len(cpu) * WINDOW, cpu, state, blob, first, last)


def _stored(found: Ground) -> tuple[int, int]:
    """Bytes of everything that the instance's row stores, and of the state in it."""
    with ground.connect(found.url) as connection:
        sizes = connection.execute(
            "SELECT length(state_blob), length(variables), length(written), length(passed) "
            "FROM instance"
        ).fetchone()
    return sum(map(int, sizes)), int(sizes[0])
