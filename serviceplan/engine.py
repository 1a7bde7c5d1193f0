"""The engine's public names, under the name that the engine has when it is installed.

For the sources only: in a wheel the engine itself stands here.
"""

from __future__ import annotations

import engine
from engine import *  # noqa: F403

__all__: list[str] = []
__all__ += engine.__all__
