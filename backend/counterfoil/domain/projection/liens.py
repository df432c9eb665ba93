"""Folds of the events of liens; see counterfoil.domain.projection.fold.

Lots have no events of their own for a pledge: what happens to the lien happens to the lot.
"""

from __future__ import annotations

from dataclasses import replace

from counterfoil.domain.events import lien_events as liens
from counterfoil.domain.events.ledger_events import Recorded
from counterfoil.domain.lot import ASSET_KIND_LOT, AssetId
from counterfoil.domain.state.ledger_state import LedgerState, Lien
from counterfoil.domain.state.lien_state import Block, Substitute, blocked_as
from counterfoil.domain.states import LienState, LotState


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
    if lien.facility_id is not None and lien.asset_id not in state.facilities[lien.facility_id].pool:
        raise ValueError(f"asset {event.asset_id} is not in the pool of facility {lien.facility_id}")
    state.liens[event.asset_id] = (*before, lien)
    _move_lot(state, event.asset_id, LotState.FREE, LotState.PLEDGED)


def lien_released(state: LedgerState, event: liens.LienReleased, _: Recorded) -> None:
    """Given up; or replaced, where the pledgee took a substitute."""
    _end(state, event.asset_id, event.sequence, LienState.RELEASED)
    _free_lot(state, event.asset_id)


def lien_discharged(state: LedgerState, event: liens.LienDischarged, _: Recorded) -> None:
    """Paid, or without an asset."""
    _end(state, event.asset_id, event.sequence, LienState.DISCHARGED)
    _free_lot(state, event.asset_id)


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


def lien_divided(state: LedgerState, event: liens.LienDivided, _: Recorded) -> None:
    """A lot's lien goes on over the part that stays pledged; another asset's over the asset itself."""
    lien = _active(state, event.asset_id, event.sequence)
    if event.asset_id.kind != ASSET_KIND_LOT:
        if event.kept_id != event.asset_id:
            raise ValueError(f"asset {event.asset_id} does not keep its lien")
        return
    children = state.children[event.asset_id.lot_id]
    if [event.kept_id, event.freed_id] != [AssetId.of_lot(child) for child in children]:
        raise ValueError(f"asset {event.asset_id} was divided otherwise")
    if state.lots[children[0]].state is not LotState.PLEDGED or event.kept_id in state.liens:
        raise ValueError(f"asset {event.kept_id} does not stay pledged")
    _put(state, replace(lien, state=LienState.DIVIDED))
    state.liens[event.kept_id] = (lien.going_on(event.kept_id),)


def lien_transferred(state: LedgerState, event: liens.LienTransferred, _: Recorded) -> None:
    """Another pledgee, by another agreement."""
    lien = _active(state, event.asset_id, event.sequence)
    if lien.pledgee_id == event.pledgee_id:
        raise ValueError(f"the lien on asset {event.asset_id} is that of {event.pledgee_id} already")
    _put(state, lien.transferred(event))


def lien_enforced(state: LedgerState, event: liens.LienEnforced, _: Recorded) -> None:
    """The lien is over; the asset's own event, which follows, moves it."""
    _end(state, event.asset_id, event.sequence, LienState.ENFORCED)
    _free_lot(state, event.asset_id)


def substitute_proposed(state: LedgerState, event: liens.SubstituteProposed, _: Recorded) -> None:
    """The newest proposal counts."""
    lien = state.liens[event.asset_id][-1]
    if lien.state is not LienState.ACTIVE:
        raise ValueError(f"asset {event.asset_id} carries no lien in force")
    state.substitutes[event.asset_id] = Substitute(
        replacement_id=event.replacement_id, pledgor_id=event.pledgor_id, sequence=lien.sequence
    )


def substitute_accepted(state: LedgerState, event: liens.SubstituteAccepted, _: Recorded) -> None:
    """What was proposed was taken: the replacement is pledged, the asset about to be released."""
    if state.substitutes[event.asset_id].replacement_id != event.replacement_id:
        raise ValueError(f"asset {event.replacement_id} was not offered in place of {event.asset_id}")
    del state.substitutes[event.asset_id]


def block_placed(state: LedgerState, event: liens.BlockPlaced, recorded: Recorded) -> None:
    """Once a match while it is open."""
    blocks = state.blocks.get(event.asset_id, ())
    if blocked_as(event.asset_id) != event.asset_id:
        raise ValueError(f"asset {event.asset_id} is not what blocks stand under")
    if any(each.open and each.match_hash == event.match_hash for each in blocks):
        raise ValueError(f"asset {event.asset_id} is blocked by this match already")
    placed = Block(match_hash=event.match_hash, placed_at_s=recorded.at_s)
    state.blocks[event.asset_id] = (*blocks, placed)


def block_resolved(state: LedgerState, event: liens.BlockResolved, recorded: Recorded) -> None:
    """Lifted, or upheld and so kept."""
    blocks = state.blocks[event.asset_id]
    places = [place for place, each in enumerate(blocks) if each.open and each.match_hash == event.match_hash]
    if not places:
        raise ValueError(f"asset {event.asset_id} is not blocked by this match")
    (place,) = places
    resolved = blocks[place].resolved(at_s=recorded.at_s, upheld=event.upheld, reason_hash=event.reason_hash)
    state.blocks[event.asset_id] = (*blocks[:place], resolved, *blocks[place + 1 :])


def _move_lot(state: LedgerState, asset_id: AssetId, expected: LotState, to: LotState) -> None:
    if asset_id.kind != ASSET_KIND_LOT:
        return
    lot = state.lots[asset_id.lot_id]
    if lot.state is not expected:
        raise ValueError(f"lot {lot.lot_id} is {lot.state.name}, not {expected.name}")
    state.lots[lot.lot_id] = replace(lot, state=to)


def _free_lot(state: LedgerState, asset_id: AssetId) -> None:
    """Of a lot that has ended there is nothing to free."""
    if asset_id.kind == ASSET_KIND_LOT and state.lots[asset_id.lot_id].state is LotState.SETTLED:
        return
    _move_lot(state, asset_id, LotState.PLEDGED, LotState.FREE)


def _active(state: LedgerState, asset_id: AssetId, sequence: int) -> Lien:
    lien = state.liens[asset_id][-1]
    if lien.sequence != sequence or lien.state is not LienState.ACTIVE:
        raise ValueError(f"lien {sequence} on asset {asset_id} is not in force")
    return lien


def _put(state: LedgerState, lien: Lien) -> None:
    state.liens[lien.asset_id] = (*state.liens[lien.asset_id][:-1], lien)


def _end(state: LedgerState, asset_id: AssetId, sequence: int, end: LienState) -> None:
    _put(state, replace(_active(state, asset_id, sequence), state=end))
