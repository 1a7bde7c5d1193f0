"""``engine.printed``: the paper form of a case, with what proves it."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

from engine.bpmn.meta import TaskMeta
from engine.queries import printed as queries
from engine.records.seal import Seal
from engine.service.checkpoints import Checkpoints
from engine.service.transactions import Part, Transactions
from engine.unit_of_work import UnitOfWork
from engine.views import Actor, PrintedCase


class Printed(Part):
    """Cases and tasks as they are printed, and the seal on them."""

    def __init__(self, transactions: Transactions, checkpoints: Checkpoints) -> None:
        super().__init__(transactions)
        self._checkpoints = checkpoints

    def case(self, actor: Actor, business_key: str) -> PrintedCase:
        """A case, by its id or its number, with all its sheets and all that was signed.

        :raises NotFound: when there is none, or the actor may not see it
        """
        with self._transactions.looking(actor) as work:
            read = queries.of_case(
                work.connection, actor, business_key, metas=_metas(work), now=work.now
            )
        return self._proven(actor, read)

    def task(self, actor: Actor, task_id: str) -> PrintedCase:
        """One user task, with all that was signed of it.

        :raises NotFound: when there is none, or the actor may not see it
        """
        with self._transactions.looking(actor) as work:
            read = queries.of_task(
                work.connection, actor, task_id, metas=_metas(work), now=work.now
            )
        return self._proven(actor, read)

    def seal(self, pdf: bytes) -> bytes:
        """The PDF with the company's seal, where the settings have a key; else as it is.

        :raises Unavailable: ``seal_unusable`` when the key cannot be read or cannot sign
        """
        seal = self._seal
        return pdf if seal is None else seal.put(pdf)

    @cached_property
    def _seal(self) -> Seal | None:
        settings = self._transactions.config.seal
        there = settings.key_file and settings.certificate_file
        return Seal(settings) if there else None

    def _proven(self, actor: Actor, read: PrintedCase) -> PrintedCase:
        """The case with what proves its signatures: read after it, so that nothing is shown that
        has no proof."""
        proof = self._checkpoints.proof(actor, read.case_id, read.task_id)
        return replace(read, files=proof.files, checkpoint=proof.checkpoint)


def _metas(work: UnitOfWork) -> queries.Metas:
    """What the diagrams say of activities."""

    def meta(definition_id: str, element_id: str) -> TaskMeta | None:
        return work.definitions.get(work.connection, definition_id).meta.tasks.get(element_id)

    return meta
