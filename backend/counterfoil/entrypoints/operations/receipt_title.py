"""Operations that take holder and keeper together: transfer, split and merge of receipts, and the seal.

The keeper seals in a command of its own, whose result has the seal as a text. It gives that text to the
holder, who hands it in. A holder that keeps the goods itself needs none.
"""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from counterfoil.entrypoints.operations.fields import (
    LARGEST_ID,
    PartyId,
    Quantity,
    ReceiptId,
    Reference,
    SealText,
    Subject,
    Text,
)
from counterfoil.entrypoints.operations.operation import Body, Desk, Operation
from counterfoil.entrypoints.seal_file import seal_of_text, seal_text
from counterfoil.usecases.receipts.merge_receipts import merge_receipts
from counterfoil.usecases.receipts.seal_merge import seal_merge
from counterfoil.usecases.receipts.seal_split import seal_split
from counterfoil.usecases.receipts.seal_transfer import seal_transfer
from counterfoil.usecases.receipts.sealing import SealedAct, SealedMerge, SealedSplit, SealedTransfer
from counterfoil.usecases.receipts.split_receipt import split_receipt
from counterfoil.usecases.receipts.transfer_receipt import transfer_receipt

RESOURCE = "receipts"
_MOST_PARTS = 100
_MOST_LOTS = 200
_MOST_HOURS = 24 * 30

Sources = Annotated[
    tuple[Annotated[int, Field(ge=1, le=LARGEST_ID)], ...],
    Field(
        min_length=1,
        max_length=_MOST_PARTS,
        description="Numbers of the receipts that go into it; they end.",
        examples=[[8, 9]],
    ),
    Subject("receipt"),
]
ValidHours = Annotated[
    int, Field(ge=1, le=_MOST_HOURS, description="Hours in which the seal serves.", examples=[24])
]
OptionalSeal = Annotated[
    SealText | None, Field(description="Left out where the holder keeps the goods itself.")
]


class _Parts(Body):
    """Quantities or lots that are cut off."""

    receipt_id: ReceiptId
    quantities: Annotated[
        tuple[Quantity, ...],
        Field(
            max_length=_MOST_PARTS,
            description="One a part, whole lots each.",
            examples=[["12.500"]],
        ),
    ] = ()
    lots: Annotated[
        tuple[Text, ...],
        Field(
            max_length=_MOST_LOTS,
            description="Instead: the lots of the only part, by serial, seal, bay/batch or key.",
            examples=[[]],
        ),
    ] = ()
    pieces: Annotated[
        tuple[Annotated[int, Field(ge=0, le=2**31 - 1)], ...] | None,
        Field(
            max_length=_MOST_PARTS + 1,
            description="Of each part and of the rest, where the lots do not tell them.",
            examples=[[1, 1]],
        ),
    ] = None

    @model_validator(mode="after")
    def _says_what(self) -> Self:
        if bool(self.quantities) == bool(self.lots):
            raise ValueError("state either quantities or lots")
        return self

    @property
    def said(self) -> str:
        """The parts in a sentence."""
        return ", ".join(self.quantities or self.lots)


class TransferReceipt(Body):
    """Transfer title, as the holder, with the keeper's seal."""

    receipt_id: ReceiptId
    to_party_id: Annotated[PartyId, Field(description="The transferee.")]
    reference: Annotated[
        Reference | None, Field(description="The trade background, where no seal is brought.")
    ] = None
    seal: OptionalSeal = None


class SplitReceipt(_Parts):
    """Cut parts off, as the holder; the receipt stays with the rest."""

    seal: OptionalSeal = None


class MergeReceipts(Body):
    """Put receipts over the same stock into one, as the holder."""

    receipt_id: ReceiptId
    source_ids: Sources
    seal: OptionalSeal = None


class SealTransfer(Body):
    """Seal a transfer, as the keeper; nothing reaches the ledger. The result has the seal."""

    receipt_id: ReceiptId
    to_party_id: Annotated[PartyId, Field(description="The transferee.")]
    reference: Reference
    valid_hours: ValidHours = 24


class SealSplit(_Parts):
    """Seal a split, as the keeper; also the split by which a pledgee gives a part free."""

    valid_hours: ValidHours = 24


class SealMerge(Body):
    """Seal a merge, as the keeper."""

    receipt_id: ReceiptId
    source_ids: Sources
    valid_hours: ValidHours = 24


def _result(sealed: SealedAct) -> dict[str, Any]:
    return {"deadline_s": sealed.signed.deadline_s, "seal": seal_text(sealed)}


def _transfer(desk: Desk, body: TransferReceipt) -> object:
    return transfer_receipt(
        desk.bench,
        actor=desk.party,
        receipt_id=body.receipt_id,
        to=body.to_party_id,
        reference=body.reference or "",
        sealed_by=desk.party if body.seal is None else None,
        seal=None if body.seal is None else seal_of_text(body.seal, SealedTransfer),
    )


def _split(desk: Desk, body: SplitReceipt) -> object:
    return split_receipt(
        desk.bench,
        actor=desk.party,
        receipt_id=body.receipt_id,
        quantities=body.quantities,
        lots=body.lots,
        pieces=body.pieces,
        sealed_by=desk.party if body.seal is None else None,
        seal=None if body.seal is None else seal_of_text(body.seal, SealedSplit),
    )


def _merge(desk: Desk, body: MergeReceipts) -> object:
    return merge_receipts(
        desk.bench,
        actor=desk.party,
        receipt_id=body.receipt_id,
        source_ids=body.source_ids,
        sealed_by=desk.party if body.seal is None else None,
        seal=None if body.seal is None else seal_of_text(body.seal, SealedMerge),
    )


def _numbers(source_ids: tuple[int, ...]) -> str:
    return ", ".join(str(each) for each in source_ids)


OPERATIONS = (
    Operation(
        name="transfer_receipt",
        resource=RESOURCE,
        path="/receipts/{receipt_id}/transfer",
        summary="Transfer a receipt",
        body=TransferReceipt,
        run=_transfer,
        sentence=lambda desk, body: f"Transfer receipt {body.receipt_id} to {desk.named(body.to_party_id)}",
    ),
    Operation(
        name="split_receipt",
        resource=RESOURCE,
        path="/receipts/{receipt_id}/split",
        summary="Split a receipt",
        body=SplitReceipt,
        run=_split,
        sentence=lambda _desk, body: f"Cut {body.said} off receipt {body.receipt_id}",
    ),
    Operation(
        name="merge_receipts",
        resource=RESOURCE,
        path="/receipts/{receipt_id}/merge",
        summary="Merge receipts",
        body=MergeReceipts,
        run=_merge,
        sentence=lambda _desk, body: (
            f"Put receipts {_numbers(body.source_ids)} into receipt {body.receipt_id}"
        ),
    ),
    Operation(
        name="seal_transfer",
        resource=RESOURCE,
        path="/receipts/{receipt_id}/seal-transfer",
        summary="Seal a transfer",
        body=SealTransfer,
        run=lambda desk, body: _result(
            seal_transfer(
                desk.bench,
                actor=desk.party,
                receipt_id=body.receipt_id,
                to=body.to_party_id,
                reference=body.reference,
                valid_s=body.valid_hours * 3600,
            )
        ),
        sentence=lambda desk, body: (
            f"Seal the transfer of receipt {body.receipt_id} to {desk.named(body.to_party_id)}"
        ),
        on_chain=False,
    ),
    Operation(
        name="seal_split",
        resource=RESOURCE,
        path="/receipts/{receipt_id}/seal-split",
        summary="Seal a split",
        body=SealSplit,
        run=lambda desk, body: _result(
            seal_split(
                desk.bench,
                actor=desk.party,
                receipt_id=body.receipt_id,
                quantities=body.quantities,
                lots=body.lots,
                pieces=body.pieces,
                valid_s=body.valid_hours * 3600,
            )
        ),
        sentence=lambda _desk, body: f"Seal a split of receipt {body.receipt_id}: {body.said}",
        on_chain=False,
    ),
    Operation(
        name="seal_merge",
        resource=RESOURCE,
        path="/receipts/{receipt_id}/seal-merge",
        summary="Seal a merge",
        body=SealMerge,
        run=lambda desk, body: _result(
            seal_merge(
                desk.bench,
                actor=desk.party,
                receipt_id=body.receipt_id,
                source_ids=body.source_ids,
                valid_s=body.valid_hours * 3600,
            )
        ),
        sentence=lambda _desk, body: (
            f"Seal that receipts {_numbers(body.source_ids)} go into receipt {body.receipt_id}"
        ),
        on_chain=False,
    ),
)
