"""3. Fifty sign one task at once: one is told 200, forty-nine 409, nobody 500.

4. A double click with one key gives one receipt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from engine import SYSTEM, TOKEN_SCOPES, Config, Engine
from engine.store.tables import PersonTable
from tests.support.chaos.books import Prepared, check, key, prepare
from tests.support.chaos.client import Answer, Client
from tests.support.chaos.scale import scale
from tests.support.chaos.serving import Server
from tests.support.databases import database_of
from tests.support.threads import at_once

SIGNERS = 50
ROUNDS = scale(1, 10)


def colleagues(url: str, config: Config, prepared: Prepared, count: int) -> list[str]:
    """Tokens of people who share a role and a password: to hash one for each takes long."""
    with Engine.open(url, config=config) as engine:
        with database_of(engine).writing() as connection:
            known = connection.execute(
                select(PersonTable).where(PersonTable.id == prepared.people["ekonomi"].id)
            ).one()
            names = [f"colleague{n:02}" for n in range(count)]
            connection.execute(
                insert(PersonTable), [{**known._asdict(), "id": n, "username": n} for n in names]
            )
        return [
            engine.tokens.add(SYSTEM, name, "chaos", scopes=TOKEN_SCOPES, key=key()).secret
            for name in names
        ]


@pytest.mark.parametrize(
    "kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]
)
def test_of_fifty_who_sign_one_task_at_once_one_has_signed_it(
    kind: str, request: pytest.FixtureRequest, config: Config, tmp_path: Path
) -> None:
    url: str = request.getfixturevalue(f"{kind}_url")
    prepared = prepare(url, config, 2 * ROUNDS)
    signed, clicked = prepared.tasks[:ROUNDS], prepared.tasks[ROUNDS:]
    secrets = colleagues(url, config, prepared, SIGNERS)
    with Server(url, tmp_path, workers=1 if kind == "sqlite" else 2) as server:
        clients = [Client(server.port, secret) for secret in secrets]

        def sign(client: Client, task_id: str) -> Callable[[], Answer]:
            # The key is the task's, as `check` wants it: each person has keys of their own.
            body = prepared.signature(task_id)
            return lambda: client.post(f"/tasks/{task_id}/complete", body, key=f"key-{task_id}")

        for task_id in signed:
            answers = at_once([sign(client, task_id) for client in clients])
            assert Counter(a.status for a in answers) == {200: 1, 409: SIGNERS - 1}
            types = {a.body["type"] for a in answers if a.status == 409}
            assert types == {"/problems/already-completed"}
        for task_id in clicked:
            first, second = at_once([sign(clients[0], task_id)] * 2)
            assert (first.status, second.status) == (200, 200)
            assert first.body == second.body
    check(url, config, prepared.tasks, all_of=prepared.tasks)
