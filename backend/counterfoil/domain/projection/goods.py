"""Folds of the events of stocks and warehouse receipts; see counterfoil.domain.projection.fold."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from counterfoil.domain.events import goods_events as ev
from counterfoil.domain.events.goods_events import BackingLot
from counterfoil.domain.events.ledger_events import Recorded
from counterfoil.domain.state.goods_state import LIVE_RECEIPTS, BackedLot, Receipt, Stock, add_exposure
from counterfoil.domain.state.ledger_state import LedgerState
from counterfoil.domain.states import ReceiptState

_MAX_SEQUENCE = 2**16 - 1


def stock_opened(state: LedgerState, event: ev.StockOpened, _: Recorded) -> None:
    """Numbers are given without gaps, so a gap is a missed event."""
    if event.stock_id != len(state.stocks) + 1:
        raise ValueError(f"stock {event.stock_id} follows {len(state.stocks)} stocks")
    identity = (event.keeper_id, event.site, event.good)
    if identity in state.stock_numbers:
        raise ValueError(f"stock {event.stock_id} is stock {state.stock_numbers[identity]}")
    state.stock_numbers[identity] = event.stock_id
    state.stocks[event.stock_id] = Stock(
        stock_id=event.stock_id,
        keeper_id=event.keeper_id,
        site=event.site,
        good=event.good,
        decimals=event.decimals,
    )


def stock_attested(state: LedgerState, event: ev.StockAttested, recorded: Recorded) -> None:
    """The newest count replaces the one before, also where it is less than what receipts say."""
    if event.fresh_until_s != recorded.at_s + state.attestation_age_s:
        raise ValueError(f"a count of {recorded.at_s} serves until {event.fresh_until_s}")
    stock = state.stocks[event.stock_id]
    if stock.keeper_id == event.inspector_id:
        raise ValueError(f"the keeper of stock {event.stock_id} counted it itself")
    state.stocks[event.stock_id] = replace(
        stock,
        attested=event.quantity,
        attested_at_s=recorded.at_s,
        fresh_until_s=event.fresh_until_s,
        inspector_id=event.inspector_id,
        evidence_hash=event.evidence_hash,
    )


def attestation_age_set(state: LedgerState, event: ev.AttestationAgeSet, _: Recorded) -> None:
    """For the counts that come after."""
    state.attestation_age_s = event.max_age_s


def exposure_cap_set(state: LedgerState, event: ev.ExposureCapSet, _: Recorded) -> None:
    """Receipts that are out already stay."""
    state.exposure_caps[event.keeper_id, event.currency] = event.cap_minor


def receipt_drafted(state: LedgerState, event: ev.ReceiptDrafted, _: Recorded) -> None:
    """The lots are taken; stock and exposure are not touched before the issue."""
    _require_next(state, event.receipt_id)
    quantity = _lay_down(state, event.receipt_id, event.lots)
    if quantity != event.quantity:
        raise ValueError(f"receipt {event.receipt_id}: its lots make {quantity}, not {event.quantity}")
    state.receipts[event.receipt_id] = Receipt(
        receipt_id=event.receipt_id,
        stock_id=event.stock_id,
        keeper_id=state.stocks[event.stock_id].keeper_id,
        depositor_id=event.depositor_id,
        holder_id=event.depositor_id,
        quantity=event.quantity,
        currency=event.currency,
        value_minor=event.value_minor,
        pledge_consent=event.pledge_consent,
        detail_root=event.detail_root,
        lots=tuple(lot.key for lot in event.lots),
    )


def receipt_attested(state: LedgerState, event: ev.ReceiptAttested, recorded: Recorded) -> None:
    """The last attestation of a draft counts."""
    receipt = _in_state(state, event.receipt_id, ReceiptState.DRAFT)
    if event.inspector_id in (receipt.keeper_id, receipt.holder_id):
        raise ValueError(f"draft {event.receipt_id} was attested by a party to it")
    _put(
        state,
        replace(
            receipt,
            inspector_id=event.inspector_id,
            attested_at_s=recorded.at_s,
            evidence_hash=event.evidence_hash,
        ),
    )


def receipt_issued(state: LedgerState, event: ev.ReceiptIssued, _: Recorded) -> None:
    """The receipt counts against its stock and its keeper from here on."""
    receipt = _in_state(state, event.receipt_id, ReceiptState.DRAFT)
    if not receipt.is_attested:
        raise ValueError(f"draft {event.receipt_id} was not attested")
    stock = state.stocks[receipt.stock_id]
    state.stocks[stock.stock_id] = replace(stock, receipted=stock.receipted + receipt.quantity)
    add_exposure(state.exposures, (receipt.keeper_id, receipt.currency), receipt.value_minor)
    _put(state, replace(receipt, state=ReceiptState.ISSUED))


def draft_discarded(state: LedgerState, event: ev.DraftDiscarded, _: Recorded) -> None:
    """Its lots are free."""
    receipt = _in_state(state, event.receipt_id, ReceiptState.DRAFT)
    _clear(state, receipt, event.lots)
    _put(state, replace(receipt, state=ReceiptState.CANCELLED, lots=()))


def receipt_transferred(state: LedgerState, event: ev.ReceiptTransferred, _: Recorded) -> None:
    """A new holder, and the next seal."""
    receipt = _in_state(state, event.receipt_id, ReceiptState.ISSUED)
    _require_moves(receipt, event.to_id)
    if event.sequence != receipt.sequence + 1:
        raise ValueError(f"receipt {event.receipt_id}: {event.sequence} follows {receipt.sequence}")
    _put(state, replace(receipt, holder_id=event.to_id, sequence=event.sequence))


def receipt_split(state: LedgerState, event: ev.ReceiptSplit, _: Recorded) -> None:
    """The part and the rest are what the receipt was; attestation and consent are the part's too."""
    receipt = _in_state(state, event.receipt_id, ReceiptState.ISSUED)
    _require_next(state, event.part_id)
    moved = _move(state, event.receipt_id, event.part_id, event.lots)
    if moved != event.quantity or not 0 < moved < receipt.quantity:
        raise ValueError(f"receipt {event.receipt_id}: {moved} cut off of {receipt.quantity}")
    if event.value_minor != receipt.value_minor * moved // receipt.quantity:
        raise ValueError(f"receipt {event.receipt_id}: the part's value is {event.value_minor}")
    part = replace(
        receipt,
        receipt_id=event.part_id,
        quantity=event.quantity,
        value_minor=event.value_minor,
        detail_root=event.detail_root,
        lots=event.lots,
        sequence=0,
    )
    rest = replace(
        receipt,
        quantity=receipt.quantity - event.quantity,
        value_minor=receipt.value_minor - event.value_minor,
        detail_root=event.remainder_root,
        lots=_without(receipt.lots, event.lots),
        sequence=receipt.sequence + 1,
    )
    _put(state, part)
    _put(state, rest)


def receipt_merged(state: LedgerState, event: ev.ReceiptMerged, _: Recorded) -> None:
    """Everything of the source goes over; the consent holds where both had it."""
    receipt = _in_state(state, event.receipt_id, ReceiptState.ISSUED)
    source = _in_state(state, event.source_id, ReceiptState.ISSUED)
    alike = ("holder_id", "stock_id", "currency")
    if source is receipt or any(getattr(source, name) != getattr(receipt, name) for name in alike):
        raise ValueError(f"receipt {event.source_id} does not go into receipt {event.receipt_id}")
    moved = _move(state, event.source_id, event.receipt_id, event.lots)
    if (moved, moved, event.value_minor) != (source.quantity, event.quantity, source.value_minor):
        raise ValueError(f"receipt {event.source_id} went over with {moved}")
    _put(state, replace(source, state=ReceiptState.CANCELLED, lots=()))
    _put(
        state,
        replace(
            receipt,
            quantity=receipt.quantity + source.quantity,
            value_minor=receipt.value_minor + source.value_minor,
            pledge_consent=receipt.pledge_consent and source.pledge_consent,
            detail_root=event.detail_root,
            lots=(*receipt.lots, *event.lots),
            sequence=receipt.sequence + 1,
        ),
    )


def lots_restacked(state: LedgerState, event: ev.LotsRestacked, _: Recorded) -> None:
    """Other lots, the same quantity."""
    receipt = _in_state(state, event.receipt_id, *LIVE_RECEIPTS)
    lifted = _lift(state, event.receipt_id, event.removed)
    laid = _lay_down(state, event.receipt_id, event.added)
    if lifted != laid:
        raise ValueError(f"receipt {event.receipt_id}: {lifted} was stacked anew as {laid}")
    lots = (*_without(receipt.lots, event.removed), *(lot.key for lot in event.added))
    _put(state, replace(receipt, lots=lots))


def receipt_amended(state: LedgerState, event: ev.ReceiptAmended, _: Recorded) -> None:
    """What it said before stays in the record of events."""
    receipt = _in_state(state, event.receipt_id, ReceiptState.ISSUED, ReceiptState.RELEASED)
    _put(state, replace(receipt, detail_root=event.detail_root))


def pledge_consent_set(state: LedgerState, event: ev.PledgeConsentSet, _: Recorded) -> None:
    """For pledges that come after."""
    receipt = _in_state(state, event.receipt_id, ReceiptState.DRAFT, ReceiptState.ISSUED)
    _put(state, replace(receipt, pledge_consent=event.given))


def delivery_ordered(state: LedgerState, event: ev.DeliveryOrdered, _: Recorded) -> None:
    """Released for delivery."""
    receipt = _in_state(state, event.receipt_id, ReceiptState.ISSUED)
    _put(state, replace(receipt, state=ReceiptState.RELEASED))


def delivery_revoked(state: LedgerState, event: ev.DeliveryRevoked, _: Recorded) -> None:
    """The goods stay."""
    receipt = _in_state(state, event.receipt_id, ReceiptState.RELEASED)
    _put(state, replace(receipt, state=ReceiptState.ISSUED))


def receipt_delivered(state: LedgerState, event: ev.ReceiptDelivered, _: Recorded) -> None:
    """The goods left the counted stock with their receipt."""
    receipt = _in_state(state, event.receipt_id, ReceiptState.RELEASED)
    _clear(state, receipt, event.lots)
    _take_off_stock(state, receipt, left=receipt.quantity)
    _put(state, replace(receipt, state=ReceiptState.DELIVERED, lots=()))


def receipt_disputed(state: LedgerState, event: ev.ReceiptDisputed, _: Recorded) -> None:
    """Remember which side disputes."""
    receipt = _in_state(state, event.receipt_id, ReceiptState.ISSUED)
    if event.by_id not in (receipt.keeper_id, receipt.holder_id):
        raise ValueError(f"receipt {event.receipt_id} is disputed by a stranger, {event.by_id}")
    by_keeper = event.by_id == receipt.keeper_id
    _put(state, replace(receipt, state=ReceiptState.DISPUTED, disputed_by_keeper=by_keeper))


def receipt_dispute_closed(state: LedgerState, event: ev.ReceiptDisputeClosed, _: Recorded) -> None:
    """Whoever closed it, the receipt is issued again."""
    receipt = _in_state(state, event.receipt_id, ReceiptState.DISPUTED)
    _put(state, replace(receipt, state=ReceiptState.ISSUED, disputed_by_keeper=False))


def receipt_frozen(state: LedgerState, event: ev.ReceiptFrozen, _: Recorded) -> None:
    """Remember where it returns to."""
    receipt = _in_state(
        state, event.receipt_id, ReceiptState.ISSUED, ReceiptState.RELEASED, ReceiptState.DISPUTED
    )
    _put(state, replace(receipt, state=ReceiptState.FROZEN, before=receipt.state))


def receipt_unfrozen(state: LedgerState, event: ev.ReceiptUnfrozen, _: Recorded) -> None:
    """Back to what it was."""
    receipt = _in_state(state, event.receipt_id, ReceiptState.FROZEN)
    if receipt.before is not event.state:
        raise ValueError(f"receipt {event.receipt_id} was {receipt.before.name} before its freeze")
    _put(state, replace(receipt, state=event.state, before=ReceiptState.NONE))


def receipt_transfer_forced(state: LedgerState, event: ev.ReceiptTransferForced, _: Recorded) -> None:
    """A new holder by order; a delivery that the former one ordered ends, nothing else does."""
    receipt = _in_state(state, event.receipt_id, *LIVE_RECEIPTS)
    if receipt.holder_id != event.from_id:
        raise ValueError(f"receipt {event.receipt_id} is held by {receipt.holder_id}")
    _require_moves(receipt, event.to_id)
    moved = _handed_over(receipt, event.to_id)
    if receipt.state is ReceiptState.RELEASED:
        moved = replace(moved, state=ReceiptState.ISSUED)
    if receipt.before is ReceiptState.RELEASED:
        moved = replace(moved, before=ReceiptState.ISSUED)
    _put(state, moved)


def receipt_cancelled(state: LedgerState, event: ev.ReceiptCancelled, _: Recorded) -> None:
    """It counts no more; what an inspector counted stays counted until the next count."""
    receipt = _in_state(
        state,
        event.receipt_id,
        ReceiptState.DRAFT,
        ReceiptState.ISSUED,
        ReceiptState.DISPUTED,
        ReceiptState.FROZEN,
    )
    _clear(state, receipt, event.lots)
    if receipt.is_live:
        _take_off_stock(state, receipt, left=0)
    _put(state, replace(receipt, state=ReceiptState.CANCELLED, lots=()))


def receipt_transfer_enforced(state: LedgerState, event: ev.ReceiptTransferEnforced, _: Recorded) -> None:
    """A new holder in enforcement; a dispute goes on."""
    receipt = _in_state(state, event.receipt_id, ReceiptState.ISSUED, ReceiptState.DISPUTED)
    _require_moves(receipt, event.to_id)
    _put(state, _handed_over(receipt, event.to_id))


def _handed_over(receipt: Receipt, to_id: int) -> Receipt:
    return replace(receipt, holder_id=to_id, sequence=min(receipt.sequence + 1, _MAX_SEQUENCE))


def _require_next(state: LedgerState, receipt_id: int) -> None:
    if receipt_id != len(state.receipts) + 1:
        raise ValueError(f"receipt {receipt_id} follows {len(state.receipts)} receipts")


def _require_moves(receipt: Receipt, to_id: int) -> None:
    if to_id in (receipt.holder_id, receipt.keeper_id):
        raise ValueError(f"receipt {receipt.receipt_id} cannot go to {to_id}")


def _take_off_stock(state: LedgerState, receipt: Receipt, *, left: int) -> None:
    stock = state.stocks[receipt.stock_id]
    state.stocks[stock.stock_id] = replace(
        stock, receipted=stock.receipted - receipt.quantity, attested=stock.attested - left
    )
    add_exposure(state.exposures, (receipt.keeper_id, receipt.currency), -receipt.value_minor)


def _lay_down(state: LedgerState, receipt_id: int, lots: Iterable[BackingLot]) -> int:
    quantity = 0
    for lot in lots:
        if lot.key in state.physical_lots:
            raise ValueError(f"lot {lot.key.hex()[:12]} backs a receipt already")
        state.physical_lots[lot.key] = BackedLot(receipt_id=receipt_id, quantity=lot.quantity)
        quantity += lot.quantity
    return quantity


def _lift(state: LedgerState, receipt_id: int, keys: Sequence[bytes]) -> int:
    quantity = _quantity_of(state, receipt_id, keys)
    for key in keys:
        del state.physical_lots[key]
    return quantity


def _move(state: LedgerState, from_id: int, to_id: int, keys: Sequence[bytes]) -> int:
    quantity = _quantity_of(state, from_id, keys)
    for key in keys:
        state.physical_lots[key] = replace(state.physical_lots[key], receipt_id=to_id)
    return quantity


def _clear(state: LedgerState, receipt: Receipt, keys: Sequence[bytes]) -> None:
    lifted = _lift(state, receipt.receipt_id, keys)
    if lifted != receipt.quantity:
        raise ValueError(f"receipt {receipt.receipt_id} ends with {lifted} of {receipt.quantity}")


def _quantity_of(state: LedgerState, receipt_id: int, keys: Sequence[bytes]) -> int:
    if len(set(keys)) != len(keys):
        raise ValueError(f"a lot of receipt {receipt_id} is named twice")
    quantity = 0
    for key in keys:
        backed = state.physical_lots[key]
        if backed.receipt_id != receipt_id:
            raise ValueError(f"lot {key.hex()[:12]} backs receipt {backed.receipt_id}")
        quantity += backed.quantity
    return quantity


def _without(lots: tuple[bytes, ...], taken: Sequence[bytes]) -> tuple[bytes, ...]:
    gone = frozenset(taken)
    return tuple(key for key in lots if key not in gone)


def _in_state(state: LedgerState, receipt_id: int, *expected: ReceiptState) -> Receipt:
    receipt = state.receipts[receipt_id]
    if receipt.state not in expected:
        raise ValueError(f"receipt {receipt_id} is {receipt.state.name}")
    return receipt


def _put(state: LedgerState, receipt: Receipt) -> None:
    state.receipts[receipt.receipt_id] = receipt
