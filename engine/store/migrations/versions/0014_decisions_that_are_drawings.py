"""Decisions that cannot be made are kept as drawings

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Whatever was deployed before could be made: other models were refused. Not in a batch: SQLite
    # adds a column without copying the table.
    for table in ('decision_model', 'decision'):
        op.add_column(table,
            sa.Column('runnable', sa.Boolean(), server_default=sa.true(), nullable=False))
