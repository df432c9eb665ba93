"""`counterfoil receipt transfer`, `split`, `merge` and `seal`: what takes holder and keeper together."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from counterfoil.entrypoints.receipt_options import (
    BatchOption,
    BayOption,
    LotOption,
    PiecesOption,
    SerialOption,
    place_of_part,
)
from counterfoil.entrypoints.seal_file import read_seal, seal_text
from counterfoil.entrypoints.session import ActorOption, ReceiptArgument, say, workbench
from counterfoil.usecases.receipts.merge_receipts import merge_receipts
from counterfoil.usecases.receipts.seal_merge import seal_merge
from counterfoil.usecases.receipts.seal_split import seal_split
from counterfoil.usecases.receipts.seal_transfer import seal_transfer
from counterfoil.usecases.receipts.sealing import SealedMerge, SealedSplit, SealedTransfer
from counterfoil.usecases.receipts.split_receipt import split_receipt
from counterfoil.usecases.receipts.transfer_receipt import transfer_receipt

seal_app = typer.Typer(
    help="The keeper's seal for an act of the holder, as a file; nothing is sent.", no_args_is_help=True
)

SealedByOption = Annotated[
    str | None, typer.Option("--sealed-by", metavar="KEEPER", help="The keeper, where its key is here.")
]
SealOption = Annotated[
    Path | None,
    typer.Option("--seal", metavar="FILE", exists=True, dir_okay=False, help="What the keeper sealed."),
]
ToOption = Annotated[str, typer.Option(metavar="PARTY", help="The transferee.")]
ReferenceOption = Annotated[str, typer.Option(help="Order, contract or invoice behind it.")]
QuantitiesOption = Annotated[
    list[str] | None,
    typer.Option("--quantity", help="Of a part, in the good's unit, for example 12.500; repeat for more."),
]
SourcesOption = Annotated[
    list[int], typer.Option("--with", metavar="RECEIPT", help="A receipt that goes into it; repeat for more.")
]
ValidOption = Annotated[int, typer.Option(min=1, help="Hours in which the seal serves.")]

_HOUR_S = 3600


def mount_title(receipt_app: typer.Typer) -> None:
    """Add the commands to `receipt`."""
    receipt_app.command("transfer")(transfer)
    receipt_app.command("split")(split)
    receipt_app.command("merge")(merge)
    receipt_app.add_typer(seal_app, name="seal")


def transfer(
    context: typer.Context,
    receipt: ReceiptArgument,
    *,
    actor: ActorOption,
    to: ToOption,
    reference: ReferenceOption = "",
    sealed_by: SealedByOption = None,
    seal: SealOption = None,
) -> None:
    """Transfer title, as the holder, with the keeper's seal (Civil Code 910)."""
    brought = None if seal is None else read_seal(seal, SealedTransfer)
    with workbench(context) as bench:
        outcome = transfer_receipt(
            bench,
            actor=actor,
            receipt_id=receipt,
            to=to,
            reference=reference,
            sealed_by=sealed_by,
            seal=brought,
        )
    say(f"Receipt {receipt} is transferred.", outcome)


def split(
    context: typer.Context,
    receipt: ReceiptArgument,
    *,
    actor: ActorOption,
    quantities: QuantitiesOption = None,
    lots: LotOption = None,
    pieces: PiecesOption = None,
    bay: BayOption = "",
    batch: BatchOption = "",
    serial: SerialOption = "",
    sealed_by: SealedByOption = None,
    seal: SealOption = None,
) -> None:
    """Cut parts off by quantity, as the holder; the receipt stays with the rest."""
    brought = None if seal is None else read_seal(seal, SealedSplit)
    with workbench(context) as bench:
        divided = split_receipt(
            bench,
            actor=actor,
            receipt_id=receipt,
            quantities=quantities or (),
            lots=lots or (),
            pieces=pieces,
            cut_to=place_of_part(bay=bay, batch=batch, serial=serial),
            sealed_by=sealed_by,
            seal=brought,
        )
    parts = ", ".join(str(part) for part in divided.part_ids)
    say(f"Receipt {receipt} is split: {parts} cut off.", divided)


def merge(
    context: typer.Context,
    receipt: ReceiptArgument,
    *,
    actor: ActorOption,
    sources: SourcesOption,
    sealed_by: SealedByOption = None,
    seal: SealOption = None,
) -> None:
    """Put receipts over the same stock into one, as the holder."""
    brought = None if seal is None else read_seal(seal, SealedMerge)
    with workbench(context) as bench:
        outcome = merge_receipts(
            bench,
            actor=actor,
            receipt_id=receipt,
            source_ids=sources,
            sealed_by=sealed_by,
            seal=brought,
        )
    say(f"Receipt {receipt} has the goods of {len(set(sources))} more.", outcome)


@seal_app.command("transfer")
def seal_a_transfer(
    context: typer.Context,
    receipt: ReceiptArgument,
    *,
    actor: ActorOption,
    to: ToOption,
    reference: ReferenceOption,
    valid_hours: ValidOption = 24,
) -> None:
    """Seal a transfer, as the keeper. Redirect the output into a file for the holder."""
    with workbench(context) as bench:
        sealed = seal_transfer(
            bench,
            actor=actor,
            receipt_id=receipt,
            to=to,
            reference=reference,
            valid_s=valid_hours * _HOUR_S,
        )
    typer.echo(seal_text(sealed))


@seal_app.command("split")
def seal_a_split(
    context: typer.Context,
    receipt: ReceiptArgument,
    *,
    actor: ActorOption,
    quantities: QuantitiesOption = None,
    lots: LotOption = None,
    pieces: PiecesOption = None,
    valid_hours: ValidOption = 24,
) -> None:
    """Seal a split, as the keeper; also the split by which a pledgee gives a part free."""
    with workbench(context) as bench:
        sealed = seal_split(
            bench,
            actor=actor,
            receipt_id=receipt,
            quantities=quantities or (),
            lots=lots or (),
            pieces=pieces,
            valid_s=valid_hours * _HOUR_S,
        )
    typer.echo(seal_text(sealed))


@seal_app.command("merge")
def seal_a_merge(
    context: typer.Context,
    receipt: ReceiptArgument,
    *,
    actor: ActorOption,
    sources: SourcesOption,
    valid_hours: ValidOption = 24,
) -> None:
    """Seal a merge, as the keeper."""
    with workbench(context) as bench:
        sealed = seal_merge(
            bench, actor=actor, receipt_id=receipt, source_ids=sources, valid_s=valid_hours * _HOUR_S
        )
    typer.echo(seal_text(sealed))
