"""A database URL that is shown has no password in it."""

from __future__ import annotations

import pytest

from engine.config.settings import DatabaseSettings


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("sqlite:///data/serviceplan.db", "sqlite:///data/serviceplan.db"),
        ("postgresql+psycopg://u:hem@host/db", "postgresql+psycopg://u:***@host/db"),
        ("postgresql+psycopg://u@host/db", "postgresql+psycopg://u@host/db"),
        ("postgresql+psycopg://u:a@b:c/d?e@host/db", "postgresql+psycopg://u:***@host/db"),
        ("postgresql+psycopg://host/db?password=hem", "postgresql+psycopg://host/db?password=***"),
        (
            "postgresql+psycopg://u:hem@h/db?sslmode=require&sslpassword=hem&x=1",
            "postgresql+psycopg://u:***@h/db?sslmode=require&sslpassword=***&x=1",
        ),
        ("postgresql+psycopg://u:hem@host:port/db", "postgresql+psycopg://u:***@host:port/db"),
    ],
)
def test_a_shown_url_has_no_password(url: str, shown: str) -> None:
    assert DatabaseSettings(url).shown_url == shown
