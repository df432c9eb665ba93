"""What happened to stocks, warehouse receipts and bills of lading; conventions as in domain.events.

Quantities are counted in units of 10 to the minus the stock's (or bill's) decimals of the good's unit. Keys
of physical lots and bill numbers are keyed hashes, sites and goods hashes of their canonical text: 32 bytes.
"""

from __future__ import annotations

from dataclasses import dataclass

from counterfoil.domain.events.ledger_events import LedgerEvent
from counterfoil.domain.states import BillState, ReceiptState

# -- stocks --


@dataclass(frozen=True, slots=True, kw_only=True)
class StockOpened(LedgerEvent):
    """A keeper keeps goods of a kind at a site."""

    stock_id: int
    keeper_id: int
    site: bytes
    good: bytes
    decimals: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StockAttested(LedgerEvent):
    """An inspector counted everything that lies there; nothing is issued on the count after fresh_until_s."""

    stock_id: int
    inspector_id: int
    quantity: int
    fresh_until_s: int
    evidence_hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class AttestationAgeSet(LedgerEvent):
    """How many seconds later attestations are fresh."""

    max_age_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ExposureCapSet(LedgerEvent):
    """The most that a keeper's live receipts may be worth in a currency."""

    keeper_id: int
    currency: int
    cap_minor: int


# -- receipts --


@dataclass(frozen=True, slots=True, kw_only=True)
class BackingLot:
    """A physical lot behind a receipt. key: folds the spellings of its marks."""

    key: bytes
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptDrafted(LedgerEvent):
    """The keeper took goods in; their lots back nothing else from here on."""

    receipt_id: int
    stock_id: int
    depositor_id: int
    quantity: int
    currency: int
    value_minor: int
    pledge_consent: bool
    detail_root: bytes
    lots: tuple[BackingLot, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptAttested(LedgerEvent):
    """An inspector saw the draft's goods."""

    receipt_id: int
    inspector_id: int
    evidence_hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptIssued(LedgerEvent):
    """Title exists, the depositor's."""

    receipt_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftDiscarded(LedgerEvent):
    """The keeper dropped a draft; its lots are free."""

    receipt_id: int
    lots: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptTransferred(LedgerEvent):
    """Title moved, by the holder's transaction and the keeper's seal. sequence: of the next seal."""

    receipt_id: int
    to_id: int
    sequence: int
    background: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptSplit(LedgerEvent):
    """A part was cut off; quantity, value, detail_root and lots are the part's, remainder_root the rest's."""

    receipt_id: int
    part_id: int
    quantity: int
    value_minor: int
    detail_root: bytes
    remainder_root: bytes
    lots: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptMerged(LedgerEvent):
    """A source went into a receipt, with quantity, value and lots. detail_root: of the receipt that stays."""

    receipt_id: int
    source_id: int
    quantity: int
    value_minor: int
    detail_root: bytes
    lots: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LotsRestacked(LedgerEvent):
    """The goods lie in other lots of the site now; their quantity is as before."""

    receipt_id: int
    removed: tuple[bytes, ...]
    added: tuple[BackingLot, ...]
    reason_hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptAmended(LedgerEvent):
    """Elements other than goods and holder say something else now."""

    receipt_id: int
    detail_root: bytes
    reason_hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class PledgeConsentSet(LedgerEvent):
    """The keeper seals pledges in advance, or no longer does."""

    receipt_id: int
    given: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryOrdered(LedgerEvent):
    """The holder wants the goods; the receipt does not move from here on."""

    receipt_id: int
    order_hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryRevoked(LedgerEvent):
    """The holder leaves the goods where they are."""

    receipt_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptDelivered(LedgerEvent):
    """The goods left, once."""

    receipt_id: int
    handover_hash: bytes
    lots: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptDisputed(LedgerEvent):
    """Holder or keeper disputes the receipt; nothing of it moves."""

    receipt_id: int
    by_id: int
    evidence_hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptDisputeClosed(LedgerEvent):
    """The disputant withdrew, or by_order an arbiter closed the dispute."""

    receipt_id: int
    by_order: bool
    reason_hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptFrozen(LedgerEvent):
    """An order stops the receipt."""

    receipt_id: int
    order_hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptUnfrozen(LedgerEvent):
    """The order ended; state: what the receipt is again."""

    receipt_id: int
    state: ReceiptState
    order_hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptTransferForced(LedgerEvent):
    """A court's transfer; lien, freeze and dispute stay, a delivery order of the former holder ends."""

    receipt_id: int
    from_id: int
    to_id: int
    order_hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptCancelled(LedgerEvent):
    """The goods are gone or never were."""

    receipt_id: int
    order_hash: bytes
    lots: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptTransferEnforced(LedgerEvent):
    """The receipt went to whom it was sold or given when its lien was enforced."""

    receipt_id: int
    to_id: int


# -- bills of lading --


@dataclass(frozen=True, slots=True, kw_only=True)
class BillTerms:
    """What a bill says. number: key of its number, which folds the carriers' variants of it."""

    number: bytes
    shipper_id: int
    good: bytes
    quantity: int
    decimals: int
    detail_root: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class BillIssued(LedgerEvent):
    """The carrier took goods on board; its number is used for ever."""

    bill_id: int
    carrier_id: int
    holder_id: int
    terms: BillTerms


@dataclass(frozen=True, slots=True, kw_only=True)
class BillEndorsed(LedgerEvent):
    """The bill went to another holder. sequence: how often it was endorsed so far."""

    bill_id: int
    to_id: int
    sequence: int
    background: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class BillSurrendered(LedgerEvent):
    """The holder gave the bill back to the carrier, for the goods or for another bill."""

    bill_id: int
    order_hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class SurrenderRevoked(LedgerEvent):
    """The holder has the bill again."""

    bill_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BillSwitched(LedgerEvent):
    """Another bill of the same goods takes its place."""

    bill_id: int
    replacement_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BillDischarged(LedgerEvent):
    """The goods arrived: the bill ended in a warehouse receipt."""

    bill_id: int
    receipt_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BillFrozen(LedgerEvent):
    """An order stops the bill."""

    bill_id: int
    order_hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class BillUnfrozen(LedgerEvent):
    """The order ended; state: what the bill is again."""

    bill_id: int
    state: BillState
    order_hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class BillTransferForced(LedgerEvent):
    """A court's transfer; lien and freeze stay, a surrender by the former holder ends."""

    bill_id: int
    from_id: int
    to_id: int
    order_hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class BillReinstated(LedgerEvent):
    """The receipt that the bill ended in was cancelled, and an order gave the bill back to its holder."""

    bill_id: int
    order_hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class BillTransferEnforced(LedgerEvent):
    """The bill went to whom it was sold or given when its lien was enforced."""

    bill_id: int
    to_id: int
