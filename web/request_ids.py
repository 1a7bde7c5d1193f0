"""The ids of requests, by which lines of a proxy's log and of ours are brought together."""

from __future__ import annotations

import re
from typing import Final

REQUEST_ID: Final = re.compile(r"[A-Za-z0-9_.-]{8,64}")
"""The form of an ``X-Request-ID`` that is taken over from a proxy; others could forge log lines."""
