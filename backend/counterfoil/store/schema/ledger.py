"""Parties, invoices, wordings, the chain's events, documents of title, liens registered elsewhere."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    Table,
)

from counterfoil.store.schema.base import UtcDateTime, counted, hash_column, metadata, text

schema_version = Table(
    "schema_version",
    metadata,
    Column("version", Integer, primary_key=True),
    Column("created_at", UtcDateTime, nullable=False),
)

parties = Table(
    "parties",
    metadata,
    Column("party_key", text(255), primary_key=True),
    Column("name", text(), nullable=False),
    Column("country", text(2)),
    Column("roles", BigInteger, CheckConstraint("roles >= 0", name="roles"), nullable=False),
    hash_column("onboarding_hash", unique=True),
    Column("key_name", text(64), nullable=False, unique=True),
    # Whether the key of that name is in this installation's keystore, or the party keeps its own elsewhere.
    Column(
        "custody",
        text(16),
        CheckConstraint("custody in ('keystore', 'own')", name="custody"),
        nullable=False,
        server_default="keystore",
    ),
    Column("party_id", Integer, CheckConstraint("party_id between 1 and 16777215", name="id"), unique=True),
)

party_identifiers = Table(
    "party_identifiers",
    metadata,
    Column("identifier", text(512), primary_key=True),
    Column("party_key", ForeignKey("parties.party_key"), nullable=False, index=True),
)

documents = Table(
    "documents",
    metadata,
    hash_column("document_hash", primary_key=True),
    Column("kind", text(16), nullable=False),
    Column("salt", text(32), nullable=False),
    Column("body_json", text(), nullable=False),
)

invoices = Table(
    "invoices",
    metadata,
    hash_column("content_sha256", primary_key=True),
    hash_column("fingerprint"),
    Column("number", text(), nullable=False, index=True),
    Column("type", text(16), CheckConstraint("type in ('invoice', 'credit-note')", name="type")),
    Column("format", text(16), nullable=False),
    Column("issue_date", Date, nullable=False),
    Column("due_date", Date),
    Column("currency", text(3), nullable=False),
    Column("payable_minor", BigInteger, nullable=False),
    Column("seller_key", ForeignKey("parties.party_key"), nullable=False, index=True),
    Column("buyer_key", ForeignKey("parties.party_key"), nullable=False, index=True),
    Column("file_name", text(), nullable=False),
    Column(
        "state",
        text(16),
        CheckConstraint("state in ('recorded', 'duplicate')", name="state"),
        nullable=False,
    ),
    Column("recorded_at", UtcDateTime, nullable=False),
    Column("invoice_json", text(), nullable=False),
)
# Any number of documents may say the same invoice, but one of them stands for it.
Index(
    "uq_invoices_fingerprint_recorded",
    invoices.c.fingerprint,
    unique=True,
    sqlite_where=invoices.c.state == "recorded",
    postgresql_where=invoices.c.state == "recorded",
)
Index("ix_invoices_fingerprint", invoices.c.fingerprint)

note_invoices = Table(
    "note_invoices",
    metadata,
    Column("note_id", BigInteger, primary_key=True, autoincrement=False),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("fingerprint", text(64), nullable=False, index=True),
    Column(
        "payable_minor", BigInteger, CheckConstraint("payable_minor >= 0", name="payable"), nullable=False
    ),
    Column("amount_minor", BigInteger, CheckConstraint("amount_minor > 0", name="amount"), nullable=False),
)

chain_blocks = Table(
    "chain_blocks",
    metadata,
    Column("block_number", BigInteger, primary_key=True, autoincrement=False),
    Column("block_hash", text(66), nullable=False, unique=True),
    Column("block_time_s", BigInteger, nullable=False),
)

chain_events = Table(
    "chain_events",
    metadata,
    Column("block_number", ForeignKey("chain_blocks.block_number"), primary_key=True, autoincrement=False),
    Column("log_index", Integer, primary_key=True, autoincrement=False),
    Column("tx_hash", text(66), nullable=False, index=True),
    Column("tx_index", Integer, nullable=False),
    Column("contract", text(64), nullable=False),
    Column("address", text(42), nullable=False),
    Column("event", text(64), nullable=False),
    Column("args_json", text(), nullable=False),
    # Whose key acted. Stores of versions that did not ask have it for some events only.
    Column("acting_key", text(42)),
)

chain_checkpoint = Table(
    "chain_checkpoint",
    metadata,
    Column("only_row", Integer, CheckConstraint("only_row = 1", name="one"), primary_key=True),
    Column("block_number", BigInteger, nullable=False),
    Column("block_hash", text(66)),
    # How often blocks were taken back, so that whoever folded them notices.
    Column("epoch", Integer, nullable=False, default=0),
    # By which rules subjects and concerned parties were kept; 0: before there were any.
    Column("index_version", Integer, nullable=False, default=0),
)

rule_traces = Table(
    "rule_traces",
    metadata,
    counted("trace_id"),
    Column("operation", text(64), nullable=False),
    Column("subject", text(64), nullable=False, index=True),
    Column("decided_at", UtcDateTime, nullable=False),
    Column("passed", Boolean, nullable=False),
    Column("trace_json", text(), nullable=False),
)

# What the chain knows by hashes only. Salts stand in the documents: whoever has them can test guesses.
title_documents = Table(
    "title_documents",
    metadata,
    hash_column("detail_root", primary_key=True),
    Column("kind", text(16), CheckConstraint("kind in ('receipt', 'bill')", name="kind"), nullable=False),
    Column("fields_json", text(), nullable=False),
    Column("receipt_json", text()),
)

physical_lots = Table(
    "physical_lots",
    metadata,
    hash_column("lot_key", primary_key=True),
    Column("lot_json", text(), nullable=False),
)

goods = Table(
    "goods",
    metadata,
    hash_column("good_key", primary_key=True),
    Column("good_json", text(), nullable=False),
)

sites = Table(
    "sites",
    metadata,
    hash_column("site_key", primary_key=True),
    Column("code", text(), nullable=False),
)

bill_numbers = Table(
    "bill_numbers",
    metadata,
    hash_column("number_key", primary_key=True),
    Column("carrier", text(8), nullable=False),
    Column("number", text(), nullable=False),
)

external_liens = Table(
    "external_liens",
    metadata,
    hash_column("content_key", primary_key=True),
    Column("registry_key", text(), nullable=False),
    Column("registration_key", text(), nullable=False),
    Column("expires_at", UtcDateTime),
    Column("lien_json", text(), nullable=False),
    Column("file_name", text(), nullable=False),
    Column("imported_at", UtcDateTime, nullable=False),
    Column("superseded_at", UtcDateTime),
)
# Every extract is kept, but one of them says what a registration says now.
Index(
    "uq_external_liens_registration_current",
    external_liens.c.registry_key,
    external_liens.c.registration_key,
    unique=True,
    sqlite_where=external_liens.c.superseded_at.is_(None),
    postgresql_where=external_liens.c.superseded_at.is_(None),
)

external_matches = Table(
    "external_matches",
    metadata,
    hash_column("match_hash", primary_key=True),
    Column("content_key", ForeignKey("external_liens.content_key"), nullable=False, index=True),
    # 256 bits: more than any integer column has.
    Column("asset_number", text(64), nullable=False, index=True),
    Column("grade", text(16), nullable=False),
    Column("score", Integer, CheckConstraint("score between 0 and 100", name="score"), nullable=False),
    Column("reasons_json", text(), nullable=False),
    Column("found_at", UtcDateTime, nullable=False),
    Column("block_tx", text(66)),
    Column("state", text(16), nullable=False),
    Column("resolved_reason", text()),
    Column("resolved_by", text()),
    Column("resolved_at", UtcDateTime),
    Column("reason_hash", text(64)),
    CheckConstraint(
        "state = 'open' or (state in ('upheld', 'dismissed') and resolved_reason is not null"
        " and resolved_by is not null and resolved_at is not null)",
        name="resolution",
    ),
)
