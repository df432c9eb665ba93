"""`counterfoil note` and `counterfoil settle`: notes from proposal to payment."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from counterfoil.domain.money import Currency
from counterfoil.entrypoints.session import (
    ActorOption,
    JsonOption,
    NoteArgument,
    choose_day,
    console,
    parse_amount,
    say,
    workbench,
    write_json,
)
from counterfoil.entrypoints.views.note_views import note_object, note_tree, print_note
from counterfoil.usecases.notes.cancel_note import cancel_note
from counterfoil.usecases.notes.confirm_note import confirm_note
from counterfoil.usecases.notes.dispute_note import dispute_note
from counterfoil.usecases.notes.mark_matured import mark_matured
from counterfoil.usecases.notes.mark_overdue import mark_overdue
from counterfoil.usecases.notes.propose_note import InvoicePart, propose_note
from counterfoil.usecases.notes.reject_note import reject_note
from counterfoil.usecases.notes.resolve_dispute import resolve_dispute
from counterfoil.usecases.notes.settle_note import settle_note
from counterfoil.usecases.notes.show_note import show_note, show_notes
from counterfoil.usecases.notes.withdraw_dispute import withdraw_dispute
from counterfoil.usecases.notes.withdraw_note import withdraw_note
from counterfoil.usecases.notes.write_off import write_off
from counterfoil.usecases.resolving import find_invoice, find_note, find_party
from counterfoil.usecases.workbench import Workbench

note_app = typer.Typer(help="Confirmed receivables.", no_args_is_help=True)

ReasonOption = Annotated[str, typer.Option(help="Kept here; the ledger has its hash.")]


def mount_settlement(app: typer.Typer) -> None:
    """Add `settle` to the root."""
    app.command("settle")(settle)


def _currency(bench: Workbench, note_id: int) -> Currency:
    return Currency.of_numeric(find_note(bench, note_id).currency)


@note_app.command()
def propose(
    context: typer.Context,
    invoices: Annotated[
        list[str],
        typer.Argument(metavar="INVOICE[=AMOUNT]...", help="Number or SHA-256 of recorded invoices."),
    ],
    *,
    actor: ActorOption,
    maturity: Annotated[
        str | None, typer.Option(metavar="YYYY-MM-DD", help="Default: the latest due date of the invoices.")
    ] = None,
    in_days: Annotated[int | None, typer.Option(min=1, help="Or: so many days from now.")] = None,
    terms: Annotated[str, typer.Option(help="Kept here; the ledger has its hash.")] = "",
    review: Annotated[
        str, typer.Option(help="Reference of the bank's review, where a rule asks one of a long tenor.")
    ] = "",
) -> None:
    """Open a note over invoices, as their seller or their buyer. The other side then confirms."""
    with workbench(context) as bench:
        seller_key = find_party(bench, actor).party_key
        opened = propose_note(
            bench,
            actor=actor,
            invoices=[_part(bench, text, seller_key) for text in invoices],
            maturity_at=choose_day(bench, maturity, in_days, field="--maturity"),
            terms=terms,
            review=review,
        )
        face = _currency(bench, opened.note_id).format(opened.face_minor)
    say(f"Note {opened.note_id} over {face}, due {opened.maturity_at:%Y-%m-%d}, is proposed.", opened)


def _part(bench: Workbench, text: str, party_key: str) -> InvoicePart:
    number, separator, amount = text.rpartition("=")
    if not separator:
        return InvoicePart(invoice=text)
    record = find_invoice(bench, number, party_key=party_key)
    minor = parse_amount(amount, record.invoice.currency, field=number)
    return InvoicePart(invoice=record.content_sha256, amount_minor=minor)


@note_app.command()
def confirm(
    context: typer.Context,
    note: NoteArgument,
    *,
    actor: ActorOption,
    amount: Annotated[str | None, typer.Option(help="The face that you mean; default: as proposed.")] = None,
) -> None:
    """Sign a proposed note; it is live from here on."""
    with workbench(context) as bench:
        face = None if amount is None else parse_amount(amount, _currency(bench, note), field="--amount")
        say(f"Note {note} is live.", confirm_note(bench, actor=actor, note_id=note, face_minor=face))


@note_app.command()
def reject(context: typer.Context, note: NoteArgument, *, actor: ActorOption, reason: ReasonOption) -> None:
    """Refuse a proposed note."""
    with workbench(context) as bench:
        say(f"Note {note} is rejected.", reject_note(bench, actor=actor, note_id=note, reason=reason))


@note_app.command()
def withdraw(context: typer.Context, note: NoteArgument, *, actor: ActorOption) -> None:
    """Take a proposal back."""
    with workbench(context) as bench:
        say(f"Note {note} is withdrawn.", withdraw_note(bench, actor=actor, note_id=note))


@note_app.command()
def cancel(context: typer.Context, note: NoteArgument, *, actor: ActorOption, reason: ReasonOption) -> None:
    """Give a live note up, as the creditor that still holds all of it."""
    with workbench(context) as bench:
        say(f"Note {note} is cancelled.", cancel_note(bench, actor=actor, note_id=note, reason=reason))


@note_app.command()
def dispute(
    context: typer.Context,
    note: NoteArgument,
    *,
    actor: ActorOption,
    amount: Annotated[str, typer.Option(help="What is disputed, for example 250.00.")],
    evidence: Annotated[str, typer.Option(help="What is wrong; kept here, the ledger has its hash.")],
) -> None:
    """Dispute an amount, as the debtor; the rest stays payable."""
    with workbench(context) as bench:
        minor = parse_amount(amount, _currency(bench, note), field="--amount")
        outcome = dispute_note(bench, actor=actor, note_id=note, disputed_minor=minor, evidence=evidence)
    say(f"Note {note} is disputed.", outcome)


@note_app.command("withdraw-dispute")
def end_dispute(context: typer.Context, note: NoteArgument, *, actor: ActorOption) -> None:
    """Take a dispute back, as the debtor."""
    with workbench(context) as bench:
        outcome = withdraw_dispute(bench, actor=actor, note_id=note)
    say(f"The dispute of note {note} is withdrawn.", outcome)


@note_app.command()
def resolve(
    context: typer.Context,
    note: NoteArgument,
    *,
    upheld: Annotated[str, typer.Option(help="What is no longer owed; 0 where the debtor was wrong.")],
    reason: ReasonOption,
) -> None:
    """Decide a dispute; the arbiter signs."""
    with workbench(context) as bench:
        minor = parse_amount(upheld, _currency(bench, note), field="--upheld")
        outcome = resolve_dispute(bench, note_id=note, upheld_minor=minor, reason=reason)
    say(f"The dispute of note {note} is resolved.", outcome)


@note_app.command("mature")
def mature(context: typer.Context, note: NoteArgument, *, actor: ActorOption) -> None:
    """Record that maturity has come."""
    with workbench(context) as bench:
        say(f"Note {note} is matured.", mark_matured(bench, actor=actor, note_id=note))


@note_app.command("overdue")
def overdue(context: typer.Context, note: NoteArgument, *, actor: ActorOption) -> None:
    """Record that a note was not paid within a day of maturity."""
    with workbench(context) as bench:
        say(f"Note {note} is overdue.", mark_overdue(bench, actor=actor, note_id=note))


@note_app.command("write-off")
def give_up(context: typer.Context, note: NoteArgument, *, reason: ReasonOption) -> None:
    """Give up what is unpaid on an overdue note; the arbiter signs."""
    with workbench(context) as bench:
        outcome = write_off(bench, note_id=note, reason=reason)
    say(f"What is unpaid on note {note} is written off.", outcome)


@note_app.command("list")
def list_all(context: typer.Context, *, as_json: JsonOption = False) -> None:
    """Every note."""
    with workbench(context) as bench:
        sheets = show_notes(bench)
    if as_json:
        write_json([note_object(sheet) for sheet in sheets])
        return
    table = Table("no.", "debtor", "creditor", "state", "maturity")
    table.add_column("face", justify="right")
    table.add_column("paid", justify="right")
    for sheet in sheets:
        table.add_row(
            str(sheet.note.note_id),
            escape(sheet.debtor_name),
            escape(sheet.creditor_name),
            sheet.note.state.name.lower().replace("_", " "),
            f"{sheet.maturity_at:%Y-%m-%d}",
            sheet.currency.format(sheet.note.face_minor),
            sheet.currency.format(sheet.note.paid_minor),
        )
    console.print(table)


@note_app.command()
def show(
    context: typer.Context,
    note: NoteArgument,
    *,
    tree: Annotated[bool, typer.Option("--tree", help="The tiers: who holds what, and why.")] = False,
    as_json: JsonOption = False,
) -> None:
    """One note; with --tree how it travelled down the tiers."""
    with workbench(context) as bench:
        sheet = show_note(bench, note_id=note)
    if as_json:
        write_json(note_object(sheet))
        return
    print_note(sheet)
    if tree:
        console.print(note_tree(sheet))


def settle(
    context: typer.Context,
    note: NoteArgument,
    *,
    actor: ActorOption,
    amount: Annotated[
        str | None, typer.Option(help="A part, for example 1000.00; default: all that is due.")
    ] = None,
) -> None:
    """Pay a matured note, as its debtor: every holder of record gets its share."""
    with workbench(context) as bench:
        currency = _currency(bench, note)
        minor = None if amount is None else parse_amount(amount, currency, field="--amount")
        outcome = settle_note(bench, note_id=note, actor=actor, amount_minor=minor)
    state = "settled" if outcome.settled else "paid in part"
    say(f"Note {note} is {state}: {currency.format(outcome.paid_minor)} paid.", outcome)
