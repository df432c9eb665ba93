"""`counterfoil split`, `assign`, `assignment`, `pledge` and `release`: what holders do with their lots."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from counterfoil.domain.money import Currency
from counterfoil.entrypoints.session import (
    ActorOption,
    LotArgument,
    parse_amount,
    registered_now,
    say,
    workbench,
)
from counterfoil.usecases.liens.release_lien import release_lien
from counterfoil.usecases.lots.accept_assignment import accept_assignment
from counterfoil.usecases.lots.acknowledge_assignment import acknowledge_assignment
from counterfoil.usecases.lots.assign_lot import assign_lot
from counterfoil.usecases.lots.pledge_lot import pledge_lot
from counterfoil.usecases.lots.reject_assignment import reject_assignment
from counterfoil.usecases.lots.revoke_assignment import revoke_assignment
from counterfoil.usecases.lots.split_lot import SplitPart, split_lot
from counterfoil.usecases.resolving import find_lot, find_note, lot_text
from counterfoil.usecases.workbench import Workbench

assignment_app = typer.Typer(help="Lots that were offered.", no_args_is_help=True)


def mount_lots(app: typer.Typer) -> None:
    """Add the commands to the root."""
    app.command("split")(split)
    app.command("assign")(assign)
    app.command("pledge")(pledge)
    app.command("release")(release)


def currency_of_lot(bench: Workbench, lot: str) -> Currency:
    """The currency of a lot's note."""
    return Currency.of_numeric(find_note(bench, find_lot(bench, lot).lot_id.note_id).currency)


def maturity_of_lot(bench: Workbench, lot: str) -> datetime:
    """When a lot's note is due."""
    note = find_note(bench, find_lot(bench, lot).lot_id.note_id)
    return datetime.fromtimestamp(note.maturity_at_s, UTC)


def split(
    context: typer.Context,
    lot: LotArgument,
    *,
    actor: ActorOption,
    parts: Annotated[
        list[str],
        typer.Option(
            "--part",
            metavar="PARTY=AMOUNT[:REFERENCE]",
            help="A part for a party, with the order or contract behind it; repeat for more.",
        ),
    ],
) -> None:
    """Cut a lot into parts for other parties; what is left over stays with you."""
    with workbench(context) as bench:
        currency = currency_of_lot(bench, lot)
        asked = [_part(text, currency) for text in parts]
        rest = find_lot(bench, lot).length_minor - sum(part.amount_minor or 0 for part in asked)
        if rest > 0:
            asked.append(SplitPart(amount_minor=rest))
        outcome = split_lot(bench, actor=actor, lot=lot, parts=asked)
        cut = [find_lot(bench, lot_id) for lot_id in outcome.lot_ids]
    say(f"Lot {lot} is split:", outcome)
    for child in cut:
        offered = "" if child.offeree_id is None else f", offered to {child.offeree_id}"
        amount = currency.format(child.length_minor)
        say(f"  {lot_text(child.lot_id)}  {amount}  party {child.holder_id}{offered}")


def _part(text: str, currency: Currency) -> SplitPart:
    party, separator, rest = text.partition("=")
    if not separator or not party.strip():
        raise typer.BadParameter(f"--part: {text!r} is not PARTY=AMOUNT[:REFERENCE]")
    amount, _, reference = rest.partition(":")
    return SplitPart(
        amount_minor=parse_amount(amount, currency, field="--part"), party=party.strip(), reference=reference
    )


def assign(
    context: typer.Context,
    lot: LotArgument,
    *,
    actor: ActorOption,
    to: Annotated[str, typer.Option(metavar="PARTY", help="The assignee.")],
    reference: Annotated[str, typer.Option(help="Order, contract or invoice behind it.")],
) -> None:
    """Assign a whole lot to another party."""
    with workbench(context) as bench:
        outcome = assign_lot(bench, actor=actor, lot=lot, to=to, reference=reference)
    verb = "is assigned" if outcome.moved else "is offered until the assignee accepts"
    say(f"Lot {lot_text(outcome.lot_id)} {verb}.", outcome)


@assignment_app.command()
def accept(context: typer.Context, lot: LotArgument, *, actor: ActorOption) -> None:
    """Accept an offered lot."""
    with workbench(context) as bench:
        say(f"Lot {lot} is yours.", accept_assignment(bench, actor=actor, lot=lot))


@assignment_app.command()
def reject(context: typer.Context, lot: LotArgument, *, actor: ActorOption) -> None:
    """Refuse an offered lot."""
    with workbench(context) as bench:
        say(f"Lot {lot} went back.", reject_assignment(bench, actor=actor, lot=lot))


@assignment_app.command()
def revoke(context: typer.Context, lot: LotArgument, *, actor: ActorOption) -> None:
    """Take an offered lot back, as its assignor."""
    with workbench(context) as bench:
        say(f"Lot {lot} is yours again.", revoke_assignment(bench, actor=actor, lot=lot))


@assignment_app.command()
def acknowledge(context: typer.Context, lot: LotArgument, *, actor: ActorOption) -> None:
    """Record, as the debtor, that the holder is known."""
    with workbench(context) as bench:
        say(f"The holder of lot {lot} is acknowledged.", acknowledge_assignment(bench, actor=actor, lot=lot))


def pledge(
    context: typer.Context,
    lot: LotArgument,
    *,
    actor: ActorOption,
    to: Annotated[str, typer.Option(metavar="PARTY", help="The pledgee.")],
    secured: Annotated[str, typer.Option(help="Secured amount, for example 5000.00.")],
    agreement: Annotated[str, typer.Option(help="The pledge agreement; the ledger has its hash.")],
    registration: Annotated[str, typer.Option(help="Reference of the public registry.")] = "",
) -> None:
    """Pledge a lot for a claim outside the ledger. A registration is dated now."""
    with workbench(context) as bench:
        outcome = pledge_lot(
            bench,
            actor=actor,
            lot=lot,
            pledgee=to,
            secured_minor=parse_amount(secured, currency_of_lot(bench, lot), field="--secured"),
            agreement=agreement,
            registration=registration,
            registered_at=registered_now(bench, registration),
        )
    say(f"Lot {lot} is pledged.", outcome)


def release(
    context: typer.Context,
    lot: LotArgument,
    *,
    actor: ActorOption,
    reason: Annotated[str, typer.Option(help="Kept here; the ledger has its hash.")],
) -> None:
    """Give the lien on a lot up, as its pledgee."""
    with workbench(context) as bench:
        say(f"Lot {lot} is free of the lien.", release_lien(bench, actor=actor, asset=lot, reason=reason))
