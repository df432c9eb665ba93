"""Goods of the read model beside the contracts' views: equal after use; a difference is found and said."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from counterfoil.bootstrap import OpenLedger
from counterfoil.domain.events.facility_events import FacilityTerms, GoodTerms
from counterfoil.domain.events.goods_events import BillTerms
from counterfoil.domain.lot import AssetId
from counterfoil.ports.engine import Signer
from counterfoil.usecases.acting import actor_of
from counterfoil.usecases.books.check_books import CheckResult, check_books
from counterfoil.usecases.cash.issue_cash import issue_cash
from counterfoil.usecases.resolving import party_id_of
from counterfoil.usecases.workbench import Workbench
from goods_support import CARRIER, COILS, SOURCE, coil, document, issued, make_stocked_home
from ledger_support import BANK, LAHN, Firm, ledger_in

HASH, MATCH, NUMBER = b"\x11" * 32, b"\x12" * 32, b"\x13" * 32
SUBJECTS = (
    "stocks and exposures",
    "warehouse receipts",
    "bills of lading",
    "liens and blocks",
    "prices and facilities",
    "counts",
)


@pytest.fixture(scope="module")
def used(traded_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenLedger]:
    """A facility over receipt 1, a pledged receipt 2 with an open block and a lifted one, two bills.

    One for all tests here: they only read it.
    """
    home = make_stocked_home(traded_home, tmp_path_factory.mktemp("used") / "home")
    with ledger_in(home) as ledger:
        _use(ledger.bench)
        yield ledger


def _key(bench: Workbench, firm: Firm) -> Signer:
    return actor_of(bench, firm.key).key


def _use(bench: Workbench) -> None:
    ledger, holder, funder = bench.ledger, _key(bench, LAHN), _key(bench, BANK)
    second = issued(bench, document([coil("C-2001", "10.000")], number="WR-2026-0002", value_minor=900_000))
    pledged = AssetId.of_receipt(second)
    ledger.pledge_asset(
        by=holder,
        asset_id=pledged,
        pledgee_id=party_id_of(bench, BANK.key),
        secured_minor=500_000,
        registered_at_s=bench.chain_now_s(),
        agreement_hash=HASH,
        registration_hash=HASH,
    )
    examiner, arbiter = (bench.keys.signer(name) for name in ("examiner", "arbiter"))
    for match in (HASH, MATCH):
        ledger.block_asset(by=examiner, asset_id=pledged, match_hash=match)
    ledger.resolve_block(by=arbiter, asset_id=pledged, match_hash=HASH, upheld=False, reason_hash=HASH)
    _ship(bench, holder)
    issue_cash(bench, party=BANK.key, currency="EUR", amount_minor=1_000_000, deposit="SEPA 1")
    terms = _terms(bench)
    for offered in (terms, replace(terms, assets=(pledged,))):
        ledger.offer_facility(by=funder, terms=offered)
    ledger.accept_facility(by=holder, facility_id=1, terms=terms)
    bench.read_model.sync()


def _ship(bench: Workbench, holder: Signer) -> None:
    """Bill 1, switched for bill 2, which is frozen."""
    carrier = _key(bench, CARRIER)
    good = bench.read_model.state.stocks[1].good
    stated = BillTerms(
        number=NUMBER,
        shipper_id=party_id_of(bench, LAHN.key),
        good=good,
        quantity=5_000,
        decimals=3,
        detail_root=HASH,
    )
    bench.ledger.issue_bill(by=carrier, terms=stated)
    bench.ledger.surrender_bill(by=holder, bill_id=1, order_hash=HASH)
    bench.ledger.switch_bill(by=carrier, bill_id=1, terms=replace(stated, number=MATCH))
    bench.ledger.freeze_bill(by=bench.keys.signer("arbiter"), bill_id=2, order_hash=HASH)


def _terms(bench: Workbench) -> FacilityTerms:
    now = bench.now()
    return FacilityTerms(
        borrower_id=party_id_of(bench, LAHN.key),
        currency=978,
        principal_minor=600_000,
        rate_bps=450,
        day_basis=360,
        due_at_s=int((now + timedelta(days=90)).timestamp()),
        expires_at_s=int((now + timedelta(days=5)).timestamp()),
        price_source_id=party_id_of(bench, SOURCE.key),
        price_max_age_s=7 * 86_400,
        draw_ltv_bps=7_000,
        call_ltv_bps=8_000,
        call_period_s=86_400,
        sale_floor_bps=8_000,
        minimum_value_minor=900_000,
        registered_at_s=0,
        agreement_hash=HASH,
        registration_hash=bytes(32),
        goods=(GoodTerms(good=bench.read_model.state.stocks[1].good, haircut_bps=1_000),),
        assets=(AssetId.of_receipt(1),),
    )


def _of_chain(results: tuple[CheckResult, ...]) -> dict[str, CheckResult]:
    prefix = "10 read model equals chain: "
    return {
        result.invariant.removeprefix(prefix): result
        for result in results
        if result.invariant.startswith(prefix)
    }


def _compared(result: CheckResult) -> int:
    return int(result.detail.split()[0])


def test_goods_agree_with_the_chain_after_use(used: OpenLedger) -> None:
    results = check_books(used.bench)
    assert [result for result in results if not result.ok] == []
    found = _of_chain(results)
    assert set(SUBJECTS) <= set(found)
    # Fields of two stocks, of two receipts with their coils, of two bills and of two facilities, at least.
    assert _compared(found["stocks and exposures"]) == 2 * 8 + 2
    assert _compared(found["warehouse receipts"]) == 2 * 12 + len(COILS) + 1
    assert _compared(found["bills of lading"]) == 2 * 12 + 2
    assert _compared(found["liens and blocks"]) == 2 * 7 + 2
    assert _compared(found["prices and facilities"]) == 1 + 2 * (19 + 1) + 3


class _Tampered:
    """A ledger port whose answer to one view is changed."""

    def __init__(self, inner: Any, view: str, change: Any) -> None:
        self._inner, self._view, self._change = inner, view, change

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        if name != self._view:
            return found
        return lambda *given, **named: self._change(found(*given, **named))


@pytest.mark.parametrize(
    ("view", "change", "subject"),
    [
        ("stock_view", lambda seen: {**seen, "receipted": seen["receipted"] + 1}, "stocks and exposures"),
        ("attestation_age_view", lambda seen: seen + 1, "stocks and exposures"),
        ("exposure_view", lambda seen: (seen[0] + 1, seen[1]), "stocks and exposures"),
        ("receipt_view", lambda seen: {**seen, "pledged": not seen["pledged"]}, "warehouse receipts"),
        ("lot_behind_view", lambda seen: (seen[0] + 1, seen[1]), "warehouse receipts"),
        ("bill_view", lambda seen: {**seen, "holder": 99}, "bills of lading"),
        ("bill_numbered_view", lambda _: 9, "bills of lading"),
        ("lien_view", lambda seen: {**seen, "financing": 1}, "liens and blocks"),
        ("lien_view", lambda seen: {**seen, "blocks": 3}, "liens and blocks"),
        ("block_view", lambda seen: not seen, "liens and blocks"),
        ("price_view", lambda seen: (seen[0] + 1, seen[1]), "prices and facilities"),
        ("facility_view", lambda seen: {**seen, "call_deadline": 5}, "prices and facilities"),
        ("facility_assets_view", lambda seen: (*seen, AssetId.of_bill(1)), "prices and facilities"),
        ("valuation_view", lambda seen: {**seen, "value_minor": 0}, "prices and facilities"),
        ("counts_view", lambda seen: {**seen, "receipts": 3}, "counts"),
        ("counts_view", lambda seen: {**seen, "facilities": 0}, "counts"),
    ],
)
def test_a_difference_is_found_and_said(used: OpenLedger, view: str, change: Any, subject: str) -> None:
    ledger: Any = _Tampered(used.bench.ledger, view, change)
    failed = [result for result in check_books(replace(used.bench, ledger=ledger)) if not result.ok]
    assert [result.invariant for result in failed] == [f"10 read model equals chain: {subject}"]
    assert "chain has" in failed[0].detail
