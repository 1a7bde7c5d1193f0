"""What the API gives back. Made of the engine's views by their attributes' names, so that what an
answer does not name stays inside."""

from __future__ import annotations

from web.api.answers.cases import (
    Case,
    CaseDetail,
    Cases,
    CaseStarted,
    Customer,
    CustomerAdded,
    Customers,
    Delivered,
    Fact,
    History,
    Incident,
    Incidents,
    Instance,
    Message,
    Planned,
    Retried,
)
from web.api.answers.definitions import (
    Definition,
    DefinitionDetail,
    Definitions,
    Deployment,
    Finding,
)
from web.api.answers.people import Me, Person
from web.api.answers.problems import Problem, Wrong
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
    "CaseDetail",
    "CaseStarted",
    "Cases",
    "Customer",
    "CustomerAdded",
    "Customers",
    "Definition",
    "DefinitionDetail",
    "Definitions",
    "Delivered",
    "Deployment",
    "Fact",
    "Field",
    "Finding",
    "History",
    "Incident",
    "Incidents",
    "Instance",
    "Me",
    "Message",
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
    "Wrong",
]
