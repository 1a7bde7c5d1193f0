"""The mail that tells somebody that a colleague has taken over a task of theirs."""

from __future__ import annotations

from collections.abc import Mapping

from engine.config import Config
from engine.jobs.outbox import OutboundMessage

TEXTS: Mapping[str, Mapping[str, str]] = {
    "sv": {
        "subject": "{company}: {by} har tagit över uppgiften {task}",
        "text": "Hej {name},\n\n{by} har tagit över din uppgift {task} ({case}).\n\n"
        "Orsak: {reason}\n\nDet du har sparat i uppgiften finns kvar i den.\n",
        "link": "\nUppgiften: {address}\n",
    },
    "en": {
        "subject": "{company}: {by} has taken over the task {task}",
        "text": "Hello {name},\n\n{by} has taken over your task {task} ({case}).\n\n"
        "Reason: {reason}\n\nWhat you have saved in the task is still there.\n",
        "link": "\nThe task: {address}\n",
    },
}
"""The texts of the mail, by language."""


def taken_over(
    config: Config,
    notice_id: str,
    email: str,
    *,
    task_id: str,
    name: str,
    by: str,
    task: str,
    case: str,
    reason: str,
) -> OutboundMessage:
    """The mail of a notice: ``name`` is told that ``by`` has the ``task`` of the ``case`` now."""
    words = TEXTS[config.mail.language]
    told = {"company": config.company.name, "name": name, "by": by, "task": task, "case": case}
    text = words["text"].format(**told, reason=reason)
    if config.web.address:
        text += words["link"].format(address=f"{config.web.address}/tasks/{task_id}")
    subject = words["subject"].format(**told)
    return OutboundMessage("mail", f"notice:{notice_id}", email, {"subject": subject, "text": text})
