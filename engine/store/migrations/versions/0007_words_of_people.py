"""Words that people are found by

Revision ID: 0007
Revises: 0006
"""

import re
import unicodedata

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None

BATCH = 1_000


def upgrade() -> None:
    word = sa.String(length=60).with_variant(sa.String(length=60, collation='C'), 'postgresql')
    op.create_table('person_word',
    sa.Column('person_id', sa.String(length=32), nullable=False),
    sa.Column('word', word, nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_person_word_person_id_person')),
    sa.PrimaryKeyConstraint('person_id', 'word', name=op.f('pk_person_word'))
    )
    op.create_index('ix_person_word_word', 'person_word', ['word', 'person_id'], unique=False)
    _find_who_is_there(op.get_bind())


def _find_who_is_there(connection: sa.Connection) -> None:
    people = connection.execute(sa.text('SELECT id, username, name FROM person'))
    for rows in people.partitions(BATCH):
        found = [
            {'person_id': row[0], 'word': word}
            for row in rows
            for word in sorted(_words(row[1]) | _words(row[2]))
        ]
        if found:
            connection.execute(
                sa.text('INSERT INTO person_word (person_id, word) VALUES (:person_id, :word)'), found
            )


def _words(text: str) -> set[str]:
    found: set[str] = set()
    composed = unicodedata.normalize('NFC', unicodedata.normalize('NFC', text).casefold())
    for piece in composed.split():
        parts = re.findall(r'\w+', piece)
        found.update(parts)
        if len(parts) > 1:
            found.add(''.join(parts))
    return {word[:60] for word in found}
