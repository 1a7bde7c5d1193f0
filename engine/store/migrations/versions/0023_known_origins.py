"""Devices and networks that people have logged in from; failed log-ins have other subjects

Revision ID: 0023
Revises: 0022
"""

import sqlalchemy as sa
from alembic import op

revision = '0023'
down_revision = '0022'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'known_origin',
        sa.Column('id', sa.String(length=32), nullable=False),
        sa.Column('person_id', sa.String(length=32), nullable=False),
        sa.Column('origin', sa.String(length=64), nullable=False),
        sa.Column('at', sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint('id'),
        sa.ForeignKeyConstraint(['person_id'], ['person.id']),
    )
    op.create_index('ix_known_origin_person_id', 'known_origin', ['person_id'])
    op.create_index('ix_known_origin_origin', 'known_origin', ['origin'])
    # They count for an hour at most, and under other subjects from now on.
    op.execute('DELETE FROM sign_in_failure')
