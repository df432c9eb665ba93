"""What the commands over receipts share: who may act on them, their physical lots, and the keeper's seal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from counterfoil.domain.events.goods_events import BackingLot
from counterfoil.domain.ledger.book import NO_HASH, NOBODY, Book, Call, refuse
from counterfoil.domain.ledger.pledgeable import Encumbrances, Seal
from counterfoil.domain.ledger.stocks import Stocks
from counterfoil.domain.lot import AssetId
from counterfoil.domain.refusals import goods_refusals as codes
from counterfoil.domain.state.goods_state import BackedLot, Receipt
from counterfoil.domain.states import ReceiptState

MAX_RECEIPT_LOTS = 256
MAX_QUANTITY = 2**64 - 1
MAX_SEQUENCE = 2**16 - 1


class LotMoves:
    """What happens to physical lots in one command: nothing, until `commit`."""

    def __init__(self, lots: dict[bytes, BackedLot]) -> None:
        self._lots = lots
        self._changed: dict[bytes, BackedLot | None] = {}

    def lay_down(self, receipt_id: int, lots: Sequence[BackingLot]) -> int:
        """Give lots that back nothing to a receipt; returns their quantity."""
        if not lots:
            refuse(codes.LOTS_MISSING)
        if len(lots) > MAX_RECEIPT_LOTS:
            refuse(codes.TOO_MANY_LOTS, count=len(lots), maximum=MAX_RECEIPT_LOTS)
        for lot in lots:
            if lot.key == NO_HASH:
                refuse(codes.LOT_KEY_MISSING)
            if lot.quantity == 0:
                refuse(codes.LOT_QUANTITY_ZERO, key=lot.key)
            backed = self._backed(lot.key)
            if backed is not None:
                refuse(codes.LOT_BACKS_RECEIPT, key=lot.key, receipt=backed.receipt_id)
            self._changed[lot.key] = BackedLot(receipt_id=receipt_id, quantity=lot.quantity)
        return sum(lot.quantity for lot in lots)

    def lift(self, receipt_id: int, keys: Iterable[bytes]) -> int:
        """Take lots from a receipt, so that they back nothing; returns their quantity."""
        return self._take(receipt_id, keys, to_id=None)

    def clear(self, receipt: Receipt, keys: Iterable[bytes]) -> None:
        """Take all its lots from a receipt that ends."""
        lifted = self.lift(receipt.receipt_id, keys)
        require_sum(receipt, lifted)

    def move(self, from_id: int, to_id: int, keys: Iterable[bytes]) -> int:
        """Give lots of a receipt to another one; returns their quantity."""
        return self._take(from_id, keys, to_id=to_id)

    def commit(self) -> None:
        """Let it all happen."""
        for key, backed in self._changed.items():
            if backed is None:
                self._lots.pop(key, None)
            else:
                self._lots[key] = backed

    def _take(self, receipt_id: int, keys: Iterable[bytes], *, to_id: int | None) -> int:
        quantity = 0
        for key in keys:
            backed = self._backed(key)
            if backed is None or backed.receipt_id != receipt_id:
                refuse(codes.LOT_NOT_IN_RECEIPT, key=key, receipt=receipt_id)
            moved = None if to_id is None else BackedLot(receipt_id=to_id, quantity=backed.quantity)
            self._changed[key] = moved
            quantity += backed.quantity
        return quantity

    def _backed(self, key: bytes) -> BackedLot | None:
        return self._changed[key] if key in self._changed else self._lots.get(key)


class ReceiptBook:
    """Receipts as the commands find and keep them."""

    def __init__(self, book: Book, *, stocks: Stocks, liens: Encumbrances) -> None:
        self.book = book
        self.state = book.state
        self.stocks = stocks
        self._liens = liens

    def existing(self, receipt_id: int) -> Receipt:
        """The receipt, whatever its state. Refuses with ReceiptUnknown."""
        found = self.state.receipts.get(receipt_id)
        if found is None:
            refuse(codes.RECEIPT_UNKNOWN, receipt=receipt_id)
        return found

    def in_state(self, receipt_id: int, *expected: ReceiptState) -> Receipt:
        """The receipt, if it is in one of these states; a refusal names the first."""
        receipt = self.existing(receipt_id)
        require_state(receipt, *expected)
        return receipt

    def held(self, receipt_id: int, actor_id: int) -> Receipt:
        """The issued receipt that this party holds."""
        receipt = self.in_state(receipt_id, ReceiptState.ISSUED)
        if receipt.holder_id != actor_id:
            refuse(codes.NOT_RECEIPT_HOLDER, receipt=receipt_id, actor=actor_id)
        return receipt

    def kept(self, receipt_id: int, actor_id: int, *expected: ReceiptState) -> Receipt:
        """As `in_state`, of goods that this party keeps."""
        receipt = self.in_state(receipt_id, *expected)
        require_keeper(receipt, actor_id)
        return receipt

    def require_unpledged(self, receipt_id: int) -> None:
        """Refuse with ReceiptPledged where a lien is in force."""
        pledged, _ = self._liens.encumbrance(AssetId.of_receipt(receipt_id))
        if pledged:
            refuse(codes.RECEIPT_PLEDGED, receipt=receipt_id)

    def require_unencumbered(self, receipt_id: int) -> None:
        """As `require_unpledged`, and no block: a block does not follow goods to another receipt's number."""
        self.require_unpledged(receipt_id)
        _, blocked = self._liens.encumbrance(AssetId.of_receipt(receipt_id))
        if blocked:
            refuse(codes.RECEIPT_BLOCKED, receipt=receipt_id)

    def require_seal(self, call: Call, receipt: Receipt, seal: Seal) -> None:
        """Refuse unless a key of the keeper sealed the act, in time."""
        if call.now_s > seal.deadline_s:
            refuse(codes.SEAL_EXPIRED, deadline=seal.deadline_s, now_at=call.now_s)
        signer_id = self._signer_of(seal)
        if signer_id != receipt.keeper_id:
            refuse(codes.SEAL_NOT_KEEPERS, receipt=receipt.receipt_id, signer=signer_id)

    def _signer_of(self, seal: Seal) -> int:
        """The active party whose key sealed, or nobody."""
        if seal.sealed_by is None:
            return NOBODY
        party = self.state.parties.get(self.state.key_owners.get(seal.sealed_by, NOBODY))
        acts = party is not None and party.is_active and seal.sealed_by in party.keys
        return party.party_id if party is not None and acts else NOBODY

    def put(self, receipt: Receipt) -> None:
        """Keep the receipt as it is now."""
        self.state.receipts[receipt.receipt_id] = receipt


def require_keeper(receipt: Receipt, actor_id: int) -> None:
    """Refuse with NotKeeper unless the party keeps the goods."""
    if receipt.keeper_id != actor_id:
        refuse(codes.NOT_KEEPER, receipt=receipt.receipt_id, actor=actor_id)


def require_state(receipt: Receipt, *expected: ReceiptState) -> None:
    """Refuse with UnexpectedReceiptState, naming the first that was expected."""
    if receipt.state not in expected:
        refuse(
            codes.UNEXPECTED_RECEIPT_STATE,
            receipt=receipt.receipt_id,
            current=receipt.state,
            expected=expected[0],
        )


def require_sum(receipt: Receipt, quantity: int) -> None:
    """Refuse with LotsDoNotAddUp unless the lots that were named are all of the receipt."""
    if quantity != receipt.quantity:
        refuse(
            codes.LOTS_DO_NOT_ADD_UP,
            receipt=receipt.receipt_id,
            quantity=receipt.quantity,
            lots=quantity,
        )


def require_new_holder(receipt: Receipt, to_id: int) -> None:
    """Refuse with TransfereeHoldsIt or KeeperAsHolder."""
    if to_id == receipt.holder_id:
        refuse(codes.TRANSFEREE_HOLDS_IT, receipt=receipt.receipt_id)
    if to_id == receipt.keeper_id:
        refuse(codes.KEEPER_AS_HOLDER, keeper=to_id)


def require_reason(document_hash: bytes) -> None:
    """Refuse with ReasonMissing where no document stands behind the act."""
    if document_hash == NO_HASH:
        refuse(codes.REASON_MISSING)


def handed_over(receipt: Receipt, to_id: int) -> Receipt:
    """The receipt in another's hands without its holder's doing; seals given to that holder serve no more.

    The sequence stops at its limit: nobody can run a receipt to where it could not be taken.
    """
    return replace(receipt, holder_id=to_id, sequence=min(receipt.sequence + 1, MAX_SEQUENCE))
