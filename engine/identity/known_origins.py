"""Known origins: the devices and networks from which a person has logged in before.

What comes from there has a budget of its own, so that guessing from elsewhere keeps nobody out.
A row holds a hash only: neither the device's token nor the address can be read back from it. Rows
are added and deleted, never changed, and two of the same do no harm: nobody waits for another one.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, delete, insert, select

from engine.store.base import delete_unlocked, new_id
from engine.store.tables import KnownOriginTable

KNOWN_FOR: Final = timedelta(days=180)
"""How long after a log-in its device and its network are known."""


@dataclass(frozen=True, slots=True)
class Origins:
    """What of an attempt's origin is known to the account."""

    device: bool = False
    network: bool = False


def known(
    connection: Connection, person_id: str, network: str, device: str, *, now: datetime
) -> Origins:
    """Whether a person has logged in on this device, and from this network (``""``: none)."""
    hashes = _hashes(person_id, network, device)
    found = set(
        connection.scalars(
            select(KnownOriginTable.origin).where(
                KnownOriginTable.origin.in_(hashes), KnownOriginTable.at > now - KNOWN_FOR
            )
        )
    )
    return Origins(
        bool(device) and hashes[0] in found,
        bool(network) and hashes[1] in found,
    )


def add(
    connection: Connection, person_id: str, network: str, device: str, *, now: datetime
) -> None:
    """Record that a person has logged in on this device and from this network."""
    before = known(connection, person_id, network, device, now=now)
    hashes = _hashes(person_id, network, device)
    new = [
        origin
        for origin, given, has in zip(
            hashes, (device, network), (before.device, before.network), strict=True
        )
        if given and not has
    ]
    rows = [{"id": new_id(), "person_id": person_id, "origin": origin, "at": now} for origin in new]
    if rows:
        connection.execute(insert(KnownOriginTable), rows)


def forget(connection: Connection, person_id: str) -> None:
    """Forget all origins of a person."""
    connection.execute(delete(KnownOriginTable).where(KnownOriginTable.person_id == person_id))


def sweep(connection: Connection, *, now: datetime) -> None:
    """Delete the origins that are known no longer."""
    delete_unlocked(connection, KnownOriginTable, KnownOriginTable.at < now - KNOWN_FOR)


def _hashes(person_id: str, network: str, device: str) -> tuple[str, str]:
    """The hashes of a device and of a network, as they are stored for a person."""
    return (
        hashlib.sha256(f"device {person_id} {device}".encode()).hexdigest(),
        hashlib.sha256(f"network {person_id} {network}".encode()).hexdigest(),
    )
