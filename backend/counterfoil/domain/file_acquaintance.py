"""Which of a file's readers a party may be told of: those that it knows from the ledger anyway.

The readers of a note are everybody who holds a part of it. To name them all to each would show the supply
chain of the debtor, which the rules of `visibility` keep from those who take part in it.
"""

from __future__ import annotations

from collections.abc import Iterator

from counterfoil.domain.lot import AssetId
from counterfoil.domain.states import LienState
from counterfoil.domain.visibility import Sight, Viewer, Visibility


def known_parties(visibility: Visibility, viewer: Viewer, subject: str) -> frozenset[int] | None:
    """The parties around a subject that the viewer knows; None: all of them.

    subject: such as 'note:5', or 'invoice:' and the fingerprint in hexadecimal digits.
    """
    if viewer.sees_all:
        return None
    kind, _, name = subject.partition(":")
    found: set[int | None] = {viewer.party_id}
    if kind == "invoice":
        for note in visibility.state.notes.values():
            if any(share.fingerprint.hex() == name for share in note.invoices):
                found.update(_of_note(visibility, viewer, note.note_id))
    elif kind == "note":
        found.update(_of_note(visibility, viewer, int(name)))
    elif kind == "receipt":
        found.update(_of_receipt(visibility, viewer, int(name)))
    elif kind == "bill":
        found.update(_of_bill(visibility, viewer, int(name)))
    elif kind == "facility":
        found.update(_of_facility(visibility, viewer, int(name)))
    return frozenset(party_id for party_id in found if party_id)


def _of_note(visibility: Visibility, viewer: Viewer, note_id: int) -> Iterator[int | None]:
    if not visibility.sees_note(viewer, note_id):
        return
    note = visibility.state.notes[note_id]
    yield note.debtor_id
    yield note.creditor_id
    for lot, sight in visibility.tree_of(viewer, note_id):
        asset_id = AssetId.of_lot(lot.lot_id)
        if sight is Sight.WHOLE:
            yield lot.holder_id
            yield lot.offeree_id
        yield from _around(visibility, viewer, asset_id, sight)


def _of_receipt(visibility: Visibility, viewer: Viewer, receipt_id: int) -> Iterator[int | None]:
    sight = visibility.of_receipt(viewer, receipt_id)
    if sight is Sight.NONE:
        return
    receipt = visibility.state.receipts[receipt_id]
    yield receipt.keeper_id
    if sight is Sight.WHOLE:
        yield receipt.holder_id
        yield receipt.inspector_id
    yield from _around(visibility, viewer, AssetId.of_receipt(receipt_id), sight)


def _of_bill(visibility: Visibility, viewer: Viewer, bill_id: int) -> Iterator[int | None]:
    sight = visibility.of_bill(viewer, bill_id)
    if sight is Sight.NONE:
        return
    bill = visibility.state.bills[bill_id]
    yield bill.carrier_id
    if sight is Sight.WHOLE:
        yield bill.holder_id
    yield from _around(visibility, viewer, AssetId.of_bill(bill_id), sight)


def _of_facility(visibility: Visibility, viewer: Viewer, facility_id: int) -> Iterator[int | None]:
    if visibility.of_facility(viewer, facility_id) is Sight.WHOLE:
        facility = visibility.state.facilities[facility_id]
        yield facility.borrower_id
        yield facility.funder_id
        yield None if facility.claim_offer is None else facility.claim_offer.to_id


def _around(visibility: Visibility, viewer: Viewer, asset_id: AssetId, sight: Sight) -> Iterator[int | None]:
    """From whom an asset came and to whom it went, and who has it in pledge, as far as the viewer sees."""
    if sight < Sight.PAST:
        return
    for step in visibility.steps(viewer, asset_id, sight):
        yield step.giver_id
        yield step.receiver_id
    lien = visibility.state.lien_of(asset_id)
    if sight is Sight.WHOLE and lien is not None and lien.state is LienState.ACTIVE:
        yield lien.pledgee_id
