"""Whatever is sent, the answer is one that the document knows, and never a 500."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine import SYSTEM, Engine
from tests.support.caller import Caller, Calling, operations
from tests.support.diagrams import chain, diagram, end, field, start, task
from tests.support.people import People
from tests.support.samples import PAYMENT
from web.api.requests import Exact
from web.api.routes import ROUTES

EVERY_TYPE = diagram(
    "every_type",
    start(),
    task(
        "fill",
        form="".join(
            field(kind, kind)
            for kind in (
                "text", "longtext", "date", "integer", "decimal", "money", "boolean", "interval",
                "person", "plan",
            )
        ),
        points=["one"],
    ),
    end(),
    chain("start", "fill", "end"),
)  # fmt: skip

FIELDS = st.sampled_from(
    ["text", "longtext", "date", "integer", "decimal", "money", "boolean", "interval", "person",
     "plan", "one", "paid_on", "amount", "avtalsstart", "@date", "id", "due", ""]
)  # fmt: skip
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(10**40), 10**40)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
    | st.sampled_from(["2026-02-30", "2026-03-01", "P1D", "P99999Y", "1e999", "saljare", "\x00"])
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            FIELDS | st.sampled_from(["@number", "@range", "@context", "@duration", "@time"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)
NAMES = st.sampled_from(
    sorted({f for r in ROUTES if r.body for f in r.body.__struct_fields__} | {"nothing", ""})
)
BODIES = (
    st.dictionaries(NAMES, VALUES | st.dictionaries(FIELDS, VALUES, max_size=3), max_size=4)
    | VALUES
)
RAW = st.binary(max_size=40) | BODIES.map(lambda value: json.dumps(value).encode())
QUERIES = st.dictionaries(
    st.sampled_from(
        ["show", "due", "q", "cursor", "limit", "state", "type", "x", *Exact.__struct_fields__]
    ),
    st.sampled_from(["", "mine", "all", "late", "-1", "5", "%00", "\x00", "'", '"', "å", "WyJ0Il0"])
    | st.sampled_from(["2026-0001", "2026-03-02", "9999-12-31", "saljare", "payment"])
    | st.text(max_size=10),
    max_size=3,
)
HEADERS = st.dictionaries(
    st.sampled_from(["If-Match", "If-None-Match", "Idempotency-Key", "X-Forwarded-For", "Accept"]),
    st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=12),
    max_size=2,
)
ALWAYS = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture
def ids(engine: Engine, people: People) -> list[str]:
    """Ids of every kind that an address can have, and some of none."""
    owner, manager = people["process_owner"].actor, people["manager"].actor
    deployed = engine.definitions.deploy(owner, [EVERY_TYPE, PAYMENT], key="d")
    made = [engine.cases.start(manager, process_id=p, key=p) for p in ("every_type", "payment")]
    tasks = engine.tasks.search(manager, show="all").items
    found = [d.id for d in deployed.definitions] + [str(m.id) for m in made]
    return [*found, *(t.id for t in tasks), "2026-0001", "0", "..", "%00", "å", "' or 1=1"]


@pytest.mark.parametrize("who", ["manager", "saljare", "process_owner", "administrator"])
def test_nothing_breaks_it(
    calling: Calling, people: People, stranger: Caller, ids: list[str], who: str
) -> None:
    caller = calling(people[who])
    known = operations(stranger.get("/openapi.json").json)

    @ALWAYS
    @given(st.sampled_from(ROUTES), st.data())
    def anything(route: Any, data: st.DataObject) -> None:
        path = route.path.replace("{id}", data.draw(st.sampled_from(ids)))
        more: dict[str, Any] = {"query_string": data.draw(QUERIES)}
        if route.writes:
            more |= {"data": data.draw(RAW), "content_type": "application/json"}
        answer = caller.send(route.method, path, headers=data.draw(HEADERS), **more)
        assert answer.status_code < 500, answer.text
        assert str(answer.status_code) in known[route.name][2]["responses"]
        if answer.status_code >= 400:
            assert answer.mimetype == "application/problem+json"

    anything()


def test_any_answers_are_taken_or_pointed_at(
    calling: Calling, people: People, engine: Engine, ids: list[str]
) -> None:
    caller = calling(people["ekonomi"])
    (task_id,) = [
        t.id for t in engine.tasks.search(SYSTEM, show="all").items if t.element_id == "fill"
    ]

    @ALWAYS
    @given(
        st.sampled_from(["draft", "complete"]),
        st.dictionaries(FIELDS, VALUES, max_size=4),
        st.dictionaries(FIELDS, st.booleans() | st.text(max_size=5) | st.none(), max_size=2),
    )
    def answers(action: str, given_answers: Any, ticks: Any) -> None:
        body = {"answers": given_answers, "ticks": {"one": False} | ticks}
        if action == "complete":
            # Left open, so that the next one meets the same task.
            body["ticks"]["one"] = False
        answer = caller.write(f"/tasks/{task_id}/{action}", body)
        assert answer.status_code in (200, 422), answer.text
        if answer.status_code == 422:
            assert all(e["detail"] for e in answer.json["errors"])

    answers()


def test_any_variables_start_a_case_or_are_pointed_at(
    calling: Calling, people: People, ids: list[str]
) -> None:
    caller = calling(people["manager"])

    @ALWAYS
    @given(st.dictionaries(FIELDS, VALUES, max_size=4))
    def variables(values: Any) -> None:
        answer = caller.post("/cases", {"process_id": "every_type", "variables": values})
        assert answer.status_code in (201, 422), answer.text
        if answer.status_code == 201:
            assert caller.get(f"/cases/{answer.json['id']}").status_code == 200

    variables()
