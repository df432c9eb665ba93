"""Commands over liens (contracts/interfaces/ILienRegistry.sol): at most one in force on an asset.

The lien registry alone knows what is pledged and what is blocked. Lots repeat the first in their state;
receipts and bills ask `encumbrance`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from counterfoil.domain.events import lien_events as ev
from counterfoil.domain.ledger.book import NO_HASH, Book, Call, refuse
from counterfoil.domain.ledger.lots import Lots
from counterfoil.domain.ledger.pledgeable import Goods, Pledgeable, ReceiptCut
from counterfoil.domain.lot import ASSET_KIND_LOT, AssetId
from counterfoil.domain.refusals import ledger_refusals as party_codes
from counterfoil.domain.refusals import money_refusals as codes
from counterfoil.domain.state.ledger_state import Lien
from counterfoil.domain.state.lien_state import Block, Substitute, blocked_as
from counterfoil.domain.states import LienState, Office

MAX_BLOCKS = 255


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
    """The commands of pledgor, pledgee, examiner and arbiter, and what financing and settlement ask."""

    def __init__(self, book: Book, lots: Lots) -> None:
        self._book = book
        self._state = book.state
        self._lots = lots
        self._kinds: dict[int, Pledgeable] = {}

    def keep(self, kind: int, assets: Pledgeable) -> None:
        """Let assets of a further kind carry liens. Lots are the ledger's own."""
        self._kinds[kind] = assets

    # -- pledgor and pledgee --

    def pledge(self, call: Call, agreed: Pledge) -> None:
        """The holder pledges an asset for a claim outside the ledger."""
        if agreed.secured_minor == 0:
            refuse(codes.SECURED_AMOUNT_ZERO)
        pledgor_id = self._book.actor(call).party_id
        with self._book.whole():
            self.place(call, agreed, pledgor_id=pledgor_id, financing_id=None)

    def release(self, call: Call, *, asset_id: AssetId, reason_hash: bytes) -> None:
        """The pledgee gives its lien up."""
        lien = self._lien_of_actor(call, asset_id)
        self._end(lien, LienState.RELEASED)
        self._book.record(
            call, ev.LienReleased(asset_id=asset_id, sequence=lien.sequence, reason_hash=reason_hash)
        )
        self._unencumber(asset_id)

    def release_part(
        self, call: Call, *, asset_id: AssetId, how: int | ReceiptCut, reason_hash: bytes
    ) -> tuple[AssetId, AssetId]:
        """The pledgee gives a part free; returns what stays under the lien, and the part.

        how: of a lot the amount that stays pledged; of a receipt the part that is cut off.
        """
        lien = self._lien_of_actor(call, asset_id)
        if reason_hash == NO_HASH:
            refuse(codes.REASON_HASH_MISSING)
        if isinstance(how, int) is not (asset_id.kind == ASSET_KIND_LOT):
            raise TypeError(f"{asset_id} is not divided by {how}")
        with self._book.whole():
            if isinstance(how, int):
                kept_id, freed_id = self._divide_lot(call, lien, how)
            else:
                blocks = self._open_blocks(asset_id)
                if blocks:
                    refuse(codes.ASSET_BLOCKED, asset=asset_id.number, blocks=blocks)
                kept_id, freed_id = asset_id, self._assets(asset_id).divide(call, asset_id, how)
            self._book.record(
                call,
                ev.LienDivided(
                    asset_id=asset_id,
                    sequence=lien.sequence,
                    kept_id=kept_id,
                    freed_id=freed_id,
                    reason_hash=reason_hash,
                ),
            )
        return kept_id, freed_id

    def propose_substitute(self, call: Call, *, asset_id: AssetId, replacement_id: AssetId) -> None:
        """The pledgor offers another asset in place of a pledged one."""
        actor_id = self._book.actor(call).party_id
        lien = self.active(asset_id)
        _require_outside_claim(lien)
        if self.holder_of(asset_id) != actor_id:
            refuse(codes.NOT_PLEDGOR, asset=asset_id.number, actor=actor_id)
        if asset_id == replacement_id:
            refuse(codes.SUBSTITUTE_IS_ASSET, asset=asset_id.number)
        self._state.substitutes[asset_id] = Substitute(
            replacement_id=replacement_id, pledgor_id=actor_id, sequence=lien.sequence
        )
        self._book.record(
            call,
            ev.SubstituteProposed(asset_id=asset_id, replacement_id=replacement_id, pledgor_id=actor_id),
        )

    def accept_substitute(self, call: Call, *, asset_id: AssetId, agreed: Pledge) -> None:
        """The pledgee takes the replacement, which is agreed.asset_id, and releases the asset, at once.

        Of agreed, pledgee and secured amount are not read: they are the old lien's.
        """
        lien = self._lien_of_actor(call, asset_id)
        _require_outside_claim(lien)
        proposed = self._state.substitutes.get(asset_id)
        if (
            proposed is None
            or proposed.replacement_id != agreed.asset_id
            or proposed.sequence != lien.sequence
            or proposed.pledgor_id != self.holder_of(asset_id)
        ):
            refuse(codes.SUBSTITUTE_UNKNOWN, asset=asset_id.number, replacement=agreed.asset_id.number)
        with self._book.whole():
            del self._state.substitutes[asset_id]
            self._end(lien, LienState.RELEASED)
            self.place(
                call,
                replace(agreed, pledgee_id=lien.pledgee_id, secured_minor=lien.secured_minor),
                pledgor_id=proposed.pledgor_id,
                financing_id=None,
            )
            self._book.record(call, ev.SubstituteAccepted(asset_id=asset_id, replacement_id=agreed.asset_id))
            self._book.record(
                call,
                ev.LienReleased(asset_id=asset_id, sequence=lien.sequence, reason_hash=agreed.agreement_hash),
            )
            self._unencumber(asset_id)

    def transfer_pledge(self, call: Call, agreed: Pledge) -> None:
        """A claim outside the ledger goes to another funder with its lien; the secured amount is not read."""
        lien = self._lien_of_actor(call, agreed.asset_id)
        _require_outside_claim(lien)
        self._reassign(call, lien, agreed)

    # -- offices --

    def enforce_by_order(self, call: Call, *, asset_id: AssetId, to_id: int, order_hash: bytes) -> None:
        """The arbiter gives the asset to whom it was sold or awarded."""
        self._book.require_office(call, Office.ARBITER)
        with self._book.whole():
            self.enforce(call, asset_id=asset_id, to_id=to_id, reason_hash=order_hash)

    def block_asset(self, call: Call, *, asset_id: AssetId, match_hash: bytes) -> None:
        """The examiner records that a lien registered elsewhere seems to cover the asset."""
        self._book.require_office(call, Office.EXAMINER)
        if match_hash == NO_HASH:
            refuse(codes.REASON_HASH_MISSING)
        self.holder_of(asset_id)
        blocked_id = blocked_as(asset_id)
        blocks = self._state.blocks.get(blocked_id, ())
        if any(each.open and each.match_hash == match_hash for each in blocks):
            refuse(codes.BLOCK_EXISTS, asset=blocked_id.number, match_hash=match_hash)
        if self._open_blocks(blocked_id) == MAX_BLOCKS:
            refuse(codes.TOO_MANY_BLOCKS, asset=blocked_id.number, maximum=MAX_BLOCKS)
        self._state.blocks[blocked_id] = (*blocks, Block(match_hash=match_hash, placed_at_s=call.now_s))
        self._book.record(call, ev.BlockPlaced(asset_id=blocked_id, match_hash=match_hash))

    def resolve_block(
        self, call: Call, *, asset_id: AssetId, match_hash: bytes, upheld: bool, reason_hash: bytes
    ) -> None:
        """The arbiter lifts a block, or upholds it, and then it stays."""
        self._book.require_office(call, Office.ARBITER)
        blocked_id = blocked_as(asset_id)
        blocks = self._state.blocks.get(blocked_id, ())
        found = next((each for each in blocks if each.open and each.match_hash == match_hash), None)
        if found is None:
            refuse(codes.BLOCK_UNKNOWN, asset=blocked_id.number, match_hash=match_hash)
        if reason_hash == NO_HASH:
            refuse(codes.REASON_HASH_MISSING)
        resolved = found.resolved(at_s=call.now_s, upheld=upheld, reason_hash=reason_hash)
        self._state.blocks[blocked_id] = tuple(resolved if each is found else each for each in blocks)
        self._book.record(
            call,
            ev.BlockResolved(
                asset_id=blocked_id, match_hash=match_hash, upheld=upheld, reason_hash=reason_hash
            ),
        )

    # -- what assets, financing, facilities and settlement ask --

    def encumbrance(self, asset_id: AssetId) -> tuple[bool, bool]:
        """Whether a lien on the asset is in force, and whether a block on it is open."""
        return self._state.is_pledged(asset_id), self._open_blocks(asset_id) > 0

    def holder_of(self, asset_id: AssetId) -> int:
        """The party that holds the asset. Refuses with AssetKindUnknown, AssetUnknown, LotUnknown."""
        if asset_id.kind != ASSET_KIND_LOT:
            return self._assets(asset_id).holder_of(asset_id)
        _require_canonical(asset_id)
        return self._lots.lot(asset_id.lot_id).holder_id

    def goods_of(self, asset_id: AssetId) -> Goods:
        """What a receipt or bill gives title to. Refuses with AssetKindUnknown, AssetUnknown."""
        return self._assets(asset_id).goods_of(asset_id)

    def active(self, asset_id: AssetId) -> Lien:
        """The lien in force on the asset. Refuses with LienUnknown."""
        lien = self._state.lien_of(asset_id)
        if lien is None or lien.state is not LienState.ACTIVE:
            refuse(codes.LIEN_UNKNOWN, asset=asset_id.number)
        return lien

    def place(self, call: Call, agreed: Pledge, *, pledgor_id: int, financing_id: int | None) -> None:
        """Put a lien on an asset; the caller answers for the pledgor, and undoes all where it is refused."""
        asset_id = agreed.asset_id
        if self._state.is_pledged(asset_id):
            refuse(codes.ASSET_ENCUMBERED, asset=asset_id.number)
        blocks = self._open_blocks(asset_id)
        if blocks:
            refuse(codes.ASSET_BLOCKED, asset=asset_id.number, blocks=blocks)
        if agreed.pledgee_id == pledgor_id:
            refuse(codes.PLEDGEE_IS_PLEDGOR, party=pledgor_id)
        if not self._book.party_exists(agreed.pledgee_id):
            refuse(codes.PLEDGEE_UNKNOWN, pledgee=agreed.pledgee_id)
        _require_agreement(call, agreed)
        before = self._state.liens.get(asset_id, ())
        lien = Lien(
            asset_id=asset_id,
            sequence=len(before) + 1,
            pledgee_id=agreed.pledgee_id,
            pledgor_id=pledgor_id,
            secured_minor=agreed.secured_minor,
            financing_id=financing_id,
            registered_at_s=agreed.registered_at_s,
            agreement_hash=agreed.agreement_hash,
            registration_hash=agreed.registration_hash,
        )
        self._state.liens[asset_id] = (*before, lien)
        self._book.record(
            call,
            ev.LienPlaced(
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
        if asset_id.kind == ASSET_KIND_LOT:
            _require_canonical(asset_id)
            self._lots.require_transferable(call, asset_id.lot_id.note_id)
            self._lots.encumber(self._lots.require_free(asset_id.lot_id, pledgor_id))
        else:
            self._assets(asset_id).require_pledgeable(call, asset_id, pledgor_id)

    def collect(self, call: Call, lien: Lien, taken_minor: int) -> None:
        """Book what a settlement pays on a claim outside the ledger."""
        left = lien.secured_minor - taken_minor
        self._put(replace(lien, secured_minor=left, collected_minor=lien.collected_minor + taken_minor))
        self._book.record(
            call,
            ev.LienCollected(
                asset_id=lien.asset_id, sequence=lien.sequence, paid_minor=taken_minor, secured_minor=left
            ),
        )

    def discharge(self, call: Call, asset_id: AssetId) -> None:
        """End the lien in force on an asset whose claim is paid, or that has ended."""
        lien = self.active(asset_id)
        self._end(lien, LienState.DISCHARGED)
        self._book.record(call, ev.LienDischarged(asset_id=asset_id, sequence=lien.sequence))
        self._unencumber(asset_id)

    def reassign(self, call: Call, *, asset_id: AssetId, pledgee_id: int, agreement_hash: bytes) -> None:
        """A loan's claim goes to another funder and its lien with it, without a registration of its own."""
        agreed = Pledge(
            asset_id=asset_id,
            pledgee_id=pledgee_id,
            secured_minor=0,
            registered_at_s=0,
            agreement_hash=agreement_hash,
            registration_hash=NO_HASH,
        )
        self._reassign(call, self.active(asset_id), agreed)

    def enforce(self, call: Call, *, asset_id: AssetId, to_id: int, reason_hash: bytes) -> None:
        """End a lien by giving the asset away; the caller answers for the right, and undoes a refusal."""
        lien = self.active(asset_id)
        if reason_hash == NO_HASH:
            refuse(codes.REASON_HASH_MISSING)
        if not self._book.is_active(to_id):
            refuse(party_codes.PARTY_SUSPENDED, party=to_id)
        holder_id = self.holder_of(asset_id)
        if holder_id == to_id:
            refuse(codes.ENFORCED_TO_HOLDER, asset=asset_id.number)
        self._end(lien, LienState.ENFORCED)
        self._book.record(
            call,
            ev.LienEnforced(asset_id=asset_id, sequence=lien.sequence, to_id=to_id, reason_hash=reason_hash),
        )
        if asset_id.kind != ASSET_KIND_LOT:
            self._assets(asset_id).transfer_enforced(call, asset_id, to_id)
            return
        self._lots.unencumber(asset_id.lot_id)
        lot = self._lots.require_sellable(call, lot_id=asset_id.lot_id, from_id=holder_id, to_id=to_id)
        self._lots.sell(call, lot=lot, to_id=to_id)

    def _divide_lot(self, call: Call, lien: Lien, kept_minor: int) -> tuple[AssetId, AssetId]:
        """The lot becomes history and so does its lien; a first lien on the part that is kept goes on."""
        # A loan names its lot, which would be history.
        _require_outside_claim(lien)
        kept, freed = self._lots.divide(call, lot_id=lien.asset_id.lot_id, kept_minor=kept_minor)
        kept_id = AssetId.of_lot(kept)
        self._end(lien, LienState.DIVIDED)
        self._state.liens[kept_id] = (lien.going_on(kept_id),)
        return kept_id, AssetId.of_lot(freed)

    def _reassign(self, call: Call, lien: Lien, agreed: Pledge) -> None:
        _require_agreement(call, agreed)
        if lien.pledgee_id == agreed.pledgee_id:
            refuse(codes.PLEDGEE_HOLDS_LIEN, asset=lien.asset_id.number)
        if self.holder_of(lien.asset_id) == agreed.pledgee_id:
            refuse(codes.PLEDGEE_IS_PLEDGOR, party=agreed.pledgee_id)
        if not self._book.is_active(agreed.pledgee_id):
            refuse(codes.PLEDGEE_UNKNOWN, pledgee=agreed.pledgee_id)
        event = ev.LienTransferred(
            asset_id=lien.asset_id,
            sequence=lien.sequence,
            pledgee_id=agreed.pledgee_id,
            registered_at_s=agreed.registered_at_s,
            agreement_hash=agreed.agreement_hash,
            registration_hash=agreed.registration_hash,
        )
        self._put(lien.transferred(event))
        self._book.record(call, event)

    def _lien_of_actor(self, call: Call, asset_id: AssetId) -> Lien:
        """The lien in force, if the caller is its pledgee."""
        actor_id = self._book.actor(call).party_id
        lien = self.active(asset_id)
        if lien.pledgee_id != actor_id:
            refuse(codes.NOT_PLEDGEE, asset=asset_id.number, actor=actor_id)
        return lien

    def _open_blocks(self, asset_id: AssetId) -> int:
        return sum(each.open for each in self._state.blocks.get(blocked_as(asset_id), ()))

    def _assets(self, asset_id: AssetId) -> Pledgeable:
        found = self._kinds.get(asset_id.kind)
        if found is None:
            refuse(codes.ASSET_KIND_UNKNOWN, kind=asset_id.kind)
        return found

    def _unencumber(self, asset_id: AssetId) -> None:
        """Title documents keep no state of their own for it."""
        if asset_id.kind == ASSET_KIND_LOT:
            self._lots.unencumber(asset_id.lot_id)

    def _end(self, lien: Lien, end: LienState) -> None:
        self._put(replace(lien, state=end))

    def _put(self, lien: Lien) -> None:
        self._state.liens[lien.asset_id] = (*self._state.liens[lien.asset_id][:-1], lien)


def _require_agreement(call: Call, agreed: Pledge) -> None:
    if agreed.agreement_hash == NO_HASH:
        refuse(codes.AGREEMENT_HASH_MISSING)
    if agreed.registered_at_s > call.now_s:
        refuse(codes.REGISTERED_IN_FUTURE, registered_at=agreed.registered_at_s, now_at=call.now_s)


def _require_outside_claim(lien: Lien) -> None:
    if lien.financing_id is not None:
        refuse(codes.LIEN_OF_LOAN, asset=lien.asset_id.number, financing=lien.financing_id)


def _require_canonical(asset_id: AssetId) -> None:
    if not asset_id.is_canonical:
        refuse(codes.ASSET_UNKNOWN, asset=asset_id.number)
