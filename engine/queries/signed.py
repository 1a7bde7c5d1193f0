"""What was signed, read from the bytes that were signed."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import Connection, String, bindparam, or_, select

from engine.bpmn.meta import CheckItem
from engine.queries.rows import SIGNATURE, AnyRow, BuiltStatement
from engine.store.tables import SignatureTable
from engine.views import Field, Option, PrintedSignature, Tick

_TASK = bindparam("task", type_=String)
_SIGNATURES: Final = BuiltStatement(
    select(*SIGNATURE, SignatureTable.content)
    .where(
        SignatureTable.case_id == bindparam("case", type_=String),
        or_(_TASK.is_(None), SignatureTable.task_id == _TASK),
    )
    .order_by(SignatureTable.at, SignatureTable.id)
)


@dataclass(frozen=True, slots=True)
class SignedContent:
    """A signature, the bytes that it signs, and what they say; None when they cannot be read or are
    not those that were hashed."""

    view: PrintedSignature
    data: bytes
    content: Mapping[str, Any] | None


def of_case(
    connection: Connection, case_id: str, task_id: str | None
) -> Mapping[str, Sequence[SignedContent]]:
    """The signatures of a case, or of one of its tasks, by task, the oldest first."""
    by_task: dict[str, list[SignedContent]] = defaultdict(list)
    for row in _SIGNATURES.all(connection, {"case": case_id, "task": task_id}):
        by_task[row.task_id].append(_read(row))
    return by_task


def content_of(contents: Sequence[SignedContent]) -> Mapping[str, Any] | None:
    """What a task's signatures say of it: the content of the first that can be read."""
    return next((each.content for each in contents if each.content is not None), None)


def name_in(content: Mapping[str, Any] | None) -> str:
    """The name of the activity in what was signed."""
    element = content.get("element") if content else None
    return str(element.get("name") or "") if isinstance(element, Mapping) else ""


def ticks(content: Mapping[str, Any], checklist: Sequence[CheckItem]) -> tuple[Tick, ...]:
    """The points of a checklist as they were signed. Before format 2 a signature has no texts: they
    are those of the diagram whose digest was signed."""
    stored = content.get("ticks")
    states = stored if isinstance(stored, Mapping) else {}
    texts = {str(point.get("id")): str(point.get("text")) for point in _shown(content, "points")}
    texts = texts or {item.id: item.text for item in checklist}
    texts |= {name: name for name in states if name not in texts}
    return tuple(_tick(name, text, states.get(name)) for name, text in texts.items())


def fields(content: Mapping[str, Any], form: Iterable[Field]) -> dict[str, Field]:
    """The fields of a form by id, as they were shown to the signer; ``form`` are those of the
    diagram, for signatures from before format 2."""
    shown = [
        Field(
            id=str(field.get("id")),
            type=str(field.get("type")),
            label=str(field.get("label")),
            options=tuple(
                Option(str(each.get("value")), str(each.get("label")))
                for each in field.get("options") or ()
                if isinstance(each, Mapping)
            ),
        )
        for field in _shown(content, "fields")
    ]
    return {field.id: field for field in shown or form}


def _shown(content: Mapping[str, Any], part: str) -> list[Mapping[str, Any]]:
    shown = content.get("shown")
    listed = shown.get(part) if isinstance(shown, Mapping) else None
    return [each for each in listed or () if isinstance(each, Mapping)]


def _tick(name: str, text: str, state: Any) -> Tick:
    if state is True:
        return Tick(name, text, "done")
    if isinstance(state, str):
        return Tick(name, text, "not_applicable", state)
    return Tick(name, text)


def _read(row: AnyRow) -> SignedContent:
    """The signature of a row. Name, meaning and method are those that were signed."""
    data = bytes(row.content)
    content = _parsed(data) if sha256(data).hexdigest() == row.content_sha256 else None
    said: Mapping[str, Any] = content or {}
    signer = said.get("signer")
    name = signer.get("name") if isinstance(signer, Mapping) else None
    view = PrintedSignature(
        id=row.id,
        name=str(name or row.signer_name),
        meaning=str(said.get("meaning") or row.meaning),
        method=str(said.get("method") or row.method),
        at=row.at,
        content_sha256=row.content_sha256,
        intact=content is not None,
        withdrawn=_withdrawal(row),
    )
    return SignedContent(view, data, content)


def _withdrawal(row: AnyRow) -> tuple[str, datetime, str] | None:
    if row.withdrawn_at is None:
        return None
    return row.withdrawn_by_name, row.withdrawn_at, row.withdrawn_reason or ""


def _parsed(data: bytes) -> Mapping[str, Any] | None:
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, Mapping) else None
