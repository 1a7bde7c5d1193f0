"""``engine.pending_forms``: posted forms that could not be done yet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.identity import pending_forms
from engine.service.transactions import Part
from engine.views import Actor, PendingForm


class PendingForms(Part):
    """What people have typed in forms that could not be done yet. It is kept for a week, for
    whoever has typed it and for nobody else."""

    def keep(
        self,
        path: str,
        content: Mapping[str, Any],
        *,
        person_id: str | None,
        address: str = "",
        replaces: str | None = None,
    ) -> str | None:
        """Keep a form for the page at ``path``; return its id, None when it could not be kept.

        :param content: JSON without secrets
        :param person_id: whose it is; None when it came without a session
        :param replaces: the id of the person's form that this one comes after
        """
        with self._transactions.database.writing() as connection:
            return pending_forms.keep(
                connection,
                path,
                content,
                person_id=person_id,
                address=address,
                replaces=replaces,
                now=self._transactions.now(),
            )

    def get(self, actor: Actor, path: str, id: str | None = None) -> PendingForm | None:
        """The actor's form for the page at ``path``: the one with this id, the newest when None."""
        with self._transactions.reading() as connection:
            now = self._transactions.now()
            return pending_forms.get(connection, path, person_id=actor.id, id=id, now=now)

    def claim(self, actor: Actor, id: str) -> None:
        """Make a form that came without a session the actor's, who has signed in since."""
        with self._transactions.database.writing() as connection:
            pending_forms.claim(connection, id, person_id=actor.id)

    def discard(self, actor: Actor, id: str, path: str | None = None) -> None:
        """Delete a form of the actor (when it is for the page at ``path``, if given)."""
        with self._transactions.database.writing() as connection:
            pending_forms.discard(connection, id, person_id=actor.id, path=path)
