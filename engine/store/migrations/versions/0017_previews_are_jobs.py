"""Failed jobs are looked at along an index; figures are counted anew

Revision ID: 0017
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op

revision = '0017'
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        'ix_job_failed',
        'job',
        ['failed_at'],
        sqlite_where=sa.text('failed_at IS NOT NULL'),
        postgresql_where=sa.text('failed_at IS NOT NULL'),
    )
    # What was counted before has another form; a worker counts it again at its start.
    op.execute('DELETE FROM figures')
