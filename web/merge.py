"""Three-way merge of a form by its inputs: what the page showed, what was posted, what is stored.

A page carries the digest of each value that it showed (the hidden input ``shown``). Digests are of
values, not of their spelling, so that a switch of language is no change. A value that is empty has
no digest: an input that the page did not have was empty on it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from web import json_input

LENGTH: Final = 10
"""Hexadecimal digits of a digest: enough for two texts that people write in one input to differ."""
UNKNOWN: Final = "?"
"""In the place of a digest: nobody can say what was shown. No value has this digest."""
Shown = Mapping[str, str]
"""What a page showed: digests by the names of its inputs, without those that were empty."""


@dataclass(frozen=True, slots=True)
class Merged:
    """The outcome. ``values`` are those to save; where both changed the same they are the posted
    ones. ``mine`` are the inputs that the page changed, ``theirs`` those that others have changed
    since to something else than was posted, ``both`` the inputs in which these meet."""

    values: Mapping[str, Any]
    mine: tuple[str, ...]
    theirs: tuple[str, ...]

    @property
    def both(self) -> tuple[str, ...]:
        """The inputs that the page and somebody else have changed, each to another value."""
        return tuple(name for name in self.mine if name in self.theirs)


def digest(value: Any) -> str:
    """The digest of a value of JSON; ``""`` of None, False, and an empty text or list."""
    if value is None or value is False or value in ("", []):
        return ""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:LENGTH]


def digests(values: Mapping[str, Any]) -> dict[str, str]:
    """What a page shows that shows these values."""
    return {name: short for name, value in values.items() if (short := digest(value))}


def written(shown: Shown) -> str:
    """``shown`` as the text of a hidden input."""
    return json.dumps(shown, separators=(",", ":"), sort_keys=True)


def read(text: str | None, names: Iterable[str]) -> dict[str, str]:
    """The digests of a hidden input. Without one, in a form that was made by hand or before there
    were any, those of all ``names`` are unknown: whatever it would change is asked about."""
    try:
        found = json_input.read(text or "")
    except ValueError:
        found = None
    if not isinstance(found, dict):
        return dict.fromkeys(names, UNKNOWN)
    return {str(name): str(short) for name, short in found.items()}


def merge(shown: Shown, posted: Mapping[str, Any], stored: Mapping[str, Any]) -> Merged:
    """Merge by input. What the page left alone stays as it is stored; what is stored as it was
    shown becomes what was posted.

    :param posted: without the inputs that the page did not have: it left them alone
    """
    values: dict[str, Any] = {}
    mine, theirs = [], []
    for name in {**stored, **posted}:
        base, theirs_now = shown.get(name, ""), digest(stored.get(name))
        mine_now = digest(posted[name]) if name in posted else base
        if mine_now not in (base, theirs_now):
            mine.append(name)
        if theirs_now not in (base, mine_now):
            theirs.append(name)
        values[name] = stored.get(name) if mine_now == base else posted[name]
    return Merged(values, tuple(mine), tuple(theirs))
