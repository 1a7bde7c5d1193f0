"""Settings as they may be shown: without the secrets in them."""

from __future__ import annotations

import re
from typing import Final

_SECRET_OF_URL: Final = re.compile(r"(?i)((?:^|[?&])[^=&]*pass[^=&]*=)[^&]*")


def shown_url(url: str) -> str:
    """A database URL without the passwords in it, whether it can be used or not."""
    scheme, colon, rest = url.partition("://")
    before, at, after = rest.rpartition("@")
    if at:
        user, has_password, _ = before.partition(":")
        rest = f"{user}:***@{after}" if has_password else rest
    place, mark, query = rest.partition("?")
    return f"{scheme}{colon}{place}{mark}" + _SECRET_OF_URL.sub(r"\1***", query)
