"""Lists of user tasks: the inbox, and how many tasks are in it.

The order is by due date, those without one last, then by place: customer, case, plan. Rows without
a date are a list of their own, so that no database has to sort to put them last.
``engine.queries.inbox`` selects the tasks of a page.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache, partial
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CompoundSelect,
    Connection,
    Date,
    Integer,
    String,
    and_,
    bindparam,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from engine.access.rules import sees_all
from engine.queries import exact as named
from engine.queries import inbox, paging, text_search
from engine.queries.inbox import Condition, TaskPosition, Tasks
from engine.queries.rows import PERSON, TITLE, AnyRow, AnySelect, PeopleById, title_of
from engine.store.tables import (
    CaseTable,
    CustomerTable,
    InstanceTitleTable,
    PersonTable,
    TaskTable,
)
from engine.views import Actor, Count, Exact, Page, Person, TaskRow
from engine.views.filters import ANY

SHOW = ("mine", "role", "all")
"""Whose tasks are listed: see ``search``."""
DUE = ("late", "today", "coming")
"""The groups by due date: before, on and after the day of today."""

TASK = (
    TaskTable.id,
    TaskTable.name,
    TaskTable.process_id,
    TaskTable.element_id,
    TaskTable.state,
    TaskTable.case_id,
    TaskTable.phase,
    TaskTable.phase_title,
    TaskTable.role,
    TaskTable.assignee_id,
    TaskTable.due,
    TaskTable.opened_at,
    TaskTable.ticked,
    TaskTable.points,
    TaskTable.draft_at,
    TaskTable.revision,
    CaseTable.number.label("case_number"),
    CustomerTable.name.label("customer"),
    *TITLE,
)
"""The columns that ``task_row`` reads."""

_Assignee = aliased(PersonTable)
ASSIGNEE = tuple(
    getattr(_Assignee, column.key).label(f"assignee_{column.key}") for column in PERSON[1:]
)
"""The columns of a task's assignee, beside the id: right after those of ``TASK``."""
_ASSIGNEE_ID = [column.key for column in TASK].index("assignee_id")

Day = date | BindParameter[date]

SHAPES: Final = 500
"""How many statements are kept built: one for each set of roles and choice of filters."""
_ACTOR, _TODAY, _COUNT = (
    bindparam("actor", type_=String),
    bindparam("today", type_=Date),
    bindparam("count", type_=Integer),
)
_AFTER_DUE, _AFTER_PLACE = (
    bindparam("after_due", type_=Date),
    bindparam("after_place", type_=String),
)


def search(  # noqa: PLR0913 - each is a filter
    connection: Connection,
    actor: Actor,
    *,
    show: str = "mine",
    due: str | None = None,
    phase: str | None = None,
    role: str | None = None,
    q: str = "",
    exact: Exact = ANY,
    cursor: str | None = None,
    limit: int = 25,
    today: date,
) -> Page[TaskRow]:
    """Open tasks that ``actor`` may see, a page at a time.

    ``show``: ``mine`` (assigned to the actor, or unassigned and of one of their roles), ``role``
    (of the actor's roles, with any assignee), ``all`` (of all cases that the actor may see).
    ``due``: ``late``, ``today``, ``coming`` (tasks without a date too) or None for all. Every word
    of ``q`` must occur in the task's name, or begin a word of its case (number, title, customer) or
    of its instance's title. What ``exact`` names must be equal.

    Conditions that no index covers are tested on ``inbox.LOOKED_AT`` tasks a page, so a page can be
    short, or empty, and still have a next one. Raises ``Invalid`` for an unknown ``show`` or
    ``due`` and for a cursor of another list."""
    paging.choice("show", show, SHOW)
    paging.choice("due", due, (None, *DUE))
    after = paging.decode("tasks", cursor, paging.date_part, paging.text_part)
    paging.check_limit(limit)
    position, words = _position(connection, after), text_search.words(q)
    end: TaskPosition | None = None
    if _is_plain(actor, show, phase, words, exact):
        dated = None if position is None else position.due is not None
        pages = _plain_pages(_shape(actor, show, phase, role), due, dated)
        given = {"actor": actor.id, "today": today}
        if position is not None:
            given |= {"after_due": position.due, "after_place": position.place}
        rows = _plain_rows(connection, pages, limit + 1, given)
    else:
        chosen = inbox.choose(
            connection, actor, words, show=show, phase=phase, role=role, exact=exact
        )
        windows = _windows(due, exact, position, today)
        rows, end = _chosen_rows(connection, chosen, windows, limit + 1)

    def place(row: AnyRow | TaskPosition) -> str:
        return paging.encode("tasks", row.due, row.id)

    page = paging.page(rows, limit, _listed_row, place)
    return Page(page.items, place(end)) if page.next is None and end is not None else page


def counts(
    connection: Connection,
    actor: Actor,
    *,
    show: str = "mine",
    phase: str | None = None,
    role: str | None = None,
    q: str = "",
    today: date,
) -> Mapping[str, Count]:
    """How many tasks ``search`` lists with the same filters, by due group: ``late``, ``today`` and
    ``coming``. A ``Count`` with ``more`` is a lower bound, because counting all would take too
    long. Raises ``Invalid`` for an unknown ``show``."""
    paging.choice("show", show, SHOW)
    words = text_search.words(q)
    if _is_plain(actor, show, phase, words, ANY):
        counting = _plain_counts(_shape(actor, show, phase, role))
    else:
        chosen = inbox.choose(connection, actor, words, show=show, phase=phase, role=role)
        counting = inbox.counting(chosen, _GROUPS)
    return inbox.counted(connection, counting, DUE, {"actor": actor.id, "today": today})


def task_row(row: Sequence[Any], people: PeopleById) -> TaskRow:
    """The view of a row that begins with ``TASK``'s columns; ``people`` contains the assignee."""
    # By position: SQLAlchemy takes five times as long for a row's attributes.
    (
        id, name, process_id, element_id, state, case_id, phase, phase_title, role, assignee_id,
        due, opened_at, ticked, points, draft_at, revision, case_number, customer,
        title_text, title_at,
    ) = row[: len(TASK)]  # fmt: skip
    has_draft = draft_at is not None and state == "open"
    assignee, about = people.get(assignee_id or ""), title_of(title_text, title_at)
    return TaskRow(
        id, name, process_id, element_id, state, case_id, case_number, customer, phase,
        phase_title, role, assignee, due, opened_at, ticked, points, has_draft, revision, about,
    )  # fmt: skip


def with_case(statement: AnySelect) -> AnySelect:
    """``statement`` over tasks, joined with their case, its customer and their instance's title."""
    joined = statement.join(CaseTable, CaseTable.id == TaskTable.case_id)
    joined = joined.join(CustomerTable, CustomerTable.id == CaseTable.customer_id, isouter=True)
    titled = InstanceTitleTable.instance_id == TaskTable.instance_id
    return joined.join(InstanceTitleTable, titled, isouter=True)


def with_assignee(statement: AnySelect) -> AnySelect:
    """``statement`` of the columns ``TASK`` and ``ASSIGNEE``, joined with the tasks' assignees."""
    return statement.join(_Assignee, _Assignee.id == TaskTable.assignee_id, isouter=True)


def assigned(row: Sequence[Any]) -> dict[str, Person]:
    """The assignee of a row with the columns of ``TASK`` and ``ASSIGNEE``, by id, if there is
    one."""
    username, name, roles, rights, active, email = row[len(TASK) : len(TASK) + len(ASSIGNEE)]
    if username is None:
        return {}
    id = row[_ASSIGNEE_ID]
    assignee = Person(id, username, name, frozenset(roles), frozenset(rights), active, email)
    return {id: assignee}


# ---------------------------------------------------------------- statements that are built once


class _Shape(NamedTuple):
    """What decides the words of the statements of a list whose conditions are all covered by
    indexes. People with the same roles share them: who asks and which day it is are parameters."""

    roles: frozenset[str]
    rights: frozenset[str]
    show: str
    phase: str | None
    role: str | None

    def choose(self) -> inbox.TaskSelection:
        """The tasks of the list."""
        whoever = Actor(_ACTOR, "", self.roles, self.rights)  # type: ignore[arg-type]
        return inbox.choose_plain(whoever, show=self.show, phase=self.phase, role=self.role)


def _is_plain(
    actor: Actor, show: str, phase: str | None, words: Sequence[str], exact: Exact
) -> bool:
    """Whether indexes cover all conditions of a list."""
    if words or exact != ANY or not actor.id:
        return False
    return phase is None if show == "mine" else show == "role" or sees_all(actor)


def _shape(actor: Actor, show: str, phase: str | None, role: str | None) -> _Shape:
    return _Shape(actor.roles, actor.rights, show, phase, role)


def _plain_rows(
    connection: Connection, pages: Sequence[AnySelect], count: int, given: Mapping[str, Any]
) -> list[AnyRow]:
    """The first ``count`` rows of the pages, which are read one after the other."""
    rows: list[AnyRow] = []
    for statement in pages:
        if len(rows) < count:
            rows += connection.execute(statement, {**given, "count": count - len(rows)}).all()
    return rows


@lru_cache(maxsize=SHAPES)
def _plain_pages(shape: _Shape, due: str | None, dated: bool | None) -> tuple[AnySelect, ...]:
    """The statements of a page, to be read one after the other.

    :param dated: whether the page begins behind a task with a date; None for the first page
    """
    chosen = shape.choose()
    if not chosen.ranges:
        return ()
    after = None if dated is None else TaskPosition(_AFTER_DUE if dated else None, _AFTER_PLACE, "")
    windows = _windows(due, ANY, after, _TODAY)
    return tuple(_listed(inbox.first(chosen, window, _COUNT)) for window in windows)


@lru_cache(maxsize=SHAPES)
def _plain_counts(shape: _Shape) -> CompoundSelect[Any] | None:
    return inbox.counting(shape.choose(), _GROUPS)


# ---------------------------------------------------------------- parts


def _position(connection: Connection, after: tuple[date | None, str] | None) -> TaskPosition | None:
    """The position of a cursor, which names a task and not its place: a place says whose case it
    is, and a page may end at a task that its reader must not know of."""
    if after is None:
        return None
    due, task_id = after
    place = connection.scalar(select(TaskTable.place).where(TaskTable.id == task_id))
    return TaskPosition(due, place or "", task_id)


def _chosen_rows(
    connection: Connection,
    chosen: inbox.TaskSelection,
    windows: Iterable[Sequence[Condition]],
    count: int,
) -> tuple[list[AnyRow], TaskPosition | None]:
    """The first ``count`` of the chosen tasks in the windows, one after the other, and the position
    up to which they are read; None when they are read to their end."""
    rows: list[AnyRow] = []
    end: TaskPosition | None = None
    for window in windows:
        if chosen.ranges and len(rows) < count and end is None:
            selected, end = inbox.find(connection, chosen, window, count - len(rows))
            rows += connection.execute(_listed(selected)).all()
    return rows, end


def _windows(
    due: str | None, exact: Exact, after: TaskPosition | None, today: Day
) -> list[list[Condition]]:
    """The conditions of the tasks after a position: first those with a date, then those without."""
    windows: list[list[Condition]] = []
    within = named.due(exact)
    if after is None or after.due is not None:
        days = [] if within is None else [within]
        windows.append([partial(_dated, due, today), *days, *_after_dated(after)])
    if due in (None, "coming") and within is None:
        behind = after is not None and after.due is None
        later = [lambda of: of.place > after.place] if after and behind else []
        windows.append([_undated, *later])
    return windows


def _dated(due: str | None, today: Day, of: Tasks) -> ColumnElement[bool]:
    if due == "late":
        return of.due < today
    if due == "today":
        return of.due == today
    return of.due > today if due == "coming" else of.due.is_not(None)


def _undated(of: Tasks) -> ColumnElement[bool]:
    return of.due.is_(None)


def _after_dated(after: TaskPosition | None) -> list[Condition]:
    if after is None:
        return []
    day, last = after.due, after.place

    def behind(of: Tasks) -> ColumnElement[bool]:
        return and_(of.due >= day, or_(of.due > day, and_(of.due == day, of.place > last)))

    return [behind]


_GROUPS: Final[Sequence[tuple[str, Condition]]] = (
    *((due, partial(_dated, due, _TODAY)) for due in DUE),
    ("coming", _undated),
)
"""The groups that are counted; ``today`` is a parameter."""


def _listed(selected: AnySelect) -> AnySelect:
    """The columns of a list for the ``selected`` tasks (``id``, ``due``, ``place``), in their
    order."""
    page = selected.subquery()
    listed = with_case(select(*TASK, *ASSIGNEE)).join(page, page.c.id == TaskTable.id)
    return with_assignee(listed).order_by(page.c.due, page.c.place)


def _listed_row(row: Sequence[Any]) -> TaskRow:
    """The view of a row of a list."""
    return task_row(row, assigned(row))
