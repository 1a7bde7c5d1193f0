"""Entries of the history have the rows that were written with them; who reads a case's is noted

Revision ID: 0021
Revises: 0018
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("history", sa.Column("noted", sa.Text(), server_default="", nullable=False))
    op.create_table(
        "history_read",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("reader_id", sa.String(length=32), nullable=False),
        sa.Column("reader_name", sa.String(length=200), nullable=False),
        sa.Column("token_name", sa.String(length=100), nullable=True),
        sa.Column("how", sa.String(length=20), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_history_read"),
    )
    op.create_index("ix_history_read_case", "history_read", ["case_id", "id"])
