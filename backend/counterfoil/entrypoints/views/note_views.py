"""How a note is shown: as JSON, as a sheet, and as the tree of its tiers."""

from __future__ import annotations

from rich.markup import escape
from rich.tree import Tree

from counterfoil.domain.lot import LotId
from counterfoil.domain.states import LotState
from counterfoil.entrypoints.session import say
from counterfoil.usecases.notes.show_note import LotNode, NoteSheet
from counterfoil.usecases.resolving import lot_text

_COLOURS = {
    LotState.FREE: "green",
    LotState.OFFERED: "yellow",
    LotState.PLEDGED: "magenta",
    LotState.SPLIT: "dim",
    LotState.SETTLED: "cyan",
}


def note_object(sheet: NoteSheet) -> dict[str, object]:
    """A note for programs; lots are those that hold its range, in order of position."""
    note = sheet.note
    return {
        "note_id": note.note_id,
        "state": note.state.name.lower(),
        "debtor": {"party_id": note.debtor_id, "name": sheet.debtor_name},
        "creditor": {"party_id": note.creditor_id, "name": sheet.creditor_name},
        "invoices": [record.invoice.number for record in sheet.invoices],
        "currency": sheet.currency.code,
        "face_minor": note.face_minor,
        "paid_minor": note.paid_minor,
        "disputed_minor": note.disputed_minor,
        "reduced_minor": note.reduced_minor,
        "written_off_minor": note.written_off_minor,
        "maturity_at": sheet.maturity_at.isoformat(),
        "lots": [_lot_object(node) for node in sheet.leaves],
    }


def _lot_object(node: LotNode) -> dict[str, object]:
    return {
        "lot": lot_text(node.lot.lot_id),
        "first": node.lot.first,
        "last": node.lot.last,
        "holder": {"party_id": node.lot.holder_id, "name": node.holder_name},
        "tier": node.tier,
        "state": node.lot.state.name.lower(),
        "references": list(node.references),
    }


def print_note(sheet: NoteSheet) -> None:
    """The note's own facts."""
    note, currency = sheet.note, sheet.currency
    state = note.state.name.lower().replace("_", " ")
    say(f"Note {note.note_id}: {currency.format(note.face_minor)}, {state}")
    say(f"debtor:   {note.debtor_id} {sheet.debtor_name}")
    say(f"creditor: {note.creditor_id} {sheet.creditor_name}")
    say(f"maturity: {sheet.maturity_at:%Y-%m-%d %H:%M:%S} UTC")
    say(f"invoices: {', '.join(record.invoice.number for record in sheet.invoices)}")
    for label, minor in (
        ("paid", note.paid_minor),
        ("disputed", note.disputed_minor),
        ("upheld in disputes", note.reduced_minor),
        ("written off", note.written_off_minor),
    ):
        if minor:
            say(f"{label}: {currency.format(minor)}")


def note_tree(sheet: NoteSheet) -> Tree:
    """The lots as they were cut: holder, amount, state and references of each."""
    root = Tree(f"[bold]note {sheet.note.note_id}[/]")
    branches: dict[LotId, Tree] = {}
    for node in sheet.lots:
        above = root if node.lot.parent is None else branches[node.lot.parent]
        branches[node.lot.lot_id] = above.add(_label(node, sheet))
    return root


def _label(node: LotNode, sheet: NoteSheet) -> str:
    lot = node.lot
    state = f"[{_COLOURS.get(lot.state, 'default')}]{lot.state.name.lower()}[/]"
    text = (
        f"{lot_text(lot.lot_id)}  {sheet.currency.format(lot.length_minor)}  "
        f"{escape(node.holder_name)} (party {lot.holder_id}, tier {node.tier})  {state}"
    )
    if lot.offeree_id is not None:
        text += f" to {escape(node.offeree_name or '')} (party {lot.offeree_id})"
    if node.lien is not None:
        text += f"  lien of party {node.lien.pledgee_id}"
    if node.references:
        text += f"  [dim]{escape('; '.join(node.references))}[/]"
    return text
