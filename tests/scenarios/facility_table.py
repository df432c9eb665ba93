"""The words of tables over liens on goods and over facilities.

Steel at 5.00 a kilogram: a receipt over 100 kg is worth 500.00, which is 400.00 after the haircut of 20 %.
Lots count at their amount less 10 %. Borrower is s1, funder lender, and `source` says the prices.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from counterfoil.domain.events.facility_events import LOTS_GOOD, FacilityTerms, GoodTerms
from counterfoil.domain.events.goods_events import BackingLot
from counterfoil.domain.goods.receipt_terms import KeeperSeal, Part
from counterfoil.domain.ledger import DraftTerms, Pledge
from counterfoil.domain.lot import AssetId, LotId
from counterfoil.domain.states import FacilityState
from model import facility_commands, goods_commands, lien_commands, money_commands
from model.commands import Command, digest
from model.contract_chain import START_S
from model.seals import DivisionOf, SealOf
from scenarios.scenario_table import CNY, DAY_S, IDS, KEEPER_ACCOUNT, Row, Scenario, Wait

SITE, STEEL, COPPER = digest("site"), digest("steel"), digest("copper")
KG = 1_000
"""Units of the stock in a kilogram: it counts grams."""
PRICE = 500
DUE_S = START_S + 60 * DAY_S
EXPIRES_S = START_S + 10 * DAY_S
CALL_PERIOD_S = 2 * DAY_S
CALLED_S = START_S + 60
DEADLINE_S = CALLED_S + CALL_PERIOD_S
SALE_S = START_S + 30 * DAY_S
EVIDENCE, REASON, ORDER = digest("evidence"), digest("reason"), digest("order")


def lot(note_id: int = 1, segment: int = 0, index: int = 0) -> AssetId:
    return AssetId.of_lot(LotId(note_id, segment, index))


def receipt(receipt_id: int) -> AssetId:
    return AssetId.of_receipt(receipt_id)


def key_of(receipt_id: int, part: int = 1) -> bytes:
    """Every receipt stands on two physical lots, half each."""
    return digest((receipt_id, part))


def stocked(*kilograms: int, holder: str = "s1", first: int = 1, consent: bool = True) -> list[Row]:
    """The keeper's counted steel with one issued receipt for each of these; `first`: its number."""
    rows = []
    if first == 1:
        rows = [
            Row("keeper", goods_commands.open_stock(SITE, STEEL, 3)),
            Row("governor", goods_commands.set_attestation_age(400 * DAY_S)),
            Row("inspector", goods_commands.attest_stock(1, 10_000 * KG, EVIDENCE)),
            Row("governor", goods_commands.set_exposure_cap(IDS["keeper"], CNY, 2**60)),
        ]
    for receipt_id, weight in enumerate(kilograms, start=first):
        half = weight * KG // 2
        terms = DraftTerms(
            stock_id=1,
            depositor_id=IDS[holder],
            currency=CNY,
            value_minor=weight * PRICE,
            pledge_consent=consent,
            detail_root=digest(("elements", receipt_id)),
            lots=(
                BackingLot(key=key_of(receipt_id), quantity=half),
                BackingLot(key=key_of(receipt_id, 2), quantity=weight * KG - half),
            ),
        )
        rows += [
            Row("keeper", goods_commands.draft(terms)),
            Row("inspector", goods_commands.attest_receipt(receipt_id, EVIDENCE)),
            Row("keeper", goods_commands.issue(receipt_id)),
        ]
    return rows


def half_of(receipt_id: int, *, sequence: int = 0, sealed: bool = True) -> Command:
    """The pledgee gives the second physical lot free; sequence: of the keeper's seal."""
    part = Part(detail_root=digest("part"), lots=(key_of(receipt_id, 2),))
    statement = KeeperSeal.for_split(
        receipt_id=receipt_id,
        sequence=sequence,
        parts=[part],
        remainder_root=digest("rest"),
        deadline_s=START_S + 90 * DAY_S,
    )
    seal = SealOf(statement=statement, signer=KEEPER_ACCOUNT if sealed else None)
    division = DivisionOf(part=part, remainder_root=digest("rest"), seal=seal)
    return goods_commands.release_part(receipt_id, division, REASON)


def priced(price: int = PRICE, at_s: int = START_S, good: bytes = STEEL) -> Row:
    return Row("source", facility_commands.post_price(good, CNY, price, at_s))


def agreed(
    asset: AssetId, pledgee: str = "lender", secured: int = 30_000, *, registered_at_s: int = 0
) -> Pledge:
    return Pledge(
        asset_id=asset,
        pledgee_id=IDS[pledgee],
        secured_minor=secured,
        registered_at_s=registered_at_s,
        agreement_hash=digest("agreement"),
        registration_hash=digest("registration"),
    )


def accept_substitute(asset: AssetId, replacement: AssetId) -> Command:
    return lien_commands.accept_substitute(asset, agreed(replacement))


TERMS = FacilityTerms(
    borrower_id=IDS["s1"],
    currency=CNY,
    principal_minor=30_000,
    rate_bps=360,
    day_basis=360,
    due_at_s=DUE_S,
    expires_at_s=EXPIRES_S,
    price_source_id=IDS["source"],
    price_max_age_s=DAY_S,
    draw_ltv_bps=7_500,
    call_ltv_bps=8_500,
    call_period_s=CALL_PERIOD_S,
    sale_floor_bps=9_000,
    minimum_value_minor=40_000,
    registered_at_s=START_S,
    agreement_hash=digest("agreement"),
    registration_hash=digest("registration"),
    goods=(GoodTerms(good=STEEL, haircut_bps=2_000), GoodTerms(good=LOTS_GOOD, haircut_bps=1_000)),
    assets=(receipt(1),),
)


def terms(*assets: AssetId, **changed: object) -> FacilityTerms:
    """TERMS over these assets, with some of them changed."""
    pool = assets or TERMS.assets
    return replace(TERMS, assets=tuple(pool), **changed)  # type: ignore[arg-type]  # a table of terms


def drawn(stated: FacilityTerms, facility_id: int = 1, *, funder: str = "lender") -> list[Row]:
    """Offered and accepted."""
    return [
        Row(funder, facility_commands.offer_facility(stated)),
        Row("s1", facility_commands.accept_facility(facility_id, stated)),
    ]


def running(
    *kilograms: int, principal: int = 30_000, minimum: int = 40_000, more: Sequence[int] = ()
) -> list[Row]:
    """A facility over the first receipts; further ones are free."""
    pool = [receipt(number) for number in range(1, len(kilograms) + 1)]
    stated = terms(*pool, principal_minor=principal, minimum_value_minor=minimum)
    return [*stocked(*kilograms, *more), priced(), *drawn(stated)]


def fallen(price: int, at_s: int = CALLED_S) -> list[Row | Wait]:
    """The price of steel falls; 441 makes 35,280 of 40,000, which 30,000 of debt load with 85.04 %."""
    return [Wait(until_s=at_s), priced(price, at_s)]


def called(*kilograms: int, price: int = 441, principal: int = 30_000) -> list[Row | Wait]:
    """A facility whose margin was called at CALLED_S."""
    return [
        *running(*kilograms, principal=principal),
        *fallen(price),
        Row("lender", facility_commands.call_margin(1)),
    ]


def late(*kilograms: int, price: int = 441, principal: int = 30_000) -> list[Row | Wait]:
    """The deadline has passed."""
    return [*called(*kilograms, price=price, principal=principal), Wait(until_s=DEADLINE_S + 1)]


def rich(who: str, minor: int) -> Row:
    return Row("bank", money_commands.issue(IDS[who], CNY, minor, digest((who, minor))))


def sale(asset: AssetId, price: int, buyer: str = "s2", expires_at_s: int = SALE_S) -> Command:
    return facility_commands.offer_sale(1, asset, IDS[buyer], price, expires_at_s)


def claim(to: str = "lender2", price: int = 29_000, expires_at_s: int = SALE_S) -> Command:
    return facility_commands.offer_claim(1, IDS[to], price, expires_at_s, digest("sale of the claim"))


def facility_of(scenario: Scenario) -> FacilityState:
    return scenario.twin.state.facilities[1].state


def pool(scenario: Scenario) -> set[AssetId]:
    return set(scenario.twin.state.pool_of(1))
