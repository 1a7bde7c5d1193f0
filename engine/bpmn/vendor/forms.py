"""Form fields of user tasks and start events: ``formData`` (Camunda 7), ``formProperty`` (Flowable,
Activiti) and the embedded forms of Camunda 8 (form-js, as JSON)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lxml import etree

from engine.bpmn.juel import NotSimple, is_juel, to_feel
from engine.bpmn.names import FIELD_ID, RESERVED, ZEEBE, extensions, local, namespace, text
from engine.bpmn.vendor import form_js
from engine.bpmn.vendor.tools import FAMILY
from engine.bpmn.vendor.translation import Translation, written

_ASKING = ("userTask", "globalUserTask", "startEvent")
_TYPES = {
    "string": "text",
    "text": "text",
    "long": "integer",
    "int": "integer",
    "integer": "integer",
    "double": "decimal",
    "decimal": "decimal",
    "boolean": "boolean",
    "date": "date",
    "enum": "choice",
}
_EMBEDDED = "camunda-forms:bpmn:"


@dataclass(slots=True)
class Given:
    """A field as the other tool has it, in our types. ``default`` is a literal or ``= FEEL``;
    ``lost`` are the things about it that have no twin."""

    id: str
    type: str
    label: str
    required: bool = False
    default: str = ""
    help: str = ""
    options: list[tuple[str, str]] = field(default_factory=list)
    bounds: dict[str, str] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)


def translate(translation: Translation) -> None:
    """Fields become ``sp:form``. A form whose fields cannot all be had is translated as far as
    that goes, and each that is missing is told by name."""
    embedded = _embedded(translation)
    for task in translation.of(*_ASKING):
        if any(True for _ in extensions(task, "form")):
            continue
        form = _Form(translation, task)
        form.family()
        form.embedded(embedded)
    for holder in embedded.values():
        translation.drop(holder)


def _embedded(translation: Translation) -> dict[str, etree._Element]:
    """Camunda 8's forms inside the file, by id."""
    return {
        form.get("id") or "": form
        for process in translation.of("process")
        for form in translation.extensions(process, "userTaskForm", ZEEBE)
    }


class _Form:
    def __init__(self, translation: Translation, task: etree._Element) -> None:
        self._translation = translation
        self._task = task
        self._form: etree._Element | None = None

    def family(self) -> None:
        """Translate the form fields of Camunda 7, Flowable and Activiti."""
        for data in list(self._translation.extensions(self._task, "formData", *FAMILY)):
            for element in list(data):
                if local(element) == "formField":
                    self._take(element, namespace(data))
            self._finished(data)
        for element in list(self._translation.extensions(self._task, "formProperty", *FAMILY)):
            self._take(element, namespace(element))

    def embedded(self, forms: Mapping[str, etree._Element]) -> None:
        """Translate a form of Camunda 8 that the file holds."""
        for definition in list(self._translation.extensions(self._task, "formDefinition", ZEEBE)):
            key = definition.get("formKey") or ""
            embedded = forms.get(key.removeprefix(_EMBEDDED)) if key.startswith(_EMBEDDED) else None
            if embedded is None:
                continue
            try:
                fields, lost = form_js.read(text(embedded))
            except ValueError:
                reason = ("formuläret är inte JSON", "the form is not JSON")
                self._translation.note_untranslated(
                    self._task, definition, ZEEBE, f"formKey={key}", reason
                )
                continue
            for one in fields:
                self._give(Given(**one), definition, ZEEBE)
            for what in lost:
                self._lost(definition, ZEEBE, what)
            self._translation.drop(definition)

    # ------------------------------------------------------------ one field

    def _take(self, element: etree._Element, space: str) -> None:
        if self._give(_given(element), element, space):
            Translation.drop(element)

    def _give(self, given: Given, at: etree._Element, space: str) -> bool:
        if not FIELD_ID.fullmatch(given.id) or given.id in RESERVED:
            reason = ("id kan inte vara ett variabelnamn", "its id cannot be a variable's name")
            self._translation.note_untranslated(self._task, at, space, f"field {given.id}", reason)
            return False
        if given.type == "":
            reason = ("typen finns inte här", "there is no such type")
            self._translation.note_untranslated(self._task, at, space, f"field {given.id}", reason)
            return False
        made = Translation.add(self._holder(at), "field", at, **_attributes(given))
        for value, label in given.options:
            Translation.add(made, "option", at, value=value, label=label)
        for what in given.lost:
            self._lost(at, space, f"field {given.id}: {what}")
        now = written("field", id=given.id, type=given.type)
        self._translation.became("form", self._task, at, space, f"field {given.id}", now)
        return True

    def _lost(self, at: etree._Element, space: str, what: str) -> None:
        reason = ("det har ingen motsvarighet här", "it has no twin here")
        self._translation.note_untranslated(self._task, at, space, what, reason)

    def _holder(self, at: etree._Element) -> etree._Element:
        if self._form is None:
            self._form = self._translation.give(self._task, "form", at)
        return self._form

    @staticmethod
    def _finished(data: etree._Element) -> None:
        if not any(isinstance(child.tag, str) for child in data):
            Translation.drop(data)


def _attributes(given: Given) -> dict[str, str]:
    values = {"id": given.id, "type": given.type, "label": given.label or given.id}
    if given.required:
        values["required"] = "true"
    if given.help:
        values["help"] = given.help
    # A field shows the variable of its name, when there is one; else its default.
    preset = f"= {given.id}"
    if given.default:
        preset = f"= if {given.id} != null then {given.id} else {_as_feel(given)}"
    return values | {"default": preset} | given.bounds


def _as_feel(given: Given) -> str:
    if given.default.startswith("="):
        return f"({given.default[1:].strip()})"
    if given.type in ("integer", "decimal", "boolean"):
        return given.default
    plain = given.default.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{plain}"'


def _given(element: etree._Element) -> Given:
    """A ``formField`` or ``formProperty``."""
    made = Given(
        id=element.get("id") or "",
        type=_TYPES.get(element.get("type") or "string", ""),
        label=element.get("label") or element.get("name") or "",
        required=element.get("required") == "true",
        options=[
            (value.get("id") or "", value.get("name") or value.get("id") or "")
            for value in element
            if local(value) == "value" and value.get("id")
        ],
    )
    made.default = _default(element, made)
    for name in ("variable", "datePattern", "readable", "writable", "writeable"):
        value = element.get(name)
        if value not in (None, "true", made.id if name == "variable" else None):
            made.lost.append(f"{name}={value}")
    for constraint in _constraints(element):
        _constrain(constraint, made)
    if any(local(child) in ("properties", "property", "formProperty") for child in element):
        made.lost.append("properties")
    return made


def _default(element: etree._Element, made: Given) -> str:
    written = (element.get("defaultValue") or element.get("default") or "").strip()
    written = written or (element.get("expression") or "").strip()
    if not written:
        return ""
    if is_juel(written):
        try:
            return to_feel(written)
        except NotSimple:
            made.lost.append(f"defaultValue={written}")
            return ""
    return _literal(written, made)


def _literal(written: str, made: Given) -> str:
    """A default as it is written in our types, ``""`` for one that does not fit its type."""
    fits = {
        "boolean": written in ("true", "false"),
        "integer": written.removeprefix("-").isdecimal(),
        "decimal": written.removeprefix("-").replace(".", "", 1).isdecimal(),
        "date": len(written) == len("2026-01-31") and written[4:8:3] == "--",
        "choice": written in [value for value, _ in made.options],
    }
    if fits.get(made.type, True):
        return written
    made.lost.append(f"defaultValue={written}")
    return ""


def _constraints(element: etree._Element) -> Iterator[tuple[str, str]]:
    for validation in element:
        if local(validation) != "validation":
            continue
        for constraint in validation:
            if local(constraint) == "constraint":
                yield constraint.get("name") or "", (constraint.get("config") or "").strip()


def _constrain(constraint: tuple[str, str], made: Given) -> None:
    name, value = constraint
    lengths = made.type in ("text", "longtext")
    if name == "required":
        made.required = value != "false"
    elif name in ("min", "max") and made.type in ("integer", "decimal") and _number(value):
        made.bounds[name] = value
    elif name in ("minlength", "maxlength") and lengths and value.isdecimal():
        made.bounds[name[:3]] = value
    else:
        made.lost.append(f"{name}={value}" if value else name)


def _number(value: str) -> bool:
    return value.removeprefix("-").replace(".", "", 1).isdecimal()
