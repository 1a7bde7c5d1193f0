"""Decisions that build on each other, on knowledge, on services, and on other files."""

from __future__ import annotations

import pytest

from engine import feel
from engine.dmn import DecisionError, DmnModel
from tests.support.dmn import (
    context,
    data,
    decision,
    file,
    knowledge,
    literal,
    model,
    service,
    structure,
    table,
)


def test_a_decision_is_made_from_those_that_it_requires() -> None:
    read = model(
        data("pris"),
        decision("moms", literal("pris * 0.25"), needs=["pris"]),
        decision("total", literal("pris + moms"), needs=["pris", "moms"]),
    )
    outcome = read.decide("total", {"pris": 100})
    assert feel.plain(outcome.value) == 125
    assert feel.plain(dict(outcome.decisions)) == {"moms": 25, "total": 125}


def test_a_decision_sees_only_what_it_requires() -> None:
    read = model(data("a"), data("b"), decision("d", literal("[a, b]"), needs=["a"]))
    assert feel.plain(read.evaluate("d", {"a": 1, "b": 2})) == [1, None]


def test_without_any_input_data_a_decision_sees_what_the_caller_gives() -> None:
    read = model(
        decision("a", literal("belopp + 1")), decision("d", literal("a + belopp"), needs=["a"])
    )
    assert feel.plain(read.evaluate("d", {"belopp": 2})) == 5


def test_elements_are_found_by_id_or_name() -> None:
    read = model('<decision id="_1" name="Är kund"><literalExpression><text>true</text>'
                 "</literalExpression></decision>")  # fmt: skip
    assert read.evaluate("_1") is True
    assert read.evaluate("Är kund") is True


def test_an_unknown_decision_is_an_error() -> None:
    with pytest.raises(DecisionError) as caught:
        model().evaluate("finns inte")
    assert caught.value.error_code == "unknown"


def test_names_may_have_signs_in_them_where_they_are_in_scope() -> None:
    read = model(
        structure("kund", **{"kund-nr": "number"}),
        data("a-b"),
        data("k", "kund"),
        decision("d", literal("a-b + k.kund-nr"), needs=["a-b", "k"]),
        decision("e", literal("a-b"), needs=["a", "b"]),
        data("a"),
        data("b"),
    )
    inputs = {"a-b": 1, "k": {"kund-nr": 2}, "a": 10, "b": 4}
    assert feel.plain(read.evaluate("d", inputs)) == 3
    assert feel.plain(read.evaluate("e", inputs)) == 6


def test_knowledge_is_a_function_with_requirements_of_its_own() -> None:
    read = model(
        knowledge("dubbel", "a:number", literal("a * 2")),
        knowledge("fyrdubbel", "a", literal("dubbel(dubbel(a))"), needs=["!dubbel"]),
        decision("d", literal("fyrdubbel(x) + 1"), needs=["x", "!fyrdubbel"]),
        data("x"),
    )
    assert feel.plain(read.evaluate("d", {"x": 3})) == 13


def test_knowledge_may_be_a_table() -> None:
    body = table("UNIQUE", ["belopp"], ["y"], '< 100 => "liten"', '>= 100 => "stor"')
    read = model(
        knowledge("klass", "belopp:number", body),
        decision("d", literal("for b in [1, 200] return klass(b)"), needs=["!klass"]),
    )
    assert read.evaluate("d") == ["liten", "stor"]


def test_an_argument_of_another_type_is_told_and_the_function_not_called() -> None:
    read = model(
        knowledge("f", "a:number", literal("1")), decision("d", literal('f("x")'), needs=["!f"])
    )
    outcome = read.decide("d")
    assert (outcome.value, outcome.notes[0].code, outcome.notes[0].element) == (None, "type", "f")


SERVICE = (
    data("pris"),
    data("antal"),
    decision("summa", literal("pris * antal"), needs=["pris", "antal"]),
    decision("rabatt", literal("summa * 0.1"), needs=["summa"]),
    service("tjänst", ["rabatt"], given=["summa"]),
    service("hela", ["summa", "rabatt"], inputs=["antal", "pris"]),
)


def test_a_service_takes_decisions_as_given() -> None:
    assert feel.plain(model(*SERVICE).evaluate("tjänst", {"summa": 50})) == 5


def test_a_service_of_several_decisions_gives_a_context() -> None:
    value = model(*SERVICE).evaluate("hela", {"pris": 10, "antal": 2})
    assert feel.plain(value) == {"summa": 20, "rabatt": 2}


def test_a_service_is_a_function_and_leaves_the_callers_values_alone() -> None:
    read = model(
        *SERVICE,
        decision("d", literal("[tjänst(100), hela(3, 4).summa, summa, tjänst(1, 2)]"),
                 needs=["summa", "!tjänst", "!hela"]),
    )  # fmt: skip
    assert feel.plain(read.evaluate("d", {"pris": 10, "antal": 2})) == [10, 12, 20, None]


def test_a_reference_to_what_is_not_there_is_a_problem_and_an_error() -> None:
    read = model(decision("d", literal("1"), needs=["borta"]))
    assert [problem.error_code for problem in read.problems()] == ["reference"]
    with pytest.raises(DecisionError) as caught:
        read.evaluate("d")
    assert (caught.value.error_code, caught.value.element_name) == ("reference", "d")


def test_decisions_that_require_each_other_are_a_problem_and_an_error() -> None:
    read = model(
        decision("a", literal("1"), needs=["b"]),
        decision("b", literal("1"), needs=["a"]),
        decision("c", literal("1"), needs=["a"]),
        decision("e", literal("1")),
    )
    assert [(problem.element_id, problem.error_code) for problem in read.problems()] == [
        ("a", "circle"),
        ("b", "circle"),
    ]
    with pytest.raises(DecisionError) as caught:
        read.evaluate("c")
    assert caught.value.error_code == "circle"


def test_a_long_chain_of_decisions_is_no_deep_one() -> None:
    chain = [decision("d0", literal("1"))]
    chain += [
        decision(f"d{n}", literal(f"d{n - 1} + 1"), needs=[f"d{n - 1}"]) for n in range(1, 1500)
    ]
    assert feel.plain(model(*chain).evaluate("d1499")) == 1500


def test_a_decision_that_cannot_be_read_leaves_the_others_alone() -> None:
    read = model(
        decision("bra", literal("1")),
        decision("trasig", literal("1 +")),
        decision("på trasig", literal("trasig"), needs=["trasig"]),
    )
    assert feel.plain(read.evaluate("bra")) == 1
    with pytest.raises(DecisionError) as caught:
        read.evaluate("på trasig")
    assert caught.value.element_name == "trasig"
    assert caught.value.params["line"] == 1


def test_what_two_ids_share_is_a_problem() -> None:
    read = model(decision("a", literal("1")), data("a"))
    assert {problem.error_code for problem in read.problems()} == {"duplicate"}


BASE = file(
    structure("kund", namn="string"),
    data("hälsning"),
    knowledge("hälsa", "k:kund", literal('"Hej " + k.namn')),
    decision("fras", literal('hälsning + "!"'), needs=["hälsning"]),
    namespace="urn:bas",
)


def importing(name: str, *elements: str) -> DmnModel:
    start = f'<import namespace="urn:bas" name="{name}" importType="x/spec/DMN/x"/>'
    return DmnModel.read(file(start, *elements), "a.dmn", imported=[(BASE, "bas.dmn")])


def test_what_is_imported_stands_under_the_imports_name() -> None:
    read = importing(
        "bas",
        data("kund", "bas.kund"),
        decision("d", literal('bas.hälsa(kund) + " " + bas.fras'),
                 needs=["kund", "!urn:bas#hälsa", "urn:bas#fras"]),
    )  # fmt: skip
    inputs = {"kund": {"namn": "Bo"}, "bas": {"hälsning": "Välkommen"}}
    assert read.evaluate("d", inputs) == "Hej Bo Välkommen!"
    assert read.evaluate("d", {**inputs, "kund": {"namn": 1}}) is None


def test_inputs_of_imports_within_imports_stand_under_both_names() -> None:
    link = '<import namespace="urn:{}" name="{}" importType="x/spec/DMN/x"/>'
    middle = file(
        link.format("bas", "inre"),
        decision("m", literal("inre.fras"), needs=["urn:bas#fras"]),
        namespace="urn:mitt",
    )
    top = file(
        link.format("mitt", "yttre"), decision("d", literal("yttre.m"), needs=["urn:mitt#m"])
    )
    read = DmnModel.read(top, imported=[(BASE, "bas.dmn"), (middle, "mitt.dmn")])
    assert read.evaluate("d", {"yttre": {"inre": {"hälsning": "Hej"}}}) == "Hej!"


def test_an_import_without_a_name_shares_the_names_of_the_file() -> None:
    read = importing("", decision("d", literal("fras"), needs=["urn:bas#fras"]))
    assert read.evaluate("d", {"hälsning": "Hej"}) == "Hej!"


def test_an_import_that_is_not_there_is_an_error() -> None:
    with pytest.raises(DecisionError) as caught:
        model('<import namespace="urn:borta" name="borta" importType="x/spec/DMN/x"/>')
    assert caught.value.error_code == "reference"


def test_files_that_import_each_other_are_an_error() -> None:
    start = '<import namespace="urn:{}" name="x" importType="x/spec/DMN/x"/>'
    one, other = file(start.format("b")), file(start.format("test"), namespace="urn:b")
    with pytest.raises(DecisionError) as caught:
        DmnModel.read(one, "a.dmn", imported=[(other, "b.dmn"), (one, "a.dmn")])
    assert caught.value.error_code == "circle"


def test_a_decision_may_call_what_another_decision_made() -> None:
    read = model(
        decision("f", context(g=literal("function(a) a + 1"))),
        decision("d", literal("f.g(1)"), needs=["f"]),
    )
    assert feel.plain(read.evaluate("d")) == 2
