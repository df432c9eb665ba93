"""What the lien registry keeps beside liens: blocks by liens elsewhere, and substitutes that are offered."""

from __future__ import annotations

from dataclasses import dataclass, replace

from counterfoil.domain.lot import ASSET_KIND_LOT, AssetId, LotId

# A note's number has 64 bits; the contracts read no more of a misspelt asset either.
_NOTE_BITS = 2**64 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A lien elsewhere that seems to cover an asset. match_hash: what was matched with it.

    open: nothing more is pledged; upheld: an arbiter found the other lien to be real, so the block stays.
    reason_hash, resolved_at_s: of the last decision, None before the first.
    """

    match_hash: bytes
    placed_at_s: int
    open: bool = True
    upheld: bool = False
    reason_hash: bytes | None = None
    resolved_at_s: int | None = None

    def resolved(self, *, at_s: int, upheld: bool, reason_hash: bytes) -> Block:
        """The block after an arbiter's decision."""
        return replace(self, open=upheld, upheld=upheld, reason_hash=reason_hash, resolved_at_s=at_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Substitute:
    """What the holder offers in place of a pledged asset; sequence: of the lien that it is offered under."""

    replacement_id: AssetId
    pledgor_id: int
    sequence: int


def blocked_as(asset_id: AssetId) -> AssetId:
    """The asset whose blocks count for this one: a lot's note's root, as lots are cut from one another."""
    if asset_id.kind != ASSET_KIND_LOT:
        return asset_id
    return AssetId.of_lot(LotId.root(asset_id.lot_id.note_id & _NOTE_BITS))
