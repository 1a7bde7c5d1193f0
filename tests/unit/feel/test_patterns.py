"""matches, replace and split, and that no pattern can make them slow."""

from __future__ import annotations

import re
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import feel
from engine.feel.budget import Budget, Run
from engine.feel.regex import pattern
from tests.support.effort import effort
from tests.support.feel import value


@pytest.mark.parametrize(
    ("text", "wanted", "flags", "expected"),
    [
        ("foobar", "^fo*b", "", True),
        ("foobar", "^Fo*B", "i", True),
        ("foobar", "bar$", "", True),
        ("a\nb", "a.b", "", False),
        ("a\nb", "a.b", "s", True),
        ("a\nb", "^b$", "m", True),
        ("a\n", "^$", "m", False),
        ("q", "[^Q]", "i", False),
        ("k", "\u212a", "i", True),
        ("\u212a", "[A-Z]", "i", True),
        ("a", r"\p{Lu}", "i", False),
        ("helloworld", "hello world", "x", True),
        ("a.b", "a.b", "q", True),
        ("axb", "a.b", "q", False),
        ("anna@example.org", r"^[\w.]+@[\w-]+(\.[\w-]+)+$", "", True),
        ("x-b", "^[a-z-[aeiou]]-b", "", True),
        ("a-b", "^[a-z-[aeiou]]-b", "", False),
        ("Åsa", r"^\p{Lu}\p{Ll}+$", "", True),
        ("é", r"\p{IsLatin-1Supplement}", "", True),
        ("12 34", r"^\d{2}\s\d{2,3}$", "", True),
        ("_a:b", r"^\i\c*$", "", True),
        ("]", r"[\]]", "", True),
        ("aaa", "^a{2}$", "", False),
        ("", "^$", "", True),
    ],
)
def test_patterns_of_xpath_are_understood(
    text: str, wanted: str, flags: str, expected: bool
) -> None:
    assert value("matches(t, p, f)", t=text, p=wanted, f=flags) is expected


@pytest.mark.parametrize(
    "wanted",
    ["[", "(", ")", "a**", "*", r"\1", r"(a)\1", r"\p{Xx}", "a{2,1}", "[z-a]", "[]", "^*", "\\"],
)
def test_a_malformed_pattern_gives_null(wanted: str) -> None:
    assert value('matches("a", p)', p=wanted) is None
    assert value('replace("a", p, "x")', p=wanted) is None
    assert value('split("a", p)', p=wanted) is None


def test_an_unknown_flag_gives_null() -> None:
    assert value('matches("a", "a", "g")') is None


@pytest.mark.parametrize(
    ("text", "wanted", "replacement", "expected"),
    [
        ("abracadabra", "bra", "*", "a*cada*"),
        ("abracadabra", "a.*a", "*", "*"),
        ("abracadabra", "a.*?a", "*", "*c*bra"),
        ("abracadabra", "a(.)", "a$1$1", "abbraccaddabbra"),
        ("AAAA", "A+?", "b", "bbbb"),
        ("darted", "^(.*?)d(.*)$", "$1c$2", "carted"),
        ("abcd", "(ab)|(a)", "[1=$1][2=$2]", "[1=ab][2=]cd"),
        ("hello", "(l)(l)", "$12", "hel2o"),
        ("abc", "b", r"\$", "a$c"),
        ("aaa", "^a", "b", "baa"),
        ("abc", "x?", "-", None),
        ("abc", "b", "$", None),
        ("abc", "z", "$", None),
    ],
)
def test_replacing(text: str, wanted: str, replacement: str, expected: str | None) -> None:
    assert value("replace(t, p, r)", t=text, p=wanted, r=replacement) == expected


def test_splitting() -> None:
    assert value(r'split("John Doe", "\\s")') == ["John", "Doe"]
    assert value('split("a;b;;c", ";")') == ["a", "b", "", "c"]
    assert value('split("abc", "")') is None


@pytest.mark.parametrize(
    "wanted",
    [
        "^(a+)+$",
        "^(a|a)*$",
        "(a*)*b",
        "(x+x+)+y",
        "((((a?){10})?){10})z",
        "(.*)(.*)(.*)(.*)(.*)[^a]",
    ],
)
def test_patterns_that_make_others_hang_end_in_time(wanted: str) -> None:
    with effort() as spent, suppress(feel.FeelBudgetError):
        for length in (50, 5_000, 100_000):
            value("matches(t, p)", t="a" * length + "!", p=wanted)
    assert spent.seconds < 1


def test_a_pattern_may_not_grow_by_counting() -> None:
    with pytest.raises(feel.FeelBudgetError, match="too large"):
        value('matches("a", "((a{100}){100}){100}")')


_ATOMS = st.sampled_from(["a", "b", ".", "[ab]", "[^a]", "(a|b)", "(?:ab)", "a|b", "(a)"])
_TIMES = st.sampled_from(["", "", "*", "+", "?", "*?", "+?", "??", "{2}", "{1,2}"])
# Python says of a|b* that only the b is repeated, as XPath does.
_PATTERNS = st.lists(st.tuples(_ATOMS, _TIMES).map("".join), min_size=1, max_size=4).map("".join)


@settings(max_examples=300, deadline=None)
@given(wanted=_PATTERNS, text=st.text("abc", max_size=12))
def test_a_match_is_the_one_that_python_finds(wanted: str, text: str) -> None:
    found = pattern(wanted, "").search(text, Run(Budget()))
    expected = re.search(wanted, text)
    assert (found is None) == (expected is None)
    if found is not None and expected is not None:
        assert (found.start, found.end) == expected.span()
