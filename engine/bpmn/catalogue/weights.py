"""How much a finding weighs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from engine.views import Severity

Weight = Literal["fatal", "error", "here", "gap", "warning", "info"]
"""How a finding is taken:

``fatal``    refused, even in a drawing
``error``    refused in a process that is to be run, a warning in a drawing
``here``     the same, and a warning in a process that is kept as a drawing for another reason: it
             would fit elsewhere, but not the roles and processes of this installation
``gap``      the process is kept as a drawing that cannot be started
``warning``  only told, as is ``info``
"""

Text = tuple[Weight, str, str]
"""One entry of the catalogue: its weight, the Swedish sentence and the English one."""

WEIGHED: Mapping[Weight, Severity] = {
    "fatal": "error",
    "error": "error",
    "here": "error",
    "gap": "warning",
    "warning": "warning",
    "info": "info",
}
"""What a weight is told as, in a process that is to be run."""
