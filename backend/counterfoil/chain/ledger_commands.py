"""Parties, notes and lots as contract calls, one method a function of the contracts' interfaces."""

from __future__ import annotations

from collections.abc import Sequence

from counterfoil.chain.contract_calls import LEDGER, REGISTRAR_DESK, ContractCalls
from counterfoil.domain.events.ledger_events import InvoiceShare
from counterfoil.domain.lot import LotId
from counterfoil.domain.states import PartyRole, PartyState
from counterfoil.ports.engine import Receipt, Signer


def _shares(invoices: Sequence[InvoiceShare]) -> list[tuple[bytes, int, int]]:
    return [(share.fingerprint, share.payable_minor, share.amount_minor) for share in invoices]


class PartyCalls(ContractCalls):
    """counterfoil.ports.ledger.PartyCommands on the contracts."""

    def register_party(
        self, *, by: Signer, roles: PartyRole, onboarding_hash: bytes, keys: Sequence[str]
    ) -> Receipt:
        """Add a legal entity."""
        return self._send(by, LEDGER, "registerParty", int(roles), onboarding_hash, list(keys))

    def set_party_roles(self, *, by: Signer, party_id: int, roles: PartyRole) -> Receipt:
        """Replace a party's roles."""
        return self._send(by, LEDGER, "setPartyRoles", party_id, int(roles))

    def set_party_state(self, *, by: Signer, party_id: int, state: PartyState) -> Receipt:
        """Suspend or reactivate a party."""
        return self._send(by, LEDGER, "setPartyState", party_id, int(state))

    def suspend_party(self, *, by: Signer, party_id: int) -> Receipt:
        """Suspend a party at once, as the registrar, where it does not sit in the council."""
        return self._send(by, REGISTRAR_DESK, "suspend", party_id)

    def set_standing_acceptance(self, *, by: Signer, debtor_id: int | None, given: bool) -> Receipt:
        """Accept assignments in advance: of one debtor's notes, or of all (None)."""
        return self._send(by, LEDGER, "setStandingAcceptance", debtor_id or 0, given)


class NoteCalls(ContractCalls):
    """counterfoil.ports.ledger.NoteCommands on the contracts."""

    def credit_invoice(
        self,
        *,
        by: Signer,
        fingerprint: bytes,
        credit_note: bytes,
        buyer_id: int,
        currency: int,
        payable_minor: int,
        credit_minor: int,
    ) -> Receipt:
        """Take a credit note off an invoice's capacity."""
        return self._send(
            by,
            LEDGER,
            "creditInvoice",
            fingerprint,
            credit_note,
            buyer_id,
            currency,
            payable_minor,
            credit_minor,
        )

    def propose_note(
        self,
        *,
        by: Signer,
        debtor_id: int,
        creditor_id: int,
        currency: int,
        maturity_at_s: int,
        terms_hash: bytes,
        invoices: Sequence[InvoiceShare],
    ) -> Receipt:
        """Open a note."""
        proposal = (debtor_id, creditor_id, currency, maturity_at_s, terms_hash, _shares(invoices))
        return self._send(by, LEDGER, "propose", proposal)

    def confirm_note(self, *, by: Signer, note_id: int, face_minor: int) -> Receipt:
        """Give the other side's signature."""
        return self._send(by, LEDGER, "confirm", note_id, face_minor)

    def reject_note(
        self, *, by: Signer, note_id: int, invoices: Sequence[InvoiceShare], reason_hash: bytes
    ) -> Receipt:
        """Refuse a proposal."""
        # Lots have a reject too, with one argument; the number of arguments tells them apart.
        return self._send(by, LEDGER, "reject", note_id, _shares(invoices), reason_hash)

    def withdraw_note(self, *, by: Signer, note_id: int, invoices: Sequence[InvoiceShare]) -> Receipt:
        """Take a proposal back."""
        return self._send(by, LEDGER, "withdraw", note_id, _shares(invoices))

    def cancel_note(
        self, *, by: Signer, note_id: int, invoices: Sequence[InvoiceShare], reason_hash: bytes
    ) -> Receipt:
        """Give a claim up."""
        return self._send(by, LEDGER, "cancel", note_id, _shares(invoices), reason_hash)

    def dispute_note(self, *, by: Signer, note_id: int, disputed_minor: int, evidence_hash: bytes) -> Receipt:
        """Dispute an amount."""
        return self._send(by, LEDGER, "dispute", note_id, disputed_minor, evidence_hash)

    def withdraw_dispute(self, *, by: Signer, note_id: int) -> Receipt:
        """Take a dispute back."""
        return self._send(by, LEDGER, "withdrawDispute", note_id)

    def resolve_dispute(self, *, by: Signer, note_id: int, upheld_minor: int, reason_hash: bytes) -> Receipt:
        """Decide a dispute."""
        return self._send(by, LEDGER, "resolveDispute", note_id, upheld_minor, reason_hash)

    def mark_matured(self, *, by: Signer, note_id: int) -> Receipt:
        """Record that maturity has come."""
        return self._send(by, LEDGER, "markMatured", note_id)

    def mark_overdue(self, *, by: Signer, note_id: int) -> Receipt:
        """Record that a matured note was not paid."""
        return self._send(by, LEDGER, "markOverdue", note_id)

    def write_off(self, *, by: Signer, note_id: int, reason_hash: bytes) -> Receipt:
        """Give up what is unpaid."""
        return self._send(by, LEDGER, "writeOff", note_id, reason_hash)


class LotCalls(ContractCalls):
    """counterfoil.ports.ledger.LotCommands on the contracts."""

    def split_lot(
        self, *, by: Signer, lot_id: LotId, children: Sequence[tuple[int, int]], background: bytes
    ) -> Receipt:
        """Cut a lot into children, each (amount_minor, holder_id)."""
        return self._send(by, LEDGER, "split", lot_id.number, list(children), background)

    def assign_lot(self, *, by: Signer, lot_id: LotId, to_id: int, background: bytes) -> Receipt:
        """Assign a whole lot."""
        return self._send(by, LEDGER, "assign", lot_id.number, to_id, background)

    def accept_assignment(self, *, by: Signer, lot_id: LotId) -> Receipt:
        """Accept an offered lot."""
        return self._send(by, LEDGER, "accept", lot_id.number)

    def reject_assignment(self, *, by: Signer, lot_id: LotId) -> Receipt:
        """Refuse an offered lot."""
        return self._send(by, LEDGER, "reject", lot_id.number)

    def revoke_assignment(self, *, by: Signer, lot_id: LotId) -> Receipt:
        """Take an offered lot back."""
        return self._send(by, LEDGER, "revoke", lot_id.number)

    def acknowledge_assignment(self, *, by: Signer, lot_id: LotId) -> Receipt:
        """Record that the debtor knows of the holder."""
        return self._send(by, LEDGER, "acknowledge", lot_id.number)
