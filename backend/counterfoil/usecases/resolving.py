"""From the words that people use to the records that they mean: parties, lots, notes, invoices, amounts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from counterfoil.domain.errors import DomainError
from counterfoil.domain.invoices.invoice import IdScheme
from counterfoil.domain.lot import Lot, LotId
from counterfoil.domain.money import Currency, check_ledger_amount
from counterfoil.domain.party_id import canonical_party_id
from counterfoil.domain.state.ledger_state import Financing, Note
from counterfoil.ports.engine import Signer
from counterfoil.ports.store import InvoiceRecord, InvoiceState, PartyRecord, UnitOfWork
from counterfoil.usecases import refusals
from counterfoil.usecases.workbench import Workbench

PartyRef = int | str
"""A party: its number, an identifier (with or without its scheme), its party key, or its exact name."""
LotRef = LotId | str
"""A lot: its id or NOTE/SEGMENT/INDEX."""

_LOT = re.compile(r"([0-9]{1,19})/([0-9]{1,8})/([0-9]{1,5})")
_MAX_PARTY_DIGITS = 8


def find_party(bench: Workbench, reference: PartyRef) -> PartyRecord:
    """The one party meant, registered on the ledger.

    Raises DomainError PartyNotFound, PartyAmbiguous or PartyNotRegistered.
    """
    with bench.store.begin() as work:
        found = _candidates(work, reference)
    if not found:
        raise DomainError(refusals.PARTY_NOT_FOUND, reference=reference)
    if len(found) > 1:
        listed = ", ".join(f"{party.party_id or '-'} {party.name}" for party in found)
        raise DomainError(refusals.PARTY_AMBIGUOUS, reference=reference, parties=listed)
    if found[0].party_id is None:
        raise DomainError(refusals.PARTY_NOT_REGISTERED, name=found[0].name)
    return found[0]


def party_id_of(bench: Workbench, reference: PartyRef) -> int:
    """The number of the one party meant; raises as find_party does."""
    return registered_id(find_party(bench, reference))


def registered_id(party: PartyRecord) -> int:
    """The number of a party; raises DomainError PartyNotRegistered where it has none yet."""
    if party.party_id is None:
        raise DomainError(refusals.PARTY_NOT_REGISTERED, name=party.name)
    return party.party_id


def _candidates(work: UnitOfWork, reference: PartyRef) -> tuple[PartyRecord, ...]:
    if isinstance(reference, int):
        found = work.parties.by_id(reference)
        return () if found is None else (found,)
    text = reference.strip()
    exact = work.parties.by_key(text)
    if exact is not None:
        return (exact,)
    matches: dict[str, PartyRecord] = {}
    for value in dict.fromkeys((text, canonical_party_id(IdScheme.VAT, text), text.upper())):
        for party in work.parties.by_identifier_value(value) if value else ():
            matches[party.party_key] = party
    if text.isascii() and text.isdigit() and len(text) <= _MAX_PARTY_DIGITS:
        numbered = work.parties.by_id(int(text))
        if numbered is not None:
            matches[numbered.party_key] = numbered
    if not matches:
        return work.parties.by_name(text)
    return tuple(matches.values())


def signer_of(bench: Workbench, party: PartyRecord) -> Signer:
    """The party's own key."""
    return bench.keys.party_signer(party)


def lot_id_of(reference: LotRef) -> LotId:
    """The lot meant; raises DomainError LotReferenceInvalid."""
    if isinstance(reference, LotId):
        return reference
    found = _LOT.fullmatch(reference.strip())
    if found is None:
        raise DomainError(
            refusals.LOT_REFERENCE_INVALID, reference=reference, reason="it is not NOTE/SEGMENT/INDEX"
        )
    note_id, segment, index = (int(part) for part in found.groups())
    if not (1 <= note_id < 2**64 and segment < 2**24 and index < 2**16):
        raise DomainError(refusals.LOT_REFERENCE_INVALID, reference=reference, reason="a number is too large")
    return LotId(note_id, segment, index)


def lot_text(lot_id: LotId) -> str:
    """A lot as people write it: NOTE/SEGMENT/INDEX."""
    return str(lot_id)


def find_note(bench: Workbench, note_id: int) -> Note:
    """The note; raises DomainError NoteNotFound."""
    found = bench.read_model.state.notes.get(note_id)
    if found is None:
        raise DomainError(refusals.NOTE_NOT_FOUND, note_id=note_id)
    return found


def find_lot(bench: Workbench, reference: LotRef) -> Lot:
    """The lot; raises DomainError LotNotFound or LotReferenceInvalid."""
    lot_id = lot_id_of(reference)
    found = bench.read_model.state.lots.get(lot_id)
    if found is None:
        raise DomainError(refusals.LOT_NOT_FOUND, lot=lot_text(lot_id))
    return found


def find_financing(bench: Workbench, financing_id: int) -> Financing:
    """The financing; raises DomainError FinancingNotFound."""
    found = bench.read_model.state.financings.get(financing_id)
    if found is None:
        raise DomainError(refusals.FINANCING_NOT_FOUND, financing_id=financing_id)
    return found


def find_invoice(bench: Workbench, reference: str, *, party_key: str | None = None) -> InvoiceRecord:
    """The document meant: by SHA-256 of its file, or by its number among those of a seller or buyer.

    Raises DomainError InvoiceNotFound or InvoiceAmbiguous.
    """
    with bench.store.begin() as work:
        exact = work.invoices.by_content(reference.lower())
        if exact is not None:
            return exact
        found = work.invoices.by_number(reference)
    if party_key is not None:
        found = tuple(record for record in found if party_key in (record.seller_key, record.buyer_key))
    standing = [record for record in found if record.state is InvoiceState.RECORDED] or list(found)
    if not standing:
        raise DomainError(refusals.INVOICE_NOT_FOUND, reference=reference, seller=_of_party(party_key))
    if len({record.seller_key for record in standing}) > 1:
        raise DomainError(refusals.INVOICE_AMBIGUOUS, reference=reference)
    return standing[0]


def _of_party(party_key: str | None) -> str:
    return "" if party_key is None else " among those that the acting party sold or bought"


def positive_minor(amount_minor: int, currency: Currency, *, field: str) -> int:
    """The amount, if it is positive and fits the ledger; raises AmountInvalid or AmountOutOfRange."""
    if amount_minor <= 0:
        raise DomainError(
            refusals.AMOUNT_INVALID,
            field=field,
            amount=currency.format(amount_minor),
            reason="it is not positive",
        )
    return check_ledger_amount(amount_minor)


def seconds_of(moment: datetime) -> int:
    """Whole seconds since 1970 UTC; raises ValueError for a time without a zone."""
    if moment.tzinfo is None:
        raise ValueError("a time without a zone")
    return int(moment.timestamp())


def required_text(text: str, *, field: str) -> str:
    """The text without surrounding blanks; raises DomainError ReferenceEmpty where nothing is left."""
    stated = text.strip()
    if not stated:
        raise DomainError(refusals.REFERENCE_EMPTY, field=field)
    return stated


def names_of(bench: Workbench, party_ids: Sequence[int]) -> dict[int, str]:
    """Names by party number, for those that are known here."""
    with bench.store.begin() as work:
        found = {party_id: work.parties.by_id(party_id) for party_id in dict.fromkeys(party_ids)}
    return {party_id: party.name for party_id, party in found.items() if party is not None}
