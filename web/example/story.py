"""The example's past, made by a simulation: an agenda of events, and a clock that jumps from one to
the next. Tasks are claimed, filled in and signed by the engine's own methods, so that the history
and its hash chains are real."""

from __future__ import annotations

import heapq
import itertools
import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any, Final
from zoneinfo import ZoneInfo

from engine import SYSTEM, Actor, Engine, FakeClock, Invalid, TaskRow
from web.example.answers import Answers, Situation

Act = Callable[[], None]
"""What happens at an event of the agenda."""
DAWN: Final = time(6, 0)
"""The local time at which each day's due timers are fired: before people come to work."""


@dataclass
class Case:
    """A case of the example.

    ``contract`` is the contract's first day; tasks opened after ``rest_from`` stay open; ``rounds``
    counts how often each step has been done; ``random`` varies how people work, and is the same for
    the same customer.
    """

    customer: Mapping[str, Any]
    contract: date
    rest_from: datetime
    random: random.Random
    id: str = ""
    rounds: Counter[str] = field(default_factory=Counter)


class Story:
    """The simulation of ``company``, the content of company.toml.

    Its people are ``actors`` by user name and have ``passwords`` by actor id.
    """

    def __init__(
        self,
        engine: Engine,
        clock: FakeClock,
        company: Mapping[str, Any],
        actors: Mapping[str, Actor],
        passwords: Mapping[str, str],
    ):
        self._engine = engine
        self._clock = clock
        self._company = company
        self._actors = actors
        self._passwords = passwords
        self._answers = Answers(company, actors)
        self._zone = ZoneInfo(engine.config.calendar.zone)
        self._agenda: list[tuple[datetime, int, Act]] = []
        self._numbers = itertools.count(1)
        self._cases: dict[str, Case] = {}
        self._seen: set[str] = set()

    def run(self, *, until: datetime, report: Callable[[str], object]) -> None:
        """Simulate everything up to ``until``; what would happen later stays open. ``report`` is
        called with each customer's name."""
        for customer in self._company["customers"]:
            self._plan_case(customer, until, report)
        while self._agenda and self._agenda[0][0] <= until:
            self._wait_for(self._agenda[0][0])
            # Timers on the way may have put something earlier on the agenda.
            when, _, act = heapq.heappop(self._agenda)
            self._clock.set(max(when, self._clock.now()))
            act()
            self._look_for_tasks()
        self._wait_for(until)
        self._clock.set(until)

    def _wait_for(self, when: datetime) -> None:
        """Set the clock forward to ``when`` day by day, firing the due timers of each morning."""
        while (morning := self._next_dawn()) <= when:
            self._clock.set(morning)
            if self._engine.jobs.fire_due():
                self._look_for_tasks()
            if self._agenda and self._agenda[0][0] < when:
                when = self._agenda[0][0]

    def _next_dawn(self) -> datetime:
        local = self._clock.now().astimezone(self._zone)
        days = 1 if local.time() >= DAWN else 0
        return datetime.combine(local.date() + timedelta(days), DAWN, self._zone)

    def _put(self, when: datetime, act: Act) -> None:
        heapq.heappush(self._agenda, (when, next(self._numbers), act))

    def _key(self) -> str:
        return f"example-{next(self._numbers)}"

    # ------------------------------------------------------------ cases and messages

    def _plan_case(
        self, customer: Mapping[str, Any], until: datetime, report: Callable[[str], object]
    ) -> None:
        today = until.astimezone(self._zone).date()
        # The same example on the same day: the seed is the customer's own.
        case = Case(
            customer,
            self._workday(today - timedelta(days=customer["contract"])),
            until - timedelta(days=customer.get("rest", 0)),
            random.Random(customer["org_number"]),  # noqa: S311 - believable, not secret
        )

        def start() -> None:
            report(customer["name"])
            self._start(case)

        self._put(self._at(today - timedelta(days=customer["started"]), time(9, 12)), start)
        for message in customer.get("messages", ()):
            day = self._workday_before(today - timedelta(days=message["days_ago"]))
            when = self._at(day, time(10, 40))
            self._put(when, partial(self._deliver, case, message))

    def _start(self, case: Case) -> None:
        seller = self._actors[case.customer["people"]["saljare"]]
        customer = self._engine.customers.add(
            seller, case.customer["name"], case.customer["org_number"], key=self._key()
        )
        started = self._engine.cases.start(
            seller,
            customer_id=customer.id,
            start_date=case.contract,
            people=case.customer["people"],
            key=self._key(),
        )
        assert started.id is not None
        case.id = started.id
        self._cases[case.id] = case

    def _deliver(self, case: Case, message: Mapping[str, Any]) -> None:
        payload = self._answers.to_message(message["payload"], self._situation(case))
        actor = self._actors[message["by"]]
        self._engine.cases.deliver(actor, message["name"], case.id, payload, key=self._key())

    # ------------------------------------------------------------ tasks

    def _look_for_tasks(self) -> None:
        for row in self._engine.tasks.search(SYSTEM, show="all", limit=200).items:
            case = self._cases.get(row.case_id)
            if case is not None and row.id not in self._seen:
                self._seen.add(row.id)
                self._plan_task(case, row)

    def _plan_task(self, case: Case, row: TaskRow) -> None:
        who = self._who(case, row)
        stays = row.element_id in case.customer["open"] or row.opened_at > case.rest_from
        if who is None or stays:
            return
        done = self._when_done(case, row)
        if case.random.random() < 0.35:
            begun = row.opened_at + (done - row.opened_at) / 2
            self._put(begun, lambda: self._begin(case, row, who))
        self._put(done, lambda: self._complete(case, row, who))

    def _who(self, case: Case, row: TaskRow) -> Actor | None:
        """Who does a task: its assignee, else the case's person for its role, else anybody with the
        role. None when nobody has it."""
        if row.assignee is not None:
            return self._actors.get(row.assignee.username)
        chosen = case.customer["people"].get(row.role or "")
        if chosen is not None and row.role in self._actors[chosen].roles:
            return self._actors[chosen]
        holders = [a for a in self._actors.values() if row.role is None or row.role in a.roles]
        return case.random.choice(holders) if holders else None

    def _when_done(self, case: Case, row: TaskRow) -> datetime:
        opened = row.opened_at.astimezone(self._zone)
        due = row.due or opened.date() + timedelta(days=5)
        days = max(0.0, (due - opened.date()).days * case.customer["pace"] * self._mood(case))
        if case.random.random() < 0.08:
            days = max(0, (due - opened.date()).days) + case.random.randint(1, 3)
        day = self._workday(opened.date() + timedelta(days=int(days)))
        at = self._at(day, time(case.random.randint(8, 16), case.random.randint(0, 59)))
        return max(at, row.opened_at + timedelta(minutes=case.random.randint(25, 95)))

    @staticmethod
    def _mood(case: Case) -> float:
        return case.random.uniform(0.6, 1.4)

    def _begin(self, case: Case, row: TaskRow, who: Actor) -> None:
        """Claim a task and save a draft with the first half of its points ticked."""
        task = self._engine.tasks.get(who, row.id)
        if row.assignee is None and "claim" in task.can:
            self._engine.tasks.claim(who, row.id, key=self._key())
        ticks = {item.id: True for item in task.checklist[: len(task.checklist) // 2]}
        if ticks and "save" in self._engine.tasks.get(who, row.id).can:
            self._engine.tasks.save_draft(who, row.id, answers={}, ticks=ticks, key=self._key())

    def _complete(self, case: Case, row: TaskRow, who: Actor) -> None:
        task = self._engine.tasks.get(who, row.id)
        if task.row.state != "open":
            return
        situation = self._situation(case, case.rounds[row.element_id])
        case.rounds[row.element_id] += 1
        answers = self._answers.to_form(task, situation)
        ticks: dict[str, bool | str] = {}
        # A first attempt without ticks is answered with what this task demands; the second gives
        # just that: points that do not apply here stay as they are.
        for last in (False, False, True):
            try:
                self._engine.tasks.complete(
                    who,
                    row.id,
                    answers=answers,
                    ticks=ticks,
                    password=self._passwords[who.id],
                    key=self._key(),
                )
                return
            except Invalid as error:
                if last:
                    raise
                more, ticked = self._answers.demanded(task, error.problems, situation)
                answers, ticks = {**answers, **more}, {**ticks, **ticked}

    # ------------------------------------------------------------ days

    def _situation(self, case: Case, number: int = 0) -> Situation:
        today = self._clock.now().astimezone(self._zone).date()
        return Situation(case.customer, case.contract, today, number)

    def _at(self, day: date, at: time) -> datetime:
        return datetime.combine(day, at, self._zone)

    @staticmethod
    def _workday(day: date) -> date:
        """``day``, or the Monday after its weekend."""
        return day + timedelta(days=7 - day.weekday() if day.weekday() > 4 else 0)

    @staticmethod
    def _workday_before(day: date) -> date:
        """``day``, or the Friday before its weekend."""
        return day - timedelta(days=max(0, day.weekday() - 4))
