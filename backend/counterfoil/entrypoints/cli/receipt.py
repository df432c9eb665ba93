"""`counterfoil receipt`: from intake to delivery."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated

import typer

from counterfoil.domain.money import Currency, Money
from counterfoil.entrypoints.receipt_options import (
    BatchOption,
    BayOption,
    IntoOption,
    LotOption,
    PiecesOption,
    SerialOption,
    place_of_part,
    stacked_lot,
)
from counterfoil.entrypoints.session import (
    ActorOption,
    EvidenceOption,
    OrderOption,
    ReasonOption,
    ReceiptArgument,
    say,
    workbench,
)
from counterfoil.ingest.receipt_intake import read_receipt
from counterfoil.usecases.receipts.amend_receipt import amend_receipt
from counterfoil.usecases.receipts.attest_receipt import attest_receipt
from counterfoil.usecases.receipts.deliver_part import deliver_part
from counterfoil.usecases.receipts.deliver_receipt import deliver_receipt
from counterfoil.usecases.receipts.discard_draft import discard_draft
from counterfoil.usecases.receipts.issue_receipt import issue_receipt
from counterfoil.usecases.receipts.order_delivery import order_delivery
from counterfoil.usecases.receipts.restack_receipt import restack_receipt
from counterfoil.usecases.receipts.revoke_delivery import revoke_delivery
from counterfoil.usecases.receipts.set_pledge_consent import set_pledge_consent
from counterfoil.usecases.receipts.take_in import take_in

receipt_app = typer.Typer(help="Warehouse receipts.", no_args_is_help=True)

IntakeArgument = Annotated[
    Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="The receipt, YAML or JSON.")
]
KeeperOption = Annotated[
    str, typer.Option("--keeper", metavar="PARTY", help="The keeper, whose key is here.")
]


@receipt_app.command("take-in")
def take_goods_in(
    context: typer.Context,
    path: IntakeArgument,
    *,
    actor: ActorOption,
    depositor: Annotated[str | None, typer.Option(metavar="PARTY", help="Default: as the file says.")] = None,
    value: Annotated[
        str | None,
        typer.Option(metavar="'AMOUNT CURRENCY'", help="Declared value; default: the file's valuation."),
    ] = None,
    consent: Annotated[
        bool, typer.Option("--pledge-consent", help="The keeper seals pledges in advance.")
    ] = False,
) -> None:
    """Draft a receipt from a file, as the keeper. Its physical lots back nothing else from here on."""
    document = read_receipt(path.read_bytes(), file_name=path.name)
    declared = None if value is None else _money(value)
    with workbench(context) as bench:
        taken = take_in(
            bench,
            actor=actor,
            document=document,
            depositor=depositor,
            value=declared,
            pledge_consent=consent,
        )
    goods = document.goods
    say(
        f"Receipt {taken.receipt_id} is drafted: {goods.quantity} of {goods.good.code} {goods.good.grade} in"
        f" {len(document.lots)} lots, for party {taken.depositor_id}.",
        taken,
    )


def _money(text: str) -> Money:
    amount, _, code = text.strip().rpartition(" ")
    try:
        value = Decimal(amount)
    except InvalidOperation as unfit:
        raise typer.BadParameter(f"--value: {text!r} is not AMOUNT CURRENCY") from unfit
    if not value.is_finite():
        raise typer.BadParameter(f"--value: {text!r} is not AMOUNT CURRENCY")
    currency = Currency.of(code)
    return Money(currency.minor(value), currency)


@receipt_app.command()
def attest(
    context: typer.Context, receipt: ReceiptArgument, *, actor: ActorOption, evidence: EvidenceOption
) -> None:
    """Attest quantity and quality of a draft, as an inspector that is not the keeper."""
    with workbench(context) as bench:
        outcome = attest_receipt(bench, actor=actor, receipt_id=receipt, evidence=evidence)
    say(f"Receipt {receipt} is attested.", outcome)


@receipt_app.command()
def issue(context: typer.Context, receipt: ReceiptArgument, *, actor: ActorOption) -> None:
    """Issue an attested draft to its depositor, as the keeper."""
    with workbench(context) as bench:
        say(f"Receipt {receipt} is issued.", issue_receipt(bench, actor=actor, receipt_id=receipt))


@receipt_app.command()
def discard(context: typer.Context, receipt: ReceiptArgument, *, actor: ActorOption) -> None:
    """Discard a draft, as the keeper; its lots are free again."""
    with workbench(context) as bench:
        outcome = discard_draft(bench, actor=actor, receipt_id=receipt)
    say(f"The draft {receipt} is discarded.", outcome)


@receipt_app.command()
def consent(
    context: typer.Context,
    receipt: ReceiptArgument,
    *,
    actor: ActorOption,
    end: Annotated[bool, typer.Option("--end", help="Take it back for the future.")] = False,
) -> None:
    """Seal pledges of a receipt in advance, as the keeper."""
    with workbench(context) as bench:
        outcome = set_pledge_consent(bench, actor=actor, receipt_id=receipt, given=not end)
    say(f"Receipt {receipt}: consent to pledges {'ended' if end else 'given'}.", outcome)


@receipt_app.command()
def amend(
    context: typer.Context,
    receipt: ReceiptArgument,
    path: IntakeArgument,
    *,
    actor: ActorOption,
    reason: ReasonOption,
) -> None:
    """Let a receipt say what a file says, as the keeper; goods and lots stay as they are."""
    document = read_receipt(path.read_bytes(), file_name=path.name)
    with workbench(context) as bench:
        outcome = amend_receipt(bench, actor=actor, receipt_id=receipt, document=document, reason=reason)
    say(f"Receipt {receipt} is amended.", outcome)


@receipt_app.command()
def restack(
    context: typer.Context,
    receipt: ReceiptArgument,
    *,
    actor: ActorOption,
    lot: Annotated[str, typer.Option(help="The lot that was stacked anew, as `receipt show` names it.")],
    into: IntoOption,
    reason: ReasonOption,
) -> None:
    """Record that a lot lies elsewhere, in parts or under another number, as the keeper.

    The quantity is as before. An example of --into: 12.500:B-09:serial=C-1003-1
    """
    parts = [stacked_lot(text) for text in into]
    with workbench(context) as bench:
        outcome = restack_receipt(bench, actor=actor, receipt_id=receipt, lot=lot, into=parts, reason=reason)
    say(f"Receipt {receipt}: lot {lot} lies in {len(parts)} lots now.", outcome)


@receipt_app.command()
def order(
    context: typer.Context, receipt: ReceiptArgument, *, actor: ActorOption, order: OrderOption
) -> None:
    """Order delivery, as the holder; from here on the receipt neither moves nor is pledged."""
    with workbench(context) as bench:
        outcome = order_delivery(bench, actor=actor, receipt_id=receipt, order=order)
    say(f"Receipt {receipt} is released for delivery.", outcome)


@receipt_app.command()
def revoke(context: typer.Context, receipt: ReceiptArgument, *, actor: ActorOption) -> None:
    """Take a delivery order back, as the holder."""
    with workbench(context) as bench:
        outcome = revoke_delivery(bench, actor=actor, receipt_id=receipt)
    say(f"The delivery order over receipt {receipt} is revoked.", outcome)


@receipt_app.command()
def deliver(
    context: typer.Context,
    receipt: ReceiptArgument,
    *,
    actor: ActorOption,
    handover: Annotated[str, typer.Option(help="The signed record; kept here, its hash on the ledger.")],
) -> None:
    """Hand everything under a released receipt over, as the keeper; the receipt ends."""
    with workbench(context) as bench:
        outcome = deliver_receipt(bench, actor=actor, receipt_id=receipt, handover=handover)
    say(f"Receipt {receipt} is delivered and ended.", outcome)


@receipt_app.command("deliver-part")
def deliver_a_part(
    context: typer.Context,
    receipt: ReceiptArgument,
    *,
    actor: ActorOption,
    keeper: KeeperOption,
    order: OrderOption,
    handover: Annotated[str, typer.Option(help="The signed record; kept here, its hash on the ledger.")],
    quantity: Annotated[str, typer.Option(help="Of the good's unit, for example 12.500.")] = "",
    lots: LotOption = None,
    pieces: PiecesOption = None,
    bay: BayOption = "",
    batch: BatchOption = "",
    serial: SerialOption = "",
) -> None:
    """Split a part off, order and deliver it in a row, as holder (--as) and keeper."""
    with workbench(context) as bench:
        done = deliver_part(
            bench,
            actor=actor,
            keeper=keeper,
            receipt_id=receipt,
            quantity=quantity,
            lots=lots or (),
            order=order,
            handover=handover,
            pieces=pieces,
            cut_to=place_of_part(bay=bay, batch=batch, serial=serial),
        )
    say(f"Receipt {done.delivered_id} was split off, delivered and ended; receipt {receipt} goes on.", done)
