"""Post what a good costs, as a price source."""

from __future__ import annotations

from datetime import datetime

from counterfoil.domain.goods.good import Good
from counterfoil.domain.money import Currency
from counterfoil.usecases.acting import actor_of
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.resolving import PartyRef, positive_minor, seconds_of
from counterfoil.usecases.workbench import Outcome, Workbench


def post_price(
    bench: Workbench,
    *,
    actor: PartyRef,
    good: Good,
    currency: str,
    price_minor: int,
    observed_at: datetime | None = None,
) -> Outcome:
    """Post the price of one whole unit. observed_at: None takes the time of the newest block."""
    acting = actor_of(bench, actor)
    unit = Currency.of(currency)
    price = positive_minor(price_minor, unit, field="price")
    observed_at_s = bench.ledger.head()[1] if observed_at is None else seconds_of(observed_at)
    with bench.store.begin() as work:
        work.titles.add_good(good)
    receipt = carry_out(
        bench,
        "post_price",
        lambda: bench.ledger.post_price(
            by=acting.key,
            good=good.key,
            currency=unit.numeric,
            price_minor=price,
            observed_at_s=observed_at_s,
        ),
    )
    return Outcome(operation="post_price", receipts=(receipt,))
