"""Fuzzing by the clock: ``python -m tests.fuzz [TARGET …] --minutes 30``, or ``--replay FILE …``.

Rounds of Hypothesis examples go on until the time is up, one seed after the other. What fails is
made as small as it can be and kept as a file in ``--keep``; the same failure is told once. Exit
status 1 when something failed.
"""

from __future__ import annotations

import argparse
import hashlib
import resource
import secrets
import sys
import time
import traceback
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.fuzz.targets import TARGETS, Target, at_most

PROJECT = Path(__file__).parents[2]
EXAMPLES = 200
"""Examples of one round."""
SHRINKING = 20.0
"""Seconds that making a failing input smaller may take."""
MEMORY = 2**31
"""Bytes of address space for the whole program: what asks for more has a MemoryError."""


@dataclass
class Tally:
    """What has been seen of one target."""

    inputs: int = 0
    seconds: float = 0.0
    slowest: float = 0.0
    slowest_input: bytes = b""
    failures: Counter[str] = field(default_factory=Counter)


def check(target: Target, data: bytes, tally: Tally) -> None:
    """One input, timed on the processor's clock."""
    began = time.process_time()
    with at_most(target.seconds):
        target.check(data)
    spent = time.process_time() - began
    if spent > tally.slowest:
        tally.slowest, tally.slowest_input = spent, data


def where(error: BaseException) -> str:
    """The kind of an error and the place of the project that it came from: what makes two failures
    the same one."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [f for f in frames if f"{PROJECT}/" in f.filename and "/.venv/" not in f.filename]
    last = ours[-1] if ours else frames[-1]
    path = Path(last.filename)
    name = path.relative_to(PROJECT) if path.is_relative_to(PROJECT) else path.name
    return f"{type(error).__name__} at {name}:{last.lineno}"


def one_round(target: Target, number: int, tally: Tally, keep: Path) -> None:
    """``EXAMPLES`` inputs from one seed; a failure that is new is made small and kept."""
    failing: list[tuple[bytes, str, Exception]] = []
    stop = 0.0

    @seed(number)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
    )
    @given(target.inputs)
    def examples(data: bytes) -> None:
        nonlocal stop
        if failing and time.monotonic() > stop:
            return  # It has been made smaller for long enough.
        tally.inputs += 1
        try:
            check(target, data, tally)
        except Exception as error:
            if (place := where(error)) in tally.failures:
                tally.failures[place] += 1
                return
            stop = stop or time.monotonic() + SHRINKING
            failing.append((data, place, error))
            raise

    try:
        examples()
    except Exception:
        if not failing:
            raise
        data, place, first = min(failing, key=lambda one: len(one[0]))
        tally.failures[place] += 1
        told(target, number, data, place, first, keep)


def told(
    target: Target, number: int, data: bytes, place: str, error: Exception, keep: Path
) -> None:
    keep.mkdir(parents=True, exist_ok=True)
    name = hashlib.sha256(data).hexdigest()[:12]
    file = keep / f"{target.name}-{name}{target.suffix}"
    file.write_bytes(data)
    print(f"\n{target.name}: {place}, seed {number}")
    error.__notes__ = []  # Hypothesis adds the input, which is in the file.
    print("".join(traceback.format_exception(error))[-3000:])
    print(f"  replay: .venv/bin/python -m tests.fuzz --replay {file}", flush=True)


def run(names: list[str], minutes: float, first: int, keep: Path) -> dict[str, Tally]:
    tallies = {name: Tally() for name in names}
    end = time.monotonic() + 60 * minutes
    number = first
    while time.monotonic() < end:
        # The one that has had the least time is next, so that all get the same.
        name = min(names, key=lambda n: tallies[n].seconds)
        began = time.monotonic()
        one_round(TARGETS[name], number, tallies[name], keep)
        tallies[name].seconds += time.monotonic() - began
        number += 1
    return tallies


def replay(files: list[Path]) -> int:
    """Check files as their target would; the traceback of the first that fails."""
    by_suffix = {target.suffix: target for target in TARGETS.values()}
    for file in files:
        target = by_suffix[file.suffix]
        tally = Tally()
        check(target, file.read_bytes(), tally)
        print(f"{file}: ok, {tally.slowest:.3f} s")
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("target", nargs="*", help=f"of {', '.join(TARGETS)}; all when left out")
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--seed", type=int, help="of the first round; by chance when left out")
    parser.add_argument("--keep", type=Path, default=PROJECT / "build" / "fuzz")
    parser.add_argument("--replay", nargs="+", type=Path, metavar="FILE")
    asked = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    if asked.replay:
        return replay(asked.replay)
    unknown = [name for name in asked.target if name not in TARGETS]
    if unknown:
        parser.error(f"there is no target {', '.join(unknown)}")
    first = secrets.randbelow(10**9) if asked.seed is None else asked.seed
    print(f"seed {first}, {asked.minutes:g} minutes", flush=True)
    tallies = run(asked.target or list(TARGETS), asked.minutes, first, asked.keep)
    print(f"\n{'target':<8}{'inputs':>10}{'minutes':>9}{'slowest':>10}{'failures':>10}")
    for name, tally in tallies.items():
        figures = f"{tally.inputs:>10}{tally.seconds / 60:>9.1f}{tally.slowest:>8.2f} s"
        print(f"{name:<8}{figures}{len(tally.failures):>10}")
    largest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"largest memory {largest} MB")
    for tally in tallies.values():
        for place, count in tally.failures.items():
            print(f"FAILED {count} times: {place}")
    return 1 if any(tally.failures for tally in tallies.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
