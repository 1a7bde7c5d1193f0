"""The structs that the API gives.

They are made of the engine's views by the names of their fields, so an attribute of a view that no
struct names is never sent. Their docstrings are descriptions in the OpenAPI document.
"""

from __future__ import annotations

from web.api.answers.cases import (
    Case,
    CaseChanged,
    CaseDetail,
    Cases,
    CaseStarted,
    Customer,
    CustomerAdded,
    CustomerRow,
    Customers,
    Delivered,
    Fact,
    History,
    Incident,
    Incidents,
    Instance,
    Message,
    Offered,
    Planned,
    Retried,
    TokenName,
)
from web.api.answers.definitions import (
    Definition,
    DefinitionDetail,
    Definitions,
    Deployment,
    Finding,
)
from web.api.answers.people import Me, Person, Time
from web.api.answers.problems import Difference, Problem, Written, Wrong
from web.api.answers.tasks import (
    Attachment,
    Field,
    Option,
    Point,
    Signature,
    Signed,
    Task,
    TaskChanged,
    TaskCompleted,
    TaskDetail,
    Tasks,
)

__all__ = [
    "Attachment",
    "Case",
    "CaseChanged",
    "CaseDetail",
    "CaseStarted",
    "Cases",
    "Customer",
    "CustomerAdded",
    "CustomerRow",
    "Customers",
    "Definition",
    "DefinitionDetail",
    "Definitions",
    "Delivered",
    "Deployment",
    "Difference",
    "Fact",
    "Field",
    "Finding",
    "History",
    "Incident",
    "Incidents",
    "Instance",
    "Me",
    "Message",
    "Offered",
    "Option",
    "Person",
    "Planned",
    "Point",
    "Problem",
    "Retried",
    "Signature",
    "Signed",
    "Task",
    "TaskChanged",
    "TaskCompleted",
    "TaskDetail",
    "Tasks",
    "Time",
    "TokenName",
    "Written",
    "Wrong",
]
