"""What the page of a user task shows to whoever is going to sign it, as canonical content.

Its SHA-256 (``shown_sha256``) travels with the page, or with the API's answer, and comes back with
the signature. The completion computes it anew in its transaction and compares, so that nobody signs
what was not shown. The whole content is part of the signed document: it can be read, and its digest
recomputed, from the signature alone.

Who has the task, until when, and its revision are no part of it: they change nothing of what is
signed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from engine.bpmn.forms import FormField
from engine.records.chain import canonical, sha256
from engine.views import Attachment, PlanRow
from engine.work.loaded_task import LoadedTask

HEAD: Final = ("task", "element", "definition", "meaning")
"""The keys that the signed document has at its top; all others stand under its key ``shown``."""
Files = Mapping[str, Sequence[Mapping[str, Any]]]
"""The files of a task by field, in their order: ``filename``, ``size`` in bytes, ``sha256`` of the
bytes; and perhaps ``id`` and ``by``, which are no part of what is shown."""


def content(
    task: LoadedTask,
    files: Files,
    plan: Iterable[PlanRow] = (),
    *,
    typed: Iterable[str] = (),
    counters: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """What the page of a task shows to be signed, as values of JSON.

    ``task`` (its id), ``element`` (``id``, ``name``), ``definition`` (``id``, ``process``,
    ``version``, ``sha256`` of the diagram), ``meaning``, ``points``
    (``id``, ``text``), ``fields`` (``id``, ``label``, ``type``, and ``options`` with ``value`` and
    ``label`` where it has any), ``values`` (the stored draft of anybody, else the variables that
    fill the form), ``ticks`` (by point: ``state``, ``reason``, ``by``, ``at``), ``note``, ``files``
    (by field), ``plan`` (``id``, ``name``, ``person``, ``due``; only where the form shows it).

    :param plan: its rows that are ahead or open, where the form has a plan field
    :param counters: the signature that a counter-signature is about (``countersigns``)
    :param typed: ids of files that the signer sends along: typed, never shown
    """
    own = frozenset(typed)
    more = {} if counters is None else {"countersigns": counters}
    return {
        **more,
        "task": task.row.id,
        "element": {"id": task.row.element_id, "name": task.row.name},
        "definition": {
            "id": task.row.definition_id,
            "process": task.definition.process_id,
            "version": task.definition.version,
            "sha256": task.definition.resource_sha256,
        },
        "meaning": task.meta.signature.meaning,
        "points": [{"id": item.id, "text": item.text} for item in task.meta.checklist],
        "fields": [_field(field) for field in task.meta.form],
        "values": task.shown_values(),
        "ticks": task.row.ticks,
        "note": task.row.note,
        "files": {field: shown for field, rows in files.items() if (shown := _files(rows, own))},
        "plan": [
            {
                "id": row.id,
                "name": row.name,
                "person": row.person.username if row.person else None,
                "due": row.due,
            }
            for row in plan
        ],
    }


def digest(shown: Mapping[str, Any]) -> str:
    """The ``shown_sha256`` of what ``content`` gives: SHA-256 of its canonical JSON, in hex."""
    return sha256(canonical(shown))


def of_page(
    task: LoadedTask,
    attached: Mapping[str, Sequence[Attachment]],
    plan: Iterable[PlanRow],
    counters: Mapping[str, Any] | None = None,
) -> str:
    """The ``shown_sha256`` of a task with the files and the plan that its page shows."""
    files = {
        field: [{"filename": f.filename, "size": f.size, "sha256": f.sha256} for f in views]
        for field, views in attached.items()
    }
    return digest(content(task, files, plan, counters=counters))


def of_document(document: Mapping[str, Any]) -> dict[str, Any]:
    """What was shown, of a signed document of format 2 (``engine.records.signatures``).

    :raises KeyError: when it is none
    """
    return {**{key: document[key] for key in HEAD}, **document["shown"]}


def signed_part(shown: Mapping[str, Any]) -> dict[str, Any]:
    """What was shown, as the content that is signed has it: ``HEAD`` at its top (task and meaning
    are put there with the signer), the rest under ``shown``."""
    return {
        "element": shown["element"],
        "definition": shown["definition"],
        "shown": {key: value for key, value in shown.items() if key not in HEAD},
        "shown_sha256": digest(shown),
    }


def _field(field: FormField) -> dict[str, Any]:
    shown: dict[str, Any] = {"id": field.id, "label": field.label, "type": field.type}
    if field.options:
        shown["options"] = [{"value": o.value, "label": o.label} for o in field.options]
    return shown


def _files(rows: Sequence[Mapping[str, Any]], own: frozenset[str]) -> list[dict[str, Any]]:
    return [
        {"filename": row["filename"], "size": row["size"], "sha256": row["sha256"]}
        for row in rows
        if row.get("id") not in own
    ]
