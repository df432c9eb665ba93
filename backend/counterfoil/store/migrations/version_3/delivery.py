"""Webhook endpoints and deliveries, as of version 3."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from counterfoil.store.migrations.column_types import TIME, text


def create_webhook_endpoints() -> None:
    """The table webhook_endpoints."""
    op.create_table(
        "webhook_endpoints",
        sa.Column("endpoint_id", text(32), primary_key=True),
        sa.Column("org_id", text(32), sa.ForeignKey("organisations.org_id"), nullable=False, index=True),
        sa.Column("url", text(), nullable=False),
        sa.Column("secret_sealed", text(), nullable=False),
        sa.Column("events_json", text(), nullable=False),
        sa.Column(
            "state",
            text(16),
            sa.CheckConstraint("state in ('active', 'paused', 'removed')", name="state"),
            nullable=False,
        ),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("cursor", text(), nullable=False),
    )


def create_webhook_deliveries() -> None:
    """The table webhook_deliveries."""
    op.create_table(
        "webhook_deliveries",
        sa.Column("delivery_id", text(64), primary_key=True),
        sa.Column("endpoint_id", text(32), sa.ForeignKey("webhook_endpoints.endpoint_id"), nullable=False),
        sa.Column("event", text(64), nullable=False),
        sa.Column("body_json", text(), nullable=False),
        sa.Column(
            "state",
            text(16),
            sa.CheckConstraint("state in ('waiting', 'delivered', 'given_up')", name="state"),
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_at", TIME, nullable=False),
        sa.Column("last_code", sa.Integer),
        sa.Column("last_failure", text()),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("delivered_at", TIME),
        sa.Column("replays", sa.BigInteger, nullable=False),
    )
    op.create_index(
        "ix_webhook_deliveries_endpoint_id_created_at", "webhook_deliveries", ["endpoint_id", "created_at"]
    )
    condition = sa.text("state = 'waiting'")
    op.create_index(
        "ix_webhook_deliveries_waiting",
        "webhook_deliveries",
        ["next_at"],
        sqlite_where=condition,
        postgresql_where=condition,
    )
