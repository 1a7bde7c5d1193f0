"""The way back: from a task or a case to the list that one came from, with its filters.

A link to a task or a case carries the address of the page that it stands on as ``back``; the forms
of a task carry it on as a hidden input. What comes from the browser is only believed when it is one
of the pages that such links stand on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from flask import Flask, request

from web.context import here, url_around, url_for, with_query
from web.i18n import N_
from web.i18n import gettext as _
from web.security import local_path

LISTS: Final = {
    "tasks.inbox": (N_("Mina uppgifter"), N_("Till mina uppgifter")),
    "cases.index": (N_("Ärenden"), N_("Till ärendena")),
    "overview.index": (N_("Översikt"), N_("Till översikten")),
    "history.index": (N_("Historik"), N_("Till historiken")),
    "incidents.index": (N_("Stopp"), N_("Till stoppen")),
}
"""The lists that lead to tasks and cases, each with its name and the text of a button to it."""
LONGEST: Final = 1_000
"""Characters of an address that is carried; a longer one, of many steps, is not."""


@dataclass(frozen=True, slots=True)
class WayBack:
    """Where one came from: its address, its name, and the text of a button to it. ``carried`` is
    what links and forms carry on, None when it is where one would go anyway."""

    url: str
    name: str
    button: str
    carried: str | None = None


def way_back(usual: str = "tasks.inbox") -> WayBack:
    """The way back from this page: where the request says that one came from, else ``usual``."""
    given = request.values.get("back", "")
    target = local_path(given, "") if given and len(given) <= LONGEST else ""
    if not target:
        return _usual_way(usual)
    path = target.split("?")[0].split("#")[0]
    for endpoint, (name, button) in LISTS.items():
        if path == url_for(endpoint):
            return WayBack(target, _(name), _(button), target)
    if path.startswith(url_for("cases.index")):
        return WayBack(target, _("Ärendet"), _("Till ärendet"), target)
    return _usual_way(usual)


def _usual_way(usual: str) -> WayBack:
    return WayBack(url_for(usual), *(_(text) for text in LISTS[usual]))


def task_url(task_id: str, **more: Any) -> str:
    """The address of a task, as a link on this page has it."""
    return url_for("tasks.show", task_id=task_id, back=_this_page("tasks.inbox"), **more)


def case_url(case_id: str, **more: Any) -> str:
    """The address of a case, as a link on this page has it."""
    return url_for("cases.show", case_id=case_id, back=_this_page("cases.index"), **more)


_ID: Final = "0" * 32
"""What stands for the id in the address that those of a list's rows are made of."""


class Address(NamedTuple):
    """The address of each thing of a list: what stands before its id and after it."""

    before: str
    after: str

    @classmethod
    def of(cls, endpoint: str, name: str, **values: Any) -> Address:
        """The address of a page whose parameter ``name`` is the id."""
        before, after = url_for(endpoint, **{name: _ID}, **values).split(_ID, 1)
        return cls(before, after)

    def __call__(self, id: str) -> str:
        return f"{self.before}{id}{self.after}"


def task_urls() -> Address:
    """``task_url`` for the rows of a list, all of which have the same way back."""
    return _urls("tasks.show", "task_id", "tasks.inbox")


def case_urls() -> Address:
    """``case_url`` for the rows of a list, all of which have the same way back."""
    return _urls("cases.show", "case_id", "cases.index")


def _urls(endpoint: str, name: str, usual: str) -> Address:
    before, rest = url_around(endpoint, name)
    return Address(before, with_query(rest, {"back": _this_page(usual)}))


def _this_page(usual: str) -> str | None:
    """This page as the way back from another; None where that is the ``usual`` way anyway."""
    page = here()
    return None if page == url_for(usual) or len(page) > LONGEST else page


def init(app: Flask) -> None:
    """Give the templates the functions about the ways to a task or a case, and back."""
    functions = (way_back, task_url, case_url, case_urls)
    app.jinja_env.globals.update({each.__name__: each for each in functions})
