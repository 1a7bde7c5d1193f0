"""Sending mail by SMTP (RFC 5321)."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from typing import Final

from engine.config.settings import MailSettings
from engine.jobs.outbox import ClaimedMessage

TIMEOUT: Final = 20.0
"""Seconds that each step of the SMTP session may take."""


class PermanentFailure(Exception):
    """The receiver's server refuses the address for good: another attempt would not help."""


def send(settings: MailSettings, outbound: ClaimedMessage) -> None:
    """Send one mail; the payload of ``outbound`` has ``subject`` and ``text``.

    :raises OSError, smtplib.SMTPException: when another attempt may succeed
    :raises PermanentFailure: when the address is refused for good (a reply of 5xx to it)
    """
    message = _message(settings, outbound)
    with _connect(settings) as server:
        if settings.username:
            server.login(settings.username, settings.password)
        try:
            server.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            code, reason = next(iter(error.recipients.values()))
            if 500 <= code < 600:
                raise PermanentFailure(f"{code} {reason.decode('utf-8', 'replace')}") from error
            raise


def _connect(settings: MailSettings) -> smtplib.SMTP:
    """A session with the server. With TLS its certificate must be valid and for this very host
    (RFC 8314): nothing, the account least of all, goes to who cannot show that."""
    address = settings.host, settings.port
    if settings.security == "none":
        return smtplib.SMTP(*address, timeout=TIMEOUT)
    context = ssl.create_default_context(cafile=settings.ca_file or None)
    if settings.security == "tls":
        return smtplib.SMTP_SSL(*address, timeout=TIMEOUT, context=context)
    server = smtplib.SMTP(*address, timeout=TIMEOUT)
    try:
        server.starttls(context=context)
    except BaseException:
        server.close()
        raise
    return server


def _message(settings: MailSettings, outbound: ClaimedMessage) -> EmailMessage:
    message = EmailMessage()
    message["From"] = settings.sender
    message["To"] = outbound.target
    message["Subject"] = outbound.payload["subject"]
    message["Date"] = format_datetime(outbound.created_at)
    # The same at every attempt, so that a mailbox shows a repeated mail once.
    domain = parseaddr(settings.sender)[1].rpartition("@")[2] or "localhost"
    message["Message-ID"] = f"<{outbound.id}@{domain}>"
    # So that no absence notice answers a machine (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(outbound.payload["text"])
    return message
