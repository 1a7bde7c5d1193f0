"""Rows put straight into the tables, for tests of what is read from them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import Connection, event, insert, select

from engine.store import tables, words
from engine.views import Actor

TODAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
DAY = timedelta(days=1)
SHA = "a" * 64


class Rows:
    """Inserts rows with believable defaults. Every method gives the new row's id."""

    def __init__(self, connection: Connection):
        self.connection = connection
        self._numbers = count(1)

    def _id(self, kind: str) -> str:
        return f"{kind}{next(self._numbers):05}"

    def _insert(self, table: type[tables.Base], defaults: dict[str, Any], given: Any) -> Any:
        values = {**defaults, **given}
        self.connection.execute(insert(table).values(values))
        return values["id"]

    def as_if_large(self) -> None:
        """Let the database plan as it does with tables that are too large to be read whole."""
        self.connection.exec_driver_sql("ANALYZE")
        if self.connection.dialect.name == "postgresql":
            for way in ("seqscan", "hashjoin", "mergejoin"):
                self.connection.exec_driver_sql(f"SET LOCAL enable_{way} = off")
            # Rows of a page of the table, by which the planner reckons how many the table has.
            self.connection.exec_driver_sql(
                "UPDATE pg_class SET reltuples = reltuples * 1000"
                " WHERE relnamespace = 'public'::regnamespace AND reltuples > 0"
            )

    # ------------------------------------------------------------ who

    def person(self, name: str = "Eva Ek", *roles: str, **given: Any) -> Actor:
        person_id = self._id("person")
        defaults = {
            "id": person_id,
            "username": person_id,
            "name": name,
            "password_hash": "",
            "roles": list(roles),
            "rights": [],
            "active": True,
            "created_at": NOW,
            "password_at": NOW,
        }
        values = {**defaults, **given}
        self._insert(tables.PersonTable, defaults, given)
        words.index_person(self.connection, values["id"], values["username"], values["name"])
        listed = values["roles"] if values["active"] else ()
        words.index_roles(self.connection, values["id"], values["name"], listed)
        return Actor(values["id"], name, frozenset(values["roles"]), frozenset(values["rights"]))

    def customer(self, name: str = "Bok & Papper AB", **given: Any) -> str:
        ident = self._id("customer")
        defaults = {"id": ident, "name": name, "org_number": ident, "created_at": NOW}
        values = {**defaults, **given}
        self._insert(tables.CustomerTable, defaults, given)
        words.index_customer(self.connection, values["id"], values["name"], values["org_number"])
        return str(values["id"])

    # ------------------------------------------------------------ definitions

    def definition(self, process_id: str = "fas_a", version: int = 1, **given: Any) -> str:
        deployment = self._insert(
            tables.DeploymentTable,
            {
                "id": self._id("deployment"),
                "deployed_at": NOW,
                "deployed_by": given.get("deployed_by", "system"),
                "sha256": SHA,
            },
            {},
        )
        sha = self._id("").rjust(64, "0")
        self.connection.execute(insert(tables.ResourceTable).values(sha256=sha, data=b"<xml/>"))
        defaults = {
            "id": self._id("definition"),
            "deployment_id": deployment,
            "process_id": process_id,
            "version": version,
            "name": process_id,
            "phase": None,
            "phase_order": None,
            "filename": f"{process_id}.bpmn",
            "resource_sha256": sha,
            "deployed_at": NOW,
            "deployed_by": "system",
            "findings": [],
        }
        return self._insert(tables.DefinitionTable, defaults, given)

    # ------------------------------------------------------------ running

    def case(self, **given: Any) -> str:
        ident = self._id("case")
        defaults = {
            "id": ident,
            "number": f"2026-{next(self._numbers):04}",
            "customer_id": None,
            "title": "",
            "state": "running",
            "process_id": "serviceplan",
            "people": {},
            "start_date": None,
            "started_at": NOW,
            "ended_at": None,
        }
        case_id = self._insert(tables.CaseTable, defaults, given)
        values = {**defaults, **given}
        customer = self.connection.execute(
            select(tables.CustomerTable.name, tables.CustomerTable.org_number).where(
                tables.CustomerTable.id == values["customer_id"]
            )
        ).first()
        texts = (values["number"], values["title"], *(customer or ()))
        words.index_case(self.connection, case_id, texts)
        return case_id

    def instance(self, case_id: str, definition_id: str, **given: Any) -> str:
        defaults = {
            "id": self._id("instance"),
            "case_id": case_id,
            "parent_id": None,
            "parent_token": None,
            "parent_element": None,
            "depth": 0,
            "definition_id": definition_id,
            "state": "running",
            "revision": 1,
            "state_blob": b"",
            "variables": {},
            "written": [],
            "passed": {},
            "started_at": NOW,
            "ended_at": None,
        }
        return self._insert(tables.InstanceTable, defaults, given)

    def plan(self, case_id: str, element_id: str = "offert", **given: Any) -> str:
        defaults = {
            "id": self._id("plan"),
            "case_id": case_id,
            "phase": "A",
            "phase_title": "Förberedelse inför samarbete",
            "phase_order": 1,
            "row_order": next(self._numbers),
            "process_id": "fas_a",
            "element_id": element_id,
            "name": element_id.capitalize(),
            "points": [],
            "role": "saljare",
            "person_id": None,
            "due": None,
            "decided": False,
        }
        return self._insert(tables.PlanItemTable, defaults, given)

    def task(self, case_id: str, instance_id: str, definition_id: str, **given: Any) -> str:
        ident = self._id("task")
        defaults = {
            "id": ident,
            "case_id": case_id,
            "instance_id": instance_id,
            "token": ident,
            "definition_id": definition_id,
            "process_id": "fas_a",
            "element_id": "offert",
            "name": "Offert",
            "phase": "A",
            "phase_title": "Förberedelse inför samarbete",
            "role": "saljare",
            "assignee_id": None,
            "state": "open",
            "due": None,
            "place": given.get("id", ident),
            "due_rule": None,
            "points": 0,
            "ticked": 0,
            "opened_at": NOW,
            "ended_at": None,
            "completed_by": None,
            "answers": {},
            "ticks": {},
            "note": "",
            "draft_at": None,
            "draft_by": None,
            "local": {},
            "revision": 1,
        }
        return self._insert(tables.TaskTable, defaults, given)

    def incident(self, case_id: str, instance_id: str, **given: Any) -> str:
        defaults = {
            "id": self._id("incident"),
            "case_id": case_id,
            "instance_id": instance_id,
            "element_id": None,
            "kind": "expression",
            "message": "belopp is not a number",
            "operation": {},
            "at": NOW,
            "resolved_at": None,
            "resolved_by": None,
        }
        return self._insert(tables.IncidentTable, defaults, given)

    def timer(self, case_id: str, instance_id: str, element_id: str) -> str:
        ident = self._id("timer")
        values = {
            "id": ident,
            "case_id": case_id,
            "instance_id": instance_id,
            "token": ident,
            "element_id": element_id,
            "rule": {},
            "due_at": NOW,
        }
        return self._insert(tables.TimerTable, values, {})

    def subscription(self, case_id: str, instance_id: str, name: str, **given: Any) -> str:
        ident = self._id("subscription")
        defaults = {
            "id": ident,
            "kind": "message",
            "name": name,
            "case_id": case_id,
            "instance_id": instance_id,
            "token": ident,
            "element_id": f"vid_{name.lower()}",
            "interrupting": False,
            "opened_at": NOW,
        }
        return self._insert(tables.SubscriptionTable, defaults, given)

    # ------------------------------------------------------------ kept

    def signature(self, task_id: str, case_id: str, instance_id: str, signer: Actor) -> str:
        values = {
            "id": self._id("signature"),
            "case_id": case_id,
            "instance_id": instance_id,
            "task_id": task_id,
            "signer_id": signer.id,
            "signer_name": signer.name,
            "meaning": "Utfört",
            "method": "password",
            "at": NOW,
            "content": b"{}",
            "content_sha256": SHA,
        }
        return self._insert(tables.SignatureTable, values, {})

    def attachment(self, task_id: str, field_id: str, by: Actor, **given: Any) -> str:
        defaults = {
            "id": self._id("attachment"),
            "task_id": task_id,
            "field_id": field_id,
            "filename": "avtal.pdf",
            "media_type": "application/pdf",
            "size": 3,
            "sha256": SHA,
            "data": b"pdf",
            "at": NOW,
            "by": by.id,
        }
        return self._insert(tables.AttachmentTable, defaults, given)

    def fact(self, type: str = "task.completed", **given: Any) -> int:
        [number] = self.facts([{"type": type, **given}])
        return number

    def facts(self, given: Sequence[Mapping[str, Any]]) -> list[int]:
        made = [self._fact(**values) for values in given]
        self.connection.execute(insert(tables.HistoryTable), made)
        return [values["id"] for values in made]

    def _fact(self, **given: Any) -> dict[str, Any]:
        number = next(self._numbers)
        detail = given.pop("detail", {})
        return {
            "id": number,
            "chain": "chain",
            "seq": number,
            "at": NOW,
            "actor_id": "system",
            "actor_name": "Serviceplan",
            "case_id": None,
            "instance_id": None,
            "definition_id": None,
            "element_id": None,
            "element_name": None,
            "body": b"{}",
            "hash": SHA,
            "salt": "",
            "detail": detail if isinstance(detail, str) else json.dumps(detail),
            **given,
        }


class Running:
    """A case with one instance of one definition, and shortcuts to its tasks and plan."""

    def __init__(self, rows: Rows, *, customer: str | None = None, **given: Any):
        self.rows = rows
        if customer is not None:
            given["customer_id"] = rows.customer(customer)
        self.case = rows.case(**given)
        self.definition = rows.definition(rows._id("process"))
        # The root instance has its case's id.
        self.instance = rows.instance(self.case, self.definition, id=self.case)

    def task(self, **given: Any) -> str:
        place = {"instance_id": self.instance, "definition_id": self.definition}
        return self.rows.task(self.case, **{**place, **given})

    def done(self, by: Actor | None = None, **given: Any) -> str:
        values = {"state": "completed", "ended_at": NOW, "completed_by": by.id if by else None}
        return self.task(**{**values, **given})

    def plan(self, element_id: str = "offert", **given: Any) -> str:
        return self.rows.plan(self.case, element_id, **given)


def tick(by: Actor, state: str = "done", reason: str = "") -> dict[str, str]:
    return {"state": state, "reason": reason, "by": by.id, "at": NOW.isoformat()}


class Statements(list[tuple[str, Any]]):
    """What was sent to the database: the texts with their parameters."""

    def plans(self, connection: Connection) -> list[str]:
        """How SQLite runs them: the lines of EXPLAIN QUERY PLAN."""
        lines: list[str] = []
        for text, parameters in list(self):
            found = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", parameters)
            lines += [row.detail for row in found]
        return lines

    def work(self, connection: Connection) -> int:
        """How much the database does for them: rows that PostgreSQL reads, instructions of
        SQLite's machine, in tens."""
        counts = _rows_read if connection.dialect.name == "postgresql" else _steps
        return sum(counts(connection, text, parameters) for text, parameters in list(self))


def _rows_read(connection: Connection, text: str, parameters: Any) -> int:
    explained = f"EXPLAIN (ANALYZE, FORMAT JSON) {text}"
    plan = connection.exec_driver_sql(explained, parameters).scalar_one()[0]["Plan"]
    return sum(map(_rows_of, _leaves(plan)))


def _rows_of(scan: dict[str, Any]) -> int:
    removed = scan.get("Rows Removed by Filter", 0) + scan.get("Rows Removed by Index Recheck", 0)
    return int((scan["Actual Rows"] + removed) * scan["Actual Loops"])


def _leaves(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    parts = plan.get("Plans", [])
    for part in parts:
        yield from _leaves(part)
    if "Scan" in plan["Node Type"]:
        yield plan


def _steps(connection: Connection, text: str, parameters: Any) -> int:
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 1
        return 0

    raw = connection.connection.dbapi_connection
    raw.set_progress_handler(count, 10)  # type: ignore[union-attr]
    try:
        connection.exec_driver_sql(text, parameters).all()
    finally:
        raw.set_progress_handler(None, 0)  # type: ignore[union-attr]
    return steps


@contextmanager
def watched(connection: Connection) -> Iterator[Statements]:
    """The statements that the block sends."""
    seen = Statements()

    def note(_conn: Any, _cursor: Any, text: str, parameters: Any, *_: Any) -> None:
        seen.append((text, parameters))

    event.listen(connection, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(connection, "before_cursor_execute", note)
