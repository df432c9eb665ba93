"""Organisations, users, credentials, policies and the audit log, as of version 3."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from counterfoil.store.migrations.column_types import TIME, text


def create_audit_log() -> None:
    """The table audit_log."""
    op.create_table(
        "audit_log",
        sa.Column("sequence", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("org_id", text(32)),
        sa.Column("user_id", text(32)),
        sa.Column("action", text(64), nullable=False),
        sa.Column("subject", text(), nullable=False),
        sa.Column("correlation_id", text(), nullable=False),
        sa.Column("detail_json", text(), nullable=False),
        sa.Column("previous_hash", text(64), nullable=False),
        sa.Column("entry_hash", text(64), nullable=False, unique=True),
    )
    op.create_index("ix_audit_log_org_id_sequence", "audit_log", ["org_id", "sequence"])


def create_identity_version() -> None:
    """The table identity_version."""
    op.create_table(
        "identity_version",
        sa.Column("only_row", sa.Integer, sa.CheckConstraint("only_row = 1", name="one"), primary_key=True),
        sa.Column("version", sa.BigInteger, nullable=False),
    )


def create_login_attempts() -> None:
    """The table login_attempts."""
    op.create_table(
        "login_attempts",
        sa.Column(
            "attempt_id",
            sa.BigInteger().with_variant(sa.Integer, "sqlite"),
            primary_key=True,
            autoincrement=True,
        ),
        sa.Column("at", TIME, nullable=False, index=True),
        sa.Column("address_hash", text(64), nullable=False, index=True),
        sa.Column("login_hash", text(64), nullable=False, index=True),
        sa.Column("succeeded", sa.Boolean, nullable=False),
    )


def create_audit_anchors() -> None:
    """The table audit_anchors."""
    op.create_table(
        "audit_anchors",
        sa.Column(
            "sequence",
            sa.BigInteger,
            sa.ForeignKey("audit_log.sequence"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("head_hash", text(64), nullable=False),
        sa.Column("tx_hash", text(66)),
        sa.Column("block_number", sa.BigInteger),
        sa.Column("anchored", sa.Boolean, nullable=False),
    )


def create_organisations() -> None:
    """The table organisations."""
    op.create_table(
        "organisations",
        sa.Column("org_id", text(32), primary_key=True),
        sa.Column("name", text(), nullable=False),
        sa.Column(
            "kind",
            text(16),
            sa.CheckConstraint("kind in ('member', 'operator', 'auditor')", name="kind"),
            nullable=False,
        ),
        sa.Column("party_key", text(255), sa.ForeignKey("parties.party_key"), unique=True),
        sa.Column(
            "state",
            text(16),
            sa.CheckConstraint("state in ('active', 'suspended')", name="state"),
            nullable=False,
        ),
        sa.Column("oidc_json", text()),
        sa.Column("oidc_secret_sealed", text()),
        sa.Column("created_at", TIME, nullable=False),
        sa.CheckConstraint("(kind = 'member') = (party_key is not null)", name="member_has_party"),
    )


def create_approval_policies() -> None:
    """The table approval_policies."""
    op.create_table(
        "approval_policies",
        sa.Column("org_id", text(32), sa.ForeignKey("organisations.org_id"), primary_key=True),
        sa.Column("operation", text(64), primary_key=True),
        sa.Column(
            "approvals",
            sa.Integer,
            sa.CheckConstraint("approvals between 0 and 8", name="approvals"),
            nullable=False,
        ),
    )


def create_oidc_logins() -> None:
    """The table oidc_logins."""
    op.create_table(
        "oidc_logins",
        sa.Column("state_hash", text(64), primary_key=True),
        sa.Column("org_id", text(32), sa.ForeignKey("organisations.org_id"), nullable=False),
        sa.Column("nonce", text(), nullable=False),
        sa.Column("code_verifier_sealed", text(), nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
    )


def create_users() -> None:
    """The table users."""
    op.create_table(
        "users",
        sa.Column("user_id", text(32), primary_key=True),
        sa.Column("org_id", text(32), sa.ForeignKey("organisations.org_id"), nullable=False, index=True),
        sa.Column("login", text(), nullable=False, unique=True),
        sa.Column("display_name", text(), nullable=False),
        sa.Column("password_hash", text()),
        sa.Column("oidc_subject", text()),
        sa.Column(
            "state",
            text(16),
            sa.CheckConstraint("state in ('active', 'disabled')", name="state"),
            nullable=False,
        ),
        sa.Column("password_changed_at", TIME),
        sa.Column("reset_hash", text(64), unique=True),
        sa.Column("reset_expires_at", TIME),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.UniqueConstraint("org_id", "oidc_subject"),
    )


def create_api_tokens() -> None:
    """The table api_tokens."""
    op.create_table(
        "api_tokens",
        sa.Column("token_id", text(32), primary_key=True),
        sa.Column("token_hash", text(64), nullable=False, unique=True),
        sa.Column("user_id", text(32), sa.ForeignKey("users.user_id"), nullable=False, index=True),
        sa.Column("name", text(), nullable=False),
        sa.Column("scopes", text(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("revoked_at", TIME),
    )


def create_sessions() -> None:
    """The table sessions."""
    op.create_table(
        "sessions",
        sa.Column("session_hash", text(64), primary_key=True),
        sa.Column("user_id", text(32), sa.ForeignKey("users.user_id"), nullable=False, index=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("last_used_at", TIME, nullable=False),
        sa.Column("ended_at", TIME),
    )


def create_user_limits() -> None:
    """The table user_limits."""
    op.create_table(
        "user_limits",
        sa.Column("user_id", text(32), sa.ForeignKey("users.user_id"), primary_key=True),
        sa.Column("operation", text(64), primary_key=True),
        sa.Column("currency", text(3), primary_key=True),
        sa.Column(
            "limit_minor", sa.BigInteger, sa.CheckConstraint("limit_minor >= 0", name="limit"), nullable=False
        ),
    )


def create_user_roles() -> None:
    """The table user_roles."""
    op.create_table(
        "user_roles",
        sa.Column("user_id", text(32), sa.ForeignKey("users.user_id"), primary_key=True),
        sa.Column(
            "role",
            text(16),
            sa.CheckConstraint("role in ('admin', 'maker', 'checker', 'viewer')", name="role"),
            primary_key=True,
        ),
    )
