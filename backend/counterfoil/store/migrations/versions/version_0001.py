"""Version 1: parties, invoices, notes, the chain's events, wordings behind hashes, decisions of the rules.

This is history: it says what was released and is never changed.
"""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from counterfoil.store.migrations.column_types import TIME, text

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create every table of version 1."""
    _create_schema_version()
    _create_parties()
    _create_party_identifiers()
    _create_documents()
    _create_invoices()
    _create_note_invoices()
    _create_chain_blocks()
    _create_chain_senders()
    _create_chain_events()
    _create_chain_checkpoint()
    _create_rule_traces()
    version = sa.table("schema_version", sa.column("version"), sa.column("created_at", TIME))
    op.execute(sa.insert(version).values(version=1, created_at=datetime.now(UTC)))


def _create_schema_version() -> None:
    op.create_table(
        "schema_version",
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("created_at", TIME, nullable=False),
    )


def _create_parties() -> None:
    op.create_table(
        "parties",
        sa.Column("party_key", text(255), primary_key=True),
        sa.Column("name", text(), nullable=False),
        sa.Column("country", text(2)),
        sa.Column("roles", sa.BigInteger, sa.CheckConstraint("roles >= 0", name="roles"), nullable=False),
        sa.Column("onboarding_hash", text(64), nullable=False, unique=True),
        sa.Column("key_name", text(64), nullable=False, unique=True),
        sa.Column(
            "party_id",
            sa.Integer,
            sa.CheckConstraint("party_id between 1 and 16777215", name="id"),
            unique=True,
        ),
    )


def _create_party_identifiers() -> None:
    op.create_table(
        "party_identifiers",
        sa.Column("identifier", text(512), primary_key=True),
        sa.Column("party_key", text(255), sa.ForeignKey("parties.party_key"), nullable=False, index=True),
    )


def _create_documents() -> None:
    op.create_table(
        "documents",
        sa.Column("document_hash", text(64), primary_key=True),
        sa.Column("kind", text(16), nullable=False),
        sa.Column("salt", text(32), nullable=False),
        sa.Column("body_json", text(), nullable=False),
    )


def _create_invoices() -> None:
    op.create_table(
        "invoices",
        sa.Column("content_sha256", text(64), primary_key=True),
        sa.Column("fingerprint", text(64), nullable=False),
        sa.Column("number", text(), nullable=False, index=True),
        sa.Column("type", text(16), sa.CheckConstraint("type in ('invoice', 'credit-note')", name="type")),
        sa.Column("format", text(16), nullable=False),
        sa.Column("issue_date", sa.Date, nullable=False),
        sa.Column("due_date", sa.Date),
        sa.Column("currency", text(3), nullable=False),
        sa.Column("payable_minor", sa.BigInteger, nullable=False),
        sa.Column("seller_key", text(255), sa.ForeignKey("parties.party_key"), nullable=False, index=True),
        sa.Column("buyer_key", text(255), sa.ForeignKey("parties.party_key"), nullable=False, index=True),
        sa.Column("file_name", text(), nullable=False),
        sa.Column(
            "state",
            text(16),
            sa.CheckConstraint("state in ('recorded', 'duplicate')", name="state"),
            nullable=False,
        ),
        sa.Column("recorded_at", TIME, nullable=False),
        sa.Column("invoice_json", text(), nullable=False),
    )
    recorded = sa.text("state = 'recorded'")
    op.create_index(
        "uq_invoices_fingerprint_recorded",
        "invoices",
        ["fingerprint"],
        unique=True,
        sqlite_where=recorded,
        postgresql_where=recorded,
    )
    op.create_index("ix_invoices_fingerprint", "invoices", ["fingerprint"])


def _create_note_invoices() -> None:
    op.create_table(
        "note_invoices",
        sa.Column("note_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("fingerprint", text(64), nullable=False, index=True),
        sa.Column(
            "payable_minor",
            sa.BigInteger,
            sa.CheckConstraint("payable_minor >= 0", name="payable"),
            nullable=False,
        ),
        sa.Column(
            "amount_minor",
            sa.BigInteger,
            sa.CheckConstraint("amount_minor > 0", name="amount"),
            nullable=False,
        ),
    )


def _create_chain_blocks() -> None:
    op.create_table(
        "chain_blocks",
        sa.Column("block_number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("block_hash", text(66), nullable=False, unique=True),
        sa.Column("block_time_s", sa.BigInteger, nullable=False),
    )


def _create_chain_senders() -> None:
    op.create_table(
        "chain_senders",
        sa.Column("tx_hash", text(66), primary_key=True),
        sa.Column("sender", text(42), nullable=False),
    )


def _create_chain_events() -> None:
    op.create_table(
        "chain_events",
        sa.Column(
            "block_number",
            sa.BigInteger,
            sa.ForeignKey("chain_blocks.block_number"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("log_index", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("tx_hash", text(66), nullable=False, index=True),
        sa.Column("tx_index", sa.Integer, nullable=False),
        sa.Column("contract", text(64), nullable=False),
        sa.Column("address", text(42), nullable=False),
        sa.Column("event", text(64), nullable=False),
        sa.Column("args_json", text(), nullable=False),
    )


def _create_chain_checkpoint() -> None:
    op.create_table(
        "chain_checkpoint",
        sa.Column("only_row", sa.Integer, sa.CheckConstraint("only_row = 1", name="one"), primary_key=True),
        sa.Column("block_number", sa.BigInteger, nullable=False),
    )


def _create_rule_traces() -> None:
    op.create_table(
        "rule_traces",
        sa.Column(
            "trace_id",
            sa.BigInteger().with_variant(sa.Integer, "sqlite"),
            primary_key=True,
            autoincrement=True,
        ),
        sa.Column("operation", text(64), nullable=False),
        sa.Column("subject", text(64), nullable=False, index=True),
        sa.Column("decided_at", TIME, nullable=False),
        sa.Column("passed", sa.Boolean, nullable=False),
        sa.Column("trace_json", text(), nullable=False),
    )
