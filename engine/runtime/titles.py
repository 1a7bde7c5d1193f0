"""What tells the instances of one process apart: a text of the instance's own variables.

The diagram says which (``sp:title``). What a titled instance calls has the same title, unless it
says one of its own. The words of a title are an index of their own, so that the tasks of one
complaint are found by what the customer has said.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import delete, insert, select, update

from engine import feel
from engine.runtime.running_instance import RunningInstance
from engine.runtime.step import Step
from engine.store import words
from engine.store.tables import InstanceTitleTable, InstanceWordTable

MOST_WORDS: Final = 500
"""Different words by which an instance is found."""
_TITLE: Final = InstanceTitleTable


def _text(instance: RunningInstance, expression: str) -> str:
    """The title's text; "" while a variable is not set, and when the expression fails: a process
    goes on without a title."""
    value = instance.definition.evaluator.value_or_null(expression, instance.process.variables)
    if value is None:
        return ""
    return " ".join((value if isinstance(value, str) else str(feel.plain(value))).split())


def keep(step: Step, instance: RunningInstance, expression: str) -> None:
    """See to it that the title of an instance that has changed is that of its variables."""
    text = _text(instance, expression)
    rows = step.connection.execute(
        select(_TITLE.instance_id, _TITLE.text).where(_TITLE.source_id == instance.id)
    ).all()
    if not rows:
        if text:
            new = {"instance_id": instance.id, "source_id": instance.id, "at": step.now}
            step.connection.execute(insert(_TITLE).values(**new, text=text))
            _index(step, instance.case_id, instance.id, text)
        return
    if any(row.text != text for row in rows):
        of = _TITLE.source_id == instance.id
        step.connection.execute(update(_TITLE).where(of).values(text=text))
        for row in rows:
            _index(step, instance.case_id, row.instance_id, text)


def inherit(step: Step, instance: RunningInstance) -> None:
    """Give a new instance the title of what called it. That of a case's root is not handed on: it
    would stand at every task of the case."""
    caller = step.instance(instance.parent_id or "")
    if caller.definition.meta.title is None and caller.depth < 2:
        return
    found = step.connection.execute(
        select(_TITLE.source_id, _TITLE.at, _TITLE.text).where(
            _TITLE.instance_id == instance.parent_id
        )
    ).first()
    if found is not None:
        step.connection.execute(insert(_TITLE).values(instance_id=instance.id, **found._asdict()))
        _index(step, instance.case_id, instance.id, found.text)


def _index(step: Step, case_id: str, instance_id: str, text: str) -> None:
    """Store the words of a title as those that the instance is found by, in place of earlier
    ones."""
    table = InstanceWordTable
    step.connection.execute(delete(table).where(table.instance_id == instance_id))
    each = (word for part in text.split() for word in sorted(words.of_text(part)))
    found = list(dict.fromkeys(each))[:MOST_WORDS]
    rows = [{"instance_id": instance_id, "case_id": case_id, "word": word} for word in found]
    if rows:
        step.connection.execute(insert(table), rows)
