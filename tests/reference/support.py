"""Living through a claim's diagram, on the engine's public methods."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from engine import SYSTEM, Engine, FakeClock, ProcessFailed, TaskRow
from tests.reference.claims import Claim, sources


class Lived:
    """One case of a claim's process; ``seen`` is its life, written as the claim writes it."""

    def __init__(self, engine: Engine, clock: FakeClock, claim: Claim):
        self._engine, self._clock, self._count = engine, clock, 0
        engine.definitions.deploy(SYSTEM, sources(claim), key=self._key())
        started = engine.cases.start(SYSTEM, process_id="P", key=self._key())
        self._case = str(started.id)
        self.seen = " ".join(self._step(part) for part in _parts(claim.life))

    def _key(self) -> str:
        self._count += 1
        return f"key-{self._count}"

    def _step(self, part: str) -> str:
        if part.startswith("["):
            return f"[{' '.join(self._open())}]"
        if part in ("end", "incident"):
            return self._state()
        with suppress(ProcessFailed):
            self._act(part)
        return part

    def _act(self, part: str) -> None:
        if part.startswith("+"):
            self._clock.advance(timedelta(hours=float(part.removeprefix("+PT").removesuffix("H"))))
            self._engine.jobs.fire_due()
        elif part.startswith("!"):
            self._engine.cases.deliver(SYSTEM, part[1:], self._case, key=self._key())
        elif "=" in part:
            name, _, value = part.partition("=")
            engine, values = self._engine, {name: int(value)}
            engine.instances.correct_variables(SYSTEM, self._case, values, key=self._key())
        else:
            row = next(r for r in self._tasks() if r.element_id == part)
            self._engine.tasks.complete(
                SYSTEM, row.id, answers={}, ticks={}, password=None, key=self._key()
            )

    def _tasks(self) -> list[TaskRow]:
        return list(self._engine.tasks.search(SYSTEM, show="all", limit=50).items)

    def _open(self) -> list[str]:
        return sorted(row.element_id for row in self._tasks())

    def _state(self) -> str:
        state = self._engine.cases.get(SYSTEM, self._case).row.state
        return "end" if state in ("completed", "terminated") else state


def _parts(life: str) -> list[str]:
    """``[a b] a end`` → ``[a b]``, ``a``, ``end``"""
    parts: list[str] = []
    for word in life.split():
        if parts and parts[-1].startswith("[") and not parts[-1].endswith("]"):
            parts[-1] += f" {word}"
        else:
            parts.append(word)
    return parts
