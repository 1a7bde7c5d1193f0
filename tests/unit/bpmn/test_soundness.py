"""Soundness: can a process, whatever is decided and whatever happens, come to its end?"""

from __future__ import annotations

from pathlib import Path

from engine.bpmn import lint
from engine.bpmn.catalogue.soundness import TEXTS
from engine.bpmn.lint import Rules
from engine.bpmn.lint.soundness import Bounds
from engine.views import Finding, Source
from tests.support.bpmn import findings, process
from tests.support.drawn import drawn


def told(content: str, **options: object) -> list[Finding]:
    """The findings about soundness in a process with this content."""
    return [f for f in findings(process(content, "proc"), **options) if f.code in TEXTS]


def one(content: str, **options: object) -> Finding:
    found = told(content, **options)
    assert len(found) == 1, found
    return found[0]


def about(content: str, **options: object) -> list[tuple[str, str, str | None]]:
    return [(f.severity, f.code, f.element_id) for f in told(content, **options)]


# ---------------------------------------------------------------- deadlocks


def test_a_choice_whose_ways_meet_in_a_parallel_gateway_always_gets_stuck() -> None:
    found = one(drawn("s > x; x? > a > j; x? > b > j; j > e", x="exclusive", j="parallel"))
    assert (found.severity, found.code, found.element_id) == ("error", "deadlock_always", "j")
    assert found.line == 6
    assert "nothing will come from b," in found.en
    assert "s → x → a → j" in found.en
    assert "kommer aldrig något från b," in found.sv
    assert "s → x → a → j" in found.sv


def test_a_deadlock_that_some_runs_avoid_is_a_warning() -> None:
    content = drawn(
        "s > x; x? > e; x > p; p > a > j; p > y; y? > j; y? > b > e; j > e",
        x="exclusive", y="exclusive", p="parallel", j="parallel",
    )  # fmt: skip
    assert about(content) == [("warning", "deadlock", "j")]


def test_the_way_to_a_deadlock_names_the_flows_that_were_chosen() -> None:
    content = drawn(
        "s > p; p > x; p > b > j; x? (ja) > j; x? (nej) > e; j > f", x="exclusive", p="parallel",
        j="parallel",
    )  # fmt: skip
    assert "x [nej]" in one(content).en


def test_an_inclusive_split_needs_an_inclusive_join() -> None:
    text = "s > o; o? > a > j; o? > b > j; j > e"
    assert about(drawn(text, o="inclusive", j="parallel")) == [("warning", "deadlock", "j")]
    assert about(drawn(text, o="inclusive", j="inclusive")) == []


def test_an_inclusive_join_behind_any_split_is_right() -> None:
    for split in ("parallel", "exclusive", "inclusive"):
        content = drawn("s > o; o? > a > j; o? > b > j; j > e", o=split, j="inclusive")
        assert about(content) == [], split


def test_an_inclusive_join_does_not_wait_for_what_an_event_has_led_away() -> None:
    content = drawn("s > o; o > a > j; o > b > j; j > e; b@ > c > f", o="parallel", j="inclusive")
    assert about(content) == []


def test_a_boundary_event_that_leads_away_from_a_parallel_join_is_told() -> None:
    content = drawn("s > o; o > a > j; o > b > j; j > e; b@ > c > f", o="parallel", j="parallel")
    found = one(content)
    assert (found.severity, found.code, found.element_id) == ("warning", "deadlock", "j")
    assert "b_event" in found.en


def test_a_token_that_waits_beside_an_endless_circle_is_stuck_all_the_same() -> None:
    content = drawn(
        "s > p; p > m > a > m; p > x; x? > c > j; x? > d > e; k > j > f; x? > k",
        p="parallel", m="exclusive", x="exclusive", j="parallel", k="exclusive",
    )  # fmt: skip
    assert ("warning", "deadlock", "j") in about(content)


def test_a_complex_gateway_goes_on_with_some_of_its_tokens() -> None:
    content = drawn("s > p; p > a > c; p > b > c; c > d > e", p="parallel", c="complex")
    assert about(content) == []


# ---------------------------------------------------------------- synchronisation


def test_parallel_ways_that_meet_in_an_exclusive_gateway_each_go_on() -> None:
    content = drawn("s > p; p > a > m; p > b > m; m > c > e", p="parallel", m="exclusive")
    found = one(content)
    assert (found.severity, found.code, found.element_id) == ("warning", "not_synchronised", "m")
    assert '"c" can be done twice' in found.en
    assert "s → p → a → m → b → m" in found.en


def test_parallel_ways_that_meet_in_a_task_each_start_it() -> None:
    found = one(drawn("s > p; p > a > c; p > b > c; c > e", p="parallel"))
    assert (found.severity, found.code, found.element_id) == ("warning", "not_synchronised", "c")
    assert "s → p → a → c → b → c" in found.en


def test_parallel_ways_may_share_an_end() -> None:
    content = drawn("s > p; p > a > m; p > b > m; p > c > e; m > e", p="parallel", m="exclusive")
    assert about(content) == []


def test_two_mistakes_apart_from_each_other_are_both_told() -> None:
    half = "{0}p > {0}a > {0}m; {0}p > {0}b > {0}m; {0}m > {0}c > {0}e"
    content = drawn(
        "s > q; q > lp; q > rp;" + half.format("l") + ";" + half.format("r"),
        q="parallel", lp="parallel", rp="parallel", lm="exclusive", rm="exclusive",
    )  # fmt: skip
    assert [element for _, _, element in about(content)] == ["lm", "rm"]


def test_a_circle_that_makes_more_and_more_tokens_is_told() -> None:
    content = drawn("s > m > a > p; p > m; p > b > e", m="exclusive", p="parallel")
    assert ("warning", "not_synchronised", "p") in about(content)


def test_a_reminder_beside_a_task_is_no_second_token_of_the_main_course() -> None:
    assert about(drawn("s > a > b > e; a~ > c > f")) == []


def test_a_reminder_that_joins_the_main_course_doubles_it() -> None:
    found = one(drawn("s > a > m; a~ > c > m; m > d > e", m="exclusive"))
    assert (found.code, found.element_id) == ("not_synchronised", "m")


# ---------------------------------------------------------------- ends


def test_a_terminate_end_that_cuts_off_parallel_work_is_told() -> None:
    found = one(drawn("s > p; p > a > e; p > b > t", p="parallel", t="terminate"))
    assert (found.severity, found.code, found.element_id) == ("warning", "work_cut_off", "t")
    assert '"a"' in found.en


def test_a_terminate_end_that_stops_an_endless_circle_is_what_it_is_for() -> None:
    content = drawn("s > p; p > m > a > m; p > b > t", p="parallel", m="exclusive", t="terminate")
    assert about(content) == []


def test_a_terminate_end_after_the_join_cuts_nothing_off() -> None:
    text = "s > p; p > a > j; p > b > j; j > t"
    assert about(drawn(text, p="parallel", j="parallel", t="terminate")) == []


def test_a_circle_that_a_choice_leads_into_and_none_out_of_is_told() -> None:
    content = drawn("s > x; x? > e; x? > m > a > m", x="exclusive", m="exclusive")
    found = one(content)
    assert (found.severity, found.code) == ("warning", "no_way_to_the_end")
    assert "s → x" in found.en


def test_a_circle_that_waits_for_somebody_from_the_start_is_only_mentioned() -> None:
    content = drawn("s > m > a > m", m="exclusive")
    assert about(content) == [("info", "never_ends", "proc")]


def test_a_circle_that_an_event_can_end_is_not_mentioned() -> None:
    inner = drawn("is > im > ia > im", im="exclusive")
    content = drawn("s > u > e; u@ > b > f", u=f'<subProcess id="u">{inner}</subProcess>')
    assert about(content) == []


def test_a_circle_with_an_exit_is_sound() -> None:
    text = "s > m > a > x; x? > m; x? > e"
    assert about(drawn(text, m="exclusive", x="exclusive")) == []


# ---------------------------------------------------------------- scopes


def test_the_inside_of_a_subprocess_is_looked_at_on_its_own() -> None:
    inner = drawn("is > ix; ix? > ia > ij; ix? > ij; ij > ie", ix="exclusive", ij="parallel")
    content = drawn("s > u > e", u=f'<subProcess id="u">{inner}</subProcess>')
    assert about(content) == [("warning", "deadlock", "ij")]


def test_ends_inside_a_subprocess_come_together_at_its_border() -> None:
    inner = drawn("is > ip; ip > ia > ie; ip > ib > if", ip="parallel")
    content = drawn("s > u > a > e", u=f'<subProcess id="u">{inner}</subProcess>')
    assert about(content) == []


def test_a_subprocess_that_only_fails_is_left_by_its_error_event() -> None:
    inner = drawn("is > ia > it", it="error")
    content = drawn(
        "s > p; p > u > j; p > a > j; j > e; u@ > b > e", p="parallel", j="parallel",
        u=f'<subProcess id="u">{inner}</subProcess>',
    )  # fmt: skip
    assert about(content) == [("error", "deadlock_always", "j")]


def test_the_inside_of_an_ad_hoc_subprocess_has_no_drawn_order() -> None:
    ad_hoc = '<adHocSubProcess id="u"><userTask id="ia"/><userTask id="ib"/></adHocSubProcess>'
    assert about(drawn("s > u > e", u=ad_hoc)) == []


def test_an_event_gateway_takes_one_of_its_ways() -> None:
    text = "s > g; g > c1 > a > j; g > c2 > b > j; j > e"
    assert about(drawn(text, g="eventBased", j="parallel", c1="timer", c2="timer")) == [
        ("error", "deadlock_always", "j")
    ]
    assert about(drawn(text, g="eventBased", j="exclusive", c1="timer", c2="timer")) == []


# ---------------------------------------------------------------- bounds

TANGLED = ";".join(
    ["s > p", *(f"p > a{n} > b{n}" for n in range(9))]
    + [f"b{n}? > j{(n + k) % 9}" for n in range(9) for k in range(2)]
    + [f"j{n} > z{n} > e" for n in range(9)]
)
"""Nine parallel ways that cross: hardly anything in it folds."""


def test_what_is_too_large_to_look_at_is_said() -> None:
    kinds = {f"b{n}": "parallel" for n in range(9)} | {f"j{n}": "parallel" for n in range(9)}
    few = Rules(soundness=Bounds(states=50))
    found = told(drawn(TANGLED, p="parallel", **kinds), rules=few)
    assert [(f.severity, f.code) for f in found] == [("info", "soundness_bound")]
    assert "only 50 have been tried" in found[0].en


def test_work_that_waits_for_a_number_of_tokens_is_said_not_to_be_looked_at() -> None:
    counting = '<userTask id="a" startQuantity="3"/>'
    assert about(drawn("s > a > e", a=counting)) == [("info", "soundness_uncounted", "a")]


def test_work_that_takes_as_many_tokens_as_come_is_a_join() -> None:
    counting = '<userTask id="c" startQuantity="2"/>'
    content = drawn("s > p; p > a > c; p > b > c; c > e", p="parallel", c=counting)
    assert about(content) == []


# ---------------------------------------------------------------- the plan

WORKFLOWS = Path(__file__).parents[3] / "workflows"


def test_the_plan_is_sound_and_two_of_its_phases_go_on_until_they_are_stopped() -> None:
    sources = [Source(path.name, path.read_bytes()) for path in sorted(WORKFLOWS.glob("*.bpmn"))]
    found = [f for f in lint.check(sources, roles={}) if f.code in TEXTS]
    assert [(f.severity, f.code, f.element_id) for f in found] == [
        ("info", "never_ends", "fas_c"),
        ("info", "never_ends", "fas_d"),
    ]
