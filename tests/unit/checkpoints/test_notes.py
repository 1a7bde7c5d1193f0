"""Signed notes: as C2SP's page has them, and nothing that only looks like one."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from engine.records.checkpoints import notes
from engine.records.checkpoints.notes import NoteError, PublicKey, SignedNote, TreeHead

PETERWEINBERGER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdn"
    "gotpRZb6KE6RyyBwJnAM=\n"
)
"""The key and the note of the documentation of golang.org/x/mod/sumdb/note."""
SPEC = (
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Z"
    "hcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
)


def signed(text: str = "log\n3\n" + "A" * 43 + "=\n") -> tuple[str, PublicKey]:
    key = Ed25519PrivateKey.generate()
    name = text.split("\n", maxsplit=1)[0]
    public = PublicKey(name, notes.ED25519, key.public_key().public_bytes_raw())
    return str(SignedNote(text, (notes.sign(text, key, name),))), public


def test_a_note_that_go_has_signed_is_read() -> None:
    key = PublicKey.read(PETERWEINBERGER)
    note = SignedNote.read(GO_NOTE)
    assert str(key) == PETERWEINBERGER
    assert note.by(key) is not None
    assert str(note) == GO_NOTE


def test_the_checkpoint_of_the_specification_is_read() -> None:
    head = TreeHead.read(SignedNote.read(SPEC).text)
    assert (head.origin, head.size) == ("example.com/behind-the-sofa", 20852163)
    assert head.text() == SignedNote.read(SPEC).text


def test_a_checkpoint_is_by_the_key_that_has_signed_it_and_no_other() -> None:
    content, key = signed()
    _, head, by = notes.signed(content, [signed()[1], key])
    assert (head.size, by) == (3, key)
    with pytest.raises(NoteError):
        notes.signed(content, [signed()[1]])


def test_every_changed_byte_of_a_note_is_noticed() -> None:
    content, key = signed()
    data = content.encode()
    for place in range(len(data)):
        changed = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
        try:
            text = changed.decode()
        except UnicodeDecodeError:
            continue
        with pytest.raises(NoteError):
            notes.signed(text, [key])


def test_a_cosignature_has_its_time_in_it() -> None:
    content, _ = signed()
    key = Ed25519PrivateKey.generate()
    public = PublicKey("witness", notes.COSIGNATURE, key.public_key().public_bytes_raw())
    text = SignedNote.read(content).text
    data = (1700000000).to_bytes(8, "big") + key.sign(notes.cosigned(text, 1700000000))
    assert public.holds(text, data)
    assert not public.holds(text, (1700000001).to_bytes(8, "big") + data[8:])
    assert not public.holds(text, data[8:])


@pytest.mark.parametrize(
    "content",
    [
        "",
        "log\n1\n",
        "log\n1\n" + "A" * 43 + "=\n",
        "log\n1\n" + "A" * 43 + "=\n\n",
        "log\n1\n" + "A" * 43 + "=\n\nlog AAAA\n",
        "log\n1\n" + "A" * 43 + "=\n\n— log AAAAAAAA",
        "lo\x07g\n1\n" + "A" * 43 + "=\n\n— log AAAAAAAA\n",
        "log\n1\n" + "A" * 43 + "=\n\n— log AAAAAAAB=\n",
        "x" * 200_000,
    ],
)
def test_what_is_no_note_is_refused(content: str) -> None:
    with pytest.raises(NoteError):
        SignedNote.read(content)


@pytest.mark.parametrize(
    "text",
    [
        "log\n",
        "\n1\nAAAA\n",
        "log\n01\n" + "A" * 43 + "=\n",
        "log\n1\nAAAA\n",
        "log\n-1\n" + "A" * 43 + "=\n",
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(NoteError):
        TreeHead.read(text)


@pytest.mark.parametrize(
    "text", ["", "log", "log+c74f20a3+AAAA", PETERWEINBERGER.replace("c74f", "c74e"), "a b+0+AAAA"]
)
def test_what_is_no_verifier_key_is_refused(text: str) -> None:
    with pytest.raises(NoteError):
        PublicKey.read(text)
