"""The merge of a form by its inputs: what was shown, what was posted, what is stored."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web import merge

VALUES = st.none() | st.booleans() | st.text(max_size=3) | st.lists(st.text(max_size=2), max_size=2)


@pytest.mark.parametrize(
    ("shown", "posted", "stored", "saved", "mine", "theirs"),
    [
        ("a", "a", "a", "a", False, False),
        ("a", "b", "a", "b", True, False),
        ("a", "a", "b", "b", False, True),
        ("a", "b", "b", "b", False, False),
        ("a", "b", "c", "b", True, True),
        (None, "b", "c", "b", True, True),
        (None, None, "c", "c", False, True),
        ("a", None, "a", None, True, False),
        ("a", None, "c", None, True, True),
        ("a", "b", None, "b", True, True),
        (False, True, False, True, True, False),
    ],
)
def test_one_input(
    shown: Any, posted: Any, stored: Any, saved: Any, mine: bool, theirs: bool
) -> None:
    found = merge.merge(merge.digests({"x": shown}), {"x": posted}, {"x": stored})
    assert (found.values["x"] or None) == (saved or None)
    assert (found.mine == ("x",), found.theirs == ("x",)) == (mine, theirs)
    assert found.both == (("x",) if mine and theirs else ())


@given(st.lists(st.tuples(VALUES, VALUES, VALUES), max_size=4))
def test_nothing_of_anybody_is_lost_in_silence(inputs: list[tuple[Any, Any, Any]]) -> None:
    shown, posted, stored = (
        {str(place): each[part] for place, each in enumerate(inputs)} for part in range(3)
    )
    found = merge.merge(merge.digests(shown), posted, stored)
    for name, saved in found.values.items():
        kept = merge.digest(saved)
        changed_by_others = merge.digest(stored[name]) != merge.digest(shown[name])
        changed_here = merge.digest(posted[name]) != merge.digest(shown[name])
        if changed_by_others and kept != merge.digest(stored[name]):
            assert name in found.both
        if changed_here:
            assert kept == merge.digest(posted[name])
        elif not changed_by_others:
            assert kept == merge.digest(shown[name])


def test_an_input_that_the_page_did_not_have_is_left_alone() -> None:
    found = merge.merge({}, {}, {"new": "there"})
    assert (found.values, found.mine, found.theirs) == ({"new": "there"}, (), ("new",))


@given(st.dictionaries(st.text(max_size=5), VALUES, max_size=4))
def test_what_was_shown_travels_in_a_hidden_input(values: dict[str, Any]) -> None:
    shown = merge.digests(values)
    assert merge.read(merge.written(shown), ()) == shown


@pytest.mark.parametrize("text", ["", "{", "[]", "1", "null", '"x"', "{'a': 1}"])
def test_of_a_damaged_hidden_input_nothing_is_known_and_every_change_is_asked_about(
    text: str,
) -> None:
    shown = merge.read(text, ["a", "b", "c"])
    assert shown == dict.fromkeys("abc", merge.UNKNOWN)
    merged = merge.merge(shown, {"a": True, "b": "x", "c": ""}, {"a": False, "b": "x", "c": "y"})
    assert merged.both == ("a", "c")
