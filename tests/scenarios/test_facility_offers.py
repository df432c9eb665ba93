"""Facilities offered and drawn down, and the prices that they stand on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from counterfoil.domain.events.facility_events import LOTS_GOOD, GoodTerms
from counterfoil.domain.lot import AssetId
from counterfoil.domain.states import PartyState
from model import commands, money_commands
from model import facility_commands as do
from model.commands import digest
from model.contract_chain import START_S
from scenarios.facility_table import (
    COPPER,
    DUE_S,
    EXPIRES_S,
    STEEL,
    TERMS,
    agreed,
    lot,
    pool,
    priced,
    receipt,
    stocked,
    terms,
)
from scenarios.scenario_table import (
    CNY,
    DAY_S,
    IDS,
    NO_HASH,
    Row,
    Scenario,
    Wait,
    live,
)


@pytest.mark.parametrize(
    ("field", "value", "named"),
    [
        ("borrower_id", IDS["lender"], "borrower"),
        ("borrower_id", 99, "borrower"),
        ("borrower_id", 0, "borrower"),
        ("principal_minor", 0, "principalMinor"),
        ("rate_bps", 10_001, "rateBps"),
        ("day_basis", 364, "dayBasis"),
        ("due_at_s", START_S, "dueAt"),
        ("expires_at_s", START_S, "expiresAt"),
        ("expires_at_s", DUE_S + 1, "expiresAt"),
        ("registered_at_s", START_S + 1, "registeredAt"),
        ("agreement_hash", NO_HASH, "agreementHash"),
        ("price_max_age_s", 0, "priceMaxAgeS"),
        ("call_ltv_bps", 10_001, "callLtvBps"),
        ("draw_ltv_bps", 0, "drawLtvBps"),
        ("draw_ltv_bps", 8_501, "drawLtvBps"),
        ("call_period_s", 0, "callPeriodS"),
        ("sale_floor_bps", 0, "saleFloorBps"),
        ("sale_floor_bps", 10_001, "saleFloorBps"),
        ("assets", (), "assets"),
        ("assets", tuple(lot(number) for number in range(1, 34)), "assets"),
        ("goods", (), "goods"),
        ("goods", (GoodTerms(good=NO_HASH, haircut_bps=0),), "goods"),
        ("goods", (GoodTerms(good=STEEL, haircut_bps=10_000),), "haircutBps"),
        ("goods", (GoodTerms(good=STEEL, haircut_bps=0),) * 2, "goods"),
        ("goods", tuple(GoodTerms(good=digest(n), haircut_bps=0) for n in range(17)), "goods"),
        ("price_source_id", 0, "priceSource"),
        ("price_source_id", IDS["s2"], "priceSource"),
        ("price_source_id", IDS["s1"], "priceSource"),
        ("price_source_id", 99, "priceSource"),
    ],
)
def test_terms_that_make_no_sense(scenario: Scenario, field: str, value: object, named: str) -> None:
    odd = replace(TERMS, **{field: value})
    scenario.play(
        [
            Row("lender", do.offer_facility(odd), refused="FacilityTermInvalid", facts={"field": named}),
            Row("lender", do.offer_facility(TERMS)),
        ]
    )


def test_the_limits_of_terms_are_within(scenario: Scenario) -> None:
    lots_alone = (GoodTerms(good=LOTS_GOOD, haircut_bps=9_999),)
    edges = terms(
        *(lot(number) for number in range(1, 33)),
        rate_bps=10_000,
        day_basis=365,
        expires_at_s=DUE_S,
        draw_ltv_bps=10_000,
        call_ltv_bps=10_000,
        sale_floor_bps=10_000,
        minimum_value_minor=0,
        price_source_id=0,
        goods=lots_alone,
    )
    sixteen = tuple(GoodTerms(good=digest(number), haircut_bps=0) for number in range(16))
    scenario.play(
        [Row("lender", do.offer_facility(edges)), Row("lender", do.offer_facility(terms(goods=sixteen)))]
    )


@pytest.mark.parametrize("who", ["s1", "core", "keeper", "source"])
def test_only_funders_offer(scenario: Scenario, who: str) -> None:
    scenario.play([Row(who, do.offer_facility(TERMS), refused="RoleMissing")])


def test_goods_and_claims_are_pledged_and_paid_at_once(scenario: Scenario) -> None:
    both = terms(receipt(1), lot(), principal_minor=33_000)
    scenario.play(
        [
            *stocked(100),
            *live(10_000),
            priced(),
            Row("lender", do.offer_facility(both)),
            Row("lender2", do.accept_facility(1, both), refused="NotFacilityBorrower"),
            Row("lender", do.accept_facility(1, both), refused="NotFacilityBorrower"),
            Row("examiner", do.accept_facility(1, both), refused="NotAParty"),
            Row("s1", do.accept_facility(2, both), refused="FacilityUnknown"),
            Row("s1", do.accept_facility(1, terms()), refused="TermsUnlike"),
            Row(
                "s1",
                do.accept_facility(1, both),
                lots="1-10000 s1 PLEDGED",
                cash={"s1": 33_000, "lender": 9_967_000},
            ),
            Row("s1", do.accept_facility(1, both), refused="UnexpectedFacilityState"),
            Row("lender", do.withdraw_facility(1), refused="UnexpectedFacilityState"),
        ]
    )
    assert pool(scenario) == {receipt(1), lot()}
    assert {scenario.twin.state.liens[each][-1].facility_id for each in pool(scenario)} == {1}


def test_without_the_money_or_any_asset_nothing_is_pledged(scenario: Scenario) -> None:
    poor = terms(receipt(1), principal_minor=1_001, minimum_value_minor=0)
    two = terms(receipt(1), receipt(2), minimum_value_minor=0)
    scenario.play(
        [
            *stocked(100),
            *stocked(100, holder="s2", first=2),
            priced(),
            Row("core2", do.offer_facility(poor)),
            Row("s1", do.accept_facility(1, poor), refused="CashInsufficient", cash={"core2": 1_000}),
            Row("lender", do.offer_facility(two)),
            Row("s1", do.accept_facility(2, two), refused="NotReceiptHolder", cash={"s1": 0}),
            Row("s1", money_commands.pledge(agreed(receipt(1), "lender2"))),
            Row("lender", do.offer_facility(terms())),
            Row("s1", do.accept_facility(3, terms()), refused="AssetEncumbered"),
        ]
    )
    assert [each[-1].financing_id for each in scenario.twin.state.liens.values()] == [None]
    assert not any(each.pool for each in scenario.twin.state.facilities.values())


def test_an_offer_ends_by_withdrawal_expiry_and_suspension(scenario: Scenario) -> None:
    accept = do.accept_facility
    scenario.play(
        [
            *stocked(100),
            priced(),
            *(Row("lender", do.offer_facility(TERMS)) for _ in range(3)),
            Row("lender2", do.withdraw_facility(1), refused="NotFacilityFunder"),
            Row("s1", do.withdraw_facility(1), refused="NotFacilityFunder"),
            Row("lender", do.withdraw_facility(1)),
            Row("s1", accept(1, TERMS), refused="UnexpectedFacilityState"),
            Row("registrar", commands.set_party_state(IDS["lender"], PartyState.SUSPENDED)),
            Row("s1", accept(2, TERMS), refused="PartySuspended", facts={"party": IDS["lender"]}),
            Row("registrar", commands.set_party_state(IDS["lender"], PartyState.ACTIVE)),
            Wait(until_s=EXPIRES_S),
            priced(at_s=EXPIRES_S),
            Row("s1", accept(2, TERMS)),
            Wait(until_s=EXPIRES_S + 1),
            Row("s1", accept(3, TERMS), refused="FacilityOfferExpired", facts={"expires_at": EXPIRES_S}),
        ]
    )


@pytest.mark.parametrize(
    ("changed", "told"),
    # 400.00 of value against 300.00: 75 % is the limit and within it, and so is a minimum of 400.00.
    [
        ({}, None),
        ({"principal_minor": 30_001}, "LtvAboveLimit"),
        ({"minimum_value_minor": 40_001}, "ValueBelowMinimum"),
        ({"goods": (GoodTerms(good=STEEL, haircut_bps=2_001),)}, "ValueBelowMinimum"),
        ({"goods": (GoodTerms(good=COPPER, haircut_bps=0),)}, "GoodNotAgreed"),
        ({"currency": 978}, "PriceMissing"),
        ({"assets": (lot(),), "currency": 978}, "CurrencyUnlike"),
        ({"assets": (lot(9),)}, "CurrencyUnlike"),
        ({"assets": (lot(1, 1),)}, "LotUnknown"),
        ({"assets": (receipt(9),)}, "ReceiptUnknown"),
        ({"assets": (AssetId.of_bill(1),)}, "AssetUnknown"),
        ({"assets": (AssetId(5, 1),)}, "AssetKindUnknown"),
        ({"assets": (receipt(1), receipt(1)), "minimum_value_minor": 0}, "AssetEncumbered"),
    ],
)
def test_limits_of_value_and_what_counts(
    scenario: Scenario, changed: dict[str, object], told: str | None
) -> None:
    stated = replace(TERMS, **changed)  # type: ignore[arg-type]  # a table of terms
    scenario.play(
        [
            *stocked(100),
            *live(1_000),
            priced(),
            Row("lender", do.offer_facility(stated)),
            Row("s1", do.accept_facility(1, stated), refused=told),
        ]
    )


def test_the_ltv_is_rounded_up(scenario: Scenario) -> None:
    stated = terms(principal_minor=30_001, draw_ltv_bps=7_500)
    scenario.play(
        [
            *stocked(100),
            priced(),
            Row("lender", do.offer_facility(stated)),
            Row(
                "s1",
                do.accept_facility(1, stated),
                refused="LtvAboveLimit",
                facts={"ltv_bps": 7_501, "limit_bps": 7_500},
            ),
        ]
    )


def test_prices_are_the_sources_own_and_only_get_newer(scenario: Scenario) -> None:
    post = do.post_price
    scenario.play(
        [
            *(
                Row(who, post(STEEL, CNY, 1, START_S), refused="RoleMissing")
                for who in ("s1", "lender", "keeper")
            ),
            Row("bank", post(STEEL, CNY, 1, START_S), refused="NotAParty"),
            Row("source", post(NO_HASH, CNY, 1, START_S), refused="GoodMissing"),
            Row("source", post(STEEL, CNY, 0, START_S), refused="PriceZero"),
            Row("source", post(STEEL, CNY, 1, START_S + 1), refused="PriceInFuture"),
            Row("source", post(STEEL, CNY, 1, 0), refused="PriceNotNewer"),
            Row("source", post(STEEL, CNY, 7, START_S - 5)),
            Row("source", post(STEEL, CNY, 9, START_S - 5), refused="PriceNotNewer"),
            Row("source", post(STEEL, 978, 9, START_S - 5)),
            Row("source", post(STEEL, CNY, 8, START_S - 4)),
        ]
    )


def test_a_price_serves_for_its_age_and_no_second_longer(scenario: Scenario) -> None:
    last_s = START_S + DAY_S
    scenario.play(
        [
            *stocked(100, 100),
            Row("lender", do.offer_facility(terms(receipt(1)))),
            Row("lender", do.offer_facility(terms(receipt(2)))),
            Row("s1", do.accept_facility(1, terms(receipt(1))), refused="PriceMissing"),
            priced(),
            Wait(until_s=last_s),
            Row("s1", do.accept_facility(1, terms(receipt(1)))),
            Wait(until_s=last_s + 1),
            Row(
                "s1",
                do.accept_facility(2, terms(receipt(2))),
                refused="PriceStale",
                facts={"priced_at": START_S, "now_at": last_s + 1},
            ),
            Row("s1", do.withdraw_asset(1, receipt(1)), refused="PriceStale"),
            Row("s1", do.add_asset(1, receipt(2)), refused="PriceStale"),
            Row("s1", do.substitute_asset(1, receipt(1), receipt(2)), refused="PriceStale"),
            Row("lender", do.call_margin(1), refused="PriceStale"),
        ]
    )
