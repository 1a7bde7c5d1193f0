"""The columns and the views that several queries share: people, customers, ticks, signatures,
files."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any, Final, cast

from sqlalchemy import CompoundSelect, Connection, Row, Select, bindparam, func, select

from engine.bpmn.meta import CheckItem
from engine.feel import from_json, plain
from engine.store.tables import (
    AttachmentTable,
    CustomerTable,
    InstanceTitleTable,
    PersonTable,
    SignatureTable,
    WithdrawalTable,
)
from engine.views import (
    SYSTEM,
    Attachment,
    Customer,
    InstanceTitle,
    Person,
    SignatureView,
    Tick,
    Withdrawal,
)

AnyRow = Row[*tuple[Any, ...]]
"""A row of a result whose columns are known by their names only."""
AnySelect = Select[*tuple[Any, ...]]
"""A statement whose columns are known by their names only."""
PeopleById = Mapping[str, Person]
"""People by their ids."""


class BuiltStatement:
    """A statement that is built once, whose rows become named tuples: SQLAlchemy's own rows raise
    and catch an AttributeError each time one of their columns is read by its name."""

    def __init__(self, statement: AnySelect | CompoundSelect[Any]) -> None:
        self._statement = statement
        names = [str(column.key) for column in statement.selected_columns]
        row: Any = namedtuple("Row", names)  # type: ignore[misc]
        self._make: Callable[[Any], Any] = row._make

    def all(self, connection: Connection, given: Mapping[str, Any]) -> list[AnyRow]:
        """All rows of the statement."""
        rows = connection.execute(self._statement, given).all()
        return cast(list[AnyRow], list(map(self._make, rows)))


PERSON = (
    PersonTable.id,
    PersonTable.username,
    PersonTable.name,
    PersonTable.roles,
    PersonTable.rights,
    PersonTable.active,
    PersonTable.email,
)
"""The columns that ``person_view`` reads."""


def person_view(row: AnyRow) -> Person:
    """The person of a row with the columns of ``PERSON``."""
    return Person(
        row.id,
        row.username,
        row.name,
        frozenset(row.roles),
        frozenset(row.rights),
        row.active,
        row.email,
    )


def people_by_id(connection: Connection, ids: Iterable[str | None]) -> dict[str, Person]:
    """The people with the given ids, by id, in one statement (in none when there are no ids)."""
    wanted = sorted({i for i in ids if i and i != SYSTEM.id})
    if not wanted:
        return {}
    rows = _PEOPLE.all(connection, {"ids": wanted})
    return {row.id: person_view(row) for row in rows}


_PEOPLE: Final = BuiltStatement(
    select(*PERSON).where(PersonTable.id.in_(bindparam("ids", expanding=True)))
)


def name_of(people: PeopleById, person_id: str | None) -> str | None:
    """The name of the person with an id: the product's name for the system itself, the id when
    ``people`` does not contain the person, None for no id."""
    if person_id is None:
        return None
    if person_id == SYSTEM.id:
        return SYSTEM.name
    return people[person_id].name if person_id in people else person_id


CUSTOMER = (
    CustomerTable.id.label("customer_id"),
    CustomerTable.name.label("customer"),
    CustomerTable.org_number,
)
"""The columns that ``customer_view`` reads."""


def customer_view(row: AnyRow) -> Customer | None:
    """The customer of a row with the columns of ``CUSTOMER`` (outer joined); None without one."""
    if row.customer_id is None:
        return None
    return Customer(row.customer_id, row.customer, row.org_number)


def tickers(ticks: Mapping[str, Any]) -> list[str]:
    """Ids of the people who ticked the points in a task's stored ``ticks``."""
    return [t["by"] for t in ticks.values() if t.get("by")]


def ticks_view(
    items: Sequence[CheckItem],
    ticks: Mapping[str, Any],
    people: PeopleById,
    *,
    exempt: Collection[str] = (),
) -> tuple[Tick, ...]:
    """A checklist's points with their stored ticks. ``exempt`` are the ids of the points that need
    no tick here: without one they are shown as not applicable, without a reason or a person."""
    views = []
    for item in items:
        tick = ticks.get(item.id)
        if tick is None:
            state = "not_applicable" if item.id in exempt else "open"
            views.append(Tick(item.id, item.text, state))  # type: ignore[arg-type]
            continue
        at = tick.get("at")
        views.append(
            Tick(
                item.id,
                item.text,
                tick["state"],
                tick.get("reason") or "",
                name_of(people, tick.get("by")),
                datetime.fromisoformat(at) if at else None,
            )
        )
    return tuple(views)


TITLE = (
    func.substr(InstanceTitleTable.text, 1, 200).label("title_text"),
    InstanceTitleTable.at.label("title_at"),
)
"""The columns of an instance's title: the whole text may be long."""
TITLE_LENGTH = 80
"""The most characters of a title: its first words, which a list has room for."""


def title_view(row: AnyRow) -> InstanceTitle | None:
    """The title of a row with the columns of ``TITLE``; None when there is none."""
    return title_of(row.title_text, row.title_at)


def title_of(text: str | None, at: datetime) -> InstanceTitle | None:
    """The title that the columns of ``TITLE`` hold; None when there is none."""
    return None if text is None else InstanceTitle(_first_words(text), at)


def titled(name: str, title: InstanceTitle | None, zone: tzinfo) -> str:
    """What a mail calls a task: its name, and what tells its instance apart: the day on which that
    began in the ``zone``, and the first words."""
    return f"{name}: {title.at.astimezone(zone).date()} {title.text}" if title else name


def _first_words(text: str) -> str:
    if len(text) <= TITLE_LENGTH:
        return text
    cut = text[: TITLE_LENGTH - 1]
    return f"{cut.rpartition(' ')[0] or cut} …"


SIGNATURE: Final[tuple[Any, ...]] = (
    SignatureTable.id,
    SignatureTable.task_id,
    SignatureTable.signer_id,
    SignatureTable.signer_name,
    SignatureTable.meaning,
    SignatureTable.at,
    SignatureTable.content_sha256,
    SignatureTable.method,
    *(
        select(column)
        .where(WithdrawalTable.signature_id == SignatureTable.id)
        .correlate(SignatureTable)
        .scalar_subquery()
        .label(f"withdrawn_{column.key}")
        for column in (WithdrawalTable.by_name, WithdrawalTable.at, WithdrawalTable.reason)
    ),
)
"""The columns that ``signature_view`` reads."""


def signature_view(row: AnyRow) -> SignatureView:
    """The signature of a row with the columns of ``SIGNATURE``."""
    return SignatureView(
        id=row.id,
        by=row.signer_id,
        name=row.signer_name,
        meaning=row.meaning,
        at=row.at,
        content_sha256=row.content_sha256,
        method=row.method,
        withdrawn=withdrawal_view(row.withdrawn_by_name, row.withdrawn_at, row.withdrawn_reason),
    )


def withdrawal_view(by: str | None, at: datetime | None, reason: str | None) -> Withdrawal | None:
    """That a signature was withdrawn; None when it was not."""
    return Withdrawal(by, at, reason or "") if by is not None and at is not None else None


ATTACHMENT = (
    AttachmentTable.id,
    AttachmentTable.task_id,
    AttachmentTable.field_id,
    AttachmentTable.filename,
    AttachmentTable.media_type,
    AttachmentTable.size,
    AttachmentTable.sha256,
    AttachmentTable.at,
    AttachmentTable.by,
)
"""The columns that ``attachment_view`` reads: all but the file's bytes."""


def attachment_view(row: AnyRow, people: PeopleById) -> Attachment:
    """The attachment of a row with the columns of ``ATTACHMENT``; ``people`` contains who put it
    there."""
    return Attachment(
        id=row.id,
        filename=row.filename,
        media_type=row.media_type,
        size=row.size,
        sha256=row.sha256,
        at=row.at,
        by=name_of(people, row.by) or row.by,
    )


def readable(values: Mapping[str, Any]) -> dict[str, Any]:
    """Stored variables or answers as plain JSON, by name: dates as ISO 8601 strings, numbers as
    numbers."""
    return {name: plain(from_json(value)) for name, value in values.items()}
