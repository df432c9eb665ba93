"""Options that commands over parts of receipts share."""

from __future__ import annotations

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


def place_of_part(*, bay: str, batch: str, serial: str) -> LotPlace | None:
    """Where the part of a cut lot lies; None where nothing was said, and then no lot is cut."""
    if not (bay or batch or serial):
        return None
    return LotPlace(bay=bay, batch=batch, serial=serial)
