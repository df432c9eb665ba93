"""Commands in two languages, contract call and in-memory ledger: parties, invoices, notes and lots."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from counterfoil.domain.events.ledger_events import InvoiceShare
from counterfoil.domain.ledger import Call, Ledger
from counterfoil.domain.lot import LotId
from counterfoil.domain.states import PartyRole, PartyState


@dataclass(frozen=True, kw_only=True)
class Command:
    """name: for reports. apply: the same on the in-memory ledger; returns what the contract returns."""

    name: str
    contract: str
    function: str
    args: tuple[Any, ...]
    apply: Callable[[Ledger, Call], object]


def digest(text: object) -> bytes:
    """A hash for tests: the text itself, readable in a failure."""
    return str(text).encode().ljust(32, b".")[:32]


def register_party(roles: PartyRole, onboarding: bytes, keys: Sequence[str]) -> Command:
    return Command(
        name="register_party",
        contract="Ledger",
        function="registerParty",
        args=(int(roles), onboarding, list(keys)),
        apply=lambda ledger, call: ledger.parties.register(
            call, roles=roles, onboarding_hash=onboarding, keys=keys
        ),
    )


def set_party_roles(party_id: int, roles: PartyRole) -> Command:
    return Command(
        name="set_party_roles",
        contract="Ledger",
        function="setPartyRoles",
        args=(party_id, int(roles)),
        apply=lambda ledger, call: ledger.parties.set_roles(call, party_id=party_id, roles=roles),
    )


def set_party_state(party_id: int, state: PartyState) -> Command:
    return Command(
        name="set_party_state",
        contract="Ledger",
        function="setPartyState",
        args=(party_id, int(state)),
        apply=lambda ledger, call: ledger.parties.set_state(call, party_id=party_id, state=state),
    )


def add_key(party_id: int, key: str) -> Command:
    return Command(
        name="add_key",
        contract="Ledger",
        function="addKey",
        args=(party_id, key),
        apply=lambda ledger, call: ledger.parties.add_key(call, party_id=party_id, key=key),
    )


def remove_key(party_id: int, key: str) -> Command:
    return Command(
        name="remove_key",
        contract="Ledger",
        function="removeKey",
        args=(party_id, key),
        apply=lambda ledger, call: ledger.parties.remove_key(call, party_id=party_id, key=key),
    )


def set_standing_acceptance(debtor_id: int | None, given: bool) -> Command:
    return Command(
        name="set_standing_acceptance",
        contract="Ledger",
        function="setStandingAcceptance",
        args=(debtor_id or 0, given),
        apply=lambda ledger, call: ledger.parties.set_standing_acceptance(
            call, debtor_id=debtor_id, given=given
        ),
    )


def credit_invoice(  # noqa: PLR0917  # as the contract's function takes them
    fingerprint: bytes,
    credit_note: bytes,
    buyer_id: int,
    currency: int,
    payable_minor: int,
    credit_minor: int,
) -> Command:
    return Command(
        name="credit_invoice",
        contract="Ledger",
        function="creditInvoice",
        args=(fingerprint, credit_note, buyer_id, currency, payable_minor, credit_minor),
        apply=lambda ledger, call: ledger.invoices.credit(
            call,
            fingerprint=fingerprint,
            credit_note=credit_note,
            buyer_id=buyer_id,
            currency=currency,
            payable_minor=payable_minor,
            credit_minor=credit_minor,
        ),
    )


def _shares(invoices: Sequence[InvoiceShare]) -> list[tuple[bytes, int, int]]:
    return [(each.fingerprint, each.payable_minor, each.amount_minor) for each in invoices]


def propose(  # noqa: PLR0917  # as the contract's struct has them
    debtor_id: int,
    creditor_id: int,
    currency: int,
    maturity_at_s: int,
    terms: bytes,
    invoices: Sequence[InvoiceShare],
) -> Command:
    return Command(
        name="propose",
        contract="Ledger",
        function="propose",
        args=((debtor_id, creditor_id, currency, maturity_at_s, terms, _shares(invoices)),),
        apply=lambda ledger, call: ledger.notes.propose(
            call,
            debtor_id=debtor_id,
            creditor_id=creditor_id,
            currency=currency,
            maturity_at_s=maturity_at_s,
            terms_hash=terms,
            invoices=invoices,
        ),
    )


def confirm(note_id: int, face_minor: int) -> Command:
    return Command(
        name="confirm",
        contract="Ledger",
        function="confirm",
        args=(note_id, face_minor),
        apply=lambda ledger, call: ledger.notes.confirm(call, note_id=note_id, face_minor=face_minor),
    )


def reject_note(note_id: int, invoices: Sequence[InvoiceShare], reason: bytes) -> Command:
    return Command(
        name="reject_note",
        contract="Ledger",
        function="reject",
        args=(note_id, _shares(invoices), reason),
        apply=lambda ledger, call: ledger.notes.reject(
            call, note_id=note_id, invoices=invoices, reason_hash=reason
        ),
    )


def withdraw_note(note_id: int, invoices: Sequence[InvoiceShare]) -> Command:
    return Command(
        name="withdraw_note",
        contract="Ledger",
        function="withdraw",
        args=(note_id, _shares(invoices)),
        apply=lambda ledger, call: ledger.notes.withdraw(call, note_id=note_id, invoices=invoices),
    )


def cancel(note_id: int, invoices: Sequence[InvoiceShare], reason: bytes) -> Command:
    return Command(
        name="cancel",
        contract="Ledger",
        function="cancel",
        args=(note_id, _shares(invoices), reason),
        apply=lambda ledger, call: ledger.notes.cancel(
            call, note_id=note_id, invoices=invoices, reason_hash=reason
        ),
    )


def dispute(note_id: int, amount_minor: int, evidence: bytes) -> Command:
    return Command(
        name="dispute",
        contract="Ledger",
        function="dispute",
        args=(note_id, amount_minor, evidence),
        apply=lambda ledger, call: ledger.notes.dispute(
            call, note_id=note_id, amount_minor=amount_minor, evidence_hash=evidence
        ),
    )


def withdraw_dispute(note_id: int) -> Command:
    return Command(
        name="withdraw_dispute",
        contract="Ledger",
        function="withdrawDispute",
        args=(note_id,),
        apply=lambda ledger, call: ledger.notes.withdraw_dispute(call, note_id=note_id),
    )


def resolve_dispute(note_id: int, upheld_minor: int, reason: bytes) -> Command:
    return Command(
        name="resolve_dispute",
        contract="Ledger",
        function="resolveDispute",
        args=(note_id, upheld_minor, reason),
        apply=lambda ledger, call: ledger.notes.resolve_dispute(
            call, note_id=note_id, upheld_minor=upheld_minor, reason_hash=reason
        ),
    )


def mark_matured(note_id: int) -> Command:
    return Command(
        name="mark_matured",
        contract="Ledger",
        function="markMatured",
        args=(note_id,),
        apply=lambda ledger, call: ledger.notes.mark_matured(call, note_id=note_id),
    )


def mark_overdue(note_id: int) -> Command:
    return Command(
        name="mark_overdue",
        contract="Ledger",
        function="markOverdue",
        args=(note_id,),
        apply=lambda ledger, call: ledger.notes.mark_overdue(call, note_id=note_id),
    )


def write_off(note_id: int, reason: bytes) -> Command:
    return Command(
        name="write_off",
        contract="Ledger",
        function="writeOff",
        args=(note_id, reason),
        apply=lambda ledger, call: ledger.notes.write_off(call, note_id=note_id, reason_hash=reason),
    )


def split(lot_id: LotId, children: Sequence[tuple[int, int]], background: bytes) -> Command:
    return Command(
        name="split",
        contract="Ledger",
        function="split",
        args=(lot_id.number, list(children), background),
        apply=lambda ledger, call: ledger.lots.split(
            call, lot_id=lot_id, children=children, background=background
        ),
    )


def assign(lot_id: LotId, to_id: int, background: bytes) -> Command:
    return Command(
        name="assign",
        contract="Ledger",
        function="assign",
        args=(lot_id.number, to_id, background),
        apply=lambda ledger, call: ledger.lots.assign(
            call, lot_id=lot_id, to_id=to_id, background=background
        ),
    )


def accept_lot(lot_id: LotId) -> Command:
    return Command(
        name="accept_lot",
        contract="Ledger",
        function="accept",
        args=(lot_id.number,),
        apply=lambda ledger, call: ledger.lots.accept(call, lot_id=lot_id),
    )


def reject_lot(lot_id: LotId) -> Command:
    return Command(
        name="reject_lot",
        contract="Ledger",
        function="reject",
        args=(lot_id.number,),
        apply=lambda ledger, call: ledger.lots.reject(call, lot_id=lot_id),
    )


def revoke(lot_id: LotId) -> Command:
    return Command(
        name="revoke",
        contract="Ledger",
        function="revoke",
        args=(lot_id.number,),
        apply=lambda ledger, call: ledger.lots.revoke(call, lot_id=lot_id),
    )


def acknowledge(lot_id: LotId) -> Command:
    return Command(
        name="acknowledge",
        contract="Ledger",
        function="acknowledge",
        args=(lot_id.number,),
        apply=lambda ledger, call: ledger.lots.acknowledge(call, lot_id=lot_id),
    )
