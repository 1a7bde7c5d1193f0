"""Older databases get the order, the words and the roles that people and customers are found by."""

from __future__ import annotations

from contextlib import closing
from importlib import import_module

from sqlalchemy import select, update

from engine import SYSTEM, Engine
from engine.config import Config
from engine.store import words
from engine.store.database import Database
from engine.store.names import place_of
from engine.store.tables import (
    CustomerTable,
    CustomerWordTable,
    PersonRoleTable,
    PersonTable,
    PersonWordTable,
)
from tests.support.chaos.old import VERSIONS, restore
from tests.support.databases import database_of


def test_people_and_customers_of_an_older_database_are_found(database_url: str) -> None:
    restore(database_url, VERSIONS[-1])
    with closing(Database(database_url)) as database:
        database.upgrade()
        with database.reading() as connection:
            people = connection.execute(select(PersonTable.__table__)).all()
            roles = connection.execute(select(PersonRoleTable.__table__)).all()
            customers = connection.execute(select(CustomerTable.__table__)).all()
            of_customers = connection.execute(select(CustomerWordTable.__table__)).all()
            of_people = connection.execute(select(PersonWordTable.__table__)).all()
    assert people
    assert customers
    assert {(p.id, p.place) for p in people} == {(p.id, place_of(p.name)) for p in people}
    assert {(r.person_id, r.role, r.place) for r in roles} == {
        (p.id, role, place_of(p.name)) for p in people if p.active for role in p.roles
    }
    assert {(c.id, c.place) for c in customers} == {(c.id, place_of(c.name)) for c in customers}
    assert {(w.customer_id, w.word) for w in of_customers} == {
        (c.id, word)
        for c in customers
        for word in words.of_text(c.name) | words.of_text(c.org_number)
    }
    assert {(w.person_id, w.word) for w in of_people} == {
        (p.id, word) for p in people for word in words.of_text(p.name) | words.of_text(p.username)
    }


def test_who_changed_an_account_last_is_taken_from_the_history(
    database_url: str, config: Config
) -> None:
    with closing(Engine.open(database_url, config=config)) as engine:
        secret = "a long enough secret"
        engine.people.add(SYSTEM, "kim", "Kim", password=secret, key="a")
        engine.people.change(SYSTEM, "kim", email="kim@example.org", key="b")
        known = engine.people.account(SYSTEM, "kim")
        database = database_of(engine)
        with database.writing() as connection:
            connection.execute(update(PersonTable).values(changed_by=None, changed_at=None))
            _fill(connection)
        assert engine.people.account(SYSTEM, "kim") == known
        assert known.changed_by == "Serviceplan"


def _fill(connection: object) -> None:
    name = "engine.store.migrations.versions.0016_people_and_customers_in_order"
    import_module(name)._who_changed_accounts(connection)
