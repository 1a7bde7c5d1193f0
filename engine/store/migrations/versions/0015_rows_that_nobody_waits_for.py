"""Failed sign-ins are a row each, so that nobody waits for another one's

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


def upgrade() -> None:
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
