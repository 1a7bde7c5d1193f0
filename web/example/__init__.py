"""The example company: people in every role, and customers whose cases have a history.

It is made by the engine's public methods alone, on a clock that runs through the past;
``company.toml`` has its people, customers and answers. ``serviceplan serve --empty`` leaves it out.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from engine import SYSTEM, Actor, Config, Engine, FakeClock, Source, SystemClock
from web.example.story import Story
from web.passwords import new_password

COMPANY = Path(__file__).parent / "company.toml"
"""The file with the example's people, customers and answers."""


@dataclass(frozen=True)
class Login:
    """A person of the example, with the password that was made for this database."""

    name: str
    username: str
    password: str
    roles: tuple[str, ...]
    rights: tuple[str, ...]


def make(
    url: str,
    config: Config,
    sources: Sequence[Source],
    *,
    now: datetime | None = None,
    report: Callable[[str], object] = lambda _text: None,
) -> tuple[Login, ...]:
    """Fill the empty database at ``url``, and return everybody's login.

    The history ends at ``now`` (with a time zone; this moment by default). ``report`` is called
    with what is being made.
    """
    company = tomllib.loads(COMPANY.read_text(encoding="utf-8"))
    now = now or SystemClock().now()
    oldest = max(customer["started"] for customer in company["customers"])
    clock = FakeClock(now - timedelta(days=oldest + 10))
    with closing(Engine.open(url, config=config, clock=clock)) as engine:
        report("the plan")
        engine.definitions.deploy(SYSTEM, sources, key="example-plan")
        report("people")
        logins = [_add(engine, person, config) for person in company["people"]]
        actors = _actors(engine)
        passwords = {actors[login.username].id: login.password for login in logins}
        story = Story(engine, clock, company, actors, passwords)
        story.run(until=now, report=report)
        # Else managers would find no figures until a worker has begun.
        engine.analysis.count_figures()
    return tuple(logins)


def _add(engine: Engine, person: dict[str, Any], config: Config) -> Login:
    # A company with other roles than the example's keeps those that it has.
    roles = tuple(role for role in person.get("roles", ()) if role in config.roles)
    rights = tuple(person.get("rights", ()))
    login = Login(person["name"], person["username"], new_password(), roles, rights)
    engine.people.add(
        SYSTEM,
        login.username,
        login.name,
        roles=roles,
        rights=rights,
        password=login.password,
        key=f"example-person-{login.username}",
    )
    return login


def _actors(engine: Engine) -> dict[str, Actor]:
    return {person.username: person.actor() for person in engine.people.all(SYSTEM)}
