"""Whom and what events concern, recent blocks, epochs, comparisons, as of version 3."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from counterfoil.store.migrations.column_types import TIME, text


def create_chain_epochs() -> None:
    """The table chain_epochs."""
    op.create_table(
        "chain_epochs",
        sa.Column(
            "epoch",
            sa.Integer,
            sa.CheckConstraint("epoch > 0", name="epoch"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("rolled_back_to", sa.BigInteger, nullable=False),
    )


def create_comparisons() -> None:
    """The table comparisons."""
    op.create_table(
        "comparisons",
        sa.Column(
            "comparison_id",
            sa.BigInteger().with_variant(sa.Integer, "sqlite"),
            primary_key=True,
            autoincrement=True,
        ),
        sa.Column("compared_at", TIME, nullable=False),
        sa.Column("block_number", sa.BigInteger, nullable=False),
        sa.Column("scope", text(64), nullable=False),
        sa.Column("model_digest", text(64), nullable=False),
        sa.Column("chain_digest", text(64), nullable=False),
        sa.Column("equal", sa.Boolean, nullable=False),
        sa.Column("difference", text()),
        sa.CheckConstraint("equal = (model_digest = chain_digest)", name="equal"),
    )


def create_recent_blocks() -> None:
    """The table recent_blocks."""
    op.create_table(
        "recent_blocks",
        sa.Column("block_number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("block_hash", text(66), nullable=False, unique=True),
        sa.Column("parent_hash", text(66), nullable=False),
        sa.Column("block_time_s", sa.BigInteger, nullable=False),
    )


def create_event_parties() -> None:
    """The table event_parties."""
    op.create_table(
        "event_parties",
        sa.Column("party_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("block_number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("log_index", sa.Integer, primary_key=True, autoincrement=False),
        sa.ForeignKeyConstraint(
            ["block_number", "log_index"], ["chain_events.block_number", "chain_events.log_index"]
        ),
    )


def create_event_subjects() -> None:
    """The table event_subjects."""
    op.create_table(
        "event_subjects",
        sa.Column("subject", text(80), primary_key=True),
        sa.Column("block_number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("log_index", sa.Integer, primary_key=True, autoincrement=False),
        sa.ForeignKeyConstraint(
            ["block_number", "log_index"], ["chain_events.block_number", "chain_events.log_index"]
        ),
    )
