"""Receipts and bills as liens see them (contracts/interfaces/IPledgeable.sol).

Who may call is answered for by the lien registry: none of these is a command of a party.
"""

from __future__ import annotations

from counterfoil.domain.events import goods_events as ev
from counterfoil.domain.ledger.bills import Bills
from counterfoil.domain.ledger.book import Call, refuse
from counterfoil.domain.ledger.pledgeable import Goods, ReceiptCut
from counterfoil.domain.ledger.receipt_book import ReceiptBook, handed_over
from counterfoil.domain.ledger.receipt_shape import ReceiptShape
from counterfoil.domain.lot import AssetId
from counterfoil.domain.refusals import goods_refusals as codes
from counterfoil.domain.refusals.money_refusals import ASSET_UNKNOWN
from counterfoil.domain.state.goods_state import Bill
from counterfoil.domain.state.ledger_state import LedgerState
from counterfoil.domain.states import BillState, ReceiptState


class PledgeableReceipts:
    """Assets of kind 2."""

    def __init__(self, receipts: ReceiptBook, shape: ReceiptShape) -> None:
        self._receipts = receipts
        self._shape = shape

    def require_pledgeable(self, call: Call, asset_id: AssetId, pledgor_id: int) -> None:
        """Issued, held by this party, with the keeper's consent, over a stock freshly and fully counted."""
        receipt_id = _receipt_behind(asset_id)
        receipt = self._receipts.held(receipt_id, pledgor_id)
        if not receipt.pledge_consent:
            refuse(codes.PLEDGE_NOT_CONSENTED, receipt=receipt_id)
        self._receipts.stocks.require_pledgeable(call, receipt.stock_id)

    def divide(self, call: Call, asset_id: AssetId, how: ReceiptCut) -> AssetId:
        """Cut a part off, sealed by the keeper; the part is free, the rest stays under its lien."""
        receipt_id = _receipt_behind(asset_id)
        return AssetId.of_receipt(self._shape.divide(call, receipt_id=receipt_id, how=how))

    def transfer_enforced(self, call: Call, asset_id: AssetId, to_id: int) -> None:
        """Move a receipt whose lien is enforced; a dispute does not stop it and goes on."""
        receipt = self._receipts.in_state(
            _receipt_behind(asset_id), ReceiptState.ISSUED, ReceiptState.DISPUTED
        )
        if to_id == receipt.keeper_id:
            refuse(codes.KEEPER_AS_HOLDER, keeper=to_id)
        self._receipts.put(handed_over(receipt, to_id))
        self._receipts.book.record(
            call, ev.ReceiptTransferEnforced(receipt_id=receipt.receipt_id, to_id=to_id)
        )

    def holder_of(self, asset_id: AssetId) -> int:
        """The party that holds the receipt, whatever its state."""
        return self._receipts.existing(_receipt_behind(asset_id)).holder_id

    def goods_of(self, asset_id: AssetId) -> Goods:
        """What the receipt gives title to."""
        receipt = self._receipts.existing(_receipt_behind(asset_id))
        stock = self._receipts.state.stocks[receipt.stock_id]
        return Goods(
            good=stock.good,
            quantity=receipt.quantity,
            decimals=stock.decimals,
            sound=receipt.state is ReceiptState.ISSUED and not stock.is_short,
        )


class PledgeableBills:
    """Assets of kind 3."""

    def __init__(self, state: LedgerState, bills: Bills) -> None:
        self._state = state
        self._bills = bills

    def require_pledgeable(self, call: Call, asset_id: AssetId, pledgor_id: int) -> None:  # noqa: ARG002 - as IPledgeable
        """Issued and held by this party."""
        self._bills.require_pledgeable(self._behind(asset_id).bill_id, pledgor_id)

    def divide(self, call: Call, asset_id: AssetId, how: ReceiptCut) -> AssetId:  # noqa: ARG002 - as IPledgeable
        """A bill is one document: refused with NotDivisible."""
        refuse(codes.NOT_DIVISIBLE, asset=asset_id.number)

    def transfer_enforced(self, call: Call, asset_id: AssetId, to_id: int) -> None:
        """Move an issued bill whose lien is enforced."""
        self._bills.transfer_enforced(call, bill_id=self._behind(asset_id).bill_id, to_id=to_id)

    def holder_of(self, asset_id: AssetId) -> int:
        """The party that holds the bill, whatever its state."""
        return self._behind(asset_id).holder_id

    def goods_of(self, asset_id: AssetId) -> Goods:
        """What the bill gives title to."""
        bill = self._behind(asset_id)
        return Goods(
            good=bill.good,
            quantity=bill.quantity,
            decimals=bill.decimals,
            sound=bill.state is BillState.ISSUED,
        )

    def _behind(self, asset_id: AssetId) -> Bill:
        found = self._state.bills.get(asset_id.bill_id) if asset_id.is_canonical else None
        if found is None:
            refuse(ASSET_UNKNOWN, asset=asset_id.number)
        return found


def _receipt_behind(asset_id: AssetId) -> int:
    """One spelling an asset: a number with anything in its unused bits names no receipt."""
    if not asset_id.is_canonical:
        refuse(ASSET_UNKNOWN, asset=asset_id.number)
    return asset_id.receipt_id
