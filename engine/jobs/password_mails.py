"""The mails that tell somebody of their account: another has set its password, or an invitation."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from engine.config import Config
from engine.jobs.outbox import OutboundMessage
from engine.views import Person

TEXTS: Mapping[str, Mapping[str, str]] = {
    "sv": {
        "subject": "{company}: ditt lösenord är bytt",
        "text": "Hej {name},\n\n{by} har gett ditt konto ett nytt lösenord. Du är utloggad "
        "överallt och dina API-nycklar är spärrade.\n",
        "until": "\nLösenordet är ett engångslösenord: logga in och byt det senast {until}. "
        "Innan dess går det varken att arbeta eller signera.\n",
        "unexpected": "\nVar det inte väntat? Säg till den som sköter Serviceplan hos er.\n",
        "invited_subject": "{company}: välkommen, välj ditt lösenord",
        "invited": "Hej {name},\n\nDu har ett konto med användarnamnet {username}. Välj ditt "
        "lösenord senast {until}:\n\n{link}\n\nLänken fungerar en gång.\n",
    },
    "en": {
        "subject": "{company}: your password has been set",
        "text": "Hello {name},\n\n{by} has given your account a new password. You are signed "
        "out everywhere and your API tokens are revoked.\n",
        "until": "\nIt is a one-time password: sign in and change it by {until}. Until then you "
        "can neither work nor sign.\n",
        "unexpected": "\nDid you not expect this? Tell whoever runs Serviceplan at your company.\n",
        "invited_subject": "{company}: welcome, choose your password",
        "invited": "Hello {name},\n\nYou have an account with the user name {username}. Choose "
        "your password by {until}:\n\n{link}\n\nThe link works once.\n",
    },
}
"""The texts of the mails, by language."""


def password_set(
    config: Config, person: Person, *, by: str, at: datetime, until: datetime | None
) -> OutboundMessage:
    """The mail to the owner of an account whose password ``by`` has set."""
    words, said = TEXTS[config.mail.language], {"company": config.company.name, "name": person.name}
    text = words["text"].format(**said, by=by)
    if until is not None:
        text += words["until"].format(until=f"{until:%Y-%m-%d %H:%M}")
    content = {"subject": words["subject"].format(**said), "text": text + words["unexpected"]}
    return _message("password", person, at, content)


def invited(
    config: Config, person: Person, *, link: str, at: datetime, until: datetime
) -> OutboundMessage:
    """The mail with the link by which somebody chooses a password."""
    words, said = TEXTS[config.mail.language], {"company": config.company.name, "name": person.name}
    when = f"{until:%Y-%m-%d %H:%M}"
    text = words["invited"].format(**said, username=person.username, link=link, until=when)
    content = {"subject": words["invited_subject"].format(**said), "text": text}
    return _message("invitation", person, at, content)


def _message(
    what: str, person: Person, at: datetime, content: Mapping[str, str]
) -> OutboundMessage:
    key = f"{what}:{person.id}:{at.isoformat()}"
    return OutboundMessage("mail", key, person.email or "", dict(content))
