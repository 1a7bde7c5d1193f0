"""Schemathesis reads the OpenAPI document and tries every operation with each kind of person: what
comes back is what the document says, never a 500, and a stranger gets nothing."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.support.caller import Caller, Calling
from tests.support.people import People
from web.api.wsgi import DOCUMENT

FEW = settings(
    max_examples=2,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
CHECKS = [status_code_conformance, content_type_conformance, response_schema_conformance]
WHO = ["saljare", "ekonomi", "manager", "process_owner", "administrator"]


def operations(app: Flask) -> list[Any]:
    schema = schemathesis.openapi.from_wsgi(DOCUMENT, app)
    return [each.ok() for each in schema.get_all_operations()]


def tried(app: Flask, headers: dict[str, str], expected: set[int] | None = None) -> int:
    """Try all operations; the number of requests that were answered as the document says."""
    answered = 0
    for operation in operations(app):

        @seed(20261201)
        @FEW
        @given(case=operation.as_strategy())
        def one(case: Any) -> None:
            nonlocal answered
            case.headers = {
                name: value
                for name, value in dict(case.headers or {}).items()
                if name.lower() != "authorization"
            }
            response = case.call(headers=headers)
            assert response.status_code < 500, (case.method, case.path, response.text)
            if expected is not None:
                assert response.status_code in expected, (case.method, case.path, response.text)
            case.validate_response(response, checks=CHECKS)
            answered += 1

        one()
    return answered


@pytest.mark.parametrize("who", WHO)
def test_every_operation_answers_each_role_as_the_document_says(
    app: Flask, calling: Calling, people: People, case_id: str, who: str
) -> None:
    assert tried(app, {"Authorization": f"Bearer {calling(people[who]).secret}"}) > 50


def test_a_stranger_gets_nothing_from_any_operation(app: Flask, stranger: Caller) -> None:
    assert tried(app, {}, {401, 404, 405}) > 50
