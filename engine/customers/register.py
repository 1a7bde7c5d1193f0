"""The register of customers."""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert, select

from engine.customers.orgnumber import parse_org_number
from engine.errors import Invalid, Problem
from engine.store import words
from engine.store.base import new_id
from engine.store.tables import CustomerTable
from engine.unit_of_work import UnitOfWork
from engine.work import starting
from engine.work.fields import Wrong, clean_text

NAME_LENGTH = 200
"""The most characters of a customer's name."""
CHAIN = "customers"
"""The history chain of facts about customers."""


def add(work: UnitOfWork, name: str, org_number: str) -> dict[str, Any]:
    """Add a customer; the result has its ``id``.

    :raises Invalid: with everything that is wrong
    """
    starting.authorize_register(work)
    name, number, problems = _read(work, name, org_number)
    if problems:
        raise Invalid(problems)
    customer_id = new_id()
    work.connection.execute(
        insert(CustomerTable).values(
            id=customer_id, name=name, org_number=number, created_at=work.now
        )
    )
    words.index_customer(work.connection, customer_id, name, number)
    work.note("customer.added", CHAIN, {"customer": customer_id, "name": name})
    return {"id": customer_id}


def problems(work: UnitOfWork, name: str, org_number: str) -> tuple[Problem, ...]:
    """What would keep a customer from being added; nothing is changed."""
    starting.authorize_register(work)
    return tuple(_read(work, name, org_number)[2])


def _read(work: UnitOfWork, name: str, org_number: str) -> tuple[str, str, list[Problem]]:
    """The name and the number as they are stored, and everything that is wrong with them."""
    problems: list[Problem] = []
    number = ""
    try:
        name = " ".join(clean_text(name, NAME_LENGTH).split())
        if not name:
            problems.append(Problem("required", "a customer needs a name", "name"))
    except Wrong as wrong:
        problems.append(Problem(wrong.code, wrong.message, "name", wrong.params))
    try:
        number = parse_org_number(org_number)
    except Invalid as error:
        problems += error.problems
    taken = select(CustomerTable.name).where(CustomerTable.org_number == number)
    owner = work.connection.scalar(taken) if number else None
    if owner is not None:
        text = f"{owner} has this organisation number already"
        problems.append(Problem("org_number_taken", text, "org_number", {"name": owner}))
    return name, number, problems
