"""What all tables share: times that keep their zone, names of constraints, partial indexes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, cast
from uuid import uuid4

from sqlalchemy import (
    DDL,
    JSON,
    ColumnElement,
    Connection,
    DateTime,
    Dialect,
    Index,
    MetaData,
    String,
    Table,
    TypeDecorator,
    delete,
    event,
    or_,
    select,
    text,
)
from sqlalchemy.orm import DeclarativeBase


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC ``datetime``, also on SQLite, which forgets the zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The value for the driver, in UTC. Raises ValueError for a naive ``datetime``."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime reached the database")
        return value.astimezone(UTC)

    def result_processor(self, dialect: Dialect, coltype: Any) -> Callable[[Any], datetime | None]:
        """A function that makes of a value from the driver an aware ``datetime`` in UTC. It is
        called for each time that is read, so it is one function, not SQLAlchemy's two."""
        read: Callable[[Any], Any] | None = self.impl_instance.result_processor(dialect, coltype)

        def aware(value: Any) -> datetime | None:
            if value is None:
                return None
            found: datetime = value if read is None else read(value)
            return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)

        return aware


class Base(DeclarativeBase):
    """The base of all tables. The names of constraints follow one pattern on every database, so
    that migrations can refer to them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UtcDateTime,
        dict[str, Any]: JSON,
        list[Any]: JSON,
    }


def table_of(model: type[Base]) -> Table:
    """The table of a model, for Core statements. Statements that run for every step are built once,
    as constants, because building one costs more than running it."""
    return cast(Table, model.__table__)


ID = String(32)
"""The type of ids: a UUID as 32 hexadecimal digits."""


PLACE = String(100).with_variant(String(100, collation="C"), "postgresql")
"""The type of a place in a list: a text that is ordered by code points on every database."""


def new_id() -> str:
    """A new id, which nobody can guess or enumerate: a random UUID."""
    return uuid4().hex


def only(name: str, condition: str, *columns: str) -> Index:
    """A partial index on ``columns`` of the rows that fulfil ``condition``: its size depends on
    what is open, not on all that has ever been. A query must contain the condition in the same
    words and without bound parameters; else the planner cannot know that the index has all its
    rows."""
    return Index(name, *columns, sqlite_where=text(condition), postgresql_where=text(condition))


# The conditions of partial indexes.
OPEN_TASK = "state = 'open'"
"""User tasks that are open."""
OFFERED_TASK = "state = 'open' AND assignee_id IS NULL"
"""Open user tasks without an assignee."""
RUNNING = "ended_at IS NULL"
"""Instances that have not ended."""
OPEN_INCIDENT = "resolved_at IS NULL"
"""Incidents that have not been resolved."""
UNSEEN = "seen_at IS NULL"
"""Notices that their person has not seen."""
FAILED_JOB = "failed_at IS NOT NULL"
"""Jobs that have failed in all their attempts."""
UNSENT = "sent_at IS NULL AND dead_at IS NULL"
"""Outbound messages that are still to be sent."""


def stored(table: str, **parameters: float) -> None:
    """Set PostgreSQL's storage parameters of a table, when it is made; a migration does it for
    those that are there. ``table.info["stored"]`` has them."""
    made = Base.metadata.tables[table]
    made.info["stored"] = parameters
    values = ", ".join(f"{name} = {value}" for name, value in parameters.items())
    set_them = DDL(f"ALTER TABLE {table} SET ({values})")  # type: ignore[no-untyped-call]
    event.listen(made, "after_create", set_them.execute_if(dialect="postgresql"))


def unclaimed(lease_until: Any, now: datetime, lease: timedelta) -> ColumnElement[bool]:
    """The condition that no worker holds a row that is claimed for the time of ``lease``.

    A lease that ends more than two leases ahead was given before the clock was set back, and does
    not count. One that ends a little further ahead than ``lease`` counts: it was given by another
    machine's clock, or a moment later by the same.
    """
    return or_(lease_until.is_(None), lease_until <= now, lease_until > now + 2 * lease)


def delete_unlocked(connection: Connection, model: type[Base], *which: ColumnElement[bool]) -> None:
    """Delete the rows of a table that fulfil all conditions and that no other transaction holds:
    whoever tidies up waits for nobody. SQLite has one writer at a time, and no rows that are
    held."""
    (key,) = table_of(model).primary_key
    found = select(key).where(*which).with_for_update(skip_locked=True)
    connection.execute(delete(model).where(key.in_(found)))
