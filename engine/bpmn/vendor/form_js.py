"""Forms of Camunda 8 (form-js): JSON inside the diagram, to fields in our types.

https://docs.camunda.io/docs/components/modeler/forms/camunda-forms-reference/
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

MOST_FIELDS = 500
"""Fields of one form that are translated; a form with more is no form that a person fills in."""
_PLAIN = {
    "textfield": "text",
    "textarea": "longtext",
    "checkbox": "boolean",
    "select": "choice",
    "radio": "choice",
    "filepicker": "attachment",
}
_SHOWN = frozenset({"text", "html", "image", "separator", "spacer", "button", "iframe", "table"})
"""What only shows something or acts by itself; it asks for nothing."""
_HARMLESS = frozenset({"separator", "spacer", "button"})


def read(written: str) -> tuple[list[dict[str, Any]], list[str]]:
    """The fields as keywords of ``forms.Given``, and what has no twin, by name.

    :raises ValueError: when the text is no form
    """
    try:
        form = json.loads(written)
    except RecursionError:
        raise ValueError("the form is nested too deep") from None
    if not isinstance(form, dict) or not isinstance(form.get("components"), list):
        raise ValueError("the form has no components")
    fields: list[dict[str, Any]] = []
    lost: list[str] = []
    for component in _flat(form["components"], lost):
        made = _field(component)
        if isinstance(made, str):
            lost.append(made)
        elif made is not None and len(fields) < MOST_FIELDS:
            fields.append(made)
    return fields, lost


def _flat(components: list[Any], lost: list[str]) -> Iterator[Mapping[str, Any]]:
    """All components; those of a group in its place. A group that keeps its answers in a context
    of their own (``path``) has no twin."""
    pending = list(reversed(components))
    while pending:
        component = pending.pop()
        if not isinstance(component, dict):
            continue
        if component.get("type") == "group" and not component.get("path"):
            inner = component.get("components")
            pending.extend(reversed(inner if isinstance(inner, list) else []))
        elif component.get("type") in ("group", "dynamiclist"):
            lost.append(f"{component['type']} {_words(component.get('path'))}")
        else:
            yield component


def _field(component: Mapping[str, Any]) -> dict[str, Any] | str | None:
    """A field; a text names what is lost, None is nothing to speak of."""
    kind = _words(component.get("type"))
    key = _words(component.get("key"))
    if kind in _SHOWN:
        return None if kind in _HARMLESS else f"{kind} {_words(component.get('text'))[:60]}".strip()
    made: dict[str, Any] = {
        "id": key,
        "type": _type(component, kind),
        "label": _words(component.get("label") or component.get("dateLabel")),
        "help": _words(component.get("description")),
        "lost": [],
    }
    if not made["type"]:
        return f"{kind} {key}".strip()
    _options(component, made)
    _validate(component, made)
    _default(component, made)
    for name in ("conditional", "readonly", "disabled"):
        if component.get(name):
            made["lost"].append(name)
    for name in ("label", "help"):
        if made[name].startswith("="):
            made["lost"].append(f"{name} {made[name]}")
            made[name] = ""
    return made


def _type(component: Mapping[str, Any], kind: str) -> str:
    if kind == "number":
        digits = component.get("decimalDigits")
        return "integer" if digits == 0 and not component.get("serializeToString") else "decimal"
    if kind == "datetime":
        return "date" if component.get("subtype", "date") == "date" else ""
    return _PLAIN.get(kind, "")


def _options(component: Mapping[str, Any], made: dict[str, Any]) -> None:
    if made["type"] != "choice":
        return
    values = component.get("values")
    made["options"] = [
        (_words(v.get("value")), _words(v.get("label")) or _words(v.get("value")))
        for v in (values if isinstance(values, list) else [])
        if isinstance(v, dict) and _words(v.get("value"))
    ]
    if not made["options"]:
        # Options that are computed when the form is shown: whatever is written is taken.
        made["type"] = "text"
        made["lost"].append("valuesKey")


def _validate(component: Mapping[str, Any], made: dict[str, Any]) -> None:
    rules = component.get("validate")
    made["bounds"] = {}
    for name, value in rules.items() if isinstance(rules, dict) else ():
        if name == "required":
            made["required"] = value is True
        elif name in ("min", "max") and made["type"] in ("integer", "decimal") and _number(value):
            made["bounds"][name] = str(value)
        elif name in ("minLength", "maxLength") and made["type"] in ("text", "longtext"):
            if isinstance(value, int) and value > 0:
                made["bounds"][name[:3]] = str(value)
        elif value:
            made["lost"].append(f"{name}={_words(value)}")


def _default(component: Mapping[str, Any], made: dict[str, Any]) -> None:
    value = component.get("defaultValue")
    if value in (None, ""):
        return
    if isinstance(value, bool):
        value = "true" if value else "false"
    fits = {
        "boolean": value in ("true", "false"),
        "integer": _number(value) and "." not in str(value),
        "decimal": _number(value),
        "choice": value in [v for v, _ in made.get("options", [])],
        "date": False,
        "attachment": False,
    }
    if not isinstance(value, (str, int, float)) or not fits.get(made["type"], True):
        made["lost"].append(f"defaultValue={_words(value)}")
    else:
        made["default"] = str(value)


def _number(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return False
    return str(value).removeprefix("-").replace(".", "", 1).isdecimal()


def _words(value: object) -> str:
    """A short text of anything."""
    return " ".join(str(value).split())[:200] if isinstance(value, (str, int, float)) else ""
