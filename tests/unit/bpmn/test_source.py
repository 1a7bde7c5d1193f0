"""What comes in as a file becomes a safe tree, or one sentence that says why not."""

from __future__ import annotations

import pytest

from engine.bpmn.source import XmlLimits, parse
from engine.errors import Rejected
from tests.support.bpmn import file, line, process

DIAGRAM = file(line('<userTask id="t" name="Möte"/>'))


def refusal(data: bytes, **limits: int) -> tuple[str, str]:
    """The code and the English sentence with which a file is refused."""
    with pytest.raises(Rejected) as caught:
        parse(data, "fil.bpmn", XmlLimits(**limits))
    (finding,) = caught.value.findings
    assert finding.severity == "error"
    assert finding.filename == "fil.bpmn"
    assert finding.sv
    assert finding.sv != finding.en
    return finding.code, finding.en


def name_of_the_task(data: bytes) -> str | None:
    found = parse(data, "fil.bpmn").getroot().find(".//{*}userTask")
    return None if found is None else found.get("name")


def test_a_diagram_is_read_whatever_its_encoding() -> None:
    text = DIAGRAM.decode()
    bom = b"\xef\xbb\xbf" + DIAGRAM
    latin = text.replace("UTF-8", "ISO-8859-1").encode("latin-1")
    windows = text.replace("UTF-8", "windows-1252").encode("cp1252")
    wide = text.replace("UTF-8", "UTF-16").encode("utf-16")
    assert [name_of_the_task(d) for d in (DIAGRAM, bom, latin, windows, wide)] == ["Möte"] * 5


def test_comments_stay_and_processing_instructions_go() -> None:
    found = parse(file("<!-- hej --><?php exit ?>" + process("")), "fil.bpmn").getroot()
    kinds = [type(child).__name__ for child in found]
    assert kinds == ["_Comment", "_Element"]


@pytest.mark.parametrize(
    ("data", "code", "word"),
    [
        (b"", "file_empty", "empty"),
        (b" \n ", "file_empty", "empty"),
        (b"\x89PNG\r\n\x1a\n", "file_other_format", "PNG"),
        (b"PK\x03\x04", "file_other_format", "ZIP"),
        (b'{"a": 1}', "file_other_format", "JSON"),
        (b"<!DOCTYPE html><html></html>", "file_html", "HTML"),
        (b"<!-- sida --><HTML>", "file_html", "HTML"),
        (b"<a", "xml_broken", "unclosed token"),
        (b"<a>\x00</a>", "xml_broken", "well-formed"),
        (b'<?xml version="1.0" encoding="klingon"?><a/>', "xml_encoding", "klingon"),
        (b"<definitions/>", "not_bpmn", "definitions"),
        (b'<d xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"/>', "file_dmn", "DMN"),
    ],
)
def test_what_is_no_bpmn_file_is_named(data: bytes, code: str, word: str) -> None:
    found, sentence = refusal(data)
    assert found == code
    assert word in sentence


@pytest.mark.parametrize(
    "prolog",
    [
        b"<!DOCTYPE d>",
        b'<!DOCTYPE d SYSTEM "http://127.0.0.1:9/x.dtd">',
        b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        b'<!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>',
    ],
)
def test_any_doctype_is_refused(prolog: bytes) -> None:
    code, sentence = refusal(
        DIAGRAM.replace(b"\n<definitions", b"\n" + prolog + b"<definitions", 1)
    )
    assert code == "xml_doctype"
    assert "DOCTYPE" in sentence


def test_a_file_has_limits() -> None:
    assert refusal(DIAGRAM, bytes=100)[0] == "file_too_large"
    assert refusal(DIAGRAM, elements=3)[0] == "xml_too_many_elements"
    assert refusal(DIAGRAM, depth=2)[0] == "xml_too_deep"
    assert refusal(DIAGRAM, attributes=1)[0] == "xml_too_many_attributes"


def test_the_line_of_broken_xml_is_told() -> None:
    with pytest.raises(Rejected) as caught:
        parse(b"<a>\n<b>\n</a>", "fil.bpmn")
    assert caught.value.findings[0].line == 3


def test_a_file_name_cannot_hide_in_its_own_message() -> None:
    with pytest.raises(Rejected) as caught:
        parse(b"", "avtal\u202egnp.exe\n\x1b[31m.bpmn")
    assert caught.value.findings[0].filename == "avtalgnp.exe [31m.bpmn"
