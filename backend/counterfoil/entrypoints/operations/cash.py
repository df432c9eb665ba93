"""Operations over a bank's money on the ledger."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from counterfoil.domain.states import Office
from counterfoil.entrypoints.operations.fields import Amount, PartyId, RedemptionId, Text
from counterfoil.entrypoints.operations.operation import Body, Operation
from counterfoil.usecases.cash.attest_payout import attest_payout
from counterfoil.usecases.cash.issue_cash import issue_cash
from counterfoil.usecases.cash.redeem_cash import redeem_cash
from counterfoil.usecases.cash.transfer_cash import transfer_cash

RESOURCE = "cash"


class IssueCash(Body):
    """Book a deposit, as the bank."""

    to_party_id: Annotated[PartyId, Field(description="Whose deposit it is.")]
    amount: Amount
    deposit: Annotated[
        Text,
        Field(
            description="The bank's reference of the deposit; it is booked once.",
            examples=["Statement 211, line 4"],
        ),
    ]


class TransferCash(Body):
    """Pay another party."""

    to_party_id: Annotated[PartyId, Field(description="Who is paid.")]
    amount: Amount
    reference: Annotated[
        Text,
        Field(
            description="What it is for. Kept, the ledger has its hash.", examples=["Service fee November"]
        ),
    ]


class RedeemCash(Body):
    """Take cash off the ledger; the bank owes the payment from then on."""

    amount: Amount
    account: Annotated[
        Text,
        Field(
            description="Where to pay. Kept, the ledger has its hash.", examples=["DE02120300000000202051"]
        ),
    ]


class AttestPayout(Body):
    """Record that a redemption was paid, as the bank."""

    redemption_id: RedemptionId
    payment: Annotated[
        Text, Field(description="The bank's reference of the payment.", examples=["Statement 214, line 9"])
    ]


OPERATIONS = (
    Operation(
        name="issue_cash",
        resource=RESOURCE,
        path="/cash/issue",
        summary="Book a deposit",
        body=IssueCash,
        office=Office.BANK,
        run=lambda desk, body: issue_cash(
            desk.bench,
            party=body.to_party_id,
            currency=body.amount.currency,
            amount_minor=body.amount.amount_minor,
            deposit=body.deposit,
        ),
        sentence=lambda desk, body: (
            f"Issue {body.amount.money} to {desk.named(body.to_party_id)} for deposit {body.deposit}"
        ),
        stated=lambda body: body.amount.money,
    ),
    Operation(
        name="transfer_cash",
        resource=RESOURCE,
        path="/cash/transfer",
        summary="Pay another party",
        body=TransferCash,
        run=lambda desk, body: transfer_cash(
            desk.bench,
            actor=desk.party,
            to=body.to_party_id,
            currency=body.amount.currency,
            amount_minor=body.amount.amount_minor,
            reference=body.reference,
        ),
        sentence=lambda desk, body: (
            f"Pay {body.amount.money} to {desk.named(body.to_party_id)}: {body.reference}"
        ),
        stated=lambda body: body.amount.money,
    ),
    Operation(
        name="redeem_cash",
        resource=RESOURCE,
        path="/cash/redeem",
        summary="Take cash off the ledger",
        body=RedeemCash,
        run=lambda desk, body: redeem_cash(
            desk.bench,
            actor=desk.party,
            currency=body.amount.currency,
            amount_minor=body.amount.amount_minor,
            account=body.account,
        ),
        sentence=lambda _desk, body: f"Redeem {body.amount.money} to account {body.account}",
        stated=lambda body: body.amount.money,
    ),
    Operation(
        name="attest_payout",
        resource=RESOURCE,
        path="/cash/redemptions/{redemption_id}/attest",
        summary="Attest a payment",
        body=AttestPayout,
        office=Office.BANK,
        run=lambda desk, body: attest_payout(
            desk.bench, redemption_id=body.redemption_id, payment=body.payment
        ),
        sentence=lambda _desk, body: f"Attest the payment of redemption {body.redemption_id}: {body.payment}",
    ),
)
