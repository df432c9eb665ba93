"""Give a part of a pledged asset free, as the pledgee; its lien goes on over the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from counterfoil.domain.errors import DomainError
from counterfoil.domain.lot import AssetId
from counterfoil.domain.money import Currency
from counterfoil.ports.engine import Receipt
from counterfoil.ports.store import DocumentKind
from counterfoil.usecases import goods_refusals as refusals
from counterfoil.usecases.acting import actor_of
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.goods_resolving import active_lien, asset_text, find_asset
from counterfoil.usecases.receipts.restack_receipt import LotPlace
from counterfoil.usecases.receipts.sealing import SealedSplit, require_sealed
from counterfoil.usecases.receipts.split_receipt import sealed_split
from counterfoil.usecases.resolving import LotRef, PartyRef, find_lot, find_note, required_text
from counterfoil.usecases.wording import keep_wording
from counterfoil.usecases.workbench import Outcome, Workbench


@dataclass(frozen=True, slots=True, kw_only=True)
class PartReleased(Outcome):
    """kept: under the lien, for a lot a new one; freed: the part that is free."""

    kept: AssetId
    freed: AssetId


def release_part_of_lot(
    bench: Workbench, *, actor: PartyRef, lot: LotRef, freed_minor: int, reason: str
) -> PartReleased:
    """Let the last `freed_minor` of a pledged lot go. Raises PartNotInside, then what the ledger refuses."""
    acting = actor_of(bench, actor)
    pledged = find_lot(bench, lot)
    asset_id = AssetId.of_lot(pledged.lot_id)
    active_lien(bench, asset_id)
    currency = Currency.of_numeric(find_note(bench, pledged.lot_id.note_id).currency)
    if not 0 < freed_minor < pledged.length_minor:
        raise DomainError(
            refusals.PART_NOT_INSIDE,
            part=currency.format(freed_minor),
            asset=asset_text(asset_id),
            whole=currency.format(pledged.length_minor),
        )
    reason_hash = _reason(bench, asset_id, reason)
    receipt = carry_out(
        bench,
        "release_part",
        lambda: bench.ledger.release_part_of_lot(
            by=acting.key,
            asset_id=asset_id,
            kept_minor=pledged.length_minor - freed_minor,
            reason_hash=reason_hash,
        ),
    )
    return _released((), receipt)


def release_part_of_receipt(
    bench: Workbench,
    *,
    actor: PartyRef,
    receipt_id: int,
    quantity: str = "",
    lots: Sequence[str] = (),
    reason: str,
    pieces: Sequence[int] | None = None,
    cut_to: LotPlace | None = None,
    sealed_by: PartyRef | None = None,
    seal: SealedSplit | None = None,
) -> PartReleased:
    """Let a quantity or lots of a pledged receipt go, as a new receipt of the same holder.

    The keeper seals it as a split into one part; cut_to as in split_receipt. Raises as split_receipt does.
    """
    acting = actor_of(bench, actor)
    asset_id = find_asset(bench, AssetId.of_receipt(receipt_id))
    active_lien(bench, asset_id)
    restacked, sealed = sealed_split(
        bench,
        receipt_id=receipt_id,
        quantities=[quantity] if quantity else [],
        lots=lots,
        pieces=pieces,
        cut_to=cut_to,
        sealed_by=sealed_by,
        seal=seal,
    )
    require_sealed("parts", sealed=len(sealed.parts), asked=1)
    reason_hash = _reason(bench, asset_id, reason)
    receipt = carry_out(
        bench,
        "release_part",
        lambda: bench.ledger.release_part_of_receipt(
            by=acting.key,
            asset_id=asset_id,
            part=sealed.parts[0],
            remainder_root=sealed.remainder_root,
            seal=sealed.signed,
            reason_hash=reason_hash,
        ),
    )
    return _released(restacked, receipt)


def _reason(bench: Workbench, asset_id: AssetId, reason: str) -> bytes:
    stated = required_text(reason, field="reason")
    return keep_wording(bench, DocumentKind.REASON, {"asset": asset_text(asset_id), "reason": stated})


def _released(before: tuple[Receipt, ...], receipt: Receipt) -> PartReleased:
    divided = receipt.only("LienDivided").args
    return PartReleased(
        operation="release_part",
        receipts=(*before, receipt),
        kept=AssetId.from_number(divided["kept"]),
        freed=AssetId.from_number(divided["freed"]),
    )
