"""Goods, liens and facilities of the read model against the contracts' own views, at one block."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from counterfoil.domain.lot import AssetId
from counterfoil.domain.state.facility_state import Facility
from counterfoil.domain.state.facility_valuation import valuation_of
from counterfoil.domain.state.goods_state import Bill, Receipt
from counterfoil.domain.state.ledger_state import LedgerState, Lien
from counterfoil.domain.state.lien_state import Block
from counterfoil.domain.states import BillState, FacilityState, LienState, ReceiptState
from counterfoil.ports.ledger import LedgerPort
from counterfoil.usecases.goods_resolving import asset_text

Pairs = Iterator[tuple[str, Any, Any]]
"""What is compared, as the chain has it, as the read model has it."""

_OFFERS = (FacilityState.OFFERED, FacilityState.WITHDRAWN)


class GoodsComparison:
    """Compares a state's goods with the contracts at its block."""

    def __init__(self, ledger: LedgerPort, state: LedgerState, block_number: int) -> None:
        self._ledger = ledger
        self._state = state
        self._block = block_number

    def stocks(self) -> Pairs:
        """Counts, receipts over them, and each keeper's exposure."""
        for stock_id, stock in self._state.stocks.items():
            seen = self._ledger.stock_view(stock_id, block=self._block)
            expected = {
                "keeper": stock.keeper_id,
                "attested": stock.attested,
                "receipted": stock.receipted,
                "attested_at": stock.attested_at_s,
                "fresh_until": stock.fresh_until_s,
                "decimals": stock.decimals,
                "site": stock.site,
                "good": stock.good,
            }
            yield from _each(f"stock {stock_id}", seen, expected)
        age = self._ledger.attestation_age_view(block=self._block)
        yield "age of attestations", age, self._state.attestation_age_s
        exposures, caps = self._state.exposures, self._state.exposure_caps
        for account in sorted(exposures.keys() | caps.keys()):
            found = self._ledger.exposure_view(*account, block=self._block)
            yield f"exposure of {account[0]}", found, (exposures.get(account, 0), caps.get(account, 0))

    def receipts(self) -> Pairs:
        """Receipts, and the physical lots behind them."""
        for receipt_id, receipt in self._state.receipts.items():
            seen = self._ledger.receipt_view(receipt_id, block=self._block)
            yield from _each(f"receipt {receipt_id}", seen, self._receipt(receipt))
        for key, lot in self._state.physical_lots.items():
            behind = self._ledger.lot_behind_view(key, block=self._block)
            yield f"physical lot {key.hex()[:12]}", behind, (lot.receipt_id, lot.quantity)

    def _receipt(self, receipt: Receipt) -> Mapping[str, Any]:
        pledged = self._state.is_pledged(AssetId.of_receipt(receipt.receipt_id))
        shown = ReceiptState.PLEDGED if pledged and receipt.state is ReceiptState.ISSUED else receipt.state
        return {
            "state": shown,
            "before": receipt.before,
            "holder": receipt.holder_id,
            "keeper": receipt.keeper_id,
            "stock": receipt.stock_id,
            "quantity": receipt.quantity,
            "value_minor": receipt.value_minor,
            "currency": receipt.currency,
            "sequence": receipt.sequence,
            "attested": receipt.is_attested,
            "pledge_consent": receipt.pledge_consent,
            "pledged": pledged,
        }

    def bills(self) -> Pairs:
        """Bills of lading, and which one each number is of."""
        for bill_id, bill in self._state.bills.items():
            seen = self._ledger.bill_view(bill_id, block=self._block)
            yield from _each(f"bill {bill_id}", seen, self._bill(bill))
        for number, bill_id in self._state.bill_numbers.items():
            found = self._ledger.bill_numbered_view(number, block=self._block)
            yield f"bill number {number.hex()[:12]}", found, bill_id

    def _bill(self, bill: Bill) -> Mapping[str, Any]:
        pledged = self._state.is_pledged(AssetId.of_bill(bill.bill_id))
        return {
            "state": BillState.PLEDGED if pledged and bill.state is BillState.ISSUED else bill.state,
            "before": bill.before,
            "holder": bill.holder_id,
            "carrier": bill.carrier_id,
            "number": bill.number,
            "good": bill.good,
            "quantity": bill.quantity,
            "decimals": bill.decimals,
            "sequence": bill.sequence,
            "replaces": bill.replaces_id or 0,
            "receipt": bill.receipt_id or 0,
            "pledged": pledged,
        }

    def liens(self) -> Pairs:
        """The current lien of every asset that ever carried one, and every block."""
        for asset_id in sorted(self._state.liens.keys() | self._state.blocks.keys()):
            blocks = self._state.blocks.get(asset_id, ())
            seen = self._ledger.lien_view(asset_id, block=self._block)
            expected = _lien(self._state.lien_of(asset_id), blocks)
            yield from _each(f"lien on {asset_text(asset_id)}", seen, expected)
            for match_hash in {each.match_hash for each in blocks}:
                found = self._ledger.block_view(asset_id, match_hash, block=self._block)
                is_open = any(each.open for each in blocks if each.match_hash == match_hash)
                yield f"block {match_hash.hex()[:12]} on {asset_text(asset_id)}", found, is_open

    def facilities(self) -> Pairs:
        """Facilities, their pools and what these are worth; prices."""
        for (source_id, good, currency), price in self._state.prices.items():
            posted = self._ledger.price_view(source_id, good, currency, block=self._block)
            expected = (price.price_minor, price.observed_at_s)
            yield f"price of {good.hex()[:12]} by {source_id}", posted, expected
        for facility_id, facility in self._state.facilities.items():
            name = f"facility {facility_id}"
            seen = self._ledger.facility_view(facility_id, block=self._block)
            yield from _each(name, seen, _facility(facility))
            pool = self._ledger.facility_assets_view(facility_id, block=self._block)
            yield f"{name} pool", pool, self._state.pool_of(facility_id)
            if facility.state not in _OFFERS:
                yield from self._worth(name, facility)

    def _worth(self, name: str, facility: Facility) -> Pairs:
        """Its debt runs on with the clock and is not compared; what it is reckoned from is, in its view."""
        valued = self._ledger.valuation_view(facility.facility_id, block=self._block)
        expected = valuation_of(self._state, facility, facility.terms.due_at_s)
        yield f"{name} gross value", valued["gross_minor"], expected.gross_minor
        yield f"{name} value", valued["value_minor"], expected.value_minor
        yield f"{name} oldest price", valued["priced_at"], expected.priced_at_s


def _lien(lien: Lien | None, blocks: tuple[Block, ...]) -> Mapping[str, Any]:
    return {
        "state": LienState.NONE if lien is None else lien.state,
        "pledgee": 0 if lien is None else lien.pledgee_id,
        "secured_minor": 0 if lien is None else lien.secured_minor,
        "financing": 0 if lien is None else lien.financing_id or 0,
        "registered_at": 0 if lien is None else lien.registered_at_s,
        "sequence": 0 if lien is None else lien.sequence,
        "blocks": sum(each.open for each in blocks),
    }


def _facility(facility: Facility) -> Mapping[str, Any]:
    """Of an offer the contract keeps the hash of its terms alone, with who and until when."""
    terms = facility.terms
    agreed = {
        "currency": terms.currency,
        "principal_minor": facility.principal_minor,
        "interest_minor": facility.interest_minor,
        "repaid_minor": facility.repaid_minor,
        "rate_bps": terms.rate_bps,
        "day_basis": terms.day_basis,
        "due_at": terms.due_at_s,
        "call_deadline": facility.call_deadline_s,
        "price_source": terms.price_source_id,
        "price_max_age_s": terms.price_max_age_s,
        "draw_ltv_bps": terms.draw_ltv_bps,
        "call_ltv_bps": terms.call_ltv_bps,
        "call_period_s": terms.call_period_s,
        "sale_floor_bps": terms.sale_floor_bps,
        "minimum_value_minor": terms.minimum_value_minor,
    }
    return {
        **(dict.fromkeys(agreed, 0) if facility.state in _OFFERS else agreed),
        "state": facility.state,
        "funder": facility.funder_id,
        "borrower": facility.borrower_id,
        "expires_at": terms.expires_at_s,
    }


def _each(subject: str, seen: Mapping[str, Any], expected: Mapping[str, Any]) -> Pairs:
    for name, here in expected.items():
        yield f"{subject} {name}", seen[name], here
