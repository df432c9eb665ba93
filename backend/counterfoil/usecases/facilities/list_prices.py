"""The newest price of each good, by source."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from counterfoil.domain.goods.good import Good
from counterfoil.domain.money import Currency
from counterfoil.domain.state.facility_state import Price
from counterfoil.usecases.resolving import names_of
from counterfoil.usecases.workbench import Workbench


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceSheet:
    """A price of one whole unit. good: None where another member keeps what the key stands for."""

    source_id: int
    source_name: str
    good: Good | None
    good_key: bytes
    currency: Currency
    price: Price
    observed_at: datetime


def list_prices(bench: Workbench) -> tuple[PriceSheet, ...]:
    """Every newest price, the latest observation first."""
    found = []
    for (source_id, good_key, currency), price in bench.read_model.state.prices.items():
        with bench.store.begin() as work:
            good = work.titles.good_by_key(good_key)
        found.append(
            PriceSheet(
                source_id=source_id,
                source_name=names_of(bench, [source_id]).get(source_id, ""),
                good=good,
                good_key=good_key,
                currency=Currency.of_numeric(currency),
                price=price,
                observed_at=datetime.fromtimestamp(price.observed_at_s, UTC),
            )
        )
    return tuple(sorted(found, key=lambda sheet: sheet.observed_at, reverse=True))
