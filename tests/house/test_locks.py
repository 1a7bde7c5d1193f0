"""The lock files: what running needs in one, what the checks need besides in the other."""

from __future__ import annotations

import re
import tomllib
from functools import cache

import pytest

from tests.support.files import PROJECT

RUN, CHECK = "requirements.lock", "requirements-dev.lock"
PINNED = re.compile(r"^([a-z0-9-]+)==(\S+)((?:[^\n]*\\\n\s+--hash=sha256:[0-9a-f]{64})+)", re.M)
NAMED = re.compile(r"^[A-Za-z0-9._-]+")


@cache
def pinned(file: str) -> dict[str, str]:
    """Every package of a lock file that has a hash, with its version."""
    text = (PROJECT / file).read_text("utf-8")
    return {name: version for name, version, _ in PINNED.findall(text)}


@cache
def asked_for(group: str | None) -> frozenset[str]:
    """What pyproject.toml asks for: the application's packages, or a group's."""
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))
    lines = project["dependency-groups"][group] if group else project["project"]["dependencies"]
    names = [found[0].lower() for line in lines if (found := NAMED.match(line))]
    assert len(names) == len(lines)
    return frozenset(names)


@pytest.mark.parametrize("file", [RUN, CHECK])
def test_every_package_is_pinned_with_a_hash(file: str) -> None:
    lines = (PROJECT / file).read_text("utf-8").splitlines()
    named = {found[0] for line in lines if (found := NAMED.match(line))}
    assert named == set(pinned(file))


def test_what_is_asked_for_is_locked() -> None:
    assert asked_for(None) | asked_for("build") <= set(pinned(RUN))
    assert asked_for("dev") <= set(pinned(CHECK))


def test_a_start_installs_nothing_that_only_the_checks_need() -> None:
    only_for_checks = asked_for("dev") - asked_for(None) - asked_for("build")
    assert only_for_checks
    assert only_for_checks & set(pinned(RUN)) == set()


def test_both_files_agree_on_what_they_share() -> None:
    run, check = pinned(RUN), pinned(CHECK)
    assert {name: run[name] for name in run.keys() & check.keys()} == {
        name: check[name] for name in run.keys() & check.keys()
    }
