"""Writing into a file that whoever may sign in does its work changes nothing else in it."""

from __future__ import annotations

import pytest

from engine.bpmn import vocabulary
from engine.bpmn.anyone import ACCESS, with_anyone
from engine.bpmn.source import parse
from tests.support.files import PROJECT

OPEN = '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL">\n<!-- é -->'
TASK = '<bpmn:userTask id="t"/>'
DOC = "<bpmn:documentation>Ö &amp; <![CDATA[<x/>]]></bpmn:documentation>"
HELD = "<bpmn:extensionElements><x xmlns='urn:x'><y/></x></bpmn:extensionElements>"
OTHER = f"<bpmn:task id='a'>{HELD}</bpmn:task>"
WRAPPED = f"<bpmn:extensionElements>{ACCESS}</bpmn:extensionElements>"


def file(inside: str, attributes: str = "") -> str:
    other = '<bpmn:process id="q"><bpmn:extensionElements/></bpmn:process>'
    process = f'<bpmn:process  id = "p"{attributes}>{inside}</bpmn:process>'
    return f"{OPEN}{other}\r\n{process}</bpmn:definitions>\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (TASK, WRAPPED + TASK),
        (f"\n  {TASK}", f"{WRAPPED}\n  {TASK}"),
        (f"{DOC}{TASK}", f"{DOC}{WRAPPED}{TASK}"),
        (f"<!-- a -->{DOC}<!-- b -->{TASK}", f"<!-- a -->{DOC}{WRAPPED}<!-- b -->{TASK}"),
        (HELD + TASK, HELD.replace("<x", f"{ACCESS}<x", 1) + TASK),
        (f"<bpmn:extensionElements />{TASK}", WRAPPED + TASK),
        (
            f"{DOC}<bpmn:extensionElements\n></bpmn:extensionElements>{TASK}",
            f"{DOC}<bpmn:extensionElements\n>{ACCESS}</bpmn:extensionElements>{TASK}",
        ),
        (OTHER + TASK, WRAPPED + OTHER + TASK),
    ],
)  # fmt: skip
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_nothing_else_is_changed(before: str, after: str, encoding: str) -> None:
    given, wanted = (file(text).encode(encoding) for text in (before, after))
    made = with_anyone(given, "p")
    assert made == wanted
    meta = vocabulary.read(parse(made, "p.bpmn"))
    assert meta["p"].tasks["t"].anyone


def test_a_default_namespace_and_a_shared_task_are_written_in_their_own_words() -> None:
    text = '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"><globalUserTask id="g"'
    made = with_anyone(f'{text} name="a&gt;b"></globalUserTask></definitions>'.encode(), "g")
    assert b"<extensionElements><sp:access" in made
    assert vocabulary.read(parse(made, "g.bpmn"))["g"].tasks["g"].anyone


def test_every_file_of_the_plan_can_be_written_in() -> None:
    for path in sorted((PROJECT / "workflows").glob("*.bpmn")):
        data = path.read_bytes()
        for name in vocabulary.read(parse(data, path.name)):
            made = with_anyone(data, name)
            assert len(made) > len(data)
            removed = made.replace(ACCESS.encode(), b"", 1)
            assert (
                removed.replace(b"<bpmn:extensionElements></bpmn:extensionElements>", b"", 1)
                == data
            )


def test_a_process_that_is_not_there_is_said() -> None:
    with pytest.raises(ValueError, match="no process"):
        with_anyone(file(TASK).encode(), "gone")
