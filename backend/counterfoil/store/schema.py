"""The tables as they are today. Amounts are minor units in 64-bit integers, times aware UTC, hashes
hexadecimal text.

Written for SQLite and PostgreSQL alike. What leads here from an earlier version stands in `migrations`; a
change here needs a migration of its own and the next SCHEMA_VERSION, and a test compares the two.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

SCHEMA_VERSION = 2

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


def _text(length: int | None = None) -> TypeEngine[str]:
    """Text that both databases hold and sort alike.

    SQLite counts no characters and sorts by code point. PostgreSQL gets the same: no limit, and the collation
    that compares bytes instead of the one its database was made with.
    """
    declared = Text() if length is None else String(length)
    return declared.with_variant(Text(collation="C"), "postgresql")


def _hash(name: str, *, primary_key: bool = False, unique: bool = False) -> Column[str]:
    return Column(name, _text(64), primary_key=primary_key, unique=unique, nullable=False)


schema_version = Table(
    "schema_version",
    metadata,
    Column("version", Integer, primary_key=True),
    Column("created_at", UtcDateTime, nullable=False),
)

parties = Table(
    "parties",
    metadata,
    Column("party_key", _text(255), primary_key=True),
    Column("name", _text(), nullable=False),
    Column("country", _text(2)),
    Column("roles", BigInteger, CheckConstraint("roles >= 0", name="roles"), nullable=False),
    _hash("onboarding_hash", unique=True),
    Column("key_name", _text(64), nullable=False, unique=True),
    Column("party_id", Integer, CheckConstraint("party_id between 1 and 16777215", name="id"), unique=True),
)

party_identifiers = Table(
    "party_identifiers",
    metadata,
    Column("identifier", _text(512), primary_key=True),
    Column("party_key", ForeignKey("parties.party_key"), nullable=False, index=True),
)

documents = Table(
    "documents",
    metadata,
    _hash("document_hash", primary_key=True),
    Column("kind", _text(16), nullable=False),
    Column("salt", _text(32), nullable=False),
    Column("body_json", _text(), nullable=False),
)

invoices = Table(
    "invoices",
    metadata,
    _hash("content_sha256", primary_key=True),
    _hash("fingerprint"),
    Column("number", _text(), nullable=False, index=True),
    Column("type", _text(16), CheckConstraint("type in ('invoice', 'credit-note')", name="type")),
    Column("format", _text(16), nullable=False),
    Column("issue_date", Date, nullable=False),
    Column("due_date", Date),
    Column("currency", _text(3), nullable=False),
    Column("payable_minor", BigInteger, nullable=False),
    Column("seller_key", ForeignKey("parties.party_key"), nullable=False, index=True),
    Column("buyer_key", ForeignKey("parties.party_key"), nullable=False, index=True),
    Column("file_name", _text(), nullable=False),
    Column(
        "state",
        _text(16),
        CheckConstraint("state in ('recorded', 'duplicate')", name="state"),
        nullable=False,
    ),
    Column("recorded_at", UtcDateTime, nullable=False),
    Column("invoice_json", _text(), nullable=False),
)
# Any number of documents may say the same invoice, but one of them stands for it.
Index(
    "uq_invoices_fingerprint_recorded",
    invoices.c.fingerprint,
    unique=True,
    sqlite_where=invoices.c.state == "recorded",
    postgresql_where=invoices.c.state == "recorded",
)
Index("ix_invoices_fingerprint", invoices.c.fingerprint)

note_invoices = Table(
    "note_invoices",
    metadata,
    Column("note_id", BigInteger, primary_key=True, autoincrement=False),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("fingerprint", _text(64), nullable=False, index=True),
    Column(
        "payable_minor", BigInteger, CheckConstraint("payable_minor >= 0", name="payable"), nullable=False
    ),
    Column("amount_minor", BigInteger, CheckConstraint("amount_minor > 0", name="amount"), nullable=False),
)

chain_blocks = Table(
    "chain_blocks",
    metadata,
    Column("block_number", BigInteger, primary_key=True, autoincrement=False),
    Column("block_hash", _text(66), nullable=False, unique=True),
    Column("block_time_s", BigInteger, nullable=False),
)

chain_senders = Table(
    "chain_senders",
    metadata,
    Column("tx_hash", _text(66), primary_key=True),
    Column("sender", _text(42), nullable=False),
)

chain_events = Table(
    "chain_events",
    metadata,
    Column("block_number", ForeignKey("chain_blocks.block_number"), primary_key=True, autoincrement=False),
    Column("log_index", Integer, primary_key=True, autoincrement=False),
    Column("tx_hash", _text(66), nullable=False, index=True),
    Column("tx_index", Integer, nullable=False),
    Column("contract", _text(64), nullable=False),
    Column("address", _text(42), nullable=False),
    Column("event", _text(64), nullable=False),
    Column("args_json", _text(), nullable=False),
)

chain_checkpoint = Table(
    "chain_checkpoint",
    metadata,
    Column("only_row", Integer, CheckConstraint("only_row = 1", name="one"), primary_key=True),
    Column("block_number", BigInteger, nullable=False),
)

rule_traces = Table(
    "rule_traces",
    metadata,
    # SQLite counts rows up only in a column of exactly this type.
    Column("trace_id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("operation", _text(64), nullable=False),
    Column("subject", _text(64), nullable=False, index=True),
    Column("decided_at", UtcDateTime, nullable=False),
    Column("passed", Boolean, nullable=False),
    Column("trace_json", _text(), nullable=False),
)

# What the chain knows by hashes only. Salts stand in the documents: whoever has them can test guesses.
title_documents = Table(
    "title_documents",
    metadata,
    _hash("detail_root", primary_key=True),
    Column("kind", _text(16), CheckConstraint("kind in ('receipt', 'bill')", name="kind"), nullable=False),
    Column("fields_json", _text(), nullable=False),
    Column("receipt_json", _text()),
)

physical_lots = Table(
    "physical_lots",
    metadata,
    _hash("lot_key", primary_key=True),
    Column("lot_json", _text(), nullable=False),
)

goods = Table(
    "goods",
    metadata,
    _hash("good_key", primary_key=True),
    Column("good_json", _text(), nullable=False),
)

sites = Table(
    "sites",
    metadata,
    _hash("site_key", primary_key=True),
    Column("code", _text(), nullable=False),
)

bill_numbers = Table(
    "bill_numbers",
    metadata,
    _hash("number_key", primary_key=True),
    Column("carrier", _text(8), nullable=False),
    Column("number", _text(), nullable=False),
)

external_liens = Table(
    "external_liens",
    metadata,
    _hash("content_key", primary_key=True),
    Column("registry_key", _text(), nullable=False),
    Column("registration_key", _text(), nullable=False),
    Column("expires_at", UtcDateTime),
    Column("lien_json", _text(), nullable=False),
    Column("file_name", _text(), nullable=False),
    Column("imported_at", UtcDateTime, nullable=False),
    Column("superseded_at", UtcDateTime),
)
# Every extract is kept, but one of them says what a registration says now.
Index(
    "uq_external_liens_registration_current",
    external_liens.c.registry_key,
    external_liens.c.registration_key,
    unique=True,
    sqlite_where=external_liens.c.superseded_at.is_(None),
    postgresql_where=external_liens.c.superseded_at.is_(None),
)

external_matches = Table(
    "external_matches",
    metadata,
    _hash("match_hash", primary_key=True),
    Column("content_key", ForeignKey("external_liens.content_key"), nullable=False, index=True),
    # 256 bits: more than any integer column has.
    Column("asset_number", _text(64), nullable=False, index=True),
    Column("grade", _text(16), nullable=False),
    Column("score", Integer, CheckConstraint("score between 0 and 100", name="score"), nullable=False),
    Column("reasons_json", _text(), nullable=False),
    Column("found_at", UtcDateTime, nullable=False),
    Column("block_tx", _text(66)),
    Column("state", _text(16), nullable=False),
    Column("resolved_reason", _text()),
    Column("resolved_by", _text()),
    Column("resolved_at", UtcDateTime),
    Column("reason_hash", _text(64)),
    CheckConstraint(
        "state = 'open' or (state in ('upheld', 'dismissed') and resolved_reason is not null"
        " and resolved_by is not null and resolved_at is not null)",
        name="resolution",
    ),
)
