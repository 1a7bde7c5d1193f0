"""Where an instance is, in a form in which instances that stand alike are equal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.runtime.spiff.compensation import RECORDS
from engine.runtime.spiff.repetition import BODY
from engine.runtime.spiff.scopes import LISTENER
from engine.runtime.spiff.specs import BESIDE
from engine.runtime.spiff.workflow import Token, TokenState, TokenTree


@dataclass(frozen=True, slots=True, order=True)
class Spot:
    """One token. ``spec`` is the name of its spec, ``scope`` the specs of the tokens around it,
    the outermost first; ``attached`` the spec of the activity that it listens beside; ``flow`` how
    it came; ``race`` the elements that wait together with it, of which one will win."""

    spec: str
    scope: tuple[str, ...]
    flow: str
    waiting: bool
    listener: bool
    beside: bool
    attached: str
    race: tuple[str, ...]
    remembered: tuple[str, ...]

    @property
    def element(self) -> str:
        """The element that the token's spec belongs to."""
        return element_of(self.spec)

    @property
    def passive(self) -> bool:
        """Only listens, beside an activity or for an event sub-process."""
        return bool(self.listener or self.attached)

    @property
    def flowing(self) -> bool:
        """A token that goes its way by sequence flows."""
        return not (self.passive or self.beside)


@dataclass(frozen=True, slots=True)
class Position:
    """Where all tokens of an instance are, what it has passed, and what it could undo."""

    spots: tuple[Spot, ...]
    passed: frozenset[str]
    remembered: tuple[str, ...]


def element_of(spec: str) -> str:
    """The element that a spec stands for: bodies of loops and listeners have specs of their
    own."""
    return spec.removesuffix(BODY).removesuffix(LISTENER)


def spots(process: TokenTree) -> dict[str, Spot]:
    """Where each token is, by its id."""
    tokens = {task.id.hex: task for task in process.tokens(everywhere=True)}
    races: dict[str, list[str]] = {}
    for task in tokens.values():
        race = task.internal_data.get("race")
        if race is not None:
            races.setdefault(race, []).append(task.task_spec.name)
    return {token_id: _spot(task, tokens, races) for token_id, task in tokens.items()}


def position(process: TokenTree, passed: Mapping[str, int]) -> Position:
    """Where the tokens of an instance stand, and what it has passed."""
    done = frozenset(element for element, times in passed.items() if times)
    return Position(
        tuple(sorted(spots(process).values())), done, _names(process.marks.get(RECORDS, ()))
    )


def _spot(task: Token, tokens: Mapping[str, Token], races: Mapping[str, list[str]]) -> Spot:
    marks = task.internal_data
    attached = tokens.get(marks.get("attached") or "")
    records = [*marks.get(RECORDS, ()), *marks.get("todo", ())]
    return Spot(
        spec=task.task_spec.name,
        scope=tuple(reversed(list(_around(marks.get("scope"), tokens)))),
        flow=marks.get("flow") or "",
        waiting=bool(task.has_state(TokenState.WAITING)),
        listener=bool(marks.get("listener")),
        beside=bool(marks.get(BESIDE)),
        attached=attached.task_spec.name if attached is not None else "",
        race=tuple(sorted(races.get(marks.get("race") or "", ()))),
        remembered=_names(records),
    )


def _around(scope: str | None, tokens: Mapping[str, Token]) -> Iterator[str]:
    while scope is not None and scope in tokens:
        yield tokens[scope].task_spec.name
        scope = tokens[scope].internal_data.get("scope")


def _names(records: Iterable[Any]) -> tuple[str, ...]:
    return tuple(sorted(set(remembered(records))))


def remembered(records: Iterable[Any]) -> Iterator[str]:
    """The specs that compensation records name (see spiff/compensation.py), inner ones too."""
    for record in records:
        if isinstance(record[0], int):
            yield from remembered(record[1])
        else:
            yield record[0]
            yield from remembered(record[2])
