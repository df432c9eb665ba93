"""Prices and facilities through the gateway on any engine."""

from __future__ import annotations

from typing import Any

import pytest
from goods_world import (
    CNY,
    DAY_S,
    GOOD,
    HASH,
    OTHER_HASH,
    World,
    key,
    refusal,
)

from counterfoil.domain.events.facility_events import LOTS_GOOD, FacilityTerms, GoodTerms
from counterfoil.domain.lot import AssetId
from counterfoil.domain.states import (
    FacilityState,
)

pytestmark = [pytest.mark.engine_neutral, pytest.mark.own_network]

PRICE = 1_000


def _terms(world: World, assets: tuple[AssetId, ...], **changed: Any) -> FacilityTerms:
    stated: dict[str, Any] = {
        "borrower_id": world.ids["owner"],
        "currency": CNY,
        "principal_minor": 1_000,
        "rate_bps": 360,
        "day_basis": 360,
        "due_at_s": world.now_s + 60 * DAY_S,
        "expires_at_s": world.now_s + 10 * DAY_S,
        "price_source_id": world.ids["source"],
        "price_max_age_s": 5 * DAY_S,
        "draw_ltv_bps": 7_000,
        "call_ltv_bps": 8_000,
        "call_period_s": DAY_S,
        "sale_floor_bps": 5_000,
        "minimum_value_minor": 1_500,
        "registered_at_s": world.now_s,
        "agreement_hash": HASH,
        "registration_hash": OTHER_HASH,
        "goods": (GoodTerms(good=GOOD, haircut_bps=1_000), GoodTerms(good=LOTS_GOOD, haircut_bps=0)),
        "assets": assets,
    }
    return FacilityTerms(**{**stated, **changed})


@pytest.fixture
def lent(world: World) -> tuple[World, int, tuple[AssetId, ...]]:
    """10.00 lent over receipts of 1 and 1 tonne at 10.00 each, haircut a tenth: value 18.00, LTV 5,556."""
    ledger, keys = world.ledger, world.keys
    for party in ("lender", "second", "buyer", "owner"):
        ledger.issue_cash(
            by=keys["bank"],
            party_id=world.ids[party],
            currency=CNY,
            amount_minor=5_000,
            deposit_hash=key(world.ids[party]),
        )
    _post(world, PRICE)
    assets = tuple(AssetId.of_receipt(world.issued(number)) for number in (1, 2))
    terms = _terms(world, assets)
    offered = ledger.offer_facility(by=keys["lender"], terms=terms)
    facility_id = int(offered.only("FacilityOffered").args["facility"])
    ledger.accept_facility(by=keys["owner"], facility_id=facility_id, terms=terms)
    return world, facility_id, assets


def _post(world: World, price_minor: int) -> None:
    world.ledger.post_price(
        by=world.keys["source"],
        good=GOOD,
        currency=CNY,
        price_minor=price_minor,
        observed_at_s=world.now_s,
    )


def test_a_facility_pledges_its_pool_and_pays(lent: tuple[World, int, tuple[AssetId, ...]]) -> None:
    world, facility_id, assets = lent
    ledger = world.ledger
    assert ledger.price_view(world.ids["source"], GOOD, CNY, block=world.block)[0] == PRICE
    view = ledger.facility_view(facility_id, block=world.block)
    assert (view["state"], view["funder"], view["borrower"]) == (
        FacilityState.OPEN,
        world.ids["lender"],
        world.ids["owner"],
    )
    assert ledger.facility_assets_view(facility_id, block=world.block) == assets
    valued = ledger.valuation_view(facility_id, block=world.block)
    assert (valued["gross_minor"], valued["value_minor"], valued["debt_minor"]) == (2_000, 1_800, 1_000)
    assert valued["ltv_bps"] == 5_556
    assert world.lien(assets[0])["financing"] == 2**63 | facility_id
    assert ledger.balance_view(world.ids["owner"], CNY, block=world.block) == 6_000
    counts = ledger.counts_view(block=world.block)
    assert (counts["facilities"], counts["receipts"], counts["stocks"], counts["bills"]) == (1, 2, 1, 0)


def test_the_pool_floats(lent: tuple[World, int, tuple[AssetId, ...]]) -> None:
    world, facility_id, assets = lent
    ledger, owner = world.ledger, world.keys["owner"]
    third, fourth = (AssetId.of_receipt(world.issued(number)) for number in (3, 4))
    ledger.substitute_asset(by=owner, facility_id=facility_id, asset_id=assets[0], replacement_id=third)
    ledger.add_asset(by=owner, facility_id=facility_id, asset_id=fourth)
    ledger.withdraw_asset(by=owner, facility_id=facility_id, asset_id=assets[1])
    assert set(ledger.facility_assets_view(facility_id, block=world.block)) == {third, fourth}
    refused = refusal(lambda: ledger.withdraw_asset(by=owner, facility_id=facility_id, asset_id=third))
    assert refused.code in ("ValueBelowMinimum", "LtvAboveLimit")
    ledger.repay_facility(by=owner, facility_id=facility_id, amount_minor=400)
    ledger.repay_facility(by=owner, facility_id=facility_id, amount_minor=None)
    assert ledger.facility_view(facility_id, block=world.block)["state"] == FacilityState.CLOSED
    assert ledger.encumbrance_view(third, block=world.block) == (False, False)


def test_a_margin_call_is_lifted_or_enforced(lent: tuple[World, int, tuple[AssetId, ...]]) -> None:
    world, facility_id, assets = lent
    ledger, keys = world.ledger, world.keys
    early = refusal(lambda: ledger.call_margin(by=keys["lender"], facility_id=facility_id))
    assert (early.code, early.facts["ltv_bps"]) == ("LtvWithinLimit", 5_556)
    world.chain.advance_time(60)
    _post(world, 500)
    ledger.call_margin(by=keys["lender"], facility_id=facility_id)
    world.chain.advance_time(60)
    _post(world, 900)
    ledger.lift_margin_call(by=keys["owner"], facility_id=facility_id)
    world.chain.advance_time(60)
    _post(world, 500)
    ledger.call_margin(by=keys["lender"], facility_id=facility_id)
    take = refusal(
        lambda: ledger.take_asset(
            by=keys["lender"], facility_id=facility_id, asset_id=assets[0], price_minor=550
        )
    )
    assert take.code == "NotEnforceable"
    world.chain.advance_time(DAY_S + 1)
    ledger.take_asset(by=keys["lender"], facility_id=facility_id, asset_id=assets[0], price_minor=550)
    ledger.offer_sale(
        by=keys["lender"],
        facility_id=facility_id,
        asset_id=assets[1],
        buyer_id=world.ids["buyer"],
        price_minor=500,
        expires_at_s=world.now_s + DAY_S,
    )
    sold = ledger.buy_asset(by=keys["buyer"], facility_id=facility_id, asset_id=assets[1])
    assert sold.only("AssetEnforced").args["surplus_minor"] == 50  # 10.00 lent, 5.50 and 5.00 recovered
    holders = [world.receipt(asset_id.reference)["holder"] for asset_id in assets]
    assert holders == [world.ids["lender"], world.ids["buyer"]]


def test_a_claim_is_sold_and_a_default_recorded(lent: tuple[World, int, tuple[AssetId, ...]]) -> None:
    world, facility_id, assets = lent
    ledger, keys = world.ledger, world.keys
    ledger.offer_claim(
        by=keys["lender"],
        facility_id=facility_id,
        to_id=world.ids["second"],
        price_minor=990,
        expires_at_s=world.now_s + DAY_S,
        agreement_hash=HASH,
    )
    ledger.take_claim(by=keys["second"], facility_id=facility_id)
    assert world.lien(assets[0])["pledgee"] == world.ids["second"]
    early = refusal(lambda: ledger.mark_facility_defaulted(by=keys["second"], facility_id=facility_id))
    assert early.code == "FacilityNotDue"
    world.chain.advance_time(61 * DAY_S)
    ledger.mark_facility_defaulted(by=keys["second"], facility_id=facility_id)
    assert ledger.facility_view(facility_id, block=world.block)["state"] == FacilityState.DEFAULTED


def test_an_offer_is_withdrawn(world: World) -> None:
    terms = _terms(world, (AssetId.of_receipt(world.issued(1)),))
    world.ledger.offer_facility(by=world.keys["lender"], terms=terms)
    world.ledger.withdraw_facility(by=world.keys["lender"], facility_id=1)
    refused = refusal(
        lambda: world.ledger.accept_facility(by=world.keys["owner"], facility_id=1, terms=terms)
    )
    assert (refused.code, refused.facts["current"]) == ("UnexpectedFacilityState", FacilityState.WITHDRAWN)
