"""Signed checkpoints of a Merkle tree over the history

Revision ID: 0022
Revises: 0017
"""

import sqlalchemy as sa
from alembic import op

revision = '0022'
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'history_leaf',
        sa.Column('number', sa.Integer(), autoincrement=False, nullable=False),
        sa.Column('entry_id', sa.Integer(), nullable=False),
        sa.Column('hash', sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint('number', name='pk_history_leaf'),
        sa.UniqueConstraint('entry_id', name='uq_history_leaf_entry_id'),
    )
    op.create_table(
        'history_node',
        sa.Column('level', sa.Integer(), autoincrement=False, nullable=False),
        sa.Column('number', sa.Integer(), autoincrement=False, nullable=False),
        sa.Column('hash', sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint('level', 'number', name='pk_history_node'),
    )
    op.create_table(
        'checkpoint',
        sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
        sa.Column('origin', sa.String(length=200), nullable=False),
        sa.Column('size', sa.Integer(), nullable=False),
        sa.Column('root', sa.String(length=64), nullable=False),
        sa.Column('at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('note', sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint('id', name='pk_checkpoint'),
        sa.UniqueConstraint('size', 'origin', name='uq_checkpoint_size_origin'),
    )
    op.create_table(
        'checkpoint_evidence',
        sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
        sa.Column('checkpoint_id', sa.Integer(), nullable=False),
        sa.Column('kind', sa.String(length=20), nullable=False),
        sa.Column('source', sa.Text(), nullable=False),
        sa.Column('at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('data', sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint('id', name='pk_checkpoint_evidence'),
        sa.ForeignKeyConstraint(
            ['checkpoint_id'],
            ['checkpoint.id'],
            name='fk_checkpoint_evidence_checkpoint_id_checkpoint',
        ),
    )
    op.create_index(
        'ix_checkpoint_evidence_checkpoint_id', 'checkpoint_evidence', ['checkpoint_id']
    )
