"""Failed sign-ins are a row each, so that nobody waits for another one's; room on the pages of what
changes at every step

Revision ID: 0015
Revises: 0014
"""

from datetime import datetime
from uuid import uuid4

import sqlalchemy as sa
from alembic import op

revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None

MOST = 60
"""Rows that one subject gets: more failures would make nobody wait longer."""


OFTEN = (
    'autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500, '
    'autovacuum_analyze_scale_factor = 0.05'
)
GROWING = 'autovacuum_vacuum_insert_scale_factor = 0.05'
STORED = {
    'instance': f'fillfactor = 70, {OFTEN}',
    'task': f'fillfactor = 85, {OFTEN}',
    'plan_item': f'fillfactor = 85, {OFTEN}',
    'session': f'fillfactor = 70, {OFTEN}',
    'history': GROWING,
    'signature': GROWING,
    'receipt': GROWING,
}
"""Storage parameters of PostgreSQL. Pages that are full get their room as their rows change."""


def upgrade() -> None:
    if op.get_bind().dialect.name == 'postgresql':
        for table, parameters in STORED.items():
            op.execute(f'ALTER TABLE {table} SET ({parameters})')
    _sign_in_failures()


def _sign_in_failures() -> None:
    connection = op.get_bind()
    counted = connection.execute(
        sa.text('SELECT subject, count, last_at FROM sign_in_failure WHERE count > 0')
    ).all()
    op.drop_table('sign_in_failure')
    op.create_table(
        'sign_in_failure',
        sa.Column('id', sa.String(length=32), nullable=False),
        sa.Column('subject', sa.String(length=200), nullable=False),
        sa.Column('at', sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint('id', name='pk_sign_in_failure'),
    )
    op.create_index('ix_sign_in_failure_subject', 'sign_in_failure', ['subject', 'at'])
    failure = sa.table(
        'sign_in_failure', sa.column('id'), sa.column('subject'),
        sa.column('at', sa.DateTime(timezone=True)),
    )
    for subject, count, last_at in counted:
        # SQLite gives a text for a column that this statement has not typed.
        at = datetime.fromisoformat(last_at) if isinstance(last_at, str) else last_at
        for _ in range(min(count, MOST)):
            connection.execute(
                failure.insert().values(id=uuid4().hex, subject=subject, at=at)
            )
