"""Runs every conformance suite that is at hand and holds it to its kept number (expected.toml).

``python -m tests.conformance [SUITE …] [--failures]``. Exit status 1 when a suite passes fewer
cases than it must.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import tomllib
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent
PROJECT = HERE.parents[1]
KIT_VARIABLE = "SERVICEPLAN_CONFORMANCE"
LEVEL = re.compile(r"(compliance-\S+)\s+(\d+) passed\s+(\d+) failed")


@dataclass
class Suite:
    name: str
    cases: str
    """The kit's name of its cases: two suites may run the same ones in different ways."""
    folder: Path | None
    options: list[str]
    must_pass: int
    failures: list[str] = field(default_factory=list)
    groups: dict[str, Counter[str]] = field(default_factory=dict)
    crash: str = ""

    @property
    def counts(self) -> Counter[str]:
        return sum(self.groups.values(), Counter())

    @property
    def ok(self) -> bool:
        return not self.crash and self.counts["pass"] >= self.must_pass


def kit() -> Path | None:
    """The folder with the suites that are not part of the project, or None."""
    named = os.environ.get(KIT_VARIABLE)
    folder = Path(named) if named else PROJECT.parent / "shared" / "conformance"
    return folder.resolve() if folder.is_dir() else None


def memory() -> str | None:
    """A folder in memory where the machine has one: hundreds of databases live for seconds."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108


def suites() -> list[Suite]:
    homes = {"project": HERE, "kit": kit()}
    expected = tomllib.loads((HERE / "expected.toml").read_text("utf-8"))
    return [
        Suite(
            name,
            entry.get("cases", name),
            homes[entry["home"]],
            entry["options"],
            entry["passed"],
        )
        for name, entry in expected.items()
    ]


def run(suite: Suite, scratch: Path) -> Suite:
    """Fill in what the suite's cases answered. Each case runs in a process of its own."""
    out = scratch / f"{suite.name}.json"
    options = ["--suite", suite.cases, "--json", str(out), *suite.options]
    ran = subprocess.run(
        [sys.executable, "-m", "tests.conformance.suite", str(suite.folder), *options],
        cwd=PROJECT,
        env={**os.environ, "TMPDIR": str(scratch)},
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode or not out.is_file():
        suite.crash = (ran.stderr or ran.stdout)[-2000:]
        return suite
    for case in json.loads(out.read_text("utf-8"))["results"]:
        suite.groups.setdefault(case["group"], Counter())[case["verdict"]] += 1
        if case["verdict"] == "fail":
            message = " ".join(str(case.get("msg", "")).split())
            suite.failures.append(f"{suite.name}/{case['id']} [{case['kind']}] {message[:160]}")
    return suite


def run_dmn(suite: Suite) -> Suite:
    """Fill in what the folders of the DMN kit answered, by conformance level."""
    ran = subprocess.run(
        [sys.executable, "-m", "tests.conformance.dmn_tck", f"{suite.folder}/dmn-tck"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    for line in ran.stdout.splitlines():
        if found := LEVEL.fullmatch(line):
            suite.groups[found[1]] = Counter({"pass": int(found[2]), "fail": int(found[3])})
        elif line.startswith("FAIL"):
            suite.failures.append(f"dmn/{line[:200]}")
    if not suite.groups:
        suite.crash = (ran.stderr or ran.stdout)[-2000:]
    return suite


def report(done: list[Suite], missing: list[str], failures: bool) -> None:
    if failures:
        for suite in done:
            print(*suite.failures, sep="\n")
    print(f"\n{'suite':<20}{'group':<30}{'passed':>8}{'failed':>8}{'n/a':>6}")
    for suite in done:
        for name, counts in suite.groups.items():
            numbers = f"{counts['pass']:>8}{counts['fail']:>8}{counts['n/a']:>6}"
            print(f"{suite.name:<20}{name:<30}{numbers}")
    print(f"\n{'suite':<20}{'passed':>8}{'of':>6}{'%':>7}{'at least':>10}")
    for suite in done:
        passed, failed = suite.counts["pass"], suite.counts["fail"]
        share = 100 * passed / max(1, passed + failed)
        verdict = "ok" if suite.ok else "FEWER THAN BEFORE"
        row = f"{passed:>8}{passed + failed:>6}{share:>7.1f}{suite.must_pass:>10}"
        print(f"{suite.name:<20}{row}  {suite.crash or verdict}")
    if missing:
        print(f"Not at hand here, so not run: {', '.join(missing)} (README.md says where from).")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("suite", nargs="*", help="only these suites")
    parser.add_argument("--failures", action="store_true", help="list every case that fails")
    asked = parser.parse_args()
    wanted = [s for s in suites() if not asked.suite or s.name in asked.suite]
    here = [s for s in wanted if s.folder]
    with (
        tempfile.TemporaryDirectory(prefix="serviceplan-conformance-", dir=memory()) as scratch,
        ThreadPoolExecutor(max_workers=os.cpu_count()) as pool,
    ):
        done = list(
            pool.map(lambda s: run_dmn(s) if s.name == "dmn" else run(s, Path(scratch)), here)
        )
    report(done, [s.name for s in wanted if not s.folder], asked.failures)
    total: Counter[str] = sum((s.counts for s in done), Counter())
    print(f"{total['pass']} passed, {total['fail']} failed, {total['n/a']} skipped")
    return 0 if all(s.ok for s in done) else 1


if __name__ == "__main__":
    sys.exit(main())
