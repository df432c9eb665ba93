"""Receipts cut, joined and stacked anew (contracts/interfaces/IReceipts.sol): what changes their lots."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from counterfoil.domain.events import goods_events as ev
from counterfoil.domain.events.goods_events import BackingLot
from counterfoil.domain.goods.receipt_terms import Part, Source
from counterfoil.domain.ledger.book import NO_HASH, Call, refuse
from counterfoil.domain.ledger.pledgeable import ReceiptCut, Seal
from counterfoil.domain.ledger.receipt_book import (
    MAX_QUANTITY,
    LotMoves,
    ReceiptBook,
    require_keeper,
    require_reason,
    require_state,
    require_sum,
)
from counterfoil.domain.refusals import goods_refusals as codes
from counterfoil.domain.state.goods_state import Receipt
from counterfoil.domain.states import ReceiptState

MAX_VALUE_MINOR = 2**48 - 1


class ReceiptShape:
    """Physical lots go over whole: goods in one lot are parted by stacking them anew first."""

    def __init__(self, receipts: ReceiptBook) -> None:
        self._receipts = receipts
        self._book = receipts.book
        self._state = receipts.state

    def split(
        self, call: Call, *, receipt_id: int, parts: Sequence[Part], remainder_root: bytes, seal: Seal
    ) -> int:
        """Cut parts off, the receipt stays with the rest; returns the number of the first part."""
        receipt = self._receipts.held(receipt_id, self._book.actor(call).party_id)
        if not parts:
            refuse(codes.PARTS_MISSING)
        self._receipts.require_unencumbered(receipt_id)
        self._receipts.require_seal(call, receipt, seal)
        return self._cut_off(call, receipt, parts, remainder_root)

    def divide(self, call: Call, *, receipt_id: int, how: ReceiptCut) -> int:
        """Cut a part off a pledged receipt; returns its number. The caller answers for consent and blocks."""
        receipt = self._receipts.in_state(receipt_id, ReceiptState.ISSUED)
        self._receipts.require_seal(call, receipt, how.seal)
        return self._cut_off(call, receipt, [how.part], how.remainder_root)

    def merge(
        self, call: Call, *, receipt_id: int, sources: Sequence[Source], detail_root: bytes, seal: Seal
    ) -> None:
        """Put other receipts into one, which stays; they are cancelled."""
        actor_id = self._book.actor(call).party_id
        receipt = self._receipts.held(receipt_id, actor_id)
        if not sources:
            refuse(codes.SOURCES_MISSING)
        if detail_root == NO_HASH:
            refuse(codes.DETAIL_ROOT_MISSING)
        self._receipts.require_unencumbered(receipt_id)
        self._receipts.require_seal(call, receipt, seal)
        moves = LotMoves(self._state.physical_lots)
        absorbed: dict[int, Receipt] = {}
        merged = replace(receipt, detail_root=detail_root)
        for source in sources:
            # One that went in already is cancelled by now.
            require_state(absorbed.get(source.receipt_id, receipt), ReceiptState.ISSUED)
            other = self._absorbable(merged, source, actor_id, moves)
            absorbed[other.receipt_id] = replace(other, state=ReceiptState.CANCELLED, lots=())
            merged = _with(merged, other, source.lots)
        moves.commit()
        for source in sources:
            ended = absorbed[source.receipt_id]
            self._receipts.put(ended)
            self._book.record(
                call,
                ev.ReceiptMerged(
                    receipt_id=receipt_id,
                    source_id=ended.receipt_id,
                    quantity=ended.quantity,
                    value_minor=ended.value_minor,
                    detail_root=detail_root,
                    lots=source.lots,
                ),
            )
        self._receipts.put(merged)

    def restack(
        self,
        call: Call,
        *,
        receipt_id: int,
        removed: Sequence[bytes],
        added: Sequence[BackingLot],
        reason_hash: bytes,
    ) -> None:
        """The keeper stacked goods anew within the site: other lots, the same quantity."""
        actor_id = self._book.actor(call).party_id
        receipt = self._receipts.existing(receipt_id)
        require_keeper(receipt, actor_id)
        require_state(
            receipt,
            ReceiptState.ISSUED,
            ReceiptState.RELEASED,
            ReceiptState.DISPUTED,
            ReceiptState.FROZEN,
        )
        require_reason(reason_hash)
        moves = LotMoves(self._state.physical_lots)
        lifted = moves.lift(receipt_id, removed)
        laid = moves.lay_down(receipt_id, added)
        if lifted != laid:
            refuse(codes.LOTS_DO_NOT_ADD_UP, receipt=receipt_id, quantity=lifted, lots=laid)
        moves.commit()
        lots = (*_without(receipt.lots, removed), *(lot.key for lot in added))
        self._receipts.put(replace(receipt, lots=lots))
        self._book.record(
            call,
            ev.LotsRestacked(
                receipt_id=receipt_id, removed=tuple(removed), added=tuple(added), reason_hash=reason_hash
            ),
        )

    def _cut_off(self, call: Call, receipt: Receipt, parts: Sequence[Part], remainder_root: bytes) -> int:
        first = len(self._state.receipts) + 1
        moves = LotMoves(self._state.physical_lots)
        born: list[Receipt] = []
        rest = receipt
        for part_id, part in enumerate(parts, start=first):
            cut = self._cut(rest, part_id, part, remainder_root, moves)
            rest = replace(
                rest,
                quantity=rest.quantity - cut.quantity,
                value_minor=rest.value_minor - cut.value_minor,
                lots=_without(rest.lots, cut.lots),
                sequence=rest.sequence + 1,
            )
            born.append(cut)
        moves.commit()
        for cut in born:
            self._receipts.put(cut)
            self._book.record(
                call,
                ev.ReceiptSplit(
                    receipt_id=receipt.receipt_id,
                    part_id=cut.receipt_id,
                    quantity=cut.quantity,
                    value_minor=cut.value_minor,
                    detail_root=cut.detail_root,
                    remainder_root=remainder_root,
                    lots=cut.lots,
                ),
            )
        self._receipts.put(replace(rest, detail_root=remainder_root))
        return first

    @staticmethod
    def _cut(rest: Receipt, part_id: int, part: Part, remainder_root: bytes, moves: LotMoves) -> Receipt:
        if NO_HASH in (part.detail_root, remainder_root):
            refuse(codes.DETAIL_ROOT_MISSING)
        if not part.lots:
            refuse(codes.LOTS_MISSING)
        quantity = moves.move(rest.receipt_id, part_id, part.lots)
        if quantity >= rest.quantity:
            refuse(codes.PART_TAKES_ALL, receipt=rest.receipt_id)
        return replace(
            rest,
            receipt_id=part_id,
            quantity=quantity,
            value_minor=rest.value_minor * quantity // rest.quantity,
            detail_root=part.detail_root,
            lots=part.lots,
            sequence=0,
        )

    def _absorbable(self, merged: Receipt, source: Source, actor_id: int, moves: LotMoves) -> Receipt:
        other = self._receipts.held(source.receipt_id, actor_id)
        if (
            other.receipt_id == merged.receipt_id
            or other.currency != merged.currency
            or other.stock_id != merged.stock_id
        ):
            refuse(codes.MERGE_UNLIKE, receipt=merged.receipt_id, source=other.receipt_id)
        self._receipts.require_unencumbered(other.receipt_id)
        require_sum(other, moves.move(other.receipt_id, merged.receipt_id, source.lots))
        quantity = merged.quantity + other.quantity
        if quantity > MAX_QUANTITY:
            refuse(codes.QUANTITY_TOO_LARGE, quantity=quantity)
        value_minor = merged.value_minor + other.value_minor
        if value_minor > MAX_VALUE_MINOR:
            refuse(codes.VALUE_TOO_LARGE, value_minor=value_minor)
        return other


def _with(merged: Receipt, other: Receipt, lots: tuple[bytes, ...]) -> Receipt:
    """Both are attested, or they would not be issued; the consent holds where both had it."""
    return replace(
        merged,
        quantity=merged.quantity + other.quantity,
        value_minor=merged.value_minor + other.value_minor,
        pledge_consent=merged.pledge_consent and other.pledge_consent,
        lots=(*merged.lots, *lots),
        sequence=merged.sequence + 1,
    )


def _without(lots: tuple[bytes, ...], taken: Sequence[bytes]) -> tuple[bytes, ...]:
    gone = frozenset(taken)
    return tuple(key for key in lots if key not in gone)
