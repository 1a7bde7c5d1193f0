"""Files of a task, and its revision, which rises with each that comes or goes."""

from __future__ import annotations

import pytest

from engine import Conflict
from tests.support.desk import Desk
from tests.support.diagrams import chain, diagram, end, field, start, task


@pytest.fixture
def task_id(bare_desk: Desk) -> str:
    """A task that takes files."""
    form = field("papers", "attachment") + field("said")
    steps = (start(), task("file", form=form), end(), chain("start", "file", "end"))
    bare_desk.deploy(diagram("filing", *steps))
    return bare_desk.task(bare_desk.case("filing"))


def test_a_file_raises_the_revision_of_its_task(bare_desk: Desk, task_id: str) -> None:
    engine, who = bare_desk.engine, bare_desk.manager.actor
    revisions = [engine.tasks.get(who, task_id).row.revision]
    given = (task_id, "papers", "a.txt", "text/plain", b"a")
    attached = engine.tasks.attach(who, *given, revision=revisions[-1], key="attach")
    revisions.append(engine.tasks.get(who, task_id).row.revision)
    assert attached.result["revision"] == revisions[-1]
    file = attached.id or ""
    detached = engine.tasks.detach(who, task_id, file, revision=revisions[-1], key="detach")
    revisions.append(engine.tasks.get(who, task_id).row.revision)
    assert detached.result["revision"] == revisions[-1]
    assert revisions == sorted({*revisions})
    # A request that comes twice has its receipt, and has changed the task once.
    again = engine.tasks.attach(who, *given, revision=revisions[0], key="attach")
    assert again == attached
    assert engine.tasks.get(who, task_id).row.revision == revisions[-1]


def test_a_file_for_a_task_that_has_changed_is_refused(bare_desk: Desk, task_id: str) -> None:
    engine, who = bare_desk.engine, bare_desk.manager.actor
    seen = engine.tasks.get(who, task_id).row.revision
    given = (task_id, "papers", "a.txt", "text/plain", b"a")
    file = engine.tasks.attach(who, *given, key="attach").id or ""
    written = {"answers": {"said": "x"}, "ticks": {}, "revision": seen}
    for number, write in enumerate(
        (
            lambda key: engine.tasks.attach(who, *given, revision=seen, key=key),
            lambda key: engine.tasks.detach(who, task_id, file, revision=seen, key=key),
            lambda key: engine.tasks.save_draft(who, task_id, **written, key=key),
            lambda key: engine.tasks.complete(who, task_id, **written, key=key),
        )
    ):
        with pytest.raises(Conflict) as refused:
            write(f"key-{number}")
        assert refused.value.error_code == "stale_revision"
        assert refused.value.params["revision"] == seen + 1
    assert [f.id for f in engine.tasks.get(who, task_id).attachments["papers"]] == [file]
