"""The words that cases, instances, people and customers are searched by."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import Base

WORD = String(60).with_variant(String(60, collation="C"), "postgresql")
"""A word, ordered by code points on every database, so that the words with one beginning are a
range of the index."""


class CaseWordTable(Base):
    """A word that a case is searched by (``engine.store.words``)."""

    __tablename__ = "case_word"
    __table_args__ = (Index("ix_case_word_word", "word", "case_id"),)

    case_id: Mapped[str] = mapped_column(ForeignKey("process_case.id"), primary_key=True)
    word: Mapped[str] = mapped_column(WORD, primary_key=True)


class InstanceWordTable(Base):
    """A word of an instance's title (``engine.runtime.titles``), by which its tasks and its case
    are searched."""

    __tablename__ = "instance_word"
    __table_args__ = (Index("ix_instance_word_word", "word", "instance_id", "case_id"),)

    instance_id: Mapped[str] = mapped_column(ForeignKey("instance.id"), primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("process_case.id"))
    word: Mapped[str] = mapped_column(WORD, primary_key=True)


class PersonWordTable(Base):
    """A word that a person is searched by: of the name or of the user name."""

    __tablename__ = "person_word"
    __table_args__ = (Index("ix_person_word_word", "word", "person_id"),)

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True)
    word: Mapped[str] = mapped_column(WORD, primary_key=True)


class CustomerWordTable(Base):
    """A word that a customer is searched by: of the name or of the organisation number."""

    __tablename__ = "customer_word"
    __table_args__ = (Index("ix_customer_word_word", "word", "customer_id"),)

    customer_id: Mapped[str] = mapped_column(ForeignKey("customer.id"), primary_key=True)
    word: Mapped[str] = mapped_column(WORD, primary_key=True)
