"""Whether the history holds in a database into which a test has copied cases or people by hand."""

from __future__ import annotations

from engine import SYSTEM, Engine


def chains_hold(engine: Engine) -> bool:
    """Whether nothing is wrong with the entries of any chain and with the signatures. Verification
    also tells of the rows that were copied, which no entry knows."""
    faults = engine.history.verify(SYSTEM).faults
    return [fault for fault in faults if fault.chain and fault.table is None] == []
