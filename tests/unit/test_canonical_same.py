"""The quick way to canonical JSON gives the bytes of the library that implements RFC 8785."""

from __future__ import annotations

import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from engine.records.chain import LARGEST_INTEGER, canonical

WHOLE = st.integers(-LARGEST_INTEGER, LARGEST_INTEGER)
PLAIN = st.recursive(
    st.none() | st.booleans() | WHOLE | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner),
)


@given(PLAIN)
def test_canonical_json_is_the_librarys_to_the_byte(value: object) -> None:
    assert canonical(value) == rfc8785.dumps(value)


def test_keys_beyond_the_first_plane_are_sorted_as_the_standard_says() -> None:
    value = {"\N{GRINNING FACE}": 1, "\N{LATIN SMALL LIGATURE FF}": 2, 'a\x7f\u2028\x01"\\/': 3}
    assert canonical(value) == rfc8785.dumps(value)
