"""User names: the one form in which they are stored and looked up."""

from __future__ import annotations

import re
import unicodedata

_FORM = re.compile(r"[^\W_A-Z][\w.@-]{0,79}")


def normal_username(username: str) -> str:
    """A user name in the form in which it is stored: composed (NFC), in small letters, without
    space around it."""
    return unicodedata.normalize("NFC", username.strip()).lower()


def is_username(username: str) -> bool:
    """Whether a normal user name has a valid form: a small letter or digit, then at most 79
    letters, digits, ``.``, ``-``, ``_`` and ``@``."""
    return _FORM.fullmatch(username) is not None
