"""One customer's way through the whole plan, as people of different roles go it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from engine import CaseDetail, Engine, FakeClock, Field, TaskDetail
from tests.support.ground import Keys
from tests.support.people import Account, People

CONTRACT_STARTS = date(2026, 9, 1)
ORG_NUMBER = "556016-0680"
CUSTOMER = "Åkerbloms Tryckeri AB"
WORDS = {"text": "Enligt överenskommelse", "longtext": "Se bilagd rapport."}

Complete = Callable[[Account, TaskDetail, Mapping[str, Any]], None]
Send = Callable[[Account, str, str, Mapping[str, Any]], None]


def answers_to(task: TaskDetail, wanted: Mapping[str, Any], person: str) -> dict[str, Any]:
    """Believable answers to every field of the form, ``wanted`` first."""
    return {
        field.id: wanted.get(field.id, _answer(field, task, person))
        for field in task.form
        if field.type not in ("attachment", "plan")
    }


def _answer(field: Field, task: TaskDetail, person: str) -> Any:
    known = task.values.get(field.id)
    if known not in (None, ""):
        return known
    if field.options:
        return field.options[0].value
    if field.type == "date":
        return CONTRACT_STARTS.isoformat()
    if field.type in ("integer", "decimal", "money"):
        return 25
    if field.type == "boolean":
        return True
    if field.type == "interval":
        return "P1M"
    if field.type == "person":
        return person
    return WORDS[field.type]


@dataclass
class Walk:
    """A case on its way. ``complete`` and ``send`` do it: through the engine, or in a browser."""

    engine: Engine
    clock: FakeClock
    people: People
    case_id: str
    complete: Complete
    send: Send

    def case(self) -> CaseDetail:
        return self.engine.cases.get(self.people["manager"].actor, self.case_id)

    def open_tasks(self) -> dict[str, str]:
        """Names of the case's open tasks and the roles that they are for."""
        manager = self.people["manager"].actor
        rows = self.engine.tasks.search(manager, show="all", limit=100).items
        return {r.name: r.role or "" for r in rows if r.case_id == self.case_id}

    def do(self, *names: str, **answers: Any) -> None:
        """Complete the open tasks of these names, each by the person who holds its role."""
        manager = self.people["manager"].actor
        for name in names:
            rows = self.engine.tasks.search(manager, show="all", limit=100).items
            row = next(r for r in rows if r.name == name and r.case_id == self.case_id)
            who = self.people[row.role or "manager"]
            self.complete(who, self.engine.tasks.get(who.actor, row.id), answers)

    def days(self, count: int) -> None:
        """Let time pass, a day at a time, and fire what falls due."""
        for _ in range(count):
            self.clock.advance(timedelta(days=1))
            self.engine.jobs.fire_due()

    # ------------------------------------------------------------ the phases

    def prepare(self) -> None:
        """A: an offer that is corrected once, and accepted."""
        self.do("Marknadsanalys", "Inventering", "Kundbank", "Analys", "Offert")
        self.do("Uppföljning av offerten", offert_svar="korrigeras")
        self.do("Offert")
        self.do("Uppföljning av offerten", offert_svar="accepterad")
        self.do("Accept")

    def start_up(self) -> None:
        """B1 and B2."""
        self.do("Utse kundansvarig")
        while names := [n for n in self.open_tasks() if n != "Kontaktnät hos kunden"]:
            self.do(names[0])

    def operate(self) -> None:
        """C: two quality rounds, a complaint, a renewal."""
        self.do("Kontaktnät hos kunden")
        self.days(32)
        self.do("Kvalitet")
        reported = {"reklamation_vad": "Entrén städas inte", "reklamation_nar": "2026-05-04"}
        self.send(self.people["kundansvarig"], self.case_id, "Reklamation", reported)
        self.do("Åtgärda reklamationer")
        self.days(32)
        self.do("Kvalitet")
        self.send(
            self.people["kundansvarig"], self.case_id, "Forlangning", self.payload("Forlangning")
        )

    def wind_up(self) -> None:
        """Notice, and E to its last report."""
        self.send(
            self.people["kundansvarig"], self.case_id, "Uppsagning", self.payload("Uppsagning")
        )
        self.do("Bekräfta uppsägning")
        while names := [n for n in self.open_tasks() if n != "Slutrapport"]:
            self.do(names[0])
        self.do("Slutrapport")

    def payload(self, message: str) -> dict[str, Any]:
        """Answers to a message's form."""
        offered = next(m for m in self.case().messages if m.name == message)
        return {f.id: _plain_answer(f) for f in offered.form}


def _plain_answer(field: Field) -> Any:
    if field.options:
        return field.options[0].value
    dates = {"date": "2027-09-01", "interval": "P1Y", "integer": "12"}
    return dates.get(field.type, "Enligt överenskommelse")


def check_finished(case: CaseDetail) -> None:
    """What a sheet must show at the end."""
    rows = [row for sheet in case.sheets for row in sheet.rows]
    assert len(rows) == 38
    done = [e for row in rows for e in row.entries if e.state == "completed"]
    assert all(e.person and e.completed_at and e.signature for e in done)
    finished = {row.plan.name for row in rows if row.state == "done"}
    assert {"Accept", "Leveranser", "Kvalitet", "Åtgärda reklamationer", "Slutrapport"} <= finished
    assert case.row.state == "completed"


def start_walk(engine: Engine, clock: FakeClock, people: People, key: Keys) -> Walk:
    """A new case of a new customer, with a person for each role."""
    seller = people["saljare"].actor
    customer = engine.customers.add(seller, CUSTOMER, ORG_NUMBER, key=key())
    case = engine.cases.start(
        seller,
        customer_id=customer.id,
        start_date=CONTRACT_STARTS,
        people={role: people[role].username for role in engine.roles},
        key=key(),
    )

    def complete(who: Account, task: TaskDetail, wanted: Mapping[str, Any]) -> None:
        engine.tasks.complete(
            who.actor,
            task.row.id,
            answers=answers_to(task, wanted, who.username),
            ticks={point.id: True for point in task.checklist},
            password=who.password,
            key=key(),
        )

    def send(who: Account, case_id: str, message: str, payload: Mapping[str, Any]) -> None:
        engine.cases.deliver(who.actor, message, case_id, payload, key=key())

    assert case.id is not None
    return Walk(engine, clock, people, case.id, complete, send)
