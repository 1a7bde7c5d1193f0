"""The security log: who has tried to get in, what was refused, who was given which right.

The engine and the web write events to one logger; ``web/security_log.py`` says where they go, and
adds the address and the id of the request. Secrets, answers and names are never in it: a person is
an id and a user name, and a user name that nobody has is not written, because it may be a password
that was typed in the wrong place.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from typing import Any, Final, Protocol

LOGGER: Final = "serviceplan.security"
"""The name of the logger. Its events are of level INFO, each with ``security``: its fields."""
CHAIN: Final = "accounts"
"""The history's chain whose facts are events: rights, roles, passwords, tokens."""
_log: Final = logging.getLogger(LOGGER)


class Noted(Protocol):
    """A fact of the history, as far as the log has to know it."""

    @property
    def type(self) -> str:
        """The fact's type."""

    @property
    def chain(self) -> str:
        """The chain that it belongs to."""

    @property
    def detail(self) -> Mapping[str, Any]:
        """What has been done, with ids for people."""

    @property
    def actor(self) -> Any:
        """Who has done it."""


def note(event: str, **fields: Any) -> None:
    """Write an event, such as ``sign_in.wrong``, with what is known of it; None is left out."""
    known = {name: value for name, value in fields.items() if value not in (None, "")}
    _log.info(event, extra={"security": known})


def note_facts(facts: Iterable[Noted]) -> None:
    """Write what a committed transaction has changed about accounts. Of a name only that it was
    changed: it stands in the history."""
    for fact in facts:
        if fact.chain == CHAIN:
            detail = {n: v for n, v in fact.detail.items() if n not in ("name", "email", "was")}
            note(fact.type, by=fact.actor.id, **{_WORDS.get(n, n): v for n, v in detail.items()})


_WORDS: Final = {"event": "of", "by": "given_by"}
