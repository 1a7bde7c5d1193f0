"""docs/verify.py: what it says of evidence that holds, and of evidence in which anything is not as
it was written. It runs without this software."""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from engine import SYSTEM, Config, Engine, FakeClock
from engine.records.chain import canonical
from tests.support.databases import Databases
from tests.support.desk import Desk
from tests.support.diagrams import chain, diagram, end, field, start, task
from tests.support.files import PROJECT
from tests.support.people import People
from tests.support.verifier import SCRIPT, loaded, run, run_loaded

Happen = Callable[..., None]
Lines = list[bytes]


@pytest.fixture
def database_kind() -> str:
    """The evidence is the same on both: test_evidence has both."""
    return "sqlite"


@pytest.fixture
def case_id(log_engine: Engine, people: People, key: Callable[[], str]) -> str:
    """A case with one signed task, and its checkpoint."""
    desk = Desk(log_engine, people, key)
    parts = (start(), task("act", form=field("x"), sign=True), end(), chain("start", "act", "end"))
    desk.deploy(diagram("small", *parts, lanes={"ekonomi": ["act"]}))
    case_id = desk.case("small")
    desk.complete(people["ekonomi"], desk.task(case_id), {"x": "Ja, åtta"})
    return case_id


def exported(engine: Engine, file: Path, case_id: str | None = None) -> Path:
    engine.checkpoints.make()
    file.write_bytes(b"".join(engine.checkpoints.export(SYSTEM, case_id)))
    return file


def proof_in(engine: Engine, folder: Path, case_id: str) -> Path:
    folder.mkdir()
    for name, data in engine.checkpoints.proof(SYSTEM, case_id).files.items():
        (folder / name).write_bytes(data)
    return folder / "proof.json"


def rewritten(file: Path, change: Callable[[list[Any]], list[Any]]) -> Path:
    """The export with other records, and with an end that fits them."""
    records = [json.loads(line) for line in file.read_bytes().splitlines()]
    head, *records = change(records[:-1])
    counts = {"checkpoints": 0, "entries": 0, "signatures": 0}
    for record in records:
        kind = next(iter(record))
        counts["entries" if kind == "entry" else f"{kind}s"] += 1
    lines = [canonical(each) + b"\n" for each in [head, *records, {"end": counts}]]
    file.write_bytes(b"".join(lines))
    return file


def test_it_is_one_short_file_of_the_standard_library() -> None:
    text = SCRIPT.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 500
    imported = set(re.findall(r"^(?:import|from) (\w+)", text, re.MULTILINE))
    assert imported <= {"argparse", "base64", "hashlib", "json", "pathlib", "re", "sys", "zlib"}


def test_what_was_not_changed_is_complete_up_to_its_checkpoint(
    log_engine: Engine, case_id: str, tmp_path: Path
) -> None:
    file = exported(log_engine, tmp_path / "export")
    made = log_engine.checkpoints.newest()
    assert made is not None
    verdict = run(file)
    assert verdict.status == 0, verdict.text
    assert f"complete up to checkpoint {made.size}," in verdict.text
    status = log_engine.checkpoints.status(SYSTEM)
    assert status.fingerprint in verdict.text
    assert (
        run(file, "--key", status.key, "--checkpoint", tmp_path / "published/checkpoint").status
        == 0
    )


def test_one_case_and_its_proof_hold_by_themselves(
    log_engine: Engine, case_id: str, happen: Happen, tmp_path: Path
) -> None:
    happen(log_engine, 20)
    for file in (
        exported(log_engine, tmp_path / "case", case_id),
        proof_in(log_engine, tmp_path / "proof", case_id),
    ):
        verdict = run(file)
        assert verdict.status == 0, verdict.text
        assert "contained in checkpoint" in verdict.text


def test_one_task_s_proof_holds(log_engine: Engine, case_id: str, tmp_path: Path) -> None:
    contents = json.loads(log_engine.checkpoints.proof(SYSTEM, case_id).files["proof.json"])
    [signature] = contents["signatures"]
    said = log_engine.checkpoints.proof(SYSTEM, case_id).files[signature["file"]]
    task_id = json.loads(said)["task"]
    folder = tmp_path / "task"
    folder.mkdir()
    for name, data in log_engine.checkpoints.proof(SYSTEM, case_id, task_id).files.items():
        (folder / name).write_bytes(data)
    verdict = run(folder / "proof.json")
    assert verdict.status == 0, verdict.text
    assert json.loads((folder / "proof.json").read_text())["task"] == task_id
    (folder / signature["file"]).write_bytes(said.replace(b"Ja", b"Ne"))
    assert run(folder / "proof.json").status == 2


@pytest.fixture
def small_engine(
    databases: Databases, config: Config, tmp_path: Path, clock: FakeClock
) -> Iterator[Engine]:
    """An engine whose history has nothing but what the test writes."""
    own = replace(config.checkpoints, key_file=str(tmp_path / "key"), folder="")
    url = databases.fresh()
    with Engine.open(url, config=replace(config, checkpoints=own), clock=clock) as engine:
        yield engine
    databases.drop(url)


def test_every_changed_byte_of_a_small_history_is_named(
    small_engine: Engine, happen: Happen, tmp_path: Path
) -> None:
    happen(small_engine)
    small_engine.checkpoints.make()
    small_engine.checkpoints.rotate_key(SYSTEM, key="rotated")
    happen(small_engine)
    every_byte(exported(small_engine, tmp_path / "export"), tmp_path)


def test_every_changed_byte_of_a_case_with_a_signature_is_named(
    log_engine: Engine, case_id: str, tmp_path: Path
) -> None:
    every_byte(exported(log_engine, tmp_path / "export", case_id), tmp_path)


def every_byte(file: Path, tmp_path: Path) -> None:
    data, script = file.read_bytes(), loaded()
    assert run_loaded(script, file).status == 0
    line, place = 1, Path(tmp_path / "changed")
    for at in range(len(data)):
        place.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
        verdict = run_loaded(script, place)
        assert verdict.status in (1, 2), (at, data[max(0, at - 40) : at + 40], verdict.text)
        assert re.search(r"^(BROKEN|UNREADABLE)", verdict.text), verdict.text
        named = re.search(rf"line {line}\b|entry|signature|checkpoint|verifier key|base64|end says|"
                          r"truncated|no evidence|version|a record", verdict.text)  # fmt: skip
        assert named, (at, verdict.text)
        line += data[at : at + 1] == b"\n"


def test_every_changed_byte_of_a_proof_and_its_signatures_is_named(
    log_engine: Engine, case_id: str, tmp_path: Path
) -> None:
    proof, script = proof_in(log_engine, tmp_path / "proof", case_id), loaded()
    for file in (proof, next(proof.parent.glob("signature-*"))):
        data = file.read_bytes()
        for at in range(len(data)):
            file.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
            verdict = run_loaded(script, proof)
            assert verdict.status in (1, 2), (at, data[max(0, at - 40) : at + 40], verdict.text)
        file.write_bytes(data)


# ---------------------------------------------------------------- by whoever knows the format


def at_entry(number: int) -> Callable[[Any], bool]:
    return lambda record: record.get("entry", {}).get("leaf") == number


def test_a_removed_entry_is_named(log_engine: Engine, case_id: str, tmp_path: Path) -> None:
    file = exported(log_engine, tmp_path / "export")
    rewritten(file, lambda records: [r for r in records if not at_entry(5)(r)])
    verdict = run(file)
    assert verdict.status == 1
    assert "entry 6 " in verdict.text.splitlines()[0]


def test_a_removed_entry_behind_which_all_numbers_were_moved_up_is_found(
    log_engine: Engine, case_id: str, tmp_path: Path
) -> None:
    def change(records: list[Any]) -> list[Any]:
        left = [r for r in records if not at_entry(5)(r)]
        for record in left:
            if record.get("entry", {}).get("leaf", 0) > 5:
                record["entry"]["leaf"] -= 1
        return left

    verdict = run(rewritten(exported(log_engine, tmp_path / "export"), change))
    assert verdict.status == 1
    assert "removed" in verdict.text.splitlines()[0]


def test_an_added_and_a_moved_entry_are_named(
    log_engine: Engine, case_id: str, tmp_path: Path
) -> None:
    def doubled(records: list[Any]) -> list[Any]:
        index = next(n for n, r in enumerate(records) if at_entry(3)(r))
        return [*records[: index + 1], records[index], *records[index + 1 :]]

    def moved(records: list[Any]) -> list[Any]:
        index = next(n for n, r in enumerate(records) if at_entry(3)(r))
        records[index], records[index + 1] = records[index + 1], records[index]
        for place, number in ((index, 3), (index + 1, 4)):
            records[place]["entry"]["leaf"] = number
        return records

    for change in (doubled, moved):
        verdict = run(rewritten(exported(log_engine, tmp_path / "export"), change))
        assert verdict.status == 1, verdict.text
        assert re.search("entry (3|4)|entries 0 to", verdict.text), verdict.text


def test_a_cut_tail_is_found_against_a_published_checkpoint(
    log_engine: Engine, case_id: str, happen: Happen, tmp_path: Path
) -> None:
    before = exported(log_engine, tmp_path / "before")
    happen(log_engine, 3)
    log_engine.checkpoints.make()
    published = tmp_path / "published/checkpoint"
    assert run(before).status == 0
    verdict = run(before, "--checkpoint", published)
    assert verdict.status == 1
    assert "its end was cut off" in verdict.text


def test_another_key_than_the_one_that_was_told_is_named(
    log_engine: Engine, case_id: str, tmp_path: Path
) -> None:
    from engine.records.checkpoints.keys import SigningKey

    file = exported(log_engine, tmp_path / "export")
    verdict = run(file, "--key", str(SigningKey.new("other").public))
    assert verdict.status == 1
    assert "the key that you were told" in verdict.text


def test_keys_that_were_rotated_and_lost_are_followed(
    log_engine: Engine, happen: Happen, tmp_path: Path
) -> None:
    log_engine.checkpoints.make()
    log_engine.checkpoints.rotate_key(SYSTEM, key="a")
    happen(log_engine)
    file = exported(log_engine, tmp_path / "export")
    verdict = run(file)
    assert verdict.status == 0, verdict.text
    assert "ask why" not in verdict.text
    (tmp_path / "key").unlink()
    log_engine.checkpoints.rotate_key(SYSTEM, lost=True, key="b")
    verdict = run(exported(log_engine, tmp_path / "export"))
    assert verdict.status == 0, verdict.text
    assert "a new key without the old one's signature" in verdict.text


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n",
        b"{}\n",
        b"hello",
        b"%PDF-1.7\n",
        b"\x00" * 100,
        b"{" * 5000,
        b'{"a":1}\n{"b":2}\n',
    ],
)
def test_what_is_empty_or_foreign_is_said_to_be(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "file"
    file.write_bytes(content)
    verdict = run(file)
    assert (verdict.status, verdict.text[:10]) == (2, "UNREADABLE"), verdict.text


def test_a_truncated_file_is_said_to_be_one(
    log_engine: Engine, case_id: str, tmp_path: Path
) -> None:
    file, script = exported(log_engine, tmp_path / "export"), loaded()
    data = file.read_bytes()
    for at in [*range(1, len(data), 97), len(data) - 1]:
        file.write_bytes(data[:at])
        verdict = run_loaded(script, file)
        assert verdict.status == 2, (at, verdict.text)
    assert run(tmp_path / "nowhere").status == 2


# ---------------------------------------------------------------- its own cryptography


def test_its_ed25519_agrees_with_the_library() -> None:
    script = loaded()
    for number in range(20):
        key = Ed25519PrivateKey.generate()
        public, message = key.public_key().public_bytes_raw(), bytes([number]) * number
        signature = key.sign(message)
        assert script.ed25519(public, message, signature)
        assert not script.ed25519(public, message + b"x", signature)
        order = 2**252 + 27742317777372353535851937790883648493
        larger = int.from_bytes(signature[32:], "little") + order
        assert not script.ed25519(public, message, signature[:32] + larger.to_bytes(32, "little"))
        for at in (0, 31, 32, 63):
            changed = signature[:at] + bytes([signature[at] ^ 1]) + signature[at + 1 :]
            assert not script.ed25519(public, message, changed)


def test_its_p256_agrees_with_the_library() -> None:
    script = loaded()
    for number in range(10):
        key = ec.generate_private_key(ec.SECP256R1())
        numbers, message = key.public_key().public_numbers(), bytes([number]) * 9
        signature = key.sign(message, ec.ECDSA(hashes.SHA256()))
        assert script.p256(numbers.x, numbers.y, message, signature)
        assert not script.p256(numbers.x, numbers.y, message + b"x", signature)
        assert not script.p256(numbers.x, numbers.y + 1, message, signature)
        assert not script.p256(numbers.x, numbers.y, message, signature[:-1])
        assert not script.p256(numbers.x, numbers.y, message, b"")


def test_a_passkey_s_assertion_is_checked() -> None:
    script = loaded()
    key = ec.generate_private_key(ec.SECP256R1())
    numbers = key.public_key().public_numbers()
    cose = b"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20" + numbers.x.to_bytes(32, "big")
    cose += b"\x22\x58\x20" + numbers.y.to_bytes(32, "big")
    data, client = bytes(37), b'{"type":"webauthn.get"}'
    signature = key.sign(data + sha256(client).digest(), ec.ECDSA(hashes.SHA256()))

    def text(part: bytes) -> str:
        return base64.urlsafe_b64encode(part).decode().rstrip("=")

    def faults(client: bytes) -> list[str]:
        evidence = {"authenticatorData": text(data), "clientDataJSON": text(client),
                    "signature": text(signature), "publicKey": text(cose)}  # fmt: skip
        head = {"case": None, "format": "serviceplan-evidence", "version": 1, "witnesses": []}
        check = script.Check(head, [])
        content = canonical({"signature": "s", "evidence": evidence}).decode()
        check.signed[sha256(content.encode()).hexdigest()] = "entry 1"
        check.signature(content, "s")
        found: list[str] = check.faults
        return found

    assert faults(client) == []
    assert faults(client + b" ") == ["signature s: the passkey's assertion does not hold"]


def openssl_lines() -> Iterator[str]:
    text = (PROJECT / "docs/evidence.md").read_text(encoding="utf-8")
    section = text.partition("with openssl\n")[2].partition("\n## ")[0]
    return (line[4:] for line in section.splitlines() if line.startswith("    "))


def shell(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", "-c", command], cwd=folder, capture_output=True, text=True, check=False
    )


def test_the_command_of_openssl_in_the_documentation_verifies_a_checkpoint(
    log_engine: Engine, tmp_path: Path
) -> None:
    assert shutil.which("openssl"), "install openssl: the documentation's command is run by it"
    log_engine.checkpoints.make()
    folder = tmp_path / "published"
    command = "set -e\n" + "\n".join(openssl_lines())
    done = shell(command, folder)
    assert done.returncode == 0, done.stderr
    assert "Signature Verified Successfully" in done.stdout
    note = folder / "checkpoint"
    note.write_text(note.read_text().replace("\n", "\n1", 1))
    done = shell(command, folder)
    assert done.returncode != 0
