"""The tables, a module for each noun.

Rows are read and written with Core statements on these models (``select(TaskTable.id)``,
``insert(TaskTable)``); no ORM session is ever opened. Ids are UUIDv4 as 32 hexadecimal digits,
times are UTC, JSON columns hold plain JSON (see ``engine.feel.to_json`` for FEEL values)."""

from __future__ import annotations

from engine.store.base import stored
from engine.store.tables.analysis import FiguresTable
from engine.store.tables.cases import CaseTable, CounterTable, PlanItemTable
from engine.store.tables.checkpoints import (
    CheckpointEvidenceTable,
    CheckpointTable,
    LeafTable,
    NodeTable,
)
from engine.store.tables.customers import CustomerTable
from engine.store.tables.decisions import DecisionModelTable, DecisionTable
from engine.store.tables.definitions import DefinitionTable, DeploymentTable, ResourceTable
from engine.store.tables.incidents import IncidentTable
from engine.store.tables.instances import (
    DeliveryTable,
    InstanceTable,
    InstanceTitleTable,
    MessageTable,
    SubscriptionTable,
    TimerTable,
)
from engine.store.tables.jobs import JobTable, OutboxTable, ReminderTable, RoutineTable
from engine.store.tables.migration import MigrationItemTable, MigrationTable, SkippedStepTable
from engine.store.tables.notices import NoticeTable
from engine.store.tables.pending_forms import PendingFormTable
from engine.store.tables.people import PersonRoleTable, PersonTable
from engine.store.tables.previews import PreviewGroupTable, PreviewItemTable, PreviewTable
from engine.store.tables.reads import HistoryReadTable
from engine.store.tables.receipts import ReceiptTable
from engine.store.tables.records import HistoryTable, SignatureTable, WithdrawalTable
from engine.store.tables.sessions import KnownOriginTable, SessionTable, SignInFailureTable
from engine.store.tables.sign_in import (
    ChallengeTable,
    OneTimeCodeTable,
    OpenidLinkTable,
    PasskeyTable,
    RecoveryCodeTable,
)
from engine.store.tables.storage import STORED
from engine.store.tables.tasks import AttachmentTable, TaskTable
from engine.store.tables.tokens import ApiTokenTable
from engine.store.tables.words import (
    CaseWordTable,
    CustomerWordTable,
    InstanceWordTable,
    PersonWordTable,
)

__all__ = [
    "STORED",
    "ApiTokenTable",
    "AttachmentTable",
    "CaseTable",
    "CaseWordTable",
    "ChallengeTable",
    "CheckpointEvidenceTable",
    "CheckpointTable",
    "CounterTable",
    "CustomerTable",
    "CustomerWordTable",
    "DecisionModelTable",
    "DecisionTable",
    "DefinitionTable",
    "DeliveryTable",
    "DeploymentTable",
    "FiguresTable",
    "HistoryReadTable",
    "HistoryTable",
    "IncidentTable",
    "InstanceTable",
    "InstanceTitleTable",
    "InstanceWordTable",
    "JobTable",
    "KnownOriginTable",
    "LeafTable",
    "MessageTable",
    "MigrationItemTable",
    "MigrationTable",
    "NodeTable",
    "NoticeTable",
    "OneTimeCodeTable",
    "OpenidLinkTable",
    "OutboxTable",
    "PasskeyTable",
    "PendingFormTable",
    "PersonRoleTable",
    "PersonTable",
    "PersonWordTable",
    "PlanItemTable",
    "PreviewGroupTable",
    "PreviewItemTable",
    "PreviewTable",
    "ReceiptTable",
    "RecoveryCodeTable",
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
    "WithdrawalTable",
]

for _table, _parameters in STORED.items():
    stored(_table, **_parameters)
