"""User tasks: list, look, take, hand on, write, complete."""

from __future__ import annotations

from web.api import answers, requests
from web.api.call import Call, Reply, Route, shown
from web.api.paging import page
from web.api.problems import pointer

TAG = "tasks"


def list_tasks(call: Call) -> Reply:
    """Open user tasks by due date, those without one last."""
    given: requests.TaskFilter = call.query
    found = call.engine.tasks(
        call.actor,
        show=given.show,
        due=given.due,
        phase=given.phase,
        role=given.role,
        q=given.q,
        cursor=given.cursor,
        limit=given.limit,
    )
    return page(call, found, answers.Tasks, "/tasks")


def get_task(call: Call) -> Reply:
    """One user task: its form, checklist, draft or answers. The ETag is its revision."""
    found = call.engine.task(call.actor, call.id)
    detail = shown(answers.TaskDetail, found, found.row)
    return Reply(detail, [("ETag", f'"{found.row.revision}"')])


def claim_task(call: Call) -> Reply:
    """Take a task that is offered to one of your roles."""
    done = call.engine.claim(call.actor, call.id, revision=call.seen, key=call.key)
    return _changed(call, done.at, done.result["revision"])


def release_task(call: Call) -> Reply:
    """Give a task back to its role; its draft stays with it."""
    done = call.engine.release(call.actor, call.id, revision=call.seen, key=call.key)
    return _changed(call, done.at, done.result["revision"])


def reassign_task(call: Call) -> Reply:
    """Give a task to somebody who holds its role."""
    given: requests.Reassignment = call.body
    done = call.engine.reassign(
        call.actor, call.id, given.username, revision=call.seen, key=call.key
    )
    return _changed(call, done.at, done.result["revision"])


def save_draft(call: Call) -> Reply:
    """Keep what is written so far, also what is not right yet."""
    given: requests.Draft = call.body
    done = call.engine.save_draft(
        call.actor,
        call.id,
        answers=given.answers,
        ticks=_ticks(given.ticks),
        note=given.note,
        revision=call.seen,
        key=call.key,
    )
    return _changed(call, done.at, done.result["revision"])


def complete_task(call: Call) -> Reply:
    """Complete a user task. One whose signature is required takes the password of the token's
    person in `signature`: a token alone cannot sign."""
    given: requests.Completion = call.body
    done = call.engine.complete_task(
        call.actor,
        call.id,
        answers=given.answers,
        ticks=_ticks(given.ticks),
        note=given.note,
        password=given.signature.password if given.signature else None,
        revision=call.seen,
        key=call.key,
    )
    signature = None
    if "signature" in done.result:
        signature = answers.Signed(done.result["signature"], done.result["content_sha256"])
    return Reply(answers.TaskCompleted(done.key, done.at, call.id, signature))


def _ticks(given: dict[str, bool | str | None]) -> dict[str, bool | str]:
    """A point without a state is an open one."""
    return {point: state for point, state in given.items() if state is not None}


def _changed(call: Call, at: object, revision: int) -> Reply:
    done = answers.TaskChanged(call.key, at, call.id, revision)  # type: ignore[arg-type]
    return Reply(done, [("ETag", f'"{revision}"')])


def place(name: str) -> str:
    """Where an input of a task stands in the body: all that has no other place is an answer."""
    if name == "password":
        return pointer("signature", name)
    kind, _, rest = name.partition(".")
    if kind == "checklist":
        return pointer("ticks", rest)
    if kind == "plan" and rest:
        return pointer("answers")
    return pointer(name) if name in ("note", "username") else pointer("answers", name)


CHANGED = ("not-yours", "already-completed", "task-withdrawn", "stale-revision", "conflict")
ROUTES = (
    Route("GET", "/tasks", list_tasks, "List open tasks", answers.Tasks, TAG,
          query=requests.TaskFilter),
    Route("GET", "/tasks/{id}", get_task, "Get a task", answers.TaskDetail, TAG),
    Route("POST", "/tasks/{id}/claim", claim_task, "Take a task", answers.TaskChanged, TAG, "tasks",
          body=requests.Precondition, revised=True, problems=CHANGED, place=place),
    Route("POST", "/tasks/{id}/release", release_task, "Give a task back", answers.TaskChanged,
          TAG, "tasks", body=requests.Precondition, revised=True, problems=CHANGED, place=place),
    Route("POST", "/tasks/{id}/reassign", reassign_task, "Give a task to somebody",
          answers.TaskChanged, TAG, "tasks", body=requests.Reassignment, revised=True,
          problems=CHANGED, place=place),
    Route("POST", "/tasks/{id}/draft", save_draft, "Save a draft", answers.TaskChanged, TAG,
          "tasks", body=requests.Draft, revised=True, problems=CHANGED, place=place),
    Route("POST", "/tasks/{id}/complete", complete_task, "Complete a task", answers.TaskCompleted,
          TAG, "tasks", body=requests.Completion, revised=True, place=place,
          problems=(*CHANGED, "signature-required", "wrong-password", "case-ended",
                    "process-failed", "variable-too-large")),
)  # fmt: skip
