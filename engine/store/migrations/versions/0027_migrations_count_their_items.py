"""A migration keeps how many of its instances are in each state

Revision ID: 0027
Revises: 0023
"""

import sqlalchemy as sa
from alembic import op

revision = '0027'
down_revision = "0023"
branch_labels = None
depends_on = None

STATES = ('waiting', 'done', 'failed', 'taken_back')


def upgrade() -> None:
    for state in STATES:
        op.add_column(
            'migration', sa.Column(state, sa.Integer(), nullable=False, server_default='0')
        )
        op.execute(
            f"UPDATE migration SET {state} = (SELECT count(*) FROM migration_item "
            f"WHERE migration_item.migration_id = migration.id "
            f"AND migration_item.state = '{state}')"
        )
