"""Who may read the files of an object of the ledger, by what the ledger says now.

note       its debtor and creditor, whoever holds a lot of it, whoever is offered one, and the pledgees of
           liens in force on its lots. Not a funder that offers for one: anybody who lends may do so for any
           lot by its number, so the holder shares the files with whom it deals.
receipt    its keeper, its holder, the pledgee of a lien in force, and the inspector of its last attestation.
bill       its carrier, its holder, and the pledgee of a lien in force.
facility   its borrower and its funder, and whoever is offered the claim.
party      the party alone.

An invoice's files are for its seller and buyer, who are no matter of the ledger, and for the readers of the
notes on it. Former holders are not named: they keep what they had, and get nothing later.
"""

from __future__ import annotations

from collections.abc import Iterator

from counterfoil.domain.lot import AssetId
from counterfoil.domain.state.ledger_state import LedgerState
from counterfoil.domain.states import LotState, NoteState

KINDS = frozenset({"note", "invoice", "receipt", "bill", "facility", "party"})
"""Kinds of subject whose readers the ledger decides; of others, whoever added a file does."""

_OVER = frozenset({NoteState.REJECTED, NoteState.WITHDRAWN})


def entitled_parties(state: LedgerState, subject: str) -> frozenset[int]:
    """The parties that the ledger lets read a subject's files; none for what the ledger does not have.

    subject: such as 'note:5', or 'invoice:' and the fingerprint in hexadecimal digits, for which the parties
    of its notes are given.
    """
    kind, _, name = subject.partition(":")
    if kind == "invoice":
        return frozenset(_of_invoice(state, name))
    if not name.isdecimal():
        return frozenset()
    number = int(name)
    match kind:
        case "note":
            found = _of_note(state, number)
        case "receipt":
            found = _of_receipt(state, number)
        case "bill":
            found = _of_bill(state, number)
        case "facility":
            found = _of_facility(state, number)
        case "party":
            found = iter((number,) if number in state.parties else ())
        case _:
            return frozenset()
    return frozenset(party_id for party_id in found if party_id)


def _of_invoice(state: LedgerState, fingerprint: str) -> Iterator[int]:
    for note in state.notes.values():
        if note.state not in _OVER and any(share.fingerprint.hex() == fingerprint for share in note.invoices):
            yield from entitled_parties(state, f"note:{note.note_id}")


def _of_note(state: LedgerState, note_id: int) -> Iterator[int | None]:
    note = state.notes.get(note_id)
    if note is None:
        return
    yield note.debtor_id
    yield note.creditor_id
    for lot in state.lots_of(note_id):
        if lot.state is LotState.SPLIT:
            continue
        yield lot.holder_id
        yield lot.offeree_id
        yield _pledgee(state, AssetId.of_lot(lot.lot_id))


def _of_receipt(state: LedgerState, receipt_id: int) -> Iterator[int | None]:
    receipt = state.receipts.get(receipt_id)
    if receipt is not None:
        yield receipt.keeper_id
        yield receipt.holder_id
        yield receipt.inspector_id
        yield _pledgee(state, AssetId.of_receipt(receipt_id))


def _of_bill(state: LedgerState, bill_id: int) -> Iterator[int | None]:
    bill = state.bills.get(bill_id)
    if bill is not None:
        yield bill.carrier_id
        yield bill.holder_id
        yield _pledgee(state, AssetId.of_bill(bill_id))


def _of_facility(state: LedgerState, facility_id: int) -> Iterator[int | None]:
    facility = state.facilities.get(facility_id)
    if facility is not None:
        yield facility.borrower_id
        yield facility.funder_id
        if facility.claim_offer is not None:
            yield facility.claim_offer.to_id


def _pledgee(state: LedgerState, asset_id: AssetId) -> int | None:
    lien = state.lien_of(asset_id)
    return lien.pledgee_id if lien is not None and state.is_pledged(asset_id) else None
