"""The seal on a PDF: who put it, and that nothing was changed since."""

from __future__ import annotations

import io
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import PdfSignatureStatus
from pyhanko_certvalidator import ValidationContext

from engine import Config, Engine, FakeClock, Unavailable, new_seal_key
from tests.support.databases import database_of
from tests.support.desk import POINTS, Desk
from tests.support.pdf import files_of, metadata_of, reader
from tests.support.people import People
from web.printed import paper


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    new_seal_key(tmp_path / "seal", "Åkerbloms Städ AB")
    return tmp_path / "seal"


@pytest.fixture
def sealed(
    engine: Engine, clock: FakeClock, config: Config, people: People, case_id: str, folder: Path
) -> bytes:
    """The sealed PDF of a case with a signature."""
    desk = Desk(engine, people, lambda: "one")
    task_id = desk.task(case_id, "Marknadsanalys")
    answers = {"marknadsrapport": "Marknaden växer."}
    desk.complete(desk.seller, task_id, answers, dict.fromkeys(POINTS, True))
    return made(engine, config, clock, people, case_id, folder)


def made(
    engine: Engine, config: Config, clock: FakeClock, people: People, case_id: str, folder: Path,
    **more: str,
) -> bytes:  # fmt: skip
    files = {"key_file": f"{folder}/seal.key", "certificate_file": f"{folder}/seal.pem"}
    settings = replace(config.seal, **files, **more)
    with Engine.open(
        database_of(engine).url, config=replace(config, seal=settings), clock=clock
    ) as other:
        whole = other.printed.case(people["manager"].actor, case_id)
        return paper.made(other, whole, address=None, language="sv")


def status(data: bytes, folder: Path) -> PdfSignatureStatus:
    """What pyHanko's validator says of the only signature in a file."""
    [signature] = PdfFileReader(io.BytesIO(data)).embedded_signatures
    root = load_cert_from_pemder(str(folder / "seal.pem"))
    trust = ValidationContext(trust_roots=[root], allow_fetching=False)
    return validate_pdf_signature(signature, trust)


def test_a_sealed_file_is_accepted(sealed: bytes, folder: Path) -> None:
    found = status(sealed, folder)
    assert found.bottom_line, found.pretty_print_details()
    assert found.intact
    assert found.valid
    assert found.md_algorithm == "sha256"
    [field] = reader(sealed).get_fields().values()
    assert field.value["/SubFilter"] == "/ETSI.CAdES.detached"


def test_a_file_with_one_byte_changed_is_refused(sealed: bytes, folder: Path) -> None:
    [signature] = PdfFileReader(io.BytesIO(sealed)).embedded_signatures
    first, length, second, rest = (int(each) for each in signature.byte_range)
    assert (first, second + rest) == (0, len(sealed)), "the seal covers the whole file"
    for place in (9, length // 3, length // 2, length - 40, second + rest // 2):
        changed = bytearray(sealed)
        changed[place] ^= 1
        try:
            found = status(bytes(changed), folder)
        except Exception:  # noqa: S112 - a file that cannot be read is not accepted
            continue
        assert not found.bottom_line, place


def test_a_file_that_goes_on_behind_the_seal_is_refused(sealed: bytes, folder: Path) -> None:
    from pyhanko.pdf_utils.generic import NameObject, pdf_string
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    writer = IncrementalPdfFileWriter(io.BytesIO(sealed))
    writer.root[NameObject("/Added")] = pdf_string("later")
    writer.update_root()
    out = io.BytesIO()
    writer.write(out)
    assert not status(out.getvalue(), folder).bottom_line


def test_what_the_file_is_stays(sealed: bytes) -> None:
    for wanted in ("pdfaid:part>3<", "pdfaid:conformance>A<", "pdfuaid:part>1<"):
        assert wanted in metadata_of(sealed)
    assert {"proof.json", "checkpoint.txt"} < files_of(sealed).keys()
    [widget] = [
        each.get_object()
        for page in reader(sealed).pages
        for each in page.get("/Annots", ())
        if each.get_object()["/Subtype"] == "/Widget"
    ]
    # PDF/A: printed, not hidden; PDF/UA: not on the page.
    assert widget["/F"] & 0b111 == 0b100
    assert widget["/TU"]


def test_the_validator_of_the_standards_has_nothing_to_say(
    sealed: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "sealed.pdf"
    file.write_bytes(sealed)
    program = shutil.which("verapdf")
    if program is None:
        with capsys.disabled():
            print("veraPDF is not installed: PDF/A and PDF/UA are checked by Typst alone")  # noqa: T201
        assert b"pdfaid" in sealed or metadata_of(sealed)
        return
    for flavour in ("3a", "ua1"):
        ran = subprocess.run(
            [program, "--flavour", flavour, "--format", "text", file],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert ran.stdout.startswith("PASS"), ran.stdout


def test_a_time_stamp_authority_that_is_down_leaves_a_seal_without_stamp(
    engine: Engine, clock: FakeClock, config: Config, people: People, case_id: str, folder: Path
) -> None:
    url = "http://127.0.0.1:9/stamp"
    data = made(engine, config, clock, people, case_id, folder, stamp_url=url)
    found = status(data, folder)
    assert found.bottom_line
    assert found.timestamp_validity is None


def test_a_key_that_cannot_be_used_is_said(
    engine: Engine, clock: FakeClock, config: Config, people: People, case_id: str, folder: Path
) -> None:
    (folder / "seal.key").write_text("no key")
    with pytest.raises(Unavailable) as broken:
        made(engine, config, clock, people, case_id, folder)
    assert broken.value.error_code == "seal_unusable"
    (folder / "seal.key").unlink()
    with pytest.raises(Unavailable) as missing:
        made(engine, config, clock, people, case_id, folder)
    assert "seal.key" in missing.value.message
