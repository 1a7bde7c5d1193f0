"""``engine.history``: who did what, and whether it still stands as it was written."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from types import MappingProxyType

from engine import security_log
from engine.access import actions
from engine.access.rules import authorize
from engine.errors import Conflict, NotFound, Rejected
from engine.eventlog import files
from engine.eventlog.files import LogFormat
from engine.jobs import publishing
from engine.queries import history as queries
from engine.queries import history_choices, history_export, objects
from engine.records import history, reads
from engine.records.checkpoints import checking
from engine.service.transactions import Part
from engine.store import append_only
from engine.views import Actor, Fault, HistoryChoices, HistoryEntry, HistoryRead, Page, Verification


class History(Part):
    """The facts of all cases, definitions, people and customers, in chains of hashes."""

    def search(
        self,
        actor: Actor,
        *,
        case_id: str | None = None,
        q: str = "",
        person: str | None = None,
        type: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        cursor: str | None = None,
        limit: int = 50,
    ) -> Page[HistoryEntry]:
        """Facts that the actor may see, the newest first.

        :param case_id: only the facts of this case (its id or its number)
        :param q: words that all occur in the fact: see ``engine.queries.history.search``
        :param person: only what this person (id or user name) did
        :param type: only facts of this type: see ``types``
        :param since: an aware time, inclusive; ``until`` is exclusive
        :param limit: the most facts of this page, 1 to 200
        :raises NotFound: when there is no such case, or the actor may not see it
        :raises Invalid: for a cursor of another list, and any other ``limit``
        """
        self._note(actor, "search", case_id, q=q, person=person, type=type)
        with self._transactions.reading() as connection:
            page = queries.search(
                connection,
                actor,
                case_id=case_id,
                q=q,
                person=person,
                type=type,
                since=since,
                until=until,
                cursor=cursor,
                limit=limit,
            )
        self._note_read(actor, page.items, "history")
        return page

    def _note_read(self, actor: Actor, entries: Sequence[HistoryEntry], how: str) -> None:
        cases = {entry.case_id for entry in entries if entry.case_id is not None}
        self._transactions.reads.add(actor, cases, how, self._transactions.now())

    def readers(self, actor: Actor, case_id: str, most: int = 100) -> tuple[HistoryRead, ...]:
        """Who has read facts of a case, the newest first. What was read in the last seconds may
        not be noted yet.

        :param case_id: the case's id or number
        :raises NotFound: when there is no such case, or the actor may not see it
        :raises NotAllowed: unless the actor is a manager
        """
        with self._transactions.reading() as connection:
            thing = objects.case_by_key(connection, actor, case_id)
            authorize(actor, actions.CASE_VIEW, thing)
            authorize(actor, actions.HISTORY_VERIFY, None)
            return reads.newest(connection, thing.id, most)

    def export(
        self,
        actor: Actor,
        *,
        case_id: str | None = None,
        q: str = "",
        person: str | None = None,
        type: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> Iterator[Sequence[HistoryEntry]]:
        """All facts that ``search`` is about, the newest first, some at a time; words are looked
        for in all facts of all cases. What is read at a time is bounded, and each time is a
        transaction of its own, so that one may stop anywhere, or take hours.

        :raises NotFound: when there is no such case, or the actor may not see it
        """
        self._note(actor, "export", case_id, q=q, person=person, type=type)
        choice = history_export.HistoryChoice(case_id, q, person, type, since, until)
        after = None
        while True:
            with self._transactions.reading() as connection:
                entries, after = history_export.step(connection, actor, choice, after)
            self._note_read(actor, entries, "export")
            yield entries
            if after is None:
                return

    def event_log(
        self,
        actor: Actor,
        form: LogFormat,
        *,
        case_id: str | None = None,
        q: str = "",
        person: str | None = None,
        type: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> Iterator[bytes]:
        """All facts that ``export`` gives, as a file for process mining, in pieces. Memory holds
        some hundred facts at a time, a temporary folder about a kilobyte for each.

        :param form: ``xes`` (IEEE 1849-2016), ``ocel-json`` or ``ocel-sqlite`` (OCEL 2.0)
        :raises NotFound: when there is no such case, or the actor may not see it
        """
        facts = self.export(
            actor, case_id=case_id, q=q, person=person, type=type, since=since, until=until
        )
        return files.pieces(form, facts, self._role_of())

    def _role_of(self) -> Callable[[HistoryEntry], str | None]:
        """What the diagrams say of who does the element of a fact; each is asked once."""

        @cache
        def role(definition_id: str, element_id: str) -> str | None:
            with self._transactions.reading() as connection:
                read = self._transactions.definitions.get(connection, definition_id)
            task = read.meta.tasks.get(element_id)
            return task.role if task else None

        def of(entry: HistoryEntry) -> str | None:
            if entry.definition_id is None or entry.element_id is None:
                return None
            try:
                return role(entry.definition_id, entry.element_id)
            except (NotFound, Conflict, Rejected):
                # Of a version that is only a drawing now.
                return None

        return of

    def _note(self, actor: Actor, how: str, case_id: str | None, **filters: str | None) -> None:
        """Write who reads the history, with the names of the filters only: what somebody looks for
        may say more than the log should know."""
        used = [name for name, value in filters.items() if value]
        security_log.note("history.read", by=actor.id, how=how, case=case_id, filters=used)

    def types(self) -> tuple[str, ...]:
        """The types of facts that have been written, sorted: the choices of a filter."""
        with self._transactions.reading() as connection:
            return queries.types(connection)

    def choices(self, actor: Actor, about: Collection[str] = ()) -> HistoryChoices:
        """What a page of the history offers to choose from, and the names that its facts need.

        :param about: ids of the people whom the facts are about
        """
        with self._transactions.reading() as connection:
            live = self._transactions.live
            return history_choices.read(
                connection, actor, about, lambda newest: live.since(connection, newest).processes
            )

    def verify(
        self,
        actor: Actor,
        case_id: str | None = None,
        *,
        published: Mapping[str, str] = MappingProxyType({}),
        progress: Callable[[str, int], None] | None = None,
    ) -> Verification:
        """Recompute the hashes of all entries and signatures, and compare every row that somebody
        is shown with what the history says of it, of one case or of everything; of everything also
        what the stored checkpoints and the published ones say.

        :param published: more notes that were published, by where they come from, beside those of
            the configured folder
        :param progress: is told what is looked at, and how many were, every some hundred
        :raises NotFound: when there is no such case, or the actor may not see it
        :raises NotAllowed: without a case, unless the actor is a manager
        """
        self._note(actor, "verify", case_id)
        with self._transactions.reading() as connection:
            if case_id is None:
                authorize(actor, actions.HISTORY_VERIFY, None)
            else:
                authorize(actor, actions.CASE_VIEW, objects.case_object(connection, actor, case_id))
            result = history.verify(connection, case_id, progress)
            if case_id is not None:
                return result
            folder = publishing.Folder.of(self._transactions.config.checkpoints)
            faults, newest = checking.check(connection, {**folder.notes(), **published})
            unkept = map(_unkept, append_only.missing(connection))
        return replace(result, faults=(*result.faults, *faults, *unkept), complete_to=newest)


def _unkept(trigger: tuple[str, str]) -> Fault:
    table, operation = trigger
    problem = f"the trigger that keeps {table} from {operation} is missing: somebody took it away"
    return Fault("", 0, problem, table)
