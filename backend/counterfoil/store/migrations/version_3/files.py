"""Encrypted files, their keys, places and readers, as of version 3."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from counterfoil.store.migrations.column_types import TIME, text


def create_encryption_keys() -> None:
    """The table encryption_keys."""
    op.create_table(
        "encryption_keys",
        sa.Column("key_id", text(32), primary_key=True),
        sa.Column("owner", text(300), nullable=False, index=True),
        sa.Column("suite", text(64), nullable=False),
        sa.Column("public_hex", text(), nullable=False),
        sa.Column("private_sealed", text()),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("retired_at", TIME),
    )
    condition = sa.text("retired_at is null")
    op.create_index(
        "uq_encryption_keys_owner_current",
        "encryption_keys",
        ["owner"],
        unique=True,
        sqlite_where=condition,
        postgresql_where=condition,
    )


def create_file_heads() -> None:
    """The table file_heads."""
    op.create_table(
        "file_heads",
        sa.Column("subject", text(128), primary_key=True),
        sa.Column("next_position", sa.BigInteger, nullable=False),
    )


def create_files() -> None:
    """The table files."""
    op.create_table(
        "files",
        sa.Column("file_id", text(64), primary_key=True),
        sa.Column("content_sha256", text(64), nullable=False, index=True),
        sa.Column("media_type", text(128), nullable=False),
        sa.Column(
            "size_bytes", sa.BigInteger, sa.CheckConstraint("size_bytes >= 0", name="size"), nullable=False
        ),
        sa.Column("opaque", sa.Boolean, nullable=False),
        sa.Column("ciphertext", sa.LargeBinary, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
    )


def create_file_keys() -> None:
    """The table file_keys."""
    op.create_table(
        "file_keys",
        sa.Column("file_id", text(64), sa.ForeignKey("files.file_id"), primary_key=True),
        sa.Column("key_id", text(32), sa.ForeignKey("encryption_keys.key_id"), primary_key=True, index=True),
        sa.Column("wrapped_hex", text(), nullable=False),
        sa.Column("wrapped_at", TIME, nullable=False),
    )


def create_file_readers() -> None:
    """The table file_readers."""
    op.create_table(
        "file_readers",
        sa.Column("subject", text(128), sa.ForeignKey("file_heads.subject"), primary_key=True),
        sa.Column("owner", text(300), primary_key=True, index=True),
        sa.Column(
            "basis",
            text(16),
            sa.CheckConstraint("basis in ('ledger', 'shared')", name="basis"),
            nullable=False,
        ),
        sa.Column("entitled_at", TIME, nullable=False),
        sa.Column("ended_at", TIME),
        sa.Column("up_to_position", sa.BigInteger),
        sa.CheckConstraint("(ended_at is null) = (up_to_position is null)", name="ended"),
    )


def create_file_subjects() -> None:
    """The table file_subjects."""
    op.create_table(
        "file_subjects",
        sa.Column("subject", text(128), sa.ForeignKey("file_heads.subject"), primary_key=True),
        sa.Column("position", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("file_id", text(64), sa.ForeignKey("files.file_id"), nullable=False, index=True),
        sa.Column("file_name", text(), nullable=False),
        sa.Column("added_by", text(300), nullable=False),
        sa.Column("added_at", TIME, nullable=False),
    )
