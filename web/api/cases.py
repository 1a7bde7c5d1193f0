"""The operations on cases, their instances, customers, messages and incidents."""

from __future__ import annotations

from msgspec import structs

from engine import Invalid, NotFound, Problem
from web.api import answers, requests
from web.api.call import BASE, Call, Reply, Route, as_struct
from web.api.paging import page
from web.api.problems import pointer

TAG = "cases"
"""The operations' group in the documentation."""


def list_cases(call: Call) -> Reply:
    """Cases that you may see, the last started first."""
    return page(call, call.engine.cases.search(call.actor, **call.filters), answers.Cases, "/cases")


def start_case(call: Call) -> Reply:
    """Start a case of a process. An `incident` in the answer says that it failed at once and
    waits for somebody to look at it."""
    given: requests.NewCase = call.body
    try:
        done = call.engine.cases.start(call.actor, **structs.asdict(given), key=call.key)
    except NotFound as error:
        # What is missing is named in the body: the address itself is right.
        customer = given.customer_id is not None and error.params.get("id") == given.customer_id
        name = "customer" if customer else "process"
        raise Invalid([Problem(f"unknown_{name}", error.message, f"{name}_id")]) from error
    made = answers.CaseStarted(
        done.key,
        done.at,
        str(done.id),
        done.result["number"],
        done.result.get("incident"),
        done.result.get("date_conflicts", 0),
    )
    return Reply(made, [("Location", f"{BASE}/cases/{done.id}")])


def check_start(call: Call) -> Reply:
    """Whether the dates of a case that would start now can be kept: which activities would be due
    before they can be begun, and the first day to begin on without any such. Nothing is started."""
    asked = structs.asdict(call.query)
    return Reply(as_struct(answers.StartCheck, call.engine.cases.check_start(call.actor, **asked)))


def get_case(call: Call) -> Reply:
    """One case, by its id or its number: its plan, its process instances, the messages that it can
    get now."""
    case = call.engine.cases.get(call.actor, call.id)
    plan = [row.plan for sheet in case.sheets for row in sheet.rows]
    detail = as_struct(answers.CaseDetail, case, case.row, plan=plan, offered=case.activities)
    return Reply(detail)


def get_case_history(call: Call) -> Reply:
    """What has happened in a case, by its id or its number, the newest first."""
    facts = call.engine.history.search(call.actor, case_id=call.id, **call.asked)
    return page(call, facts, answers.History, f"/cases/{call.id}/history")


def deliver_message(call: Call) -> Reply:
    """Give a message to a case, by its id or its number. One that nobody waits for yet is kept."""
    given: requests.NewMessage = call.body
    done = call.engine.cases.deliver(call.actor, given.name, call.id, given.payload, key=call.key)
    return Reply(answers.Delivered(done.key, done.at, **done.result))


def cancel_case(call: Call) -> Reply:
    """End a case, by its id or its number, before its time, with all that is open in it."""
    done = call.engine.cases.cancel(call.actor, call.id, call.body.reason, key=call.key)
    return Reply(answers.CaseChanged(done.key, done.at))


def begin_activity(call: Call) -> Reply:
    """Begin an activity of an open ad-hoc sub-process of an instance."""
    given: requests.Beginning = call.body
    done = call.engine.cases.begin_activity(
        call.actor, call.id, given.element_id, scope_token=given.scope_token, key=call.key
    )
    return Reply(answers.CaseChanged(done.key, done.at))


def correct_variables(call: Call) -> Reply:
    """Set variables of a running instance, so that what failed over them can be tried again. For
    those who look after the engine; the history keeps the old values."""
    given: requests.Correction = call.body
    done = call.engine.instances.correct_variables(
        call.actor, call.id, given.variables, key=call.key
    )
    return Reply(answers.CaseChanged(done.key, done.at))


def list_customers(call: Call) -> Reply:
    """Customers by name."""
    customers = call.engine.customers.search(call.actor, **call.asked)
    return page(call, customers, answers.Customers, "/customers")


def add_customer(call: Call) -> Reply:
    """Register a customer."""
    given: requests.NewCustomer = call.body
    done = call.engine.customers.add(call.actor, given.name, given.org_number, key=call.key)
    return Reply(answers.CustomerAdded(done.key, done.at, str(done.id)))


def list_incidents(call: Call) -> Reply:
    """Open incidents, the newest first; none for those who do not look after the engine."""
    incidents = call.engine.incidents.search(call.actor, **call.asked)
    return page(call, incidents, answers.Incidents, "/incidents")


def retry_incident(call: Call) -> Reply:
    """Try again what failed."""
    done = call.engine.incidents.retry(call.actor, call.id, key=call.key)
    return Reply(answers.Retried(done.key, done.at, done.result["resolved"]))


def place_of_message(name: str) -> str:
    """The JSON pointer of a wrong input of a message: its name, else a field of its payload."""
    return pointer("name") if name == "message" else pointer("payload", name)


ROUTES = (
    Route("GET", "/cases", list_cases, "List cases", answers.Cases, TAG,
          query=requests.CaseFilter, headers=("Link",)),
    Route("POST", "/cases", start_case, "Start a case", answers.CaseStarted, TAG, "cases",
          status=201, body=requests.NewCase, headers=("Location",),
          problems=("conflict", "variable-too-large"),
          example={"process_id": "contract", "customer_id": "5b0c0c7e7a4b4d0f8a5d7f1f2f8d3c11",
                   "start_date": "2027-01-01", "people": {"seller": "anna"}}),
    Route("GET", "/start-check", check_start, "Check a start's dates", answers.StartCheck, TAG,
          query=requests.StartQuestion),
    Route("GET", "/cases/{id}", get_case, "Get a case", answers.CaseDetail, TAG),
    Route("GET", "/cases/{id}/history", get_case_history, "Get a case's history", answers.History,
          TAG, query=requests.HistoryFilter, headers=("Link",)),
    Route("POST", "/cases/{id}/messages", deliver_message, "Deliver a message",
          answers.Delivered, TAG, "cases", body=requests.NewMessage, place=place_of_message,
          problems=("case-ended", "process-failed", "conflict", "variable-too-large"),
          example={"name": "Complaint", "payload": {"what": "A door jams."}}),
    Route("POST", "/cases/{id}/cancel", cancel_case, "Cancel a case", answers.CaseChanged, TAG,
          "cases", body=requests.Cancellation, problems=("case-ended", "conflict"),
          example={"reason": "The customer has withdrawn."}),
    Route("POST", "/instances/{id}/begin", begin_activity, "Begin an ad-hoc activity",
          answers.CaseChanged, "instances", "cases", body=requests.Beginning,
          problems=("conflict", "process-failed"), example={"element_id": "extra_cleaning"}),
    Route("POST", "/instances/{id}/variables", correct_variables, "Correct variables",
          answers.CaseChanged, "instances", "cases", body=requests.Correction,
          place=lambda name: pointer("variables", name),
          problems=("case-ended", "conflict", "process-failed", "variable-too-large"),
          example={"variables": {"amount": 345000}}),
    Route("GET", "/customers", list_customers, "List customers", answers.Customers, "customers",
          query=requests.CustomerFilter, headers=("Link",)),
    Route("POST", "/customers", add_customer, "Register a customer", answers.CustomerAdded,
          "customers", "cases", status=201, body=requests.NewCustomer,
          example={"name": "Bok & Papper AB", "org_number": "556036-0793"}),
    Route("GET", "/incidents", list_incidents, "List open incidents", answers.Incidents,
          "incidents", query=requests.IncidentFilter, headers=("Link",)),
    Route("POST", "/incidents/{id}/retry", retry_incident, "Try again what failed",
          answers.Retried, "incidents", "cases", body=requests.Nothing,
          problems=("already-resolved", "conflict"), example={}),
)  # fmt: skip
"""The operations of this module."""
