"""What all tables share: times that keep their zone, names of constraints, partial indexes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, cast

from sqlalchemy import (
    JSON,
    ColumnElement,
    DateTime,
    Dialect,
    Index,
    MetaData,
    String,
    Table,
    TypeDecorator,
    or_,
    text,
)
from sqlalchemy.orm import DeclarativeBase


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC ``datetime``, also on SQLite, which forgets the zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime reached the database")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
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
    """The table of a model, for statements of Core: those that are run for every step are built
    once, beside the function that runs them, because building one costs more than running it."""
    return cast(Table, model.__table__)


ID = String(32)


def only(name: str, condition: str, *columns: str) -> Index:
    """A partial index: its size, and the cost of a list that uses it, follows what is open and
    not what has been. A query must say the same condition in the same words, without a bound
    parameter, or the planner cannot know that the index holds every row that it asks for."""
    return Index(name, *columns, sqlite_where=text(condition), postgresql_where=text(condition))


OPEN_TASK = "state = 'open'"
OFFERED_TASK = "state = 'open' AND assignee_id IS NULL"
RUNNING = "ended_at IS NULL"
OPEN_INCIDENT = "resolved_at IS NULL"
UNSENT = "sent_at IS NULL AND dead_at IS NULL"


def unclaimed(lease_until: Any, now: datetime, lease: timedelta) -> ColumnElement[bool]:
    """Whether nobody holds a row that is claimed for ``lease`` at a time. A lease that ends far
    beyond any that is given now was given by a clock that has been set back. Not one that ends a
    little beyond: another's clock, or a look at the same clock a moment later, gave that."""
    return or_(lease_until.is_(None), lease_until <= now, lease_until > now + 2 * lease)
