"""Mail by SMTP (RFC 5321), as the configuration says."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from typing import Final

from engine.config.settings import MailSettings
from engine.jobs.outbox import ClaimedMessage

TIMEOUT: Final = 20.0
"""Seconds for each of the conversation's steps."""


class PermanentFailure(Exception):
    """Trying again would not help: the receiver's server refuses the address for good."""


def send(settings: MailSettings, letter: ClaimedMessage) -> None:
    """Send one letter.

    :raises OSError, smtplib.SMTPException: when it may succeed later
    :raises Hopeless: when the address is refused for good (a reply of 5xx to it)
    """
    message = _message(settings, letter)
    connect = smtplib.SMTP_SSL if settings.security == "tls" else smtplib.SMTP
    with connect(settings.host, settings.port, timeout=TIMEOUT) as server:
        if settings.security == "starttls":
            server.starttls(context=ssl.create_default_context())
        if settings.username:
            server.login(settings.username, settings.password)
        try:
            server.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            code, reason = next(iter(error.recipients.values()))
            if 500 <= code < 600:
                raise PermanentFailure(f"{code} {reason.decode('utf-8', 'replace')}") from error
            raise


def _message(settings: MailSettings, letter: ClaimedMessage) -> EmailMessage:
    message = EmailMessage()
    message["From"] = settings.sender
    message["To"] = letter.target
    message["Subject"] = letter.payload["subject"]
    message["Date"] = format_datetime(letter.created_at)
    # The same at every attempt, so that a mailbox shows a repetition once.
    domain = parseaddr(settings.sender)[1].rpartition("@")[2] or "localhost"
    message["Message-ID"] = f"<{letter.id}@{domain}>"
    # Nobody's absence notice shall answer a machine (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.payload["text"])
    return message
