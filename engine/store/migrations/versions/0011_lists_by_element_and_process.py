"""Open tasks are listed by element, cases by process

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None


def upgrade() -> None:
    only = sa.text("state = 'open'")
    columns = ['process_id', 'element_id', 'due', 'id']
    op.create_index(
        'ix_task_element', 'task', columns, sqlite_where=only, postgresql_where=only
    )
    columns = ['process_id', 'state', 'started_at', 'id']
    op.create_index('ix_process_case_process', 'process_case', columns)
