"""Commands over stocks (contracts/interfaces/IStocks.sol): what inspectors counted, and what stands on it."""

from __future__ import annotations

from dataclasses import replace

from counterfoil.domain.events import goods_events as ev
from counterfoil.domain.ledger.book import NO_HASH, Book, Call, refuse
from counterfoil.domain.refusals import goods_refusals as goods_codes
from counterfoil.domain.refusals import ledger_refusals as codes
from counterfoil.domain.state.goods_state import Receipt, Stock, add_exposure
from counterfoil.domain.states import Office, PartyRole

MAX_DECIMALS = 18
MIN_ATTESTATION_AGE_S = 86_400


class Stocks:
    """The commands of keeper, inspector and governor, and what receipts ask of their stock."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._state = book.state

    def open(self, call: Call, *, site: bytes, good: bytes, decimals: int) -> int:
        """A keeper begins to keep a good at a site; returns the number of the stock."""
        keeper_id = self._book.actor_with(call, PartyRole.KEEPER).party_id
        if NO_HASH in (site, good):
            refuse(goods_codes.STOCK_KEY_MISSING)
        require_decimals(decimals)
        known = self._state.stock_numbers.get((keeper_id, site, good))
        if known is not None:
            refuse(goods_codes.STOCK_EXISTS, stock=known)
        stock_id = len(self._state.stocks) + 1
        self._put(Stock(stock_id=stock_id, keeper_id=keeper_id, site=site, good=good, decimals=decimals))
        self._state.stock_numbers[keeper_id, site, good] = stock_id
        self._book.record(
            call,
            ev.StockOpened(stock_id=stock_id, keeper_id=keeper_id, site=site, good=good, decimals=decimals),
        )
        return stock_id

    def attest(self, call: Call, *, stock_id: int, quantity: int, evidence_hash: bytes) -> None:
        """An inspector counted everything that lies in a stock, under receipts or not."""
        inspector_id = self._book.actor_with(call, PartyRole.INSPECTOR).party_id
        stock = self.stock(stock_id)
        if stock.keeper_id == inspector_id:
            refuse(goods_codes.INSPECTOR_IS_KEEPER, party=inspector_id)
        if evidence_hash == NO_HASH:
            refuse(goods_codes.EVIDENCE_MISSING)
        counted = replace(
            stock,
            attested=quantity,
            attested_at_s=call.now_s,
            fresh_until_s=call.now_s + self._state.attestation_age_s,
            inspector_id=inspector_id,
            evidence_hash=evidence_hash,
        )
        self._put(counted)
        self._book.record(
            call,
            ev.StockAttested(
                stock_id=stock_id,
                inspector_id=inspector_id,
                quantity=quantity,
                fresh_until_s=counted.fresh_until_s,
                evidence_hash=evidence_hash,
            ),
        )

    def set_attestation_age(self, call: Call, *, max_age_s: int) -> None:
        """How long counts that come after this are fresh."""
        self._book.require_office(call, Office.GOVERNOR)
        if max_age_s < MIN_ATTESTATION_AGE_S:
            refuse(
                goods_codes.ATTESTATION_AGE_TOO_SHORT, max_age_s=max_age_s, minimum_s=MIN_ATTESTATION_AGE_S
            )
        self._state.attestation_age_s = max_age_s
        self._book.record(call, ev.AttestationAgeSet(max_age_s=max_age_s))

    def set_exposure_cap(self, call: Call, *, keeper_id: int, currency: int, cap_minor: int) -> None:
        """The most that a keeper's live receipts may be worth in a currency; nothing until it is set."""
        self._book.require_office(call, Office.GOVERNOR)
        if not self._book.party_exists(keeper_id):
            refuse(codes.PARTY_UNKNOWN, party=keeper_id)
        self._state.exposure_caps[keeper_id, currency] = cap_minor
        self._book.record(
            call, ev.ExposureCapSet(keeper_id=keeper_id, currency=currency, cap_minor=cap_minor)
        )

    # -- what receipts ask --

    def stock(self, stock_id: int) -> Stock:
        """The stock. Refuses with StockUnknown."""
        found = self._state.stocks.get(stock_id)
        if found is None:
            refuse(goods_codes.STOCK_UNKNOWN, stock=stock_id)
        return found

    def require_issuable(self, call: Call, receipt: Receipt) -> None:
        """The count is fresh and covers the receipt with all others; the keeper stays within its cap."""
        stock = self._fresh(call, receipt.stock_id)
        receipted = stock.receipted + receipt.quantity
        if receipted > stock.attested:
            refuse(
                goods_codes.STOCK_EXCEEDED,
                stock=stock.stock_id,
                attested=stock.attested,
                receipted=receipted,
            )
        account = (receipt.keeper_id, receipt.currency)
        exposure_minor = self._state.exposures[account] + receipt.value_minor
        cap_minor = self._state.exposure_caps.get(account, 0)
        if exposure_minor > cap_minor:
            refuse(
                goods_codes.EXPOSURE_ABOVE_CAP,
                keeper=receipt.keeper_id,
                currency=receipt.currency,
                cap_minor=cap_minor,
                exposure_minor=exposure_minor,
            )

    def require_pledgeable(self, call: Call, stock_id: int) -> None:
        """The count is fresh and covers all receipts."""
        self.require_covered(self._fresh(call, stock_id).stock_id)

    def require_covered(self, stock_id: int) -> None:
        """Refuse with StockShort where a count found less than the receipts give title to."""
        stock = self._state.stocks[stock_id]
        if stock.is_short:
            refuse(
                goods_codes.STOCK_SHORT,
                stock=stock_id,
                attested=stock.attested,
                receipted=stock.receipted,
            )

    def put_on(self, receipt: Receipt) -> None:
        """The receipt counts from here on."""
        stock = self._state.stocks[receipt.stock_id]
        self._put(replace(stock, receipted=stock.receipted + receipt.quantity))
        self._expose(receipt, receipt.value_minor)

    def take_off(self, receipt: Receipt, *, delivered: bool) -> None:
        """The receipt counts no more; goods that were delivered left the counted stock with it."""
        stock = self._state.stocks[receipt.stock_id]
        left = receipt.quantity if delivered else 0
        self._put(
            replace(stock, receipted=stock.receipted - receipt.quantity, attested=stock.attested - left)
        )
        self._expose(receipt, -receipt.value_minor)

    def _fresh(self, call: Call, stock_id: int) -> Stock:
        stock = self._state.stocks[stock_id]
        if call.now_s > stock.fresh_until_s:
            refuse(
                goods_codes.ATTESTATION_STALE,
                stock=stock_id,
                fresh_until=stock.fresh_until_s,
                now_at=call.now_s,
            )
        return stock

    def _expose(self, receipt: Receipt, minor: int) -> None:
        add_exposure(self._state.exposures, (receipt.keeper_id, receipt.currency), minor)

    def _put(self, stock: Stock) -> None:
        self._state.stocks[stock.stock_id] = stock


def require_decimals(decimals: int) -> None:
    """Refuse with DecimalsInvalid more decimals than quantities can have."""
    if decimals > MAX_DECIMALS:
        refuse(goods_codes.DECIMALS_INVALID, decimals=decimals, maximum=MAX_DECIMALS)
