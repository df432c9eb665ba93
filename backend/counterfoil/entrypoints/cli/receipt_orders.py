"""`counterfoil receipt dispute` and what offices of the consortium order over receipts."""

from __future__ import annotations

from typing import Annotated

import typer

from counterfoil.entrypoints.session import (
    ActorOption,
    EvidenceOption,
    OrderOption,
    ReasonOption,
    ReceiptArgument,
    say,
    workbench,
)
from counterfoil.usecases.receipts.cancel_receipt import cancel_receipt
from counterfoil.usecases.receipts.close_receipt_dispute import close_receipt_dispute
from counterfoil.usecases.receipts.dispute_receipt import dispute_receipt
from counterfoil.usecases.receipts.force_receipt_transfer import force_receipt_transfer
from counterfoil.usecases.receipts.freeze_receipt import freeze_receipt
from counterfoil.usecases.receipts.unfreeze_receipt import unfreeze_receipt
from counterfoil.usecases.receipts.withdraw_receipt_dispute import withdraw_receipt_dispute


def mount_orders(receipt_app: typer.Typer) -> None:
    """Add the commands to `receipt`."""
    receipt_app.command("dispute")(dispute)
    receipt_app.command("withdraw-dispute")(withdraw_dispute)
    receipt_app.command("close-dispute")(close_dispute)
    receipt_app.command("freeze")(freeze)
    receipt_app.command("unfreeze")(unfreeze)
    receipt_app.command("force-transfer")(force_transfer)
    receipt_app.command("cancel")(cancel)


def dispute(
    context: typer.Context, receipt: ReceiptArgument, *, actor: ActorOption, evidence: EvidenceOption
) -> None:
    """Dispute a receipt, as its holder or keeper; nothing of it moves."""
    with workbench(context) as bench:
        outcome = dispute_receipt(bench, actor=actor, receipt_id=receipt, evidence=evidence)
    say(f"Receipt {receipt} is disputed.", outcome)


def withdraw_dispute(
    context: typer.Context, receipt: ReceiptArgument, *, actor: ActorOption, reason: ReasonOption
) -> None:
    """Take a dispute back, as the side that opened it."""
    with workbench(context) as bench:
        outcome = withdraw_receipt_dispute(bench, actor=actor, receipt_id=receipt, reason=reason)
    say(f"The dispute over receipt {receipt} is withdrawn.", outcome)


def close_dispute(context: typer.Context, receipt: ReceiptArgument, *, reason: ReasonOption) -> None:
    """Decide a dispute, as the arbiter."""
    with workbench(context) as bench:
        outcome = close_receipt_dispute(bench, receipt_id=receipt, reason=reason)
    say(f"The dispute over receipt {receipt} is closed.", outcome)


def freeze(context: typer.Context, receipt: ReceiptArgument, *, order: OrderOption) -> None:
    """Stop a receipt, as the arbiter."""
    with workbench(context) as bench:
        say(f"Receipt {receipt} is frozen.", freeze_receipt(bench, receipt_id=receipt, order=order))


def unfreeze(context: typer.Context, receipt: ReceiptArgument, *, order: OrderOption) -> None:
    """End a freeze, as the arbiter."""
    with workbench(context) as bench:
        outcome = unfreeze_receipt(bench, receipt_id=receipt, order=order)
    say(f"Receipt {receipt} is no longer frozen.", outcome)


def force_transfer(
    context: typer.Context,
    receipt: ReceiptArgument,
    *,
    to: Annotated[str, typer.Option(metavar="PARTY", help="Whom the court names.")],
    order: OrderOption,
) -> None:
    """Execute a court's order over title, as the arbiter; lien, freeze and dispute stay."""
    with workbench(context) as bench:
        outcome = force_receipt_transfer(bench, receipt_id=receipt, to=to, order=order)
    say(f"Receipt {receipt} is transferred by order.", outcome)


def cancel(context: typer.Context, receipt: ReceiptArgument, *, order: OrderOption) -> None:
    """End a receipt whose goods are gone or never were, as the arbiter."""
    with workbench(context) as bench:
        say(f"Receipt {receipt} is cancelled.", cancel_receipt(bench, receipt_id=receipt, order=order))
