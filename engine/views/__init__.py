"""What the engine shows: frozen values, never a row and never a live object.

Times are aware ``datetime`` in UTC, due dates are plain ``date`` in the configured zone, ids are
strings. Lists are tuples.
"""

from __future__ import annotations

from engine.views.cases import (
    CaseDetail,
    CaseRow,
    ElementState,
    Incident,
    InstanceState,
    InstanceView,
    MessageOption,
    Sheet,
    SheetEntry,
    SheetRow,
)
from engine.views.diagrams import (
    Activity,
    CheckReport,
    Definition,
    Deployment,
    Drawing,
    Edge,
    Finding,
    Phase,
    Severity,
    Shape,
    Source,
)
from engine.views.people import (
    SYSTEM,
    Actor,
    Customer,
    IssuedToken,
    Page,
    Person,
    Role,
    Session,
    Token,
)
from engine.views.records import (
    Fault,
    HistoryEntry,
    Receipt,
    Verification,
)
from engine.views.tasks import (
    Attachment,
    Field,
    Option,
    PlanRow,
    RowState,
    SignatureView,
    TaskDetail,
    TaskRow,
    TaskState,
    Tick,
)

__all__ = [
    "SYSTEM",
    "Activity",
    "Actor",
    "Attachment",
    "CaseDetail",
    "CaseRow",
    "CheckReport",
    "Customer",
    "Definition",
    "Deployment",
    "Drawing",
    "Edge",
    "ElementState",
    "Fault",
    "Field",
    "Finding",
    "HistoryEntry",
    "Incident",
    "InstanceState",
    "InstanceView",
    "IssuedToken",
    "MessageOption",
    "Option",
    "Page",
    "Person",
    "Phase",
    "PlanRow",
    "Receipt",
    "Role",
    "RowState",
    "Session",
    "Severity",
    "Shape",
    "Sheet",
    "SheetEntry",
    "SheetRow",
    "SignatureView",
    "Source",
    "TaskDetail",
    "TaskRow",
    "TaskState",
    "Tick",
    "Token",
    "Verification",
]
