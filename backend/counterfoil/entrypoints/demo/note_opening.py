"""Invoices become notes: each proposed by its supplier and confirmed by its core enterprise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from counterfoil.domain.errors import DomainError
from counterfoil.domain.lot import LotId
from counterfoil.entrypoints.demo.attempts import Attempts
from counterfoil.entrypoints.demo.intake import Claimed, refusal_of
from counterfoil.entrypoints.demo.maturities import DEFAULT_TENOR_DAYS, Maturity, maturity_of
from counterfoil.entrypoints.demo.telling import Teller
from counterfoil.usecases.financing.offer_purchase import offer_purchase
from counterfoil.usecases.invoices.record_invoices import RejectedDocument
from counterfoil.usecases.notes.confirm_note import confirm_note
from counterfoil.usecases.notes.propose_note import propose_note
from counterfoil.usecases.workbench import Workbench


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedNote:
    """A note with the invoice under it."""

    note_id: int
    claimed: Claimed
    maturity: Maturity


def propose_notes(
    bench: Workbench, claims: Sequence[Claimed], teller: Teller
) -> tuple[list[OpenedNote], list[RejectedDocument]]:
    """One note an invoice, over all that credit notes left of it, signed by the seller."""
    opened, rejected = [], []
    with teller.stage("Suppliers propose notes", len(claims)) as advance:
        for claimed in claims:
            maturity = maturity_of(claimed.record.invoice, now=bench.now())
            try:
                proposed = propose_note(
                    bench,
                    actor=claimed.seller_id,
                    invoices=[claimed.record.content_sha256],
                    maturity_at=maturity.at,
                    terms="demonstration",
                    # Stands in for the review that Chinese rules ask of a bank where the tenor is long.
                    review="demonstration",
                )
            except DomainError as refused:
                rejected.append(refusal_of(claimed.record, refused))
            else:
                opened.append(OpenedNote(note_id=proposed.note_id, claimed=claimed, maturity=maturity))
            advance()
    _say_maturities(opened, teller)
    return opened, rejected


def _say_maturities(opened: Sequence[OpenedNote], teller: Teller) -> None:
    sources = Counter(note.maturity.source for note in opened)
    told = [f"{sources[source]} by {source}" for source in ("due date", "payment terms") if sources[source]]
    if sources["default"]:
        told.append(
            f"{sources['default']} by default, {DEFAULT_TENOR_DAYS} days from today, for want of a date ahead"
        )
    if told:
        teller.remark(f"Maturity of the notes: {'; '.join(told)}.")


def try_before_confirmation(
    bench: Workbench, note: OpenedNote, *, funder_id: int, attempts: Attempts
) -> None:
    """What has to fail while the debtor's signature is missing."""
    attempts.expect_refusal(
        "offer_purchase",
        "financing a note that its debtor has not confirmed",
        lambda: offer_purchase(
            bench,
            actor=funder_id,
            lot=LotId.root(note.note_id),
            price_minor=1,
            expires_at=note.maturity.at,
            agreement="demonstration",
        ),
    )
    attempts.expect_refusal(
        "confirm_note",
        "the supplier confirming its own note in its debtor's place",
        lambda: confirm_note(bench, actor=note.claimed.seller_id, note_id=note.note_id),
    )


def confirm_notes(bench: Workbench, opened: Sequence[OpenedNote], teller: Teller) -> None:
    """Each core enterprise signs with its own key, for the amount that it owes."""
    with teller.stage("Core enterprises confirm what they owe", len(opened)) as advance:
        for note in opened:
            confirm_note(
                bench,
                actor=note.claimed.buyer_id,
                note_id=note.note_id,
                face_minor=note.claimed.available_minor,
            )
            advance()
