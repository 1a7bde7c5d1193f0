"""How much a finding weighs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from engine.views import Severity

Weight = Literal["fatal", "error", "here", "gap", "warning", "info"]
"""``fatal`` is refused even in a drawing; ``error`` is refused in a process that is to be run and
a warning in a drawing; ``here`` the same, and a warning too in a process that is kept as a drawing
for another reason (it would fit elsewhere, not in this installation); with a ``gap`` the file is kept as a drawing that cannot be started;
``warning`` and ``info`` are only told."""

Text = tuple[Weight, str, str]

WEIGHED: Mapping[Weight, Severity] = {
    "fatal": "error",
    "error": "error",
    "here": "error",
    "gap": "warning",
    "warning": "warning",
    "info": "info",
}
"""What a weight is told as, in a process that is to be run."""
