"""A case as it is printed: its plan with all rounds, their answers, notes, files and signatures.

It takes the same number of statements whatever the case has. What was signed is read from the bytes
that were signed, never from the rows beside them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final

from sqlalchemy import Connection, String, bindparam, func, or_, select

from engine.access import actions
from engine.access.rules import authorize
from engine.bpmn.meta import TaskMeta
from engine.queries import case_rows, signed
from engine.queries.objects import task_object
from engine.queries.rows import (
    ATTACHMENT,
    TITLE,
    AnyRow,
    BuiltStatement,
    PeopleById,
    name_of,
    people_by_id,
    readable,
    tickers,
    ticks_view,
    title_view,
)
from engine.queries.sheets import row_state
from engine.queries.signed import SignedContent
from engine.store.tables import (
    AttachmentTable,
    DefinitionTable,
    IncidentTable,
    InstanceTable,
    InstanceTitleTable,
    PersonTable,
    TaskTable,
)
from engine.views import (
    Actor,
    Field,
    PrintedAnswer,
    PrintedCase,
    PrintedFile,
    PrintedIncident,
    PrintedRound,
    PrintedRow,
    PrintedSheet,
)

MOST_ROUNDS: Final = 3_000
"""The most rounds of a case that are printed, the newest: some hundred pages."""
MOST_INCIDENTS: Final = 100
"""The most incidents of a case that are printed, the newest."""

Metas = Callable[[str, str], TaskMeta | None]
"""``metas(definition_id, element_id)``: what that version's diagram says of an activity."""
ActivityKey = tuple[str, str]


def of_case(
    connection: Connection, actor: Actor, key: str, *, metas: Metas, now: datetime
) -> PrintedCase:
    """The case whose id or number is ``key``.

    :raises NotFound: when there is none, or the actor may not see it
    """
    head, thing = case_rows.head(connection, actor, key)
    authorize(actor, actions.CASE_VIEW, thing)
    return _Printer(connection, head, cache(metas), now, thing.running).case()


def of_task(
    connection: Connection, actor: Actor, task_id: str, *, metas: Metas, now: datetime
) -> PrintedCase:
    """One user task of a case, alone.

    :raises NotFound: when there is none, or the actor may not see it
    """
    thing = task_object(connection, actor, task_id)
    authorize(actor, actions.TASK_VIEW, thing)
    head, _case = case_rows.head(connection, actor, thing.case.id)
    return _Printer(connection, head, cache(metas), now, thing.case.running).case(task_id)


# ---------------------------------------------------------------- the rows


_CASE = bindparam("case", type_=String)
_TASK = bindparam("task", type_=String)
_ONLY: Final = or_(_TASK.is_(None), TaskTable.id == _TASK)


def _rounds_of(most: int) -> BuiltStatement:
    """The statement of the newest rounds of a case, at most so many."""
    return BuiltStatement(
        select(
            TaskTable.id,
            TaskTable.process_id,
            TaskTable.element_id,
            TaskTable.definition_id,
            TaskTable.name,
            TaskTable.phase,
            TaskTable.role,
            TaskTable.state,
            TaskTable.assignee_id,
            TaskTable.completed_by,
            TaskTable.due,
            TaskTable.opened_at,
            TaskTable.ended_at,
            TaskTable.answers,
            TaskTable.ticks,
            TaskTable.note,
            DefinitionTable.version,
            *TITLE,
            func.count().over().label("rounds"),
        )
        .join(DefinitionTable, DefinitionTable.id == TaskTable.definition_id)
        .outerjoin(InstanceTitleTable, InstanceTitleTable.instance_id == TaskTable.instance_id)
        .where(TaskTable.case_id == _CASE, _ONLY)
        .order_by(TaskTable.opened_at.desc(), TaskTable.id.desc())
        .limit(most)
    )


_ROUNDS: Final = _rounds_of(MOST_ROUNDS)
_FILES: Final = BuiltStatement(
    select(*ATTACHMENT)
    .join(TaskTable, TaskTable.id == AttachmentTable.task_id)
    .where(TaskTable.case_id == _CASE, _ONLY, TaskTable.state == "completed")
    .order_by(AttachmentTable.at, AttachmentTable.id)
)
_INCIDENTS: Final = BuiltStatement(
    select(
        IncidentTable.kind,
        IncidentTable.element_id,
        IncidentTable.at,
        IncidentTable.resolved_at,
        InstanceTable.definition_id,
    )
    .join(InstanceTable, InstanceTable.id == IncidentTable.instance_id)
    .where(IncidentTable.case_id == _CASE)
    .order_by(IncidentTable.at.desc(), IncidentTable.id)
    .limit(MOST_INCIDENTS)
)
_PROCESS: Final = (
    select(DefinitionTable.name)
    .join(InstanceTable, InstanceTable.definition_id == DefinitionTable.id)
    .where(InstanceTable.id == _CASE)
)
_NAMES: Final = select(PersonTable.username, PersonTable.name).where(
    PersonTable.username.in_(bindparam("names", expanding=True))
)


@dataclass(slots=True)
class _Printer:
    """Makes the paper of one case that has been authorised."""

    connection: Connection
    head: AnyRow
    metas: Metas
    now: datetime
    running: bool

    def case(self, task_id: str | None = None) -> PrintedCase:
        """The whole case, or one task of it."""
        given = {"case": self.head.id, "task": task_id}
        rounds = list(reversed(_ROUNDS.all(self.connection, given)))
        plan = case_rows.plan(self.connection, self.head.id)
        contents = signed.of_case(self.connection, self.head.id, task_id)
        files: dict[str, list[AnyRow]] = defaultdict(list)
        for file in _FILES.all(self.connection, given):
            files[file.task_id].append(file)
        ids = {p.person_id for p in plan}
        for row in rounds:
            ids.update((row.assignee_id, row.completed_by, *tickers(row.ticks)))
        people = people_by_id(self.connection, ids)
        made = {r.id: self._round(r, contents.get(r.id, ()), files[r.id], people) for r in rounds}
        wanted = plan if task_id is None else [p for p in plan if _key(p) == _key(rounds[0])]
        return PrintedCase(
            case_id=self.head.id,
            number=self.head.number,
            customer=self.head.customer,
            org_number=self.head.org_number,
            title=self.head.title,
            state=self.head.state,
            process=self.connection.scalar(_PROCESS, {"case": self.head.id}) or "",
            started_at=self.head.started_at,
            ended_at=self.head.ended_at,
            task_id=task_id,
            at=self.now,
            sheets=tuple(self._sheets(wanted, rounds, made, people)),
            incidents=self._incidents() if task_id is None else (),
            names=self._names(made.values()),
            activities={row.id: row.name for row in plan},
            left_out=rounds[0].rounds - len(rounds) if rounds else 0,
            files=signed.files(contents),
        )

    def _sheets(
        self,
        plan: Sequence[AnyRow],
        rounds: Sequence[AnyRow],
        made: Mapping[str, PrintedRound],
        people: PeopleById,
    ) -> Iterable[PrintedSheet]:
        """The sheets of the plan in its order, each with the activities of its phase that are not
        in the plan at its end; then those of no sheet."""
        by_key: dict[ActivityKey, list[AnyRow]] = defaultdict(list)
        for row in rounds:
            by_key[_key(row)].append(row)
        sheets: dict[str, list[PrintedRow]] = {}
        titles = {row.phase: row.phase_title for row in plan}
        for row in plan:
            here = by_key.pop(_key(row), [])
            printed = self._row(row, here, made, people)
            sheets.setdefault(row.phase, []).append(printed)
        for here in by_key.values():
            phase = here[-1].phase if here[-1].phase in sheets else ""
            sheets.setdefault(phase, []).append(self._unplanned(here, made))
        # What stands on no sheet comes last, whichever was met first.
        for key in sorted(sheets, key=lambda each: each == ""):
            yield PrintedSheet(key, titles.get(key, ""), tuple(sheets[key]))

    def _row(
        self,
        row: AnyRow,
        rounds: Sequence[AnyRow],
        made: Mapping[str, PrintedRound],
        people: PeopleById,
    ) -> PrintedRow:
        states = [(task.state, task.opened_at) for task in rounds]
        return PrintedRow(
            name=row.name,
            points=tuple(row.points),
            role=row.role,
            person=name_of(people, row.person_id) or "",
            due=row.due,
            state=row_state(states, running=self.running),
            rounds=tuple(made[task.id] for task in rounds),
        )

    def _unplanned(self, rounds: Sequence[AnyRow], made: Mapping[str, PrintedRound]) -> PrintedRow:
        """An activity of which the plan knows nothing: each of its rounds says all there is."""
        states = [(task.state, task.opened_at) for task in rounds]
        return PrintedRow(
            name=rounds[-1].name,
            points=(),
            role=rounds[-1].role,
            person="",
            due=None,
            state=row_state(states, running=self.running),
            rounds=tuple(made[task.id] for task in rounds),
        )

    def _round(
        self,
        row: AnyRow,
        contents: Sequence[SignedContent],
        files: Sequence[AnyRow],
        people: PeopleById,
    ) -> PrintedRound:
        meta = self.metas(row.definition_id, row.element_id)
        done = row.state == "completed"
        content = signed.content_of(contents)
        shown = _stored(row, files, meta, people) if content is None else _signed(content, meta)
        person = row.completed_by if done else row.assignee_id
        return PrintedRound(
            task_id=row.id,
            name=signed.name_in(content) or row.name,
            state=row.state,
            about=title_view(row),
            person=name_of(people, person) or "",
            role=row.role,
            due=row.due,
            opened_at=row.opened_at,
            completed_at=row.ended_at if done else None,
            version=row.version,
            signatures=tuple(each.view for each in contents),
            **shown,
        )

    def _incidents(self) -> tuple[PrintedIncident, ...]:
        rows = reversed(_INCIDENTS.all(self.connection, {"case": self.head.id}))
        return tuple(
            PrintedIncident(row.kind, self._element(row), row.at, row.resolved_at) for row in rows
        )

    def _element(self, row: AnyRow) -> str:
        meta = self.metas(row.definition_id, row.element_id) if row.element_id else None
        return meta.name if meta is not None else row.element_id or ""

    def _names(self, rounds: Iterable[PrintedRound]) -> dict[str, str]:
        """The names of the people whom answers speak of, by user name."""
        wanted: set[str] = set()
        for answer in (each for one in rounds for each in one.answers):
            if answer.field.type == "person" and isinstance(answer.value, str):
                wanted.add(answer.value)
            elif answer.field.type == "plan" and isinstance(answer.value, list):
                rows = (row for row in answer.value if isinstance(row, Mapping))
                wanted.update(str(row["person"]) for row in rows if row.get("person"))
        if not wanted:
            return {}
        names = sorted(name for name in wanted if name.isprintable())
        return {row.username: row.name for row in self.connection.execute(_NAMES, {"names": names})}


# ---------------------------------------------------------------- parts


def _key(row: AnyRow) -> ActivityKey:
    return row.process_id, row.element_id


def _stored(
    row: AnyRow, files: Sequence[AnyRow], meta: TaskMeta | None, people: PeopleById
) -> dict[str, Any]:
    """What an unsigned round says, of its row: of an open one the ticks, for nobody has answered
    for more yet."""
    done = row.state == "completed"
    return {
        "ticks": ticks_view(meta.checklist if meta else (), row.ticks, people),
        "answers": _answers(meta, readable(row.answers)) if done else (),
        "note": row.note if done else "",
        "files": tuple(
            PrintedFile(_label(meta, f.field_id), f.filename, f.size, f.sha256) for f in files
        ),
    }


def _signed(content: Mapping[str, Any], meta: TaskMeta | None) -> dict[str, Any]:
    """What a signed round says, of the bytes that were signed."""
    answers = content.get("answers")
    files = content.get("attachments")
    return {
        "ticks": signed.ticks(content, meta.checklist if meta else ()),
        "answers": _answers(meta, answers if isinstance(answers, Mapping) else {}),
        "note": str(content.get("note") or ""),
        "files": tuple(
            PrintedFile(
                _label(meta, field),
                str(file.get("filename")),
                int(file.get("size") or 0),
                str(file.get("sha256")),
            )
            for field, listed in (files if isinstance(files, Mapping) else {}).items()
            for file in listed
        ),
    }


def _fields(meta: TaskMeta | None) -> dict[str, Field]:
    return {field.id: field.view(False) for field in meta.form} if meta else {}


def _label(meta: TaskMeta | None, field_id: str) -> str:
    known = _fields(meta).get(field_id)
    return known.label if known else field_id


def _answers(meta: TaskMeta | None, values: Mapping[str, Any]) -> tuple[PrintedAnswer, ...]:
    """The answers in the order of the form; those to fields that it no longer has come last. Files
    are listed apart."""
    fields = _fields(meta)
    known = [field for field in fields.values() if field.id in values]
    others = [Field(name, "text", name) for name in values if name not in fields]
    return tuple(
        PrintedAnswer(field, values[field.id])
        for field in (*known, *others)
        if field.type != "attachment"
    )
