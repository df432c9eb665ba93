"""Column types as the migrations declare them, apart from those of the tables of today, which may change."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.types import TypeEngine

TIME = sa.DateTime(timezone=True)
"""Aware UTC; SQLite keeps no zone, so what is written there is UTC."""


def text(length: int | None = None) -> TypeEngine[str]:
    """Text sorted by code point on both databases. length: stated on SQLite, enforced on neither."""
    declared = sa.Text() if length is None else sa.String(length)
    return declared.with_variant(sa.Text(collation="C"), "postgresql")
