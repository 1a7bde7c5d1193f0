"""Entity tags (RFC 9110, 8.8.3): of the very bytes that are sent, so that none is true of two
answers; and whether a client has an answer already."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any, Final

DIGITS: Final = 32
"""Hexadecimal digits of an entity tag: 128 bits of a SHA-256."""
_TAG: Final = re.compile(r'(?:W/)?("[^"]*")')


def entity_tag(data: bytes, revision: int | None = None) -> str:
    """The strong entity tag of an answer; that of a task begins with its revision."""
    digest = hashlib.sha256(data).hexdigest()[:DIGITS]
    return f'"{digest}"' if revision is None else f'"{revision}-{digest}"'


def seen(environ: Mapping[str, Any], tag: str) -> bool:
    """Whether If-None-Match says that the client has the answer with this entity tag."""
    given = str(environ.get("HTTP_IF_NONE_MATCH", "")).strip()
    return given == "*" or tag in _TAG.findall(given)
