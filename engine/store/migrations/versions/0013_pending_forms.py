"""Posted forms that could not be done yet are kept

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'pending_form',
        sa.Column('id', sa.String(length=43), nullable=False),
        sa.Column('person_id', sa.String(length=32), nullable=True),
        sa.Column('address', sa.String(length=64), nullable=False),
        sa.Column('path', sa.String(length=600), nullable=False),
        sa.Column('content', sa.JSON(), nullable=False),
        sa.Column('length', sa.Integer(), nullable=False),
        sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint('id'),
        sa.ForeignKeyConstraint(['person_id'], ['person.id']),
    )
    op.create_index('ix_pending_form_person_path', 'pending_form', ['person_id', 'path'])
    op.create_index('ix_pending_form_created_at', 'pending_form', ['created_at'])
