"""What the indexer keeps beside the events: whom and what they concern, recent blocks, comparisons."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, ForeignKeyConstraint, Integer, Table

from counterfoil.store.schema.base import UtcDateTime, counted, metadata, text

# subject: 'note:5', 'lot:5.1.0', 'receipt:7', 'bill:1', 'stock:3', 'financing:4', 'facility:2', 'party:9'
event_subjects = Table(
    "event_subjects",
    metadata,
    Column("subject", text(80), primary_key=True),
    Column("block_number", BigInteger, primary_key=True, autoincrement=False),
    Column("log_index", Integer, primary_key=True, autoincrement=False),
    ForeignKeyConstraint(
        ["block_number", "log_index"], ["chain_events.block_number", "chain_events.log_index"]
    ),
)

# The parties that may see an event: those that it concerned when it happened.
event_parties = Table(
    "event_parties",
    metadata,
    Column("party_id", Integer, primary_key=True, autoincrement=False),
    Column("block_number", BigInteger, primary_key=True, autoincrement=False),
    Column("log_index", Integer, primary_key=True, autoincrement=False),
    ForeignKeyConstraint(
        ["block_number", "log_index"], ["chain_events.block_number", "chain_events.log_index"]
    ),
)

# The newest blocks, with or without events: by these a reorganisation is noticed.
recent_blocks = Table(
    "recent_blocks",
    metadata,
    Column("block_number", BigInteger, primary_key=True, autoincrement=False),
    Column("block_hash", text(66), nullable=False, unique=True),
    Column("parent_hash", text(66), nullable=False),
    Column("block_time_s", BigInteger, nullable=False),
)

# Down to which block everything was taken back when an epoch began: whoever read on in the epoch before it
# reads again from the block after that.
chain_epochs = Table(
    "chain_epochs",
    metadata,
    Column(
        "epoch", Integer, CheckConstraint("epoch > 0", name="epoch"), primary_key=True, autoincrement=False
    ),
    Column("rolled_back_to", BigInteger, nullable=False),
)

# Comparisons of the read model with the chain by digest.
comparisons = Table(
    "comparisons",
    metadata,
    counted("comparison_id"),
    Column("compared_at", UtcDateTime, nullable=False),
    Column("block_number", BigInteger, nullable=False),
    Column("scope", text(64), nullable=False),
    Column("model_digest", text(64), nullable=False),
    Column("chain_digest", text(64), nullable=False),
    Column("equal", Boolean, nullable=False),
    Column("difference", text()),
    CheckConstraint("equal = (model_digest = chain_digest)", name="equal"),
)
