"""A ledger in memory with facilities: goods and lots in pools, prices, calls, enforcement, claims sold."""

from __future__ import annotations

from dataclasses import replace

from goods_ledger import (
    BUYER,
    COIL,
    FUNDER,
    OWNER,
    by,
    digest,
    issued,
    key,
    lots,
    officer,
    part,
    seal,
    with_goods,
)
from model_ledger import CNY, DAY_S, NOW_S

from counterfoil.domain.events.facility_events import LOTS_GOOD, FacilityTerms, GoodTerms
from counterfoil.domain.events.ledger_events import InvoiceShare
from counterfoil.domain.ledger import WHOLE_DEBT, Ledger, LotRange, Pledge, ReceiptCut
from counterfoil.domain.lot import AssetId, LotId
from counterfoil.domain.states import PartyRole

SECOND_FUNDER, SOURCE = 9, 10
DUE_S = NOW_S + 30 * DAY_S
MATURITY_S = NOW_S + 60 * DAY_S
REASON = digest("reason")

__all__ = ["CNY", "DAY_S", "NOW_S", "by", "digest", "key", "officer"]

TERMS = FacilityTerms(
    borrower_id=OWNER,
    currency=CNY,
    principal_minor=3_000,
    rate_bps=3_600,
    day_basis=360,
    due_at_s=DUE_S,
    expires_at_s=NOW_S + DAY_S,
    price_source_id=SOURCE,
    price_max_age_s=10 * DAY_S,
    draw_ltv_bps=7_500,
    call_ltv_bps=8_500,
    call_period_s=DAY_S,
    sale_floor_bps=9_000,
    minimum_value_minor=0,
    registered_at_s=NOW_S,
    agreement_hash=digest("agreement"),
    registration_hash=digest("registration"),
    goods=(GoodTerms(good=COIL, haircut_bps=2_000), GoodTerms(good=LOTS_GOOD, haircut_bps=1_000)),
    assets=(AssetId.of_receipt(1),),
)


def receipt(receipt_id: int) -> AssetId:
    return AssetId.of_receipt(receipt_id)


def lot(segment: int = 0, index: int = 0) -> AssetId:
    return AssetId.of_lot(LotId(1, segment, index))


def with_pool_of(*quantities: int) -> Ledger:
    """The owner's receipts of these quantities, a note of 1,000 to it, a price of 5,000 a unit, and cash."""
    ledger = with_goods(counted=9_000)
    for party_id, roles in ((SECOND_FUNDER, PartyRole.FUNDER), (SOURCE, PartyRole.PRICE_SOURCE)):
        ledger.parties.register(
            officer(), roles=roles, onboarding_hash=digest(party_id), keys=[key(party_id)]
        )
    for party_id in (FUNDER, SECOND_FUNDER, BUYER):
        ledger.cash.issue(
            officer(),
            party_id=party_id,
            currency=CNY,
            amount_minor=100_000,
            deposit_hash=digest(("deposit", party_id)),
        )
    for number, quantity in enumerate(quantities):
        halves = {f"{number}a": quantity // 2, f"{number}b": quantity - quantity // 2}
        issued(ledger, *lots(**halves), value_minor=100)
    share = InvoiceShare(fingerprint=digest("invoice"), payable_minor=1_000, amount_minor=1_000)
    ledger.notes.propose(
        by(OWNER),
        debtor_id=BUYER,
        creditor_id=OWNER,
        currency=CNY,
        maturity_at_s=MATURITY_S,
        terms_hash=digest("terms"),
        invoices=[share],
    )
    ledger.notes.confirm(by(BUYER), note_id=1, face_minor=1_000)
    price(ledger, 5_000)
    return ledger


def price(ledger: Ledger, minor: int, *, at_s: int = NOW_S) -> None:
    ledger.prices.post(by(SOURCE, at_s), good=COIL, currency=CNY, price_minor=minor, observed_at_s=at_s)


def drawn(ledger: Ledger, *assets: AssetId, **changed: object) -> int:
    stated = replace(TERMS, assets=tuple(assets) or TERMS.assets, **changed)  # type: ignore[arg-type]  # a table
    facility_id = ledger.facilities.offer(by(FUNDER), stated)
    ledger.facilities.accept(by(OWNER), facility_id=facility_id, terms=stated)
    return facility_id


def pledge(asset_id: AssetId, pledgee_id: int = FUNDER, secured_minor: int = 500) -> Pledge:
    return Pledge(
        asset_id=asset_id,
        pledgee_id=pledgee_id,
        secured_minor=secured_minor,
        registered_at_s=0,
        agreement_hash=digest(("agreement", asset_id.reference)),
        registration_hash=bytes(32),
    )


def facility_life() -> Ledger:
    """Every event of liens, prices and facilities, at least once."""
    ledger = with_pool_of(1_000, 1_000, 400, 200)
    _pool(ledger)
    _enforced(ledger)
    _liens(ledger)
    _blocks(ledger)
    return ledger


def _pool(ledger: Ledger) -> None:
    """Facility 1 is repaid; 2 was withdrawn."""
    desk = ledger.facilities
    drawn(ledger, receipt(1), lot())
    desk.withdraw_offer(by(FUNDER), facility_id=desk.offer(by(FUNDER), TERMS))
    desk.add_asset(by(OWNER), facility_id=1, asset_id=receipt(3))
    desk.substitute_asset(by(OWNER), facility_id=1, asset_id=receipt(1), replacement_id=receipt(2))
    cut = ReceiptCut(part=part("1a"), remainder_root=digest("rest"), seal=seal())
    ledger.liens.release_part(by(FUNDER), asset_id=receipt(2), how=cut, reason_hash=REASON)
    desk.repay(by(OWNER), facility_id=1, amount_minor=1_000)
    desk.withdraw_asset(by(OWNER), facility_id=1, asset_id=receipt(3))
    desk.offer_claim(
        by(FUNDER),
        facility_id=1,
        to_id=SECOND_FUNDER,
        price_minor=1_900,
        expires_at_s=DUE_S,
        agreement_hash=digest("sale"),
    )
    desk.take_claim(by(SECOND_FUNDER), facility_id=1)
    desk.repay(by(OWNER), facility_id=1, amount_minor=WHOLE_DEBT)


def _enforced(ledger: Ledger) -> None:
    """Facility 3 is called, lifted, defaulted, and its assets go one by one; it closes with a surplus."""
    desk = ledger.facilities
    drawn(ledger, receipt(1), receipt(3), principal_minor=4_000, rate_bps=0)
    price(ledger, 4_000, at_s=NOW_S + 1)
    desk.call_margin(by(FUNDER, NOW_S + 1), facility_id=3)
    price(ledger, 5_000, at_s=NOW_S + 2)
    desk.lift_margin_call(by(OWNER, NOW_S + 2), facility_id=3)
    late_s = DUE_S + 1
    desk.mark_defaulted(by(FUNDER, late_s), facility_id=3)
    desk.take_asset(by(FUNDER, late_s), facility_id=3, asset_id=receipt(3), price_minor=1_900)
    desk.offer_sale(
        by(FUNDER, late_s),
        facility_id=3,
        asset_id=receipt(1),
        buyer_id=BUYER,
        price_minor=5_000,
        expires_at_s=late_s + DAY_S,
    )
    desk.buy_asset(by(BUYER, late_s), facility_id=3, asset_id=receipt(1))


def _liens(ledger: Ledger) -> None:
    """A lot divided and substituted, a claim transferred and collected on, an order executed."""
    late_s = DUE_S + 1
    ledger.liens.pledge(by(OWNER, late_s), pledge(lot()))
    kept, _ = ledger.liens.release_part(by(FUNDER, late_s), asset_id=lot(), how=700, reason_hash=REASON)
    moved = replace(pledge(kept, SECOND_FUNDER), registered_at_s=late_s)
    ledger.liens.transfer_pledge(by(FUNDER, late_s), moved)
    ledger.liens.propose_substitute(by(OWNER, late_s), asset_id=kept, replacement_id=lot(1, 1))
    ledger.liens.accept_substitute(by(SECOND_FUNDER, late_s), asset_id=kept, agreed=pledge(lot(1, 1)))
    ledger.liens.pledge(by(OWNER, late_s), pledge(kept, secured_minor=100))
    ledger.stocks.attest(by(3, late_s), stock_id=1, quantity=9_000, evidence_hash=digest("second report"))
    ledger.liens.pledge(by(OWNER, late_s), pledge(receipt(4)))
    ledger.liens.enforce_by_order(
        officer(late_s), asset_id=receipt(4), to_id=FUNDER, order_hash=digest("order")
    )
    ledger.liens.release(by(SECOND_FUNDER, late_s), asset_id=lot(1, 1), reason_hash=REASON)
    ledger.settlement.settle(
        by(BUYER, MATURITY_S),
        note_id=1,
        amount_minor=1_000,
        ranges=[LotRange(segment=1, start=0, stop=1)],
    )


def _blocks(ledger: Ledger) -> None:
    """One upheld, one lifted, on a note and on a receipt."""
    for asset_id, upheld in ((lot(1, 1), True), (receipt(2), False)):
        ledger.liens.block_asset(officer(), asset_id=asset_id, match_hash=digest("match"))
        ledger.liens.resolve_block(
            officer(),
            asset_id=asset_id,
            match_hash=digest("match"),
            upheld=upheld,
            reason_hash=REASON,
        )
