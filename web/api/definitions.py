"""The operations on process definitions, and the one that says whose token it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from engine import Count, Definition, Source
from web.api import answers
from web.api.body import read_files
from web.api.call import BASE, Call, Reply, Route, as_struct

TAG = "definitions"
"""The operations' group in the documentation."""


def get_me(call: Call) -> Reply:
    """Who the token speaks for, and what it can be used for."""
    token, person = call.token, call.token.person
    more = {"scopes": sorted(token.scopes), "expires_at": token.expires_at}
    held = {"roles": sorted(person.roles), "rights": sorted(person.rights)}
    return Reply(as_struct(answers.Me, person, **held, **more))


def list_definitions(call: Call) -> Reply:
    """All versions of all processes: the phases in order, the newest version first."""
    definitions = call.engine.definitions.all(call.actor)
    return Reply(answers.Definitions(_with_running(call, definitions)))


def get_definition(call: Call) -> Reply:
    """One version of one process, with what was found in its file."""
    definition = call.engine.definitions.get(call.actor, call.id)
    findings = call.engine.definitions.findings(call.actor, call.id)
    count = call.engine.definitions.running(call.actor, [definition.id])[definition.id]
    more = {"findings": findings, **_running(count)}
    return Reply(as_struct(answers.DefinitionDetail, definition, **more))


def get_definition_xml(call: Call) -> Reply:
    """The file that a definition came in, byte for byte."""
    file = call.engine.definitions.source(call.actor, call.id)
    name = f"attachment; filename*=UTF-8''{quote(file.filename)}"
    return Reply(file.data, [("Content-Disposition", name)], "application/xml")


def deploy_definitions(call: Call) -> Reply:
    """Put diagrams live together (multipart/form-data, any number of `files`). One that is live
    already, byte for byte, keeps its version."""
    sources = [Source(name, data) for name, data in read_files(call.environ, call.config)]
    made = call.engine.definitions.deploy(call.actor, sources, key=call.key)
    answer = answers.Deployment(
        id=made.id,
        new=made.new,
        definitions=_with_running(call, made.definitions),
        findings=as_struct(list[answers.Finding], made.findings),
    )
    return Reply(answer, [("Location", f"{BASE}/definitions")])


def _with_running(call: Call, definitions: Sequence[Definition]) -> list[answers.Definition]:
    """Definitions with how many instances run on each."""
    counts = call.engine.definitions.running(call.actor, [d.id for d in definitions])
    return [as_struct(answers.Definition, d, **_running(counts[d.id])) for d in definitions]


def _running(count: Count) -> dict[str, Any]:
    """The fields of an answer that say how many instances run."""
    return {"running": int(count), "running_at": count.at, "running_more": count.more}


ROUTES = (
    Route("GET", "/me", get_me, "Get the token's person", answers.Me, "me"),
    Route("GET", "/definitions", list_definitions, "List definitions", answers.Definitions, TAG),
    Route("POST", "/definitions", deploy_definitions, "Deploy diagrams", answers.Deployment, TAG,
          "definitions", status=201, files=True, headers=("Location",),
          problems=("definitions-rejected",)),
    Route("GET", "/definitions/{id}", get_definition, "Get a definition",
          answers.DefinitionDetail, TAG),
    Route("GET", "/definitions/{id}/xml", get_definition_xml, "Get a definition's file", bytes,
          TAG, headers=("Content-Disposition",), media_type="application/xml"),
)  # fmt: skip
"""The operations of this module."""
