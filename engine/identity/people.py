"""People and their passwords. Signing in, and what lasts until signing out, is in ``sessions``.

Functions that take a connection neither begin nor commit. Hashing and verifying a password take
some 20 ms on purpose, so they stand between transactions, never in one. Sources: OWASP ASVS 5.0
(V6) and NIST SP 800-63B-4: length over composition.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from engine import views
from engine.access import actions
from engine.config.accepts import MAIL_ADDRESS
from engine.errors import Invalid, NotFound, Problem
from engine.ids import new_id
from engine.queries.rows import PERSON, person_view
from engine.store import words
from engine.store.tables import PersonTable, SessionTable, SignInFailureTable

PASSWORD_LENGTH: Final = 15
LONGEST_PASSWORD: Final = 1_000
DIFFERENT_CHARACTERS: Final = 5

_COMMON = """
    1234567890123456 123456789012345 12345678901234567890 qwertyuiopasdfghjkl qwertyuiopasdfgh
    qwertyuiop123456 1qaz2wsx3edc4rfv 1q2w3e4r5t6y7u8i 1q2w3e4r5t6y7u8i9o0p zaq12wsxcde34rfv
    abcdefghijklmnop abcdefghijklmnopqrstuvwxyz passwordpassword password12345678 mypassword123456
    correcthorsebatterystaple thequickbrownfox iloveyouiloveyou administrator123
    letmeinletmeinletmein letmein123456789
    lösenordlösenord lösenord12345678 losenordlosenord losenord12345678 hemligthemligt12
    välkommen1234567 serviceplan12345 serviceplanserviceplan sommarsommarsommar fotbollfotboll12
"""
COMMON: Final = frozenset(_COMMON.split())
"""Long passwords that people really choose. Only these few: no list of breached passwords comes
with the product, and length is what protects here."""

# argon2id with 19 MiB, two rounds and one lane: OWASP's minimum.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_NOBODY: Final = (
    "$argon2id$v=19$m=19456,t=2,p=1$V7JPdmcvpkE/SIWxFy0PRQ"
    "$95HtEEj6iKFsPwJIU+6TTIm2MXAXaOwDemiCedcXkoY"
)
"""Of a random password that was thrown away: what an unknown user's attempt is compared with."""
_USERNAME = re.compile(r"[^\W_A-Z][\w.@-]{0,79}")


# ---------------------------------------------------------------- passwords


def check_new_password(password: str, username: str) -> None:
    """Raise Invalid (field ``password``) for a password that is too short, too long, common, or
    made of the user name or of one repeated part."""
    plain = _normal(password)
    folded, name = plain.casefold(), username.casefold()
    if len(plain) < PASSWORD_LENGTH:
        raise _refused("password_too_short", f"at least {PASSWORD_LENGTH} characters")
    if len(plain) > LONGEST_PASSWORD:
        raise _refused("password_too_long", f"at most {LONGEST_PASSWORD} characters")
    repeats = folded in (folded * 2)[1:-1]
    if folded in COMMON or repeats or len(set(folded)) < DIFFERENT_CHARACTERS:
        raise _refused("password_common", "this password is one of the first that anyone tries")
    # A name of two or three letters stands in many good passwords by chance.
    if len(name) > 3 and name in folded:
        raise _refused("password_has_username", "the password contains the user name")


def hash_password(password: str) -> str:
    """The argon2id hash to store; takes some 20 ms."""
    return _hasher.hash(_normal(password))


def verify(password_hash: str | None, password: str) -> bool:
    """Whether it is the password; takes as long for None (nobody) as for somebody."""
    # Nobody has a longer one, and hashing it would be work for nothing.
    plain = _normal(password)[: LONGEST_PASSWORD + 1]
    try:
        return _hasher.verify(password_hash or _NOBODY, plain) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False


def renewed_hash(password_hash: str, password: str) -> str | None:
    """The hash to store instead when the stored one was made with other parameters, else None."""
    return hash_password(password) if _hasher.check_needs_rehash(password_hash) else None


def _normal(password: str) -> str:
    # The same keys give composed letters on one machine and decomposed ones on another.
    return unicodedata.normalize("NFC", password)


def _refused(code: str, message: str) -> Invalid:
    params = {"minimum": PASSWORD_LENGTH, "maximum": LONGEST_PASSWORD}
    return Invalid([Problem(code, message, "password", params)])


# ---------------------------------------------------------------- people


def normal_username(username: str) -> str:
    """The one way in which a user name is stored and looked up: composed, in small letters."""
    return unicodedata.normalize("NFC", username.strip()).lower()


def subject_of(username: str) -> str:
    """Under which failed attempts on an account are counted."""
    return f"person:{normal_username(username)[:80]}"


def add_person(
    connection: Connection,
    *,
    username: str,
    name: str,
    roles: Iterable[str],
    rights: Iterable[str],
    password_hash: str,
    known_roles: Container[str],
    now: datetime,
    email: str | None = None,
) -> views.Person:
    """A new account. ``password_hash`` comes from ``hash_password`` after ``check_new_password``.

    Raises Invalid: username_malformed, duplicate, required (name), email_malformed, unknown_role,
    unknown_right.
    """
    username, name = normal_username(username), " ".join(name.split())
    problems = [*_unknown(roles, rights, known_roles), *_email_problems(email)]
    if not _USERNAME.fullmatch(username):
        problems.append(Problem("username_malformed", "small letters, digits, . - _ @", "username"))
    if not name:
        problems.append(Problem("required", "a name is required", "name"))
    if len(name) > 200:
        problems.append(Problem("too_long", "at most 200 characters", "name", {"maximum": 200}))
    if problems:
        raise Invalid(problems)
    person = views.Person(new_id(), username, name, frozenset(roles), frozenset(rights))
    person = replace(person, email=(email or "").strip() or None)
    try:
        with connection.begin_nested():
            connection.execute(
                insert(PersonTable).values(
                    id=person.id,
                    username=username,
                    name=name,
                    email=person.email,
                    password_hash=password_hash,
                    roles=sorted(person.roles),
                    rights=sorted(person.rights),
                    active=True,
                    created_at=now,
                    password_at=now,
                )
            )
            words.keep_person(connection, person.id, username, name)
    except IntegrityError as error:
        message = f"there is an account {username!r} already"
        raise Invalid([Problem("duplicate", message, "username")]) from error
    return person


def change_person(
    connection: Connection,
    person: views.Person,
    *,
    roles: Iterable[str] | None = None,
    rights: Iterable[str] | None = None,
    active: bool | None = None,
    known_roles: Container[str],
    email: str | None = None,
) -> views.Person:
    """Set what is not None; an empty ``email`` takes the address away. Who is no longer active is
    signed out everywhere.

    Raises Invalid: unknown_role, unknown_right, email_malformed.
    """
    if problems := [*_unknown(roles or (), rights or (), known_roles), *_email_problems(email)]:
        raise Invalid(problems)
    changed = views.Person(
        person.id,
        person.username,
        person.name,
        person.roles if roles is None else frozenset(roles),
        person.rights if rights is None else frozenset(rights),
        person.active if active is None else active,
        person.email if email is None else email.strip() or None,
    )
    connection.execute(
        update(PersonTable)
        .where(PersonTable.id == person.id)
        .values(
            roles=sorted(changed.roles),
            rights=sorted(changed.rights),
            active=changed.active,
            email=changed.email,
        )
    )
    if not changed.active:
        connection.execute(delete(SessionTable).where(SessionTable.person_id == person.id))
    return changed


def _email_problems(email: str | None) -> list[Problem]:
    given = (email or "").strip()
    if not given or (len(given) <= 254 and MAIL_ADDRESS.fullmatch(given)):
        return []
    return [Problem("email_malformed", "not a mail address", "email")]


def _unknown(
    roles: Iterable[str], rights: Iterable[str], known_roles: Container[str]
) -> list[Problem]:
    wrong = [("unknown_role", "roles", r) for r in roles if r not in known_roles]
    wrong += [("unknown_right", "rights", r) for r in rights if r not in actions.RIGHTS]
    return [Problem(code, f"there is no {r!r}", field, {"value": r}) for code, field, r in wrong]


def person_named(connection: Connection, username: str) -> views.Person:
    """The account with that user name, active or not. Raises NotFound."""
    row = connection.execute(
        select(*PERSON).where(PersonTable.username == normal_username(username))
    ).one_or_none()
    if row is None:
        raise NotFound(f"there is no account {username!r}")
    return person_view(row)


def all_people(connection: Connection) -> tuple[views.Person, ...]:
    """Every account, by name."""
    return tuple(
        map(
            person_view,
            connection.execute(select(*PERSON).order_by(PersonTable.name, PersonTable.id)),
        )
    )


def set_password(
    connection: Connection,
    person_id: str,
    password_hash: str,
    *,
    now: datetime,
    keep_session: str | None = None,
) -> None:
    """Store a new password's hash. Every session of the person ends, but the one with the token
    hash ``keep_session``; old failures no longer count."""
    connection.execute(
        update(PersonTable)
        .where(PersonTable.id == person_id)
        .values(password_hash=password_hash, password_at=now)
    )
    connection.execute(
        delete(SessionTable).where(
            SessionTable.person_id == person_id, SessionTable.token_hash != (keep_session or "")
        )
    )
    username = connection.execute(
        select(PersonTable.username).where(PersonTable.id == person_id)
    ).scalar()
    connection.execute(
        delete(SignInFailureTable).where(SignInFailureTable.subject == subject_of(str(username)))
    )
