"""Mails that tell a person what others have done to their account.

They go through the outbox, so that they are sent if and only if the change is made.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from engine.config import Config
from engine.job_queue import Job
from engine.jobs import outbox
from engine.jobs.outbox import OutboundMessage
from engine.store.base import new_id
from engine.views import Person

TEXTS: Final[Mapping[str, Mapping[str, tuple[str, str]]]] = {
    "second_factor_reset": {
        "sv": (
            "{company}: din tvåfaktorsinloggning är nollställd",
            "Hej {name},\n\n{by} har nollställt din andra faktor (engångskoder och passnycklar). "
            "Du är utloggad överallt. Logga in med ditt lösenord och lägg upp en ny.\n\n"
            "Har du inte bett om det: säg till genast.",
        ),
        "en": (
            "{company}: your second factor was reset",
            "Hello {name},\n\n{by} has reset your second factor (one-time codes and passkeys). "
            "You are signed out everywhere. Sign in with your password, and set up a new one.\n\n"
            "If you have not asked for it, say so at once.",
        ),
    },
}
"""Subject and text of each mail, by language."""


def post(
    connection: Connection, config: Config, person: Person, what: str, by: str, now: datetime
) -> list[Job]:
    """Store a mail to a person; returns the jobs that send it, none when mail is switched off or
    the person has no address.

    :param what: the key of its texts
    :param by: the name of who has done it
    """
    if not config.mail.enabled or not person.email:
        return []
    texts = TEXTS[what]
    subject, text = texts.get(config.mail.language, texts["sv"])
    given = {"company": config.company.name, "name": person.name, "by": by}
    payload = {"subject": subject.format(**given), "text": text.format(**given)}
    message = OutboundMessage("mail", f"{what}:{new_id()}", person.email, payload)
    return outbox.post(connection, [message], now)
