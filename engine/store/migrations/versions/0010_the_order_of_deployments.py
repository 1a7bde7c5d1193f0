"""Deployments are numbered: their order does not depend on a clock

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Not in a batch: SQLite adds a column without copying the table.
    op.add_column('deployment', sa.Column('number', sa.Integer(), nullable=True))
    deployments = sa.table(
        'deployment', sa.column('id'), sa.column('number'), sa.column('deployed_at')
    )
    connection = op.get_bind()
    in_order = sa.select(deployments.c.id).order_by(deployments.c.deployed_at, deployments.c.id)
    for number, deployment in enumerate(connection.scalars(in_order).all(), 1):
        connection.execute(
            deployments.update().where(deployments.c.id == deployment).values(number=number)
        )
    op.create_index('ix_deployment_number', 'deployment', ['number'], unique=True)
