"""How much a finding weighs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from engine.views import Severity

Weight = Literal["fatal", "refused", "strict", "error", "here", "gap", "warning", "info"]
"""How a finding is taken:

``fatal``    the file is refused, even when it is only a drawing
``refused``  refused in a process that is to be run, a warning in a drawing: the file contradicts
             itself or costs too much
``error``    the file breaks BPMN or our vocabulary: a process that is to be run is kept as a
             drawing until that is mended; a warning in a drawing
``here``     the same, and a warning in a process that is kept as a drawing for another reason: it
             would fit elsewhere, but not what is deployed in this installation
``strict``   as ``here``, but refused: the roles of this installation, when they are held to
``gap``      the file is right, but this engine does not run it: the process is kept as a drawing
``warning``  only told, as is ``info``
"""

Text = tuple[Weight, str, str]
"""One entry of the catalogue: its weight, the Swedish sentence and the English one."""

WEIGHED: Mapping[Weight, Severity] = {
    "fatal": "error",
    "refused": "error",
    "strict": "error",
    "error": "error",
    "here": "error",
    "gap": "warning",
    "warning": "warning",
    "info": "info",
}
"""What a weight is told as, in a process that is to be run."""
