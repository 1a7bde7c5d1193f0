"""The webhooks of the OpenAPI document: which events there are, and what each of them brings."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from msgspec import UNSET, Struct, UnsetType

from web.api.answers import Time
from web.i18n import english
from web.texts.facts import FACTS

OF_A_TASK: Final = frozenset({"task", "draft", "point", "file"})
"""The first words of the types of events that are about a user task."""
OF_A_CASE: Final = frozenset({
    "case", "instance", "child", "plan", "message", "signal", "timer", "incident", "activity",
    "variables", "step",
})  # fmt: skip
"""The first words of the types of events that are about a case, and no single task."""
HEADERS: Final = {
    "webhook-id": (
        "The event's own name. One that is sent again keeps it: what you have seen, you leave.",
        {"type": "string", "pattern": "^msg_[0-9a-f]{32}$"},
    ),
    "webhook-timestamp": (
        "When this was sent, in seconds since 1970: refuse what is minutes old.",
        {"type": "string", "pattern": "^[0-9]+$"},
    ),
    "webhook-signature": (
        "`v1,` and the base64 of the HMAC-SHA256, by your secret, of id, timestamp and body with "
        "points between them (Standard Webhooks).",
        {"type": "string", "pattern": "^v1,[A-Za-z0-9+/]{43}=$"},
    ),
}
"""The headers of an event: what they are for, and their schemas."""


class EventData(Struct, frozen=True):
    """Where something has happened, by ids: nothing about people or answers. Who wants more asks
    the API."""

    actor: str
    case: str | UnsetType = UNSET
    instance: str | UnsetType = UNSET
    definition: str | UnsetType = UNSET
    element: str | UnsetType = UNSET
    task: str | UnsetType = UNSET


class Event(Struct, frozen=True):
    """Something that has happened, as the history has it. Events may come more than once, and in
    any order: `timestamp` is when it happened."""

    type: str
    timestamp: Time
    data: EventData


def webhooks(schema: dict[str, Any]) -> dict[str, Any]:
    """The section ``webhooks``: an operation for each type of event, whose payload is ``schema``
    with what this type always has."""
    return {type: {"post": _operation(type, schema)} for type in sorted(FACTS)}


def _operation(type: str, schema: dict[str, Any]) -> dict[str, Any]:
    named = {"type": {"const": type}, "data": {"required": ["actor", *_always(type)]}}
    return {
        "operationId": f"on_{type.replace('.', '_')}",
        "summary": english(FACTS[type][0]),
        "security": [],
        "parameters": [
            {"name": n, "in": "header", "required": True, "description": text, "schema": schema}
            for n, (text, schema) in HEADERS.items()
        ],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {"allOf": [schema, {"properties": named}]},
                    "example": _example(type),
                }
            },
        },
        "responses": {
            "2XX": {"description": "You have it."},
            "410": {"description": "You want no more of this one: it is not sent again."},
            "default": {"description": "It is sent again, for about three days."},
        },
    }


def _always(type: str) -> tuple[str, ...]:
    """What an event of this type has besides its actor."""
    about = type.partition(".")[0]
    if about in OF_A_TASK:
        return ("case", "instance", "definition", "element", "task")
    return ("case", "instance") if about in OF_A_CASE else ()


def _example(type: str) -> dict[str, Any]:
    ids = {name: f"{number:032x}" for number, name in enumerate(_always(type), 1)}
    if "element" in ids:
        ids["element"] = "write_the_report"
    data = msgspec.to_builtins(EventData(f"{9:032x}", **ids))
    return {"type": type, "timestamp": "2027-01-04T08:00:00+00:00", "data": data}
