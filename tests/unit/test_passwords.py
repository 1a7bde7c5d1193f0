"""What a new password must be, and how it is stored."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from argon2 import PasswordHasher, extract_parameters

from engine.errors import Invalid, Unavailable
from engine.identity import credentials
from engine.identity.breached import is_breached
from engine.identity.password_rules import PasswordRules

GOOD = "fyra gröna moroten"
RULES = PasswordRules(company=("Kärnhuset AB", "städ"))
ANNA = ("anna.karin", "Anna Karin Öström", "a.ostrom@kontoret.example")


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("för kort lösen", "password_too_short"),
        ("x1y2" * 300, "password_too_long"),
        ("CorrectHorseBatteryStaple", "password_common"),
        ("mypassword123456", "password_common"),
        ("1Välkommen!2026!", "password_common"),
        ("administrator123", "password_common"),
        ("ÄppleÄppleÄpple", "password_repeats"),
        ("aaaabbbbaaaabbbbc", "password_repeats"),
        ("sommar2026sommar2026x", "password_repeats"),
        ("abcdefgh12345678", "password_sequence"),
        ("9876543210fedcba", "password_sequence"),
        ("1q2w3e4r5t6y7u8i", "password_keyboard"),
        ("asdfghjklöäqwert", "password_keyboard"),
        ("zaq12wsxcde34rfv", "password_keyboard"),
        ("min granne anna.karin", "password_own_word"),
        ("aNN4k4rin cyklar hem", "password_own_word"),
        ("blåbär i Östrøm säsong".replace("ø", "ö"), "password_own_word"),
        ("kontoret ligger mörkt", "password_own_word"),
        ("vårt k4rnhu5et gnistrar", "password_company_word"),
        ("trettio städvagnar bort", "password_company_word"),
    ],
)
def test_a_weak_password_is_refused_with_its_cause(password: str, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        RULES.check(password, *ANNA)
    assert [(p.code, p.field) for p in caught.value.problems] == [(code, "password")]


def test_several_causes_are_told_together() -> None:
    found = RULES.problems("kontoret kärnhuset", *ANNA)
    assert [(p.code, p.params["word"]) for p in found] == [
        ("password_own_word", "kontoret"),
        ("password_company_word", "kärnhuset"),
    ]


@pytest.mark.parametrize(
    "password",
    [
        GOOD,
        "blåbärspaj i juli",
        "bado-reki-suly-gamo",
        "x7#Kq!mZ2vT9pLw",
        "ingen vet hur det går till",
    ],
)
def test_a_long_password_is_enough(password: str) -> None:
    RULES.check(password, "anna", "Anna Ek", None)


def test_short_words_of_a_person_are_no_cause() -> None:
    RULES.check("ett ek i skogen här", "ek", "Bo Ek", "bo@ek.se")


# ---------------------------------------------------------------- passwords that have leaked

LEAKED = [f"läckt lösenord nummer {n}" for n in range(200)]


def hashed(password: str) -> str:
    return hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest()


@pytest.fixture(params=["upper-lf", "lower-crlf", "upper-crlf-no-end", "with-bom"])
def leaks(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A file of the leaked passwords, in each of the forms that such files come in."""
    form = request.param
    lines = [f"{h}:{n}" for n, h in enumerate(sorted(map(hashed, LEAKED)), 1)]
    if not form.startswith("lower"):
        lines = [line.upper() for line in lines]
    end = "\r\n" if "crlf" in form else "\n"
    text = end.join(lines) + ("" if "no-end" in form else end)
    file = tmp_path / "pwned.txt"
    file.write_bytes((b"\xef\xbb\xbf" if "bom" in form else b"") + text.encode())
    return file


def test_every_line_of_the_file_is_found_and_nothing_else(leaks: Path) -> None:
    assert [p for p in LEAKED if not is_breached(leaks, p)] == []
    others = [f"läckt lösenord nummer {n}" for n in range(200, 700)]
    assert [p for p in others if is_breached(leaks, p)] == []


def test_the_first_and_the_last_line_are_found(tmp_path: Path) -> None:
    for number in (1, 2, 3):
        ordered = sorted(LEAKED[:number], key=hashed)
        file = tmp_path / f"{number}.txt"
        file.write_text("".join(f"{hashed(p).upper()}:7\n" for p in ordered))
        assert is_breached(file, ordered[0])
        assert is_breached(file, ordered[-1])
        assert not is_breached(file, "an entirely different one")


def test_a_leaked_password_is_refused(leaks: Path) -> None:
    rules = PasswordRules(breached=leaks)
    assert [p.code for p in rules.problems(LEAKED[3], "anna")] == ["password_breached"]
    assert rules.problems(GOOD, "anna") == ()


def test_an_empty_list_has_nothing(tmp_path: Path) -> None:
    file = tmp_path / "empty"
    file.touch()
    assert not is_breached(file, GOOD)


@pytest.mark.parametrize("content", [b"no hashes\n" * 20, b"\0" * 500, b"A" * 5_000])
def test_a_file_of_something_else_is_said_to_be_unreadable(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "other"
    file.write_bytes(content)
    with pytest.raises(Unavailable):
        is_breached(file, GOOD)


def test_a_file_that_is_gone_lets_no_password_pass(tmp_path: Path) -> None:
    with pytest.raises(Unavailable):
        PasswordRules(breached=tmp_path / "gone").check(GOOD, "anna")


# ---------------------------------------------------------------- how it is stored


def test_the_hash_is_argon2id_and_fits_its_column() -> None:
    stored = credentials.hash_password(GOOD)
    parameters = extract_parameters(stored)
    assert stored.startswith("$argon2id$")
    assert (parameters.time_cost, parameters.memory_cost) == (2, 19 * 1024)
    assert parameters.parallelism == 1
    assert len(stored) <= 200


def test_only_the_password_verifies() -> None:
    stored = credentials.hash_password(GOOD)
    assert credentials.verify(stored, GOOD)
    assert credentials.verify(stored, "fyra gro\u0308na moroten")
    assert not credentials.verify(stored, GOOD + " ")
    assert not credentials.verify("no hash at all", GOOD)
    assert not credentials.verify(None, GOOD)


def test_nobody_is_compared_with_a_hash_of_the_same_cost() -> None:
    assert extract_parameters(credentials._NOBODY) == extract_parameters(
        credentials.hash_password("x")
    )


def test_a_hash_of_other_parameters_is_renewed() -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(GOOD)
    renewed = credentials.renewed_hash(weak, GOOD)
    assert renewed is not None
    assert credentials.verify(renewed, GOOD)
    assert credentials.renewed_hash(renewed, GOOD) is None


def test_a_requests_digest_tells_passwords_apart_and_is_bound_to_its_key() -> None:
    digest = credentials.request_digest(GOOD, "anna", "key")
    assert digest == credentials.request_digest("fyra gro\u0308na moroten", "anna", "key")
    others = {(GOOD + "!", "anna", "key"), (GOOD, "anna", "other"), (GOOD, "bo", "key")}
    assert digest not in {credentials.request_digest(*each) for each in others}
