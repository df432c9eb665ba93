"""Commands that users gave, who approved them, the instructions that carry them out, idempotency keys."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, ForeignKey, Index, Integer, Table

from counterfoil.domain.commands import CommandState, StepState
from counterfoil.store.schema.base import UtcDateTime, hash_column, metadata, text


def _one_of(column: str, values: type[CommandState] | type[StepState]) -> str:
    return f"{column} in ({', '.join(repr(each.value) for each in values)})"


commands = Table(
    "commands",
    metadata,
    Column("command_id", text(32), primary_key=True),
    Column("org_id", ForeignKey("organisations.org_id"), nullable=False),
    # Who acts on the ledger: 'party:NUMBER' or 'office:name'; empty where nothing of it reaches the ledger.
    Column("actor", text(32), nullable=False),
    Column("operation", text(64), nullable=False),
    # Canonical JSON of the validated body, and its SHA-256: what is approved is this and nothing else.
    Column("body_json", text(), nullable=False),
    hash_column("body_hash"),
    Column("state", text(24), CheckConstraint(_one_of("state", CommandState), name="state"), nullable=False),
    Column("waiting_for", text(), nullable=False),
    Column("waiting_since", UtcDateTime, nullable=False),
    # Not looked at again before then: a wait after something out of reach.
    Column("not_before", UtcDateTime),
    Column("made_by", ForeignKey("users.user_id"), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime),
    # What the body comes to, where it is about money; set when the command is first prepared.
    Column("amount_minor", BigInteger),
    Column("currency", text(3)),
    # None until first prepared; how many approvals it needs, and whether it has them.
    Column("approvals_needed", Integer),
    Column("approved", Boolean, nullable=False, default=False),
    Column("steps_done", Integer, nullable=False, default=0),
    # {"sentence": ..., "fields": {...}}: what a checker reads.
    Column("summary_json", text()),
    Column("problem_json", text()),
    Column("result_json", text()),
    Column("correlation_id", text(), nullable=False),
    # W3C trace context of the request, so that the worker's spans join it.
    Column("traceparent", text()),
    Column("version", Integer, nullable=False, default=1),
)
Index("ix_commands_org_id_command_id", commands.c.org_id, commands.c.command_id)
# What changed last, for webhooks: a change of state moves waiting_since, the last one too.
Index("ix_commands_org_id_waiting_since", commands.c.org_id, commands.c.waiting_since)
Index(
    "ix_commands_open",
    commands.c.state,
    commands.c.command_id,
    sqlite_where=commands.c.finished_at.is_(None),
    postgresql_where=commands.c.finished_at.is_(None),
)

command_decisions = Table(
    "command_decisions",
    metadata,
    Column("command_id", ForeignKey("commands.command_id"), primary_key=True),
    Column("user_id", ForeignKey("users.user_id"), primary_key=True),
    Column(
        "decision",
        text(16),
        CheckConstraint("decision in ('approved', 'rejected')", name="decision"),
        nullable=False,
    ),
    hash_column("body_hash"),
    Column("comment", text(), nullable=False),
    Column("decided_at", UtcDateTime, nullable=False),
)

# One contract call of a command, as an instruction that a key signs.
command_steps = Table(
    "command_steps",
    metadata,
    Column("command_id", ForeignKey("commands.command_id"), primary_key=True),
    Column("step", Integer, primary_key=True, autoincrement=False),
    Column("contract", text(64), nullable=False),
    Column("function", text(64), nullable=False),
    hash_column("type_hash"),
    # ABI-encoded arguments without the selector, as hexadecimal text.
    Column("args_hex", text(), nullable=False),
    Column("key", text(42), nullable=False, index=True),
    # 256 bits: more than any integer column has.
    hash_column("nonce"),
    Column("deadline_s", BigInteger, nullable=False),
    Column("gas_limit", BigInteger, nullable=False),
    Column("signature_hex", text()),
    Column("state", text(16), CheckConstraint(_one_of("state", StepState), name="state"), nullable=False),
    Column("tx_id", ForeignKey("chain_transactions.tx_id"), index=True),
    # What the contract answered where it refused: revert bytes as hexadecimal text.
    Column("refusal_hex", text()),
    # Events of this instruction, as the chain log keeps them.
    Column("events_json", text()),
    Column("block_number", BigInteger),
    Column("tx_hash", text(66)),
    Column("gas_used", BigInteger),
)
Index("uq_command_steps_key_nonce", command_steps.c.key, command_steps.c.nonce, unique=True)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("org_id", ForeignKey("organisations.org_id"), primary_key=True),
    Column("key", text(255), primary_key=True),
    hash_column("request_hash"),
    # The first answer; None while it is being worked out, which happens in the same transaction.
    Column("response_code", Integer, nullable=False),
    Column("response_headers_json", text(), nullable=False),
    Column("response_body", text(), nullable=False),
    Column("command_id", ForeignKey("commands.command_id")),
    Column("created_at", UtcDateTime, nullable=False),
)
