"""Webhooks: where organisations want to be told, and what became of telling them."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, Integer, Table

from counterfoil.store.schema.base import UtcDateTime, metadata, text

webhook_endpoints = Table(
    "webhook_endpoints",
    metadata,
    Column("endpoint_id", text(32), primary_key=True),
    Column("org_id", ForeignKey("organisations.org_id"), nullable=False, index=True),
    Column("url", text(), nullable=False),
    # The signing secret, sealed with the service's key.
    Column("secret_sealed", text(), nullable=False),
    # JSON list of event names; [] for all.
    Column("events_json", text(), nullable=False),
    Column(
        "state",
        text(16),
        CheckConstraint("state in ('active', 'paused', 'removed')", name="state"),
        nullable=False,
    ),
    Column("created_at", UtcDateTime, nullable=False),
    # Events and finished commands up to here have their deliveries.
    Column("cursor", text(), nullable=False),
)

webhook_deliveries = Table(
    "webhook_deliveries",
    metadata,
    # Made from endpoint and message: the same message is never enqueued twice.
    Column("delivery_id", text(64), primary_key=True),
    Column("endpoint_id", ForeignKey("webhook_endpoints.endpoint_id"), nullable=False),
    Column("event", text(64), nullable=False),
    Column("body_json", text(), nullable=False),
    Column(
        "state",
        text(16),
        CheckConstraint("state in ('waiting', 'delivered', 'given_up')", name="state"),
        nullable=False,
    ),
    Column("attempts", Integer, nullable=False, default=0),
    Column("next_at", UtcDateTime, nullable=False),
    Column("last_code", Integer),
    Column("last_failure", text()),
    Column("created_at", UtcDateTime, nullable=False),
    Column("delivered_at", UtcDateTime),
    Column("replays", BigInteger, nullable=False, default=0),
)
Index(
    "ix_webhook_deliveries_waiting",
    webhook_deliveries.c.next_at,
    sqlite_where=webhook_deliveries.c.state == "waiting",
    postgresql_where=webhook_deliveries.c.state == "waiting",
)
Index(
    "ix_webhook_deliveries_endpoint_id_created_at",
    webhook_deliveries.c.endpoint_id,
    webhook_deliveries.c.created_at,
)
