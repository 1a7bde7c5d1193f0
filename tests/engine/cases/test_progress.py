"""The progress of a case in lists is kept until its newest fact is another: after everything that
happens in a company, what is kept is what would be counted anew."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from engine import Config
from engine.queries import case_progress
from engine.queries.case_progress import newest_fact, progress
from engine.service.transactions import Transactions
from engine.store.database import Database
from engine.store.tables import CaseTable
from tests.support.lived import NOW, lived


class Watch:
    """Looks at the progress of all cases after each transaction, as a list would."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.looks, self.seen = 0, set[object]()
        hand_out = Transactions.hand_out

        def then_look(part: Transactions, thrown: Any) -> None:
            hand_out(part, thrown)
            self.look(part.database)

        monkeypatch.setattr(case_progress, "_KEPT", {})
        monkeypatch.setattr(Transactions, "hand_out", then_look)

    def look(self, database: Database) -> None:
        with database.reading() as connection:
            rows = connection.execute(select(CaseTable.id, newest_fact())).all()
            newest = {row.id: row.newest_fact for row in rows}
            kept = progress(connection, newest, NOW.date())
            assert kept == progress(connection, dict.fromkeys(newest), NOW.date())
        self.looks += 1
        self.seen |= set(kept.values())


def test_what_is_kept_is_what_would_be_counted(
    database_url: str, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch = Watch(monkeypatch)
    lived(database_url, config)
    assert watch.looks > 50
    assert len(watch.seen) > 20
