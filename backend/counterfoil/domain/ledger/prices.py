"""Commands over prices (contracts/interfaces/IPrices.sol)."""

from __future__ import annotations

from counterfoil.domain.events import facility_events as ev
from counterfoil.domain.ledger.book import NO_HASH, Book, Call, refuse
from counterfoil.domain.refusals import facility_refusals as codes
from counterfoil.domain.state.facility_state import Price
from counterfoil.domain.states import PartyRole


class Prices:
    """What price sources say. Who lends names the source that it trusts."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._state = book.state

    def post(self, call: Call, *, good: bytes, currency: int, price_minor: int, observed_at_s: int) -> None:
        """A price source states what one whole unit of a good costs."""
        source_id = self._book.actor_with(call, PartyRole.PRICE_SOURCE).party_id
        if good == NO_HASH:
            refuse(codes.GOOD_MISSING)
        if price_minor == 0:
            refuse(codes.PRICE_ZERO)
        if observed_at_s > call.now_s:
            refuse(codes.PRICE_IN_FUTURE, observed_at=observed_at_s, now_at=call.now_s)
        before = self._state.prices.get((source_id, good, currency))
        last_s = before.observed_at_s if before else 0
        if observed_at_s <= last_s:
            refuse(codes.PRICE_NOT_NEWER, observed_at=observed_at_s, last_observed_at=last_s)
        self._state.prices[source_id, good, currency] = Price(
            price_minor=price_minor, observed_at_s=observed_at_s
        )
        self._book.record(
            call,
            ev.PricePosted(
                source_id=source_id,
                good=good,
                currency=currency,
                price_minor=price_minor,
                observed_at_s=observed_at_s,
            ),
        )
