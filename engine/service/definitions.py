"""``engine.definitions``: process definitions are checked, deployed and read."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from engine.access import actions
from engine.access.rules import authorize
from engine.bpmn import sheets
from engine.bpmn.parsed_file import ParsedFile
from engine.definitions import check, deploy
from engine.definitions.library import xml_limits
from engine.definitions.wording import wording
from engine.queries import decisions
from engine.queries import definitions as queries
from engine.service.transactions import Part
from engine.views import (
    Activity,
    Actor,
    CheckReport,
    Count,
    Definition,
    Deployment,
    Drawing,
    Finding,
    LiveProcess,
    LiveVersions,
    Source,
    Wording,
)


class Definitions(Part):
    """The deployed versions of all processes."""

    def check(self, sources: Sequence[Source], *, strict_roles: bool = True) -> CheckReport:
        """The findings in diagrams and decision models that would be deployed together. Changes
        nothing."""
        with self._transactions.reading() as connection:
            checked = check.check(
                connection, self._transactions.config, sources, strict_roles=strict_roles
            )
        return checked.report()

    def deploy(
        self,
        actor: Actor,
        sources: Sequence[Source],
        *,
        strict_roles: bool = True,
        seen: LiveVersions | None = None,
        key: str,
    ) -> Deployment:
        """Deploy diagrams and decision models together, each process and each decision as its next
        version. A file that is deployed already, byte for byte, keeps its version. A process that
        cannot be started is stored as a drawing: new cases start on the last startable version. So
        is a decision that cannot be made: the last runnable version is asked.

        :param strict_roles: False lets lanes name roles that the configuration does not have;
            anybody may then do their user tasks
        :param seen: the newest versions as the actor has seen them
        :raises Rejected: with every finding, when one of them is an error
        :raises NotAllowed: for everybody but process owners
        :raises Conflict: ``other_version`` when a process or decision of the files has got another
            version since; ``versions`` says which, by whom and when
        """
        hashes = [(s.filename, hashlib.sha256(s.data).hexdigest()) for s in sources]
        receipt = self._transactions.write(
            actor,
            "deploy",
            key,
            {"files": hashes, "strict_roles": strict_roles},
            lambda work: deploy.deploy(work, sources, strict_roles=strict_roles, seen=seen),
        )
        result = receipt.result
        with self._transactions.reading() as connection:
            definitions = [queries.get(connection, actor, i) for i in result["definitions"]]
            deployed_decisions = [
                decisions.get(connection, actor, i) for i in result.get("decisions", ())
            ]
        return Deployment(
            id=result["deployment"],
            definitions=tuple(definitions),
            findings=tuple(Finding(**f) for f in result["findings"]),
            new=result["new"],
            decisions=tuple(deployed_decisions),
        )

    def all(self, actor: Actor) -> tuple[Definition, ...]:
        """All versions of all processes and all drawings: the processes of phases in the phases'
        order, then the others by name; of each process the newest version first."""
        with self._transactions.reading() as connection:
            return queries.all(connection, actor)

    def live(self, actor: Actor) -> tuple[LiveProcess, ...]:
        """The live version of every process, in the order of ``all``. Costs one look at an index
        while nothing new is deployed."""
        authorize(actor, actions.DEFINITION_VIEW)
        with self._transactions.database.glancing() as connection:
            return self._transactions.live.read(connection).processes

    def names(self, actor: Actor) -> Mapping[str, str]:
        """What the process of each definition is called, by the definition's id. Costs as little
        as ``live``."""
        authorize(actor, actions.DEFINITION_VIEW)
        with self._transactions.database.glancing() as connection:
            return self._transactions.live.read(connection).names

    def running(self, actor: Actor, definition_ids: Sequence[str]) -> Mapping[str, Count]:
        """How many instances run on each of some definitions, by the definition's id. Up to 200
        are counted now. Of more it is the figure that a worker has counted last, and its ``at``
        says when; before the first count it is 200 and there are ``more``."""
        with self._transactions.reading() as connection:
            return queries.running(connection, actor, definition_ids)

    def get(self, actor: Actor, definition_id: str) -> Definition:
        """One version of one process.

        :raises NotFound: when there is none
        """
        with self._transactions.reading() as connection:
            return queries.get(connection, actor, definition_id)

    def source(self, actor: Actor, definition_id: str) -> Source:
        """The file that a definition came in, byte for byte.

        :raises NotFound: when there is none
        """
        with self._transactions.reading() as connection:
            return queries.source(connection, actor, definition_id)

    def findings(self, actor: Actor, definition_id: str) -> tuple[Finding, ...]:
        """The findings in a definition's file when it was deployed.

        :raises NotFound: when there is none
        """
        with self._transactions.reading() as connection:
            return queries.findings(connection, actor, definition_id)

    def drawing(self, actor: Actor, definition_id: str) -> Drawing:
        """The geometry of a definition's diagram, in its own pixels: the plane of its process,
        those of its collapsed sub-processes, and what its call activities call.

        :raises NotFound: when there is none
        """
        authorize(actor, actions.DEFINITION_VIEW)
        with self._transactions.reading() as connection:
            deployed = self._transactions.live.read(connection)
            return self._transactions.drawings.get(connection, deployed, definition_id)

    def sheet(self, actor: Actor, definition_id: str) -> tuple[Activity, ...]:
        """The user tasks of a definition as the rows of a table, in the sheet's order.

        :raises NotFound: when there is none
        """
        authorize(actor, actions.DEFINITION_VIEW)
        kept = self._transactions.definitions.if_read(definition_id)
        if kept is not None:
            return sheets.activities_of(kept.meta)
        with self._transactions.reading() as connection:
            process_id = queries.get(connection, actor, definition_id).process_id
            file = self._file(connection, actor, definition_id)
        meta = file.metadata.get(process_id)
        return () if meta is None else sheets.activities_of(meta)

    def wording(self, actor: Actor, definition_id: str) -> Wording:
        """What a definition calls its elements, form fields and messages; nothing of a drawing.

        :raises NotFound: when there is none
        """
        authorize(actor, actions.DEFINITION_VIEW)
        kept = self._transactions.definitions.if_read(definition_id)
        if kept is not None:
            return wording(kept)
        with self._transactions.reading() as connection:
            if not queries.get(connection, actor, definition_id).startable:
                return Wording("", {}, {}, {})
            return wording(self._transactions.definitions.get(connection, definition_id))

    def _file(self, connection: Connection, actor: Actor, definition_id: str) -> ParsedFile:
        config = self._transactions.config
        stored = queries.source(connection, actor, definition_id)
        return ParsedFile.read(stored, config.roles, xml_limits(config))
