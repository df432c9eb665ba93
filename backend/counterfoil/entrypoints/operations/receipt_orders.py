"""Operations over disputes of warehouse receipts, and what offices of the consortium order over them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from counterfoil.domain.states import Office
from counterfoil.entrypoints.operations.fields import (
    AnyReceiptId,
    Evidence,
    Order,
    PartyId,
    Reason,
    ReceiptId,
)
from counterfoil.entrypoints.operations.operation import Body, Operation
from counterfoil.usecases.receipts.cancel_receipt import cancel_receipt
from counterfoil.usecases.receipts.close_receipt_dispute import close_receipt_dispute
from counterfoil.usecases.receipts.dispute_receipt import dispute_receipt
from counterfoil.usecases.receipts.force_receipt_transfer import force_receipt_transfer
from counterfoil.usecases.receipts.freeze_receipt import freeze_receipt
from counterfoil.usecases.receipts.unfreeze_receipt import unfreeze_receipt
from counterfoil.usecases.receipts.withdraw_receipt_dispute import withdraw_receipt_dispute

RESOURCE = "receipts"


class DisputeReceipt(Body):
    """Dispute a receipt, as its holder or keeper; nothing of it moves."""

    receipt_id: ReceiptId
    evidence: Evidence


class WithdrawReceiptDispute(Body):
    """Take a dispute back, as the side that opened it; the receipt is issued again."""

    receipt_id: ReceiptId
    reason: Reason


class CloseReceiptDispute(Body):
    """Decide a dispute, as the arbiter; the receipt is issued again."""

    receipt_id: AnyReceiptId
    reason: Reason


class FreezeReceipt(Body):
    """Stop a receipt, as the arbiter."""

    receipt_id: AnyReceiptId
    order: Order


class UnfreezeReceipt(Body):
    """Let a frozen receipt be what it was before, as the arbiter."""

    receipt_id: AnyReceiptId
    order: Order


class ForceReceiptTransfer(Body):
    """Execute a court's order over title, as the arbiter; lien, freeze and dispute stay."""

    receipt_id: AnyReceiptId
    to_party_id: Annotated[PartyId, Field(description="Whom the court names.")]
    order: Order


class CancelReceipt(Body):
    """End a receipt whose goods are gone or never were, as the arbiter."""

    receipt_id: AnyReceiptId
    order: Order


OPERATIONS = (
    Operation(
        name="dispute_receipt",
        resource=RESOURCE,
        path="/receipts/{receipt_id}/dispute",
        summary="Dispute a receipt",
        body=DisputeReceipt,
        run=lambda desk, body: dispute_receipt(
            desk.bench, actor=desk.party, receipt_id=body.receipt_id, evidence=body.evidence
        ),
        sentence=lambda _desk, body: f"Dispute receipt {body.receipt_id}: {body.evidence}",
    ),
    Operation(
        name="withdraw_receipt_dispute",
        resource=RESOURCE,
        path="/receipts/{receipt_id}/withdraw-dispute",
        summary="Withdraw a dispute of a receipt",
        body=WithdrawReceiptDispute,
        run=lambda desk, body: withdraw_receipt_dispute(
            desk.bench, actor=desk.party, receipt_id=body.receipt_id, reason=body.reason
        ),
        sentence=lambda _desk, body: f"Take the dispute of receipt {body.receipt_id} back: {body.reason}",
    ),
    Operation(
        name="close_receipt_dispute",
        resource=RESOURCE,
        path="/receipts/{receipt_id}/close-dispute",
        summary="Close a dispute of a receipt",
        body=CloseReceiptDispute,
        office=Office.ARBITER,
        run=lambda desk, body: close_receipt_dispute(
            desk.bench, receipt_id=body.receipt_id, reason=body.reason
        ),
        sentence=lambda _desk, body: f"Close the dispute of receipt {body.receipt_id}: {body.reason}",
    ),
    Operation(
        name="freeze_receipt",
        resource=RESOURCE,
        path="/receipts/{receipt_id}/freeze",
        summary="Freeze a receipt",
        body=FreezeReceipt,
        office=Office.ARBITER,
        run=lambda desk, body: freeze_receipt(desk.bench, receipt_id=body.receipt_id, order=body.order),
        sentence=lambda _desk, body: f"Freeze receipt {body.receipt_id}: {body.order}",
    ),
    Operation(
        name="unfreeze_receipt",
        resource=RESOURCE,
        path="/receipts/{receipt_id}/unfreeze",
        summary="End the freeze of a receipt",
        body=UnfreezeReceipt,
        office=Office.ARBITER,
        run=lambda desk, body: unfreeze_receipt(desk.bench, receipt_id=body.receipt_id, order=body.order),
        sentence=lambda _desk, body: f"End the freeze of receipt {body.receipt_id}: {body.order}",
    ),
    Operation(
        name="force_receipt_transfer",
        resource=RESOURCE,
        path="/receipts/{receipt_id}/force-transfer",
        summary="Transfer a receipt by order",
        body=ForceReceiptTransfer,
        office=Office.ARBITER,
        run=lambda desk, body: force_receipt_transfer(
            desk.bench, receipt_id=body.receipt_id, to=body.to_party_id, order=body.order
        ),
        sentence=lambda desk, body: (
            f"Move title to receipt {body.receipt_id} to {desk.named(body.to_party_id)}: {body.order}"
        ),
    ),
    Operation(
        name="cancel_receipt",
        resource=RESOURCE,
        path="/receipts/{receipt_id}/cancel",
        summary="Cancel a receipt",
        body=CancelReceipt,
        office=Office.ARBITER,
        run=lambda desk, body: cancel_receipt(desk.bench, receipt_id=body.receipt_id, order=body.order),
        sentence=lambda _desk, body: f"Cancel receipt {body.receipt_id}: {body.order}",
    ),
)
