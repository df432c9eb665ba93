"""Who passed title to what, and when, read from the ledger's events alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from counterfoil.domain.events import goods_events as goods
from counterfoil.domain.events import ledger_events as ev
from counterfoil.domain.goods.trade_loops import TitleTransfer
from counterfoil.domain.lot import LotId
from counterfoil.domain.projection.fold import apply
from counterfoil.domain.state.ledger_state import LedgerState
from counterfoil.domain.states import LotState

_OF_RECEIPTS = (goods.ReceiptTransferred, goods.ReceiptTransferForced, goods.ReceiptTransferEnforced)
_OF_BILLS = (goods.BillEndorsed, goods.BillTransferForced, goods.BillTransferEnforced)


def title_transfers(history: Iterable[ev.Recorded]) -> Iterator[TitleTransfer]:
    """Every transfer of a receipt, a bill or a part of a note, in order.

    A receipt's transfer is stated once for each physical lot behind it, under the lot's key, which stays the
    same when receipts are split and merged; a part of a note under its note. Drafts, pledges and the opening
    of notes pass no title. Raises DomainError ProjectionMismatch where events do not fit each other.
    """
    state = LedgerState()
    for recorded in history:
        yield from _passed(state, recorded)
        apply(state, recorded)


def _passed(state: LedgerState, recorded: ev.Recorded) -> Iterator[TitleTransfer]:
    """What an event moves. state: before it."""
    event = recorded.event
    if isinstance(event, _OF_RECEIPTS):
        receipt = state.receipts[event.receipt_id]
        good = state.stocks[receipt.stock_id].good.hex()
        for key in receipt.lots:
            yield _transfer(
                recorded,
                f"receipt:{receipt.receipt_id}",
                (receipt.holder_id, event.to_id),
                identity=key.hex(),
                good=good,
                steps=state.physical_lots[key].quantity,
            )
    elif isinstance(event, _OF_BILLS):
        bill = state.bills[event.bill_id]
        yield _transfer(
            recorded,
            f"bill:{bill.bill_id}",
            (bill.holder_id, event.to_id),
            identity=bill.number.hex(),
            good=bill.good.hex(),
            steps=bill.quantity,
        )
    else:
        for lot_id, ends, amount_minor in _lots_passed(state, event):
            yield _transfer(
                recorded, f"lot:{lot_id}", ends, identity=f"note:{lot_id.note_id}", steps=amount_minor
            )


def _lots_passed(state: LedgerState, event: ev.LedgerEvent) -> Iterator[tuple[LotId, tuple[int, int], int]]:
    """Lots that change hands: the lot, from whom and to whom, and its amount."""
    match event:
        case ev.LotAssigned(lot_id=lot_id, to_id=to_id) | ev.LotSold(lot_id=lot_id, to_id=to_id):
            lot = state.lots[lot_id]
            yield lot_id, (lot.holder_id, to_id), lot.length_minor
        case ev.LotAccepted(lot_id=lot_id):
            lot = state.lots[lot_id]
            if lot.offeree_id is not None:
                yield lot_id, (lot.holder_id, lot.offeree_id), lot.length_minor
        case ev.LotSplit() as split:
            holder_id = state.lots[split.lot_id].holder_id
            for index, child in enumerate(split.children):
                if child.state is not LotState.OFFERED and child.party_id != holder_id:
                    yield split.child_id(index), (holder_id, child.party_id), child.positions.length
        case _:
            pass


def _transfer(
    recorded: ev.Recorded,
    asset: str,
    ends: tuple[int, int],
    *,
    identity: str,
    good: str | None = None,
    steps: int,
) -> TitleTransfer:
    return TitleTransfer(
        reference=f"{asset} (block {recorded.block_number}, event {recorded.log_index})",
        from_id=ends[0],
        to_id=ends[1],
        at=datetime.fromtimestamp(recorded.at_s, UTC),
        identity=identity,
        good=good,
        steps=steps,
    )
