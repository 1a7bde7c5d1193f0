"""Programs with tokens, on an engine with the plan."""

from __future__ import annotations

import pytest
from flask import Flask

from engine import SYSTEM, TOKEN_SCOPES, Engine
from tests.support.caller import Caller, Calling
from tests.support.ground import Keys
from tests.support.people import Account, People


@pytest.fixture
def calling(app: Flask, engine: Engine, key: Keys) -> Calling:
    """Gives a program that speaks for somebody: ``calling(people["saljare"])``."""

    def enter(account: Account, *scopes: str) -> Caller:
        issued = engine.tokens.add(
            SYSTEM, account.username, "test", scopes=scopes or TOKEN_SCOPES, key=key()
        )
        return Caller(app, issued.secret)

    return enter


@pytest.fixture
def seller(calling: Calling, people: People) -> Caller:
    return calling(people["saljare"])


@pytest.fixture
def manager(calling: Calling, people: People) -> Caller:
    return calling(people["manager"])


@pytest.fixture
def stranger(app: Flask) -> Caller:
    """A program without a token."""
    return Caller(app, None)
