"""The application and a client that can sign in."""

from __future__ import annotations

import pytest


@pytest.fixture
def database_kind() -> str:
    """The pages do not know on which database they stand; SQLite starts fastest."""
    return "sqlite"
