"""Version 3: what the service keeps: identity, commands, outbox, indexing, webhooks, files.

This is history: it says what was released and is never changed.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from counterfoil.store.migrations.column_types import text
from counterfoil.store.migrations.version_3 import commands, delivery, files, identity, indexing, outbox

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the tables that version 2 has not, each after those that it refers to; carry over what moved."""
    identity.create_audit_log()
    indexing.create_chain_epochs()
    indexing.create_comparisons()
    files.create_encryption_keys()
    files.create_file_heads()
    files.create_files()
    identity.create_identity_version()
    identity.create_login_attempts()
    indexing.create_recent_blocks()
    outbox.create_sender_lanes()
    outbox.create_worker_beats()
    identity.create_audit_anchors()
    outbox.create_chain_transactions()
    files.create_file_keys()
    files.create_file_readers()
    files.create_file_subjects()
    identity.create_organisations()
    identity.create_approval_policies()
    indexing.create_event_parties()
    indexing.create_event_subjects()
    identity.create_oidc_logins()
    identity.create_users()
    delivery.create_webhook_endpoints()
    identity.create_api_tokens()
    commands.create_commands()
    identity.create_sessions()
    identity.create_user_limits()
    identity.create_user_roles()
    delivery.create_webhook_deliveries()
    commands.create_command_decisions()
    commands.create_command_steps()
    commands.create_idempotency_keys()
    _say_who_keeps_keys()
    _keep_acting_keys()
    op.execute(sa.update(sa.table("schema_version", sa.column("version"))).values(version=3))


def _say_who_keeps_keys() -> None:
    """Every key of version 2 is in the installation's keystore."""
    op.add_column(
        "parties",
        sa.Column(
            "custody",
            text(16),
            sa.CheckConstraint("custody in ('keystore', 'own')", name="custody"),
            nullable=False,
            server_default="keystore",
        ),
    )


def _keep_acting_keys() -> None:
    """Version 2 kept the signer of some transactions; now every event has its key."""
    op.add_column("chain_events", sa.Column("acting_key", text(42)))
    events = sa.table("chain_events", sa.column("tx_hash"), sa.column("acting_key"))
    senders = sa.table("chain_senders", sa.column("tx_hash"), sa.column("sender"))
    signer = sa.select(senders.c.sender).where(senders.c.tx_hash == events.c.tx_hash).scalar_subquery()
    op.execute(sa.update(events).values(acting_key=signer))
    op.drop_table("chain_senders")
    op.add_column("chain_checkpoint", sa.Column("block_hash", text(66)))
    op.add_column("chain_checkpoint", sa.Column("epoch", sa.Integer, nullable=False, server_default="0"))
    op.add_column(
        "chain_checkpoint", sa.Column("index_version", sa.Integer, nullable=False, server_default="0")
    )
