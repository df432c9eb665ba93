"""One holder pledges and borrows, another sells at a discount, and a second lender is refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from counterfoil.domain.interest import day_of, simple_interest_minor
from counterfoil.domain.lot import Lot, LotId
from counterfoil.domain.money import Currency
from counterfoil.domain.states import LotState, NoteState, PartyRole
from counterfoil.entrypoints.demo.attempts import Attempts
from counterfoil.entrypoints.demo.telling import Teller
from counterfoil.usecases.cash.issue_cash import issue_cash
from counterfoil.usecases.financing.accept_offer import accept_offer
from counterfoil.usecases.financing.offer_loan import offer_loan
from counterfoil.usecases.financing.offer_purchase import offer_purchase
from counterfoil.usecases.financing.withdraw_offer import withdraw_offer
from counterfoil.usecases.lots.assign_lot import assign_lot
from counterfoil.usecases.lots.split_lot import SplitPart, split_lot
from counterfoil.usecases.notes.tier_tree import MOVES_OF_LOTS, fold_tiers
from counterfoil.usecases.parties.register_party import register_party
from counterfoil.usecases.workbench import Workbench

LOAN_RATE_BPS = 450
DISCOUNT_RATE_BPS = 520
ADVANCE_PERCENT = 80
EARLY_PERCENT = 25
_DAY_BASIS = 360
_OFFER_DAYS = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Funders:
    """The two funders that the demonstration adds, by number."""

    lender: int
    factor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnLoan:
    """The loan, and when a part of it is repaid early; repay_at None: not at all."""

    financing_id: int
    borrower: int
    early_minor: int
    repay_at: datetime | None


def register_funders(bench: Workbench) -> Funders:
    """Add a lender and a factor to the ledger."""
    lender, factor = (
        register_party(
            bench, name=name, identifiers=[f"registration:DEMO:{number}"], roles=PartyRole.FUNDER
        ).party_id
        for name, number in (("Demo Lender", "FUNDER-1"), ("Demo Factor", "FUNDER-2"))
    )
    return Funders(lender=lender, factor=factor)


@dataclass(slots=True)
class FinancingSteps:
    """The steps, in the order in which `run` takes them."""

    bench: Workbench
    funders: Funders
    attempts: Attempts
    teller: Teller

    def run(self) -> DrawnLoan | None:
        """Finance two lots where there are two, one where there is one; says what was not possible."""
        pledged, sold = self._choose()
        if pledged is None:
            self.teller.remark("No lot is free to be financed: there was neither a loan nor a sale.")
            return None
        loan = self._lend(pledged)
        self._second_lender(pledged, loan)
        if sold is None:
            self.teller.remark("There is one lot of one minor unit: it was pledged, and nothing was sold.")
        else:
            self._buy(sold)
        return loan

    def _choose(self) -> tuple[LotId | None, LotId | None]:
        """Which lot is pledged and which is sold: the deepest tier first, then the largest amount.

        The seller is another holder, of another currency if there is one. A single holder uses another of its
        lots, or cuts its only one.
        """
        lots = self._financeable()
        if not lots:
            return None, None
        first = lots[0]
        currency = self._currency(first.lot_id)
        others = sorted(
            (lot for lot in lots if lot.holder_id != first.holder_id),
            key=lambda lot: self._currency(lot.lot_id) == currency,
        )
        if others:
            return first.lot_id, others[0].lot_id
        if len(lots) > 1:
            self.teller.remark("There is one holder: it pledged one of its lots and sold another.")
            return first.lot_id, lots[1].lot_id
        if first.length_minor < 2:
            return first.lot_id, None
        half = first.length_minor // 2
        cut = split_lot(
            self.bench,
            actor=first.holder_id,
            lot=first.lot_id,
            parts=[SplitPart(amount_minor=first.length_minor - half), SplitPart(amount_minor=half)],
        )
        self.teller.remark(
            "There is one holder with one lot: it cut the lot in two, pledged one part and sold the other."
        )
        return cut.lot_ids[0], cut.lot_ids[1]

    def _financeable(self) -> list[Lot]:
        state = self.bench.read_model.state
        tiers = fold_tiers(self.bench.read_model.history(*MOVES_OF_LOTS), state).of_lot
        lots = [
            lot
            for note in state.notes.values()
            if note.state is NoteState.LIVE
            for lot in state.leaves_of(note.note_id)
            if lot.state is LotState.FREE
        ]
        return sorted(lots, key=lambda lot: (-tiers[lot.lot_id], -lot.length_minor, lot.lot_id))

    def _lend(self, lot_id: LotId) -> DrawnLoan:
        lot, currency = self.bench.read_model.state.lots[lot_id], self._currency(lot_id)
        principal = max(1, lot.length_minor * ADVANCE_PERCENT // 100)
        now, maturity = self.bench.now(), self._maturity(lot_id)
        self._fund(self.funders.lender, currency, principal, "loan")
        offer = offer_loan(
            self.bench,
            actor=self.funders.lender,
            lot=lot_id,
            principal_minor=principal,
            rate_bps=LOAN_RATE_BPS,
            due_at=maturity,
            expires_at=min(now + timedelta(days=_OFFER_DAYS), maturity),
            agreement="loan agreement of the demonstration",
            day_basis=_DAY_BASIS,
            registration="movable-property registry, demonstration entry 1",
            registered_at=now,
        )
        accept_offer(self.bench, actor=lot.holder_id, financing_id=offer.financing_id)
        self.teller.say(
            f"  party {lot.holder_id} pledges {currency.format(lot.length_minor)} and borrows"
            f" {currency.format(principal)} at {LOAN_RATE_BPS / 100:.2f}% a year"
        )
        early = principal * EARLY_PERCENT // 100
        repay_at = now + timedelta(days=max(1, (maturity - now).days // 3))
        return DrawnLoan(
            financing_id=offer.financing_id,
            borrower=lot.holder_id,
            early_minor=early,
            repay_at=repay_at if early and repay_at < maturity else None,
        )

    def _second_lender(self, lot_id: LotId, loan: DrawnLoan) -> None:
        """Another funder offers a loan on the pledged lot, and the holder tries to take it; and to sell."""
        lot = self.bench.read_model.state.lots[lot_id]
        now, maturity = self.bench.now(), self._maturity(lot_id)
        offer = offer_loan(
            self.bench,
            actor=self.funders.factor,
            lot=lot_id,
            principal_minor=1,
            rate_bps=LOAN_RATE_BPS,
            due_at=maturity,
            expires_at=min(now + timedelta(days=_OFFER_DAYS), maturity),
            agreement="second loan agreement of the demonstration",
            day_basis=_DAY_BASIS,
        )
        self.attempts.expect_refusal(
            "accept_offer",
            "a second loan on the lot that is pledged already",
            lambda: accept_offer(self.bench, actor=loan.borrower, financing_id=offer.financing_id),
        )
        withdraw_offer(self.bench, actor=self.funders.factor, financing_id=offer.financing_id)
        self.attempts.expect_refusal(
            "assign_lot",
            "passing the pledged lot on behind the lender's back",
            lambda: assign_lot(
                self.bench,
                actor=lot.holder_id,
                lot=lot_id,
                to=self.funders.factor,
                reference="demonstration of a refusal",
            ),
        )

    def _buy(self, lot_id: LotId) -> None:
        lot, currency = self.bench.read_model.state.lots[lot_id], self._currency(lot_id)
        now, maturity = self.bench.now(), self._maturity(lot_id)
        price = discounted_minor(lot.length_minor, now=now, maturity=maturity)
        self._fund(self.funders.factor, currency, price, "purchase")
        offer = offer_purchase(
            self.bench,
            actor=self.funders.factor,
            lot=lot_id,
            price_minor=price,
            expires_at=min(now + timedelta(days=_OFFER_DAYS), maturity),
            agreement="purchase agreement of the demonstration, without recourse",
        )
        accept_offer(self.bench, actor=lot.holder_id, financing_id=offer.financing_id)
        self.teller.say(
            f"  party {lot.holder_id} sells {currency.format(lot.length_minor)} for"
            f" {currency.format(price)}, a discount of {DISCOUNT_RATE_BPS / 100:.2f}% a year"
        )

    def _fund(self, funder: int, currency: Currency, amount_minor: int, purpose: str) -> None:
        issue_cash(
            self.bench,
            party=funder,
            currency=currency.code,
            amount_minor=amount_minor,
            deposit=f"deposit of funder {funder} for the {purpose}",
        )

    def _currency(self, lot_id: LotId) -> Currency:
        return Currency.of_numeric(self.bench.read_model.state.notes[lot_id.note_id].currency)

    def _maturity(self, lot_id: LotId) -> datetime:
        at_s = self.bench.read_model.state.notes[lot_id.note_id].maturity_at_s
        return datetime.fromtimestamp(at_s, self.bench.now().tzinfo)


def discounted_minor(face_minor: int, *, now: datetime, maturity: datetime) -> int:
    """The price today of an amount at maturity: simple discount on 360 days, rounded half up, at least 1.

    Whole UTC days count, as for interest.
    """
    days = day_of(int(maturity.timestamp())) - day_of(int(now.timestamp()))
    discount = simple_interest_minor(
        principal_minor=face_minor, rate_bps=DISCOUNT_RATE_BPS, day_basis=_DAY_BASIS, days_run=days
    )
    return max(1, face_minor - discount)
