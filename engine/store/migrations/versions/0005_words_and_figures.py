"""Words that cases are found by, counted figures, and indexes for lists of any length

Revision ID: 0005
Revises: 0004
"""

import re
import unicodedata

import sqlalchemy as sa
from alembic import op

from engine.store.base import UtcDateTime

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None

BATCH = 1_000


def upgrade() -> None:
    word = sa.String(length=60).with_variant(sa.String(length=60, collation='C'), 'postgresql')
    op.create_table('case_word',
    sa.Column('case_id', sa.String(length=32), nullable=False),
    sa.Column('word', word, nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['process_case.id'], name=op.f('fk_case_word_case_id_process_case')),
    sa.PrimaryKeyConstraint('case_id', 'word', name=op.f('pk_case_word'))
    )
    op.create_index('ix_case_word_word', 'case_word', ['word', 'case_id'], unique=False)
    op.create_table('figures',
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.Column('took', sa.Integer(), nullable=False),
    sa.Column('body', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_figures'))
    )
    is_open = sa.text("state = 'open'")
    op.create_index('ix_task_phase', 'task', ['phase', 'due', 'id'], unique=False, sqlite_where=is_open, postgresql_where=is_open)
    op.create_index('ix_task_role_phase', 'task', ['role', 'phase', 'due', 'id'], unique=False, sqlite_where=is_open, postgresql_where=is_open)
    op.create_index('ix_task_name', 'task', ['name', 'due', 'id'], unique=False, sqlite_where=is_open, postgresql_where=is_open)
    # Who has nothing to take must not look through what others have taken.
    offered = sa.text("state = 'open' AND assignee_id IS NULL")
    op.create_index('ix_task_free', 'task', ['role', 'due', 'id'], unique=False, sqlite_where=offered, postgresql_where=offered)
    op.create_index('ix_history_element', 'history', ['element_name', 'at', 'id'], unique=False)
    _find_what_is_there(op.get_bind())


def _find_what_is_there(connection: sa.Connection) -> None:
    cases = connection.execute(sa.text(
        'SELECT c.id, c.number, c.title, k.name, k.org_number '
        'FROM process_case c LEFT JOIN customer k ON k.id = c.customer_id'
    ))
    for rows in cases.partitions(BATCH):
        found = [
            {'case_id': row[0], 'word': word}
            for row in rows
            for word in sorted(set().union(*(_words(text) for text in row[1:] if text)))
        ]
        if found:
            connection.execute(
                sa.text('INSERT INTO case_word (case_id, word) VALUES (:case_id, :word)'), found
            )


def _words(text: str) -> set[str]:
    found: set[str] = set()
    composed = unicodedata.normalize('NFC', unicodedata.normalize('NFC', text).casefold())
    for piece in composed.split():
        parts = re.findall(r'\w+', piece)
        found.update(parts)
        if len(parts) > 1:
            found.add(''.join(parts))
    return {word[:60] for word in found}
