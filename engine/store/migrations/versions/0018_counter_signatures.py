"""Counter-signatures

Revision ID: 0018
Revises: 0020
"""

import sqlalchemy as sa
from alembic import op

revision = '0018'
down_revision = '0020'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('task', sa.Column('counter_of', sa.String(length=32), nullable=True))
    op.create_index('ix_task_counter_of', 'task', ['counter_of'])
