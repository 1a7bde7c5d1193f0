"""How many wrong passwords, codes and tokens may come from where, and how long the next one waits.

Attempts are counted under subjects, each with a budget of its own, so that nobody is locked out by
what somebody else guesses:

- ``pair`` an account from one network: what a guesser spends here, its owner elsewhere keeps;
- ``device`` an account from a device that its owner has logged in on before: counted here and
  nowhere else;
- ``network`` all accounts from one network, and ``account`` one account from all networks: wide
  ceilings that slow spraying. They hold only for who comes neither from a known device nor from a
  network that the account has been logged in from;
- ``signing`` the password that a signed-in person enters again;
- ``code`` and ``codes`` the second factor, after a right password: from one network, and in all;
- ``token`` the API's tokens from one network.

A network is an IPv4 address or an IPv6 /64: one subscriber has a whole /64 to choose from.
"""

from __future__ import annotations

import hashlib
import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final, Literal

from engine.identity.credentials import normal_username

Purpose = Literal["sign_in", "signing", "code"]
"""What an attempt is for: logging in with a password, entering one's own password again while
signed in, or a code (of a second factor) after a right password."""
FORGET_AFTER: Final = timedelta(hours=1)
"""A failure counts for so long; in a narrow budget, for so long after the last one."""
NARROW: Final = frozenset({"pair", "device", "signing", "code"})
"""The kinds of subjects whose failures a success forgets: nobody else has made them."""
_NETWORK_BITS: Final = 64


@dataclass(frozen=True, slots=True)
class AttemptBudget:
    """The pause before the next attempt: none up to ``free`` failures, then 1, 2, 4 … seconds, at
    most ``longest``. So no account is locked for good. ``wide``: only failures of the last hour
    count, else all in a row with less than an hour between them."""

    free: int
    longest: timedelta
    wide: bool = False

    def wait(self, failures: Iterable[datetime], now: datetime) -> timedelta:
        """How much longer the next attempt must wait after ``failures``, the newest first."""
        count, later, last = 0, now, None
        for at in failures:
            if (now if self.wide else later) - at > FORGET_AFTER:
                break
            count, later, last = count + 1, at, last or at
        if last is None or count < self.free:
            return timedelta()
        pause = min(timedelta(seconds=2 ** min(count - self.free, 20)), self.longest)
        return pause - max(now - last, timedelta())


BUDGETS: Final[Mapping[str, AttemptBudget]] = MappingProxyType(
    {
        "pair": AttemptBudget(5, timedelta(minutes=2)),
        "device": AttemptBudget(5, timedelta(minutes=2)),
        # Many people share the address of an office.
        "network": AttemptBudget(32, timedelta(seconds=30), wide=True),
        # More than one network can spend in an hour with the pauses of ``pair`` (about 40).
        "account": AttemptBudget(100, timedelta(minutes=1), wide=True),
        "signing": AttemptBudget(5, timedelta(minutes=2)),
        "code": AttemptBudget(5, timedelta(minutes=15)),
        "codes": AttemptBudget(20, timedelta(minutes=15), wide=True),
        "token": AttemptBudget(30, timedelta(minutes=15)),
    }
)
"""The budget of each kind of subject."""


def budget(subject: str) -> AttemptBudget:
    """The budget that the failures of a subject count against."""
    return BUDGETS[subject.partition(":")[0]]


def is_narrow(subject: str) -> bool:
    """Whether a success forgets the failures of a subject."""
    return subject.partition(":")[0] in NARROW


def network_of(address: str) -> str:
    """The network that an address is counted under: itself for IPv4, its /64 for IPv6 (an IPv4
    address written as IPv6 is the same as without); ``""`` where there is none."""
    text = address.strip().partition("%")[0]
    try:
        known = ipaddress.ip_address(text)
    except ValueError:
        return "".join(c for c in text if c.isprintable())[:60]
    if isinstance(known, ipaddress.IPv4Address):
        return str(known)
    if known.ipv4_mapped is not None:
        return str(known.ipv4_mapped)
    return str(ipaddress.ip_network((int(known), _NETWORK_BITS), strict=False))


def subjects(
    username: str,
    place: str,
    purpose: Purpose = "sign_in",
    device: str = "",
    *,
    known: bool = False,
) -> tuple[str, ...]:
    """What an attempt on an account is counted under.

    :param place: the network (``network_of``) that it comes from, or ``""``
    :param device: the token of a device that the account is known on, else ``""``
    :param known: whether the account has been logged in from this network before
    """
    name = account_name(username)
    if purpose == "signing":
        return (f"signing:{name}",)
    if purpose == "code":
        return f"code:{name}|{place}", f"codes:{name}"
    if device:
        return (f"device:{name}|{hashlib.sha256(device.encode()).hexdigest()[:32]}",)
    pair = f"pair:{name}|{place}"
    if known or not place:
        return (pair,)
    return pair, f"network:{place}", f"account:{name}"


def prefixes(username: str) -> tuple[str, ...]:
    """What the subjects about one account begin with, or are."""
    name = account_name(username)
    paired = [f"{kind}:{name}|" for kind in ("pair", "device", "code")]
    return (*paired, *(f"{kind}:{name}" for kind in ("account", "signing", "codes")))


def account_name(username: str) -> str:
    """A user name as subjects have it, whoever has typed it: no control characters, at most 80."""
    return "".join(c for c in normal_username(username) if c.isprintable())[:80]
