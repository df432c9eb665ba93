"""Organisations, their users and what these may do, sessions and tokens, the audit log."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    UniqueConstraint,
)

from counterfoil.store.schema.base import UtcDateTime, counted, hash_column, metadata, text

organisations = Table(
    "organisations",
    metadata,
    Column("org_id", text(32), primary_key=True),
    Column("name", text(), nullable=False),
    Column(
        "kind",
        text(16),
        CheckConstraint("kind in ('member', 'operator', 'auditor')", name="kind"),
        nullable=False,
    ),
    # The party on the ledger that a member acts for.
    Column("party_key", ForeignKey("parties.party_key"), unique=True),
    Column(
        "state",
        text(16),
        CheckConstraint("state in ('active', 'suspended')", name="state"),
        nullable=False,
    ),
    # An identity provider of its own, as JSON without secrets; the client secret is sealed beside it.
    Column("oidc_json", text()),
    Column("oidc_secret_sealed", text()),
    Column("created_at", UtcDateTime, nullable=False),
    CheckConstraint("(kind = 'member') = (party_key is not null)", name="member_has_party"),
)

users = Table(
    "users",
    metadata,
    Column("user_id", text(32), primary_key=True),
    Column("org_id", ForeignKey("organisations.org_id"), nullable=False, index=True),
    # Unique over all organisations: it is what somebody types to log in. Lower case.
    Column("login", text(), nullable=False, unique=True),
    Column("display_name", text(), nullable=False),
    Column("password_hash", text()),
    Column("oidc_subject", text()),
    Column(
        "state",
        text(16),
        CheckConstraint("state in ('active', 'disabled')", name="state"),
        nullable=False,
    ),
    Column("password_changed_at", UtcDateTime),
    # SHA-256 of the code with which the user sets a password, handed over by an administrator.
    Column("reset_hash", text(64), unique=True),
    Column("reset_expires_at", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
    # Counts up with every change of what the user may do: approvals are checked against it.
    Column("version", Integer, nullable=False, default=1),
    UniqueConstraint("org_id", "oidc_subject"),
)

user_roles = Table(
    "user_roles",
    metadata,
    Column("user_id", ForeignKey("users.user_id"), primary_key=True),
    Column(
        "role",
        text(16),
        CheckConstraint("role in ('admin', 'maker', 'checker', 'viewer')", name="role"),
        primary_key=True,
    ),
)

# No row: nothing of that currency is allowed. operation '*' stands for all operations without a row of their
# own.
user_limits = Table(
    "user_limits",
    metadata,
    Column("user_id", ForeignKey("users.user_id"), primary_key=True),
    Column("operation", text(64), primary_key=True),
    Column("currency", text(3), primary_key=True),
    Column("limit_minor", BigInteger, CheckConstraint("limit_minor >= 0", name="limit"), nullable=False),
)

# How many others must approve. operation '*' stands for all operations without a row of their own.
approval_policies = Table(
    "approval_policies",
    metadata,
    Column("org_id", ForeignKey("organisations.org_id"), primary_key=True),
    Column("operation", text(64), primary_key=True),
    Column(
        "approvals",
        Integer,
        CheckConstraint("approvals between 0 and 8", name="approvals"),
        nullable=False,
    ),
)

sessions = Table(
    "sessions",
    metadata,
    hash_column("session_hash", primary_key=True),
    Column("user_id", ForeignKey("users.user_id"), nullable=False, index=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("last_used_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
)

api_tokens = Table(
    "api_tokens",
    metadata,
    Column("token_id", text(32), primary_key=True),
    hash_column("token_hash", unique=True),
    Column("user_id", ForeignKey("users.user_id"), nullable=False, index=True),
    Column("name", text(), nullable=False),
    # Space-separated, sorted: some of read, write, approve, admin.
    Column("scopes", text(), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("revoked_at", UtcDateTime),
)

# One row: counts up whenever somebody's rights may have shrunk or changed, or a session or token ended, so
# that a process that keeps answers in memory knows when to ask again.
identity_version = Table(
    "identity_version",
    metadata,
    Column("only_row", Integer, CheckConstraint("only_row = 1", name="one"), primary_key=True),
    Column("version", BigInteger, nullable=False),
)

# Logins in flight at an identity provider.
oidc_logins = Table(
    "oidc_logins",
    metadata,
    hash_column("state_hash", primary_key=True),
    Column("org_id", ForeignKey("organisations.org_id"), nullable=False),
    Column("nonce", text(), nullable=False),
    Column("code_verifier_sealed", text(), nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
)

audit_log = Table(
    "audit_log",
    metadata,
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("at", UtcDateTime, nullable=False),
    Column("org_id", text(32)),
    Column("user_id", text(32)),
    Column("action", text(64), nullable=False),
    Column("subject", text(), nullable=False),
    Column("correlation_id", text(), nullable=False),
    # Canonical JSON without secrets.
    Column("detail_json", text(), nullable=False),
    hash_column("previous_hash"),
    hash_column("entry_hash", unique=True),
)
Index("ix_audit_log_org_id_sequence", audit_log.c.org_id, audit_log.c.sequence)

audit_anchors = Table(
    "audit_anchors",
    metadata,
    Column("sequence", ForeignKey("audit_log.sequence"), primary_key=True, autoincrement=False),
    hash_column("head_hash"),
    Column("tx_hash", text(66)),
    Column("block_number", BigInteger),
    Column("anchored", Boolean, nullable=False),
)

# Request counters that several processes share are not needed; login attempts by address are.
login_attempts = Table(
    "login_attempts",
    metadata,
    counted("attempt_id"),
    Column("at", UtcDateTime, nullable=False, index=True),
    Column("address_hash", text(64), nullable=False, index=True),
    Column("login_hash", text(64), nullable=False, index=True),
    Column("succeeded", Boolean, nullable=False),
)
