"""Reading forms: the fields that a task or a message asks for, and the points of a task."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from lxml import etree

from engine.bpmn.expressions import feel_behind
from engine.bpmn.names import FIELD_ID, RESERVED, local, namespace, sp, text
from engine.iso8601 import TimeMalformed, parse_date, parse_duration
from engine.views import Field, Option

Report = Callable[..., None]
"""``report(code, element, **params)`` takes one finding."""

FIELD_TYPES = (
    "text",
    "longtext",
    "date",
    "integer",
    "decimal",
    "money",
    "boolean",
    "choice",
    "interval",
    "person",
    "attachment",
    "plan",
)
"""Types of form fields, as ``sp:field type`` writes them."""
_NUMERIC = ("integer", "decimal", "money")


@dataclass(frozen=True, slots=True)
class FormField:
    """A field as the diagram has it.

    ``required`` is decided already, unless ``required_when`` holds a FEEL text that decides it when
    the task is shown. ``minimum`` and ``maximum`` are as written: numbers for the numeric types,
    ISO dates for ``date``, ISO durations for ``interval``, lengths for the text types.
    """

    id: str
    type: str
    label: str
    required: bool = False
    required_when: str | None = None
    help: str = ""
    options: tuple[Option, ...] = ()
    minimum: str | None = None
    maximum: str | None = None
    default: str | None = None
    """What the field holds when the task opens: a text as written, or ``= FEEL``."""

    def view(self, required: bool | None = None) -> Field:
        """The field for a page; ``required`` is the value of ``required_when``, when it has one."""
        decided = self.required if required is None else required
        return Field(
            id=self.id,
            type=self.type,
            label=self.label,
            required=decided,
            help=self.help,
            options=self.options,
            minimum=self.minimum,
            maximum=self.maximum,
        )


def read_fields(
    holder: etree._Element, owner: etree._Element, report: Report
) -> tuple[FormField, ...]:
    """The ``sp:field`` children of ``holder`` (a form or a message).

    Fields that cannot be read are reported on ``owner`` and left out.
    """
    fields: dict[str, FormField] = {}
    for element in _ours(holder):
        if local(element) != "field":
            continue
        field = _read_field(element, owner, report)
        if field is None:
            continue
        if field.id in fields:
            report("field_twice", owner, field=field.id, at=element)
        fields.setdefault(field.id, field)
    return tuple(fields.values())


def _read_field(element: etree._Element, owner: etree._Element, report: Report) -> FormField | None:
    ident, kind = element.get("id") or "", element.get("type") or ""

    def bad(code: str, **params: Any) -> None:
        report(code, owner, at=element, field=ident or element.get("label") or "?", **params)

    if not FIELD_ID.fullmatch(ident) or ident in RESERVED:
        bad("field_id", value=ident)
        return None
    if kind not in FIELD_TYPES:
        bad("field_type", value=kind, types=", ".join(FIELD_TYPES))
        return None
    if not (element.get("label") or "").strip():
        bad("field_label")
    options = tuple(_options(element, bad))
    if kind == "choice" and not options:
        bad("field_without_options")
    required, when = _required(element.get("required"), bad)
    lower, upper = (_bound(element, name, kind, bad) for name in ("min", "max"))
    return FormField(
        id=ident,
        type=kind,
        label=(element.get("label") or ident).strip(),
        required=required,
        required_when=when,
        help=(element.get("help") or "").strip(),
        options=options,
        minimum=lower,
        maximum=upper,
        default=_preset(element, bad),
    )


def _preset(element: etree._Element, bad: Report) -> str | None:
    value = element.get("default")
    if value is not None and feel_behind(value):
        bad("expression", text=feel_behind(value), place="default")
    return value or None


def _required(value: str | None, bad: Report) -> tuple[bool, str | None]:
    if value is None or value.strip() in ("false", "true"):
        return (value or "").strip() == "true", None
    expression = feel_behind(value)
    if expression is None:
        bad("field_required", value=value)
        return False, None
    bad("expression", text=expression, place="required")
    return False, expression


def _options(element: etree._Element, bad: Report) -> Iterator[Option]:
    seen: set[str] = set()
    for child in _ours(element):
        if local(child) != "option":
            continue
        value = child.get("value") or text(child)
        if not value or value in seen:
            bad("field_option", value=value)
            continue
        seen.add(value)
        yield Option(value, (child.get("label") or text(child) or value).strip())


def _bound(element: etree._Element, name: str, kind: str, bad: Report) -> str | None:
    value = (element.get(name) or "").strip()
    if not value:
        return None
    try:
        ok = _fits(value, kind)
    except (TimeMalformed, InvalidOperation):
        ok = False
    if not ok:
        bad("field_bound", name=name, value=value, type=kind)
        return None
    return value


def _fits(value: str, kind: str) -> bool:
    if kind in _NUMERIC:
        return len(value) <= 40 and Decimal(value).is_finite()
    if kind == "date":
        return bool(parse_date(value))
    if kind == "interval":
        return bool(parse_duration(value, positive=True))
    return kind in ("text", "longtext") and value.isascii() and value.isdigit()


def _ours(element: etree._Element) -> Iterator[etree._Element]:
    """The children in the same namespace as ``element``; comments and foreign elements are not."""
    wanted = namespace(element)
    return (child for child in element if namespace(child) == wanted and local(child))


# ---------------------------------------------------------------- points

PART: Final = "\n– "
"""What stands between a point and each of its sub-points in the point's text."""
DASHES: Final = ("–", "—", "-", "•")
"""What a line begins with that belongs under the line before it."""


def read_parts(item: etree._Element, task: etree._Element, report: Report) -> Iterator[str]:
    """The texts of the sub-points of a point, in their order, without a dash before them.

    The paper form has points such as "Skriv en kort rapport som innehåller" with dashes under them:
    half a sentence cannot be ticked, so the point and its dashes are one ``sp:item`` with
    ``sp:item`` inside, ticked together.
    """
    for element in item.iterchildren(sp("item")):
        words = " ".join(text(element).split()).lstrip("".join(DASHES) + " ")
        if not words:
            report("part_text", task, value=item.get("id") or "", at=element)
            continue
        if element.attrib or any(isinstance(child.tag, str) for child in element):
            report("part_alone", task, value=words, at=element)
        behind = " ".join((element.tail or "").split())
        if behind:
            report("part_behind", task, value=behind, at=element)
        yield words
