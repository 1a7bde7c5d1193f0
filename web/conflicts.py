"""Forms that two people write at the same time: what they carry, how they are merged, and what a
page says when both have changed the same.

A page that writes carries what it showed (``shown``, see web/merge.py). A post that meets changes
of others is merged by input. Where both have changed the same it is not saved: the page comes
again, filled in as it was sent, with both texts side by side, and the button ``keep`` chooses
(``mine``, ``theirs``, ``both``; with ``:`` and a name for one input, else for all). From then on
the page's ``shown`` is what is stored, and ``disputed`` names the inputs that are to be chosen.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from flask import Flask, request
from markupsafe import Markup, escape
from werkzeug.datastructures import MultiDict

from engine import Conflict
from web import formats, json_input, merge, pending_forms
from web.context import today

Form = MultiDict[str, str]
SavedBy = Callable[[str], tuple[str | None, datetime | None]]
"""Who has changed what is stored of the input of that name, and when; None for who is not known."""
TRIES: Final = 5
"""How often a form is merged anew when each time somebody else is faster."""
STALE: Final = frozenset({"stale_revision", "stale_plan", "stale_person", "stale_variable"})
"""Codes of the engine's conflicts with what a page showed: reading and merging again may help."""


@dataclass(frozen=True, slots=True)
class Input:
    """One value of a form: as it is stored, and how it is read from a post.

    ``stored`` and what ``read`` gives are plain values of JSON, whatever their spelling. ``texts``
    are the inputs of HTML that show the stored value, with their texts. ``says`` is a value in
    words. Two texts of an input with a ``joint`` can both be kept, with this between them. An input
    without ``read`` is shown and never written.
    """

    name: str
    label: str
    stored: Any
    read: Callable[[Form], Any] | None = None
    texts: Mapping[str, Sequence[str]] | None = None
    says: Callable[[Any], str] = str
    joint: str = ""
    anchor: str = ""

    def put(self, form: Form) -> None:
        """Have the form hold the stored value."""
        for name, values in (self.texts or {}).items():
            form.poplist(name)
            if values:
                form.setlist(name, list(values))

    def join(self, form: Form) -> None:
        """Have the form hold its own text and, after it, the stored one."""
        for name, values in (self.texts or {}).items():
            form[name] = self.joint.join([form.get(name, "").strip(), *values])


@dataclass(frozen=True, slots=True)
class Difference:
    """An input that somebody has changed since the page was shown, in words. ``mine`` is None when
    the page left it alone; ``by`` and ``at`` say who has changed it, where that is known."""

    name: str
    label: str
    mine: str | None
    theirs: str
    joinable: bool
    anchor: str
    by: str | None
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """A post that was merged. ``form`` holds what is to be saved, or to be shown again: where both
    have changed the same, what was posted. ``disputed`` are the names of these inputs, ``news``
    those of all others that differ from what the page held."""

    form: Form
    inputs: Sequence[Input]
    disputed: tuple[str, ...]
    news: tuple[str, ...]
    changed: frozenset[str]
    """What the page changes of what is stored."""

    def unmerged(self, **more: str) -> Unmerged:
        """The error of a form that cannot be saved. Its form has seen what is stored, and names
        what is disputed; ``more`` are other inputs of it."""
        form = MultiDict(self.form)
        form["shown"] = shown(self.inputs)
        form["disputed"] = json.dumps(self.disputed)
        form["news"] = json.dumps(self.news)
        for name, text in more.items():
            form[name] = text
        form.pop("keep", None)
        return Unmerged(form)


class ToShowAgain(Conflict):
    """The page has changed since; ``form`` is what it shows instead of what was posted."""

    def __init__(self, form: Form) -> None:
        super().__init__()
        self.form = form


class Unmerged(ToShowAgain):
    """Somebody else has changed what this page changes."""

    code = pending_forms.UNMERGED


class Moved(ToShowAgain):
    """What this page showed has changed since."""

    code = "page_moved"


@dataclass(frozen=True, slots=True)
class Differences:
    """What a page says of a form that could not be saved: the inputs to choose in, those that are
    told, texts of inputs that are ``gone``, by label. ``waiting``: nobody has just posted it, a
    draft has come to differ from what was changed elsewhere."""

    disputed: tuple[Difference, ...]
    news: tuple[Difference, ...]
    gone: Mapping[str, str]
    waiting: bool = False

    def __bool__(self) -> bool:
        return bool(self.disputed or self.news or self.gone)


def shown(inputs: Sequence[Input]) -> str:
    """What a page shows that shows what is stored, as the text of its hidden input."""
    return merge.written(merge.digests({each.name: each.stored for each in inputs}))


def base_of(inputs: Sequence[Input], posted: Form) -> dict[str, str]:
    """What the page of a post showed."""
    return merge.read(posted.get("shown"), [each.name for each in inputs])


def shown_again(inputs: Sequence[Input], posted: Form) -> str:
    """What a page shows that comes again after a refused post: its inputs as they were posted,
    and all else as it is stored."""
    base = base_of(inputs, posted)
    fresh = {each.name: merge.digest(each.stored) for each in inputs if each.read is None}
    return merge.written({name: short for name, short in (base | fresh).items() if short})


def merged(inputs: Sequence[Input], posted: Form) -> Outcome:
    """Merge a post with what is stored, as its button ``keep`` says."""
    form = MultiDict(posted)
    base = base_of(inputs, form)
    left = _chosen(inputs, form, base)
    stored = {each.name: each.stored for each in inputs}
    values = {each.name: each.read(form) for each in inputs if each.read is not None}
    result = merge.merge(base, values, stored)
    disputed = [
        each.name
        for each in inputs
        if each.name in result.both or (each.name in left and each.name in values
                                        and _differ(values[each.name], each.stored))
    ]  # fmt: skip
    for each in inputs:
        if each.name in result.theirs and each.name not in disputed:
            each.put(form)
    news = tuple(name for name in result.theirs if name not in disputed)
    return Outcome(form, inputs, tuple(disputed), news, frozenset(result.mine))


def _chosen(inputs: Sequence[Input], form: Form, base: merge.Shown) -> set[str]:
    """Do what the button ``keep`` says; the names of disputed inputs that are left."""
    left = _names(form.get("disputed", ""))
    choice, _colon, name = form.get("keep", "").partition(":")
    if not choice:
        # The button of the form itself, with both texts before one's eyes: what it holds.
        return set()
    for each in inputs:
        if each.name not in left or name not in ("", each.name):
            continue
        left.discard(each.name)
        if merge.digest(each.stored) != base.get(each.name, ""):
            continue  # it has changed once more: merging tells
        if choice == "theirs":
            each.put(form)
        elif choice == "both" and each.joint:
            each.join(form)
    return left


def _names(text: str) -> set[str]:
    try:
        found = json_input.read(text or "[]")
    except ValueError:
        return set()
    return {str(name) for name in found} if isinstance(found, list) else set()


def _object(text: str) -> dict[str, str]:
    try:
        found = json_input.read(text or "{}")
    except ValueError:
        return {}
    return {str(k): str(v) for k, v in found.items()} if isinstance(found, dict) else {}


def _differ(one: Any, other: Any) -> bool:
    return merge.digest(one) != merge.digest(other)


def differences(
    inputs: Sequence[Input], form: Form | None, saved: SavedBy, *, waiting: bool = False
) -> Differences | None:
    """What a page says of the form of an ``Unmerged``; nothing of any other."""
    if form is None:
        return None
    disputed, news = _names(form.get("disputed", "")), _names(form.get("news", ""))
    return Differences(
        tuple(_difference(each, form, saved) for each in inputs if each.name in disputed),
        tuple(_difference(each, None, saved) for each in inputs if each.name in news),
        _object(form.get("gone", "")),
        waiting,
    )


def _difference(each: Input, form: Form | None, saved: SavedBy) -> Difference:
    mine = each.says(each.read(form)) if form is not None and each.read is not None else None
    theirs, joinable = each.says(each.stored), bool(each.joint)
    return Difference(each.name, each.label, mine, theirs, joinable, each.anchor, *saved(each.name))


def draft_form(texts: Mapping[str, str]) -> Form:
    """The form of a page whose draft holds these texts, by input, where something else was changed
    since: both are shown, to choose from."""
    return MultiDict({**texts, "disputed": json.dumps(list(texts))})


def is_stale(error: Conflict) -> bool:
    """Whether the engine refuses because what the page showed has changed."""
    return error.error_code in STALE


# ---------------------------------------------------------------- pages that have nothing to merge


def must_show(about: Container[str] | None = None, /, **values: Any) -> None:
    """Refuse a post from a page that showed other values.

    :param about: only these names matter
    :raises Moved: the page that says so can send the same form again, for what is there now
    """
    now, seen = merge.digests(values), merge.read(request.form.get("shown"), values)
    changed = [name for name in {**now, **seen} if now.get(name) != seen.get(name)]
    if any(about is None or name in about for name in changed):
        form = MultiDict(request.form)
        form["shown"] = merge.written(now)
        raise Moved(form)


def hidden(**values: Any) -> Markup:
    """The hidden input of a form that showed these values, for ``must_show``."""
    text = merge.written(merge.digests(values))
    return Markup('<input type="hidden" name="shown" value="{}">').format(escape(text))


def init(app: Flask) -> None:
    """Give the templates what forms carry, and when somebody saved: today the time alone."""
    app.jinja_env.globals.update(shows=hidden, clock_of=_clock)


def _clock(at: datetime | None) -> str:
    if at is None:
        return ""
    same_day = formats.local(at).date() == today()
    return formats.clock(at) if same_day else formats.moment(at)
