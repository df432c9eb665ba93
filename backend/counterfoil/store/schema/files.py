"""Files encrypted under a content key of their own, and that key wrapped for each entitled reader."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, ForeignKey, Index, LargeBinary, Table

from counterfoil.store.schema.base import UtcDateTime, hash_column, metadata, text

encryption_keys = Table(
    "encryption_keys",
    metadata,
    Column("key_id", text(32), primary_key=True),
    # 'party:PARTY_KEY' or 'service'.
    Column("owner", text(300), nullable=False, index=True),
    Column("suite", text(64), nullable=False),
    Column("public_hex", text(), nullable=False),
    # Sealed under the service's key where the service keeps it; None: the owner keeps it, or it is destroyed.
    Column("private_sealed", text()),
    Column("created_at", UtcDateTime, nullable=False),
    Column("retired_at", UtcDateTime),
)
# New wraps are made for one key of an owner.
Index(
    "uq_encryption_keys_owner_current",
    encryption_keys.c.owner,
    unique=True,
    sqlite_where=encryption_keys.c.retired_at.is_(None),
    postgresql_where=encryption_keys.c.retired_at.is_(None),
)

files = Table(
    "files",
    metadata,
    # SHA-256 of what is stored, so that everybody can check it and no two uploads share a key.
    hash_column("file_id", primary_key=True),
    # Of what it says in clear; for opaque files, as the uploader stated.
    Column("content_sha256", text(64), nullable=False, index=True),
    Column("media_type", text(128), nullable=False),
    Column("size_bytes", BigInteger, CheckConstraint("size_bytes >= 0", name="size"), nullable=False),
    # Encrypted by its uploader: the service never saw the content and has no key to it.
    Column("opaque", Boolean, nullable=False),
    Column("ciphertext", LargeBinary, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)

file_keys = Table(
    "file_keys",
    metadata,
    Column("file_id", ForeignKey("files.file_id"), primary_key=True),
    Column("key_id", ForeignKey("encryption_keys.key_id"), primary_key=True, index=True),
    Column("wrapped_hex", text(), nullable=False),
    Column("wrapped_at", UtcDateTime, nullable=False),
)

# One row a subject: its lock, and the position of its next file.
file_heads = Table(
    "file_heads",
    metadata,
    Column("subject", text(128), primary_key=True),
    Column("next_position", BigInteger, nullable=False),
)

# Which files belong to what: 'invoice:FINGERPRINT', 'note:5', 'receipt:7', 'command:..'. A further version
# has a later position; readers whose access ended see the versions up to then.
file_subjects = Table(
    "file_subjects",
    metadata,
    Column("subject", ForeignKey("file_heads.subject"), primary_key=True),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("file_id", ForeignKey("files.file_id"), nullable=False, index=True),
    Column("file_name", text(), nullable=False),
    Column("added_by", text(300), nullable=False),
    Column("added_at", UtcDateTime, nullable=False),
)

# Who may read the files of a subject, and up to which position.
file_readers = Table(
    "file_readers",
    metadata,
    Column("subject", ForeignKey("file_heads.subject"), primary_key=True),
    Column("owner", text(300), primary_key=True, index=True),
    # ledger: because of what the ledger says, and no longer than it does; shared: a reader gave access.
    Column("basis", text(16), CheckConstraint("basis in ('ledger', 'shared')", name="basis"), nullable=False),
    Column("entitled_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    # None: also what comes later. -1: nothing, where access ended before there was a file.
    Column("up_to_position", BigInteger),
    CheckConstraint("(ended_at is null) = (up_to_position is null)", name="ended"),
)
