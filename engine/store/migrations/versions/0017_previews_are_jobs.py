"""Previews of migrations are made by workers; failed jobs have an index, figures are counted anew

Revision ID: 0017
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op

revision = '0017'
down_revision = "0016"
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
    op.create_table(
        'migration_preview',
        sa.Column('id', sa.String(length=32), nullable=False),
        sa.Column('process_id', sa.String(length=255), nullable=False),
        sa.Column('definition_id', sa.String(length=32), nullable=False),
        sa.Column('mapping', sa.JSON(), nullable=False),
        sa.Column('at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('actor_id', sa.String(length=32), nullable=False),
        sa.Column('actor_name', sa.Text(), nullable=False),
        sa.Column('whole', sa.Integer(), nullable=True),
        sa.Column('looked', sa.Integer(), nullable=False),
        sa.Column('cursor', sa.String(length=32), nullable=False),
        sa.Column('lease_until', sa.DateTime(timezone=True), nullable=True),
        sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint('id'),
        sa.ForeignKeyConstraint(['definition_id'], ['definition.id']),
    )
    op.create_index('ix_migration_preview_process', 'migration_preview', ['process_id', 'at'])
    op.create_index(
        'ix_migration_preview_unfinished',
        'migration_preview',
        ['at'],
        sqlite_where=sa.text('finished_at IS NULL'),
        postgresql_where=sa.text('finished_at IS NULL'),
    )
    op.create_table(
        'migration_preview_group',
        sa.Column('preview_id', sa.String(length=32), nullable=False),
        sa.Column('key', sa.String(length=16), nullable=False),
        sa.Column('status', sa.String(length=20), nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.Column('size', sa.Integer(), nullable=False),
        sa.Column('verdict', sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint('preview_id', 'key'),
        sa.ForeignKeyConstraint(['preview_id'], ['migration_preview.id']),
    )
    op.create_table(
        'migration_preview_item',
        sa.Column('preview_id', sa.String(length=32), nullable=False),
        sa.Column('key', sa.String(length=16), nullable=False),
        sa.Column('instance_id', sa.String(length=32), nullable=False),
        sa.Column('revision', sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint('preview_id', 'key', 'instance_id'),
        sa.ForeignKeyConstraint(['preview_id'], ['migration_preview.id']),
        sa.ForeignKeyConstraint(['instance_id'], ['instance.id']),
    )
    # What was counted before has another form; a worker counts it again at its start.
    op.execute('DELETE FROM figures')
