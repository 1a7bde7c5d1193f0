"""The operations on user tasks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from engine import Conflict, Receipt
from web.api import answers, requests
from web.api.call import Call, Handler, Reply, Route, as_struct
from web.api.conflicts import stale
from web.api.paging import page
from web.api.problems import Refused, pointer

TAG = "tasks"
"""The operations' group in the documentation."""


def list_tasks(call: Call) -> Reply:
    """Open user tasks by due date, those without one last. With a filter you may want `show=all`:
    by default only what is yours, or offered to your roles, is listed."""
    return page(call, call.engine.tasks.search(call.actor, **call.filters), answers.Tasks, "/tasks")


def get_task(call: Call) -> Reply:
    """One user task: its form, checklist, draft or answers. Its ETag begins with its revision."""
    task = call.engine.tasks.get(call.actor, call.id)
    detail = as_struct(answers.TaskDetail, task, task.row)
    return Reply(detail, revision=task.row.revision)


def claim_task(call: Call) -> Reply:
    """Take a task that is offered to one of your roles."""
    return _changed(call, call.engine.tasks.claim(call.actor, call.id, **call.guarded))


def release_task(call: Call) -> Reply:
    """Give a task back to its role; its draft stays with it."""
    return _changed(call, call.engine.tasks.release(call.actor, call.id, **call.guarded))


def reassign_task(call: Call) -> Reply:
    """Give a task to somebody who holds its role."""
    username = call.body.username
    return _changed(call, call.engine.tasks.reassign(call.actor, call.id, username, **call.guarded))


def take_over_task(call: Call) -> Reply:
    """Take a task over from a colleague who has it, with a reason. The colleague is told; what they
    have saved stays with the task. A task that its diagram gives to a named person cannot be taken
    over from that person."""
    reason = call.body.reason
    return _changed(call, call.engine.tasks.take_over(call.actor, call.id, reason, **call.guarded))


def save_draft(call: Call) -> Reply:
    """Keep what is written so far, also what is not right yet."""
    with _conflicts_explained(call):
        done = call.engine.tasks.save_draft(
            call.actor, call.id, **_written(call.body), **call.guarded
        )
    return _changed(call, done)


def complete_task(call: Call) -> Reply:
    """Complete a user task. One whose signature is required takes the password of the token's
    person in `signature`: a token alone cannot sign. What is signed is what was shown: send the
    `shown_sha256` of the task as the signer has seen it."""
    given: requests.Completion = call.body
    if given.signature is not None and given.shown_sha256 is None:
        text = "Send the shown_sha256 of the task as its signer has seen it."
        raise Refused("shown-required", text)
    with _conflicts_explained(call):
        done = call.engine.tasks.complete(
            call.actor,
            call.id,
            password=given.signature.password if given.signature else None,
            shown_sha256=given.shown_sha256,
            **_written(given),
            **call.guarded,
        )
    signature = None
    if "signature" in done.result:
        signature = answers.Signed(done.result["signature"], done.result["content_sha256"])
    return Reply(answers.TaskCompleted(done.key, done.at, call.id, signature))


def withdraw_signature(call: Call) -> Reply:
    """Withdraw the signature of a completed task, with a reason: its signer and managers may. The
    signature stays, and so does what was done with it."""
    done = call.engine.tasks.withdraw_signature(call.actor, call.id, call.body.reason, key=call.key)
    return Reply(answers.Withdrawn(done.key, done.at, call.id, done.result["signature"]))


@contextmanager
def _conflicts_explained(call: Call) -> Iterator[None]:
    """Tell whoever writes from a revision that has passed what is stored now."""
    try:
        yield
    except Conflict as error:
        if error.error_code not in ("stale_revision", "shown_changed"):
            raise
        raise stale(call.engine.tasks.get(call.actor, call.id), call.body, error) from error


def _written(given: requests.Draft | requests.Completion) -> dict[str, Any]:
    """The answers, ticks and note as the engine's arguments; a point with null is left open."""
    ticks = {point: state for point, state in given.ticks.items() if state is not None}
    return {"answers": given.answers, "ticks": ticks, "note": given.note}


def _changed(call: Call, done: Receipt) -> Reply:
    revision = done.result["revision"]
    changed = answers.TaskChanged(done.key, done.at, call.id, revision)
    return Reply(changed, revision=revision)


def place(name: str) -> str:
    """The JSON pointer of a wrong input of a task; a name without a place of its own is an
    answer."""
    if name == "password":
        return pointer("signature", name)
    kind, _, rest = name.partition(".")
    if kind == "checklist":
        return pointer("ticks", rest)
    if kind == "plan" and rest:
        return pointer("answers")
    return pointer(name) if name in ("note", "reason", "username") else pointer("answers", name)


CHANGED = ("not-yours", "already-completed", "task-withdrawn", "stale-revision", "conflict")
"""The problems of every operation that changes a task."""


def _change(handler: Handler, action: str, summary: str, body: type, **example: Any) -> Route:
    """An operation that changes who does a task, and takes its revision."""
    return Route("POST", f"/tasks/{{id}}/{action}", handler, summary, answers.TaskChanged, TAG,
                 "tasks", body=body, revision="taken", headers=("ETag",), problems=CHANGED,
                 place=place, example={**example, "revision": 7})  # fmt: skip


ROUTES = (
    Route("GET", "/tasks", list_tasks, "List open tasks", answers.Tasks, TAG,
          query=requests.TaskFilter, headers=("Link",)),
    Route("GET", "/tasks/{id}", get_task, "Get a task", answers.TaskDetail, TAG),
    _change(claim_task, "claim", "Take a task", requests.Precondition),
    _change(release_task, "release", "Give a task back", requests.Precondition),
    _change(reassign_task, "reassign", "Give a task to somebody", requests.Reassignment,
            username="anna"),
    _change(take_over_task, "take-over", "Take a task over from a colleague", requests.TakeOver,
            reason="Anna is ill this week."),
    Route("POST", "/tasks/{id}/draft", save_draft, "Save a draft", answers.TaskChanged, TAG,
          "tasks", body=requests.Draft, revision="needed", headers=("ETag",), place=place,
          problems=(*CHANGED, "revision-required"),
          example={"answers": {"report": "The market grows."}, "note": "More to come.",
                   "revision": 7}),
    Route("POST", "/tasks/{id}/complete", complete_task, "Complete a task", answers.TaskCompleted,
          TAG, "tasks", body=requests.Completion, revision="needed", place=place,
          problems=(*CHANGED, "revision-required", "shown-required", "shown-changed",
                    "signature-required", "wrong-password", "case-ended", "process-failed",
                    "variable-too-large"),
          example={"answers": {"report": "The market grows."},
                   "ticks": {"prices": True, "competitors": "There are none."},
                   "signature": {"password": "…"},
                   "shown_sha256": "9f86d081…",
                   "revision": 7}),
    Route("POST", "/tasks/{id}/withdraw-signature", withdraw_signature, "Withdraw a signature",
          answers.Withdrawn, TAG, "tasks", body=requests.Withdrawing, problems=("conflict",),
          example={"reason": "The wrong contract."}),
)  # fmt: skip
"""The operations of this module."""
