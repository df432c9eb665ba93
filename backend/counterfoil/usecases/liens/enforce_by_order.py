"""Execute an order over a pledged asset, as the arbiter: it goes to whom it was sold or awarded."""

from __future__ import annotations

from counterfoil.domain.states import Office
from counterfoil.usecases.acting import office_key
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.goods_resolving import AssetRef, active_lien, asset_text, find_asset
from counterfoil.usecases.resolving import PartyRef, party_id_of
from counterfoil.usecases.wording import keep_order
from counterfoil.usecases.workbench import Outcome, Workbench


def enforce_by_order(bench: Workbench, *, asset: AssetRef, to: PartyRef, order: str) -> Outcome:
    """End a lien by giving the asset to a party. order: the court's reference; money is settled outside."""
    asset_id = find_asset(bench, asset)
    active_lien(bench, asset_id)
    to_id = party_id_of(bench, to)
    order_hash = keep_order(bench, order, asset=asset_text(asset_id), to=to_id)
    receipt = carry_out(
        bench,
        "enforce_by_order",
        lambda: bench.ledger.enforce_by_order(
            by=office_key(bench, Office.ARBITER), asset_id=asset_id, to_id=to_id, order_hash=order_hash
        ),
    )
    return Outcome(operation="enforce_by_order", receipts=(receipt,))
