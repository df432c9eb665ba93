"""One note with its invoices, its tree of lots, and the references behind each assignment."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from counterfoil.domain.lot import AssetId, Lot, LotId
from counterfoil.domain.money import Currency
from counterfoil.domain.state.ledger_state import Lien, Note
from counterfoil.domain.states import LienState
from counterfoil.ports.store import InvoiceRecord, UnitOfWork
from counterfoil.usecases.notes.tier_tree import MOVES_OF_LOTS, Tiers, fold_tiers
from counterfoil.usecases.resolving import find_note
from counterfoil.usecases.workbench import Workbench


@dataclass(frozen=True, slots=True, kw_only=True)
class LotNode:
    """A lot in the tree. tier: 1 for the creditor. references: what was stated when it was assigned.

    depth: how many splits lie above it. lien: in force on it, None where there is none.
    """

    lot: Lot
    depth: int
    tier: int
    holder_name: str
    offeree_name: str | None
    references: tuple[str, ...]
    lien: Lien | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteSheet:
    """A note in full. invoices: those of its documents that are kept here. lots: parents before children."""

    note: Note
    currency: Currency
    debtor_name: str
    creditor_name: str
    maturity_at: datetime
    invoices: tuple[InvoiceRecord, ...]
    lots: tuple[LotNode, ...]

    @property
    def leaves(self) -> tuple[LotNode, ...]:
        """The lots that hold the note's range, in order of position."""
        return tuple(
            sorted((node for node in self.lots if node.lot.is_leaf), key=lambda node: node.lot.first)
        )


def show_note(bench: Workbench, *, note_id: int) -> NoteSheet:
    """The note with its tree, as the read model has it; raises DomainError NoteNotFound."""
    find_note(bench, note_id)
    history = bench.read_model.history_of(f"note:{note_id}", *MOVES_OF_LOTS)
    return _sheet(bench, note_id, fold_tiers(history, bench.read_model.state))


def show_notes(bench: Workbench) -> tuple[NoteSheet, ...]:
    """Every note with its tree, by number."""
    tiers = fold_tiers(bench.read_model.history(*MOVES_OF_LOTS), bench.read_model.state)
    return tuple(_sheet(bench, note_id, tiers) for note_id in sorted(bench.read_model.state.notes))


def _sheet(bench: Workbench, note_id: int, tiers: Tiers) -> NoteSheet:
    state = bench.read_model.state
    note = state.notes[note_id]
    depths: dict[LotId, int] = {}
    nodes = []
    with bench.store.begin() as work:
        names = {party.party_id: party.name for party in work.parties.all() if party.party_id is not None}
        for lot in state.lots_of(note_id):
            depths[lot.lot_id] = 0 if lot.parent is None else depths[lot.parent] + 1
            lien = state.lien_of(AssetId.of_lot(lot.lot_id))
            nodes.append(
                LotNode(
                    lot=lot,
                    depth=depths[lot.lot_id],
                    tier=tiers.of_lot[lot.lot_id],
                    holder_name=names.get(lot.holder_id, ""),
                    offeree_name=None if lot.offeree_id is None else names.get(lot.offeree_id, ""),
                    references=_references(work, lot.lot_id, tiers.backgrounds.get(lot.lot_id, ())),
                    lien=lien if lien is not None and lien.state is LienState.ACTIVE else None,
                )
            )
        invoices = tuple(
            record
            for share in note.invoices
            for record in work.invoices.by_fingerprint(share.fingerprint)[:1]
        )
    return NoteSheet(
        note=note,
        currency=Currency.of_numeric(note.currency),
        debtor_name=names.get(note.debtor_id, ""),
        creditor_name=names.get(note.creditor_id, ""),
        maturity_at=datetime.fromtimestamp(note.maturity_at_s, UTC),
        invoices=invoices,
        lots=tuple(nodes),
    )


def _references(work: UnitOfWork, lot_id: LotId, backgrounds: Sequence[bytes]) -> tuple[str, ...]:
    """The wordings kept here for a lot's assignments; a hash that another member keeps stays unread."""
    found = []
    for background in backgrounds:
        document = work.documents.by_hash(background)
        if document is None:
            continue
        body = json.loads(document.body_json)
        parts = body.get("parts")
        stated = body.get("reference", "") if parts is None else parts[lot_id.index]["reference"]
        if stated:
            found.append(stated)
    return tuple(found)
