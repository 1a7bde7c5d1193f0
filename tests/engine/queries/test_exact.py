"""Exact filters of the lists of tasks and cases: each alone, pairs, and many together give
what a look at every row gives, a page at a time, and no page reads more where there is more."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import combinations
from typing import Any

import pytest
from sqlalchemy import Connection, select

from engine import SYSTEM
from engine.queries import inbox, task_ranges, text_search
from engine.queries.cases import search as cases
from engine.queries.tasks import search as tasks
from engine.store.tables import CaseTable, CustomerTable, TaskTable
from engine.views import Exact
from tests.support.rows import DAY, NOW, TODAY, Rows, watched

KINDS = ("case", "business_key", "customer", "process", "element", "assignee", "due")
OPEN_OF_CASES = ("element", "assignee", "due", "role", "phase")
"""What one open task of a case must be, together."""


class Crowd:
    """Cases of two processes and three customers, with tasks of two processes and four elements
    among them, and every row as it is in the tables."""

    def __init__(self, rows: Rows, count: int, seed: int = 7):
        dice = random.Random(seed)  # noqa: S311
        self.people = [rows.person(f"Person {n}", "saljare") for n in range(3)]
        self.roots = {name: rows.definition(name) for name in ("plan", "other")}
        self.versions = {
            (name, version): rows.definition(name, version)
            for name in ("fas_a", "fas_b")
            for version in (1, 2)
        }
        customers = [rows.customer(f"Kund {n}") for n in range(3)]
        for n in range(count):
            process = dice.choice(sorted(self.roots))
            case_id = rows.case(
                number=f"2027-{n + 1:04}",
                customer_id=dice.choice([*customers, None]),
                process_id=process,
                started_at=NOW + dice.randrange(5) * DAY,
                state=dice.choice(["running", "running", "incident", "completed"]),
            )
            instance = rows.instance(case_id, self.roots[process], id=case_id)
            for _ in range(dice.randrange(4)):
                (of, _), definition = dice.choice(list(self.versions.items()))
                rows.task(
                    case_id,
                    instance,
                    definition,
                    process_id=of,
                    element_id=dice.choice(["offert", "mote"]) + dice.choice(["", f"_{of}"]),
                    role=dice.choice(["saljare", "ekonomi", None]),
                    phase=dice.choice(["A", "B"]),
                    assignee_id=dice.choice([*(p.id for p in self.people), None]),
                    state=dice.choice(["open", "open", "open", "completed"]),
                    due=dice.choice([TODAY + dice.randrange(-3, 6) * DAY, None]),
                )
        query = rows.connection.execute
        self.cases = {row.id: row for row in query(select(CaseTable.__table__))}
        self.tasks = list(query(select(TaskTable.__table__).where(TaskTable.state == "open")))
        self.orgs = {row.org_number: row.id for row in query(select(CustomerTable.__table__))}

    def values(self, dice: random.Random) -> dict[str, dict[str, Any]]:
        """A filter of each kind, most of them for something that is there."""
        some = dice.choice(self.tasks)
        case = self.cases[some.case_id]
        org = {id: org for org, id in self.orgs.items()}
        known = case.customer_id or next(iter(org))
        first = TODAY + dice.randrange(-3, 3) * DAY
        span = dice.choice([("due_from",), ("due_to",), ("due_from", "due_to")])
        return {
            "case": {"case": dice.choice([case.id, case.number, case.number[:-1]])},
            "business_key": {"business_key": dice.choice([case.number, case.id])},
            "customer": {"customer": dice.choice([known, org[known], org[known][:-1]])},
            "process": {"process": dice.choice([some.process_id, some.definition_id, "plan"])},
            "element": {"element": dice.choice([some.element_id, some.element_id[:-1]])},
            "assignee": {"assignee": dice.choice([self.people[0].id, "nobody"])},
            "due": {n: first if n == "due_from" else first + 2 * DAY for n in span},
            "role": {"role": dice.choice(["saljare", "ekonomi"])},
            "phase": {"phase": "A"},
        }

    def of_case(self, case: Any, asked: Mapping[str, Any]) -> bool:
        return (
            asked.get("case", case.id) in (case.id, case.number)
            and asked.get("business_key", case.number) == case.number
            and asked.get("customer", case.customer_id)
            in (case.customer_id, *(o for o, id in self.orgs.items() if id == case.customer_id))
        )

    def of_task(self, task: Any, asked: Mapping[str, Any]) -> bool:
        first, last = asked.get("due_from"), asked.get("due_to")
        return (
            asked.get("element", task.element_id) == task.element_id
            and asked.get("assignee", task.assignee_id) == task.assignee_id
            and asked.get("role", task.role) == task.role
            and asked.get("phase", task.phase) == task.phase
            and (first is None or (task.due is not None and task.due >= first))
            and (last is None or (task.due is not None and task.due <= last))
        )

    def expected_tasks(self, asked: Mapping[str, Any], shown: Callable[[Any], bool]) -> list[str]:
        late = TODAY + 900 * DAY
        fitting = [
            task
            for task in self.tasks
            if self.of_case(self.cases[task.case_id], asked)
            and self.of_task(task, asked)
            and asked.get("process", task.process_id) in (task.process_id, task.definition_id)
            and shown(task)
        ]
        return [t.id for t in sorted(fitting, key=lambda t: (t.due or late, t.place))]

    def expected_cases(self, asked: Mapping[str, Any], states: Sequence[str]) -> list[str]:
        of_tasks = [name for name in asked if name.partition("_")[0] in OPEN_OF_CASES]
        fitting = [
            case
            for case in self.cases.values()
            if case.state in states
            and self.of_case(case, asked)
            and asked.get("process", case.process_id)
            in (case.process_id, self.roots[case.process_id])
            and (
                not of_tasks
                or any(t.case_id == case.id and self.of_task(t, asked) for t in self.tasks)
            )
        ]
        return [c.id for c in sorted(fitting, key=lambda c: (c.started_at, c.id), reverse=True)]


@pytest.fixture
def crowd(rows: Rows, monkeypatch: pytest.MonkeyPatch) -> Crowd:
    for module, bounds in (
        (inbox, {"FEW": 6, "LOOKED_AT": 12}),
        (task_ranges, {"ELEMENTS": 3}),
        (text_search, {"FEW": 6, "LOOKED_AT": 12}),
    ):
        for name, bound in bounds.items():
            monkeypatch.setattr(module, name, bound)
    return Crowd(rows, 60)


def combined(crowd: Crowd, *kinds: str) -> list[dict[str, Any]]:
    """Filters of each kind alone, of pairs, and of many together."""
    dice = random.Random(3)  # noqa: S311
    pairs = list(combinations((*KINDS, *kinds), 2))
    chosen = [*((kind,) for kind in (*KINDS, *kinds)), *dice.sample(pairs, len(pairs) // 2)]
    chosen += [tuple(dice.sample((*KINDS, *kinds), dice.randrange(3, 7))) for _ in range(30)]
    made = []
    for names in chosen:
        values = crowd.values(dice)
        made.append({name: value for kind in names for name, value in values[kind].items()})
    return made


def split(asked: Mapping[str, Any]) -> dict[str, Any]:
    given = {name: asked[name] for name in ("role", "phase") if name in asked}
    return {**given, "exact": Exact(**{n: v for n, v in asked.items() if n not in given})}


def walked(search: Callable[..., Any]) -> list[str]:
    """The ids of all pages."""
    found: list[str] = []
    cursor, pages = None, 0
    while pages == 0 or cursor is not None:
        page = search(cursor=cursor, limit=4, today=TODAY)
        assert len(page.items) <= 4
        found += [row.id for row in page.items]
        cursor, pages = page.next, pages + 1
    return found


@pytest.mark.parametrize("show", ["all", "role", "mine"])
def test_tasks_that_are_listed_are_those_that_fit(
    connection: Connection, crowd: Crowd, show: str
) -> None:
    me = replace(crowd.people[0], rights=frozenset({"manager"}))

    def shown(task: Any) -> bool:
        of_mine = task.role in ("saljare", None)
        if show == "mine":
            return task.assignee_id == me.id or (task.assignee_id is None and of_mine)
        return show == "all" or of_mine

    found = 0
    for asked in combined(crowd, "role", "phase"):
        listed = walked(
            lambda a=asked, **page: tasks(connection, me, show=show, **split(a), **page)
        )
        assert listed == crowd.expected_tasks(asked, shown), asked
        found += len(listed)
    assert found > 100


@pytest.mark.parametrize(
    ("state", "states"),
    [
        ("running", ["running", "incident"]),
        ("ended", ["completed"]),
        ("all", ["running", "incident", "completed"]),
    ],
)
def test_cases_that_are_listed_are_those_that_fit(
    connection: Connection, crowd: Crowd, state: str, states: list[str]
) -> None:
    found = 0
    for asked in combined(crowd, "role", "phase"):
        listed = walked(
            lambda a=asked, **page: cases(connection, SYSTEM, state=state, **split(a), **page)
        )
        assert listed == crowd.expected_cases(asked, states), asked
        found += len(listed)
    assert found > 25


def test_words_and_exact_filters_hold_together(connection: Connection, crowd: Crowd) -> None:
    some = crowd.tasks[0]
    number = crowd.cases[some.case_id].number
    asked = {"element": some.element_id}
    both = walked(
        lambda **page: tasks(connection, SYSTEM, show="all", q=number, **split(asked), **page)
    )
    assert both == crowd.expected_tasks({**asked, "case": number}, lambda _: True)
    of_cases = walked(
        lambda **page: cases(connection, SYSTEM, q=number, **split({"process": "plan"}), **page)
    )
    expected = crowd.expected_cases({"process": "plan", "case": number}, ["running", "incident"])
    assert of_cases == expected


def test_a_filter_adds_nothing_to_what_one_may_see(
    connection: Connection, rows: Rows, crowd: Crowd
) -> None:
    clerk = rows.person("Nils Ny", "ekonomi")
    seen = set(walked(lambda **page: tasks(connection, clerk, show="all", **page)))
    seen_cases = set(walked(lambda **page: cases(connection, clerk, **page)))
    assert 0 < len(seen) < len(crowd.tasks)
    assert seen_cases
    for asked in combined(crowd):
        listed = walked(
            lambda a=asked, **page: tasks(connection, clerk, show="all", **split(a), **page)
        )
        expected = crowd.expected_tasks(asked, lambda task: task.id in seen)
        assert listed == expected, asked
        of_cases = walked(lambda a=asked, **page: cases(connection, clerk, **split(a), **page))
        assert set(of_cases) <= seen_cases, asked


# ---------------------------------------------------------------- what it costs

FILTERS: dict[str, dict[str, Any]] = {
    "case": {"case": "2027-0003"},
    "customer": {"customer": "much"},
    "customer with few": {"customer": "little"},
    "process": {"process": "fas_a"},
    "element": {"element": "rare"},
    "element of many": {"element": "usual"},
    "both": {"process": "fas_a", "element": "usual"},
    "assignee": {"assignee": "eva"},
    "assignee and element": {"assignee": "eva", "element": "rare"},
    "days": {"due_from": TODAY, "due_to": TODAY + DAY},
    "all": {"customer": "much", "element": "usual", "assignee": "eva", "due_to": TODAY},
    "process of cases": {"process": "rare"},
    "version": {"process": "second"},
}


class TestBound:
    """However little matches, a page looks at so much."""

    @pytest.fixture(autouse=True)
    def small(self, rows: Rows, monkeypatch: pytest.MonkeyPatch) -> None:
        for module in (inbox, text_search):
            monkeypatch.setattr(module, "FEW", 8)
            monkeypatch.setattr(module, "LOOKED_AT", 16)
        self.eva = rows.person("Eva Ek", id="eva")
        self.customers = {n: rows.customer(n, id=n) for n in ("much", "little")}
        self.definitions = {
            name: rows.definition(name, id=name) for name in ("fas_a", "fas_b", "rare", "plan")
        }
        rows.definition("plan", 2, id="second")
        self.made = 0

    def crowd(self, rows: Rows, count: int) -> None:
        for _ in range(count):
            self.made += 1
            n = self.made
            old = n <= 4
            process = "rare" if old else "plan"
            case_id = rows.case(
                number=f"2027-{n:04}",
                customer_id="little" if old else "much",
                process_id=process,
                started_at=NOW + timedelta(minutes=n % 7 + (0 if old else 10)),
            )
            instance = rows.instance(case_id, process, id=case_id)
            process = ("fas_a", "fas_b")[n % 2]
            element = "rare" if old else "usual"
            due = TODAY + (n % 5) * DAY if n % 6 else None
            given = {"process_id": process, "element_id": element, "due": due}
            given["assignee_id"] = "eva" if n % 3 else None
            rows.task(case_id, instance, process, **given)

    @pytest.mark.parametrize("name", FILTERS)
    @pytest.mark.counted
    def test_a_page_does_not_read_more_where_there_is_more(
        self, connection: Connection, rows: Rows, name: str
    ) -> None:
        exact = Exact(**FILTERS[name])

        def read() -> tuple[int, int]:
            rows.as_if_large()
            work = []
            for search in (
                lambda: tasks(connection, SYSTEM, show="all", exact=exact, limit=4, today=TODAY),
                lambda: cases(connection, SYSTEM, exact=exact, limit=4, today=TODAY),
            ):
                with watched(connection) as sent:
                    search()
                work.append(sent.work(connection))
            return work[0], work[1]

        self.crowd(rows, 120)
        before = read()
        self.crowd(rows, 240)
        after = read()
        assert all(now <= 1.5 * then for now, then in zip(after, before, strict=True)), (
            before,
            after,
        )


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_what_is_rare_is_read_along_its_index(connection: Connection, rows: Rows) -> None:
    for search, exact, index in (
        (tasks, Exact(process="fas_a", element="rare"), "ix_task_element"),
        (cases, Exact(process="rare"), "ix_process_case_process"),
    ):
        with watched(connection) as sent:
            more: dict[str, Any] = {"show": "all"} if search is tasks else {"state": "all"}
            search(connection, SYSTEM, exact=exact, today=TODAY, **more)
        assert [line for line in sent.plans(connection) if index in line]
