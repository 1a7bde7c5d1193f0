"""The OpenAPI 3.1 document, made of the table of operations and of the structs they take and
give."""

from __future__ import annotations

import inspect
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from engine import TOKEN_SCOPES
from web.api.answers import Problem
from web.api.call import ANY_REVISION, BASE, REVISION, Route
from web.api.events import Event, webhooks
from web.api.problems import KINDS, MEDIA_TYPE
from web.api.routes import ANY, ROUTES
from web.i18n import english

REF: Final = "#/components/schemas/{name}"
"""The reference to a schema of the document."""
COMMON: Final = (
    "malformed-request", "token-missing", "token-unknown", "token-expired", "token-revoked",
    "account-closed", "scope-missing", "not-allowed", "not-found", "method-not-allowed",
    "request-timeout", "invalid", "unknown-field", "address-too-long", "headers-too-large",
    "wrong-host", "too-many-attempts", "internal-error", "unavailable",
)  # fmt: skip
"""The types of problem that every operation may answer."""
WRITES: Final = ("body-too-large", "unsupported-media-type", "idempotency-key-reused")
"""The types of problem that every operation that writes may answer, too."""
KEY: Final = (
    "A name of your own for this write, 1 to 100 characters. Sent again with the same content it "
    "gives the same receipt and nothing is done twice; with other content it is refused. Without "
    "it, every request is a write of its own."
)
"""The description of the header Idempotency-Key."""
HEADERS: Final = {
    "Allow": "The methods that the path takes.",
    "Content-Disposition": "The name that the file came with.",
    "Cache-Control": "The answer is yours alone, and you ask each time whether it still holds.",
    "ETag": "What the answer is known by, for `If-None-Match`; a task's begins with its revision.",
    "Link": 'The address of the following page, with `rel="next"`; missing on the last.',
    "Location": "Where to look at what was made.",
    "Retry-After": "So many seconds later it is worth another try.",
    "WWW-Authenticate": "What is wrong with the token (RFC 6750).",
}
"""Descriptions of the headers of answers."""
REFUSAL_HEADERS: Final = {
    "401": "WWW-Authenticate", "405": "Allow", "429": "Retry-After", "503": "Retry-After",
}  # fmt: skip
"""The header that a refusal with this status carries."""
IF_MATCH: Final = {
    "taken": "The task's ETag, as you have seen it, or its revision in quotes; refused when the "
    "task has another revision by now. `*`, or none here and none in the body, is any.",
    "needed": "The task's ETag, as you have seen it, or its revision in quotes; refused when the "
    "task has another revision by now. It is needed here, or as `revision` in the body.",
}
"""The descriptions of the header If-Match."""
IF_NONE_MATCH: Final = (
    "ETags of answers that you have; when it is one of them, the answer is 304, without a body."
)
"""The description of the header If-None-Match."""
XML: Final = {
    "type": "string",
    "contentMediaType": "application/xml",
    "description": "The diagram's source: BPMN 2.0 or DMN, as it was uploaded.",
}
"""The schema of a diagram's file."""
FILES: Final[Mapping[str, Any]] = {
    "application/xml": XML,
    "application/pdf": {
        "type": "string",
        "contentMediaType": "application/pdf",
        "description": "PDF/A-3a and PDF/UA-1, with the signed bytes as attached files.",
    },
}
"""The schemas of files, by their media types."""


def document() -> dict[str, Any]:
    """The whole OpenAPI document, as JSON values."""
    paths: dict[str, dict[str, Any]] = defaultdict(dict)
    kinds = [k for r in ROUTES for k in (r.body, r.answer) if k and k is not bytes]
    kinds += [Problem, Event]
    schemas, components = msgspec.json.schema_components(kinds, ref_template=REF)
    by_kind = dict(zip(kinds, schemas, strict=True))
    components["Problem"]["properties"]["type"] = {"enum": [f"/problems/{name}" for name in KINDS]}
    for route in ROUTES:
        paths[BASE + route.path][route.method.lower()] = _operation(route, by_kind, components)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Serviceplan",
            "version": "1",
            "summary": "The life of cases and their tasks.",
            "description": "Errors are problem details (RFC 9457), a `type` each.",
            "license": {"name": "LGPL-3.0-or-later", "identifier": "LGPL-3.0-or-later"},
        },
        "servers": [{"url": "/"}],
        "security": [{"token": []}],
        "tags": [{"name": tag} for tag in dict.fromkeys(r.tag for r in ROUTES)],
        "paths": dict(paths),
        "webhooks": webhooks(by_kind[Event]),
        "components": {
            "schemas": components,
            "examples": {name: {"value": _example(name)} for name in KINDS},
            "securitySchemes": {"token": _scheme()},
        },
    }


def _example(name: str) -> dict[str, Any]:
    """A problem of this type, with what all of them have."""
    kind = KINDS[name]
    told = Problem(f"/problems/{name}", english(kind.title), kind.status, english(kind.text))
    whole: dict[str, Any] = msgspec.to_builtins(told)
    return whole


def _scheme() -> dict[str, Any]:
    scopes = ", ".join(TOKEN_SCOPES)
    text = f"Made by `serviceplan token add`. Its scopes are some of {scopes}."
    return {"type": "http", "scheme": "bearer", "description": text}


def _operation(
    route: Route, by_kind: dict[type, Any], components: dict[str, Any]
) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": route.name,
        "summary": route.summary,
        "description": _text(inspect.getdoc(route.handler) or ""),
        "tags": [route.tag],
        "security": [{"token": [route.scope]}],
        "parameters": _parameters(route),
        "responses": _responses(route, by_kind),
    }
    if route.body:
        content: dict[str, Any] = {"application/json": {"schema": by_kind[route.body]}}
        if route.example is not None:
            content["application/json"]["example"] = route.example
        required = bool(components[route.body.__name__].get("required"))
        operation["requestBody"] = {"required": required, "content": content}
    if route.files:
        operation["requestBody"] = {"required": True, "content": {"multipart/form-data": _FILES}}
    return operation


_FILES: Final = {
    "schema": {
        "type": "object",
        "required": ["files"],
        "additionalProperties": False,
        "properties": {
            "files": {
                "type": "array",
                "minItems": 1,
                "items": {"type": "string", "contentMediaType": "application/octet-stream"},
            }
        },
    }
}


def _parameters(route: Route) -> list[dict[str, Any]]:
    text = {"type": "string"}
    parameters: list[dict[str, Any]] = []

    def header(name: str, description: str, **schema: Any) -> None:
        given = {"in": "header", "schema": {**text, **schema}, "description": description}
        parameters.append({"name": name, **given})

    if ANY in route.path:
        parameters.append({"name": "id", "in": "path", "required": True, "schema": text})
    _, components = msgspec.json.schema_components([route.query], ref_template=REF)
    for name, schema in components[route.query.__name__].get("properties", {}).items():
        parameters.append({"name": name, "in": "query", "schema": schema})
    if route.writes:
        header("Idempotency-Key", KEY, minLength=1, maxLength=100)
    else:
        header("If-None-Match", IF_NONE_MATCH)
    if route.revision != "none":
        star = rf"|^\{ANY_REVISION}$" if route.revision == "taken" else ""
        header("If-Match", IF_MATCH[route.revision], pattern=REVISION + star)
    return parameters


def _responses(route: Route, by_kind: dict[type, Any]) -> dict[str, Any]:
    schema = FILES[route.media_type] if route.answer is bytes else by_kind[route.answer]
    read = () if route.writes else ("ETag", "Cache-Control")
    responses: dict[str, Any] = {
        str(route.status): {
            "description": _text(inspect.getdoc(route.answer) or "")
            if route.answer is not bytes
            else "The file.",
            "content": {route.media_type: {"schema": schema}},
            "headers": {name: _header(name) for name in (*route.headers, *read)},
        }
    }
    if not route.writes:
        told = {name: _header(name) for name in ("ETag", "Cache-Control")}
        responses["304"] = {"description": "You have this answer already.", "headers": told}
    names = (*COMMON, *(WRITES if route.writes else ()), *route.problems)
    for status, of_status in _by_status(names).items():
        examples = {name: {"$ref": f"#/components/examples/{name}"} for name in of_status}
        lines = (f"- `/problems/{name}`: {english(KINDS[name].title)}" for name in of_status)
        responses[status] = {
            "description": "\n".join(lines),
            "content": {MEDIA_TYPE: {"schema": by_kind[Problem], "examples": examples}},
        }
        if status in REFUSAL_HEADERS:
            name = REFUSAL_HEADERS[status]
            responses[status]["headers"] = {name: _header(name)}
    return dict(sorted(responses.items()))


def _header(name: str) -> dict[str, Any]:
    return {"description": HEADERS[name], "schema": {"type": "string"}}


def _by_status(names: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for name in dict.fromkeys(names):
        found[str(KINDS[name].status)].append(name)
    return found


def _text(docstring: str) -> str:
    """A docstring with each paragraph on one line."""
    return re.sub(r"(?<!\n)\n(?!\n)", " ", docstring)
