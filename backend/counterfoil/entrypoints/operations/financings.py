"""Operations over loans against lots and purchases of lots."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

from pydantic import Field

from counterfoil.domain.money import Currency, Money
from counterfoil.entrypoints.operations.fields import (
    Agreement,
    Amount,
    AnyLot,
    Bps,
    FinancingId,
    Moment,
)
from counterfoil.entrypoints.operations.operation import Body, Desk, Operation
from counterfoil.entrypoints.operations.registered import Registered
from counterfoil.usecases.financing.accept_offer import accept_offer
from counterfoil.usecases.financing.mark_defaulted import mark_defaulted
from counterfoil.usecases.financing.offer_loan import offer_loan
from counterfoil.usecases.financing.offer_purchase import offer_purchase
from counterfoil.usecases.financing.repay_loan import repay_loan
from counterfoil.usecases.financing.withdraw_offer import withdraw_offer
from counterfoil.usecases.resolving import find_financing, find_lot, find_note

RESOURCE = "financings"
_OPEN_FOR = timedelta(days=7)

ExpiresAt = Annotated[
    Moment | None,
    Field(
        description="Until when the offer may be taken. Left out: seven days.",
        examples=["2026-12-01T17:00:00Z"],
    ),
]
DayBasis = Annotated[Literal[360, 365], Field(description="Days of a year of interest.", examples=[360])]


class OfferLoan(Registered):
    """Offer a loan against a lot, as a funder; the lot's holder takes it or lets it lapse."""

    lot: AnyLot
    principal: Annotated[Amount, Field(description="What is lent.")]
    rate_bps: Annotated[Bps, Field(description="Basis points a year: 450 is 4.5 %.", examples=[450])]
    agreement: Agreement
    due_at: Annotated[
        Moment | None,
        Field(
            description="When it is to be repaid, at the latest with the note. Left out: with the note.",
            examples=["2027-03-31T23:59:59Z"],
        ),
    ] = None
    expires_at: ExpiresAt = None
    day_basis: DayBasis = 360


class OfferPurchase(Body):
    """Offer to buy a lot without recourse, as a funder."""

    lot: AnyLot
    price: Annotated[Amount, Field(description="What is paid for it.")]
    agreement: Agreement
    expires_at: ExpiresAt = None


class AcceptOffer(Body):
    """Take an offer, as the lot's holder: money and asset change hands at once."""

    financing_id: FinancingId


class WithdrawOffer(Body):
    """Take an offer back, as its funder."""

    financing_id: FinancingId


class RepayLoan(Body):
    """Pay a loan back, as its borrower, interest first; the last cent frees the lot."""

    financing_id: FinancingId
    amount: Annotated[Amount | None, Field(description="A part; left out: whatever is owed then.")] = None


class MarkDefaulted(Body):
    """Record that a loan was not paid when due, as its funder."""

    financing_id: FinancingId


def _due_at(desk: Desk, body: OfferLoan) -> datetime:
    if body.due_at is not None:
        return body.due_at.astimezone(UTC)
    note = find_note(desk.bench, find_lot(desk.bench, body.lot).lot_id.note_id)
    return datetime.fromtimestamp(note.maturity_at_s, UTC)


def _offer_loan(desk: Desk, body: OfferLoan) -> object:
    due_at = _due_at(desk, body)
    return offer_loan(
        desk.bench,
        actor=desk.party,
        lot=body.lot,
        principal_minor=desk.minor_of_lot(body.principal, body.lot),
        rate_bps=body.rate_bps,
        due_at=due_at,
        # An offer cannot outlive the day on which the loan would be due.
        expires_at=body.expires_at or min(desk.bench.now() + _OPEN_FOR, due_at),
        agreement=body.agreement,
        day_basis=body.day_basis,
        registration=body.registration or "",
        registered_at=body.registered_at,
    )


def _offered(desk: Desk, financing_id: int) -> Money:
    found = find_financing(desk.bench, financing_id)
    return Money(found.amount_minor, Currency.of_numeric(found.currency))


def _repaid(desk: Desk, body: RepayLoan) -> Money:
    """What is stated, else what is still lent: interest until the day of payment comes on top."""
    if body.amount is not None:
        return body.amount.money
    found = find_financing(desk.bench, body.financing_id)
    return Money(found.principal_minor + found.interest_minor, Currency.of_numeric(found.currency))


OPERATIONS = (
    Operation(
        name="offer_loan",
        resource=RESOURCE,
        path="/financings/loans",
        summary="Offer a loan",
        body=OfferLoan,
        run=_offer_loan,
        sentence=lambda _desk, body: (
            f"Lend {body.principal.money} at {body.rate_bps / 100:.2f} % against lot {body.lot}"
        ),
        stated=lambda body: body.principal.money,
    ),
    Operation(
        name="offer_purchase",
        resource=RESOURCE,
        path="/financings/purchases",
        summary="Offer to buy a lot",
        body=OfferPurchase,
        run=lambda desk, body: offer_purchase(
            desk.bench,
            actor=desk.party,
            lot=body.lot,
            price_minor=desk.minor_of_lot(body.price, body.lot),
            expires_at=body.expires_at or desk.bench.now() + _OPEN_FOR,
            agreement=body.agreement,
        ),
        sentence=lambda _desk, body: f"Offer {body.price.money} for lot {body.lot}",
        stated=lambda body: body.price.money,
    ),
    Operation(
        name="accept_offer",
        resource=RESOURCE,
        path="/financings/{financing_id}/accept",
        summary="Take an offer",
        body=AcceptOffer,
        run=lambda desk, body: accept_offer(desk.bench, actor=desk.party, financing_id=body.financing_id),
        sentence=lambda desk, body: (
            f"Take financing {body.financing_id} of {_offered(desk, body.financing_id)} against lot"
            f" {find_financing(desk.bench, body.financing_id).lot_id}"
        ),
        looked_up=lambda desk, body: _offered(desk, body.financing_id),
    ),
    Operation(
        name="withdraw_offer",
        resource=RESOURCE,
        path="/financings/{financing_id}/withdraw",
        summary="Withdraw an offer",
        body=WithdrawOffer,
        run=lambda desk, body: withdraw_offer(desk.bench, actor=desk.party, financing_id=body.financing_id),
        sentence=lambda _desk, body: f"Take the offer {body.financing_id} back",
    ),
    Operation(
        name="repay_loan",
        resource=RESOURCE,
        path="/financings/{financing_id}/repay",
        summary="Repay a loan",
        body=RepayLoan,
        run=lambda desk, body: repay_loan(
            desk.bench,
            actor=desk.party,
            financing_id=body.financing_id,
            amount_minor=None
            if body.amount is None
            else desk.minor_of_financing(body.amount, body.financing_id),
        ),
        sentence=lambda desk, body: f"Repay {_repaid(desk, body)} of loan {body.financing_id}",
        looked_up=_repaid,
    ),
    Operation(
        name="mark_defaulted",
        resource=RESOURCE,
        path="/financings/{financing_id}/default",
        summary="Record a default",
        body=MarkDefaulted,
        run=lambda desk, body: mark_defaulted(desk.bench, actor=desk.party, financing_id=body.financing_id),
        sentence=lambda _desk, body: f"Record that loan {body.financing_id} is in default",
    ),
)
