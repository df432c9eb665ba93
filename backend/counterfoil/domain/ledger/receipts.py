"""Commands over warehouse receipts, from the draft to the delivery (contracts/interfaces/IReceipts.sol)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from counterfoil.domain.events import goods_events as ev
from counterfoil.domain.events.goods_events import BackingLot
from counterfoil.domain.ledger.book import NO_HASH, NOBODY, Call, refuse
from counterfoil.domain.ledger.pledgeable import Seal
from counterfoil.domain.ledger.receipt_book import (
    MAX_QUANTITY,
    LotMoves,
    ReceiptBook,
    require_keeper,
    require_new_holder,
    require_reason,
    require_state,
)
from counterfoil.domain.refusals import goods_refusals as goods_codes
from counterfoil.domain.refusals import ledger_refusals as codes
from counterfoil.domain.state.goods_state import Receipt
from counterfoil.domain.states import PartyRole, ReceiptState

DAY_S = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftTerms:
    """What the keeper takes in; see IReceipts.DraftTerms. value_minor: the declared value."""

    stock_id: int
    depositor_id: int
    currency: int
    value_minor: int
    pledge_consent: bool
    detail_root: bytes
    lots: tuple[BackingLot, ...]


class Receipts:
    """The commands of keeper, inspector and holder."""

    def __init__(self, receipts: ReceiptBook) -> None:
        self._receipts = receipts
        self._book = receipts.book
        self._state = receipts.state
        self._stocks = receipts.stocks

    def draft(self, call: Call, terms: DraftTerms) -> int:
        """Take goods in; returns the number of the receipt. Its lots are taken from here on."""
        keeper_id = self._book.actor_with(call, PartyRole.KEEPER).party_id
        receipt_id = len(self._state.receipts) + 1
        if self._stocks.stock(terms.stock_id).keeper_id != keeper_id:
            refuse(goods_codes.NOT_KEEPER, receipt=receipt_id, actor=keeper_id)
        if terms.depositor_id == keeper_id:
            refuse(goods_codes.KEEPER_AS_HOLDER, keeper=keeper_id)
        if not self._book.party_exists(terms.depositor_id):
            refuse(codes.PARTY_UNKNOWN, party=terms.depositor_id)
        if terms.detail_root == NO_HASH:
            refuse(goods_codes.DETAIL_ROOT_MISSING)
        if terms.value_minor == 0:
            refuse(goods_codes.VALUE_MISSING)
        moves = LotMoves(self._state.physical_lots)
        quantity = moves.lay_down(receipt_id, terms.lots)
        if quantity > MAX_QUANTITY:
            refuse(goods_codes.QUANTITY_TOO_LARGE, quantity=quantity)
        moves.commit()
        self._receipts.put(
            Receipt(
                receipt_id=receipt_id,
                stock_id=terms.stock_id,
                keeper_id=keeper_id,
                depositor_id=terms.depositor_id,
                holder_id=terms.depositor_id,
                quantity=quantity,
                currency=terms.currency,
                value_minor=terms.value_minor,
                pledge_consent=terms.pledge_consent,
                detail_root=terms.detail_root,
                lots=tuple(lot.key for lot in terms.lots),
            )
        )
        self._book.record(
            call,
            ev.ReceiptDrafted(
                receipt_id=receipt_id,
                stock_id=terms.stock_id,
                depositor_id=terms.depositor_id,
                quantity=quantity,
                currency=terms.currency,
                value_minor=terms.value_minor,
                pledge_consent=terms.pledge_consent,
                detail_root=terms.detail_root,
                lots=terms.lots,
            ),
        )
        return receipt_id

    def attest(self, call: Call, *, receipt_id: int, evidence_hash: bytes) -> None:
        """An inspector saw the draft's goods; a later attestation takes the place of an earlier one."""
        inspector_id = self._book.actor_with(call, PartyRole.INSPECTOR).party_id
        receipt = self._receipts.in_state(receipt_id, ReceiptState.DRAFT)
        if receipt.keeper_id == inspector_id:
            refuse(goods_codes.INSPECTOR_IS_KEEPER, party=inspector_id)
        if receipt.holder_id == inspector_id:
            refuse(goods_codes.INSPECTOR_IS_DEPOSITOR, party=inspector_id)
        if evidence_hash == NO_HASH:
            refuse(goods_codes.EVIDENCE_MISSING)
        self._receipts.put(
            replace(
                receipt,
                inspector_id=inspector_id,
                attested_at_s=call.now_s,
                evidence_hash=evidence_hash,
            )
        )
        self._book.record(
            call,
            ev.ReceiptAttested(receipt_id=receipt_id, inspector_id=inspector_id, evidence_hash=evidence_hash),
        )

    def issue(self, call: Call, *, receipt_id: int) -> None:
        """The keeper gives title to the depositor."""
        keeper_id = self._book.actor_with(call, PartyRole.KEEPER).party_id
        receipt = self._receipts.kept(receipt_id, keeper_id, ReceiptState.DRAFT)
        if not receipt.is_attested:
            refuse(goods_codes.NOT_ATTESTED, receipt=receipt_id)
        fresh_until_s = receipt.attested_at_s // DAY_S * DAY_S + self._state.attestation_age_s
        if call.now_s > fresh_until_s:
            refuse(
                goods_codes.RECEIPT_ATTESTATION_STALE,
                receipt=receipt_id,
                fresh_until=fresh_until_s,
                now_at=call.now_s,
            )
        self._stocks.require_issuable(call, receipt)
        self._receipts.put(replace(receipt, state=ReceiptState.ISSUED))
        self._stocks.put_on(receipt)
        self._book.record(call, ev.ReceiptIssued(receipt_id=receipt_id))

    def discard_draft(self, call: Call, *, receipt_id: int, lots: Sequence[bytes]) -> None:
        """The keeper drops a draft; `lots` are all its lots."""
        actor_id = self._book.actor(call).party_id
        receipt = self._receipts.kept(receipt_id, actor_id, ReceiptState.DRAFT)
        self._receipts.require_unencumbered(receipt_id)
        moves = LotMoves(self._state.physical_lots)
        moves.clear(receipt, lots)
        moves.commit()
        self._receipts.put(replace(receipt, state=ReceiptState.CANCELLED, lots=()))
        self._book.record(call, ev.DraftDiscarded(receipt_id=receipt_id, lots=tuple(lots)))

    def transfer(self, call: Call, *, receipt_id: int, to_id: int, background: bytes, seal: Seal) -> None:
        """The holder gives title to another party, under the keeper's seal (Civil Code 910)."""
        actor_id = self._book.actor(call).party_id
        receipt = self._receipts.held(receipt_id, actor_id)
        if background == NO_HASH:
            refuse(codes.TRADE_BACKGROUND_MISSING)
        require_new_holder(receipt, to_id)
        if not self._state.accepts_in_advance(to_id, NOBODY):
            refuse(goods_codes.TRANSFEREE_HAS_NOT_ACCEPTED, transferee=to_id)
        self._receipts.require_unpledged(receipt_id)
        self._receipts.require_seal(call, receipt, seal)
        sequence = receipt.sequence + 1
        self._receipts.put(replace(receipt, holder_id=to_id, sequence=sequence))
        self._book.record(
            call,
            ev.ReceiptTransferred(
                receipt_id=receipt_id, to_id=to_id, sequence=sequence, background=background
            ),
        )

    def amend(self, call: Call, *, receipt_id: int, detail_root: bytes, reason_hash: bytes) -> None:
        """The keeper changes elements other than goods and holder; the old ones stay on record."""
        actor_id = self._book.actor(call).party_id
        receipt = self._receipts.existing(receipt_id)
        require_keeper(receipt, actor_id)
        require_state(receipt, ReceiptState.ISSUED, ReceiptState.RELEASED)
        if detail_root == NO_HASH:
            refuse(goods_codes.DETAIL_ROOT_MISSING)
        require_reason(reason_hash)
        self._receipts.put(replace(receipt, detail_root=detail_root))
        self._book.record(
            call,
            ev.ReceiptAmended(receipt_id=receipt_id, detail_root=detail_root, reason_hash=reason_hash),
        )

    def set_pledge_consent(self, call: Call, *, receipt_id: int, given: bool) -> None:
        """The keeper seals pledges in advance, or no longer does."""
        actor_id = self._book.actor(call).party_id
        receipt = self._receipts.existing(receipt_id)
        require_keeper(receipt, actor_id)
        require_state(receipt, ReceiptState.ISSUED, ReceiptState.DRAFT)
        self._receipts.put(replace(receipt, pledge_consent=given))
        self._book.record(call, ev.PledgeConsentSet(receipt_id=receipt_id, given=given))

    def order_delivery(self, call: Call, *, receipt_id: int, order_hash: bytes) -> None:
        """The holder wants the goods; from here on the receipt neither moves nor is pledged."""
        receipt = self._receipts.held(receipt_id, self._book.actor(call).party_id)
        require_reason(order_hash)
        self._receipts.require_unencumbered(receipt_id)
        self._receipts.put(replace(receipt, state=ReceiptState.RELEASED))
        self._book.record(call, ev.DeliveryOrdered(receipt_id=receipt_id, order_hash=order_hash))

    def revoke_delivery(self, call: Call, *, receipt_id: int) -> None:
        """The holder leaves the goods where they are."""
        actor_id = self._book.actor(call).party_id
        receipt = self._receipts.in_state(receipt_id, ReceiptState.RELEASED)
        if receipt.holder_id != actor_id:
            refuse(goods_codes.NOT_RECEIPT_HOLDER, receipt=receipt_id, actor=actor_id)
        self._receipts.put(replace(receipt, state=ReceiptState.ISSUED))
        self._book.record(call, ev.DeliveryRevoked(receipt_id=receipt_id))

    def deliver(self, call: Call, *, receipt_id: int, lots: Sequence[bytes], handover_hash: bytes) -> None:
        """The goods leave; the receipt ends, and so does its share of the counted stock."""
        actor_id = self._book.actor(call).party_id
        receipt = self._receipts.kept(receipt_id, actor_id, ReceiptState.RELEASED)
        require_reason(handover_hash)
        self._receipts.require_unencumbered(receipt_id)
        moves = LotMoves(self._state.physical_lots)
        moves.clear(receipt, lots)
        self._stocks.require_covered(receipt.stock_id)
        moves.commit()
        self._stocks.take_off(receipt, delivered=True)
        self._receipts.put(replace(receipt, state=ReceiptState.DELIVERED, lots=()))
        self._book.record(
            call,
            ev.ReceiptDelivered(receipt_id=receipt_id, handover_hash=handover_hash, lots=tuple(lots)),
        )
