"""Sessions that their person can see and end; second factors, passkeys, accounts at providers

Revision ID: 0020
Revises: 0027
"""

import sqlalchemy as sa
from alembic import op

revision = '0020'
down_revision = '0027'
branch_labels = None
depends_on = None


def upgrade() -> None:
    _sessions()
    op.create_table(
        'one_time_code',
        sa.Column('person_id', sa.String(length=32), nullable=False),
        sa.Column('secret', sa.Text(), nullable=False),
        sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('last_step', sa.BigInteger(), nullable=False),
        sa.Column('failures', sa.Integer(), nullable=False),
        sa.Column('failed_at', sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(['person_id'], ['person.id']),
        sa.PrimaryKeyConstraint('person_id'),
    )
    op.create_table(
        'recovery_code',
        sa.Column('id', sa.String(length=32), nullable=False),
        sa.Column('person_id', sa.String(length=32), nullable=False),
        sa.Column('code_hash', sa.String(length=64), nullable=False),
        sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(['person_id'], ['person.id']),
        sa.PrimaryKeyConstraint('id'),
    )
    op.create_index('ix_recovery_code_person_id', 'recovery_code', ['person_id'])
    _passkeys()
    op.create_table(
        'openid_link',
        sa.Column('issuer', sa.String(length=300), nullable=False),
        sa.Column('subject', sa.String(length=255), nullable=False),
        sa.Column('person_id', sa.String(length=32), nullable=False),
        sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('last_used_at', sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(['person_id'], ['person.id']),
        sa.PrimaryKeyConstraint('issuer', 'subject'),
    )
    op.create_index('ix_openid_link_person_id', 'openid_link', ['person_id'])
    op.create_table(
        'challenge',
        sa.Column('id', sa.String(length=64), nullable=False),
        sa.Column('purpose', sa.String(length=30), nullable=False),
        sa.Column('person_id', sa.String(length=32), nullable=True),
        sa.Column('content', sa.JSON(), nullable=False),
        sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['person_id'], ['person.id']),
        sa.PrimaryKeyConstraint('id'),
    )
    op.create_index('ix_challenge_expires_at', 'challenge', ['expires_at'])


def _sessions() -> None:
    texts = {'id': (32, ''), 'user_agent': (400, ''), 'address': (64, '')}
    texts |= {'method': (20, 'password'), 'renewal': (10, '')}
    for name, (length, default) in texts.items():
        column = sa.Column(name, sa.String(length=length), nullable=False, server_default=default)
        op.add_column('session', column)
    op.add_column(
        'session',
        sa.Column('second_factor', sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    # Whoever is signed in stays so, and can end that session from the list.
    sqlite = op.get_bind().dialect.name == 'sqlite'
    made = 'lower(hex(randomblob(16)))' if sqlite else "replace(gen_random_uuid()::text, '-', '')"
    op.execute(f"UPDATE session SET id = {made}")


def _passkeys() -> None:
    op.create_table(
        'passkey',
        sa.Column('id', sa.String(length=32), nullable=False),
        sa.Column('person_id', sa.String(length=32), nullable=False),
        sa.Column('credential_id', sa.String(length=1400), nullable=False),
        sa.Column('public_key', sa.LargeBinary(), nullable=False),
        sa.Column('sign_count', sa.BigInteger(), nullable=False),
        sa.Column('backup_eligible', sa.Boolean(), nullable=False),
        sa.Column('backed_up', sa.Boolean(), nullable=False),
        sa.Column('transports', sa.JSON(), nullable=False),
        sa.Column('aaguid', sa.String(length=36), nullable=False),
        sa.Column('name', sa.String(length=100), nullable=False),
        sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('last_used_at', sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(['person_id'], ['person.id']),
        sa.PrimaryKeyConstraint('id'),
        sa.UniqueConstraint('credential_id'),
    )
    op.create_index('ix_passkey_person_id', 'passkey', ['person_id'])
