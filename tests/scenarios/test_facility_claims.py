"""The claim of a facility, sold to another funder with every lien."""

from __future__ import annotations

import pytest

from counterfoil.domain.states import FacilityState, PartyState
from model import commands, money_commands
from model import facility_commands as do
from model.contract_chain import START_S
from scenarios.facility_table import (
    REASON,
    SALE_S,
    claim,
    drawn,
    facility_of,
    half_of,
    late,
    lot,
    receipt,
    rich,
    running,
    sale,
    terms,
)
from scenarios.scenario_table import (
    IDS,
    MATURITY_S,
    NO_HASH,
    Row,
    Scenario,
    Wait,
    live,
    settle,
)


def test_the_claim_is_sold_with_every_lien(scenario: Scenario) -> None:
    scenario.play(
        [
            *running(100, 10),
            Row("lender2", do.take_claim(1), refused="ClaimNotOffered"),
            Row("s1", claim(), refused="NotFacilityFunder"),
            Row("lender", claim("lender"), refused="FacilityTermInvalid", facts={"field": "to"}),
            Row("lender", claim("s1"), refused="FacilityTermInvalid", facts={"field": "to"}),
            Row("lender", claim(price=0), refused="FacilityTermInvalid", facts={"field": "priceMinor"}),
            Row("lender", claim(expires_at_s=START_S), refused="FacilityTermInvalid"),
            Row(
                "lender",
                do.offer_claim(1, IDS["lender2"], 29_000, SALE_S, NO_HASH),
                refused="FacilityTermInvalid",
                facts={"field": "agreementHash"},
            ),
            Row("lender", do.offer_claim(1, 99, 29_000, SALE_S, REASON), refused="PartySuspended"),
            Row("lender", claim()),
            Row("lender", claim("core2"), refused="ClaimOpen", facts={"expires_at": SALE_S}),
            Row("s2", do.take_claim(1), refused="RoleMissing"),
            Row("core2", do.take_claim(1), refused="ClaimNotOffered"),
            Row("examiner", do.take_claim(1), refused="NotAParty"),
            Row("lender2", do.take_claim(1), cash={"lender": 9_999_000, "lender2": 9_971_000}),
            Row("lender2", do.take_claim(1), refused="ClaimNotOffered"),
            Row("lender", do.call_margin(1), refused="NotFacilityFunder"),
            Row("lender", money_commands.release(receipt(1), REASON), refused="NotPledgee"),
            Row("s1", do.repay_facility(1, 1_000), cash={"lender2": 9_972_000}),
            Row("s1", do.add_asset(1, receipt(1)), refused="AssetEncumbered"),
        ]
    )
    liens = [scenario.twin.state.liens[receipt(number)][-1] for number in (1, 2)]
    assert {lien.pledgee_id for lien in liens} == {IDS["lender2"]}
    # A claim keeps the place that its lien was registered in.
    assert {lien.registered_at_s for lien in liens} == {START_S}


@pytest.mark.parametrize("change", ["repaid", "released", "part released", "added", "expired", "suspended"])
def test_an_offer_of_the_claim_lapses_when_the_claim_changes(scenario: Scenario, change: str) -> None:
    rows: dict[str, list[Row | Wait]] = {
        "repaid": [Row("s1", do.repay_facility(1, 1))],
        "released": [Row("lender", money_commands.release(receipt(2), REASON))],
        "part released": [Row("lender", half_of(2))],
        "added": [Row("s1", do.add_asset(1, receipt(3)))],
        "expired": [Wait(until_s=SALE_S + 1)],
        "suspended": [Row("registrar", commands.set_party_state(IDS["lender"], PartyState.SUSPENDED))],
    }
    told = "PartySuspended" if change == "suspended" else "ClaimNotOffered"
    scenario.play(
        [
            *running(100, 10, more=[10]),
            Row("lender", claim()),
            *rows[change],
            Row("lender2", do.take_claim(1), refused=told),
        ]
    )
    if change != "suspended":
        # What has lapsed does not stand in the way of another offer.
        scenario.play(
            [Row("lender", claim(price=28_000, expires_at_s=SALE_S + 9)), Row("lender2", do.take_claim(1))]
        )


def test_a_claim_is_not_sold_without_the_money(scenario: Scenario) -> None:
    scenario.play(
        [
            *running(100),
            Row("lender", claim("core2", 1_001)),
            Row("core2", do.take_claim(1), refused="CashInsufficient"),
        ]
    )
    assert scenario.twin.state.facilities[1].funder_id == IDS["lender"]


def test_a_sale_offered_before_the_claim_was_sold_is_the_new_funders_to_repeat(scenario: Scenario) -> None:
    buy = do.buy_asset(1, receipt(1))
    scenario.play(
        [
            *late(100, price=300),
            rich("s2", 40_000),
            Row("lender", sale(receipt(1), 27_000)),
            Row("lender", claim(price=20_000)),
            Row("lender2", do.take_claim(1)),
            Row("s2", buy, refused="SaleUnknown"),
            Row("lender2", sale(receipt(1), 27_500)),
            Row("s2", buy, cash={"s2": 12_500}),
        ]
    )
    # 300.06 were owed, 275.00 came in, and nothing is in pledge any more: the rest stays a debt.
    assert (facility_of(scenario), scenario.twin.state.pool_of(1)) == (FacilityState.CALLED, ())


def test_settlement_pays_who_holds_the_claim_now(scenario: Scenario) -> None:
    stated = terms(lot(), principal_minor=500, minimum_value_minor=0, rate_bps=0, due_at_s=MATURITY_S)
    scenario.play(
        [
            *live(1_000),
            *drawn(stated),
            Row("lender", claim(price=400)),
            Row("lender2", do.take_claim(1)),
            Wait(until_s=MATURITY_S),
            Row(
                "core",
                settle(1, 1_000, (0, 0, 0)),
                cash={"lender": 9_999_900, "lender2": 10_000_100, "s1": 1_000},
            ),
        ]
    )
