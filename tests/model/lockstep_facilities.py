"""Lockstep rules over prices and facilities, with goods behind them: mostly right, now and then wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from counterfoil.domain.errors import DomainError
from counterfoil.domain.events.facility_events import LOTS_GOOD, FacilityTerms, GoodTerms
from counterfoil.domain.events.goods_events import BackingLot
from counterfoil.domain.events.ledger_events import InvoiceShare
from counterfoil.domain.ledger import WHOLE_DEBT, DraftTerms
from counterfoil.domain.lot import AssetId, LotId
from counterfoil.domain.state.facility_state import Facility
from counterfoil.domain.state.facility_valuation import debt_of, valuation_of, worth_of
from counterfoil.domain.states import FacilityState, Office, PartyRole, ReceiptState
from model import commands, goods_commands
from model import facility_commands as do
from model.commands import digest
from model.contract_chain import GOVERNOR, OFFICERS, START_S, ContractChain
from model.keyring import address
from model.lockstep_base import CNY, DAY_S, started
from model.lockstep_liens import BORROWERS, FUNDERS, SIGNER, LienRules
from model.lockstep_money import LATEST_S
from model.twin import Twin

KEEPER, INSPECTOR, SOURCE, OTHER_SOURCE = 8, 9, 10, 11
STEEL, COPPER = digest("steel"), digest("copper")
STOCKED = {1: STEEL, 2: COPPER}
HOLDINGS = ((1, 3, 100_000), (1, 3, 40_001), (2, 3, 999), (1, 5, 70_000), (2, 5, 3), (1, 4, 10_000))
"""Stock, holder and quantity of each receipt, with three decimals."""
FIRST_PRICES = {STEEL: 500, COPPER: 90_001}
OWING = (FacilityState.OPEN, FacilityState.CALLED, FacilityState.DEFAULTED)
AGE_S, CALL_S = 3 * DAY_S, DAY_S


def facilities_started(chain: ContractChain) -> Twin:
    """Beside notes and cash: goods in six receipts, three lots, prices, and a facility over two of them."""
    twin = started(chain)
    registrar = OFFICERS[Office.REGISTRAR]
    for number, roles in (
        (KEEPER, PartyRole.KEEPER),
        (INSPECTOR, PartyRole.INSPECTOR),
        (SOURCE, PartyRole.PRICE_SOURCE),
        (OTHER_SOURCE, PartyRole.PRICE_SOURCE | PartyRole.SUPPLIER),
    ):
        key = str(SIGNER.address) if number == KEEPER else address(0x100 + number)
        twin.expect(registrar, commands.register_party(roles, digest(number), [key]))
    governor, keeper, inspector = str(GOVERNOR.address), str(SIGNER.address), address(0x100 + INSPECTOR)
    twin.expect(governor, goods_commands.set_exposure_cap(KEEPER, CNY, 2**60))
    twin.expect(governor, goods_commands.set_attestation_age(400 * DAY_S))
    for good in STOCKED.values():
        stock_id = twin.expect(keeper, goods_commands.open_stock(digest("yard"), good, 3))
        twin.expect(inspector, goods_commands.attest_stock(stock_id, 10**9, digest("report")))
    for receipt_id, (stock_id, holder_id, quantity) in enumerate(HOLDINGS, start=1):
        lots = tuple(
            BackingLot(key=digest((receipt_id, part)), quantity=each)
            for part, each in enumerate((quantity // 2, quantity - quantity // 2))
        )
        terms = DraftTerms(
            stock_id=stock_id,
            depositor_id=holder_id,
            currency=CNY,
            value_minor=quantity,
            pledge_consent=receipt_id != len(HOLDINGS),
            detail_root=digest("elements"),
            lots=lots,
        )
        twin.expect(keeper, goods_commands.draft(terms))
        twin.expect(inspector, goods_commands.attest_receipt(receipt_id, digest("seen")))
        twin.expect(keeper, goods_commands.issue(receipt_id))
    share = InvoiceShare(fingerprint=digest("lots"), payable_minor=90_000, amount_minor=90_000)
    maturity_s = START_S + 40 * DAY_S
    twin.expect(address(0x103), commands.propose(1, 3, CNY, maturity_s, digest("terms"), [share]))
    twin.expect(address(0x101), commands.confirm(4, 90_000))
    twin.expect(
        address(0x103),
        commands.split(LotId.root(4), [(30_000, 3), (20_000, 3), (40_000, 3)], digest("order")),
    )
    for good, price in FIRST_PRICES.items():
        twin.expect(address(0x100 + SOURCE), do.post_price(good, CNY, price, START_S))
    terms = first_terms()
    twin.expect(address(0x106), do.offer_facility(terms))
    twin.expect(address(0x103), do.accept_facility(1, terms))
    twin.check_all()
    return twin


def first_terms() -> FacilityTerms:
    """50,000 of steel and 30,000 of a lot, less 20 % and 10 %, against 50,000."""
    return FacilityTerms(
        borrower_id=3,
        currency=CNY,
        principal_minor=50_000,
        rate_bps=435,
        day_basis=360,
        due_at_s=START_S + 30 * DAY_S,
        expires_at_s=START_S + DAY_S,
        price_source_id=SOURCE,
        price_max_age_s=AGE_S,
        draw_ltv_bps=8_000,
        call_ltv_bps=8_500,
        call_period_s=CALL_S,
        sale_floor_bps=8_000,
        minimum_value_minor=40_000,
        registered_at_s=START_S,
        agreement_hash=digest("agreement"),
        registration_hash=digest("registration"),
        goods=(
            GoodTerms(good=STEEL, haircut_bps=2_000),
            GoodTerms(good=LOTS_GOOD, haircut_bps=1_000),
            GoodTerms(good=COPPER, haircut_bps=2_500),
        ),
        assets=(AssetId.of_receipt(1), AssetId.of_lot(LotId(4, 1, 0))),
    )


class FacilityRules(LienRules):
    """What is lent over pools, called, enforced and sold."""

    # -- time and prices --

    def pass_facility_time(self) -> None:
        """To just before, at and after what is due or expires."""
        now_s = self.twin.now_s
        steps = [now_s + 1, now_s + 3600]
        for each in self.twin.state.facilities.values():
            ends = [each.terms.due_at_s, each.terms.expires_at_s, each.call_deadline_s]
            ends += [sale.expires_at_s for _, sale in each.sales]
            ends += [each.claim_offer.expires_at_s] if each.claim_offer else []
            steps += [step for end in ends for step in (end, end + 1)]
        ahead = [step for step in steps if now_s < step < LATEST_S]
        self.twin.now_s = self.one_of(ahead[:2] if self.wrong(50) else ahead)

    def post_price(self) -> None:
        if self.wrong(85):
            self.quote(self.one_of([STEEL, COPPER]), self.one_of([60, 80, 90, 97, 100, 100, 110]))
            return
        good = self.one_of([STEEL, COPPER, digest("tin"), bytes(32)])
        now_s = self.twin.now_s
        observed_s = self.one_of([now_s, now_s - 1, now_s] + ([0, now_s + 1] if self.wrong(9) else []))
        command = do.post_price(good, CNY, self.one_of([0, 1, 7, 2**64 - 1]), observed_s)
        self.run(self.key_of(self.one_of([SOURCE, OTHER_SOURCE])), command)

    def quote(self, good: bytes, per_cent: int) -> None:
        """A price of now, in per cent of the first one."""
        self.twin.now_s = min(self.twin.now_s + 1, LATEST_S)
        price = FIRST_PRICES[good] * per_cent // 100
        self.run(address(0x100 + SOURCE), do.post_price(good, CNY, price, self.twin.now_s))

    # -- the facility --

    def facility(self, *wanted: FacilityState) -> Facility:
        found = list(self.twin.state.facilities.values())
        fitting = [each for each in found if each.state in wanted]
        return self.one_of(fitting if fitting and not self.wrong(6) else found)  # type: ignore[no-any-return]  # drawn

    def number_of(self, facility: Facility) -> int:
        return self.between(0, 9) if self.wrong(2) else facility.facility_id

    def any_facility(self, *wanted: FacilityState) -> bool:
        return any(each.state in wanted for each in self.twin.state.facilities.values())

    def terms(self) -> FacilityTerms:
        """The first one's terms over other assets and a debt that they mostly bear; at times one is odd."""
        borrower = self.one_of(BORROWERS)
        now_s = self.twin.now_s
        assets = tuple({self.asset_of(borrower): None for _ in range(self.between(1, 4))})
        due_s = min(now_s + self.one_of([2, 20, 60]) * DAY_S, LATEST_S)
        terms = replace(
            first_terms(),
            borrower_id=borrower,
            rate_bps=self.one_of([0, 435, 10_000]),
            day_basis=self.one_of([360, 365]),
            due_at_s=due_s,
            expires_at_s=self.one_of([due_s, min(now_s + 3_000, due_s)]),
            registered_at_s=self.one_of([0, now_s]),
            price_max_age_s=self.one_of([AGE_S, 40 * DAY_S, 60]),
            minimum_value_minor=self.one_of([0, 0, 1_000, 30_000]),
            sale_floor_bps=self.one_of([1, 8_000, 10_000]),
            draw_ltv_bps=self.one_of([7_000, 8_000]),
            agreement_hash=self.fresh(),
            assets=assets,
        )
        terms = replace(terms, principal_minor=max(1, self.borne(terms)))
        return replace(terms, **self.odd_term()) if self.wrong(12) else terms

    def borne(self, terms: FacilityTerms) -> int:
        """What these assets bear at the drawdown limit, sometimes a little more."""
        drawn = Facility(facility_id=0, funder_id=6, terms=terms)
        value = 0
        for asset_id in terms.assets:
            try:
                value += worth_of(self.twin.state, drawn, asset_id).value_minor
            except KeyError:
                continue
        return value * terms.draw_ltv_bps // 10_000 + (self.one_of([1, 100]) if self.wrong(9) else 0)

    def odd_term(self) -> dict[str, object]:
        now_s = self.twin.now_s
        return self.one_of(  # type: ignore[no-any-return]  # drawn
            [
                {"borrower_id": self.party_id()},
                {"currency": 978},
                {"principal_minor": self.one_of([0, 2**48 - 1])},
                {"rate_bps": 10_001},
                {"day_basis": 364},
                {"due_at_s": now_s},
                {"expires_at_s": now_s},
                {"price_source_id": self.one_of([0, 3, OTHER_SOURCE])},
                {"price_max_age_s": 0},
                {"draw_ltv_bps": self.one_of([0, 8_501])},
                {"call_ltv_bps": 10_001},
                {"call_period_s": 0},
                {"sale_floor_bps": self.one_of([0, 10_001])},
                {"minimum_value_minor": 2**48 - 1},
                {"registered_at_s": now_s + 1},
                {"goods": ()},
                {"goods": (GoodTerms(good=STEEL, haircut_bps=10_000),)},
                {"goods": (GoodTerms(good=LOTS_GOOD, haircut_bps=1),)},
                {"assets": ()},
            ]
        )

    def offer_facility(self) -> None:
        terms = self.terms()
        result = self.run(self.key_of(self.one_of(FUNDERS)), do.offer_facility(terms))
        if isinstance(result, int) and not self.wrong(20):
            self.run(self.key_of(terms.borrower_id), do.accept_facility(result, terms))

    def answer_facility(self) -> None:
        facility = self.facility(FacilityState.OFFERED)
        if self.wrong(30):
            self.run(self.key_of(facility.funder_id), do.withdraw_facility(self.number_of(facility)))
            return
        terms = facility.terms if not self.wrong(8) else replace(facility.terms, principal_minor=9)
        self.run(self.key_of(facility.borrower_id), do.accept_facility(self.number_of(facility), terms))

    def pool_asset(self, facility: Facility) -> AssetId:
        pool = self.twin.state.pool_of(facility.facility_id)
        return self.one_of(pool) if pool and not self.wrong(8) else self.asset_of(3, free=False)

    def move_pool(self) -> None:
        facility = self.facility(FacilityState.OPEN, *(OWING if self.wrong(20) else ()))
        number, borrower = self.number_of(facility), facility.borrower_id
        leaving = self.pool_asset(facility)
        command = self.one_of(
            [
                do.add_asset(number, self.asset_of(borrower)),
                do.substitute_asset(number, leaving, self.asset_of(borrower)),
                do.withdraw_asset(number, leaving),
            ]
        )
        # Most pools are full to their limits: without a payment or better prices nothing leaves.
        if command.name != "add_asset" and self.wrong(60):
            for good in STOCKED.values():
                self.quote(good, 200)
        self.run(self.key_of(borrower), command)

    def repay_facility(self) -> None:
        facility = self.facility(*OWING)
        owed = sum(debt_of(facility, self.twin.now_s))
        amount = self.up_to(owed) if not self.wrong(15) else WHOLE_DEBT
        self.run(self.key_of(facility.borrower_id), do.repay_facility(self.number_of(facility), amount))

    def watch(self) -> None:
        """Call, lift and default; a price may have to fall first."""
        facility = self.facility(FacilityState.OPEN, FacilityState.CALLED)
        number = self.number_of(facility)
        if facility.state is FacilityState.CALLED and not self.wrong(50):
            for good in STOCKED.values():
                self.quote(good, self.one_of([100, 150]))
            who = self.one_of([facility.funder_id, facility.borrower_id])
            self.run(self.key_of(who), do.lift_margin_call(number))
        elif facility.terms.due_at_s < self.twin.now_s or self.wrong(8):
            self.run(self.key_of(facility.funder_id), do.mark_facility_defaulted(number))
        else:
            valuation = valuation_of(self.twin.state, facility, self.twin.now_s)
            if valuation.ltv_bps <= facility.terms.call_ltv_bps and not self.wrong(20):
                for good in STOCKED.values():
                    self.quote(good, self.one_of([40, 80]))
            self.run(self.key_of(facility.funder_id), do.call_margin(number))

    # -- enforcement and the claim --

    def price_for(self, facility: Facility, asset_id: AssetId) -> int:
        """The floor, just below it, or more than the debt."""
        try:
            gross = worth_of(self.twin.state, facility, asset_id).gross_minor
        except KeyError:
            gross = 5
        floor = max(1, -(-gross * facility.terms.sale_floor_bps // 10_000))
        wanted = [floor, floor, gross, floor - 1, sum(debt_of(facility, self.twin.now_s)) + 7]
        return min(int(self.one_of(wanted)), 2**48 - 1)

    def enforce(self) -> None:
        facility = self.facility(FacilityState.DEFAULTED, FacilityState.CALLED)
        if facility.state is FacilityState.CALLED and not self.wrong(15):
            self.twin.now_s = max(self.twin.now_s, facility.call_deadline_s + 1)
        asset_id = self.pool_asset(facility)
        price = self.price_for(facility, asset_id)
        if self.wrong(50):
            command = do.take_asset(self.number_of(facility), asset_id, price)
            self.run(self.key_of(facility.funder_id), command)
            return
        buyer = self.one_of([2, 7, 1, 6]) if not self.wrong(8) else self.party_id()
        expires_s = self.twin.now_s + self.one_of([5, DAY_S] + ([0] if self.wrong(8) else []))
        command = do.offer_sale(self.number_of(facility), asset_id, buyer, price, min(expires_s, LATEST_S))
        result = self.run(self.key_of(facility.funder_id), command)
        if not isinstance(result, DomainError) and not self.wrong(30):
            self.run(self.key_of(buyer), do.buy_asset(self.number_of(facility), asset_id))

    def buy(self) -> None:
        offered = [
            (each, asset_id, sale.buyer_id)
            for each in self.twin.state.facilities.values()
            for asset_id, sale in each.sales
        ]
        if not offered:
            facility = self.facility(*OWING)
            offered = [(facility, self.pool_asset(facility), 2)]
        facility, asset_id, buyer = self.one_of(offered)
        self.run(self.key_of(buyer), do.buy_asset(self.number_of(facility), asset_id))

    def sell_claim(self) -> None:
        facility = self.facility(*OWING)
        number = self.number_of(facility)
        if facility.claim_offer is not None and not self.wrong(30):
            self.run(self.key_of(facility.claim_offer.to_id), do.take_claim(number))
            return
        to_id = self.one_of(FUNDERS) if not self.wrong(8) else self.party_id()
        price = self.up_to(sum(debt_of(facility, self.twin.now_s)))
        expires_s = self.twin.now_s + self.one_of([5, DAY_S] + ([0] if self.wrong(8) else []))
        command = do.offer_claim(number, to_id, price, min(expires_s, LATEST_S), self.fresh())
        result = self.run(self.key_of(facility.funder_id), command)
        if not isinstance(result, DomainError) and not self.wrong(50):
            self.run(self.key_of(to_id), do.take_claim(number))

    # -- what happens to goods meanwhile --

    def disturb_goods(self) -> None:
        """Freeze, dispute, force, count short: what the value and the right to enforce depend on."""
        numbers: Sequence[int] = list(self.twin.state.receipts)
        number = int(self.one_of(numbers))
        receipt = self.twin.state.receipts[number]
        arbiter = self.officer(Office.ARBITER)
        if receipt.state is ReceiptState.FROZEN:
            self.run(arbiter, goods_commands.unfreeze(number, self.fresh()))
        elif receipt.state is ReceiptState.DISPUTED:
            self.run(arbiter, goods_commands.close_dispute(number, self.fresh()))
        else:
            who, command = self.one_of(
                [
                    (arbiter, goods_commands.freeze(number, self.fresh())),
                    (self.key_of(receipt.holder_id), goods_commands.dispute(number, self.fresh())),
                    (arbiter, goods_commands.force_transfer(number, self.one_of(BORROWERS), self.fresh())),
                    (
                        self.key_of(INSPECTOR),
                        goods_commands.attest_stock(
                            receipt.stock_id, self.one_of([10**9, 10**9, 1_000]), self.fresh()
                        ),
                    ),
                ]
            )
            self.run(who, command)

    def dispute_note(self) -> None:
        """A dispute lowers what lots of the note are worth."""
        note = self.one_of(self.twin.state.notes.values())
        if note.disputed_minor:
            self.run(self.key_of(note.debtor_id), commands.withdraw_dispute(note.note_id))
            return
        amount = self.up_to(note.face_minor)
        self.run(self.key_of(note.debtor_id), commands.dispute(note.note_id, amount, self.fresh()))
