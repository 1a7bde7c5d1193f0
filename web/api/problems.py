"""The API's refusals as problem details (RFC 9457): the types, and the problem of an engine's
error.

``type`` is ``/problems/<name>``, the same on every server, and the address of a page; ``title`` and
``detail`` are English.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import msgspec

from engine import (
    Conflict,
    Invalid,
    NotAllowed,
    NotAuthenticated,
    NotFound,
    ProcessFailed,
    Rejected,
    ServiceplanError,
    Unavailable,
)
from engine import Problem as EngineProblem
from web.api import answers
from web.i18n import N_, english

MEDIA_TYPE: Final = "application/problem+json"
"""The media type of a problem (RFC 9457)."""
RETRY_SECONDS: Final = 2
"""Seconds after which a client should try again when the database does not answer."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A type of problem: its HTTP status, and the title and text of its page (in Swedish)."""

    status: int
    title: str
    text: str


KINDS: Final[Mapping[str, Kind]] = {
    "malformed-request": Kind(400, N_("Anropet går inte att läsa"), N_(
        "Innehållet är inte JSON, eller ett huvud har fel form. Rätta anropet.")),
    "token-missing": Kind(401, N_("API-nyckel saknas"), N_(
        "Skicka nyckeln i huvudet Authorization: Bearer.")),
    "token-unknown": Kind(401, N_("API-nyckeln är okänd"), N_(
        "Det finns ingen sådan nyckel. Kontrollera att den är hel, eller skapa en ny.")),
    "token-expired": Kind(401, N_("API-nyckeln har gått ut"), N_("Skapa en ny nyckel.")),
    "token-revoked": Kind(401, N_("API-nyckeln är spärrad"), N_(
        "Någon har spärrat nyckeln för gott. Skapa en ny om du ska ha en.")),
    "account-closed": Kind(401, N_("Kontot är stängt"), N_(
        "Personen som nyckeln gäller får inte längre logga in.")),
    "scope-missing": Kind(403, N_("API-nyckeln är inte gjord för detta"), N_(
        "Nyckeln har inte den omfattning som anropet kräver. Skapa en nyckel som har den.")),
    "not-allowed": Kind(403, N_("Du får inte göra detta"), N_(
        "Personen som nyckeln gäller har inte den roll eller rättighet som krävs.")),
    "not-yours": Kind(403, N_("Uppgiften är inte din"), N_(
        "Någon annan har uppgiften eller rollen. Be om att få den tilldelad.")),
    "signature-required": Kind(403, N_("Uppgiften ska signeras"), N_(
        "En nyckel räcker inte för att signera. Skicka lösenordet i signature.password.")),
    "wrong-password": Kind(403, N_("Fel lösenord"), N_(
        "Signaturens lösenord stämmer inte. Inget är signerat.")),
    "not-found": Kind(404, N_("Det finns inget här"), N_(
        "Antingen finns det inte, eller så får du inte se det. Kontrollera adressen.")),
    "method-not-allowed": Kind(405, N_("Adressen tar inte emot detta"), N_(
        "Huvudet Allow säger vilka metoder som går.")),
    "request-timeout": Kind(408, N_("Anropet kom inte fram i tid"), N_(
        "Det kom för långsamt eller slutade komma. Inget är gjort: skicka det igen.")),
    "conflict": Kind(409, N_("Någon annan hann före"), N_(
        "Något har ändrats sedan du läste det. Läs det igen och försök på nytt.")),
    "already-completed": Kind(409, N_("Uppgiften är redan slutförd"), N_(
        "Någon hann före. Svaret säger vem och när.")),
    "task-withdrawn": Kind(409, N_("Uppgiften behövs inte längre"), N_(
        "Processen har tagit bort den.")),
    "case-ended": Kind(409, N_("Ärendet är avslutat"), N_("Det tar inte emot något mer.")),
    "already-resolved": Kind(409, N_("Stoppet är redan åtgärdat"), N_("Någon annan hann före.")),
    "process-failed": Kind(409, N_("Processen kunde inte gå vidare"), N_(
        "Inget har ändrats, men svaren på en uppgift är sparade som utkast. Felet är antecknat som "
        "ett stopp, som processägaren ser.")),
    "shown-changed": Kind(409, N_("Det som skulle signeras har ändrats"), N_(
        "Något av det som signeras är inte som när det visades: ett utkast, en fil, betydelsen "
        "eller diagrammets version. Inget är signerat. shown säger vad som gäller nu: hämta "
        "uppgiften, läs den och skicka dess shown_sha256.")),
    "shown-required": Kind(428, N_("Säg vad den som signerar har sett"), N_(
        "Skicka shown_sha256 från uppgiften så som den visades för den som signerar.")),
    "stale-revision": Kind(409, N_("Uppgiften har ändrats"), N_(
        "Den har en annan revision än den du har sett. stored är det som står där nu, differences "
        "det som skiljer. Jämför, och skicka det som ska gälla med den nya revisionen.")),
    "address-too-long": Kind(414, N_("Adressen är för lång"), N_(
        "Anropets första rad är längre än servern läser. Skicka färre eller kortare parametrar.")),
    "revision-required": Kind(428, N_("Säg vilken revision du har sett"), N_(
        "Läs uppgiften och skicka dess ETag i If-Match, eller dess revision i anropet: annars "
        "kan någon annans ord gå förlorade.")),
    "headers-too-large": Kind(431, N_("Huvudena är för stora"), N_(
        "Anropet har fler eller längre huvuden än servern läser.")),
    "body-too-large": Kind(413, N_("Det som skickades är för stort"), N_(
        "Anropets innehåll är större än servern tar emot.")),
    "unsupported-media-type": Kind(415, N_("Fel sorts innehåll"), N_(
        "Skicka innehållet som adressen vill ha det, oftast application/json.")),
    "wrong-host": Kind(421, N_("Servern har inte det namnet"), N_(
        "Anropet är till ett värdnamn som servern inte har. web.hosts säger vilka den har.")),
    "invalid": Kind(422, N_("Något behöver rättas"), N_(
        "Listan errors säger vad, och var i anropet.")),
    "unknown-field": Kind(422, N_("Okänt fält"), N_(
        "Anropet har ett fält som inte finns. Kontrollera stavningen.")),
    "variable-too-large": Kind(422, N_("Ett värde är för stort"), N_(
        "Ett ärendes värden får ta högst limits.variable_bytes byte som JSON.")),
    "idempotency-key-reused": Kind(422, N_("Nyckeln är använd till något annat"), N_(
        "Idempotency-Key har använts förut med annat innehåll. Ge varje nytt anrop en ny.")),
    "definitions-rejected": Kind(422, N_("Diagrammen kan inte publiceras"), N_(
        "Listan findings säger varför, element för element.")),
    "too-many-attempts": Kind(429, N_("För många försök"), N_(
        "Vänta så många sekunder som huvudet Retry-After säger.")),
    "internal-error": Kind(500, N_("Något gick fel"), N_(
        "Felet är antecknat hos servern. Försök igen med samma Idempotency-Key.")),
    "unavailable": Kind(503, N_("Databasen svarar inte just nu"), N_(
        "Vänta en stund och försök igen med samma Idempotency-Key.")),
}  # fmt: skip
"""All types of problem by name."""

BY_CODE: Final[Mapping[str, str]] = {
    "token_unknown": "token-unknown",
    "token_expired": "token-expired",
    "token_revoked": "token-revoked",
    "account_closed": "account-closed",
    "too_many_attempts": "too-many-attempts",
    "wrong_password": "wrong-password",
    "not_yours": "not-yours",
    "already_completed": "already-completed",
    "withdrawn": "task-withdrawn",
    "case_ended": "case-ended",
    "already_resolved": "already-resolved",
    "stale_revision": "stale-revision",
    "shown_changed": "shown-changed",
    "idempotency_mismatch": "idempotency-key-reused",
}
"""The type of problem of those of the engine's error codes that have one of their own."""
BY_CLASS: Final = (
    (NotFound, "not-found"),
    (NotAuthenticated, "token-unknown"),
    (NotAllowed, "not-allowed"),
    (Conflict, "conflict"),
    (Invalid, "invalid"),
    (Rejected, "definitions-rejected"),
    (ProcessFailed, "process-failed"),
    (Unavailable, "unavailable"),
)
"""The type of problem of the engine's other errors, by class; the first class that fits counts."""
BY_PROBLEMS: Final = (
    ({"password_required"}, "signature-required"),
    ({"undeclared_field", "unknown_item"}, "unknown-field"),
    ({"variable_too_large"}, "variable-too-large"),
    ({"key_malformed"}, "malformed-request"),
)
"""The type of problem of an Invalid whose problems have only codes of one of these sets."""
MEMBERS: Final = ("by", "at", "revision", "element_id")
"""The params of an engine's error that become members of the problem."""

Place = Callable[[str], str]
"""A function from the engine's name of an input to its JSON pointer."""


class Refused(Exception):
    """The request is answered by a problem of the type ``name``, with these headers and members."""

    def __init__(self, name: str, detail: str, *headers: tuple[str, str], **members: Any):
        super().__init__(detail)
        self.name, self.detail, self.headers, self.members = name, detail, headers, members


def problem_json(refused: Refused, *, status: int | None = None, instance: str = "") -> bytes:
    """The body of a problem, JSON. ``status`` is that of its type unless another is given."""
    problem = answers.Problem(
        type=f"/problems/{refused.name}",
        title=_title(refused.name),
        status=status or KINDS[refused.name].status,
        detail=refused.detail,
        instance=instance,
        **refused.members,
    )
    return _encode(problem)


_encode: Final = msgspec.json.Encoder(decimal_format="number").encode


@cache
def _title(name: str) -> str:
    return english(KINDS[name].title)


def pointer(*parts: str) -> str:
    """The JSON pointer (RFC 6901) of a path of names and indexes."""
    return "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in parts)


def at_body(name: str) -> str:
    """The JSON pointer of an input whose place in the body is the engine's name of it:
    /people/ekonomi of ``people.ekonomi``."""
    head, _, rest = name.partition(".")
    return pointer(head, rest) if rest else pointer(head)


def of_engine(error: ServiceplanError, place: Place) -> Refused:
    """The refusal for an engine's error; ``place`` gives the JSON pointers of its inputs."""
    name = BY_CODE.get(error.error_code) or next(
        (name for kind, name in BY_CLASS if isinstance(error, kind)), "internal-error"
    )
    members: dict[str, Any] = {k: error.params[k] for k in MEMBERS if k in error.params}
    headers: list[tuple[str, str]] = []
    if isinstance(error, Invalid):
        codes = {problem.code for problem in error.problems}
        name = next((own for some, own in BY_PROBLEMS if codes and codes <= some), name)
        members["errors"] = [_wrong(problem, place) for problem in error.problems]
    elif isinstance(error, NotAuthenticated) and error.problems:
        members["errors"] = [_wrong(problem, place) for problem in error.problems]
    elif isinstance(error, Rejected):
        members["findings"] = msgspec.convert(
            error.findings, list[answers.Finding], from_attributes=True
        )
    seconds = error.params.get("seconds") or (RETRY_SECONDS if name == "unavailable" else None)
    if seconds:
        headers.append(("Retry-After", str(seconds)))
        members["retry_after"] = seconds
    if KINDS[name].status == 401:
        headers.append(("WWW-Authenticate", 'Bearer realm="serviceplan", error="invalid_token"'))
    return Refused(name, error.message, *headers, **members)


def _wrong(problem: EngineProblem, place: Place) -> answers.Wrong:
    if problem.field in ("cursor", "limit", "show", "due", "state"):
        return answers.Wrong(problem.code, problem.message, parameter=problem.field)
    where = place(problem.field) if problem.field is not None else None
    return answers.Wrong(problem.code, problem.message, pointer=where)
