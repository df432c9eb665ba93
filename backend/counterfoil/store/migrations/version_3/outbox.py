"""Lanes, signed transactions and the worker's sign of life, as of version 3."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from counterfoil.store.migrations.column_types import TIME, text


def create_sender_lanes() -> None:
    """The table sender_lanes."""
    op.create_table(
        "sender_lanes",
        sa.Column("address", text(42), primary_key=True),
        sa.Column(
            "next_nonce", sa.BigInteger, sa.CheckConstraint("next_nonce >= 0", name="nonce"), nullable=False
        ),
    )


def create_worker_beats() -> None:
    """The table worker_beats."""
    op.create_table(
        "worker_beats",
        sa.Column("only_row", sa.Integer, sa.CheckConstraint("only_row = 1", name="one"), primary_key=True),
        sa.Column("beat_at", TIME, nullable=False),
        sa.Column("started_at", TIME, nullable=False),
        sa.Column("head_block", sa.BigInteger, nullable=False),
        sa.Column("indexed_block", sa.BigInteger, nullable=False),
        sa.Column("troubles_json", text(), nullable=False),
    )


def create_chain_transactions() -> None:
    """The table chain_transactions."""
    op.create_table(
        "chain_transactions",
        sa.Column(
            "tx_id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True
        ),
        sa.Column("lane", text(42), sa.ForeignKey("sender_lanes.address"), nullable=False),
        sa.Column("nonce", sa.BigInteger, sa.CheckConstraint("nonce >= 0", name="nonce"), nullable=False),
        sa.Column("raw_hex", text(), nullable=False),
        sa.Column("tx_hash", text(66), nullable=False, unique=True),
        sa.Column(
            "state",
            text(16),
            sa.CheckConstraint("state in ('signed', 'sent', 'mined', 'final', 'replaced')", name="state"),
            nullable=False,
        ),
        sa.Column("waiting_for", text(), nullable=False),
        sa.Column("signed_at", TIME, nullable=False),
        sa.Column("first_sent_at", TIME),
        sa.Column("last_sent_at", TIME),
        sa.Column("sent_count", sa.Integer, nullable=False),
        sa.Column("block_number", sa.BigInteger),
        sa.Column("block_hash", text(66)),
        sa.Column("gas_used", sa.BigInteger),
        sa.Column("succeeded", sa.Integer),
        sa.Column(
            "replaced_by",
            sa.BigInteger().with_variant(sa.Integer, "sqlite"),
            sa.ForeignKey("chain_transactions.tx_id"),
        ),
    )
    condition = sa.text("state != 'replaced'")
    op.create_index(
        "uq_chain_transactions_lane_nonce_current",
        "chain_transactions",
        ["lane", "nonce"],
        unique=True,
        sqlite_where=condition,
        postgresql_where=condition,
    )
