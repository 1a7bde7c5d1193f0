"""Small diagrams that tests of several folders deploy."""

from __future__ import annotations

from typing import Any

from tests.support.diagrams import catch, chain, diagram, end, field, message, start, task

PAID = message(
    "Paid",
    roles="ekonomi saljare",
    form=field("paid_on", "date", required="true") + field("amount", "money"),
)
"""A message that two roles may send: a date that it needs, and an amount."""
PAYMENT = diagram(
    "payment",
    start(),
    task("work"),
    catch("wait", message="Paid"),
    task("thank", form=field("paid_on", "date")),
    end(),
    chain("start", "work", "wait", "thank", "end"),
    messages=[PAID],
    lanes={"ekonomi": ["work", "thank"], "inkop": []},
)
"""A task, a wait for the message, and a task that shows what it brought."""

SMALL = diagram(
    "small",
    start(),
    task("write", form=field("story", "longtext") + field("short"), points=["one"]),
    end(),
    chain("start", "write", "end"),
)
"""One unsigned task that anybody may do, with two texts and a point."""
DONE: dict[str, Any] = {"ticks": {"one": True}}
"""What completes its task."""
