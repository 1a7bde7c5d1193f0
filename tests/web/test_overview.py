"""The manager's overview: figures that open their lists."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from engine import Engine, FakeClock, NotAllowed
from tests.support.people import People
from tests.web.conftest import SignedIn


def figures(text: str) -> list[str]:
    return re.findall(r'class="tile-number">([^<]*)<', text)


def test_the_figures_open_the_lists_that_they_count(
    engine: Engine, clock: FakeClock, people: People, signed_in: SignedIn, case_id: str
) -> None:
    clock.advance(timedelta(days=60))
    manager = signed_in(people["manager"])
    page = manager.open("/overview/")
    shown = engine.overview(people["manager"].actor)
    assert shown.late == shown.open > 0
    assert figures(page.text) == ["1", str(shown.late), "0"]
    role = shown.roles[0]
    link = f"/tasks?show=all&amp;due=late&amp;role={role.key}"
    assert link in page.text
    listed = manager.open(link.replace("&amp;", "&"))
    assert listed.text.count('<li class="task">') == role.late


def test_the_page_is_in_a_managers_menu_and_in_no_one_elses(
    people: People, signed_in: SignedIn
) -> None:
    assert 'href="/overview/"' in signed_in(people["manager"]).open("/tasks").text
    seller = signed_in(people["saljare"])
    assert 'href="/overview/"' not in seller.open("/tasks").text
    assert seller.open("/overview/").status_code == 403


def test_figures_are_counted_now_and_then_and_read_from_then_on(
    engine: Engine, clock: FakeClock, people: People, case_id: str
) -> None:
    manager = people["manager"].actor
    assert engine.count_figures()
    assert not engine.count_figures()
    before = engine.overview(manager)
    assert before.at == clock.now()
    assert before.cases == {"running": 1}
    engine.cancel(manager, case_id, "test", key="cancel")
    clock.advance(timedelta(minutes=1))
    assert engine.overview(manager) == before
    assert engine.count_figures()
    assert engine.overview(manager).cases == {"cancelled": 1}


def test_figures_that_nobody_counts_any_more_are_counted_by_the_page(
    engine: Engine, clock: FakeClock, people: People, case_id: str
) -> None:
    engine.count_figures()
    clock.advance(timedelta(hours=1))
    assert engine.overview(people["manager"].actor).at == clock.now()


def test_staff_may_not_ask_for_them(engine: Engine, people: People) -> None:
    with pytest.raises(NotAllowed):
        engine.overview(people["saljare"].actor)
