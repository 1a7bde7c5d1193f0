"""What a new password must be, and how it is stored."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher, extract_parameters

from engine.errors import Invalid
from engine.identity import credentials

GOOD = "fyra gröna moroten"


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("för kort lösen", "password_too_short"),
        ("x1y2" * 300, "password_too_long"),
        ("CorrectHorseBatteryStaple", "password_common"),
        ("ÄppleÄppleÄpple", "password_common"),
        ("aaaabbbbaaaabbbbc", "password_common"),
        ("min granne anna.karin", "password_has_username"),
    ],
)
def test_a_weak_password_is_refused(password: str, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        credentials.check_new(password, "anna.karin")
    assert [(p.code, p.field) for p in caught.value.problems] == [(code, "password")]


def test_a_long_password_is_enough() -> None:
    credentials.check_new(GOOD, "anna")
    credentials.check_new("ett ek i skogen här", "ek")


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
