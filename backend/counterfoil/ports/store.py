"""What use cases keep beside the chain, and the store that keeps it, as Protocols.

The chain is the truth about who owes and holds what. The store has what the chain must not show (names,
invoices, the wording behind hashes) and a copy of the chain's events with the block up to which it is
complete.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from counterfoil.domain.goods.good import Good, Site
from counterfoil.domain.goods.physical_lot import PhysicalLot
from counterfoil.domain.goods.receipt_document import ReceiptDocument
from counterfoil.domain.goods.salted_fields import SaltedDocument
from counterfoil.domain.invoices.invoice import Finding, Invoice
from counterfoil.ports.chain_log import ChainLog
from counterfoil.ports.comparisons import Comparisons
from counterfoil.ports.external_liens import ExternalLiens


class DocumentKind(StrEnum):
    """What a hash on the chain stands for."""

    ONBOARDING = "onboarding"
    TERMS = "terms"
    BACKGROUND = "background"
    REASON = "reason"
    EVIDENCE = "evidence"
    AGREEMENT = "agreement"
    REGISTRATION = "registration"
    ACCOUNT = "account"
    DEPOSIT = "deposit"
    PAYMENT = "payment"
    ORDER = "order"
    HANDOVER = "handover"


class KeyCustody(StrEnum):
    """Who has a party's key. KEYSTORE: this installation, encrypted. OWN: the party, outside of it."""

    KEYSTORE = "keystore"
    OWN = "own"


class InvoiceState(StrEnum):
    """RECORDED: the document that stands for its invoice. DUPLICATE: the same invoice in other words."""

    RECORDED = "recorded"
    DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyRecord:
    """A legal entity off chain. party_key: never changes, everything that must not depend on a document's
    choice of identifier uses it. roles: bits as asked for at onboarding, the chain has those in force.
    key_name: its key in the keystore, where custody says that it is there. party_id: None until its
    registration is on the chain.
    """

    party_key: str
    name: str
    country: str | None
    roles: int
    onboarding_hash: bytes
    key_name: str
    party_id: int | None = None
    custody: KeyCustody = KeyCustody.KEYSTORE


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceRecord:
    """A document that was read. fingerprint: equal for all documents of one invoice."""

    content_sha256: str
    fingerprint: bytes
    seller_key: str
    buyer_key: str
    file_name: str
    state: InvoiceState
    recorded_at: datetime
    invoice: Invoice


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRecord:
    """The wording behind a hash. body_json: canonical JSON; salt: 16 bytes, empty where the hash is keyed."""

    document_hash: bytes
    kind: DocumentKind
    salt: bytes
    body_json: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteInvoice:
    """A note's share of an invoice, as the chain's event states it."""

    note_id: int
    fingerprint: bytes
    payable_minor: int
    amount_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleTraceRecord:
    """How the rules decided about one command, with every rule's answer in trace_json."""

    operation: str
    subject: str
    decided_at: datetime
    passed: bool
    trace_json: str


class TitleKind(StrEnum):
    """Which document of title a detail root stands for."""

    RECEIPT = "receipt"
    BILL = "bill"


@dataclass(frozen=True, slots=True, kw_only=True)
class TitleDocumentRecord:
    """A document of title. salted: its fields with their salts. receipt: None where it is a bill."""

    kind: TitleKind
    salted: SaltedDocument
    receipt: ReceiptDocument | None = None

    @property
    def detail_root(self) -> bytes:
        """The 32 bytes on the chain that commit to it."""
        return self.salted.root


class Parties(Protocol):
    """Legal entities and every identifier that leads to them."""

    def add(self, party: PartyRecord) -> None: ...
    def set_key(self, party_key: str, *, key_name: str, custody: KeyCustody) -> None: ...
    def add_identifiers(self, party_key: str, identifiers: Iterable[str]) -> None: ...
    def keys_of_identifiers(self, identifiers: Iterable[str]) -> dict[str, str]: ...
    def identifiers_of(self, party_key: str) -> tuple[str, ...]: ...
    def by_key(self, party_key: str) -> PartyRecord | None: ...
    def by_id(self, party_id: int) -> PartyRecord | None: ...
    def by_name(self, name: str) -> tuple[PartyRecord, ...]: ...
    def by_identifier_value(self, value: str) -> tuple[PartyRecord, ...]: ...
    def all(self) -> tuple[PartyRecord, ...]: ...


class Invoices(Protocol):
    """Documents that were read."""

    def add(self, record: InvoiceRecord) -> None: ...
    def by_content(self, content_sha256: str) -> InvoiceRecord | None: ...
    def by_fingerprint(self, fingerprint: bytes) -> tuple[InvoiceRecord, ...]: ...
    def by_number(self, number: str) -> tuple[InvoiceRecord, ...]: ...
    def all(self) -> tuple[InvoiceRecord, ...]: ...
    def shares_of_note(self, note_id: int) -> tuple[NoteInvoice, ...]: ...
    def notes_over(self, fingerprint: bytes) -> tuple[int, ...]: ...


class Documents(Protocol):
    """Wordings by hash."""

    def add(self, document: DocumentRecord) -> None: ...
    def add_all(self, documents: Sequence[DocumentRecord]) -> None: ...
    def by_hash(self, document_hash: bytes) -> DocumentRecord | None: ...


class RuleTraces(Protocol):
    """Decisions of the rules, append-only."""

    def add(self, trace: RuleTraceRecord) -> None: ...
    def of_subject(self, subject: str) -> tuple[RuleTraceRecord, ...]: ...


class TitleDocuments(Protocol):
    """What the chain knows by hashes only: documents of title with their salts, lots, goods, sites."""

    def add(self, document: TitleDocumentRecord) -> None: ...
    def by_root(self, detail_root: bytes) -> TitleDocumentRecord | None: ...
    def add_lot(self, lot_key: bytes, lot: PhysicalLot) -> None: ...
    def lot_by_key(self, lot_key: bytes) -> PhysicalLot | None: ...
    def add_good(self, good: Good) -> None: ...
    def good_by_key(self, good_key: bytes) -> Good | None: ...
    def all_goods(self) -> tuple[Good, ...]: ...
    def add_site(self, site: Site) -> None: ...
    def site_by_key(self, site_key: bytes) -> Site | None: ...
    def add_bill_number(self, number_key: bytes, *, carrier: str, number: str) -> None: ...
    def bill_number_of(self, number_key: bytes) -> tuple[str, str] | None: ...


class UnitOfWork(Protocol):
    """One transaction: everything in it is kept or nothing."""

    @property
    def parties(self) -> Parties: ...
    @property
    def invoices(self) -> Invoices: ...
    @property
    def documents(self) -> Documents: ...
    @property
    def chain_log(self) -> ChainLog: ...
    @property
    def comparisons(self) -> Comparisons: ...
    @property
    def rule_traces(self) -> RuleTraces: ...
    @property
    def external_liens(self) -> ExternalLiens: ...
    @property
    def titles(self) -> TitleDocuments: ...


class StorePort(Protocol):
    """Begins units of work. Leaving the block keeps them, an exception drops them.

    begin: one at a time, so that what is read is still so when something is written. concurrent: beside
    others; conditional updates and unique constraints decide who was first. read: one picture, read only.
    """

    def begin(self) -> AbstractContextManager[UnitOfWork]: ...
    def concurrent(self) -> AbstractContextManager[UnitOfWork]: ...
    def read(self) -> AbstractContextManager[UnitOfWork]: ...


class InvoiceReadResult(Protocol):
    """What reading one document gave; counterfoil.ingest.reader.ReadResult is one."""

    @property
    def invoice(self) -> Invoice | None: ...
    @property
    def findings(self) -> tuple[Finding, ...]: ...
    @property
    def refused(self) -> bool: ...


Facts = Mapping[str, object]
"""Values of a document's body: text, whole numbers, lists and mappings of these."""
