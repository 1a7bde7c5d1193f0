"""Correcting variables: what failed over a value can be tried again."""

from __future__ import annotations

import pytest

from engine import SYSTEM, Engine, Invalid, NotAllowed, NotFound
from tests.support.ground import Keys
from tests.support.incidents import stopped_case
from tests.support.people import People


@pytest.fixture
def stopped(bare_engine: Engine) -> str:
    """A case that an unknown variable has stopped at its gateway."""
    return stopped_case(bare_engine)


def test_a_case_goes_on_after_the_missing_variable_was_set(
    bare_engine: Engine, stopped: str, people: People, key: Keys
) -> None:
    manager = people["manager"].actor
    incident = bare_engine.incidents.newest(manager)[0]
    assert incident.element_id == "large"
    assert "amount" in incident.message
    bare_engine.instances.correct_variables(manager, stopped, {"amount": 250}, key=key())
    assert bare_engine.incidents.retry(manager, incident.id, key=key()).result == {"resolved": True}
    assert bare_engine.incidents.newest(manager) == ()
    assert [t.name for t in bare_engine.tasks.search(SYSTEM, show="all").items] == ["Approve"]


def test_the_history_keeps_what_a_variable_was_before(
    bare_engine: Engine, stopped: str, people: People, key: Keys
) -> None:
    manager = people["manager"].actor
    bare_engine.instances.correct_variables(manager, stopped, {"amount": 1}, key=key())
    bare_engine.instances.correct_variables(manager, stopped, {"amount": 2}, key=key())
    newest = bare_engine.history.search(manager, case_id=stopped, type="variables.corrected").items[
        0
    ]
    assert newest.detail["variables"] == {"amount": {"was": 1, "is": 2}}
    assert bare_engine.history.verify(manager, stopped).ok


def test_a_name_that_no_expression_can_say_is_refused(
    bare_engine: Engine, stopped: str, people: People, key: Keys
) -> None:
    with pytest.raises(Invalid) as refused:
        bare_engine.instances.correct_variables(
            people["manager"].actor, stopped, {"x{{7*7}}": 1, "if": 2}, key=key()
        )
    assert [p.code for p in refused.value.problems] == ["name_malformed", "name_malformed"]


def test_whoever_does_not_look_after_the_engine_cannot_correct_variables(
    bare_engine: Engine, stopped: str, people: People, key: Keys
) -> None:
    with pytest.raises((NotAllowed, NotFound)):
        bare_engine.instances.correct_variables(
            people["inkop"].actor, stopped, {"amount": 1}, key=key()
        )


def test_an_expression_is_evaluated_with_the_variables_as_they_are(
    bare_engine: Engine, stopped: str, people: People, key: Keys
) -> None:
    manager = people["manager"].actor
    bare_engine.instances.correct_variables(manager, stopped, {"amount": 2}, key=key())
    texts = {"amount": "amount * 100", "since": '@"2026-03-01"'}
    bare_engine.instances.correct_variables(
        manager, stopped, {}, expressions=texts, reason="Fel enhet.", key=key()
    )
    found = {v.name: (v.type, v.text) for v in bare_engine.instances.variables(manager, stopped)}
    assert found["amount"] == ("number", "200")
    assert found["since"] == ("date", '@"2026-03-01"')
    newest = bare_engine.history.search(manager, case_id=stopped, type="variables.corrected").items[
        0
    ]
    assert newest.detail["reason"] == "Fel enhet."


def test_a_value_that_cannot_be_read_changes_nothing(
    bare_engine: Engine, stopped: str, people: People, key: Keys
) -> None:
    manager = people["manager"].actor
    for values, texts, code in (
        ({"amount": {"@number": "många"}}, {}, "expression_malformed"),
        ({}, {"amount": "1 +"}, "expression_misspelt"),
        ({}, {"amount": "unknown + 1"}, "expression_unknown"),
        ({}, {"amount": "function(a) a"}, "expression_malformed"),
    ):
        with pytest.raises(Invalid) as refused:
            bare_engine.instances.correct_variables(
                manager, stopped, values, expressions=texts, key=key()
            )
        assert [p.code for p in refused.value.problems] == [code]
    assert "amount" not in {v.name for v in bare_engine.instances.variables(manager, stopped)}


def test_values_are_for_those_who_may_correct_them(
    bare_engine: Engine, stopped: str, people: People
) -> None:
    with pytest.raises((NotAllowed, NotFound)):
        bare_engine.instances.variables(people["inkop"].actor, stopped)
    with pytest.raises(NotFound):
        bare_engine.instances.variables(people["manager"].actor, "nothing")
