"""Options that commands over parts of receipts share."""

from __future__ import annotations

from dataclasses import fields
from typing import Annotated

import typer

from counterfoil.usecases.receipts.restack_receipt import LotPlace

LotOption = Annotated[
    list[str] | None,
    typer.Option(
        "--lot", help="A lot instead of a quantity: serial, seal, bay/batch or key; repeat for more."
    ),
]
PiecesOption = Annotated[
    list[int] | None,
    typer.Option(help="Pieces of each part, then of the rest, where the lots do not tell them."),
]
BayOption = Annotated[
    str, typer.Option(help="Bay of the part that is cut off a lot, where no whole lots fit the quantity.")
]
BatchOption = Annotated[str, typer.Option(help="Batch of the part that is cut off; default: the lot's.")]
SerialOption = Annotated[str, typer.Option(help="Number now on the part that is cut off a numbered lot.")]
IntoOption = Annotated[
    list[str],
    typer.Option(
        metavar="QUANTITY[:BAY[:BATCH]][:serial=NUMBER][:seal=NUMBER][:maker=NAME]",
        help="What it became; repeat for more. What is not stated stays as it was.",
    ),
]


def place_of_part(*, bay: str, batch: str, serial: str) -> LotPlace | None:
    """Where the part of a cut lot lies; None where nothing was said, and then no lot is cut."""
    if not (bay or batch or serial):
        return None
    return LotPlace(bay=bay, batch=batch, serial=serial)


def stacked_lot(text: str) -> tuple[str, LotPlace]:
    """What `--into` says of one lot: its quantity, and where it lies or what number it bears now.

    Marks without a name are bay and batch, in this order. Raises typer.BadParameter.
    """
    quantity, *marks = text.split(":")
    unnamed = ["bay", "batch"]
    stated: dict[str, str] = {}
    for mark in marks:
        name, is_named, value = (part.strip() for part in mark.partition("="))
        if not is_named:
            if not unnamed:
                raise _into_invalid(text, f"{name!r} stands after bay and batch and has no name")
            name, value = unnamed.pop(0), name
        elif not value:
            raise _into_invalid(text, f"{name!r} has no value")
        if name not in {field.name for field in fields(LotPlace)}:
            raise _into_invalid(text, f"{name!r} is not bay, batch, serial, seal or maker")
        if name in stated:
            raise _into_invalid(text, f"{name} is stated twice")
        stated[name] = value
    return quantity.strip(), LotPlace(**stated)


def _into_invalid(text: str, reason: str) -> typer.BadParameter:
    return typer.BadParameter(f"{text!r}: {reason}", param_hint="--into")
