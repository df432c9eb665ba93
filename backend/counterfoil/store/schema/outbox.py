"""Signed transactions, kept before they are sent, and the keys that send them."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, Integer, Table

from counterfoil.store.schema.base import UtcDateTime, counted, metadata, text

# One row a key that sends: its nonces are given out here, and nowhere else.
sender_lanes = Table(
    "sender_lanes",
    metadata,
    Column("address", text(42), primary_key=True),
    Column("next_nonce", BigInteger, CheckConstraint("next_nonce >= 0", name="nonce"), nullable=False),
)

chain_transactions = Table(
    "chain_transactions",
    metadata,
    counted("tx_id"),
    Column("lane", ForeignKey("sender_lanes.address"), nullable=False),
    Column("nonce", BigInteger, CheckConstraint("nonce >= 0", name="nonce"), nullable=False),
    Column("raw_hex", text(), nullable=False),
    Column("tx_hash", text(66), nullable=False, unique=True),
    Column(
        "state",
        text(16),
        CheckConstraint("state in ('signed', 'sent', 'mined', 'final', 'replaced')", name="state"),
        nullable=False,
    ),
    Column("waiting_for", text(), nullable=False),
    Column("signed_at", UtcDateTime, nullable=False),
    Column("first_sent_at", UtcDateTime),
    Column("last_sent_at", UtcDateTime),
    Column("sent_count", Integer, nullable=False, default=0),
    Column("block_number", BigInteger),
    Column("block_hash", text(66)),
    Column("gas_used", BigInteger),
    Column("succeeded", Integer),
    Column("replaced_by", ForeignKey("chain_transactions.tx_id")),
)
# A nonce has one transaction, until one is replaced on purpose.
Index(
    "uq_chain_transactions_lane_nonce_current",
    chain_transactions.c.lane,
    chain_transactions.c.nonce,
    unique=True,
    sqlite_where=chain_transactions.c.state != "replaced",
    postgresql_where=chain_transactions.c.state != "replaced",
)

# One row: that the worker lives, and how far it is.
worker_beats = Table(
    "worker_beats",
    metadata,
    Column("only_row", Integer, CheckConstraint("only_row = 1", name="one"), primary_key=True),
    Column("beat_at", UtcDateTime, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("head_block", BigInteger, nullable=False),
    Column("indexed_block", BigInteger, nullable=False),
    # JSON list of sentences: what keeps the worker from working.
    Column("troubles_json", text(), nullable=False),
    # JSON list of objects: the endpoints of the network as the worker sees them.
    Column("endpoints_json", text(), nullable=False, server_default="[]"),
)
