"""Disputes over receipts, and the orders of an arbiter (contracts/interfaces/IReceipts.sol).

None of these touches a lien, and a transfer by order touches neither freeze nor dispute: each ends by its own
act and its own event only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from counterfoil.domain.events import goods_events as ev
from counterfoil.domain.ledger.book import NO_HASH, Call, refuse
from counterfoil.domain.ledger.receipt_book import (
    LotMoves,
    ReceiptBook,
    handed_over,
    require_new_holder,
    require_reason,
)
from counterfoil.domain.refusals import goods_refusals as goods_codes
from counterfoil.domain.refusals import ledger_refusals as codes
from counterfoil.domain.state.goods_state import Receipt
from counterfoil.domain.states import Office, ReceiptState


class ReceiptOrders:
    """The commands of a disputing side and of the arbiter."""

    def __init__(self, receipts: ReceiptBook) -> None:
        self._receipts = receipts
        self._book = receipts.book

    def dispute(self, call: Call, *, receipt_id: int, evidence_hash: bytes) -> None:
        """Holder or keeper disputes the receipt; nothing of it moves."""
        actor_id = self._book.actor(call).party_id
        receipt = self._receipts.in_state(receipt_id, ReceiptState.ISSUED)
        if actor_id not in (receipt.keeper_id, receipt.holder_id):
            refuse(goods_codes.NOT_RECEIPT_HOLDER, receipt=receipt_id, actor=actor_id)
        if evidence_hash == NO_HASH:
            refuse(goods_codes.EVIDENCE_MISSING)
        by_keeper = actor_id == receipt.keeper_id
        self._receipts.put(replace(receipt, state=ReceiptState.DISPUTED, disputed_by_keeper=by_keeper))
        self._book.record(
            call, ev.ReceiptDisputed(receipt_id=receipt_id, by_id=actor_id, evidence_hash=evidence_hash)
        )

    def withdraw_dispute(self, call: Call, *, receipt_id: int, reason_hash: bytes) -> None:
        """The side that disputed takes it back."""
        actor_id = self._book.actor(call).party_id
        receipt = self._receipts.in_state(receipt_id, ReceiptState.DISPUTED)
        if actor_id != (receipt.keeper_id if receipt.disputed_by_keeper else receipt.holder_id):
            refuse(goods_codes.NOT_DISPUTANT, receipt=receipt_id, actor=actor_id)
        self._close(call, receipt, by_order=False, reason_hash=reason_hash)

    def close_dispute(self, call: Call, *, receipt_id: int, reason_hash: bytes) -> None:
        """The arbiter ends a dispute."""
        self._book.require_office(call, Office.ARBITER)
        receipt = self._receipts.in_state(receipt_id, ReceiptState.DISPUTED)
        self._close(call, receipt, by_order=True, reason_hash=reason_hash)

    def freeze(self, call: Call, *, receipt_id: int, order_hash: bytes) -> None:
        """An order stops the receipt; what it was comes back when the order ends."""
        self._book.require_office(call, Office.ARBITER)
        receipt = self._receipts.in_state(
            receipt_id, ReceiptState.ISSUED, ReceiptState.RELEASED, ReceiptState.DISPUTED
        )
        require_reason(order_hash)
        self._receipts.put(replace(receipt, state=ReceiptState.FROZEN, before=receipt.state))
        self._book.record(call, ev.ReceiptFrozen(receipt_id=receipt_id, order_hash=order_hash))

    def unfreeze(self, call: Call, *, receipt_id: int, order_hash: bytes) -> None:
        """The order ended."""
        self._book.require_office(call, Office.ARBITER)
        receipt = self._receipts.in_state(receipt_id, ReceiptState.FROZEN)
        require_reason(order_hash)
        self._receipts.put(replace(receipt, state=receipt.before, before=ReceiptState.NONE))
        self._book.record(
            call, ev.ReceiptUnfrozen(receipt_id=receipt_id, state=receipt.before, order_hash=order_hash)
        )

    def force_transfer(self, call: Call, *, receipt_id: int, to_id: int, order_hash: bytes) -> None:
        """Execute a court's order over title. Freeze, lien and dispute stay as they are."""
        self._book.require_office(call, Office.ARBITER)
        receipt = self._receipts.in_state(
            receipt_id,
            ReceiptState.ISSUED,
            ReceiptState.RELEASED,
            ReceiptState.DISPUTED,
            ReceiptState.FROZEN,
        )
        require_reason(order_hash)
        if not self._book.party_exists(to_id):
            refuse(codes.PARTY_UNKNOWN, party=to_id)
        require_new_holder(receipt, to_id)
        self._receipts.put(forced(receipt, to_id))
        self._book.record(
            call,
            ev.ReceiptTransferForced(
                receipt_id=receipt_id, from_id=receipt.holder_id, to_id=to_id, order_hash=order_hash
            ),
        )

    def cancel(self, call: Call, *, receipt_id: int, lots: Sequence[bytes], order_hash: bytes) -> None:
        """End a receipt or draft whose goods are gone or never were; `lots` are all its lots."""
        self._book.require_office(call, Office.ARBITER)
        receipt = self._receipts.in_state(
            receipt_id,
            ReceiptState.ISSUED,
            ReceiptState.DRAFT,
            ReceiptState.DISPUTED,
            ReceiptState.FROZEN,
        )
        require_reason(order_hash)
        self._receipts.require_unpledged(receipt_id)
        moves = LotMoves(self._receipts.state.physical_lots)
        moves.clear(receipt, lots)
        moves.commit()
        if receipt.is_live:
            self._receipts.stocks.take_off(receipt, delivered=False)
        self._receipts.put(replace(receipt, state=ReceiptState.CANCELLED, lots=()))
        self._book.record(
            call, ev.ReceiptCancelled(receipt_id=receipt_id, order_hash=order_hash, lots=tuple(lots))
        )

    def _close(self, call: Call, receipt: Receipt, *, by_order: bool, reason_hash: bytes) -> None:
        require_reason(reason_hash)
        self._receipts.put(replace(receipt, state=ReceiptState.ISSUED, disputed_by_keeper=False))
        self._book.record(
            call,
            ev.ReceiptDisputeClosed(
                receipt_id=receipt.receipt_id, by_order=by_order, reason_hash=reason_hash
            ),
        )


def forced(receipt: Receipt, to_id: int) -> Receipt:
    """The receipt in another's hands by order; a delivery that its former holder ordered ends."""
    issued_again = {ReceiptState.RELEASED: ReceiptState.ISSUED}
    return replace(
        handed_over(receipt, to_id),
        state=issued_again.get(receipt.state, receipt.state),
        before=issued_again.get(receipt.before, receipt.before),
    )
