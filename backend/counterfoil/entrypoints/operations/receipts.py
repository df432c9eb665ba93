"""Operations over warehouse receipts: their life from draft to delivery. Title moves in receipt_title."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from counterfoil.domain.money import Money
from counterfoil.entrypoints.operations.fields import (
    Amount,
    AnyReceiptId,
    Evidence,
    LongText,
    PartyId,
    Reason,
    ReceiptId,
    Text,
)
from counterfoil.entrypoints.operations.goods import LotPlaceBody, ReceiptDocumentBody
from counterfoil.entrypoints.operations.operation import Body, Desk, Operation, goes_on_until_nothing_is_sent
from counterfoil.usecases.receipts.amend_receipt import amend_receipt
from counterfoil.usecases.receipts.attest_receipt import attest_receipt
from counterfoil.usecases.receipts.deliver_receipt import deliver_receipt
from counterfoil.usecases.receipts.discard_draft import discard_draft
from counterfoil.usecases.receipts.issue_receipt import issue_receipt
from counterfoil.usecases.receipts.order_delivery import order_delivery
from counterfoil.usecases.receipts.restack_receipt import name_lots_anew, restack_receipt
from counterfoil.usecases.receipts.revoke_delivery import revoke_delivery
from counterfoil.usecases.receipts.set_pledge_consent import set_pledge_consent
from counterfoil.usecases.receipts.take_in import take_in

RESOURCE = "receipts"


class TakeIn(Body):
    """Take goods in, as their keeper: a draft of the receipt, whose lots back nothing else from then on."""

    document: ReceiptDocumentBody
    depositor_party_id: Annotated[
        PartyId | None, Field(description="Left out: the party that the document names.")
    ] = None
    value: Annotated[
        Amount | None, Field(description="Declared value; left out: the document's valuation.")
    ] = None
    pledge_consent: Annotated[
        bool, Field(description="The keeper agrees to pledges in advance.", examples=[False])
    ] = False


class AttestReceipt(Body):
    """Attest quantity and quality of a draft, as an inspector that is not the keeper."""

    receipt_id: AnyReceiptId
    evidence: Evidence


class IssueReceipt(Body):
    """Issue an attested draft to its depositor, as the keeper."""

    receipt_id: ReceiptId


class DiscardDraft(Body):
    """Discard a draft, as the keeper; its lots are free again."""

    receipt_id: ReceiptId


class AmendReceipt(Body):
    """Let a receipt say what a document says, as the keeper; goods and lots stay as they are."""

    receipt_id: ReceiptId
    document: ReceiptDocumentBody
    reason: Reason


class RestackReceipt(Body):
    """Record that a lot lies elsewhere, in parts or under another number, as the keeper."""

    receipt_id: ReceiptId
    lot: Annotated[
        Text,
        Field(
            description="The lot that was stacked anew: serial, seal, bay/batch or key.", examples=["C-1003"]
        ),
    ]
    into: Annotated[
        tuple[LotPlaceBody, ...],
        Field(min_length=1, max_length=200, description="What it became; together as much as before."),
    ]
    reason: Reason


class OrderDelivery(Body):
    """Order delivery, as the holder; from then on the receipt neither moves nor is pledged."""

    receipt_id: ReceiptId
    order: Annotated[
        LongText,
        Field(
            description="To whom and when. Kept, the ledger has its hash.",
            examples=["To lorry QD-A1234 of Haiyun Logistics, 1 December 2026"],
        ),
    ]


class RevokeDelivery(Body):
    """Take a delivery order back, as the holder."""

    receipt_id: ReceiptId


class DeliverReceipt(Body):
    """Hand everything under a released receipt over, as the keeper; the receipt ends."""

    receipt_id: ReceiptId
    handover: Annotated[
        LongText,
        Field(
            description="The signed record. Kept, the ledger has its hash.",
            examples=["Handover record 881 of 1 December 2026"],
        ),
    ]


class SetPledgeConsent(Body):
    """Agree to pledges of a receipt in advance, as the keeper, or end that."""

    receipt_id: ReceiptId
    given: Annotated[bool, Field(description="false ends the consent.", examples=[True])]


def _take_in(desk: Desk, body: TakeIn) -> object:
    return take_in(
        desk.bench,
        actor=desk.party,
        document=body.document.document(),
        depositor=body.depositor_party_id,
        value=None if body.value is None else body.value.money,
        pledge_consent=body.pledge_consent,
    )


def _value(_desk: Desk, body: TakeIn) -> Money | None:
    if body.value is not None:
        return body.value.money
    valuation = body.document.document().valuation
    return None if valuation is None else valuation.value


def _taken(_desk: Desk, body: TakeIn) -> str:
    document = body.document.document()
    goods = document.goods
    return (
        f"Take {goods.quantity} of {goods.good.code} {goods.good.grade} in from {document.depositor.name}"
        f" at {document.site.code}, as {document.number}"
    )


def _restack(desk: Desk, body: RestackReceipt) -> object:
    if desk.steps_done:
        return name_lots_anew(desk.bench, actor=desk.party, receipt_id=body.receipt_id, reason=body.reason)
    return restack_receipt(
        desk.bench,
        actor=desk.party,
        receipt_id=body.receipt_id,
        lot=body.lot,
        into=[(each.quantity, each.place) for each in body.into],
        reason=body.reason,
    )


OPERATIONS = (
    Operation(
        name="take_in",
        resource=RESOURCE,
        path="/receipts",
        summary="Draft a receipt",
        body=TakeIn,
        run=_take_in,
        sentence=_taken,
        looked_up=_value,
    ),
    Operation(
        name="attest_receipt",
        resource=RESOURCE,
        path="/receipts/{receipt_id}/attest",
        summary="Attest a draft",
        body=AttestReceipt,
        run=lambda desk, body: attest_receipt(
            desk.bench, actor=desk.party, receipt_id=body.receipt_id, evidence=body.evidence
        ),
        sentence=lambda _desk, body: f"Attest the draft {body.receipt_id}: {body.evidence}",
    ),
    Operation(
        name="issue_receipt",
        resource=RESOURCE,
        path="/receipts/{receipt_id}/issue",
        summary="Issue a receipt",
        body=IssueReceipt,
        run=lambda desk, body: issue_receipt(desk.bench, actor=desk.party, receipt_id=body.receipt_id),
        sentence=lambda _desk, body: f"Issue receipt {body.receipt_id}",
    ),
    Operation(
        name="discard_draft",
        resource=RESOURCE,
        path="/receipts/{receipt_id}/discard",
        summary="Discard a draft",
        body=DiscardDraft,
        run=lambda desk, body: discard_draft(desk.bench, actor=desk.party, receipt_id=body.receipt_id),
        sentence=lambda _desk, body: f"Discard the draft {body.receipt_id}",
    ),
    Operation(
        name="amend_receipt",
        resource=RESOURCE,
        path="/receipts/{receipt_id}/amend",
        summary="Amend a receipt",
        body=AmendReceipt,
        run=lambda desk, body: amend_receipt(
            desk.bench,
            actor=desk.party,
            receipt_id=body.receipt_id,
            document=body.document.document(),
            reason=body.reason,
        ),
        sentence=lambda _desk, body: f"Amend receipt {body.receipt_id}: {body.reason}",
    ),
    Operation(
        name="restack_receipt",
        resource=RESOURCE,
        path="/receipts/{receipt_id}/restack",
        summary="Record lots anew",
        body=RestackReceipt,
        run=_restack,
        sentence=lambda _desk, body: (
            f"Record lot {body.lot} of receipt {body.receipt_id} as {len(body.into)} lots: {body.reason}"
        ),
        goes_on=goes_on_until_nothing_is_sent,
    ),
    Operation(
        name="order_delivery",
        resource=RESOURCE,
        path="/receipts/{receipt_id}/order-delivery",
        summary="Order delivery",
        body=OrderDelivery,
        run=lambda desk, body: order_delivery(
            desk.bench, actor=desk.party, receipt_id=body.receipt_id, order=body.order
        ),
        sentence=lambda _desk, body: f"Order delivery of receipt {body.receipt_id}: {body.order}",
    ),
    Operation(
        name="revoke_delivery",
        resource=RESOURCE,
        path="/receipts/{receipt_id}/revoke-delivery",
        summary="Revoke a delivery order",
        body=RevokeDelivery,
        run=lambda desk, body: revoke_delivery(desk.bench, actor=desk.party, receipt_id=body.receipt_id),
        sentence=lambda _desk, body: f"Take the delivery order over receipt {body.receipt_id} back",
    ),
    Operation(
        name="deliver_receipt",
        resource=RESOURCE,
        path="/receipts/{receipt_id}/deliver",
        summary="Deliver the goods",
        body=DeliverReceipt,
        run=lambda desk, body: deliver_receipt(
            desk.bench, actor=desk.party, receipt_id=body.receipt_id, handover=body.handover
        ),
        sentence=lambda _desk, body: f"Deliver receipt {body.receipt_id}: {body.handover}",
    ),
    Operation(
        name="set_pledge_consent",
        resource=RESOURCE,
        path="/receipts/{receipt_id}/pledge-consent",
        summary="Agree to pledges",
        body=SetPledgeConsent,
        run=lambda desk, body: set_pledge_consent(
            desk.bench, actor=desk.party, receipt_id=body.receipt_id, given=body.given
        ),
        sentence=lambda _desk, body: (
            f"{'Agree' if body.given else 'No longer agree'} to pledges of receipt {body.receipt_id}"
        ),
    ),
)
