"""Counter-signatures, and signatures that were withdrawn

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
    op.create_table(
        'signature_withdrawal',
        sa.Column('id', sa.String(length=32), nullable=False),
        sa.Column('signature_id', sa.String(length=32), nullable=False),
        sa.Column('case_id', sa.String(length=32), nullable=False),
        sa.Column('by_id', sa.String(length=32), nullable=False),
        sa.Column('by_name', sa.String(length=200), nullable=False),
        sa.Column('reason', sa.Text(), nullable=False),
        sa.Column('at', sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint('id'),
        sa.UniqueConstraint('signature_id'),
        sa.ForeignKeyConstraint(['signature_id'], ['signature.id']),
        sa.ForeignKeyConstraint(['case_id'], ['process_case.id']),
        sa.ForeignKeyConstraint(['by_id'], ['person.id']),
    )
    op.create_index('ix_signature_withdrawal_case_id', 'signature_withdrawal', ['case_id'])
