"""Commands over liens (contracts/interfaces/ILienRegistry.sol): at most one in force on an asset."""

from __future__ import annotations

from dataclasses import dataclass, replace

from counterfoil.domain import contract_errors_money as codes
from counterfoil.domain import lien_events
from counterfoil.domain.ledger.book import NO_HASH, Book, Call, refuse
from counterfoil.domain.ledger.lots import Lots
from counterfoil.domain.ledger_state import Lien
from counterfoil.domain.lot import ASSET_KIND_LOT, AssetId, Lot
from counterfoil.domain.states import LienState


@dataclass(frozen=True, slots=True, kw_only=True)
class Pledge:
    """What is agreed and registered outside. registered_at_s: zero where nothing was registered."""

    asset_id: AssetId
    pledgee_id: int
    secured_minor: int
    registered_at_s: int
    agreement_hash: bytes
    registration_hash: bytes


class Liens:
    """The commands of pledgor and pledgee, and what financing and settlement ask."""

    def __init__(self, book: Book, lots: Lots) -> None:
        self._book = book
        self._state = book.state
        self._lots = lots

    def pledge(self, call: Call, agreed: Pledge) -> None:
        """The holder pledges an asset for a claim outside the ledger."""
        if agreed.secured_minor == 0:
            refuse(codes.SECURED_AMOUNT_ZERO)
        pledgor_id = self._book.actor(call).party_id
        lot = self.require_placeable(call, agreed, pledgor_id)
        self.place(call, agreed, lot, financing_id=None)

    def release(self, call: Call, *, asset_id: AssetId, reason_hash: bytes) -> None:
        """The pledgee gives its lien up."""
        actor_id = self._book.actor(call).party_id
        lien = self._state.lien_of(asset_id)
        if lien is None or lien.state is not LienState.ACTIVE:
            refuse(codes.LIEN_UNKNOWN, asset=asset_id.number)
        if lien.pledgee_id != actor_id:
            refuse(codes.NOT_PLEDGEE, asset=asset_id.number, actor=actor_id)
        self._put(replace(lien, state=LienState.RELEASED))
        self._book.record(
            call, lien_events.LienReleased(asset_id=asset_id, sequence=lien.sequence, reason_hash=reason_hash)
        )
        self._lots.unencumber(call, lot_id=asset_id.lot_id)

    # -- what financing and settlement ask --

    def require_placeable(self, call: Call, agreed: Pledge, pledgor_id: int) -> Lot:
        """The lot behind a pledge that `place` can carry out."""
        before = self._state.lien_of(agreed.asset_id)
        if before is not None and before.state is LienState.ACTIVE:
            refuse(codes.ASSET_ENCUMBERED, asset=agreed.asset_id.number)
        if agreed.pledgee_id == pledgor_id:
            refuse(codes.PLEDGEE_IS_PLEDGOR, party=pledgor_id)
        if not self._book.party_exists(agreed.pledgee_id):
            refuse(codes.PLEDGEE_UNKNOWN, pledgee=agreed.pledgee_id)
        if agreed.agreement_hash == NO_HASH:
            refuse(codes.AGREEMENT_HASH_MISSING)
        if agreed.registered_at_s > call.now_s:
            refuse(codes.REGISTERED_IN_FUTURE, registered_at=agreed.registered_at_s, now_at=call.now_s)
        if agreed.asset_id.kind != ASSET_KIND_LOT:
            refuse(codes.ASSET_KIND_UNKNOWN, kind=agreed.asset_id.kind)
        if not agreed.asset_id.is_canonical:
            refuse(codes.ASSET_UNKNOWN, asset=agreed.asset_id.number)
        lot_id = agreed.asset_id.lot_id
        self._lots.require_transferable(call, lot_id.note_id)
        return self._lots.require_free(lot_id, pledgor_id)

    def place(self, call: Call, agreed: Pledge, lot: Lot, *, financing_id: int | None) -> None:
        """Put the lien on a lot that `require_placeable` gave."""
        before = self._state.liens.get(agreed.asset_id, ())
        lien = Lien(
            asset_id=agreed.asset_id,
            sequence=len(before) + 1,
            pledgee_id=agreed.pledgee_id,
            pledgor_id=lot.holder_id,
            secured_minor=agreed.secured_minor,
            financing_id=financing_id,
            registered_at_s=agreed.registered_at_s,
            agreement_hash=agreed.agreement_hash,
            registration_hash=agreed.registration_hash,
        )
        self._state.liens[agreed.asset_id] = (*before, lien)
        self._book.record(
            call,
            lien_events.LienPlaced(
                asset_id=lien.asset_id,
                sequence=lien.sequence,
                pledgee_id=lien.pledgee_id,
                pledgor_id=lien.pledgor_id,
                secured_minor=lien.secured_minor,
                financing_id=financing_id,
                registered_at_s=lien.registered_at_s,
                agreement_hash=lien.agreement_hash,
                registration_hash=lien.registration_hash,
            ),
        )
        self._lots.encumber(call, lot=lot)

    def collect(self, call: Call, lien: Lien, taken_minor: int) -> None:
        """Book what a settlement pays on a claim outside the ledger."""
        left = lien.secured_minor - taken_minor
        self._put(replace(lien, secured_minor=left, collected_minor=lien.collected_minor + taken_minor))
        self._book.record(
            call,
            lien_events.LienCollected(
                asset_id=lien.asset_id, sequence=lien.sequence, paid_minor=taken_minor, secured_minor=left
            ),
        )

    def discharge(self, call: Call, asset_id: AssetId) -> None:
        """End the lien in force on an asset."""
        lien = self._state.liens[asset_id][-1]
        self._put(replace(lien, state=LienState.DISCHARGED))
        self._book.record(call, lien_events.LienDischarged(asset_id=asset_id, sequence=lien.sequence))
        self._lots.unencumber(call, lot_id=asset_id.lot_id)

    def _put(self, lien: Lien) -> None:
        self._state.liens[lien.asset_id] = (*self._state.liens[lien.asset_id][:-1], lien)
