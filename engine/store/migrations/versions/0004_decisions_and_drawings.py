"""Decisions, and drawings that are kept

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

from engine.store.base import UtcDateTime


revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Whatever was deployed before could be started: drawings were not kept.
    op.add_column('definition',
        sa.Column('startable', sa.Boolean(), server_default=sa.true(), nullable=False))
    op.create_table('decision_model',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('deployment_id', sa.String(length=32), nullable=False),
    sa.Column('namespace', sa.String(length=500), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('filename', sa.String(length=255), nullable=False),
    sa.Column('resource_sha256', sa.String(length=64), nullable=False),
    sa.Column('imports', sa.JSON(), nullable=False),
    sa.Column('deployed_at', UtcDateTime(), nullable=False),
    sa.Column('deployed_by', sa.String(length=32), nullable=False),
    sa.Column('findings', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['deployment_id'], ['deployment.id'],
        name=op.f('fk_decision_model_deployment_id_deployment')),
    sa.ForeignKeyConstraint(['resource_sha256'], ['resource.sha256'],
        name=op.f('fk_decision_model_resource_sha256_resource')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_decision_model')),
    sa.UniqueConstraint('namespace', 'version', name=op.f('uq_decision_model_namespace_version'))
    )
    op.create_index(op.f('ix_decision_model_deployment_id'), 'decision_model', ['deployment_id'])
    op.create_index(op.f('ix_decision_model_resource_sha256'), 'decision_model',
        ['resource_sha256'])
    op.create_table('decision',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('model_id', sa.String(length=32), nullable=False),
    sa.Column('decision_id', sa.String(length=255), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('deployed_at', UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['model_id'], ['decision_model.id'],
        name=op.f('fk_decision_model_id_decision_model')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_decision')),
    sa.UniqueConstraint('decision_id', 'version', name=op.f('uq_decision_decision_id_version'))
    )
    op.create_index(op.f('ix_decision_model_id'), 'decision', ['model_id'])
    op.create_index('ix_decision_bound', 'decision', ['decision_id', 'deployed_at'])
