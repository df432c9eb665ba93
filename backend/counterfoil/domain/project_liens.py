"""Folds of the events of liens; see counterfoil.domain.projection."""

from __future__ import annotations

from dataclasses import replace

from counterfoil.domain import lien_events as liens
from counterfoil.domain.events import Recorded
from counterfoil.domain.ledger_state import LedgerState, Lien
from counterfoil.domain.lot import AssetId
from counterfoil.domain.states import LienState


def lien_placed(state: LedgerState, event: liens.LienPlaced, _: Recorded) -> None:
    """At most one lien in force on an asset."""
    before = state.liens.get(event.asset_id, ())
    if before and before[-1].state is LienState.ACTIVE:
        raise ValueError(f"asset {event.asset_id} carries a lien already")
    if event.sequence != len(before) + 1:
        raise ValueError(f"lien {event.sequence} follows {len(before)} liens")
    lien = Lien(
        asset_id=event.asset_id,
        sequence=event.sequence,
        pledgee_id=event.pledgee_id,
        pledgor_id=event.pledgor_id,
        secured_minor=event.secured_minor,
        financing_id=event.financing_id,
        registered_at_s=event.registered_at_s,
        agreement_hash=event.agreement_hash,
        registration_hash=event.registration_hash,
    )
    state.liens[event.asset_id] = (*before, lien)


def lien_released(state: LedgerState, event: liens.LienReleased, _: Recorded) -> None:
    """Given up."""
    _end(state, event.asset_id, event.sequence, LienState.RELEASED)


def lien_discharged(state: LedgerState, event: liens.LienDischarged, _: Recorded) -> None:
    """Paid, or without an asset."""
    _end(state, event.asset_id, event.sequence, LienState.DISCHARGED)


def lien_collected(state: LedgerState, event: liens.LienCollected, _: Recorded) -> None:
    """The claim shrinks by what was paid."""
    lien = _active(state, event.asset_id, event.sequence)
    if lien.secured_minor - event.paid_minor != event.secured_minor:
        raise ValueError(f"asset {event.asset_id}: {event.paid_minor} of {lien.secured_minor} was collected")
    _put(
        state,
        replace(
            lien,
            secured_minor=event.secured_minor,
            collected_minor=lien.collected_minor + event.paid_minor,
        ),
    )


def _active(state: LedgerState, asset_id: AssetId, sequence: int) -> Lien:
    lien = state.liens[asset_id][-1]
    if lien.sequence != sequence or lien.state is not LienState.ACTIVE:
        raise ValueError(f"lien {sequence} on asset {asset_id} is not in force")
    return lien


def _put(state: LedgerState, lien: Lien) -> None:
    state.liens[lien.asset_id] = (*state.liens[lien.asset_id][:-1], lien)


def _end(state: LedgerState, asset_id: AssetId, sequence: int, end: LienState) -> None:
    _put(state, replace(_active(state, asset_id, sequence), state=end))
