"""Which columns the history vouches for, and which it does not, and why.

Each row that is written becomes part of the fact that it was written with: its columns as they are
then, long ones and secrets as a digest. So a row that somebody edits by hand, adds or takes away is
not what the history says of it. A test holds that every column stands in one of the two lists.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import Any, Final

import msgspec

_encode: Final = msgspec.json.Encoder(order="sorted").encode


def _columns(plain: str, digests: str = "") -> Mapping[str, bool]:
    """Names of columns; True for those of which a digest is noted."""
    named = dict.fromkeys(plain.split(), False) | dict.fromkeys(digests.split(), True)
    return MappingProxyType(named)


VOUCHED: Final[Mapping[str, Mapping[str, bool]]] = MappingProxyType(
    {
        "api_token": _columns(
            "person_id name prefix scopes created_at expires_at revoked_at", "token_hash"
        ),
        "attachment": _columns("task_id field_id filename media_type size sha256 at by", "data"),
        "customer": _columns("name org_number created_at"),
        "decision": _columns("model_id decision_id version kind name deployed_at runnable"),
        "decision_model": _columns(
            "deployment_id namespace version name filename resource_sha256 deployed_at "
            "deployed_by runnable",
            "imports findings",
        ),
        "definition": _columns(
            "deployment_id process_id version name phase phase_order filename resource_sha256 "
            "deployed_at deployed_by startable",
            "findings",
        ),
        "deployment": _columns("deployed_at deployed_by sha256 number"),
        "incident": _columns(
            "case_id instance_id element_id kind at resolved_at resolved_by", "message operation"
        ),
        "instance": _columns(
            "case_id parent_id parent_token parent_element depth definition_id state revision "
            "started_at ended_at",
            "state_blob variables written passed",
        ),
        "instance_title": _columns("source_id at text"),
        "message": _columns("name case_id sent_by sent_at", "payload"),
        "migration": _columns("process_id definition_id at actor_id actor_name", "mapping"),
        "migration_item": _columns(
            "migration_id instance_id case_id from_definition_id state at after revision",
            "reasons notes snapshot",
        ),
        "notice": _columns("person_id by_id task_id reason at seen_at"),
        "passkey": _columns(
            "person_id credential_id backup_eligible transports aaguid name created_at",
            "public_key",
        ),
        "person": _columns(
            "username name email roles rights active created_at password_at changed_by changed_at",
            "password_hash",
        ),
        "plan_item": _columns(
            "case_id phase phase_title phase_order row_order process_id element_id name role "
            "person_id due decided",
            "points",
        ),
        "process_case": _columns(
            "number customer_id title state process_id people lead_role started_by start_date "
            "started_at ended_at"
        ),
        "resource": _columns("", "data"),
        "signature_withdrawal": _columns("signature_id case_id by_id by_name reason at"),
        "skipped_step": _columns(
            "migration_id case_id instance_id definition_id element_id name role always at state "
            "token reason decided_at decided_by"
        ),
        "subscription": _columns(
            "kind name case_id instance_id token element_id interrupting opened_at"
        ),
        "task": _columns(
            "case_id instance_id token definition_id process_id element_id name phase phase_title "
            "role assignee_id state due points ticked opened_at ended_at completed_by draft_at "
            "draft_by revision counter_of",
            "due_rule answers ticks note local",
        ),
        "timer": _columns("case_id instance_id token element_id due_at", "rule"),
    }
)
"""The columns that the history vouches for, by table; the key of a row needs none."""

_LIST: Final = "where a row stands in lists; follows from names that are vouched for"
_WORDS: Final = "an index to search by; made of names that are vouched for"
_LEASE: Final = "which worker is at it, for a minute"
NOT_VOUCHED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "api_token.last_used_at": "moves with the use of a token, and decides nothing",
        "case_word": _WORDS,
        "challenge": "what somebody is asked to sign, for two minutes",
        "checkpoint": "signed itself; compared with the entries that it is of",
        "checkpoint_evidence": "signed by somebody else, about a checkpoint",
        "counter": "the next number; a case's own number is vouched for",
        "customer.place": _LIST,
        "customer_word": _WORDS,
        "delivery": "an event on its way, for seconds; what it does is a fact",
        "figures": "counted from rows that are vouched for, and counted anew",
        "history": "the entries themselves: each is hashed into the next one",
        "history_read": "who has read; added only, and tells nothing of what has happened",
        "history_leaf": "compared with the entries, and with the signed checkpoint",
        "history_node": "calculated from the leaves",
        "instance_word": _WORDS,
        "job": "a wake-up; rows say what there is to do",
        "known_origin": "from where somebody has signed in before; it spares a wait",
        **dict.fromkeys(
            (f"migration.{count}" for count in ("waiting", "done", "failed", "taken_back")),
            "counted from the migration's items, which are vouched for",
        ),
        "migration_preview": "a forecast, worked out from rows that are vouched for",
        "migration_preview_group": "part of a forecast",
        "migration_preview_item": "part of a forecast",
        "one_time_code": "a second factor beside the password, which is vouched for",
        "openid_link": "an account at a provider that is somebody's; not compared yet",
        "outbox": "a mail or webhook on its way; what it tells of is a fact",
        "passkey.backed_up": "told by the authenticator at each use",
        "passkey.last_used_at": "moves with each use, and decides nothing",
        "passkey.sign_count": "told by the authenticator at each use",
        "pending_form": "what somebody typed, shown to nobody else, for hours",
        "person.place": _LIST,
        "person_role": "the list of who holds a role; compared with the people's own roles",
        "person_word": _WORDS,
        "process_case.place": _LIST,
        "receipt": "the answer to a request that comes twice, told to who has made it",
        "recovery_code": "a second factor beside the password, which is vouched for",
        "reminder": "which reminders were sent",
        "routine": "when a daily routine was done",
        "session": "of hours; begun by who has given a password",
        "sign_in_failure": "guesses of the last hour",
        "signature": "compared with its own entry, which has the hash of its content",
        "task.place": _LIST,
        "timer.lease_until": _LEASE,
    }
)
"""Tables and columns that the history does not vouch for, with the reason."""


_EMPTY: Final[tuple[Any, ...]] = (None, "", b"", {}, [])
"""Values that are as short as they are, instead of their digest."""


def noted(table: str, column: str, value: Any) -> Any:
    """A column's value as an entry has it: plain, or the digest of a long or secret one that is not
    empty."""
    if VOUCHED[table][column] and value not in _EMPTY:
        return digest(value)
    return plain(value)


def plain(value: Any) -> Any:
    """A value as JSON has it: times in UTC with microseconds, days in ISO 8601."""
    if isinstance(value, datetime):
        # As ``engine.records.chain.utc_text``, which is above this floor.
        moment = value.astimezone(UTC).replace(tzinfo=None)
        return moment.isoformat(timespec="microseconds") + "Z"
    if value == b"":
        return ""
    return value.isoformat() if isinstance(value, date) else value


def digest(value: Any) -> str:
    """The SHA-256, in hex, of bytes, of UTF-8 text, or of JSON with sorted keys and no spaces."""
    if isinstance(value, bytes):
        return hashlib.sha256(value).hexdigest()
    if isinstance(value, str):
        return hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()
    return hashlib.sha256(encoded(value)).hexdigest()


def encoded(value: Any) -> bytes:
    """JSON with sorted keys and no spaces. ``json`` writes what ``msgspec`` refuses."""
    try:
        return _encode(value)
    except (TypeError, ValueError, OverflowError):
        return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()
