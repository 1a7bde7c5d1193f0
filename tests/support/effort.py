"""How much work something is for the processor."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass
class Effort:
    seconds: float = 0.0
    """Of the processor's time; known after the block."""


@contextmanager
def effort() -> Iterator[Effort]:
    """What the block takes, without the collector: it would walk through all that thousands of
    tests have left behind, for half a second at a time."""
    spent = Effort()
    gc.disable()
    begun = time.process_time()
    try:
        yield spent
    finally:
        spent.seconds = time.process_time() - begun
        gc.enable()
