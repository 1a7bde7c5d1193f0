"""The application and visitors who can sign in."""

from __future__ import annotations

import uuid
from datetime import date

import pytest
from flask import Flask

from engine import Config, Engine
from tests.support.people import Account, People
from tests.support.visitor import SignedIn, Visitor
from web import create_app

START_DATE = date(2026, 9, 1)


@pytest.fixture
def database_kind() -> str:
    """The pages do not know on which database they stand; SQLite starts fastest."""
    return "sqlite"


@pytest.fixture
def app(config: Config, engine: Engine) -> Flask:
    application = create_app(config, engine)
    application.testing = True
    return application


@pytest.fixture
def visitor(app: Flask) -> Visitor:
    """Somebody who has not signed in."""
    return Visitor(app)


@pytest.fixture
def signed_in(app: Flask) -> SignedIn:
    """Gives a visitor who has signed in: ``signed_in(people["saljare"])``."""

    def enter(account: Account, **options: str) -> Visitor:
        found = Visitor(app, **options)
        assert found.sign_in(account).status_code == 302
        return found

    return enter


@pytest.fixture
def case_id(engine: Engine, people: People) -> str:
    """A case of Fastighets AB Örnen at its first activity, Marknadsanalys."""
    manager = people["manager"].actor
    customer = engine.customers.add(manager, "Fastighets AB Örnen", "556036-0793", key=_key())
    receipt = engine.cases.start(
        manager, customer_id=customer.id, start_date=START_DATE, key=_key()
    )
    assert receipt.id is not None
    return receipt.id


@pytest.fixture
def task_id(engine: Engine, people: People, case_id: str) -> str:
    """The open task Marknadsanalys: one point, a required text and an optional file."""
    tasks = engine.tasks.search(people["saljare"].actor, show="all").items
    return next(task.id for task in tasks if task.element_id == "marknadsanalys")


def _key() -> str:
    return uuid.uuid4().hex
