"""The plan as its diagrams have it: the sheets and their activities, without any database."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from pathlib import Path

from engine.bpmn import vocabulary
from engine.bpmn.meta import ProcessMeta, TaskMeta
from engine.bpmn.source import DEFAULT_LIMITS, XmlLimits, parse
from engine.views import Activity, Phase, Role, Source


def read_plan(
    sources: Iterable[Source | Path],
    *,
    roles: Mapping[str, Role] | None = None,
    limits: XmlLimits = DEFAULT_LIMITS,
) -> tuple[Phase, ...]:
    """The sheets in their order, each with its activities in the sheet's order.

    ``sources`` are files or what was read of them. Raises ``Rejected`` for a file that is not BPMN
    and ``OSError`` for one that cannot be read.
    """
    processes: dict[str, ProcessMeta] = {}
    for given in sources:
        source = Source(given.name, given.read_bytes()) if isinstance(given, Path) else given
        tree = parse(source.data, source.filename, limits)
        for ident, meta in vocabulary.read(tree, roles=roles).items():
            processes.setdefault(ident, meta)
    return phases(processes)


def phases(processes: Mapping[str, ProcessMeta]) -> tuple[Phase, ...]:
    """The sheets among ``processes`` (by process id), by ``sp:phase order``."""
    sheets = sorted(
        (meta.phase.order, meta.phase.key, meta) for meta in processes.values() if meta.phase
    )
    return tuple(
        Phase(
            key=meta.phase.key,
            title=meta.phase.title,
            process_id=meta.id,
            activities=_activities(meta, processes),
        )
        for _, _, meta in sheets
        if meta.phase
    )


def activities_of(meta: ProcessMeta) -> tuple[Activity, ...]:
    """What one process asks people to do, by sheet and row, the rest in the order drawn."""
    numbered = [t for t in meta.tasks.values() if t.activity]
    numbered.sort(key=lambda t: (t.activity.phase, t.activity.order) if t.activity else ("", 0))
    rest = [t for t in meta.tasks.values() if not t.activity and t.kind == "userTask"]
    return tuple(_activity(task, meta) for task in (*numbered, *rest))


def _activities(sheet: ProcessMeta, processes: Mapping[str, ProcessMeta]) -> tuple[Activity, ...]:
    """The rows of a sheet: every task of any process that names it, by row number.

    A sheet that no task names has the user tasks of its process and of all processes that it
    calls, in the order drawn.
    """
    key = sheet.phase.key if sheet.phase else ""
    rows = [
        (task.activity.order, task, meta)
        for meta in processes.values()
        for task in meta.tasks.values()
        if task.activity and task.activity.phase == key
    ]
    rows.sort(key=lambda row: (row[0], row[2].id, row[1].id))
    if rows:
        return tuple(_activity(task, meta) for _, task, meta in rows)
    return tuple(
        _activity(task, meta)
        for meta in _called(sheet, processes)
        for task in meta.tasks.values()
        if task.kind == "userTask"
    )


def _called(start: ProcessMeta, processes: Mapping[str, ProcessMeta]) -> Iterable[ProcessMeta]:
    """``start`` and every process that it calls, directly or not, each once."""
    seen = {start.id}
    queue = deque([start])
    while queue:
        meta = queue.popleft()
        yield meta
        for call in meta.calls.values():
            called = processes.get(call.called)
            if called is not None and called.id not in seen and called.phase is None:
                seen.add(called.id)
                queue.append(called)


def _activity(task: TaskMeta, meta: ProcessMeta) -> Activity:
    return Activity(
        id=task.id,
        name=task.name or task.id,
        role=task.role,
        due=task.due.words() if task.due else None,
        checklist=tuple(item.text for item in task.checklist),
        signature=task.signature.required,
        form=tuple(field.id for field in task.form),
        process_id=meta.id,
    )
