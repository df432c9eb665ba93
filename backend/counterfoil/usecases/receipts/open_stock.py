"""Open a stock, as a keeper: goods of one kind at one site, which inspectors count and receipts stand on."""

from __future__ import annotations

from dataclasses import dataclass

from counterfoil.domain.goods.good import Good, Site
from counterfoil.usecases.acting import actor_of
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.resolving import PartyRef
from counterfoil.usecases.workbench import Outcome, Workbench


@dataclass(frozen=True, slots=True, kw_only=True)
class StockOpening(Outcome):
    """A stock without a count yet."""

    stock_id: int


def open_stock(bench: Workbench, *, actor: PartyRef, site: Site, good: Good) -> StockOpening:
    """Open a stock. The ledger knows site and good by their keys; what they mean is kept here."""
    acting = actor_of(bench, actor)
    with bench.store.begin() as work:
        work.titles.add_good(good)
        work.titles.add_site(site)
    receipt = carry_out(
        bench,
        "open_stock",
        lambda: bench.ledger.open_stock(
            by=acting.key, site=site.key, good=good.key, decimals=good.unit.decimals
        ),
    )
    return StockOpening(
        operation="open_stock", receipts=(receipt,), stock_id=receipt.only("StockOpened").args["stock"]
    )
