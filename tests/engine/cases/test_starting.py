"""Starting a case as its diagram says: who may, for which customer, what is filled in."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from engine import SYSTEM, Config, Conflict, Engine, FakeClock, Invalid, NotAllowed, NotFound
from tests.support.desk import Desk, a_customer, problems
from tests.support.diagrams import call, chain, diagram, end, field, start, task
from tests.support.people import People

PASSWORD = "fyra gröna morötter"
ROLES = ("saljare", "ekonomi", "kundansvarig", "process_owner", "administrator")


def work(
    process_id: str = "work", *, said: str = "", form: str = "", lane: str = "", **more: Any
) -> Any:
    lanes = {lane: ["start", "act"]} if lane else None
    parts = (start(form=form), task("act"), end(), chain("start", "act", "end"))
    return diagram(process_id, *parts, said=said, lanes=lanes, **more)


def caller(process_id: str, called: str) -> Any:
    parts = (start(), call("part", called), end(), chain("start", "part", "end"))
    return diagram(process_id, *parts)


def may_start(desk: Desk, process_id: str) -> set[str]:
    """Who of the staff can start it, apart from managers."""
    found = set()
    for name in ROLES:
        try:
            desk.engine.cases.start(desk.people[name].actor, process_id=process_id, key=desk.key())
        except NotAllowed:
            continue
        found.add(name)
    return found


def offered(desk: Desk, who: str) -> list[str]:
    return [o.process_id for o in desk.engine.cases.startable(desk.people[who].actor)]


# ---------------------------------------------------------------- who


@pytest.mark.parametrize(
    ("said", "lane", "who"),
    [
        ("", "", set()),
        ("", "ekonomi", {"ekonomi"}),
        ('<sp:starter role="saljare"/>', "ekonomi", {"saljare"}),
        ('<sp:starter role="saljare"/><sp:starter role="Kundansvarig"/>', "",
         {"saljare", "kundansvarig"}),
        ('<sp:starter everyone="true"/>', "", set(ROLES)),
    ],
)  # fmt: skip
def test_the_diagram_says_who_starts_and_managers_always_do(
    bare_desk: Desk, said: str, lane: str, who: set[str]
) -> None:
    bare_desk.deploy(work(said=said, lane=lane))
    assert may_start(bare_desk, "work") == who
    assert {name for name in ROLES if offered(bare_desk, name)} == who
    assert offered(bare_desk, "manager") == ["work"]
    bare_desk.case("work")


def test_what_another_process_calls_is_that_processs_to_start(bare_desk: Desk) -> None:
    bare_desk.deploy(work("part", lane="ekonomi"))
    assert offered(bare_desk, "ekonomi") == ["part"]
    bare_desk.deploy(caller("whole", "part"))
    assert may_start(bare_desk, "part") == set()
    assert offered(bare_desk, "manager") == ["whole"]
    assert bare_desk.case("part")  # a manager who names it
    bare_desk.deploy(work("part", lane="ekonomi", said='<sp:starter role="ekonomi"/>'))
    assert may_start(bare_desk, "part") == {"ekonomi"}
    assert offered(bare_desk, "manager") == ["part", "whole"]


def test_a_process_that_calls_itself_is_still_its_own(bare_desk: Desk) -> None:
    parts = (start(), task("act"), call("again", "round"), end())
    parts += (chain("start", "act", "again", "end"),)
    bare_desk.deploy(diagram("round", *parts, lanes={"ekonomi": ["start"]}))
    assert offered(bare_desk, "ekonomi") == ["round"]


def test_what_only_a_trigger_starts_is_offered_to_nobody(bare_desk: Desk) -> None:
    parts = (start(timer="P1D"), task("act"), end(), chain("start", "act", "end"))
    bare_desk.deploy(diagram("daily", *parts))
    assert offered(bare_desk, "manager") == []


def test_a_newer_version_says_anew_who_starts(bare_desk: Desk) -> None:
    bare_desk.deploy(work(said='<sp:starter role="saljare"/>'))
    assert may_start(bare_desk, "work") == {"saljare"}
    bare_desk.deploy(work(said='<sp:starter role="ekonomi"/>'))
    assert may_start(bare_desk, "work") == {"ekonomi"}


def test_the_plan_is_what_it_was(desk: Desk) -> None:
    """The phases and the recurring processes are the plan's to start."""
    for who in ("saljare", "kundansvarig", "manager"):
        assert offered(desk, who) == ["serviceplan"]
    assert not [name for name in desk.engine.roles if offered(desk, name) and name not in
                ("saljare", "kundansvarig")]  # fmt: skip
    form = desk.engine.cases.start_form(desk.seller.actor, "serviceplan")
    assert (form.customer, form.dated, form.date_label) == ("required", True, "Avtalet börjar")
    assert form.roles == tuple(desk.engine.roles)
    assert form.planned
    assert form.form == ()


def test_what_is_not_there_or_not_mine_has_no_start_page(desk: Desk) -> None:
    with pytest.raises(NotFound):
        desk.engine.cases.start_form(desk.seller.actor, "nothing")
    with pytest.raises(NotAllowed):
        desk.engine.cases.start_form(desk.people["ekonomi"].actor, "serviceplan")
    desk.deploy(diagram("drawn", start(), executable=False))
    with pytest.raises(Conflict):
        desk.engine.cases.start_form(desk.manager.actor, "drawn")


# ---------------------------------------------------------------- which


def test_the_settings_name_the_process_that_is_meant(
    database_url: str, config: Config, clock: FakeClock, desk: Desk
) -> None:
    assert desk.engine.cases.start(
        desk.seller.actor, customer_id=a_customer(desk.engine), key=desk.key()
    )
    bare = replace(config, cases=replace(config.cases, first_process=""))
    with Engine.open(database_url, config=bare, clock=clock, migrate=True) as engine:
        for ask in (
            lambda: engine.cases.start(SYSTEM, key="1"),
            lambda: engine.cases.preview_plan(SYSTEM),
        ):
            with pytest.raises(Invalid) as caught:
                ask()
            assert problems(caught.value) == {("required", "process_id")}


def test_the_first_process_is_offered_first(bare_engine: Engine, people: People, key: Any) -> None:
    desk = Desk(bare_engine, people, key)
    desk.deploy(work("aaa"), work("serviceplan"), work("zzz"))
    assert offered(desk, "manager") == ["serviceplan", "aaa", "zzz"]


# ---------------------------------------------------------------- whose


@pytest.mark.parametrize(
    ("said", "with_customer", "without"),
    [
        ("", True, True),
        ("<sp:case/>", True, True),
        ('<sp:case customer="optional"/>', True, True),
        ('<sp:case customer="required"/>', True, False),
        ('<sp:case customer="none"/>', False, True),
    ],
)
def test_the_diagram_says_whether_a_case_is_a_customers(
    bare_desk: Desk, said: str, with_customer: bool, without: bool
) -> None:
    bare_desk.deploy(work(said=said))
    for customer, fits, code in (
        (a_customer(bare_desk.engine), with_customer, "no_customer"),
        (None, without, "required"),
    ):
        if fits:
            assert bare_desk.case("work", customer_id=customer)
            continue
        with pytest.raises(Invalid) as caught:
            bare_desk.case("work", customer_id=customer)
        assert problems(caught.value) == {(code, "customer_id")}


@pytest.mark.parametrize(
    ("customer", "who"), [("none", set()), ("optional", {"ekonomi"}), ("required", {"ekonomi"})]
)
def test_whoever_starts_a_customers_case_may_register_the_customer(
    bare_desk: Desk, customer: str, who: set[str]
) -> None:
    bare_desk.deploy(work(said=f'<sp:case customer="{customer}"/><sp:starter role="ekonomi"/>'))
    found = set()
    for number, name in zip(("5560160680", "5560360793"), ("ekonomi", "saljare"), strict=True):
        try:
            bare_desk.engine.customers.add(
                bare_desk.people[name].actor, name, number, key=bare_desk.key()
            )
        except NotAllowed:
            continue
        found.add(name)
    assert found == who
    assert bare_desk.engine.customers.add(
        bare_desk.manager.actor, "Egen AB", "559900-0014", key=bare_desk.key()
    ).id


def test_the_variables_that_the_diagram_names_learn_of_the_case(bare_desk: Desk) -> None:
    said = (
        '<sp:case customer="optional" customerName="who" number="no" startDate="first"'
        ' leadRole="ekonomi"/>'
    )
    bare_desk.deploy(work(said=said))
    day = date(2026, 9, 1)
    case_id = bare_desk.case("work", customer_id=a_customer(bare_desk.engine), start_date=day)
    detail = bare_desk.engine.cases.get(bare_desk.manager.actor, case_id)
    assert detail.variables == {"who": "Prov AB", "no": "2026-0001", "first": "2026-09-01"}
    other = bare_desk.engine.cases.get(bare_desk.manager.actor, bare_desk.case("work"))
    assert other.variables == {"who": None, "no": "2026-0002", "first": None}
    bare_desk.deploy(work("silent"))
    silent = bare_desk.engine.cases.get(bare_desk.manager.actor, bare_desk.case("silent"))
    assert silent.variables == {}


# ---------------------------------------------------------------- who answers for it


def test_the_role_that_answers_for_a_case_plans_it_and_sees_it(bare_desk: Desk) -> None:
    bare_desk.deploy(work(said='<sp:case leadRole="ekonomi"/>', lane="inkop"))
    case_id = bare_desk.case("work")
    lead = bare_desk.people["ekonomi"].actor
    assert "plan" in bare_desk.engine.cases.get(lead, case_id).can
    with pytest.raises(NotFound):
        bare_desk.engine.cases.get(bare_desk.people["kundansvarig"].actor, case_id)
    bare_desk.engine.people.add(
        SYSTEM, "eva", "Eva Ek", roles=("ekonomi",), password=PASSWORD, key="eva"
    )
    chosen = bare_desk.case("work", people={"ekonomi": "eva"})
    assert "plan" not in bare_desk.engine.cases.get(lead, chosen).can


def test_a_running_case_keeps_its_leading_role(bare_desk: Desk) -> None:
    bare_desk.deploy(work(said='<sp:case leadRole="ekonomi"/>'))
    case_id = bare_desk.case("work")
    bare_desk.deploy(work(said='<sp:case leadRole="inkop"/>'))
    assert "plan" in bare_desk.engine.cases.get(bare_desk.people["ekonomi"].actor, case_id).can


def test_whoever_started_a_case_sees_it_and_others_do_not(bare_desk: Desk) -> None:
    bare_desk.deploy(work(said='<sp:starter everyone="true"/>', lane="inkop"))
    mine = bare_desk.people["administrator"].actor
    started = bare_desk.engine.cases.start(mine, process_id="work", key=bare_desk.key())
    assert bare_desk.engine.cases.get(mine, str(started.id)).can == frozenset()
    assert [c.id for c in bare_desk.engine.cases.search(mine).items] == [started.id]
    assert bare_desk.engine.history.search(mine, case_id=started.id).items
    with pytest.raises(NotFound):
        bare_desk.engine.cases.get(bare_desk.people["ekonomi"].actor, str(started.id))


# ---------------------------------------------------------------- what is filled in

FORM = (
    field("item", required="true")
    + field("amount", "money", required="true", default="= 40 + 2")
    + field("when", "date", required="= amount > 100")
    + field("who", "person")
)


def begun(desk: Desk, **variables: Any) -> dict[str, Any]:
    case_id = desk.case("work", variables=variables)
    return dict(desk.engine.cases.get(desk.manager.actor, case_id).variables)


def test_answers_at_the_start_are_read_as_a_tasks_are(bare_desk: Desk) -> None:
    bare_desk.deploy(work(form=FORM))
    known = begun(bare_desk, item=" Kran ", amount="99.5", other={"a": [1]})
    assert known == {
        "item": "Kran", "amount": 99.5, "when": None, "who": None, "other": {"a": [1]}
    }  # fmt: skip
    assert begun(bare_desk, item="x", amount=300, when="2026-04-01")["when"] == ("2026-04-01")


def test_a_field_that_is_missing_has_its_default_and_an_empty_one_has_none(bare_desk: Desk) -> None:
    bare_desk.deploy(work(form=FORM))
    assert begun(bare_desk, item="Kran")["amount"] == 42
    with pytest.raises(Invalid) as caught:
        begun(bare_desk, item="Kran", amount=None)
    assert problems(caught.value) == {("required", "variables.amount")}


def test_everything_that_is_wrong_with_the_answers_is_told_at_once(bare_desk: Desk) -> None:
    bare_desk.deploy(work(form=FORM))
    with pytest.raises(Invalid) as caught:
        begun(bare_desk, amount="101", who="nobody", odd={"@date": "soon"})
    assert problems(caught.value) == {
        ("required", "variables.item"),
        ("required", "variables.when"),
        ("unknown_person", "variables.who"),
        ("text_malformed", "variables.odd"),
    }
    assert not bare_desk.engine.cases.search(bare_desk.manager.actor).items


def test_the_start_page_holds_the_defaults(bare_desk: Desk) -> None:
    bare_desk.deploy(work(form=FORM, lane="ekonomi"))
    form = bare_desk.engine.cases.start_form(bare_desk.manager.actor, "work")
    assert [(f.id, f.required) for f in form.form] == [
        ("item", True), ("amount", True), ("when", False), ("who", False)
    ]  # fmt: skip
    assert form.values == {"amount": 42}
    assert (form.customer, form.dated, form.planned) == ("none", False, False)
    assert form.roles == ("ekonomi",)


def test_a_case_that_another_process_starts_is_not_asked(bare_desk: Desk) -> None:
    bare_desk.deploy(work("part", form=FORM), caller("whole", "part"))
    case_id = bare_desk.case("whole")
    assert bare_desk.names(case_id) == ["Act"]
    assert not bare_desk.incidents(case_id)
