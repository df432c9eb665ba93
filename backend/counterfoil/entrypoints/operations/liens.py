"""Operations over pledges of lots, receipts and bills of lading alike."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from counterfoil.domain.states import Office
from counterfoil.entrypoints.operations.fields import (
    Agreement,
    Amount,
    AnyAsset,
    AssetRef,
    LotRef,
    Order,
    PartyId,
    Quantity,
    Reason,
    ReceiptId,
    SealText,
    Text,
)
from counterfoil.entrypoints.operations.operation import Body, Desk, Operation
from counterfoil.entrypoints.operations.registered import Registered
from counterfoil.entrypoints.seal_file import seal_of_text
from counterfoil.usecases.liens.accept_substitute import accept_substitute
from counterfoil.usecases.liens.enforce_by_order import enforce_by_order
from counterfoil.usecases.liens.pledge_asset import pledge_asset
from counterfoil.usecases.liens.propose_substitute import propose_substitute
from counterfoil.usecases.liens.release_lien import release_lien
from counterfoil.usecases.liens.release_part import release_part_of_lot, release_part_of_receipt
from counterfoil.usecases.liens.transfer_pledge import transfer_pledge
from counterfoil.usecases.receipts.sealing import SealedSplit

RESOURCE = "liens"
_MOST_LOTS = 200
Replacement = Annotated[AssetRef, Field(description="The other asset.", examples=["receipt:9"])]


class PledgeAsset(Registered):
    """Pledge an asset for a claim outside the ledger, as its holder."""

    asset: AssetRef
    pledgee_party_id: Annotated[PartyId, Field(description="Who gets the lien.")]
    secured: Annotated[
        Amount, Field(description="What it secures, in the asset's currency; a bill of lading takes any.")
    ]
    agreement: Agreement


class ReleaseLien(Body):
    """Give a lien up, as its pledgee."""

    asset: AssetRef
    reason: Reason


class ReleasePartOfLot(Body):
    """Let the last part of a pledged lot go, as the pledgee; the lien goes on over the rest."""

    lot: LotRef
    freed: Annotated[Amount, Field(description="How much goes free.")]
    reason: Reason


class ReleasePartOfReceipt(Body):
    """Let a part of a pledged receipt go, as the pledgee, with the keeper's seal of the split."""

    receipt_id: ReceiptId
    reason: Reason
    seal: SealText
    quantity: Annotated[Quantity | None, Field(description="Compared with the seal, where it is stated.")] = (
        None
    )
    lots: Annotated[
        tuple[Text, ...],
        Field(max_length=_MOST_LOTS, description="Compared with the seal.", examples=[["C-1003"]]),
    ] = ()


class ProposeSubstitute(Body):
    """Offer another asset in place of a pledged one, as the pledgor; the pledgee decides."""

    asset: AssetRef
    replacement: Replacement


class AcceptSubstitute(Registered):
    """Take a proposed substitute, as the pledgee: the new lien is placed and the old one released at once."""

    asset: AssetRef
    replacement: Annotated[AnyAsset, Field(description="The other asset.", examples=["receipt:9"])]
    agreement: Agreement


class TransferPledge(Registered):
    """Transfer a claim outside the ledger with its lien, as the pledgee."""

    asset: AssetRef
    to_party_id: Annotated[PartyId, Field(description="The new pledgee.")]
    agreement: Agreement


class EnforceByOrder(Body):
    """Execute an order over a pledged asset, as the arbiter; money is settled outside."""

    asset: AnyAsset
    to_party_id: Annotated[PartyId, Field(description="To whom it was sold or awarded.")]
    order: Order


def _pledge(desk: Desk, body: PledgeAsset) -> object:
    return pledge_asset(
        desk.bench,
        actor=desk.party,
        asset=body.asset,
        pledgee=body.pledgee_party_id,
        secured_minor=desk.minor_of_asset(body.secured, body.asset),
        agreement=body.agreement,
        registration=body.registration or "",
        registered_at=body.registered_at,
        currency=body.secured.currency,
    )


OPERATIONS = (
    Operation(
        name="pledge_asset",
        resource=RESOURCE,
        path="/assets/{asset}/pledge",
        summary="Pledge an asset",
        body=PledgeAsset,
        run=_pledge,
        sentence=lambda desk, body: (
            f"Pledge {body.asset} to {desk.named(body.pledgee_party_id)} for {body.secured.money}"
        ),
        stated=lambda body: body.secured.money,
    ),
    Operation(
        name="release_lien",
        resource=RESOURCE,
        path="/assets/{asset}/release",
        summary="Release a lien",
        body=ReleaseLien,
        run=lambda desk, body: release_lien(
            desk.bench, actor=desk.party, asset=body.asset, reason=body.reason
        ),
        sentence=lambda _desk, body: f"Give the lien on {body.asset} up: {body.reason}",
    ),
    Operation(
        name="release_part_of_lot",
        resource=RESOURCE,
        path="/liens/release-part-of-lot",
        summary="Release a part of a lot",
        body=ReleasePartOfLot,
        run=lambda desk, body: release_part_of_lot(
            desk.bench,
            actor=desk.party,
            lot=body.lot,
            freed_minor=desk.minor_of_lot(body.freed, body.lot),
            reason=body.reason,
        ),
        sentence=lambda _desk, body: f"Let {body.freed.money} of the pledged lot {body.lot} go",
        stated=lambda body: body.freed.money,
    ),
    Operation(
        name="release_part_of_receipt",
        resource=RESOURCE,
        path="/receipts/{receipt_id}/release-part",
        summary="Release a part of a receipt",
        body=ReleasePartOfReceipt,
        run=lambda desk, body: release_part_of_receipt(
            desk.bench,
            actor=desk.party,
            receipt_id=body.receipt_id,
            quantity=body.quantity or "",
            lots=body.lots,
            reason=body.reason,
            seal=seal_of_text(body.seal, SealedSplit),
        ),
        sentence=lambda _desk, body: (
            f"Let {body.quantity or 'the sealed part'} of the pledged receipt {body.receipt_id} go"
        ),
    ),
    Operation(
        name="propose_substitute",
        resource=RESOURCE,
        path="/assets/{asset}/propose-substitute",
        summary="Propose a substitute",
        body=ProposeSubstitute,
        run=lambda desk, body: propose_substitute(
            desk.bench, actor=desk.party, asset=body.asset, replacement=body.replacement
        ),
        sentence=lambda _desk, body: f"Offer {body.replacement} in place of the pledged {body.asset}",
    ),
    Operation(
        name="accept_substitute",
        resource=RESOURCE,
        path="/assets/{asset}/accept-substitute",
        summary="Accept a substitute",
        body=AcceptSubstitute,
        run=lambda desk, body: accept_substitute(
            desk.bench,
            actor=desk.party,
            asset=body.asset,
            replacement=body.replacement,
            agreement=body.agreement,
            registration=body.registration or "",
            registered_at=body.registered_at,
        ),
        sentence=lambda _desk, body: f"Take {body.replacement} as pledge and let {body.asset} go",
    ),
    Operation(
        name="transfer_pledge",
        resource=RESOURCE,
        path="/assets/{asset}/transfer-pledge",
        summary="Transfer a pledge",
        body=TransferPledge,
        run=lambda desk, body: transfer_pledge(
            desk.bench,
            actor=desk.party,
            asset=body.asset,
            to=body.to_party_id,
            agreement=body.agreement,
            registration=body.registration or "",
            registered_at=body.registered_at,
        ),
        sentence=lambda desk, body: f"Make {desk.named(body.to_party_id)} the pledgee of {body.asset}",
    ),
    Operation(
        name="enforce_by_order",
        resource=RESOURCE,
        path="/assets/{asset}/enforce",
        summary="Enforce a lien by order",
        body=EnforceByOrder,
        office=Office.ARBITER,
        run=lambda desk, body: enforce_by_order(
            desk.bench, asset=body.asset, to=body.to_party_id, order=body.order
        ),
        sentence=lambda desk, body: f"Give {body.asset} to {desk.named(body.to_party_id)} by {body.order}",
    ),
)
