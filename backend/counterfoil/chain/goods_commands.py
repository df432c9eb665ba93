"""Stocks, warehouse receipts and seals, bills of lading and prices as contract calls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from counterfoil.chain.contract_calls import BILLS, PRICES, WAREHOUSE, ContractCalls
from counterfoil.chain.seals import sign_seal, typed_seal
from counterfoil.domain.events.goods_events import BackingLot, BillTerms
from counterfoil.domain.goods.receipt_terms import KeeperSeal, Part, SignedSeal, Source
from counterfoil.ports.engine import Receipt, Signer


def _lots(lots: Sequence[BackingLot]) -> list[tuple[bytes, int]]:
    return [(lot.key, lot.quantity) for lot in lots]


def _seal(seal: SignedSeal) -> tuple[int, bytes]:
    return seal.deadline_s, seal.signature


def _bill(terms: BillTerms) -> tuple[bytes, int, bytes, int, int, bytes]:
    return (
        terms.number,
        terms.shipper_id,
        terms.good,
        terms.quantity,
        terms.decimals,
        terms.detail_root,
    )


class StockCalls(ContractCalls):
    """counterfoil.ports.goods.StockCommands on the contracts."""

    def open_stock(self, *, by: Signer, site: bytes, good: bytes, decimals: int) -> Receipt:
        """Open a stock of a good at a site, as its keeper."""
        return self._send(by, WAREHOUSE, "openStock", site, good, decimals)

    def attest_stock(self, *, by: Signer, stock_id: int, quantity: int, evidence_hash: bytes) -> Receipt:
        """Record a count of all that lies in a stock, as an inspector."""
        return self._send(by, WAREHOUSE, "attestStock", stock_id, quantity, evidence_hash)

    def set_attestation_age(self, *, by: Signer, max_age_s: int) -> Receipt:
        """Say how long counts are fresh, as the governor."""
        return self._send(by, WAREHOUSE, "setAttestationAge", max_age_s)

    def set_exposure_cap(self, *, by: Signer, keeper_id: int, currency: int, cap_minor: int) -> Receipt:
        """Limit the declared value of a keeper's live receipts, as the governor."""
        return self._send(by, WAREHOUSE, "setExposureCap", keeper_id, currency, cap_minor)


class ReceiptCalls(ContractCalls):
    """counterfoil.ports.goods.ReceiptCommands and KeeperSeals on the contracts."""

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
        """Take goods in, as their keeper."""
        terms = (
            stock_id,
            depositor_id,
            currency,
            value_minor,
            pledge_consent,
            detail_root,
            _lots(lots),
        )
        return self._send(by, WAREHOUSE, "draft", terms)

    def attest_receipt(self, *, by: Signer, receipt_id: int, evidence_hash: bytes) -> Receipt:
        """Attest quantity and quality of a draft, as an inspector."""
        return self._send(by, WAREHOUSE, "attestReceipt", receipt_id, evidence_hash)

    def issue_receipt(self, *, by: Signer, receipt_id: int) -> Receipt:
        """Issue an attested draft to its depositor."""
        return self._send(by, WAREHOUSE, "issue", receipt_id)

    def discard_draft(self, *, by: Signer, receipt_id: int, lots: Sequence[bytes]) -> Receipt:
        """Give a draft up."""
        return self._send(by, WAREHOUSE, "discardDraft", receipt_id, list(lots))

    def transfer_receipt(
        self, *, by: Signer, receipt_id: int, to_id: int, background: bytes, seal: SignedSeal
    ) -> Receipt:
        """Transfer title with the keeper's seal."""
        return self._send(by, WAREHOUSE, "transfer", receipt_id, to_id, background, _seal(seal))

    def split_receipt(
        self,
        *,
        by: Signer,
        receipt_id: int,
        parts: Sequence[Part],
        remainder_root: bytes,
        seal: SignedSeal,
    ) -> Receipt:
        """Cut parts off with the keeper's seal."""
        cut = [(part.detail_root, list(part.lots)) for part in parts]
        return self._send(by, WAREHOUSE, "split", receipt_id, cut, remainder_root, _seal(seal))

    def merge_receipts(
        self,
        *,
        by: Signer,
        receipt_id: int,
        sources: Sequence[Source],
        detail_root: bytes,
        seal: SignedSeal,
    ) -> Receipt:
        """Put other receipts into this one with the keeper's seal."""
        joined = [(source.receipt_id, list(source.lots)) for source in sources]
        return self._send(by, WAREHOUSE, "merge", receipt_id, joined, detail_root, _seal(seal))

    def restack_lots(
        self,
        *,
        by: Signer,
        receipt_id: int,
        removed: Sequence[bytes],
        added: Sequence[BackingLot],
        reason_hash: bytes,
    ) -> Receipt:
        """Record that goods were stacked anew, as their keeper."""
        return self._send(by, WAREHOUSE, "restack", receipt_id, list(removed), _lots(added), reason_hash)

    def amend_receipt(
        self, *, by: Signer, receipt_id: int, detail_root: bytes, reason_hash: bytes
    ) -> Receipt:
        """Change elements of a receipt other than goods and holder."""
        return self._send(by, WAREHOUSE, "amend", receipt_id, detail_root, reason_hash)

    def set_pledge_consent(self, *, by: Signer, receipt_id: int, given: bool) -> Receipt:
        """Seal pledges in advance, or no longer."""
        return self._send(by, WAREHOUSE, "setPledgeConsent", receipt_id, given)

    def order_delivery(self, *, by: Signer, receipt_id: int, order_hash: bytes) -> Receipt:
        """Ask for the goods, as the holder."""
        return self._send(by, WAREHOUSE, "orderDelivery", receipt_id, order_hash)

    def revoke_delivery(self, *, by: Signer, receipt_id: int) -> Receipt:
        """Take the order back."""
        return self._send(by, WAREHOUSE, "revokeDelivery", receipt_id)

    def deliver_receipt(
        self, *, by: Signer, receipt_id: int, lots: Sequence[bytes], handover_hash: bytes
    ) -> Receipt:
        """Record that the goods left, as their keeper."""
        return self._send(by, WAREHOUSE, "deliver", receipt_id, list(lots), handover_hash)

    def dispute_receipt(self, *, by: Signer, receipt_id: int, evidence_hash: bytes) -> Receipt:
        """Dispute a receipt, as its holder or keeper."""
        return self._send(by, WAREHOUSE, "dispute", receipt_id, evidence_hash)

    def withdraw_receipt_dispute(self, *, by: Signer, receipt_id: int, reason_hash: bytes) -> Receipt:
        """Take a dispute back."""
        return self._send(by, WAREHOUSE, "withdrawDispute", receipt_id, reason_hash)

    def close_receipt_dispute(self, *, by: Signer, receipt_id: int, reason_hash: bytes) -> Receipt:
        """Close a dispute, as the arbiter."""
        return self._send(by, WAREHOUSE, "closeDispute", receipt_id, reason_hash)

    def freeze_receipt(self, *, by: Signer, receipt_id: int, order_hash: bytes) -> Receipt:
        """Freeze a receipt, as the arbiter."""
        return self._send(by, WAREHOUSE, "freeze", receipt_id, order_hash)

    def unfreeze_receipt(self, *, by: Signer, receipt_id: int, order_hash: bytes) -> Receipt:
        """End a freeze, as the arbiter."""
        return self._send(by, WAREHOUSE, "unfreeze", receipt_id, order_hash)

    def force_receipt_transfer(
        self, *, by: Signer, receipt_id: int, to_id: int, order_hash: bytes
    ) -> Receipt:
        """Execute a court's order over title, as the arbiter."""
        return self._send(by, WAREHOUSE, "forceTransfer", receipt_id, to_id, order_hash)

    def cancel_receipt(
        self, *, by: Signer, receipt_id: int, lots: Sequence[bytes], order_hash: bytes
    ) -> Receipt:
        """End a receipt whose goods are gone, as the arbiter."""
        return self._send(by, WAREHOUSE, "cancel", receipt_id, list(lots), order_hash)

    def seal(self, *, by: Signer, seal: KeeperSeal) -> SignedSeal:
        """Sign with a key of the keeper, off the chain."""
        return sign_seal(seal, by=by, **self._seal_domain())

    def typed_seal(self, seal: KeeperSeal) -> Mapping[str, Any]:
        """The EIP-712 message of a seal, for whatever else signs it."""
        return typed_seal(seal, **self._seal_domain())

    def _seal_domain(self) -> Mapping[str, Any]:
        return {
            "chain_id": self._gateway.deployment.chain_id,
            "warehouse": self._gateway.address_of(WAREHOUSE),
        }


class BillCalls(ContractCalls):
    """counterfoil.ports.goods.BillCommands on the contracts."""

    def issue_bill(self, *, by: Signer, terms: BillTerms) -> Receipt:
        """Issue a bill of lading to its shipper, as the carrier."""
        return self._send(by, BILLS, "issueBill", _bill(terms))

    def endorse_bill(self, *, by: Signer, bill_id: int, to_id: int, background: bytes) -> Receipt:
        """Endorse a bill to another party."""
        return self._send(by, BILLS, "endorse", bill_id, to_id, background)

    def surrender_bill(self, *, by: Signer, bill_id: int, order_hash: bytes) -> Receipt:
        """Give a bill back to its carrier."""
        return self._send(by, BILLS, "surrender", bill_id, order_hash)

    def revoke_surrender(self, *, by: Signer, bill_id: int) -> Receipt:
        """Take a surrender back."""
        return self._send(by, BILLS, "revokeSurrender", bill_id)

    def switch_bill(self, *, by: Signer, bill_id: int, terms: BillTerms) -> Receipt:
        """Replace a surrendered bill with another one over the same goods, as the carrier."""
        return self._send(by, BILLS, "switchBill", bill_id, _bill(terms))

    def discharge_bill(self, *, by: Signer, bill_id: int, receipt_id: int) -> Receipt:
        """End a surrendered bill in the drafted receipt of its goods, as the carrier."""
        return self._send(by, BILLS, "dischargeBill", bill_id, receipt_id)

    def reinstate_bill(self, *, by: Signer, bill_id: int, order_hash: bytes) -> Receipt:
        """Give a bill back whose receipt was never issued, as the arbiter."""
        return self._send(by, BILLS, "reinstateBill", bill_id, order_hash)

    def freeze_bill(self, *, by: Signer, bill_id: int, order_hash: bytes) -> Receipt:
        """Freeze a bill, as the arbiter."""
        return self._send(by, BILLS, "freezeBill", bill_id, order_hash)

    def unfreeze_bill(self, *, by: Signer, bill_id: int, order_hash: bytes) -> Receipt:
        """End a freeze, as the arbiter."""
        return self._send(by, BILLS, "unfreezeBill", bill_id, order_hash)

    def force_bill_transfer(self, *, by: Signer, bill_id: int, to_id: int, order_hash: bytes) -> Receipt:
        """Execute a court's order over title, as the arbiter."""
        return self._send(by, BILLS, "forceTransferBill", bill_id, to_id, order_hash)


class PriceCalls(ContractCalls):
    """counterfoil.ports.goods.PriceCommands on the contracts."""

    def post_price(
        self, *, by: Signer, good: bytes, currency: int, price_minor: int, observed_at_s: int
    ) -> Receipt:
        """Say what one whole unit of a good costs, as a price source."""
        return self._send(by, PRICES, "postPrice", good, currency, price_minor, observed_at_s)
