"""The tables as they are today, one module a room.

Amounts are minor units in 64-bit integers, times aware UTC, hashes hexadecimal text.

Written for SQLite and PostgreSQL alike. What leads here from an earlier version stands in `migrations`; a
change here needs a migration of its own and the next SCHEMA_VERSION, and a test compares the two.
"""

from counterfoil.store.schema.base import SCHEMA_VERSION, UtcDateTime, metadata
from counterfoil.store.schema.commands import (
    command_decisions,
    command_steps,
    commands,
    idempotency_keys,
)
from counterfoil.store.schema.delivery import (
    webhook_deliveries,
    webhook_endpoints,
)
from counterfoil.store.schema.files import (
    encryption_keys,
    file_heads,
    file_keys,
    file_readers,
    file_subjects,
    files,
)
from counterfoil.store.schema.identity import (
    api_tokens,
    approval_policies,
    audit_anchors,
    audit_log,
    identity_version,
    login_attempts,
    oidc_logins,
    organisations,
    sessions,
    user_limits,
    user_roles,
    users,
)
from counterfoil.store.schema.indexing import (
    chain_epochs,
    comparisons,
    event_parties,
    event_subjects,
    recent_blocks,
)
from counterfoil.store.schema.ledger import (
    bill_numbers,
    chain_blocks,
    chain_checkpoint,
    chain_events,
    documents,
    external_liens,
    external_matches,
    goods,
    invoices,
    note_invoices,
    parties,
    party_identifiers,
    physical_lots,
    rule_traces,
    schema_version,
    sites,
    title_documents,
)
from counterfoil.store.schema.outbox import (
    chain_transactions,
    sender_lanes,
    worker_beats,
)

__all__ = [
    "SCHEMA_VERSION",
    "UtcDateTime",
    "api_tokens",
    "approval_policies",
    "audit_anchors",
    "audit_log",
    "bill_numbers",
    "chain_blocks",
    "chain_checkpoint",
    "chain_epochs",
    "chain_events",
    "chain_transactions",
    "command_decisions",
    "command_steps",
    "commands",
    "comparisons",
    "documents",
    "encryption_keys",
    "event_parties",
    "event_subjects",
    "external_liens",
    "external_matches",
    "file_heads",
    "file_keys",
    "file_readers",
    "file_subjects",
    "files",
    "goods",
    "idempotency_keys",
    "identity_version",
    "invoices",
    "login_attempts",
    "metadata",
    "note_invoices",
    "oidc_logins",
    "organisations",
    "parties",
    "party_identifiers",
    "physical_lots",
    "recent_blocks",
    "rule_traces",
    "schema_version",
    "sender_lanes",
    "sessions",
    "sites",
    "title_documents",
    "user_limits",
    "user_roles",
    "users",
    "webhook_deliveries",
    "webhook_endpoints",
    "worker_beats",
]
