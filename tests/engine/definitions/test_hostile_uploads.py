"""What a hostile upload may cost: a second of the processor, and 200 MB with the program itself."""

from __future__ import annotations

import json
import subprocess
import sys

from tests.support.files import PROJECT

SECONDS, MEGABYTES = 1.0, 200.0


def test_every_bad_upload_is_answered_within_a_second_and_200_megabytes() -> None:
    told = subprocess.run(
        [sys.executable, "-m", "tests.conformance.costs"],
        cwd=PROJECT,
        capture_output=True,
        check=True,
        text=True,
        timeout=600,
    ).stdout
    costs = json.loads(told)
    files = [p for p in (PROJECT / "tests/conformance/bad").iterdir() if p.suffix != ".json"]
    assert len(costs) == len(files)
    dear = {
        name: cost
        for name, cost in costs.items()
        if not cost or cost["seconds"] >= SECONDS or cost["megabytes"] >= MEGABYTES
    }
    assert dear == {}
