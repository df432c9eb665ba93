"""Commands, decisions, steps and idempotency keys, as of version 3."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from counterfoil.store.migrations.column_types import TIME, text


def create_commands() -> None:
    """The table commands."""
    op.create_table(
        "commands",
        sa.Column("command_id", text(32), primary_key=True),
        sa.Column("org_id", text(32), sa.ForeignKey("organisations.org_id"), nullable=False),
        sa.Column("actor", text(32), nullable=False),
        sa.Column("operation", text(64), nullable=False),
        sa.Column("body_json", text(), nullable=False),
        sa.Column("body_hash", text(64), nullable=False),
        sa.Column(
            "state",
            text(24),
            sa.CheckConstraint(
                "state in ('received', 'awaiting_approval', 'awaiting_signature', 'ready', 'sent', 'done',"
                " 'refused', 'rejected', 'withdrawn', 'expired', 'failed')",
                name="state",
            ),
            nullable=False,
        ),
        sa.Column("waiting_for", text(), nullable=False),
        sa.Column("waiting_since", TIME, nullable=False),
        sa.Column("not_before", TIME),
        sa.Column("made_by", text(32), sa.ForeignKey("users.user_id"), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("finished_at", TIME),
        sa.Column("amount_minor", sa.BigInteger),
        sa.Column("currency", text(3)),
        sa.Column("approvals_needed", sa.Integer),
        sa.Column("approved", sa.Boolean, nullable=False),
        sa.Column("steps_done", sa.Integer, nullable=False),
        sa.Column("summary_json", text()),
        sa.Column("problem_json", text()),
        sa.Column("result_json", text()),
        sa.Column("correlation_id", text(), nullable=False),
        sa.Column("traceparent", text()),
        sa.Column("version", sa.Integer, nullable=False),
    )
    condition = sa.text("finished_at is null")
    op.create_index(
        "ix_commands_open",
        "commands",
        ["state", "command_id"],
        sqlite_where=condition,
        postgresql_where=condition,
    )
    op.create_index("ix_commands_org_id_command_id", "commands", ["org_id", "command_id"])
    op.create_index("ix_commands_org_id_waiting_since", "commands", ["org_id", "waiting_since"])


def create_command_decisions() -> None:
    """The table command_decisions."""
    op.create_table(
        "command_decisions",
        sa.Column("command_id", text(32), sa.ForeignKey("commands.command_id"), primary_key=True),
        sa.Column("user_id", text(32), sa.ForeignKey("users.user_id"), primary_key=True),
        sa.Column(
            "decision",
            text(16),
            sa.CheckConstraint("decision in ('approved', 'rejected')", name="decision"),
            nullable=False,
        ),
        sa.Column("body_hash", text(64), nullable=False),
        sa.Column("comment", text(), nullable=False),
        sa.Column("decided_at", TIME, nullable=False),
    )


def create_command_steps() -> None:
    """The table command_steps."""
    op.create_table(
        "command_steps",
        sa.Column("command_id", text(32), sa.ForeignKey("commands.command_id"), primary_key=True),
        sa.Column("step", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("contract", text(64), nullable=False),
        sa.Column("function", text(64), nullable=False),
        sa.Column("type_hash", text(64), nullable=False),
        sa.Column("args_hex", text(), nullable=False),
        sa.Column("key", text(42), nullable=False, index=True),
        sa.Column("nonce", text(64), nullable=False),
        sa.Column("deadline_s", sa.BigInteger, nullable=False),
        sa.Column("gas_limit", sa.BigInteger, nullable=False),
        sa.Column("signature_hex", text()),
        sa.Column(
            "state",
            text(16),
            sa.CheckConstraint(
                "state in ('unsigned', 'signed', 'sent', 'done', 'spent', 'void')", name="state"
            ),
            nullable=False,
        ),
        sa.Column(
            "tx_id",
            sa.BigInteger().with_variant(sa.Integer, "sqlite"),
            sa.ForeignKey("chain_transactions.tx_id"),
            index=True,
        ),
        sa.Column("refusal_hex", text()),
        sa.Column("events_json", text()),
        sa.Column("block_number", sa.BigInteger),
        sa.Column("tx_hash", text(66)),
        sa.Column("gas_used", sa.BigInteger),
    )
    op.create_index("uq_command_steps_key_nonce", "command_steps", ["key", "nonce"], unique=True)


def create_idempotency_keys() -> None:
    """The table idempotency_keys."""
    op.create_table(
        "idempotency_keys",
        sa.Column("org_id", text(32), sa.ForeignKey("organisations.org_id"), primary_key=True),
        sa.Column("key", text(255), primary_key=True),
        sa.Column("request_hash", text(64), nullable=False),
        sa.Column("response_code", sa.Integer, nullable=False),
        sa.Column("response_headers_json", text(), nullable=False),
        sa.Column("response_body", text(), nullable=False),
        sa.Column("command_id", text(32), sa.ForeignKey("commands.command_id")),
        sa.Column("created_at", TIME, nullable=False),
    )
