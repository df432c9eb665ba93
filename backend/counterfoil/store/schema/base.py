"""What all tables share: their metadata, names of constraints, and column types for both databases."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, Column, DateTime, Integer, MetaData, String, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

SCHEMA_VERSION = 4

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC in, aware UTC out, also where the database keeps no zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone is not stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        if value is None:
            return None
        found: datetime = value
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def text(length: int | None = None) -> TypeEngine[str]:
    """Text that both databases hold and sort alike.

    SQLite counts no characters and sorts by code point. PostgreSQL gets the same: no limit, and the collation
    that compares bytes instead of the one its database was made with.
    """
    declared = Text() if length is None else String(length)
    return declared.with_variant(Text(collation="C"), "postgresql")


def hash_column(name: str, *, primary_key: bool = False, unique: bool = False) -> Column[str]:
    return Column(name, text(64), primary_key=primary_key, unique=unique, nullable=False)


def counted(name: str) -> Column[int]:
    """A primary key that the database counts up."""
    # SQLite counts rows up only in a column of exactly this type.
    return Column(name, BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)
