"""Notices, titles of instances, and a place for each task within its day

Revision ID: 0012
Revises: 0011
"""

import unicodedata
from datetime import UTC

import sqlalchemy as sa
from alembic import op

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None


# The indexes by which lists of open tasks are read, with the columns before the date.
INDEXES = {
    'ix_task_assigned': ['assignee_id'],
    'ix_task_offered': ['role', 'assignee_id'],
    'ix_task_free': ['role'],
    'ix_task_role': ['role'],
    'ix_task_due': [],
    'ix_task_phase': ['phase'],
    'ix_task_role_phase': ['role', 'phase'],
    'ix_task_name': ['name'],
    'ix_task_element': ['process_id', 'element_id'],
}
BATCH = 1_000
SWEDISH = {ord('å'): '{a', ord('ä'): '{b', ord('ö'): '{c', ord('æ'): '{b', ord('ø'): '{c'}


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
    place = sa.String(length=100).with_variant(sa.String(100, collation='C'), 'postgresql')
    # Not in a batch: SQLite adds a column without copying the table.
    for table in ('process_case', 'task'):
        op.add_column(table, sa.Column('place', place, nullable=False, server_default=''))
    connection = op.get_bind()
    _fill_cases(connection)
    _fill_open_tasks(connection)
    for name, before in INDEXES.items():
        offered = ' AND assignee_id IS NULL' if name == 'ix_task_free' else ''
        only = sa.text(f"state = 'open'{offered}")
        op.drop_index(name, 'task')
        op.create_index(
            name, 'task', [*before, 'due', 'place'], sqlite_where=only, postgresql_where=only
        )


def _fill_cases(connection: sa.Connection) -> None:
    """Cases of before get the place that a new one gets."""
    rows = connection.execute(sa.text('SELECT id, title, number FROM process_case'))
    _write(
        connection,
        'process_case',
        [{'id': row.id, 'place': f'{_folded(row.title)[:24]}|{row.number}'} for row in rows],
    )


def _fill_open_tasks(connection: sa.Connection) -> None:
    """Open tasks get theirs; those that have ended stand in no list."""
    rows = connection.execute(
        sa.text(
            'SELECT t.id, t.opened_at, c.place, p.phase_order, p.row_order FROM task t'
            ' JOIN process_case c ON c.id = t.case_id LEFT JOIN plan_item p'
            ' ON p.case_id = t.case_id AND p.process_id = t.process_id'
            " AND p.element_id = t.element_id WHERE t.state = 'open'"
        ).columns(opened_at=sa.DateTime(timezone=True))
    )
    places = []
    for row in rows:
        order = '999999'
        if row.phase_order is not None:
            order = f'{row.phase_order:03}{row.row_order:03}'
        opened = row.opened_at
        if opened.tzinfo is None:
            opened = opened.replace(tzinfo=UTC)
        place = f'{row.place}|{order}|{int(opened.timestamp()):08x}{row.id[:12]}'
        places.append({'id': row.id, 'place': place})
    _write(connection, 'task', places)


def _write(connection: sa.Connection, table: str, places: list[dict[str, str]]) -> None:
    statement = sa.text(f'UPDATE {table} SET place = :place WHERE id = :id')  # noqa: S608
    for first in range(0, len(places), BATCH):
        connection.execute(statement, places[first : first + BATCH])


def _folded(text: str) -> str:
    composed = unicodedata.normalize('NFC', text).casefold().translate(SWEDISH)
    apart = unicodedata.normalize('NFD', composed)
    return ''.join(c for c in apart if not unicodedata.combining(c))
