"""Tasks of one day stand by customer, by case, and in the order of the plan, page by page."""

from __future__ import annotations

from datetime import date, timedelta

from engine import FakeClock
from tests.support.desk import Desk
from tests.support.diagrams import chain, diagram, end, gateway, start, task

CUSTOMERS = {"Öberg AB": "556036-0793", "Zorn AB": "556016-0680", "Åkeri AB": "559900-0014"}


def parallel(desk: Desk) -> None:
    """Two activities of a sheet that open together and are due on the same day; the second of the
    sheet is drawn first."""
    phase = '<sp:phase key="P" title="Prov" order="1"/>'
    both = [
        task(name, due="P1D").replace(
            "<bpmn:extensionElements>",
            f'<bpmn:extensionElements><sp:activity phase="P" order="{order}"/>',
        )
        for name, order in (("second", 2), ("first", 1))
    ]
    ways = (chain("start", "split", "second", "end"), chain("split", "first", "stop"))
    parts = (start(), gateway("split", "parallel"), *both, end(), end("stop"), *ways)
    desk.deploy(diagram("both", *parts, said=phase, lanes={"saljare": ["second", "first"]}))


def test_a_day_is_sorted_and_paged_by_customer_case_and_plan(
    bare_desk: Desk, clock: FakeClock
) -> None:
    desk = bare_desk
    parallel(desk)
    for name, number in CUSTOMERS.items():
        customer = desk.engine.customers.add(desk.manager.actor, name, number, key=desk.key())
        desk.case("both", customer_id=customer.id)
        clock.advance(timedelta(seconds=1))
    wanted = [
        (name, element)
        for name in ("Zorn AB", "Åkeri AB", "Öberg AB")
        for element in ("first", "second")
    ]
    for show in ("mine", "role", "all"):
        for limit in (1, 2, 5, 100):
            found, cursor = [], None
            while True:
                page = desk.engine.tasks.search(
                    desk.seller.actor, show=show, limit=limit, cursor=cursor
                )
                found += [(row.customer, row.element_id) for row in page.items]
                cursor = page.next
                if cursor is None:
                    break
            assert found == wanted, (show, limit)
    assert {row.due for row in desk.engine.tasks.search(desk.seller.actor).items} == {
        date(2026, 3, 3)
    }
