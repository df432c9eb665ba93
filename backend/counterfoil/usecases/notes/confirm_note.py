"""Confirm a note: the signature of the side that did not propose it. From here on it is live."""

from __future__ import annotations

from counterfoil.usecases.acting import actor_of
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.resolving import PartyRef, find_note
from counterfoil.usecases.workbench import Outcome, Workbench


def confirm_note(
    bench: Workbench, *, actor: PartyRef, note_id: int, face_minor: int | None = None
) -> Outcome:
    """Sign a proposed note. face_minor: the amount that the signer means; None takes the proposal's.

    Raises DomainError NoteNotFound and what the ledger refuses: NotThisParty, UnexpectedNoteState,
    FaceUnlike, MaturityInPast.
    """
    acting = actor_of(bench, actor)
    note = find_note(bench, note_id)
    face = note.face_minor if face_minor is None else face_minor
    receipt = carry_out(
        bench,
        "confirm_note",
        lambda: bench.ledger.confirm_note(by=acting.key, note_id=note_id, face_minor=face),
    )
    return Outcome(operation="confirm_note", receipts=(receipt,))
