# ruff: noqa: E501 - tables of refusals keep one case a line
"""Cash, loans, purchases and settlement, with the books checked at the end of each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from counterfoil.bootstrap import OpenLedger
from counterfoil.domain.errors import CounterfoilError
from counterfoil.domain.states import FinancingState, LotState, NoteState
from counterfoil.usecases.books.check_books import check_books
from counterfoil.usecases.cash.attest_payout import attest_payout
from counterfoil.usecases.cash.issue_cash import issue_cash
from counterfoil.usecases.cash.redeem_cash import redeem_cash
from counterfoil.usecases.cash.transfer_cash import transfer_cash
from counterfoil.usecases.financing.accept_offer import accept_offer
from counterfoil.usecases.financing.list_financings import list_financings
from counterfoil.usecases.financing.mark_defaulted import mark_defaulted
from counterfoil.usecases.financing.offer_loan import offer_loan
from counterfoil.usecases.financing.offer_purchase import offer_purchase
from counterfoil.usecases.financing.repay_loan import repay_loan
from counterfoil.usecases.financing.withdraw_offer import withdraw_offer
from counterfoil.usecases.lots.split_lot import SplitPart, split_lot
from counterfoil.usecases.notes.dispute_note import dispute_note
from counterfoil.usecases.notes.settle_note import settle_note
from counterfoil.usecases.parties.set_standing_acceptance import set_standing_acceptance
from counterfoil.usecases.resolving import party_id_of
from counterfoil.usecases.workbench import Workbench
from ledger_support import BANK, DAY_S, HALDEN, LAHN, SECOND_BANK, VALTENNA

EUR = 978
Command = Callable[[Workbench], object]


def refusal(command: Command, bench: Workbench) -> str:
    with pytest.raises(CounterfoilError) as refused:
        command(bench)
    assert refused.value.remedy, refused.value.code
    return refused.value.code


def cash_of(bench: Workbench, party: str) -> int:
    return bench.read_model.state.balance_of(party_id_of(bench, party), EUR)


def loan(
    bench: Workbench, *, principal: int = 50_000, funder: str = BANK.key, lot: str = "1/0/0", days: int = 60
) -> int:
    offered = offer_loan(
        bench,
        actor=funder,
        lot=lot,
        principal_minor=principal,
        rate_bps=600,
        due_at=bench.now() + timedelta(days=days),
        expires_at=bench.now() + timedelta(days=5),
        agreement="loan 1",
    )
    return offered.financing_id


def purchase(bench: Workbench, *, price: int = 98_000, funder: str = BANK.key, lot: str = "1/0/0") -> int:
    offered = offer_purchase(
        bench,
        actor=funder,
        lot=lot,
        price_minor=price,
        expires_at=bench.now() + timedelta(days=5),
        agreement="purchase 1",
    )
    return offered.financing_id


def assert_books_hold(bench: Workbench) -> None:
    failed = [(result.invariant, result.detail) for result in check_books(bench) if not result.ok]
    assert failed == []


def test_a_deposit_is_booked_once(bench: Workbench) -> None:
    assert (
        refusal(
            lambda b: issue_cash(b, party=LAHN.key, currency="EUR", amount_minor=5, deposit="deposit 0"),
            bench,
        )
        == "DepositUsed"
    )
    issue_cash(bench, party=LAHN.key, currency="EUR", amount_minor=5, deposit="deposit 9")
    assert cash_of(bench, LAHN.key) == 5


def test_cash_is_transferred_redeemed_and_paid_out(bench: Workbench) -> None:
    transfer_cash(bench, actor=HALDEN.key, to=LAHN.key, currency="EUR", amount_minor=300, reference="advance")
    out = redeem_cash(bench, actor=LAHN.key, currency="EUR", amount_minor=200, account="DE02 1203 0000")
    attest_payout(bench, redemption_id=out.redemption_id, payment="SEPA 77")

    assert (cash_of(bench, HALDEN.key), cash_of(bench, LAHN.key)) == (999_700, 100)
    assert bench.read_model.state.redemptions[out.redemption_id].paid
    assert (
        refusal(lambda b: attest_payout(b, redemption_id=out.redemption_id, payment="SEPA 77"), bench)
        == "RedemptionPaid"
    )
    assert_books_hold(bench)


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (lambda b: transfer_cash(b, actor=LAHN.key, to=HALDEN.key, currency="EUR", amount_minor=1, reference="x"), "CashInsufficient"),
        (lambda b: transfer_cash(b, actor=BANK.key, to=BANK.key, currency="EUR", amount_minor=1, reference="x"), "CashToSelf"),
        (lambda b: transfer_cash(b, actor=BANK.key, to=LAHN.key, currency="EUR", amount_minor=0, reference="x"), "AmountInvalid"),
        (lambda b: transfer_cash(b, actor=BANK.key, to=LAHN.key, currency="EUR", amount_minor=1, reference=""), "ReferenceEmpty"),
        (lambda b: transfer_cash(b, actor=BANK.key, to=LAHN.key, currency="XXY", amount_minor=1, reference="x"), "UnknownCurrency"),
        (lambda b: redeem_cash(b, actor=LAHN.key, currency="EUR", amount_minor=1, account="x"), "CashInsufficient"),
        (lambda b: issue_cash(b, party=LAHN.key, currency="EUR", amount_minor=-1, deposit="y"), "AmountInvalid"),
        (lambda b: issue_cash(b, party=LAHN.key, currency="EUR", amount_minor=2**48, deposit="y"), "AmountOutOfRange"),
        (lambda b: loan(b, funder=HALDEN.key), "RoleMissing"),
        (lambda b: loan(b, principal=100_001), "PrincipalAboveLot"),
        (lambda b: loan(b, days=91), "TermInvalid"),
        (lambda b: loan(b, lot="2/0/0"), "LotNotFound"),
        (lambda b: purchase(b, price=100_001), "PrincipalAboveLot"),
        (lambda b: accept_offer(b, actor=LAHN.key, financing_id=1), "FinancingNotFound"),
        (lambda b: settle_note(b, note_id=1), "NotMatured"),
        (lambda b: settle_note(b, note_id=1, actor=LAHN.key), "NotDebtor"),
        (lambda b: settle_note(b, note_id=1, amount_minor=0), "AmountInvalid"),
    ],
)  # fmt: skip
def test_money_that_does_not_move(live: OpenLedger, command: Command, code: str) -> None:
    bench = live.bench
    before = (bench.ledger.head()[0], dict(bench.read_model.state.balances))

    assert refusal(command, bench) == code
    assert (bench.ledger.head()[0], dict(bench.read_model.state.balances)) == before


def test_a_loan_is_drawn_down_once_and_repaid_early(live: OpenLedger) -> None:
    bench = live.bench
    first, second = loan(bench), loan(bench, funder=SECOND_BANK.key)
    assert refusal(lambda b: accept_offer(b, actor=VALTENNA.key, financing_id=first), bench) == "NotHolder"
    accept_offer(bench, actor=LAHN.key, financing_id=first)
    assert refusal(lambda b: accept_offer(b, actor=LAHN.key, financing_id=second), bench) == "AssetEncumbered"
    assert cash_of(bench, LAHN.key) == 50_000
    live.advance_time(30 * DAY_S)
    # 500.00 at 6 % for 30 days of 360: 2.50.
    assert [sheet.debt_minor for sheet in list_financings(bench)] == [50_250, 0]
    part = repay_loan(bench, actor=LAHN.key, financing_id=first, amount_minor=20_250)
    assert (part.interest_minor, part.principal_minor, part.closed) == (250, 20_000, False)
    assert (
        refusal(lambda b: repay_loan(b, actor=LAHN.key, financing_id=first, amount_minor=30_001), bench)
        == "RepaymentTooLarge"
    )
    assert refusal(lambda b: repay_loan(b, actor=HALDEN.key, financing_id=first), bench) == "NotBorrower"
    rest = repay_loan(bench, actor=LAHN.key, financing_id=first, amount_minor=29_750)
    assert not rest.closed
    transfer_cash(bench, actor=HALDEN.key, to=LAHN.key, currency="EUR", amount_minor=250, reference="x")
    assert repay_loan(bench, actor=LAHN.key, financing_id=first).closed

    assert bench.read_model.state.financings[first].state is FinancingState.REPAID
    assert bench.read_model.state.leaves_of(1)[0].state is LotState.FREE
    assert_books_hold(bench)


def test_an_offer_is_withdrawn_or_expires(live: OpenLedger) -> None:
    bench = live.bench
    first, second = purchase(bench), purchase(bench)
    assert (
        refusal(lambda b: withdraw_offer(b, actor=SECOND_BANK.key, financing_id=first), bench) == "NotFunder"
    )
    withdraw_offer(bench, actor=BANK.key, financing_id=first)
    assert (
        refusal(lambda b: accept_offer(b, actor=LAHN.key, financing_id=first), bench)
        == "UnexpectedFinancingState"
    )
    live.advance_time(6 * DAY_S)
    assert refusal(lambda b: accept_offer(b, actor=LAHN.key, financing_id=second), bench) == "OfferExpired"


def test_a_loan_in_default_is_collected_from_the_settlement(live: OpenLedger) -> None:
    bench = live.bench
    financing_id = loan(bench)
    accept_offer(bench, actor=LAHN.key, financing_id=financing_id)
    assert (
        refusal(lambda b: mark_defaulted(b, actor=BANK.key, financing_id=financing_id), bench) == "LoanNotDue"
    )
    live.advance_time(61 * DAY_S)
    assert (
        refusal(lambda b: mark_defaulted(b, actor=SECOND_BANK.key, financing_id=financing_id), bench)
        == "NotFunder"
    )
    mark_defaulted(bench, actor=BANK.key, financing_id=financing_id)
    live.advance_time(30 * DAY_S)

    outcome = settle_note(bench, note_id=1)

    assert (outcome.paid_minor, outcome.settled) == (100_000, True)
    # 500.00 at 6 % for 91 days of 360 is 7.58.
    assert (cash_of(bench, BANK.key), cash_of(bench, LAHN.key)) == (1_000_758, 99_242)
    assert bench.read_model.state.financings[financing_id].state is FinancingState.REPAID
    assert_books_hold(bench)


def test_a_note_is_split_sold_and_settled_in_parts_over_many_calls(live: OpenLedger) -> None:
    bench = live.bench
    for party in (VALTENNA, BANK):
        set_standing_acceptance(bench, actor=party.key)
    split_lot(
        bench,
        actor=LAHN.key,
        lot="1/0/0",
        parts=[
            SplitPart(amount_minor=33_333, party=VALTENNA.key, reference="PO-1"),
            SplitPart(amount_minor=1, party=VALTENNA.key, reference="PO-2"),
            SplitPart(amount_minor=None),
        ],
    )
    split_lot(
        bench,
        actor=VALTENNA.key,
        lot="1/1/0",
        parts=[
            SplitPart(amount_minor=11_111, party=LAHN.key, reference="PO-3"),
            SplitPart(amount_minor=None),
        ],
    )
    sold = purchase(bench, lot="1/2/1", price=22_000)
    accept_offer(bench, actor=VALTENNA.key, financing_id=sold)
    dispute_note(bench, actor=HALDEN.key, note_id=1, disputed_minor=10_000, evidence="short")
    live.advance_time(91 * DAY_S)

    assert refusal(lambda b: settle_note(b, note_id=1, amount_minor=90_001), bench) == "PaymentTooLarge"
    undisputed = settle_note(bench, note_id=1)

    assert (undisputed.paid_minor, undisputed.settled) == (90_000, False)
    assert len(undisputed.receipts) == 1
    assert bench.read_model.state.notes[1].state is NoteState.DISPUTED
    assert sum(lot.paid_minor for lot in bench.read_model.state.leaves_of(1)) == 90_000
    assert_books_hold(bench)


def test_settlement_in_chunks_goes_on_where_it_stopped(live: OpenLedger) -> None:
    bench = live.bench
    split_lot(
        bench,
        actor=LAHN.key,
        lot="1/0/0",
        parts=[SplitPart(amount_minor=10_000) for _ in range(10)],
    )
    live.advance_time(91 * DAY_S)
    halden = bench.keys.signer(_key_name(bench, HALDEN.key))
    bench.ledger.settle_note(by=halden, note_id=1, amount_minor=50_000, runs=[(1, 0, 3)])
    bench.read_model.sync()
    assert bench.read_model.state.notes[1].round is not None
    assert refusal(lambda b: settle_note(b, note_id=1, amount_minor=1), bench) == "PaymentRoundOpen"

    rest = settle_note(bench, note_id=1)

    assert rest.paid_minor == 30_000
    assert bench.read_model.state.notes[1].paid_minor == 50_000
    final = settle_note(bench, note_id=1)
    assert (final.paid_minor, final.settled) == (50_000, True)
    assert cash_of(bench, LAHN.key) == 100_000
    assert_books_hold(bench)


def _key_name(bench: Workbench, party: str) -> str:
    with bench.store.begin() as work:
        found = work.parties.by_key(party)
    assert found is not None
    return found.key_name
