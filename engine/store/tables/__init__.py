"""The tables, by life: who and what we serve, definitions, what is running, and what is kept.

Rows are read and written with Core statements on these models (``select(Task.id)``,
``insert(Task)``); no ORM session is ever opened. Ids are UUIDv4 as 32 hexadecimal digits, times
are UTC, JSON columns hold plain JSON (see ``engine.feel.to_json`` for FEEL values).
"""

from __future__ import annotations

from engine.store.tables.definitions import (
    DecisionModelTable,
    DecisionTable,
    DefinitionTable,
    DeploymentTable,
    ResourceTable,
)
from engine.store.tables.derived import CaseWordTable, FiguresTable, PersonWordTable
from engine.store.tables.jobs import JobTable, OutboxTable, ReminderTable, RoutineTable
from engine.store.tables.migration import MigrationItemTable, MigrationTable, SkippedStepTable
from engine.store.tables.people import (
    ApiTokenTable,
    CounterTable,
    CustomerTable,
    PersonTable,
    ReceiptTable,
    SessionTable,
    SignInFailureTable,
)
from engine.store.tables.records import HistoryTable, SignatureTable
from engine.store.tables.running import (
    AttachmentTable,
    CaseTable,
    IncidentTable,
    InstanceTable,
    MessageTable,
    PlanItemTable,
    SubscriptionTable,
    TaskTable,
    TimerTable,
)

__all__ = [
    "ApiTokenTable",
    "AttachmentTable",
    "CaseTable",
    "CaseWordTable",
    "CounterTable",
    "CustomerTable",
    "DecisionModelTable",
    "DecisionTable",
    "DefinitionTable",
    "DeploymentTable",
    "FiguresTable",
    "HistoryTable",
    "IncidentTable",
    "InstanceTable",
    "JobTable",
    "MessageTable",
    "MigrationItemTable",
    "MigrationTable",
    "OutboxTable",
    "PersonTable",
    "PersonWordTable",
    "PlanItemTable",
    "ReceiptTable",
    "ReminderTable",
    "ResourceTable",
    "RoutineTable",
    "SessionTable",
    "SignInFailureTable",
    "SignatureTable",
    "SkippedStepTable",
    "SubscriptionTable",
    "TaskTable",
    "TimerTable",
]
