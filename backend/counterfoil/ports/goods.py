"""Goods on the ledger in the domain's words: stocks, warehouse receipts, seals, bills of lading, prices.

As in counterfoil.ports.ledger: a command is signed by `by`, waits for its block and returns the transaction's
receipt. Quantities are whole steps of 10 to the minus a stock's decimals; goods, sites, numbers and physical
lots go by their keys, 32 bytes. receipt_id is the number of a warehouse receipt.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from counterfoil.domain.events.goods_events import BackingLot, BillTerms
from counterfoil.domain.goods.receipt_terms import KeeperSeal, Part, SignedSeal, Source
from counterfoil.domain.lot import AssetId
from counterfoil.ports.engine import Receipt, Signer


class StockCommands(Protocol):
    """Counts, and what limits receipts over them."""

    def open_stock(self, *, by: Signer, site: bytes, good: bytes, decimals: int) -> Receipt: ...
    def attest_stock(self, *, by: Signer, stock_id: int, quantity: int, evidence_hash: bytes) -> Receipt: ...
    def set_attestation_age(self, *, by: Signer, max_age_s: int) -> Receipt: ...
    def set_exposure_cap(self, *, by: Signer, keeper_id: int, currency: int, cap_minor: int) -> Receipt: ...


class ReceiptCommands(Protocol):
    """The life of a warehouse receipt. lots as bytes: the keys of all lots of the receipt."""

    def draft_receipt(
        self,
        *,
        by: Signer,
        stock_id: int,
        depositor_id: int,
        currency: int,
        value_minor: int,
        pledge_consent: bool,
        detail_root: bytes,
        lots: Sequence[BackingLot],
    ) -> Receipt:
        """value_minor: declared, counts against the exposure cap. pledge_consent: sealed in advance."""
        ...

    def attest_receipt(self, *, by: Signer, receipt_id: int, evidence_hash: bytes) -> Receipt: ...
    def issue_receipt(self, *, by: Signer, receipt_id: int) -> Receipt: ...
    def discard_draft(self, *, by: Signer, receipt_id: int, lots: Sequence[bytes]) -> Receipt: ...
    def transfer_receipt(
        self, *, by: Signer, receipt_id: int, to_id: int, background: bytes, seal: SignedSeal
    ) -> Receipt: ...
    def split_receipt(
        self, *, by: Signer, receipt_id: int, parts: Sequence[Part], remainder_root: bytes, seal: SignedSeal
    ) -> Receipt: ...
    def merge_receipts(
        self, *, by: Signer, receipt_id: int, sources: Sequence[Source], detail_root: bytes, seal: SignedSeal
    ) -> Receipt: ...
    def restack_lots(
        self,
        *,
        by: Signer,
        receipt_id: int,
        removed: Sequence[bytes],
        added: Sequence[BackingLot],
        reason_hash: bytes,
    ) -> Receipt: ...
    def amend_receipt(
        self, *, by: Signer, receipt_id: int, detail_root: bytes, reason_hash: bytes
    ) -> Receipt: ...
    def set_pledge_consent(self, *, by: Signer, receipt_id: int, given: bool) -> Receipt: ...
    def order_delivery(self, *, by: Signer, receipt_id: int, order_hash: bytes) -> Receipt: ...
    def revoke_delivery(self, *, by: Signer, receipt_id: int) -> Receipt: ...
    def deliver_receipt(
        self, *, by: Signer, receipt_id: int, lots: Sequence[bytes], handover_hash: bytes
    ) -> Receipt: ...
    def dispute_receipt(self, *, by: Signer, receipt_id: int, evidence_hash: bytes) -> Receipt: ...
    def withdraw_receipt_dispute(self, *, by: Signer, receipt_id: int, reason_hash: bytes) -> Receipt: ...
    def close_receipt_dispute(self, *, by: Signer, receipt_id: int, reason_hash: bytes) -> Receipt: ...
    def freeze_receipt(self, *, by: Signer, receipt_id: int, order_hash: bytes) -> Receipt: ...
    def unfreeze_receipt(self, *, by: Signer, receipt_id: int, order_hash: bytes) -> Receipt: ...
    def force_receipt_transfer(
        self, *, by: Signer, receipt_id: int, to_id: int, order_hash: bytes
    ) -> Receipt: ...
    def cancel_receipt(
        self, *, by: Signer, receipt_id: int, lots: Sequence[bytes], order_hash: bytes
    ) -> Receipt: ...


class KeeperSeals(Protocol):
    """The keeper's half of a transfer, split or merge."""

    def seal(self, *, by: Signer, seal: KeeperSeal) -> SignedSeal:
        """Sign with a key of the keeper, off the chain; nothing is sent."""
        ...

    def typed_seal(self, seal: KeeperSeal) -> Mapping[str, Any]:
        """The EIP-712 message in readable fields, for a wallet or a hardware module to sign."""
        ...


class BillCommands(Protocol):
    """The life of a bill of lading."""

    def issue_bill(self, *, by: Signer, terms: BillTerms) -> Receipt: ...
    def endorse_bill(self, *, by: Signer, bill_id: int, to_id: int, background: bytes) -> Receipt: ...
    def surrender_bill(self, *, by: Signer, bill_id: int, order_hash: bytes) -> Receipt: ...
    def revoke_surrender(self, *, by: Signer, bill_id: int) -> Receipt: ...
    def switch_bill(self, *, by: Signer, bill_id: int, terms: BillTerms) -> Receipt: ...
    def discharge_bill(self, *, by: Signer, bill_id: int, receipt_id: int) -> Receipt: ...
    def reinstate_bill(self, *, by: Signer, bill_id: int, order_hash: bytes) -> Receipt: ...
    def freeze_bill(self, *, by: Signer, bill_id: int, order_hash: bytes) -> Receipt: ...
    def unfreeze_bill(self, *, by: Signer, bill_id: int, order_hash: bytes) -> Receipt: ...
    def force_bill_transfer(self, *, by: Signer, bill_id: int, to_id: int, order_hash: bytes) -> Receipt: ...


class PriceCommands(Protocol):
    """What goods cost."""

    def post_price(
        self, *, by: Signer, good: bytes, currency: int, price_minor: int, observed_at_s: int
    ) -> Receipt: ...


class GoodsViews(Protocol):
    """The contracts' own answers, as in counterfoil.ports.ledger.LedgerViews."""

    def stock_view(self, stock_id: int, *, block: int) -> Mapping[str, Any]: ...
    def attestation_age_view(self, *, block: int) -> int: ...
    def exposure_view(self, keeper_id: int, currency: int, *, block: int) -> tuple[int, int]:
        """Declared values of the keeper's live receipts, and their cap."""
        ...

    def receipt_view(self, receipt_id: int, *, block: int) -> Mapping[str, Any]: ...
    def lot_behind_view(self, key: bytes, *, block: int) -> tuple[int, int]:
        """The receipt that a physical lot backs, 0 for none, and the lot's quantity."""
        ...

    def bill_view(self, bill_id: int, *, block: int) -> Mapping[str, Any]: ...
    def bill_numbered_view(self, number: bytes, *, block: int) -> int:
        """The bill of that number, 0 for none."""
        ...

    def price_view(self, source_id: int, good: bytes, currency: int, *, block: int) -> tuple[int, int]:
        """Price of one whole unit, 0 where none was posted, and when it was observed."""
        ...

    def goods_of_view(self, asset_id: AssetId, *, block: int) -> tuple[bytes, int, int, bool]:
        """Good, quantity and decimals of a receipt or bill, and whether it is sound collateral now."""
        ...


class GoodsPort(
    StockCommands, ReceiptCommands, KeeperSeals, BillCommands, PriceCommands, GoodsViews, Protocol
):
    """All of it."""
