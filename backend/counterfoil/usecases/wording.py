"""The wordings behind hashes: canonical JSON, salted, kept in the store before the chain sees the hash."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets

from counterfoil.domain.errors import DomainError, declare
from counterfoil.ports.store import DocumentKind, DocumentRecord, Facts
from counterfoil.usecases.resolving import required_text
from counterfoil.usecases.workbench import Workbench

WORDING_ALTERED = declare(
    "WordingAltered",
    "the wording does not give the hash {document_hash}",
    "Ask whoever wrote it for the wording as it was sealed.",
)

_SALT_BYTES = 16
_KEYED_DOMAIN = b"counterfoil/keyed-document/v1"


def canonical_json(facts: Facts) -> str:
    """One text for equal facts: keys sorted, no spaces."""
    return json.dumps(facts, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def salted_hash(salt: bytes, body_json: str) -> bytes:
    """SHA-256 of salt and text: without the salt, the text cannot be guessed from the hash."""
    return hashlib.sha256(salt + body_json.encode()).digest()


def keep_wording(bench: Workbench, kind: DocumentKind, facts: Facts) -> bytes:
    """Keep a wording under a fresh salt and return its hash, for the chain."""
    salt = secrets.token_bytes(_SALT_BYTES)
    body = canonical_json(facts)
    document = DocumentRecord(document_hash=salted_hash(salt, body), kind=kind, salt=salt, body_json=body)
    with bench.store.begin() as work:
        work.documents.add(document)
    return document.document_hash


def keep_unique_wording(bench: Workbench, kind: DocumentKind, facts: Facts) -> bytes:
    """Keep a wording that may be used once: equal facts give the same hash, under the members' secret."""
    body = canonical_json(facts)
    message = _KEYED_DOMAIN + kind.value.encode() + b"\0" + body.encode()
    keyed = hmac.new(bench.keys.fingerprint_key(), message, hashlib.sha256).digest()
    with bench.store.begin() as work:
        work.documents.add(DocumentRecord(document_hash=keyed, kind=kind, salt=b"", body_json=body))
    return keyed


def kept_wording(bench: Workbench, document_hash: bytes) -> DocumentRecord:
    """A wording that was just kept; raises KeyError for a hash without one."""
    with bench.store.begin() as work:
        found = work.documents.by_hash(document_hash)
    if found is None:
        raise KeyError(document_hash.hex())
    return found


def keep_document(bench: Workbench, document: DocumentRecord) -> None:
    """Keep a wording that somebody else salted; harmless where it is kept already.

    Raises DomainError WordingAltered where hash and wording do not belong together.
    """
    if salted_hash(document.salt, document.body_json) != document.document_hash:
        raise DomainError(WORDING_ALTERED, document_hash=document.document_hash.hex())
    with bench.store.begin() as work:
        work.documents.add(document)


def keep_order(bench: Workbench, order: str, **subject: object) -> bytes:
    """Keep a court's or authority's order over something and return its hash; raises ReferenceEmpty."""
    stated = required_text(order, field="order")
    return keep_wording(bench, DocumentKind.ORDER, {"order": stated, **subject})
