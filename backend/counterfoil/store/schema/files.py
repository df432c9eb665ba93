"""Files encrypted under a content key of their own, and that key wrapped for each entitled reader."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, LargeBinary, Table

from counterfoil.store.schema.base import UtcDateTime, hash_column, metadata, text

encryption_keys = Table(
    "encryption_keys",
    metadata,
    Column("key_id", text(32), primary_key=True),
    # 'party:NUMBER' or 'service'.
    Column("owner", text(32), nullable=False, index=True),
    Column("suite", text(32), nullable=False),
    Column("public_hex", text(), nullable=False),
    # Sealed under the service's key where the service keeps it; None: the owner keeps it.
    Column("private_sealed", text()),
    Column("created_at", UtcDateTime, nullable=False),
    Column("retired_at", UtcDateTime),
)

files = Table(
    "files",
    metadata,
    hash_column("content_sha256", primary_key=True),
    hash_column("cipher_sha256"),
    Column("media_type", text(128), nullable=False),
    Column("size_bytes", BigInteger, CheckConstraint("size_bytes >= 0", name="size"), nullable=False),
    Column("ciphertext", LargeBinary, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)

file_keys = Table(
    "file_keys",
    metadata,
    Column("content_sha256", ForeignKey("files.content_sha256"), primary_key=True),
    Column("key_id", ForeignKey("encryption_keys.key_id"), primary_key=True),
    Column("wrapped_hex", text(), nullable=False),
    Column("wrapped_at", UtcDateTime, nullable=False),
)

# Which files belong to what: 'invoice:FINGERPRINT', 'note:5', 'receipt:7', 'command:..'. A further version
# has a later position; readers whose access ended see the versions up to then.
file_subjects = Table(
    "file_subjects",
    metadata,
    Column("subject", text(128), primary_key=True),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("content_sha256", ForeignKey("files.content_sha256"), nullable=False, index=True),
    Column("file_name", text(), nullable=False),
    Column("added_by", text(32), nullable=False),
    Column("added_at", UtcDateTime, nullable=False),
)

# Who may read the files of a subject, and up to which position.
file_readers = Table(
    "file_readers",
    metadata,
    Column("subject", text(128), primary_key=True),
    Column("owner", text(32), primary_key=True),
    Column("entitled_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    # None: also what comes later.
    Column("up_to_position", BigInteger),
)
