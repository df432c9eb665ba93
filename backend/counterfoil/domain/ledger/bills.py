"""Commands over bills of lading (contracts/interfaces/IBillsOfLading.sol): a number, a bill, a holder."""

from __future__ import annotations

from dataclasses import replace

from counterfoil.domain.events import goods_events as ev
from counterfoil.domain.events.goods_events import BillTerms
from counterfoil.domain.ledger.book import NO_HASH, NOBODY, Book, Call, refuse
from counterfoil.domain.ledger.pledgeable import Encumbrances
from counterfoil.domain.ledger.stocks import require_decimals
from counterfoil.domain.lot import AssetId
from counterfoil.domain.refusals import bill_refusals as bill_codes
from counterfoil.domain.refusals import goods_refusals as goods_codes
from counterfoil.domain.refusals import ledger_refusals as codes
from counterfoil.domain.refusals.facility_refusals import GOOD_MISSING
from counterfoil.domain.state.goods_state import Bill
from counterfoil.domain.states import BillState, Office, PartyRole, ReceiptState


class Bills:
    """The commands of carrier, holder and arbiter."""

    def __init__(self, book: Book, *, liens: Encumbrances) -> None:
        self._book = book
        self._state = book.state
        self._liens = liens

    def issue(self, call: Call, terms: BillTerms) -> int:
        """The carrier takes goods on board; returns the number of the bill."""
        carrier_id = self._book.actor_with(call, PartyRole.CARRIER).party_id
        self._require_issuable(carrier_id, terms)
        return self._issue(call, carrier_id, terms, replaces_id=None)

    def endorse(self, call: Call, *, bill_id: int, to_id: int, background: bytes) -> None:
        """The holder gives the bill to another party, which has accepted in advance."""
        bill = self._held(call, bill_id, BillState.ISSUED)
        if background == NO_HASH:
            refuse(bill_codes.ENDORSEMENT_UNFOUNDED, bill=bill_id)
        _require_new_holder(bill, to_id)
        if not self._state.accepts_in_advance(to_id, NOBODY):
            refuse(bill_codes.ENDORSEE_HAS_NOT_ACCEPTED, endorsee=to_id)
        self._require_unpledged(bill_id)
        sequence = bill.sequence + 1
        self._put(replace(bill, holder_id=to_id, sequence=sequence))
        self._book.record(
            call, ev.BillEndorsed(bill_id=bill_id, to_id=to_id, sequence=sequence, background=background)
        )

    def surrender(self, call: Call, *, bill_id: int, order_hash: bytes) -> None:
        """The holder gives the bill back to the carrier, for the goods or for another bill."""
        bill = self._held(call, bill_id, BillState.ISSUED)
        _require_order(order_hash)
        self._require_unencumbered(bill_id)
        self._put(replace(bill, state=BillState.SURRENDERED))
        self._book.record(call, ev.BillSurrendered(bill_id=bill_id, order_hash=order_hash))

    def revoke_surrender(self, call: Call, *, bill_id: int) -> None:
        """The holder takes the bill back."""
        bill = self._held(call, bill_id, BillState.SURRENDERED)
        self._put(replace(bill, state=BillState.ISSUED))
        self._book.record(call, ev.SurrenderRevoked(bill_id=bill_id))

    def switch(self, call: Call, *, bill_id: int, terms: BillTerms) -> int:
        """Replace a surrendered bill by one with another number; returns the number of the replacement."""
        carrier_id = self._book.actor_with(call, PartyRole.CARRIER).party_id
        bill = self._surrendered_to(bill_id, carrier_id)
        stated = (terms.shipper_id, terms.good, terms.decimals, terms.quantity)
        if stated != (bill.holder_id, bill.good, bill.decimals, bill.quantity):
            refuse(bill_codes.SWITCH_UNLIKE, bill=bill_id)
        self._require_issuable(carrier_id, terms)
        self._put(replace(bill, state=BillState.SWITCHED))
        replacement_id = self._issue(call, carrier_id, terms, replaces_id=bill_id)
        self._book.record(call, ev.BillSwitched(bill_id=bill_id, replacement_id=replacement_id))
        return replacement_id

    def discharge(self, call: Call, *, bill_id: int, receipt_id: int) -> None:
        """The goods lie in a warehouse: the bill ends in the receipt drafted for its holder."""
        bill = self._surrendered_to(bill_id, self._book.actor(call).party_id)
        receipt = self._state.receipts.get(receipt_id)
        if receipt is None:
            refuse(goods_codes.RECEIPT_UNKNOWN, receipt=receipt_id)
        if receipt.state is not ReceiptState.DRAFT:
            refuse(
                goods_codes.UNEXPECTED_RECEIPT_STATE,
                receipt=receipt_id,
                current=self._shown(receipt_id, receipt.state),
                expected=ReceiptState.DRAFT,
            )
        stock = self._state.stocks[receipt.stock_id]
        drafted = (receipt.holder_id, stock.good, stock.decimals)
        if drafted != (bill.holder_id, bill.good, bill.decimals) or receipt.quantity > bill.quantity:
            refuse(bill_codes.RECEIPT_UNLIKE, bill=bill_id, receipt=receipt_id)
        other = self._state.receipt_bills.get(receipt_id)
        if other is not None:
            refuse(bill_codes.RECEIPT_HAS_BILL, receipt=receipt_id, bill=other)
        self._state.receipt_bills[receipt_id] = bill_id
        self._put(replace(bill, state=BillState.DISCHARGED, receipt_id=receipt_id))
        self._book.record(call, ev.BillDischarged(bill_id=bill_id, receipt_id=receipt_id))

    def freeze(self, call: Call, *, bill_id: int, order_hash: bytes) -> None:
        """An order stops the bill; what it was comes back when the order ends."""
        bill = self._ordered(call, bill_id, order_hash, BillState.ISSUED, BillState.SURRENDERED)
        self._put(replace(bill, state=BillState.FROZEN, before=bill.state))
        self._book.record(call, ev.BillFrozen(bill_id=bill_id, order_hash=order_hash))

    def unfreeze(self, call: Call, *, bill_id: int, order_hash: bytes) -> None:
        """The order ended."""
        bill = self._ordered(call, bill_id, order_hash, BillState.FROZEN)
        self._put(replace(bill, state=bill.before, before=BillState.NONE))
        self._book.record(call, ev.BillUnfrozen(bill_id=bill_id, state=bill.before, order_hash=order_hash))

    def force_transfer(self, call: Call, *, bill_id: int, to_id: int, order_hash: bytes) -> None:
        """Execute a court's order over title. Freeze and lien stay as they are."""
        bill = self._ordered(
            call, bill_id, order_hash, BillState.ISSUED, BillState.SURRENDERED, BillState.FROZEN
        )
        _require_new_holder(bill, to_id)
        if not self._book.party_exists(to_id):
            refuse(codes.PARTY_UNKNOWN, party=to_id)
        self._put(forced(bill, to_id))
        self._book.record(
            call,
            ev.BillTransferForced(
                bill_id=bill_id, from_id=bill.holder_id, to_id=to_id, order_hash=order_hash
            ),
        )

    def reinstate(self, call: Call, *, bill_id: int, order_hash: bytes) -> None:
        """A bill lives again whose receipt was discarded or cancelled, so that its holder has a title."""
        bill = self._ordered(call, bill_id, order_hash, BillState.DISCHARGED)
        if bill.receipt_id is None:
            raise ValueError(f"bill {bill_id} was discharged into nothing")
        if self._state.receipts[bill.receipt_id].state is not ReceiptState.CANCELLED:
            refuse(bill_codes.RECEIPT_UNLIKE, bill=bill_id, receipt=bill.receipt_id)
        del self._state.receipt_bills[bill.receipt_id]
        self._put(replace(bill, state=BillState.ISSUED, receipt_id=None))
        self._book.record(call, ev.BillReinstated(bill_id=bill_id, order_hash=order_hash))

    # -- what liens ask, of a bill that exists --

    def require_pledgeable(self, bill_id: int, pledgor_id: int) -> None:
        """In circulation and held by this party."""
        bill = self._in_state(bill_id, BillState.ISSUED)
        if bill.holder_id != pledgor_id:
            refuse(bill_codes.NOT_BILL_HOLDER, bill=bill_id, actor=pledgor_id)

    def transfer_enforced(self, call: Call, *, bill_id: int, to_id: int) -> None:
        """Move a bill whose lien is enforced."""
        bill = self._in_state(bill_id, BillState.ISSUED)
        if to_id == bill.carrier_id:
            refuse(bill_codes.CARRIER_AS_HOLDER, carrier=to_id)
        self._put(replace(bill, holder_id=to_id))
        self._book.record(call, ev.BillTransferEnforced(bill_id=bill_id, to_id=to_id))

    def _require_issuable(self, carrier_id: int, terms: BillTerms) -> None:
        if terms.number == NO_HASH:
            refuse(bill_codes.BILL_NUMBER_MISSING)
        earlier = self._state.bill_numbers.get(terms.number)
        if earlier is not None:
            refuse(bill_codes.BILL_NUMBER_USED, number=terms.number, bill=earlier)
        if terms.good == NO_HASH:
            refuse(GOOD_MISSING)
        if terms.quantity == 0:
            refuse(bill_codes.BILL_QUANTITY_ZERO)
        require_decimals(terms.decimals)
        if terms.detail_root == NO_HASH:
            refuse(bill_codes.BILL_DETAIL_MISSING)
        if terms.shipper_id == carrier_id:
            refuse(bill_codes.CARRIER_AS_HOLDER, carrier=carrier_id)
        if not self._book.party_exists(terms.shipper_id):
            refuse(codes.PARTY_UNKNOWN, party=terms.shipper_id)

    def _issue(self, call: Call, carrier_id: int, terms: BillTerms, *, replaces_id: int | None) -> int:
        bill = bill_of(len(self._state.bills) + 1, carrier_id, terms, replaces_id=replaces_id)
        self._put(bill)
        self._state.bill_numbers[terms.number] = bill.bill_id
        self._book.record(
            call,
            ev.BillIssued(
                bill_id=bill.bill_id, carrier_id=carrier_id, holder_id=terms.shipper_id, terms=terms
            ),
        )
        return bill.bill_id

    def _held(self, call: Call, bill_id: int, expected: BillState) -> Bill:
        actor_id = self._book.actor(call).party_id
        bill = self._in_state(bill_id, expected)
        if bill.holder_id != actor_id:
            refuse(bill_codes.NOT_BILL_HOLDER, bill=bill_id, actor=actor_id)
        return bill

    def _surrendered_to(self, bill_id: int, carrier_id: int) -> Bill:
        """A block that came after the surrender still holds: what replaces the bill would not carry it."""
        bill = self._in_state(bill_id, BillState.SURRENDERED)
        if bill.carrier_id != carrier_id:
            refuse(bill_codes.NOT_CARRIER, bill=bill_id, actor=carrier_id)
        self._require_unencumbered(bill_id)
        return bill

    def _ordered(self, call: Call, bill_id: int, order_hash: bytes, *expected: BillState) -> Bill:
        self._book.require_office(call, Office.ARBITER)
        self._existing(bill_id)
        _require_order(order_hash)
        return self._in_state(bill_id, *expected)

    def _require_unpledged(self, bill_id: int) -> None:
        pledged, _ = self._liens.encumbrance(AssetId.of_bill(bill_id))
        if pledged:
            refuse(bill_codes.BILL_PLEDGED, bill=bill_id)

    def _require_unencumbered(self, bill_id: int) -> None:
        self._require_unpledged(bill_id)
        _, blocked = self._liens.encumbrance(AssetId.of_bill(bill_id))
        if blocked:
            refuse(bill_codes.BILL_BLOCKED, bill=bill_id)

    def _shown(self, receipt_id: int, state: ReceiptState) -> ReceiptState:
        """The state as the warehouse's view says it: Pledged where an issued receipt carries a lien."""
        pledged, _ = self._liens.encumbrance(AssetId.of_receipt(receipt_id))
        return ReceiptState.PLEDGED if pledged and state is ReceiptState.ISSUED else state

    def _in_state(self, bill_id: int, *expected: BillState) -> Bill:
        bill = self._existing(bill_id)
        if bill.state not in expected:
            refuse(
                bill_codes.UNEXPECTED_BILL_STATE,
                bill=bill_id,
                current=bill.state,
                expected=expected[0],
            )
        return bill

    def _existing(self, bill_id: int) -> Bill:
        found = self._state.bills.get(bill_id)
        if found is None:
            refuse(bill_codes.BILL_UNKNOWN, bill=bill_id)
        return found

    def _put(self, bill: Bill) -> None:
        self._state.bills[bill.bill_id] = bill


def bill_of(bill_id: int, carrier_id: int, terms: BillTerms, *, replaces_id: int | None) -> Bill:
    """The bill as it is issued, to its shipper."""
    return Bill(
        bill_id=bill_id,
        number=terms.number,
        carrier_id=carrier_id,
        shipper_id=terms.shipper_id,
        holder_id=terms.shipper_id,
        good=terms.good,
        quantity=terms.quantity,
        decimals=terms.decimals,
        detail_root=terms.detail_root,
        replaces_id=replaces_id,
    )


def forced(bill: Bill, to_id: int) -> Bill:
    """The bill in another's hands by order: the new holder decides for itself whether to give it back."""
    issued_again = {BillState.SURRENDERED: BillState.ISSUED}
    return replace(
        bill,
        holder_id=to_id,
        state=issued_again.get(bill.state, bill.state),
        before=issued_again.get(bill.before, bill.before),
    )


def _require_new_holder(bill: Bill, to_id: int) -> None:
    if to_id == bill.holder_id:
        refuse(bill_codes.ENDORSEE_HOLDS_IT, bill=bill.bill_id)
    if to_id == bill.carrier_id:
        refuse(bill_codes.CARRIER_AS_HOLDER, carrier=to_id)


def _require_order(order_hash: bytes) -> None:
    if order_hash == NO_HASH:
        refuse(bill_codes.ORDER_MISSING)
