"""What fuzzing has found stays fixed, and a short round finds nothing new."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.fuzz.targets import TARGETS, Target

FOUND = sorted(p for p in (Path(__file__).parent / "found").iterdir() if p.suffix != ".md")
BY_SUFFIX = {target.suffix: target for target in TARGETS.values()}
EXAMPLES = {"feel": 300, "bpmn": 25, "dmn": 200, "xml": 300}


@pytest.mark.parametrize("file", FOUND, ids=lambda path: path.name)
def test_what_was_found_once_stays_fixed(file: Path) -> None:
    BY_SUFFIX[file.suffix].check(file.read_bytes())


@pytest.mark.parametrize("target", TARGETS.values(), ids=lambda target: target.name)
def test_a_short_round_finds_nothing(target: Target) -> None:
    @seed(1)
    @settings(
        max_examples=EXAMPLES[target.name],
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    @given(target.inputs)
    def examples(data: bytes) -> None:
        target.check(data)

    examples()
