"""People by role, customers by word, both in the order of their names

Revision ID: 0016
Revises: 0014
"""

import json
import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = '0016'
down_revision = "0015"
branch_labels = None
depends_on = None

BATCH = 1_000
SWEDISH = {ord('å'): '{a', ord('ä'): '{b', ord('ö'): '{c', ord('æ'): '{b', ord('ø'): '{c'}


def upgrade() -> None:
    place = sa.String(length=100).with_variant(sa.String(length=100, collation='C'), 'postgresql')
    word = sa.String(length=60).with_variant(sa.String(length=60, collation='C'), 'postgresql')
    op.create_table(
        'person_role',
        sa.Column('person_id', sa.String(length=32), nullable=False),
        sa.Column('role', sa.String(length=80), nullable=False),
        sa.Column('place', place, nullable=False),
        sa.ForeignKeyConstraint(['person_id'], ['person.id']),
        sa.PrimaryKeyConstraint('person_id', 'role'),
    )
    op.create_table(
        'customer_word',
        sa.Column('customer_id', sa.String(length=32), nullable=False),
        sa.Column('word', word, nullable=False),
        sa.ForeignKeyConstraint(['customer_id'], ['customer.id']),
        sa.PrimaryKeyConstraint('customer_id', 'word'),
    )
    op.add_column('person', sa.Column('changed_by', sa.String(length=32), nullable=True))
    op.add_column('person', sa.Column('changed_at', sa.DateTime(timezone=True), nullable=True))
    _who_changed_accounts(op.get_bind())
    # Not in a batch: SQLite adds a column without copying the table.
    for table in ('person', 'customer'):
        op.add_column(table, sa.Column('place', place, server_default='', nullable=False))
        _fill(table, f'UPDATE {table} SET place = :place WHERE id = :id', 'name', _placed)
    _fill('person', 'INSERT INTO person_role (person_id, role, place) VALUES (:id, :role, :place)',
          'name, roles, active', _roles)  # fmt: skip
    _fill('customer', 'INSERT INTO customer_word (customer_id, word) VALUES (:id, :word)',
          'name, org_number', _words)  # fmt: skip
    op.create_index('ix_person_place', 'person', ['place', 'id'])
    op.create_index('ix_person_active_place', 'person', ['active', 'place', 'id'])
    op.create_index('ix_person_role_place', 'person_role', ['role', 'place', 'person_id'])
    op.create_index('ix_customer_place', 'customer', ['place', 'id'])
    op.create_index('ix_customer_word_word', 'customer_word', ['word', 'customer_id'])
    op.drop_index('ix_customer_name', 'customer')


def _fill(
    table: str, statement: str, columns: str, made: Callable[[Any], Iterator[dict[str, str]]]
) -> None:
    """Run the statement for what is made of each row, some thousand rows at a time."""
    connection = op.get_bind()
    last = ''
    while rows := connection.execute(
        sa.text(f'SELECT id, {columns} FROM {table} WHERE id > :last ORDER BY id LIMIT {BATCH}'),
        {'last': last},
    ).all():
        last = rows[-1].id
        if values := [value for row in rows for value in made(row)]:
            connection.execute(sa.text(statement), values)


def _who_changed_accounts(connection: sa.Connection) -> None:
    """Whoever changed an account last, as the history has it."""
    facts = connection.execute(sa.text(
        "SELECT detail, actor_id, at FROM history"
        " WHERE chain = 'accounts' AND type = 'person.changed' ORDER BY seq"))  # fmt: skip
    last = {json.loads(row.detail).get('person'): row for row in facts}
    values = [{'id': id, 'by': row.actor_id, 'at': row.at} for id, row in last.items() if id]
    if values:
        connection.execute(
            sa.text('UPDATE person SET changed_by = :by, changed_at = :at WHERE id = :id'), values)


def _placed(row: Any) -> Iterator[dict[str, str]]:
    yield {'id': row.id, 'place': _place(row.name)}


def _roles(row: Any) -> Iterator[dict[str, str]]:
    held = json.loads(row.roles) if isinstance(row.roles, str) else row.roles
    for role in sorted(set(held)) if row.active else ():
        yield {'id': row.id, 'role': role, 'place': _place(row.name)}


def _words(row: Any) -> Iterator[dict[str, str]]:
    for word in sorted(_words_of(row.name) | _words_of(row.org_number)):
        yield {'id': row.id, 'word': word}


def _place(name: str) -> str:
    folded = unicodedata.normalize('NFC', name).casefold().translate(SWEDISH)
    decomposed = unicodedata.normalize('NFD', folded)
    return ''.join(c for c in decomposed if not unicodedata.combining(c))[:100]


def _words_of(text: str) -> set[str]:
    found: set[str] = set()
    composed = unicodedata.normalize('NFC', unicodedata.normalize('NFC', text).casefold())
    for piece in composed.split():
        parts = re.findall(r'\w+', piece)
        found.update(parts)
        if len(parts) > 1:
            found.add(''.join(parts))
    return {word[:60] for word in found}
