"""What a completed task shows once it is signed: the signed bytes, whatever its rows say by now."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from engine.feel import plain
from engine.records.chain import canonical, sha256, utc_text
from engine.views import Attachment, Field, SignedDifference, TaskDetail, Tick


def as_signed(detail: TaskDetail, content: bytes) -> TaskDetail:
    """The task as it was signed. Where its rows say something else, what was signed is shown, and
    ``differs`` names it.

    :param content: the stored bytes of its signature; when they are not what was hashed, nothing
        can be said but that, and the rows are shown
    """
    signature = detail.signature
    assert signature is not None
    document = _object(content)
    if document is None or sha256(content) != signature.content_sha256:
        return replace(detail, differs=(SignedDifference("document"),))
    differs = [*_signer(detail, document)]
    values, wrong = _values(detail, document.get("answers") or {})
    points, ticks = _points(detail, document)
    note = str(document.get("note") or "")
    if note != detail.note:
        differs.append(SignedDifference("note", "", note, detail.note))
    differs += [*wrong, *ticks, *_files(detail.attachments, document.get("attachments") or {})]
    signer = document.get("signer") or {}
    return replace(
        detail,
        values=values,
        checklist=points,
        note=note,
        meaning=str(document.get("meaning")),
        signature=replace(
            signature,
            by=str(signer.get("id")),
            name=str(signer.get("name")),
            meaning=str(document.get("meaning")),
            at=_time(document.get("at"), signature.at),
            method=str(document.get("method")),
        ),
        differs=tuple(differs),
    )


def _object(content: bytes) -> Mapping[str, Any] | None:
    with suppress(ValueError, RecursionError):
        found = json.loads(content)
        return found if isinstance(found, dict) else None
    return None


def _time(text: Any, otherwise: datetime) -> datetime:
    with suppress(ValueError):
        return datetime.fromisoformat(str(text))
    return otherwise


def _signer(detail: TaskDetail, document: Mapping[str, Any]) -> Iterator[SignedDifference]:
    """How the columns of the signature, and who completed the task, differ from what was signed."""
    signature, signer = detail.signature, document.get("signer") or {}
    assert signature is not None
    by = detail.completed_by
    pairs = (
        ("task", document.get("task"), detail.row.id),
        ("signer", signer.get("name"), signature.name),
        ("signer", signer.get("id"), signature.by),
        ("completed_by", signer.get("id"), by.id if by else None),
        ("meaning", document.get("meaning"), signature.meaning),
        ("at", document.get("at"), utc_text(signature.at)),
        ("method", document.get("method"), signature.method),
    )
    for kind, signed, stored in pairs:
        if signed != stored:
            yield SignedDifference(kind, "", str(signed), str(stored))


def _values(
    detail: TaskDetail, signed: Mapping[str, Any]
) -> tuple[dict[str, Any], list[SignedDifference]]:
    """The answers as they were signed, and those that are stored otherwise."""
    fields = {field.id: field for field in detail.form}
    values, differs = dict(detail.values), []
    for name in {**signed, **values}:
        said, stored = signed.get(name), values.get(name)
        if _same(said, stored):
            continue
        field = fields.get(name)
        label = field.label if field else name
        differs.append(SignedDifference("answer", label, _words(said), _words(stored)))
        values[name] = _readable(field, said)
    return values, differs


def _same(signed: Any, stored: Any) -> bool:
    """Whether a value of the canonical form is the stored one, whose numbers are numbers."""
    stored = json.loads(canonical(stored))
    if signed == stored or (signed in (None, [], "") and stored in (None, [], "")):
        return True
    if isinstance(signed, str) and isinstance(stored, int | float | str):
        with suppress(InvalidOperation):
            return Decimal(signed) == Decimal(str(stored))
    if isinstance(signed, list) and isinstance(stored, list) and len(signed) == len(stored):
        return all(_same(one, other) for one, other in zip(signed, stored, strict=True))
    if isinstance(signed, dict) and isinstance(stored, dict):
        return all(_same(signed.get(k), stored.get(k)) for k in {**signed, **stored})
    return False


def _readable(field: Field | None, signed: Any) -> Any:
    if field is not None and field.type in ("integer", "decimal", "money") and signed is not None:
        with suppress(InvalidOperation):
            return plain(Decimal(str(signed)))
    return signed


def _words(value: Any) -> str:
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return "" if value is None else str(value)


def _points(
    detail: TaskDetail, document: Mapping[str, Any]
) -> tuple[tuple[Tick, ...], list[SignedDifference]]:
    """The checklist as it was signed, and the points that are stored otherwise."""
    ticks = document.get("ticks") or {}
    points, differs = [], []
    for point in detail.checklist:
        said, stored = ticks.get(point.id) or False, _state(point)
        if said == stored:
            points.append(point)
            continue
        differs.append(SignedDifference("point", point.text, _words(said), _words(stored)))
        reason = said if isinstance(said, str) else ""
        state: Any = "not_applicable" if reason else "done" if said else "open"
        points.append(Tick(point.id, point.text, state, reason))
    return tuple(points), differs


def _state(point: Tick) -> bool | str:
    """The tick as it is signed; a point that needs none is not ticked."""
    if point.state == "not_applicable":
        return point.reason or False
    return point.state == "done"


def _files(
    stored: Mapping[str, Sequence[Attachment]], signed: Mapping[str, Sequence[Mapping[str, Any]]]
) -> Iterator[SignedDifference]:
    for field in {**signed, **stored}:
        said = [(f.get("filename"), f.get("sha256")) for f in signed.get(field, ())]
        have = [(f.filename, f.sha256) for f in stored.get(field, ())]
        if said != have:
            yield SignedDifference("files", field, _listed(said), _listed(have))


def _listed(files: Sequence[tuple[Any, Any]]) -> str:
    return ", ".join(f"{name} ({str(digest)[:12]}…)" for name, digest in files)
