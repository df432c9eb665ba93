"""A funder lends against a receipt: the price moves, a margin call is met, half is released and delivered."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from counterfoil.domain.goods.good import Good
from counterfoil.domain.lot import AssetId
from counterfoil.domain.money import Currency, Money
from counterfoil.domain.state.facility_valuation import debt_of
from counterfoil.entrypoints.demo.attempts import Attempts
from counterfoil.entrypoints.demo.goods.intake_file import unit_price
from counterfoil.entrypoints.demo.goods.parties import GoodsParties
from counterfoil.entrypoints.demo.goods.story import GoodsStory, Valued
from counterfoil.entrypoints.demo.telling import Teller
from counterfoil.usecases.cash.issue_cash import issue_cash
from counterfoil.usecases.facilities.accept_facility import accept_facility
from counterfoil.usecases.facilities.call_margin import call_margin
from counterfoil.usecases.facilities.lift_margin_call import lift_margin_call
from counterfoil.usecases.facilities.offer_facility import FacilityPlan, offer_facility
from counterfoil.usecases.facilities.post_price import post_price
from counterfoil.usecases.facilities.repay_facility import repay_facility
from counterfoil.usecases.facilities.show_facility import FacilitySheet, show_facility
from counterfoil.usecases.facilities.withdraw_facility import withdraw_facility
from counterfoil.usecases.goods_resolving import asset_text, find_facility, good_text
from counterfoil.usecases.liens.pledge_asset import pledge_asset
from counterfoil.usecases.receipts.order_delivery import order_delivery
from counterfoil.usecases.workbench import Workbench

RATE_BPS = 480
HAIRCUT_BPS = 1_000
LENT_BPS = 6_250
DRAW_LTV_BPS = 6_500
CALL_LTV_BPS = 7_000
SALE_FLOOR_BPS = 9_000
KEPT_BPS = 4_000
"""Of the value after the haircut, what must stay in pledge while the borrower exchanges assets."""
CALL_DAYS = 5
PRICE_DAYS = 3
TENOR_DAYS = 60
_OFFER_DAYS = 7
_DAY_S = 86_400
_BPS = 10_000
_FIGURES = 3
_A_MOMENT_S = 60


@dataclass(slots=True)
class LoanOnGoods:
    """The loan. receipt_id: what secures it; facility_id: None before it is drawn down."""

    bench: Workbench
    parties: GoodsParties
    attempts: Attempts
    story: GoodsStory
    teller: Teller
    receipt_id: int
    price: Money
    facility_id: int | None = None

    @property
    def currency(self) -> Currency:
        """Of price and loan."""
        return self.price.currency

    @property
    def good(self) -> Good:
        """What secures it."""
        return self.parties.document.goods.good

    @property
    def asset(self) -> str:
        """The receipt as people write it."""
        return asset_text(AssetId.of_receipt(self.receipt_id))

    @property
    def sheet(self) -> FacilitySheet:
        """The drawn loan, valued now."""
        if self.facility_id is None:
            raise AssertionError("the loan is not drawn down yet")
        return show_facility(self.bench, facility_id=self.facility_id)

    def draw(self) -> None:
        """The price source speaks, the funder offers, the holder pledges and is paid; the rest is refused."""
        self.post(_BPS)
        plan = self._plan()
        issue_cash(
            self.bench,
            party=self.parties.lender,
            currency=self.currency.code,
            amount_minor=plan.principal_minor,
            deposit=f"deposit of funder {self.parties.lender} for the loan against goods",
        )
        offer = offer_facility(self.bench, actor=self.parties.lender, plan=plan)
        accept_facility(self.bench, actor=self.parties.depositor, facility_id=offer.facility_id)
        self.facility_id = offer.facility_id
        self.note("drawn down")
        self.teller.say(
            f"  party {self.parties.depositor} pledges receipt {self.receipt_id} and borrows"
            f" {self.currency.format(plan.principal_minor)} at {RATE_BPS / 100:.2f}% a year,"
            f" {percent(self.sheet.valuation.ltv_bps)} of its value after the haircut"
        )
        self._second_lender(plan)

    def _plan(self) -> FacilityPlan:
        quantity = self.parties.document.goods.quantity
        gross = self.price.minor * quantity.steps // 10**quantity.unit.decimals
        value = gross * (_BPS - HAIRCUT_BPS) // _BPS
        now = self.bench.now()
        return FacilityPlan(
            borrower=self.parties.depositor,
            currency=self.currency.code,
            principal_minor=max(1, rounded_down(value * LENT_BPS // _BPS)),
            rate_bps=RATE_BPS,
            due_at=now + timedelta(days=TENOR_DAYS),
            expires_at=now + timedelta(days=_OFFER_DAYS),
            price_source=self.parties.price_source,
            price_max_age_s=PRICE_DAYS * _DAY_S,
            draw_ltv_bps=DRAW_LTV_BPS,
            call_ltv_bps=CALL_LTV_BPS,
            call_period_s=CALL_DAYS * _DAY_S,
            sale_floor_bps=SALE_FLOOR_BPS,
            minimum_value_minor=value * KEPT_BPS // _BPS,
            haircuts_bps={good_text(self.good): HAIRCUT_BPS},
            assets=(self.asset,),
            agreement="pledge agreement over goods of the demonstration",
            registration="movable-property registry, demonstration entry 2",
            registered_at=now,
        )

    def _second_lender(self, plan: FacilityPlan) -> None:
        """Another funder would lend on the same goods; and the holder would have them."""
        offer = offer_facility(
            self.bench,
            actor=self.parties.second_lender,
            plan=replace(
                plan,
                principal_minor=max(1, plan.principal_minor // 2),
                agreement="second pledge agreement of the demonstration",
            ),
        )
        self.attempts.expect_refusal(
            "accept_facility",
            "a second lender's loan against the receipt that is pledged already",
            lambda: accept_facility(self.bench, actor=self.parties.depositor, facility_id=offer.facility_id),
        )
        withdraw_facility(self.bench, actor=self.parties.second_lender, facility_id=offer.facility_id)
        self.attempts.expect_refusal(
            "pledge_asset",
            "a second pledge of the same receipt, for a claim outside the ledger",
            lambda: pledge_asset(
                self.bench,
                actor=self.parties.depositor,
                asset=self.asset,
                pledgee=self.parties.second_lender,
                secured_minor=plan.principal_minor,
                agreement="second pledge agreement of the demonstration",
            ),
        )
        self.attempts.expect_refusal(
            "order_delivery",
            "taking the pledged goods out of the warehouse",
            lambda: order_delivery(
                self.bench,
                actor=self.parties.depositor,
                receipt_id=self.receipt_id,
                order="demonstration of a refusal",
            ),
        )

    def post(self, share_bps: int) -> None:
        """The price becomes this share of the first one."""
        post_price(
            self.bench,
            actor=self.parties.price_source,
            good=self.good,
            currency=self.currency.code,
            price_minor=self.price.minor * share_bps // _BPS,
        )

    def move_price(self, share_bps: int) -> None:
        """The price moves; where that is too much for the agreement, the funder calls for margin."""
        before = self.story.course[-1].price_minor
        self.post(share_bps)
        change = _moved(before, self.price.minor * share_bps // _BPS)
        ltv_bps = self.sheet.valuation.ltv_bps
        if ltv_bps > CALL_LTV_BPS:
            call_margin(self.bench, actor=self.parties.lender, facility_id=self.sheet.facility.facility_id)
            change += ", margin call"
        self.note(change)
        self.teller.say(f"  {change}; loan-to-value {percent(ltv_bps)}")

    def repay_half(self) -> None:
        """Half of what is owed; a margin call ends with it."""
        debt = self.sheet.valuation.debt_minor
        half = (debt + 1) // 2
        facility_id = self.sheet.facility.facility_id
        repay_facility(self.bench, actor=self.parties.depositor, facility_id=facility_id, amount_minor=half)
        event = "half repaid"
        if self.sheet.call_deadline is not None:
            lift_margin_call(self.bench, actor=self.parties.lender, facility_id=facility_id)
            event += ", margin call lifted"
        self.note(event)
        self.teller.say(
            f"  party {self.parties.depositor} repays {self.currency.format(half)}: {event},"
            f" loan-to-value {percent(self.sheet.valuation.ltv_bps)}"
        )

    def repay_rest(self) -> None:
        """The buyer of the delivered goods has paid the borrower, and the borrower its funder."""
        facility = find_facility(self.bench, self.sheet.facility.facility_id)
        # Interest counts by UTC days: the day may end before the payment is in a block.
        owed = sum(debt_of(facility, self.bench.chain_now_s() + _A_MOMENT_S))
        held = self.bench.read_model.state.balance_of(self.parties.depositor, self.currency.numeric)
        if held < owed:
            issue_cash(
                self.bench,
                party=self.parties.depositor,
                currency=self.currency.code,
                amount_minor=owed - held,
                deposit=f"proceeds of the goods that party {self.parties.depositor} had delivered",
            )
        repay_facility(self.bench, actor=self.parties.depositor, facility_id=facility.facility_id)
        self.note("rest repaid, lien discharged")
        self.teller.say(f"  party {self.parties.depositor} repays the rest; the lien is discharged")

    def note(self, event: str) -> None:
        """Keep debt and value of this moment."""
        sheet = self.sheet
        price = self.bench.read_model.state.prices[
            self.parties.price_source, self.good.key, self.currency.numeric
        ]
        self.story.course.append(
            Valued(
                facility_id=sheet.facility.facility_id,
                at=self.bench.now(),
                event=event,
                price_minor=price.price_minor,
                value_minor=sheet.valuation.value_minor,
                debt_minor=sheet.valuation.debt_minor,
                ltv_bps=sheet.valuation.ltv_bps,
            )
        )


def start_loan(
    bench: Workbench,
    parties: GoodsParties,
    attempts: Attempts,
    story: GoodsStory,
    teller: Teller,
    *,
    receipt_id: int,
) -> LoanOnGoods:
    """A loan at the price of the document's own valuation; nothing is offered yet."""
    return LoanOnGoods(
        bench=bench,
        parties=parties,
        attempts=attempts,
        story=story,
        teller=teller,
        receipt_id=receipt_id,
        price=unit_price(parties.document),
    )


def rounded_down(amount: int) -> int:
    """An amount as people lend it: three figures, then zeros."""
    step: int = 10 ** max(0, len(str(amount)) - _FIGURES)
    return amount // step * step


def percent(bps: int) -> str:
    """Basis points for people."""
    return exact_percent(bps).replace(".00 %", " %")


def exact_percent(bps: int) -> str:
    """Basis points with two decimals, for columns."""
    return f"{bps / 100:.2f} %"


def _moved(before_minor: int, after_minor: int) -> str:
    """How a price changed; never by nothing, its least amount sees to that."""
    change = abs(after_minor - before_minor) * _BPS // before_minor
    return f"price {'falls' if after_minor < before_minor else 'rises'} by {percent(change)}"
