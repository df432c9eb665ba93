"""Stocks: what was counted, what receipts stand on it, and how old the count is."""

from __future__ import annotations

from dataclasses import dataclass

from counterfoil.domain.goods.good import Good, Site
from counterfoil.domain.state.goods_state import Stock
from counterfoil.usecases.resolving import names_of
from counterfoil.usecases.workbench import Workbench


@dataclass(frozen=True, slots=True, kw_only=True)
class StockSheet:
    """A stock. good, site: None where not kept here. fresh: the count, at the time asked for."""

    stock: Stock
    keeper_name: str
    inspector_name: str | None
    good: Good | None
    site: Site | None
    fresh: bool

    def amount(self, steps: int) -> str:
        """A number of steps as a decimal quantity with its unit; zero steps too."""
        unit = "" if self.good is None else f" {self.good.unit.code}"
        return f"{plain_quantity(steps, self.stock.decimals)}{unit}"


def plain_quantity(steps: int, decimals: int) -> str:
    """Steps as a decimal text, exactly; below zero too."""
    whole, fraction = divmod(abs(steps), 10**decimals)
    text = f"{whole}.{fraction:0{decimals}d}" if decimals else str(whole)
    return f"-{text}" if steps < 0 else text


def list_stocks(bench: Workbench) -> tuple[StockSheet, ...]:
    """Every stock, by number."""
    stocks = [stock for _, stock in sorted(bench.read_model.state.stocks.items())]
    return tuple(stock_sheet(bench, stock, at_s=bench.chain_now_s()) for stock in stocks)


def stock_sheet(bench: Workbench, stock: Stock, *, at_s: int) -> StockSheet:
    """One stock at a time."""
    parties = [stock.keeper_id, *([stock.inspector_id] if stock.inspector_id else [])]
    names = names_of(bench, parties)
    with bench.store.begin() as work:
        good, site = work.titles.good_by_key(stock.good), work.titles.site_by_key(stock.site)
    return StockSheet(
        stock=stock,
        keeper_name=names.get(stock.keeper_id, ""),
        inspector_name=None if stock.inspector_id is None else names.get(stock.inspector_id, ""),
        good=good,
        site=site,
        fresh=at_s <= stock.fresh_until_s,
    )
