"""The history as XES and OCEL 2.0: read back by somebody else's program, nothing is missing."""

from __future__ import annotations

import json
import tracemalloc
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import r4pm

from engine import LOG_FORMATS, SYSTEM, Engine, HistoryEntry
from engine.errors import NotFound
from engine.eventlog import files
from engine.eventlog.spool import things_of, time_text
from tests.bench.eventlog import batches
from tests.support.people import People

Lived = tuple[Engine, People]


def facts(engine: Engine, **filters: Any) -> list[HistoryEntry]:
    return [entry for batch in engine.history.export(SYSTEM, **filters) for entry in batch]


def read(kind: str, pieces: Iterable[bytes], path: Path) -> Any:
    """What r4pm has read from a file, as its own JSON."""
    path.write_bytes(b"".join(pieces))
    item = r4pm.import_item(kind, str(path))
    back = path.with_suffix(".back.json")
    r4pm.export_item(item, str(back))
    r4pm.remove_item(item)
    return json.loads(back.read_text("utf-8"))


def test_a_case_is_a_trace_and_a_fact_is_an_event(lived_in: Lived, tmp_path: Path) -> None:
    engine, _ = lived_in
    known = facts(engine)
    log = read("EventLog", engine.history.event_log(SYSTEM, "xes"), tmp_path / "log.xes")

    def value(attributes: list[dict[str, Any]], key: str) -> Any:
        return next((a["value"]["content"] for a in attributes if a["key"] == key), None)

    traces = {value(t["attributes"], "concept:name"): t["events"] for t in log["traces"]}
    wanted = Counter(entry.case_number or entry.chain for entry in known)
    assert {name: len(events) for name, events in traces.items()} == dict(wanted)
    digests = {value(e["attributes"], "hash"): e["attributes"]
               for events in traces.values() for e in events}  # fmt: skip
    assert len(digests) == len(known)
    for entry in known:
        event = digests[entry.hash]
        assert value(event, "concept:name") == (entry.element_name or entry.type)
        assert value(event, "org:resource") == entry.actor_name
        assert value(event, "type") == entry.type
        at = datetime.fromisoformat(value(event, "time:timestamp"))
        assert at == datetime.fromisoformat(time_text(entry.at))
    roles = {value(event, "org:role") for event in digests.values()}
    assert {"saljare", "kundansvarig"} <= roles
    moves = {value(event, "lifecycle:transition") for event in digests.values()}
    assert {"schedule", "complete"} <= moves


@pytest.mark.parametrize(("form", "ending"), [("ocel-json", "json"), ("ocel-sqlite", "sqlite")])
def test_what_facts_are_about_are_objects(
    lived_in: Lived, tmp_path: Path, form: str, ending: str
) -> None:
    engine, _ = lived_in
    known = facts(engine)
    pieces = engine.history.event_log(SYSTEM, form)  # type: ignore[arg-type]
    log = read("OCEL", pieces, tmp_path / f"log.{ending}")
    events = {event["id"]: event for event in log["events"]}
    assert len(events) == len(known)
    objects = {each["id"]: each for each in log["objects"]}
    things = {thing.id: thing for entry in known for thing, _ in things_of(entry)[0]}
    assert objects.keys() == things.keys()
    assert Counter(o["type"] for o in objects.values()) == Counter(t.type for t in things.values())
    for entry in known:
        event = events[f"event:{entry.id}"]
        assert event["type"] == entry.type
        assert datetime.fromisoformat(event["time"]) == datetime.fromisoformat(time_text(entry.at))
        said = {each["name"]: each["value"] for each in event["attributes"]}
        assert said["resource"] == entry.actor_name
        assert said["hash"] == entry.hash
        about = {(r["objectId"], r["qualifier"]) for r in event["relationships"]}
        assert about == {(thing.id, how) for thing, how in things_of(entry)[0]}
    parts = {part for entry in known for part in things_of(entry)[1]}
    read_back = {
        (each["id"], r["objectId"], r["qualifier"])
        for each in objects.values()
        for r in each.get("relationships", ())
    }
    assert read_back == parts


def test_filters_and_rights_hold(lived_in: Lived, tmp_path: Path) -> None:
    engine, people = lived_in
    number = next(e.case_number for e in facts(engine, type="task.signed") if e.case_number)
    pieces = engine.history.event_log(SYSTEM, "xes", case_id=number, type="task.signed")
    log = read("EventLog", pieces, tmp_path / "one.xes")
    some = facts(engine, case_id=number, type="task.signed")
    assert sum(len(trace["events"]) for trace in log["traces"]) == len(some) > 0
    for form in LOG_FORMATS:
        with pytest.raises(NotFound):
            engine.history.event_log(SYSTEM, form, case_id="f" * 32)
    own = {e.id for b in engine.history.export(next(iter(people.values())).actor) for e in b}
    everything = {entry.id for entry in facts(engine)}
    assert own <= everything


def test_any_text_is_read_back(tmp_path: Path) -> None:
    [[entry]] = batches(1)
    odd = "a<&>\"'\u0000\u0007\ufffe😀\n\t]]>"
    strange = replace(entry, element_name=odd, actor_name=odd)
    log = read("EventLog", files.pieces("xes", [[strange]], lambda _: odd), tmp_path / "odd.xes")
    [event] = log["traces"][0]["events"]
    shown = {a["key"]: a["value"]["content"] for a in event["attributes"]}
    assert shown["concept:name"].startswith("a<&>\"'\ufffd\ufffd\ufffd😀")


@pytest.mark.parametrize("form", LOG_FORMATS)
def test_memory_does_not_grow_with_the_history(form: files.LogFormat) -> None:
    def most(count: int) -> int:
        tracemalloc.start()
        sum(map(len, files.pieces(form, batches(count), lambda _: "role")))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    most(500)
    few, many = most(1_000), most(8_000)
    assert many < few + 1_000_000, (few, many)


def test_nothing_is_left_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    pieces = files.pieces("xes", batches(100), lambda _: None)
    next(pieces)
    assert list(tmp_path.iterdir())
    del pieces
    assert list(tmp_path.iterdir()) == []
    assert b"".join(files.pieces("ocel-json", batches(100), lambda _: None))
    assert list(tmp_path.iterdir()) == []
