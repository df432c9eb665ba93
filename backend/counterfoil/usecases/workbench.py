"""What every use case works with, wired once by bootstrap.

A use case is a function: the workbench first, then keyword-only plain values. It acts with the acting party's
own key, waits for the block, brings the read model up to date and returns an Outcome.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from counterfoil.ports.engine import Receipt, Signer
from counterfoil.ports.ledger import LedgerPort
from counterfoil.ports.store import InvoiceReadResult, PartyRecord, StorePort
from counterfoil.usecases.read_model import FollowingReadModel


class Keys(Protocol):
    """Opened keys by name, and the members' secret for fingerprints."""

    def ensure(self, name: str) -> str: ...
    def signer(self, name: str) -> Signer: ...
    def party_signer(self, party: PartyRecord) -> Signer: ...
    def fingerprint_key(self) -> bytes: ...


class Observer(Protocol):
    """Told of every transaction that took effect."""

    def __call__(self, *, operation: str, receipt: Receipt) -> None: ...


class DocumentReader(Protocol):
    """Reads one invoice document; counterfoil.ingest.reader.read_invoice is one."""

    def __call__(self, content: bytes, *, file_name: str | None = None) -> InvoiceReadResult: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Workbench:
    """The outside, as use cases see it. lots_per_call: most lots that one settlement transaction pays."""

    ledger: LedgerPort
    store: StorePort
    keys: Keys
    read_model: FollowingReadModel
    read_document: DocumentReader
    chain_now_s: Callable[[], int]
    observers: tuple[Observer, ...] = ()
    lots_per_call: int = 500

    def now(self) -> datetime:
        """The chain's clock: business time."""
        return datetime.fromtimestamp(self.chain_now_s(), UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A command that took effect. receipts: one a transaction, in order."""

    operation: str
    receipts: tuple[Receipt, ...]

    @property
    def gas_used(self) -> int:
        """Gas of all its transactions."""
        return sum(receipt.gas_used for receipt in self.receipts)

    @property
    def tx_hash(self) -> str:
        """The last transaction."""
        return self.receipts[-1].tx_hash

    @property
    def block_number(self) -> int:
        """The block of the last transaction."""
        return self.receipts[-1].block_number
