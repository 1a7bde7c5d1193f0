"""Tree → program, and the machine that runs it on a text.

The machine keeps a list of threads, best first, and moves all of them over the text one character
at a time. Two threads at the same instruction can only go on in the same way, so the worse one is
dropped: there are never more threads than instructions.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from engine.feel.budget import Run
from engine.feel.errors import FeelBudgetError
from engine.feel.regex.syntax import (
    Alternation,
    Anchor,
    CapturingGroup,
    CharacterSet,
    Concatenation,
    PatternPart,
    PatternReader,
    Repetition,
)

LONGEST_PATTERN = 1_000
"""Characters that a pattern may have: far more than anybody writes, and soon compiled."""
LARGEST_PROGRAM = 2_000
"""Instructions that a pattern may become, so that {n,m} within {n,m} cannot fill the memory."""
_MOVES_PER_STEP = 3
"""Instructions that are followed in the time that a node of an expression takes to evaluate."""
_META = frozenset("\\|.?*+(){}[]^$")
"""Characters that have a meaning in a pattern; a pattern without them is a text to be looked
for."""

CHAR, SPLIT, JUMP, SAVE, START, FINISH, DONE = range(7)
"""What an instruction does: want a character, go two ways, go elsewhere, remember the place, want
the start or the end, be done."""

Captures = tuple[int, ...]
"""Where groups began and ended, two numbers for each; -1 for those that have not."""
Threads = list[tuple[int, Captures]]
"""Places in the program with what was captured on the way there, the best first."""


@dataclass(slots=True)
class Instruction:
    """One step of a program; what ``first`` and ``second`` mean depends on ``code``."""

    code: int
    first: int = 0
    second: int = 0
    part: CharacterSet | None = None


@dataclass(frozen=True, slots=True)
class PatternMatch:
    """Where a pattern matched: ``spans[0]`` in all, the others for its groups; -1 for unused."""

    spans: tuple[tuple[int, int], ...]

    @property
    def start(self) -> int:
        """Where the match begins in the text."""
        return self.spans[0][0]

    @property
    def end(self) -> int:
        """Where the match ends in the text."""
        return self.spans[0][1]


class Pattern:
    """A pattern that can be looked for in texts."""

    def __init__(self, text: str, flags: str):
        self.literal = text if "q" in flags or not _META.intersection(text) else None
        if "i" in flags or "x" in flags or "m" in flags:
            self.literal = None
        if "q" in flags:
            text = "".join(f"\\{char}" if char in _META else char for char in text)
            flags = "".join(flag for flag in flags if flag in "iq")
        reader = PatternReader(text, flags)
        tree = reader.read()
        self.groups = reader.groups
        self.lines = "m" in flags
        self.program: list[Instruction] = []
        self._compile(CapturingGroup(0, tree))
        self._emit(DONE)
        # A pattern that begins with ^ can only match where the text begins.
        self.anchored = self.program[1].code == START and not self.lines

    def _emit(
        self, code: int, first: int = 0, second: int = 0, part: CharacterSet | None = None
    ) -> int:
        if len(self.program) >= LARGEST_PROGRAM:
            raise FeelBudgetError(
                "a pattern is too large", limit="pattern", maximum=LARGEST_PROGRAM
            )
        self.program.append(Instruction(code, first, second, part))
        return len(self.program) - 1

    def _compile(self, part: PatternPart) -> None:
        if isinstance(part, CharacterSet):
            self._emit(CHAR, part=part)
        elif isinstance(part, Anchor):
            self._emit(START if part.start else FINISH)
        elif isinstance(part, Concatenation):
            for piece in part.parts:
                self._compile(piece)
        elif isinstance(part, CapturingGroup):
            self._emit(SAVE, 2 * part.number)
            self._compile(part.body)
            self._emit(SAVE, 2 * part.number + 1)
        elif isinstance(part, Alternation):
            self._compile_choice(part)
        else:
            self._compile_repeat(part)

    def _compile_choice(self, choice: Alternation) -> None:
        exits: list[int] = []
        for branch in choice.branches[:-1]:
            split = self._emit(SPLIT, len(self.program) + 1)
            self._compile(branch)
            exits.append(self._emit(JUMP))
            self.program[split].second = len(self.program)
        self._compile(choice.branches[-1])
        for jump in exits:
            self.program[jump].first = len(self.program)

    def _compile_repeat(self, repeat: Repetition) -> None:
        for _ in range(repeat.least):
            self._compile(repeat.body)
        if repeat.most is None:
            split = self._emit(SPLIT)
            self._compile(repeat.body)
            self._emit(JUMP, split)
            self._branch(split, repeat)
            return
        splits: list[int] = []
        for _ in range(repeat.most - repeat.least):
            splits.append(self._emit(SPLIT))
            self._compile(repeat.body)
        for split in splits:
            self._branch(split, repeat)

    def _branch(self, split: int, repeat: Repetition) -> None:
        """Let a split prefer going on (greedy) or stopping here (reluctant)."""
        go_on, stop = split + 1, len(self.program)
        instruction = self.program[split]
        instruction.first, instruction.second = (go_on, stop) if repeat.greedy else (stop, go_on)

    def search(self, text: str, run: Run, start: int = 0) -> PatternMatch | None:
        """The first match from ``start`` on, by the rules of priority that Perl made common."""
        if self.literal is not None:
            run.charge(1 + (len(text) - start) // 100)
            at = text.find(self.literal, start)
            return None if at < 0 else PatternMatch(((at, at + len(self.literal)),))
        best: Captures | None = None
        threads: Threads = []
        unset = (-1,) * (2 * self.groups + 2)
        visited = 0
        for position in range(start, len(text) + 1):
            marks: set[int] = {pc for pc, _ in threads}
            if best is None and (position == start or not self.anchored):
                self._follow(threads, marks, (0, unset), text, position)
            if not threads and (best is not None or self.anchored):
                break
            threads, ended, moves = self._step(threads, text, position)
            visited += len(marks) + moves + 1
            if visited >= _MOVES_PER_STEP:
                run.charge(visited // _MOVES_PER_STEP)
                visited = 0
            best = ended or best
        if best is None:
            return None
        return PatternMatch(tuple(zip(best[::2], best[1::2], strict=True)))

    def _step(
        self, threads: Threads, text: str, position: int
    ) -> tuple[Threads, Captures | None, int]:
        """All threads moved over one character; the captures of the best that is done; and how
        many instructions that took."""
        moved: Threads = []
        marks: set[int] = set()
        char = text[position] if position < len(text) else ""
        for pc, captures in threads:
            instruction = self.program[pc]
            if instruction.part is None:
                return moved, captures, len(marks)
            if char and instruction.part.test(char):
                self._follow(moved, marks, (pc + 1, captures), text, position + 1)
        return moved, None, len(marks)

    def _follow(
        self, threads: Threads, marks: set[int], thread: tuple[int, Captures], text: str, at: int
    ) -> None:
        """Add a thread, having followed it to where it wants a character or is done."""
        waiting = [thread]
        while waiting:
            pc, captures = waiting.pop()
            if pc in marks:
                continue
            marks.add(pc)
            instruction = self.program[pc]
            code = instruction.code
            if code in (CHAR, DONE):
                threads.append((pc, captures))
            elif code == JUMP:
                waiting.append((instruction.first, captures))
            elif code == SPLIT:
                # The last one in is followed first.
                waiting.append((instruction.second, captures))
                waiting.append((instruction.first, captures))
            elif code == SAVE:
                slot = instruction.first
                waiting.append((pc + 1, (*captures[:slot], at, *captures[slot + 1 :])))
            elif self._at_edge(code, text, at):
                waiting.append((pc + 1, captures))

    def _at_edge(self, code: int, text: str, at: int) -> bool:
        if code == START:
            # Behind a line end that is the text's last character no line begins.
            return at == 0 or (self.lines and text[at - 1] == "\n" and at < len(text))
        return at == len(text) or (self.lines and text[at] == "\n")

    def matches_empty(self, run: Run) -> bool:
        """Whether the pattern matches the empty text; such a one cannot split or replace."""
        return self.search("", run) is not None

    def all(self, text: str, run: Run) -> Iterator[PatternMatch]:
        """All matches that do not overlap, from left to right."""
        position = 0
        while position <= len(text):
            match = self.search(text, run, position)
            if match is None:
                return
            yield match
            position = match.end if match.end > match.start else match.end + 1


@lru_cache(maxsize=256)
def pattern(text: str, flags: str) -> Pattern:
    """The pattern with its flags; PatternError if it cannot be read, FeelBudgetError if it is
    too large."""
    if len(text) > LONGEST_PATTERN:
        raise FeelBudgetError(
            f"a pattern is longer than {LONGEST_PATTERN} characters",
            limit="pattern",
            maximum=LONGEST_PATTERN,
        )
    return Pattern(text, flags)
