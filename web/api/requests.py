"""The structs that the API takes: bodies and query parameters. Unknown names are refused."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, field

from web.texts.facts import FACTS

Limit = Annotated[int, Meta(ge=1, le=200, description="The most items of one page.")]
Cursor = Annotated[str | UnsetType, Meta(description="`next` of the page before.")]
Exactly = Annotated[str, Meta(min_length=1, max_length=255, pattern=r"^[^\u0000-\u001f]+$")]
"""A text that must be equal, and that every database can compare."""
Words = Annotated[
    str,
    Meta(
        description="Words that must all be found, as beginnings of words too: for people who look "
        "for something. A program that means one thing names it by the other filters."
    ),
]
Answers = Annotated[
    dict[str, Any], Meta(description="By field id, as `form` of the task declares them.")
]
Ticks = Annotated[
    dict[str, bool | str | None],
    Meta(description="By point id: true, or the reason why the point does not apply."),
]
Revision = Annotated[
    int | None,
    Meta(description="The revision that you have seen; refused when it is another by now."),
]
Values = Annotated[dict[str, Any], Meta(description="JSON values by name.")]
Title = Annotated[str, Meta(extra_json_schema={"maxLength": 200})]
Reason = Annotated[str, Meta(extra_json_schema={"minLength": 1, "maxLength": 2000})]
"""Its bounds are documented here and checked by the engine, whose problems say more. (So for
Title.)"""


class Given(Struct, forbid_unknown_fields=True, frozen=True):
    """The base of every struct that the API takes: unknown fields are refused."""


class Nothing(Given, frozen=True):
    """An empty object."""


# ---------------------------------------------------------------- query parameters


class SheetQuestion(Given, frozen=True, kw_only=True):
    """In which language a PDF is."""

    lang: Annotated[Literal["sv", "en"], Meta(description="Swedish or English.")] = "sv"


class Exact(Given, frozen=True, kw_only=True):
    """The filters that tasks and cases have in common: what is named must be equal."""

    case: Annotated[Exactly | UnsetType, Meta(description="The case's id or its number.")] = UNSET
    business_key: Annotated[
        Exactly | UnsetType, Meta(description="The case's number, and nothing else.")
    ] = UNSET
    customer: Annotated[
        Exactly | UnsetType,
        Meta(description="The customer's id, or its organisation number as `customer` has it."),
    ] = UNSET
    process: Annotated[
        Exactly | UnsetType,
        Meta(
            description="The process's id, or a definition's for one version of it: the process "
            "that the task stands in, or that the case began on."
        ),
    ] = UNSET
    element: Annotated[
        Exactly | UnsetType, Meta(description="The id of the task's element in its diagram.")
    ] = UNSET
    assignee: Annotated[
        Exactly | UnsetType, Meta(description="The user name or the id of whom it is assigned to.")
    ] = UNSET
    role: Annotated[Exactly | UnsetType, Meta(description="The role's key.")] = UNSET
    phase: Annotated[Exactly | UnsetType, Meta(description="The phase's key, such as B1.")] = UNSET
    due_from: Annotated[
        date | UnsetType, Meta(description="Due on this day or later; leaves out what has no date.")
    ] = UNSET
    due_to: Annotated[
        date | UnsetType,
        Meta(description="Due on this day or earlier; leaves out what has no date."),
    ] = UNSET


class TaskFilter(Exact, frozen=True, kw_only=True):
    """Which open tasks to list."""

    show: Annotated[
        Literal["mine", "role", "all"],
        Meta(description="Mine and what my roles are offered; all of my roles; all that I see."),
    ] = "mine"
    due: Annotated[
        Literal["late", "today", "coming"] | UnsetType,
        Meta(description="Before, on, or after the day of today; `coming` also without a date."),
    ] = UNSET
    q: Words = ""
    cursor: Cursor = UNSET
    limit: Limit = 50


class CaseFilter(Exact, frozen=True, kw_only=True):
    """Which cases to list. `element`, `assignee`, `role`, `phase` and the days are asked of one
    open task of the case, all of the same one."""

    state: Annotated[
        Literal["running", "ended", "all"],
        Meta(description="A case that is stopped by an incident is running."),
    ] = "running"
    q: Words = ""
    cursor: Cursor = UNSET
    limit: Limit = 50


class HistoryFilter(Given, frozen=True):
    """Which facts of a case to list."""

    type: Annotated[
        Literal[tuple(FACTS)] | UnsetType,  # type: ignore[valid-type]
        Meta(description="The fact's type."),
    ] = UNSET
    q: Words = ""
    cursor: Cursor = UNSET
    limit: Limit = 50


class IncidentFilter(Given, frozen=True):
    """Which open incidents to list."""

    cursor: Cursor = UNSET
    limit: Limit = 50


class CustomerFilter(Given, frozen=True):
    """Which customers to list."""

    q: Words = ""
    cursor: Cursor = UNSET
    limit: Limit = 200


class StartQuestion(Given, frozen=True):
    """A case that would be started."""

    process_id: Annotated[str | None, Meta(description="As for starting a case.")] = None
    start_date: Annotated[date | None, Meta(description="As for starting a case.")] = None


# ---------------------------------------------------------------- bodies


class Precondition(Given, frozen=True):
    """Nothing, or the revision that must still hold."""

    revision: Revision = None


class Reassignment(Given, frozen=True):
    """Who gets the task."""

    username: str
    revision: Revision = None


class TakeOver(Given, frozen=True):
    """Why the task is taken over."""

    reason: str
    revision: Revision = None


class Draft(Given, frozen=True):
    """What has been written so far, also what is not right yet."""

    answers: Answers = field(default_factory=dict)
    ticks: Ticks = field(default_factory=dict)
    note: str = ""
    revision: Revision = None


class Reauthentication(Given, frozen=True):
    """Signing asks for the password of the token's person, each time."""

    password: str


class Completion(Given, frozen=True):
    """A user task as it is completed."""

    answers: Answers = field(default_factory=dict)
    ticks: Ticks = field(default_factory=dict)
    note: str = ""
    signature: Annotated[
        Reauthentication | None, Meta(description="Required when `signature_required` is true.")
    ] = None
    shown_sha256: Annotated[
        str | None,
        Meta(
            description="The `shown_sha256` of the task as the signer has seen it; needed with a "
            "`signature`. Refused when anything of it is not the same by now."
        ),
    ] = None
    revision: Revision = None


class NewCase(Given, frozen=True):
    """A case to start."""

    process_id: Annotated[
        str | None,
        Meta(
            description="Which process. Required unless the settings name a first one "
            "(`cases.first_process`), which is then meant."
        ),
    ] = None
    customer_id: Annotated[
        str | None,
        Meta(description="The process says whether a case needs a customer, may have one or none."),
    ] = None
    start_date: Annotated[
        date | None,
        Meta(
            description="When what the case is about is planned to begin, in the years 1900–2199."
        ),
    ] = None
    people: Annotated[dict[str, str], Meta(description="User names by role key.")] = field(
        default_factory=dict
    )
    variables: Annotated[
        dict[str, Any],
        Meta(
            description="JSON values by name. Those that the process's start form declares are "
            "read as answers to it; one that is missing has its default."
        ),
    ] = field(default_factory=dict)
    title: Title = ""


class NewMessage(Given, frozen=True):
    """A message to a case."""

    name: Annotated[str, Meta(description="The message's name in the diagrams.")]
    payload: Annotated[dict[str, Any], Meta(description="By field of the message's form.")] = field(
        default_factory=dict
    )


class Cancellation(Given, frozen=True):
    """Why a case ends before its time."""

    reason: Reason


class Withdrawing(Given, frozen=True):
    """Why a signature is withdrawn."""

    reason: Reason


class Beginning(Given, frozen=True):
    """An activity of an ad-hoc sub-process; `offered` of the case has those that can be."""

    element_id: str
    scope_token: Annotated[str | None, Meta(description="Which of several open sub-processes.")] = (
        None
    )


class Correction(Given, frozen=True):
    """Variables to set."""

    variables: Values


class NewCustomer(Given, frozen=True):
    """A customer to register."""

    name: Annotated[str, Meta(extra_json_schema={"minLength": 1, "maxLength": 200})]
    org_number: Annotated[
        str,
        Meta(
            description="Swedish organisation number, 556123-4567.",
            extra_json_schema={"pattern": r"^\s*(16)?[0-9]{2}[2-9][0-9]{3}-?[0-9]{4}\s*$"},
        ),
    ]
