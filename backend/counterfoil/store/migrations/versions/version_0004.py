"""Version 4: the worker's sign of life says how the endpoints of its network are.

This is history: it says what was released and is never changed.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from counterfoil.store.migrations.column_types import text

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the column."""
    op.add_column("worker_beats", sa.Column("endpoints_json", text(), nullable=False, server_default="[]"))
    op.execute(sa.update(sa.table("schema_version", sa.column("version"))).values(version=4))
