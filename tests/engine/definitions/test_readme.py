"""The example of the README runs as it stands."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.support.diagrams import chain, diagram, end, start, task
from tests.support.plan import PROJECT


def test_the_engine_alone_runs_as_the_readme_says(tmp_path: Path) -> None:
    [code] = re.findall(r"```python\n(.*?)```", (PROJECT / "README.md").read_text("utf-8"), re.S)
    review = diagram("review", start(), task("ask"), end(), chain("start", "ask", "end"))
    (tmp_path / "review.bpmn").write_bytes(review.data)
    shutil.copy(PROJECT / "config.toml", tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Ask")
