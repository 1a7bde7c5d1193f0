"""Every finding has a sentence in both languages, and every sentence has a finding."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

from engine.bpmn.catalogue import TEXTS
from engine.bpmn.findings import clean, finding

ENGINE = Path(__file__).parents[3] / "engine"
DERIVED = {"message_not_named", "signal_not_named", "error_without_code", "escalation_without_code"}
"""Codes that are put together of an event's kind and a rest."""


def code_of_the_checks() -> str:
    files = [p for p in ENGINE.rglob("*.py") if "catalogue" not in p.parts]
    return "\n".join(p.read_text(encoding="utf-8") for p in files)


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("code", sorted(TEXTS))
def test_both_sentences_say_the_same_things(code: str) -> None:
    _, sv, en = TEXTS[code]
    assert sv != en
    assert placeholders(sv) == placeholders(en)


def test_every_sentence_is_used() -> None:
    used = set(re.findall(r'"([a-z_0-9]+)"', code_of_the_checks()))
    assert set(TEXTS) - used == DERIVED


def test_a_sentence_starts_with_a_capital_and_names_the_element() -> None:
    from lxml import etree

    element = etree.Element(
        "{http://www.omg.org/spec/BPMN/20100524/MODEL}userTask", id="offert", name="Offert"
    )
    found = finding("id_empty", element)
    assert found.sv.startswith("Användaruppgiften ”Offert” (offert) har")
    assert found.en.startswith('User task "Offert" (offert) has')


def test_text_is_shown_on_one_line_without_hidden_signs() -> None:
    assert clean("a\u202eb\u200bc\r\nd\x1b[0m") == "abc d[0m"
    assert clean("å" * 100, 10) == "å" * 9 + "…"
    assert clean("  x  ") == "x"


TOLD = {"Andra", "De", "Den", "Det", "Främmande", "Processen", "Så", "Whoever"}
TOLD |= {"Every", "Here", "It", "Other", "Such", "Sådan", "That", "The", "There", "They", "Vem"}
"""How a sentence starts that tells more of what is wrong, and is no advice."""


@pytest.mark.parametrize(
    "code", sorted(code for code, (weight, _, _) in TEXTS.items() if weight != "info")
)
def test_a_finding_that_is_more_than_news_says_what_to_do(code: str) -> None:
    """Either a sentence of advice follows the one that says what is wrong, or that one says what
    there must be instead."""
    _, sv, en = TEXTS[code]
    for text, duty in ((sv, r"\b(ska|behöver|får|måste)\b"), (en, r"\b(must|needs?|may)\b")):
        if text.endswith("{sample}"):
            continue  # says it all again
        later = {s.strip().split(" ")[0] for s in re.split(r"[.?!] ", text)[1:]}
        assert later - TOLD or re.search(duty, text), text
