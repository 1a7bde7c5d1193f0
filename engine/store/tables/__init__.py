"""The tables, by life: who and what we serve, definitions, what is running, and what is kept.

Rows are read and written with Core statements on these models (``select(Task.id)``,
``insert(Task)``); no ORM session is ever opened. Ids are UUIDv4 as 32 hexadecimal digits, times
are UTC, JSON columns hold plain JSON (see ``engine.feel.to_json`` for FEEL values).
"""

from __future__ import annotations

from engine.store.tables.definitions import (
    Decision,
    DecisionModel,
    Definition,
    Deployment,
    Resource,
)
from engine.store.tables.derived import CaseWord, Figures, PersonWord
from engine.store.tables.jobs import Job, Outbox, Reminder, Routine
from engine.store.tables.migration import Migration, MigrationItem, SkippedStep
from engine.store.tables.people import (
    ApiToken,
    Counter,
    Customer,
    Person,
    Receipt,
    Session,
    SignInFailure,
)
from engine.store.tables.records import History, Signature
from engine.store.tables.running import (
    Attachment,
    Case,
    Incident,
    Instance,
    Message,
    PlanItem,
    Subscription,
    Task,
    Timer,
)

__all__ = [
    "ApiToken",
    "Attachment",
    "Case",
    "CaseWord",
    "Counter",
    "Customer",
    "Decision",
    "DecisionModel",
    "Definition",
    "Deployment",
    "Figures",
    "History",
    "Incident",
    "Instance",
    "Job",
    "Message",
    "Migration",
    "MigrationItem",
    "Outbox",
    "Person",
    "PersonWord",
    "PlanItem",
    "Receipt",
    "Reminder",
    "Resource",
    "Routine",
    "Session",
    "SignInFailure",
    "Signature",
    "SkippedStep",
    "Subscription",
    "Task",
    "Timer",
]
