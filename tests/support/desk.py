"""What people do at their desks, in short words: start a case, find a task, complete it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from engine import SYSTEM, Engine, Receipt, Source, TaskRow
from engine.errors import Invalid
from tests.support.people import Account, People

REPORT = {"marknadsrapport": "Marknaden växer."}
"""What the plan's first activity, "Marknadsanalys", asks for."""
POINTS = ("kort_rapport",)
TICKED = dict.fromkeys(POINTS, True)
"""Its one point, done."""


def a_customer(engine: Engine) -> str:
    """The id of a customer, for a case of which it does not matter whose it is."""
    known = engine.customers.search(SYSTEM).items
    if known:
        return known[0].id
    return str(engine.customers.add(SYSTEM, "Prov AB", "559900-0014", key="a-customer").id)


@dataclass
class Desk:
    """An engine and the people who use it."""

    engine: Engine
    people: People
    key: Callable[[], str]

    @property
    def manager(self) -> Account:
        return self.people["manager"]

    @property
    def seller(self) -> Account:
        return self.people["saljare"]

    def deploy(self, *sources: Source) -> None:
        owner = self.people["process_owner"].actor
        self.engine.definitions.deploy(owner, sources, key=self.key())

    def case(self, process_id: str = "serviceplan", **more: Any) -> str:
        """A new case; its id. One of the plan is some customer's."""
        if process_id == "serviceplan":
            more.setdefault("customer_id", a_customer(self.engine))
        receipt = self.engine.cases.start(
            self.manager.actor, process_id=process_id, key=self.key(), **more
        )
        assert receipt.id is not None
        return receipt.id

    def open_tasks(self, case_id: str) -> list[TaskRow]:
        """The case's open tasks, by name."""
        found, cursor = [], None
        while True:
            page = self.engine.tasks.search(
                self.manager.actor, show="all", limit=100, cursor=cursor
            )
            found += [row for row in page.items if row.case_id == case_id]
            cursor = page.next
            if cursor is None:
                return sorted(found, key=lambda row: row.name)

    def names(self, case_id: str) -> list[str]:
        return [row.name for row in self.open_tasks(case_id)]

    def task(self, case_id: str, name: str | None = None) -> str:
        """The id of the case's open task of this name, or of its only one."""
        rows = [r for r in self.open_tasks(case_id) if name in (None, r.name)]
        assert len(rows) == 1, [r.name for r in rows]
        return rows[0].id

    def complete(
        self,
        who: Account,
        task_id: str,
        answers: Mapping[str, Any] | None = None,
        ticks: Mapping[str, Any] | None = None,
        **more: Any,
    ) -> Receipt:
        """Complete a task and sign it, with ``who``'s own password when none is given."""
        given = {"password": who.password, "key": self.key(), **more}
        return self.engine.tasks.complete(
            who.actor, task_id, answers=answers or {}, ticks=ticks or {}, **given
        )

    def complete_all_points(self, who: Account, task_id: str, **answers: Any) -> Receipt:
        """Complete a task with every point ticked."""
        points = self.engine.tasks.get(who.actor, task_id).checklist
        return self.complete(who, task_id, answers, {p.id: True for p in points})

    def facts(self, case_id: str) -> list[str]:
        """The types of the case's facts, in the order in which they became ones."""
        page = self.engine.history.search(self.manager.actor, case_id=case_id, limit=200)
        return [entry.type for entry in reversed(page.items)]

    def incidents(self, case_id: str) -> list[Any]:
        found = self.engine.incidents.newest(self.manager.actor)
        return [i for i in found if i.case_id == case_id]


def problems(error: Invalid) -> set[tuple[str, str | None]]:
    """Code and field of everything that was refused."""
    return {(p.code, p.field) for p in error.problems}
