"""Moving running instances to another version

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

from engine.store.base import UtcDateTime


revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('migration',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('process_id', sa.String(length=255), nullable=False),
    sa.Column('definition_id', sa.String(length=32), nullable=False),
    sa.Column('mapping', sa.JSON(), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.Column('actor_id', sa.String(length=32), nullable=False),
    sa.Column('actor_name', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['definition_id'], ['definition.id'], name=op.f('fk_migration_definition_id_definition')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_migration'))
    )
    with op.batch_alter_table('migration', schema=None) as batch_op:
        batch_op.create_index('ix_migration_process', ['process_id', 'at'], unique=False)

    op.create_table('migration_item',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('migration_id', sa.String(length=32), nullable=False),
    sa.Column('instance_id', sa.String(length=32), nullable=False),
    sa.Column('case_id', sa.String(length=32), nullable=False),
    sa.Column('from_definition_id', sa.String(length=32), nullable=False),
    sa.Column('state', sa.String(length=20), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=True),
    sa.Column('reasons', sa.JSON(), nullable=False),
    sa.Column('notes', sa.JSON(), nullable=False),
    sa.Column('snapshot', sa.LargeBinary(), nullable=True),
    sa.Column('after', sa.String(length=64), nullable=True),
    sa.Column('revision', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['case_id'], ['process_case.id'], name=op.f('fk_migration_item_case_id_process_case')),
    sa.ForeignKeyConstraint(['from_definition_id'], ['definition.id'], name=op.f('fk_migration_item_from_definition_id_definition')),
    sa.ForeignKeyConstraint(['instance_id'], ['instance.id'], name=op.f('fk_migration_item_instance_id_instance')),
    sa.ForeignKeyConstraint(['migration_id'], ['migration.id'], name=op.f('fk_migration_item_migration_id_migration')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_migration_item')),
    sa.UniqueConstraint('migration_id', 'instance_id', name=op.f('uq_migration_item_migration_id_instance_id'))
    )
    with op.batch_alter_table('migration_item', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_migration_item_instance_id'), ['instance_id'], unique=False)
        batch_op.create_index('ix_migration_item_list', ['migration_id', 'state', 'id'], unique=False)
        batch_op.create_index('ix_migration_item_waiting', ['id'], unique=False, sqlite_where=sa.text("state = 'waiting'"), postgresql_where=sa.text("state = 'waiting'"))

    op.create_table('skipped_step',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('migration_id', sa.String(length=32), nullable=False),
    sa.Column('case_id', sa.String(length=32), nullable=False),
    sa.Column('instance_id', sa.String(length=32), nullable=False),
    sa.Column('definition_id', sa.String(length=32), nullable=False),
    sa.Column('element_id', sa.String(length=255), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('role', sa.String(length=80), nullable=True),
    sa.Column('always', sa.Boolean(), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.Column('state', sa.String(length=20), nullable=False),
    sa.Column('token', sa.String(length=32), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('decided_at', UtcDateTime(), nullable=True),
    sa.Column('decided_by', sa.String(length=32), nullable=True),
    sa.ForeignKeyConstraint(['case_id'], ['process_case.id'], name=op.f('fk_skipped_step_case_id_process_case')),
    sa.ForeignKeyConstraint(['definition_id'], ['definition.id'], name=op.f('fk_skipped_step_definition_id_definition')),
    sa.ForeignKeyConstraint(['instance_id'], ['instance.id'], name=op.f('fk_skipped_step_instance_id_instance')),
    sa.ForeignKeyConstraint(['migration_id'], ['migration.id'], name=op.f('fk_skipped_step_migration_id_migration')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_skipped_step')),
    sa.UniqueConstraint('instance_id', 'element_id', 'migration_id', name=op.f('uq_skipped_step_instance_id_element_id_migration_id'))
    )
    with op.batch_alter_table('skipped_step', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_skipped_step_case_id'), ['case_id'], unique=False)
        batch_op.create_index('ix_skipped_step_offered', ['case_id'], unique=False, sqlite_where=sa.text("state = 'offered'"), postgresql_where=sa.text("state = 'offered'"))
