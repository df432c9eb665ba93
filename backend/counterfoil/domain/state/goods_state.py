"""Stocks, warehouse receipts and bills of lading as the ledger has them; a part of its complete state."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from counterfoil.domain.states import BillState, ReceiptState

LIVE_RECEIPTS = frozenset(
    {ReceiptState.ISSUED, ReceiptState.RELEASED, ReceiptState.DISPUTED, ReceiptState.FROZEN}
)
"""States in which a receipt counts against its stock and its keeper's exposure."""

FIRST_ATTESTATION_AGE_S = 30 * 86_400
"""How long a count is fresh until the governor says otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stock:
    """One keeper's goods of one kind at one site. Quantities in units of 10 to the minus `decimals`.

    attested: what the newest count leaves to be delivered; receipted: what live receipts give title to.
    inspector_id, evidence_hash: of the newest count, None and zero before the first.
    """

    stock_id: int
    keeper_id: int
    site: bytes
    good: bytes
    decimals: int
    attested: int = 0
    receipted: int = 0
    attested_at_s: int = 0
    fresh_until_s: int = 0
    inspector_id: int | None = None
    evidence_hash: bytes = bytes(32)

    @property
    def is_short(self) -> bool:
        """Whether a count found less than the receipts give title to."""
        return self.attested < self.receipted


@dataclass(frozen=True, slots=True, kw_only=True)
class BackedLot:
    """What a physical lot backs now."""

    receipt_id: int
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A warehouse receipt, or a draft of one. quantity as its stock counts; value_minor: the declared value.

    lots: keys of the physical lots behind it, none once it has ended. sequence: of the keeper's next seal.
    before: where a frozen receipt returns to, NONE otherwise. inspector_id, attested_at_s, evidence_hash: its
    last attestation; None and zero before.
    disputed_by_keeper: which side disputes it; a holder that gets it by order takes over its side.
    """

    receipt_id: int
    stock_id: int
    keeper_id: int
    depositor_id: int
    holder_id: int
    quantity: int
    currency: int
    value_minor: int
    pledge_consent: bool
    detail_root: bytes
    lots: tuple[bytes, ...]
    state: ReceiptState = ReceiptState.DRAFT
    before: ReceiptState = ReceiptState.NONE
    sequence: int = 0
    inspector_id: int | None = None
    attested_at_s: int = 0
    evidence_hash: bytes = bytes(32)
    disputed_by_keeper: bool = False

    @property
    def is_attested(self) -> bool:
        """Whether an inspector saw its goods."""
        return self.inspector_id is not None

    @property
    def is_live(self) -> bool:
        """Whether it gives title to goods now."""
        return self.state in LIVE_RECEIPTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """A bill of lading. number: key of its number; sequence: how often it was endorsed.

    before: where a frozen bill returns to, NONE otherwise. replaces_id: the bill it was switched from;
    receipt_id: what it was discharged into.
    """

    bill_id: int
    number: bytes
    carrier_id: int
    shipper_id: int
    holder_id: int
    good: bytes
    quantity: int
    decimals: int
    detail_root: bytes
    state: BillState = BillState.ISSUED
    before: BillState = BillState.NONE
    sequence: int = 0
    replaces_id: int | None = None
    receipt_id: int | None = None


def add_exposure(exposures: Counter[tuple[int, int]], account: tuple[int, int], minor: int) -> None:
    """Change what a keeper's receipts are worth in a currency; a zero leaves the table."""
    exposures[account] += minor
    if not exposures[account]:
        del exposures[account]
