"""Version 3: what the service keeps: identity, commands, outbox, indexing, webhooks, files."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from counterfoil.store.schema import metadata

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the tables that version 2 has not."""
    metadata.create_all(op.get_bind())
    op.execute(sa.update(sa.table("schema_version", sa.column("version"))).values(version=3))
