"""Passkeys (WebAuthn level 3): registering them, and signing in with them.

A credential may change whether it is backed up and whether it can be (some vendors do so in the
middle of its life), and its counter may be 0 for ever; a counter that has gone back is refused.
Functions that take a connection neither begin a transaction nor commit it.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from engine import views
from engine.blank_text import is_blank
from engine.errors import Conflict, Invalid, NotAuthenticated, NotFound, Problem
from engine.queries.rows import PERSON, person_view
from engine.records import assertions
from engine.records.assertions import decoded, encoded
from engine.store.base import new_id
from engine.store.tables import PasskeyTable, PersonTable

OF_ONE: Final = 20
"""Passkeys that one person may have."""
NAME_LENGTH: Final = 100
"""Characters of a passkey's name."""
TIMEOUT: Final = 120_000
"""Milliseconds that a browser gives its user; the challenge lives as long."""
_TABLE: Final = PasskeyTable
_ALGORITHMS: Final = (-7, -8, -257)
"""ES256, EdDSA and RS256 (IANA, COSE Algorithms): what authenticators have."""


@dataclass(frozen=True, slots=True)
class KnownPasskey:
    """A passkey as it is stored, with the person whose it is."""

    id: str
    person: views.Person
    public_key: bytes
    sign_count: int
    name: str


# ---------------------------------------------------------------- registering


def new_challenge() -> bytes:
    """32 random bytes."""
    return secrets.token_bytes(32)


def registration_options(
    connection: Connection, person: views.Person, site: views.Site, challenge: bytes
) -> dict[str, Any]:
    """What the browser is told to make a new passkey (PublicKeyCredentialCreationOptionsJSON).

    :raises Invalid: ``too_many_passkeys``
    """
    known = connection.scalars(select(_TABLE.credential_id).where(_TABLE.person_id == person.id))
    ids = list(known)
    if len(ids) >= OF_ONE:
        raise Invalid([Problem("too_many_passkeys", "too many", "name", {"maximum": OF_ONE})])
    return {
        "rp": {"id": site.rp_id, "name": site.name},
        # The id is random and says nothing of who it is.
        "user": {
            "id": encoded(bytes.fromhex(person.id)),
            "name": person.username,
            "displayName": person.name,
        },
        "challenge": encoded(challenge),
        "pubKeyCredParams": [{"type": "public-key", "alg": alg} for alg in _ALGORITHMS],
        "timeout": TIMEOUT,
        "excludeCredentials": [{"type": "public-key", "id": id} for id in ids],
        "authenticatorSelection": {
            "residentKey": "required",
            "requireResidentKey": True,
            "userVerification": "required",
        },
        "attestation": "none",
    }


def add(
    connection: Connection,
    person_id: str,
    credential: Mapping[str, Any],
    name: str,
    *,
    challenge: bytes,
    site: views.Site,
    now: datetime,
) -> str:
    """Store a new passkey (RegistrationResponseJSON), and return its id.

    :raises NotAuthenticated: as ``assertions.check`` does
    :raises Invalid: for its ``name``
    :raises Conflict: ``passkey_taken`` when somebody has it already
    """
    name = check_name(name)
    verified = _verified(credential, challenge, site)
    id = new_id()
    response = credential.get("response")
    transports = response.get("transports") if isinstance(response, dict) else None
    values = {
        "id": id,
        "person_id": person_id,
        "credential_id": encoded(verified.credential_id),
        "public_key": verified.credential_public_key,
        "sign_count": verified.sign_count,
        "backup_eligible": verified.credential_device_type.value == "multi_device",
        "backed_up": verified.credential_backed_up,
        "transports": _transports(transports),
        "aaguid": verified.aaguid[:36],
        "name": name,
        "created_at": now,
        "last_used_at": None,
    }
    try:
        with connection.begin_nested():
            connection.execute(insert(_TABLE).values(**values))
    except IntegrityError as error:
        raise Conflict("This passkey is registered already.", code="passkey_taken") from error
    return id


def check_name(name: str) -> str:
    """The name of a passkey without space around it.

    :raises Invalid: ``required`` or ``too_long`` at ``name``
    """
    name = " ".join(name.split())
    if is_blank(name):
        raise Invalid([Problem("required", "a name is required", "name")])
    if len(name) > NAME_LENGTH:
        long = Problem("too_long", "a long name", "name", {"maximum": NAME_LENGTH})
        raise Invalid([long])
    return name


def _transports(given: Any) -> list[str]:
    """How the authenticator can be reached, as far as the browser says so."""
    return [t for t in given[:10] if isinstance(t, str)][:10] if isinstance(given, list) else []


def _verified(credential: Mapping[str, Any], challenge: bytes, site: views.Site) -> Any:
    from webauthn import verify_registration_response
    from webauthn.helpers.cose import COSEAlgorithmIdentifier
    from webauthn.helpers.exceptions import WebAuthnException

    response = credential.get("response")
    client = decoded(response.get("clientDataJSON") if isinstance(response, dict) else None)
    # The causes that people can do something about have codes of their own.
    assertions.check_client_data(
        client, kind="webauthn.create", challenge=challenge, rp_id=site.rp_id, origins=site.origins
    )
    try:
        verified = verify_registration_response(
            credential=json.dumps(dict(credential)),
            expected_challenge=challenge,
            expected_rp_id=site.rp_id,
            expected_origin=list(site.origins),
            require_user_verification=True,
            supported_pub_key_algs=[COSEAlgorithmIdentifier(alg) for alg in _ALGORITHMS],
        )
    except WebAuthnException as error:
        code = _cause(str(error))
        raise NotAuthenticated(str(error), code=code, site=site.rp_id) from error
    except Exception as error:  # what broken CBOR makes of the decoder
        raise NotAuthenticated("the answer cannot be read", code="passkey_malformed") from error
    if len(verified.credential_id) > 1023:
        raise NotAuthenticated("the credential's id is too long", code="passkey_malformed")
    return verified


def _cause(message: str) -> str:
    """The code of what the library says is wrong with a registration."""
    causes = {"RP ID": "passkey_other_site", "verification": "passkey_not_verified"}
    causes["present"] = "passkey_not_present"
    return next((code for word, code in causes.items() if word in message), "passkey_malformed")


# ---------------------------------------------------------------- using


def assertion_options(
    site: views.Site, challenge: bytes, credentials: list[dict[str, Any]] | None = None
) -> dict[str, Any]:
    """What the browser is told to use a passkey (PublicKeyCredentialRequestOptionsJSON).

    :param credentials: those that may be used; None for any that the browser knows of this site
    """
    options: dict[str, Any] = {
        "challenge": encoded(challenge),
        "rpId": site.rp_id,
        "timeout": TIMEOUT,
        "userVerification": "required",
    }
    if credentials is not None:
        options["allowCredentials"] = credentials
    return options


def descriptors(connection: Connection, person_id: str) -> list[dict[str, Any]]:
    """The passkeys of a person, as a browser is told of them."""
    rows = connection.execute(
        select(_TABLE.credential_id, _TABLE.transports).where(_TABLE.person_id == person_id)
    )
    return [
        {
            "type": "public-key",
            "id": row.credential_id,
            **({"transports": row.transports} if row.transports else {}),
        }
        for row in rows
    ]


def known(connection: Connection, credential: Mapping[str, Any]) -> KnownPasskey:
    """The stored passkey of a browser's answer (AuthenticationResponseJSON).

    :raises NotAuthenticated: ``passkey_unknown`` when there is none, its person has no open
        account, or the answer names another person
    """
    row = connection.execute(
        select(
            *PERSON,
            _TABLE.id.label("passkey_id"),
            _TABLE.public_key,
            _TABLE.sign_count,
            _TABLE.name.label("passkey_name"),
        )
        .join(PersonTable, PersonTable.id == _TABLE.person_id)
        .where(_TABLE.credential_id == _credential_id(credential), PersonTable.active)
    ).one_or_none()
    response = credential.get("response")
    handle = response.get("userHandle") if isinstance(response, dict) else None
    if row is None or (handle and decoded(handle) != bytes.fromhex(row.id)):
        raise NotAuthenticated("nobody here has this passkey", code="passkey_unknown")
    return KnownPasskey(
        row.passkey_id, person_view(row), row.public_key, row.sign_count, row.passkey_name
    )


def _credential_id(credential: Mapping[str, Any]) -> str:
    """The id that an answer names; "" for one that no credential can have."""
    id = credential.get("id")
    return id if isinstance(id, str) and re.fullmatch(r"[\w-]{1,1400}", id, re.ASCII) else ""


def evidence(passkey: KnownPasskey, credential: Mapping[str, Any]) -> dict[str, str]:
    """The assertion in a browser's answer, in the form that ``assertions.check`` takes and that is
    kept with a signature."""
    response = credential.get("response")
    given = response if isinstance(response, dict) else {}
    parts = {name: str(given.get(name, "")) for name in assertions.PARTS}
    return {**parts, "publicKey": encoded(passkey.public_key)}


def check(
    passkey: KnownPasskey, credential: Mapping[str, Any], *, challenge: bytes, site: views.Site
) -> assertions.CheckedAssertion:
    """Check a browser's answer by the passkey that it names.

    :raises NotAuthenticated: as ``assertions.check`` does, and ``passkey_counter`` when the
        authenticator's counter has gone back: somebody has a copy of it
    """
    checked = assertions.check(
        evidence(passkey, credential),
        challenge=challenge,
        rp_id=site.rp_id,
        origins=site.origins,
    )
    if 0 < checked.sign_count <= passkey.sign_count:
        raise NotAuthenticated(
            "the counter has gone back", code="passkey_counter", name=passkey.name
        )
    return checked


def used(
    connection: Connection,
    passkey: KnownPasskey,
    checked: assertions.CheckedAssertion,
    *,
    now: datetime,
) -> None:
    """Record the use of a passkey: its counter, and whether it is backed up now.

    :raises NotAuthenticated: ``passkey_counter`` when another use was first
    """
    counter = max(checked.sign_count, passkey.sign_count)
    changed = connection.execute(
        update(_TABLE)
        .where(_TABLE.id == passkey.id, _TABLE.sign_count == passkey.sign_count)
        .values(
            sign_count=counter,
            backup_eligible=checked.backup_eligible,
            backed_up=checked.backed_up,
            last_used_at=now,
        )
    )
    if changed.rowcount != 1:
        raise NotAuthenticated("used at the same moment", code="passkey_counter", name=passkey.name)


# ---------------------------------------------------------------- a person's passkeys


def of_person(connection: Connection, person_id: str) -> tuple[views.Passkey, ...]:
    """The passkeys of a person, the oldest first."""
    rows = connection.execute(
        select(_TABLE).where(_TABLE.person_id == person_id).order_by(_TABLE.created_at, _TABLE.id)
    )
    return tuple(
        views.Passkey(row.id, row.name, row.created_at, row.last_used_at, row.backed_up)
        for row in rows
    )


def count(connection: Connection, person_id: str) -> int:
    """How many passkeys a person has."""
    wanted = select(func.count()).select_from(_TABLE).where(_TABLE.person_id == person_id)
    return connection.scalar(wanted) or 0


def remove(connection: Connection, person_id: str, passkey_id: str) -> str:
    """Remove a passkey of a person, and return its name.

    :raises NotFound: when the person has none with this id
    """
    name: str | None = connection.scalar(
        delete(_TABLE)
        .where(_TABLE.person_id == person_id, _TABLE.id == passkey_id)
        .returning(_TABLE.name)
    )
    if name is None:
        raise NotFound("there is no such passkey")
    return name


def remove_all(connection: Connection, person_id: str) -> int:
    """Remove all passkeys of a person; returns how many there were."""
    return connection.execute(delete(_TABLE).where(_TABLE.person_id == person_id)).rowcount
