"""What people answer and tick, read strictly against what the diagram declares.

Nothing here knows a database or a language: problems carry codes that a translation knows. Two
ways to read: *complete* (everything required must be there, every problem is listed) and
``partial`` for drafts, where nothing is required and what cannot be read yet is kept as the text
that it is, so that no input is lost.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from typing import Any, Final, Protocol

from engine.bpmn.meta import TaskMeta
from engine.errors import Problem
from engine.queries.task_detail import TaskRequirements
from engine.views import Field
from engine.work.fields import (
    LONG_TEXT_LENGTH,
    TEXT_LENGTH,
    FieldLike,
    Wrong,
    clean_text,
    is_unseen,
    read_answer,
    read_date,
    read_person,
)

REASON_LENGTH: Final = 1_000
"""The most characters of why a point does not apply."""
PLAN_ROWS: Final = 1_000
"""The most rows that one plan field may change."""
_PLAN_KEYS = frozenset({"id", "person", "due"})


class PointLike(Protocol):
    """A declared point of the checklist, such as ``views.Tick``."""

    @property
    def id(self) -> str: ...
    @property
    def text(self) -> str: ...


# ---------------------------------------------------------------- forms


def check_answers(
    fields: Iterable[FieldLike],
    answers: Mapping[str, Any],
    *,
    people: Container[str],
    attached: Mapping[str, int] | None = None,
    plan_rows: Container[str] | None = None,
    partial: bool = False,
) -> tuple[dict[str, Any], tuple[Problem, ...]]:
    """The values of a form's answers, and everything that is wrong with them.

    ``answers`` are JSON-like: texts are read strictly by the field's type (dates YYYY-MM-DD,
    numbers with a point); ``""`` and None are no answer. ``people`` holds the user names that a
    person field accepts, ``attached`` the number of files per attachment field (which are never
    answers), ``plan_rows`` the ids of the plan's rows (None accepts any).

    Values: ``str`` (text, longtext, choice, person, interval as ISO 8601 text), ``date``,
    ``Decimal`` (integer, decimal, money), ``bool``, and for a plan a list of dicts with ``id``,
    ``person``, ``due`` (date or None). A complete reading has a value for every field but
    attachments, None where nothing was answered, so that a second round overwrites the first; a
    partial one has only what was answered. Codes of the problems: required, attachment_required,
    undeclared_field, text_malformed, too_long, too_short, date_malformed, number_malformed,
    integer_expected, too_small, too_large, boolean_malformed, not_an_option, interval_malformed,
    unknown_person, and those of ``check_plan``.
    """
    fields = list(fields)
    files = attached or {}
    values: dict[str, Any] = {}
    problems = _undeclared(fields, answers)
    for field in fields:
        given = answers.get(field.id)
        if field.type == "attachment":
            if field.required and not files.get(field.id) and not partial:
                wrong = Wrong("attachment_required", "at least one file is required")
                problems.append(wrong.problem(field.id, field.label))
        elif is_empty(given):
            if not partial:
                values[field.id] = None
                problems += [_required(field)] if field.required else []
        else:
            value, unreadable = _read(field, given, people, plan_rows)
            if unreadable and partial and (field.type != "plan" or isinstance(given, list)):
                value, unreadable = _as_written(field, given)
            if not unreadable:
                values[field.id] = value
            problems += unreadable
    return values, tuple(problems)


def is_empty(value: Any) -> bool:
    """True for what counts as no answer: None, text that nobody can see, an empty list."""
    return value is None or value == [] or (isinstance(value, str) and is_unseen(value))


def _undeclared(fields: Sequence[FieldLike], answers: Mapping[str, Any]) -> list[Problem]:
    # A browser sends the name of every file input too, empty.
    declared = {f.id for f in fields if f.type != "attachment"}
    files = {f.id for f in fields} - declared
    return [
        Problem("undeclared_field", f"the form has no answer {name!r}", str(name)[:100])
        for name in answers
        if name not in declared and not (name in files and is_empty(answers[name]))
    ]


def _required(field: FieldLike) -> Problem:
    return Wrong("required", "an answer is required").problem(field.id, field.label)


def _read(
    field: FieldLike, given: Any, people: Container[str], plan_rows: Container[str] | None
) -> tuple[Any, list[Problem]]:
    if field.type == "plan":
        rows, problems = check_plan(given, people=people, known=plan_rows)
        return rows, list(problems)
    try:
        return read_answer(field, given, people), []
    except Wrong as wrong:
        return None, [wrong.problem(field.id, field.label)]


def _as_written(field: FieldLike, given: Any) -> tuple[Any, list[Problem]]:
    """What a draft keeps of an answer that cannot be read."""
    try:
        if field.type == "plan":
            rows = [row for row in given[:PLAN_ROWS] if isinstance(row, Mapping)]
            return [
                {str(k): None if v is None else clean_text(v, TEXT_LENGTH) for k, v in row.items()}
                for row in rows
            ], []
        return clean_text(given, LONG_TEXT_LENGTH, lines=True), []
    except Wrong as wrong:
        return None, [wrong.problem(field.id, field.label)]


# ---------------------------------------------------------------- the plan


def check_plan(
    rows: Any, *, people: Container[str], known: Container[str] | None = None
) -> tuple[list[dict[str, Any]], tuple[Problem, ...]]:
    """The rows of an edited plan: ``id``, and where given ``person`` (user name or None) and
    ``due`` (``date`` or None). Problems are on ``plan.<row id>`` with ``column`` in their params;
    codes: plan_malformed, unknown_row, unknown_person, date_malformed, undeclared_field."""
    if not isinstance(rows, (list, tuple)) or len(rows) > PLAN_ROWS:
        return [], (Problem("plan_malformed", "the plan must be a list of rows", "plan"),)
    read: list[dict[str, Any]] = []
    problems: list[Problem] = []
    seen: set[str] = set()
    for row in rows:
        ident = row.get("id") if isinstance(row, Mapping) else None
        if not isinstance(ident, str) or ident in seen:
            problems.append(Problem("plan_malformed", "a row has no id of its own", "plan"))
            continue
        seen.add(ident)
        if known is not None and ident not in known:
            problems.append(
                Problem("unknown_row", f"the plan has no row {ident[:40]!r}", f"plan.{ident[:40]}")
            )
            continue
        value, wrong = _plan_row(ident, row, people)
        read.append(value)
        problems += wrong
    return read, tuple(problems)


def _plan_row(
    ident: str, row: Mapping[str, Any], people: Container[str]
) -> tuple[dict[str, Any], list[Problem]]:
    place = f"plan.{ident}"
    value: dict[str, Any] = {"id": ident}
    problems = [
        Problem("undeclared_field", f"a row has no {name!r}", place, {"column": str(name)[:40]})
        for name in row
        if name not in _PLAN_KEYS
    ]
    for column in ("person", "due"):
        if column not in row:
            continue
        given = row[column]
        try:
            if is_empty(given):
                value[column] = None
            else:
                value[column] = (
                    read_person(given, people) if column == "person" else read_date(given)
                )
        except Wrong as wrong:
            problems.append(
                Problem(wrong.code, wrong.message, place, {**wrong.params, "column": column})
            )
    return value, problems


# ---------------------------------------------------------------- the checklist


def check_ticks(
    points: Iterable[PointLike], ticks: Mapping[str, Any], *, partial: bool = False
) -> tuple[dict[str, bool | str], tuple[Problem, ...]]:
    """The state of every point that was dealt with: True for done, the reason for "not
    applicable". False and None are open points, which only a draft may have.

    A draft also keeps an empty reason: somebody has said "not applicable" and not yet why.
    Problems are on ``checklist.<id>``: unknown_item, unticked, reason_required, too_long,
    text_malformed, tick_malformed.
    """
    points = list(points)
    known = {point.id for point in points}
    problems = [
        Problem(
            "unknown_item",
            f"the checklist has no point {str(name)[:40]!r}",
            _place(str(name)[:100]),
        )
        for name in ticks
        if name not in known
    ]
    states: dict[str, bool | str] = {}
    for point in points:
        given = ticks.get(point.id)
        try:
            state = _tick(given, partial)
            if state is not None:
                states[point.id] = state
        except Wrong as wrong:
            problems.append(wrong.problem(_place(point.id), point.text))
    return states, tuple(problems)


def _tick(given: Any, partial: bool) -> bool | str | None:
    if given is True:
        return True
    if given is None or given is False:
        if partial:
            return None
        raise Wrong("unticked", "tick this point, or say why it does not apply")
    if not isinstance(given, str):
        raise Wrong("tick_malformed", "a point is true, false, or a reason in words")
    reason = clean_text(given, REASON_LENGTH, lines=True)
    if not reason and not partial:
        raise Wrong("reason_required", "say why this point does not apply")
    return reason


def _place(item_id: str) -> str:
    return f"checklist.{item_id}"


# ---------------------------------------------------------------- what a task asks for


def asks(meta: TaskMeta, decide: Callable[[str], Any]) -> TaskRequirements:
    """The requirements of a task whose diagram says ``meta``. ``decide`` evaluates a FEEL text: a
    point is exempt only when the result is false, a field required only when it is true."""
    return TaskRequirements(
        documentation=meta.documentation,
        checklist=meta.checklist,
        exempt=frozenset(
            item.id
            for item in meta.checklist
            if item.applies is not None and decide(item.applies) is False
        ),
        form=decided_form(meta.form, decide),
        signature_required=meta.signature.required,
        meaning=meta.signature.meaning,
    )


def decided_form(form: tuple[Any, ...], decide: Callable[[str], Any]) -> tuple[Field, ...]:
    """The views of a diagram's form fields (``engine.bpmn.forms.FormField``). ``decide`` evaluates
    the FEEL text of a condition."""
    return tuple(
        Field(
            id=f.id,
            type=f.type,
            label=f.label,
            required=f.required if f.required_when is None else decide(f.required_when) is True,
            help=f.help,
            options=f.options,
            minimum=f.minimum,
            maximum=f.maximum,
        )
        for f in form
    )


# ---------------------------------------------------------------- the note


def check_note(note: str) -> list[Problem]:
    """What is wrong with a task's note: nothing, or that it is too long."""
    most = LONG_TEXT_LENGTH
    if len(note) <= most:
        return []
    return [Problem("too_long", f"at most {most} characters", "note", {"maximum": most})]
