"""Version 2: documents of title with what their keys stand for, and liens registered elsewhere.

This is history: it says what was released and is never changed. Homes that were used with a program between
the releases may have some of these tables; those are left as they are.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from counterfoil.store.migrations.column_types import TIME, text

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the tables that version 1 has not."""
    _create_title_documents()
    _create_physical_lots()
    _create_goods()
    _create_sites()
    _create_bill_numbers()
    _create_external_liens()
    _create_external_matches()
    op.execute(sa.update(sa.table("schema_version", sa.column("version"))).values(version=2))


def _create_title_documents() -> None:
    op.create_table(
        "title_documents",
        sa.Column("detail_root", text(64), primary_key=True),
        sa.Column(
            "kind", text(16), sa.CheckConstraint("kind in ('receipt', 'bill')", name="kind"), nullable=False
        ),
        sa.Column("fields_json", text(), nullable=False),
        sa.Column("receipt_json", text()),
        if_not_exists=True,
    )


def _create_physical_lots() -> None:
    op.create_table(
        "physical_lots",
        sa.Column("lot_key", text(64), primary_key=True),
        sa.Column("lot_json", text(), nullable=False),
        if_not_exists=True,
    )


def _create_goods() -> None:
    op.create_table(
        "goods",
        sa.Column("good_key", text(64), primary_key=True),
        sa.Column("good_json", text(), nullable=False),
        if_not_exists=True,
    )


def _create_sites() -> None:
    op.create_table(
        "sites",
        sa.Column("site_key", text(64), primary_key=True),
        sa.Column("code", text(), nullable=False),
        if_not_exists=True,
    )


def _create_bill_numbers() -> None:
    op.create_table(
        "bill_numbers",
        sa.Column("number_key", text(64), primary_key=True),
        sa.Column("carrier", text(8), nullable=False),
        sa.Column("number", text(), nullable=False),
        if_not_exists=True,
    )


def _create_external_liens() -> None:
    op.create_table(
        "external_liens",
        sa.Column("content_key", text(64), primary_key=True),
        sa.Column("registry_key", text(), nullable=False),
        sa.Column("registration_key", text(), nullable=False),
        sa.Column("expires_at", TIME),
        sa.Column("lien_json", text(), nullable=False),
        sa.Column("file_name", text(), nullable=False),
        sa.Column("imported_at", TIME, nullable=False),
        sa.Column("superseded_at", TIME),
        if_not_exists=True,
    )
    current = sa.text("superseded_at is null")
    op.create_index(
        "uq_external_liens_registration_current",
        "external_liens",
        ["registry_key", "registration_key"],
        unique=True,
        sqlite_where=current,
        postgresql_where=current,
        if_not_exists=True,
    )


def _create_external_matches() -> None:
    op.create_table(
        "external_matches",
        sa.Column("match_hash", text(64), primary_key=True),
        sa.Column(
            "content_key", text(64), sa.ForeignKey("external_liens.content_key"), nullable=False, index=True
        ),
        sa.Column("asset_number", text(64), nullable=False, index=True),
        sa.Column("grade", text(16), nullable=False),
        sa.Column(
            "score", sa.Integer, sa.CheckConstraint("score between 0 and 100", name="score"), nullable=False
        ),
        sa.Column("reasons_json", text(), nullable=False),
        sa.Column("found_at", TIME, nullable=False),
        sa.Column("block_tx", text(66)),
        sa.Column("state", text(16), nullable=False),
        sa.Column("resolved_reason", text()),
        sa.Column("resolved_by", text()),
        sa.Column("resolved_at", TIME),
        sa.Column("reason_hash", text(64)),
        sa.CheckConstraint(
            "state = 'open' or (state in ('upheld', 'dismissed') and resolved_reason is not null"
            " and resolved_by is not null and resolved_at is not null)",
            name="resolution",
        ),
        if_not_exists=True,
    )
