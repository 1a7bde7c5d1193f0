"""The inputs of a task's page, to be merged with what others write at the same time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from engine import Field, PlanRow, TaskDetail
from web import forms, task_form
from web.choices import name_of, names_of
from web.conflicts import Form, Input
from web.i18n import gettext as _

DIAGRAM: Final = "definition"
"""The name in ``shown`` of the version of the diagram that the task follows."""
ASSIGNEE: Final = "assignee"
"""The input of the person whom the task is given to."""
SEEN: Final = "signed"
"""All that is signed, in what a page says is new: where something of it has changed and no input
of the page differs, as when a colleague has saved the very same."""


def inputs(detail: TaskDetail, *, filled: bool = True, giving: bool = False) -> tuple[Input, ...]:
    """Everything that a task's page shows and that somebody else could change.

    :param filled: the page had inputs for what is asked; else they are only shown
    :param giving: the post gives the task to the person of the input ``assignee``
    """
    written = (*_points(detail), *_fields(detail), _note(detail))
    return (
        *(written if filled else (replace(each, read=None, texts=None) for each in written)),
        _assignee(detail, giving=giving),
        _diagram(detail),
        Input(
            SEEN,
            _("Det som signeras"),
            None,  # the engine compares it
            says=lambda _value: _("Någon annan har sparat, bockat av eller bifogat något."),
        ),
    )


def _points(detail: TaskDetail) -> Iterator[Input]:
    for point in detail.checklist:
        tick, why = f"tick.{point.id}", f"why.{point.id}"

        def read(form: Form, id: str = point.id, tick: str = tick) -> Any:
            return task_form.reason_of(id, form) or tick in form

        yield Input(
            f"checklist.{point.id}",
            point.text.partition("\n")[0],
            point.reason or point.state == "done",
            read,
            {tick: ["1"] if point.state == "done" else [], why: [point.reason]},
            _tick_text,
            anchor=forms.anchor(f"checklist.{point.id}"),
        )


def _tick_text(value: Any) -> str:
    if value is True:
        return _("Avbockad")
    return _("Inte aktuell: %(reason)s", reason=value) if value else _("Inte avbockad")


def _fields(detail: TaskDetail) -> Iterator[Input]:
    for field in detail.form:
        if field.type == "plan":
            cells = task_form.plan_cells(detail).items()
            stored = {id: {part: c.stored for part, c in row.items()} for id, row in cells}
            yield from plan(detail.plan, stored)
        elif field.type == "attachment":
            files = detail.attachments.get(field.id, ())
            names = {file.id: file.filename for file in files}

            def says(value: Any, names: Mapping[str, str] = names) -> str:
                return ", ".join(names.get(id, id) for id in value) or _("Ingen fil")

            name, ids = f"file.{field.id}", list(names)
            yield Input(name, field.label, ids, says=says, anchor=forms.anchor(field.id))
        else:
            yield _field(field, detail.values.get(field.id))


def _field(field: Field, stored: Any) -> Input:
    name = forms.PREFIX + field.id

    def read(form: Form) -> Any:
        return plain(field.type, forms.canonical(field.type, form.get(name, "")))

    def says(value: Any) -> str:
        names = names_of([str(value or "")]) if field.type == "person" else {}
        return forms.answer_text(field, value, names) or _("Inget")

    return Input(
        name,
        field.label,
        plain(field.type, stored),
        read,
        {name: [forms.shown(field.type, stored)]},
        says,
        joint={"text": " / ", "longtext": "\n\n"}.get(field.type, ""),
        anchor=forms.anchor(field.id),
    )


def plain(kind: str, value: Any) -> Any:
    """A value of a field of type ``kind`` as it is compared: the same, however it is spelled."""
    if value is None or value == "":
        return None
    if kind == "boolean":
        return {True: "true", False: "false"}.get(value, str(value))
    if kind in ("integer", "decimal", "money"):
        with suppress(InvalidOperation):
            return format(Decimal(str(value)).normalize(), "f")
    return str(value).replace("\r\n", "\n").strip() or None


def plan(rows: Sequence[PlanRow], shown: Mapping[str, Mapping[str, str]]) -> Iterator[Input]:
    """The person and the date of each row of a plan.

    :param shown: the texts of both inputs by the row's id
    """
    for row in rows:
        for part, label in (("person", _("Ansvarig")), ("due", _("Klart den"))):
            name = f"plan.{row.id}.{part}"
            text = shown[row.id][part]

            def read(form: Form, name: str = name, part: str = part, text: str = text) -> Any:
                given = form.get(name, text)  # a row that the page did not have is left alone
                return forms.canonical("date", given) if part == "due" else given.strip() or None

            def says(value: Any, part: str = part) -> str:
                text = str(value or _("Inget"))
                return name_of(text) if part == "person" and value else text

            yield Input(
                name,
                f"{row.name}, {label.lower()}",
                forms.canonical("date", text) if part == "due" else text or None,
                read,
                {name: [text]},
                says,
                anchor=forms.anchor(f"plan.{row.id}") + ("-due" if part == "due" else ""),
            )


def _note(detail: TaskDetail) -> Input:
    return Input(
        "note",
        _("Anteckning"),
        plain("longtext", detail.note),
        lambda form: plain("longtext", forms.canonical("longtext", form.get("note", ""))),
        {"note": [detail.note]},
        lambda value: str(value or _("Inget")),
        joint="\n\n",
        anchor=forms.anchor("note"),
    )


def _assignee(detail: TaskDetail, *, giving: bool) -> Input:
    person = detail.row.assignee
    stored = person.username if person else None
    return Input(
        ASSIGNEE,
        _("Ansvarig"),
        stored,
        (lambda form: form.get(ASSIGNEE, "") or None) if giving else None,
        {ASSIGNEE: [stored or ""]} if giving else None,
        lambda value: name_of(str(value)) if value else _("Ingen"),
        anchor=forms.anchor(ASSIGNEE),
    )


def _diagram(detail: TaskDetail) -> Input:
    return Input(
        DIAGRAM,
        _("Diagrammets version"),
        detail.definition_id,
        says=lambda _value: _("version %(number)s, med betydelsen ”%(meaning)s”",
                              number=detail.version, meaning=detail.meaning),
    )  # fmt: skip
