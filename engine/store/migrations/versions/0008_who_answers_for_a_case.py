"""Who answers for a case, and who has started it

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None

# What every case of the versions before had: the role was written in the program.
BEFORE = 'kundansvarig'


def upgrade() -> None:
    # Not in a batch: SQLite adds a column without copying the table.
    op.add_column('process_case', sa.Column('lead_role', sa.String(length=80), nullable=True))
    started_by = sa.Column('started_by', sa.String(length=32), nullable=True)
    op.add_column('process_case', started_by)
    cases = sa.table('process_case', sa.column('lead_role', sa.String))
    op.get_bind().execute(cases.update().values(lead_role=BEFORE))
