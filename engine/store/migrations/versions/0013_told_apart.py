"""Notices, titles of instances, and a place for each task within its day

Revision ID: 0013
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = '0013'
down_revision = '0010'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'notice',
        sa.Column('id', sa.String(length=32), nullable=False),
        sa.Column('person_id', sa.String(length=32), nullable=False),
        sa.Column('by_id', sa.String(length=32), nullable=False),
        sa.Column('task_id', sa.String(length=32), nullable=False),
        sa.Column('reason', sa.Text(), nullable=False),
        sa.Column('at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('seen_at', sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint('id'),
        sa.ForeignKeyConstraint(['person_id'], ['person.id']),
        sa.ForeignKeyConstraint(['by_id'], ['person.id']),
        sa.ForeignKeyConstraint(['task_id'], ['task.id']),
    )
    unseen = sa.text('seen_at IS NULL')
    op.create_index(
        'ix_notice_unseen',
        'notice',
        ['person_id', 'at'],
        sqlite_where=unseen,
        postgresql_where=unseen,
    )
    op.create_table(
        'instance_title',
        sa.Column('instance_id', sa.String(length=32), nullable=False),
        sa.Column('source_id', sa.String(length=32), nullable=False),
        sa.Column('at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('text', sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint('instance_id'),
        sa.ForeignKeyConstraint(['instance_id'], ['instance.id']),
        sa.ForeignKeyConstraint(['source_id'], ['instance.id']),
    )
    op.create_index('ix_instance_title_source_id', 'instance_title', ['source_id'])
    word = sa.String(length=60).with_variant(sa.String(60, collation='C'), 'postgresql')
    op.create_table(
        'instance_word',
        sa.Column('instance_id', sa.String(length=32), nullable=False),
        sa.Column('case_id', sa.String(length=32), nullable=False),
        sa.Column('word', word, nullable=False),
        sa.PrimaryKeyConstraint('instance_id', 'word'),
        sa.ForeignKeyConstraint(['instance_id'], ['instance.id']),
        sa.ForeignKeyConstraint(['case_id'], ['process_case.id']),
    )
    op.create_index(
        'ix_instance_word_word', 'instance_word', ['word', 'instance_id', 'case_id']
    )
