"""Events as an organisation may read them.

Whom an event concerns is kept with it (counterfoil.domain.concern). Some events speak of several parties at
once: of a split, a payment or a netted settlement everybody reads its own part only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any

from counterfoil.domain.events import cash_events as cash
from counterfoil.domain.events import ledger_events as ev
from counterfoil.domain.lot import AssetId, LotId
from counterfoil.domain.money import Currency
from counterfoil.domain.state.ledger_state import LedgerState
from counterfoil.domain.states import PartyRole
from counterfoil.domain.sub_range import SubRange
from counterfoil.domain.subjects import subjects_of
from counterfoil.domain.visibility import Viewer
from counterfoil.usecases.goods_resolving import asset_text

_LAST_S = int(datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC).timestamp())


@dataclass(frozen=True, slots=True)
class ShownEvent:
    """An event for one reader. fields: the event's own, in JSON, without what the reader may not see."""

    name: str
    block_number: int
    log_index: int
    at: datetime
    tx_hash: str
    subjects: tuple[str, ...]
    fields: Mapping[str, Any]

    @property
    def position(self) -> str:
        """Where it stands: BLOCK.LOG."""
        return f"{self.block_number}.{self.log_index}"


def shown_event(recorded: ev.Recorded, state: LedgerState, viewer: Viewer) -> ShownEvent:
    """The event as the viewer may read it; it concerns the viewer. state: at or after it."""
    event = recorded.event
    if not viewer.sees_all and viewer.party_id is not None:
        event = own_part(event, state, viewer.party_id)
    subjects = subjects_of(ev.Recorded(event=event, at_s=recorded.at_s, block_number=recorded.block_number))
    return ShownEvent(
        name=type(event).__name__,
        block_number=recorded.block_number,
        log_index=recorded.log_index,
        at=datetime.fromtimestamp(min(recorded.at_s, _LAST_S), UTC),
        tx_hash=recorded.tx_hash,
        subjects=subjects if viewer.sees_all else _without_others(subjects, viewer),
        fields=_fields(event, left_out=_left_out(event, state, viewer)),
    )


def own_part(event: ev.LedgerEvent, state: LedgerState, party_id: int) -> ev.LedgerEvent:
    """The event with only those of its parts that are the party's business."""
    match event:
        case ev.LotSplit():
            if party_id in (state.notes[event.lot_id.note_id].debtor_id, state.lots[event.lot_id].holder_id):
                return event
            return ev.LotSplit(
                lot_id=event.lot_id,
                segment=event.segment,
                children=tuple(child for child in event.children if child.party_id == party_id),
                background=event.background,
            )
        case ev.PaymentApplied():
            if party_id == state.notes[event.note_id].debtor_id:
                return event
            return ev.PaymentApplied(
                note_id=event.note_id,
                round_minor=event.round_minor,
                final_round=event.final_round,
                payouts=tuple(
                    payout
                    for payout in event.payouts
                    if payout.party_id == party_id or _had_lien(state, payout.lot_id, party_id)
                ),
            )
        case cash.CashSettled() if event.from_id != party_id:
            own = tuple(payment for payment in event.payments if payment.party_id == party_id)
            return cash.CashSettled(
                from_id=event.from_id, currency=event.currency, payments=own, reference=event.reference
            )
        case _:
            return event


def _had_lien(state: LedgerState, lot_id: LotId, party_id: int) -> bool:
    return any(lien.pledgee_id == party_id for lien in state.liens.get(AssetId.of_lot(lot_id), ()))


def _left_out(event: ev.LedgerEvent, state: LedgerState, viewer: Viewer) -> frozenset[str]:
    """Fields that are not for this reader: the trade behind an assignment, and the whole of a payment."""
    if viewer.sees_all:
        return frozenset()
    match event:
        case ev.LotSplit() | ev.LotAssigned():
            mine = _of_assignment(event, state, viewer)
            return frozenset() if mine else frozenset({"background"})
        case ev.PaymentApplied() if viewer.party_id != state.notes[event.note_id].debtor_id:
            return frozenset({"round_minor"})
        case _:
            return frozenset()


def _of_assignment(event: ev.LotSplit | ev.LotAssigned, state: LedgerState, viewer: Viewer) -> bool:
    if isinstance(event, ev.LotSplit):
        takes = any(child.party_id == viewer.party_id for child in event.children)
        return takes or state.lots[event.lot_id].holder_id == viewer.party_id
    return viewer.party_id != state.notes[event.lot_id.note_id].debtor_id


def _without_others(subjects: Sequence[str], viewer: Viewer) -> tuple[str, ...]:
    own = f"party:{viewer.party_id}"
    return tuple(each for each in subjects if not each.startswith("party:") or each == own)


def _fields(event: Any, *, left_out: frozenset[str] = frozenset()) -> dict[str, Any]:
    return {
        each.name: plain_value(each.name, getattr(event, each.name))
        for each in fields(event)
        if each.name not in left_out
    }


def plain_value(name: str, value: Any) -> Any:
    """A field in JSON: bytes as hexadecimal text, currencies as letters, lots and assets as written."""
    if name == "currency" and isinstance(value, int):
        return Currency.of_numeric(value).code
    for kind, write in _WRITTEN:
        if isinstance(value, kind):
            return write(value)
    if is_dataclass(value):
        return _fields(value)
    if isinstance(value, tuple | list | frozenset):
        return [plain_value(name, each) for each in value]
    return value


def _role_names(roles: PartyRole) -> list[str]:
    return [role.name.lower() for role in PartyRole if roles & role and role.name is not None]


# Roles are numbers too, so they come before other enumerations.
_WRITTEN: tuple[tuple[type[Any], Callable[[Any], Any]], ...] = (
    (PartyRole, _role_names),
    (Enum, lambda value: value.name.lower()),
    (bytes, bytes.hex),
    (LotId, str),
    (AssetId, asset_text),
    (SubRange, lambda value: {"first": value.first, "last": value.last}),
)
