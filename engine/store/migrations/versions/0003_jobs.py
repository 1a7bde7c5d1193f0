"""Jobs, what is sent, reminders; Procrastinate's tables on PostgreSQL

Revision ID: 0003
Revises: 0002
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from procrastinate.schema import SchemaManager

from engine.store.base import UtcDateTime


revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('job',
    sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('key', sa.String(length=120), nullable=True),
    sa.Column('payload', sa.JSON(), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.Column('lease_until', UtcDateTime(), nullable=True),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('failed_at', UtcDateTime(), nullable=True),
    sa.Column('error', sa.Text(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_job')),
    sa.UniqueConstraint('key', name=op.f('uq_job_key'))
    )
    op.create_index('ix_job_at', 'job', ['at', 'id'], unique=False)
    op.create_table('outbox',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('key', sa.String(length=120), nullable=False),
    sa.Column('target', sa.Text(), nullable=False),
    sa.Column('payload', sa.JSON(), nullable=False),
    sa.Column('created_at', UtcDateTime(), nullable=False),
    sa.Column('due_at', UtcDateTime(), nullable=False),
    sa.Column('lease_until', UtcDateTime(), nullable=True),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('sent_at', UtcDateTime(), nullable=True),
    sa.Column('dead_at', UtcDateTime(), nullable=True),
    sa.Column('error', sa.Text(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outbox')),
    sa.UniqueConstraint('kind', 'key', name=op.f('uq_outbox_kind_key'))
    )
    unsent = sa.text('sent_at IS NULL AND dead_at IS NULL')
    op.create_index('ix_outbox_unsent', 'outbox', ['due_at', 'id'], unique=False,
                    sqlite_where=unsent, postgresql_where=unsent)
    op.create_index('ix_outbox_dead', 'outbox', ['dead_at', 'id'], unique=False)
    op.create_index('ix_outbox_sent', 'outbox', ['sent_at'], unique=False)
    op.create_table('routine',
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_routine'))
    )
    op.create_table('reminder',
    sa.Column('task_id', sa.String(length=32), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('outbox_id', sa.String(length=32), nullable=False),
    sa.ForeignKeyConstraint(['outbox_id'], ['outbox.id'], name=op.f('fk_reminder_outbox_id_outbox')),
    sa.ForeignKeyConstraint(['task_id'], ['task.id'], name=op.f('fk_reminder_task_id_task')),
    sa.PrimaryKeyConstraint('task_id', 'day', name=op.f('pk_reminder'))
    )
    op.add_column('timer', sa.Column('lease_until', UtcDateTime(), nullable=True))
    op.add_column('person', sa.Column('email', sa.String(length=254), nullable=True))
    if op.get_bind().dialect.name == 'postgresql':
        # The library's own tables and functions. A newer library whose tables differ needs a
        # step of its own here: tests/engine/jobs/test_jobs.py says when.
        # Many statements at once: the driver takes them where nothing is bound.
        driver: Any = op.get_bind().connection.driver_connection
        driver.execute(SchemaManager.get_schema())
