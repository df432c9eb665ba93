"""Lockstep rules over parties, invoices, notes and lots."""

from __future__ import annotations

from counterfoil.domain.events.ledger_events import InvoiceShare
from counterfoil.domain.ledger.parties import NO_ADDRESS
from counterfoil.domain.state.ledger_state import Note
from counterfoil.domain.states import LotState, NoteState, Office, PartyRole, PartyState
from model import commands as do
from model.keyring import address
from model.lockstep_base import CURRENCIES, DAY_S, MAX_48, LockstepBase

FAR_S = 2**40 - 1
ANYTHING_LIVE = (LotState.FREE, LotState.OFFERED, LotState.PLEDGED)


class NoteRules(LockstepBase):
    """Who may, and what becomes of invoices, notes and lots."""

    # -- parties --

    def administer_parties(self) -> None:
        registrar = self.officer(Office.REGISTRAR)
        keys = [NO_ADDRESS, *self.twin.state.key_owners]
        keys += [address(0x300 + self.between(0, 40))] * len(keys)
        match self.between(0, 6):
            case 0:
                chosen = [self.one_of(keys) for _ in range(self.between(0, 2))]
                roles = self.one_of([PartyRole.SUPPLIER, PartyRole.FUNDER, PartyRole.CORE_ENTERPRISE])
                self.run(registrar, do.register_party(roles, self.fresh(), chosen))
            case 1:
                self.run(registrar, do.add_key(self.party_id(), self.one_of(keys)))
            case 2:
                known = self.one_of(self.twin.state.parties.values())
                own = sorted(known.keys) if len(known.keys) > 1 and not self.wrong() else keys
                self.run(registrar, do.remove_key(known.party_id, self.one_of(own)))
            case 3:
                roles = self.one_of(
                    [PartyRole(31), PartyRole.CORE_ENTERPRISE | PartyRole.FUNDER, PartyRole(0)]
                )
                self.run(registrar, do.set_party_roles(self.party_id(), roles))
            case 4:
                debtor_id = None if self.wrong(40) else self.party_id()
                command = do.set_standing_acceptance(debtor_id, self.wrong(50))
                self.run(self.key_of(self.party_id()), command)
            case _:
                self.suspend_and_reactivate()

    def suspend_and_reactivate(self) -> None:
        """Soon active again, or nothing else would happen."""
        suspended = [each.party_id for each in self.twin.state.parties.values() if not each.is_active]
        registrar = self.officer(Office.REGISTRAR)
        if suspended:
            self.run(registrar, do.set_party_state(self.one_of(suspended), PartyState.ACTIVE))
        else:
            states = [PartyState.SUSPENDED, PartyState.SUSPENDED, PartyState.NONE, PartyState.ACTIVE]
            self.run(registrar, do.set_party_state(self.party_id(), self.one_of(states)))

    # -- invoices --

    def shares(self, creditor_id: int, debtor_id: int, currency: int) -> list[InvoiceShare]:
        """One to three invoices, new ones or those that have been used, of these parties or of others."""
        chosen = []
        for _ in range(self.between(1, 3) if self.wrong(30) else 1):
            known = [
                (fingerprint, record)
                for fingerprint, record in self.twin.state.invoices.items()
                if (record.seller_id, record.buyer_id, record.currency) == (creditor_id, debtor_id, currency)
                or self.wrong(3)
            ]
            if known and self.wrong(35):
                fingerprint, record = self.one_of(known)
                payable = record.payable_minor + (1 if self.wrong(5) and record.payable_minor < MAX_48 else 0)
                amount = self.up_to(record.available_minor)
            else:
                fingerprint = self.fresh()
                payable = self.one_of([1, 2, 3, 100, 999, 1_000_003, 10**9, MAX_48])
                amount = payable if self.wrong(60) else self.up_to(payable)
            chosen.append(InvoiceShare(fingerprint=fingerprint, payable_minor=payable, amount_minor=amount))
        return chosen

    def credit_invoice(self) -> None:
        known = list(self.twin.state.invoices.items())
        credit_note = self.fresh()
        used = list(self.twin.state.credit_notes)
        if used and self.wrong(10):
            credit_note = self.one_of(used)
        if known and not self.wrong(20):
            fingerprint, record = self.one_of(known)
            amount = self.up_to(record.available_minor)
            seller, buyer, currency = record.seller_id, record.buyer_id, record.currency
            payable = record.payable_minor
        else:
            fingerprint, payable = self.fresh(), self.one_of([5, 1000])
            amount, seller, buyer, currency = self.up_to(payable), 3, 1, self.one_of(CURRENCIES)
        self.run(
            self.key_of(seller),
            do.credit_invoice(fingerprint, credit_note, buyer, currency, payable, amount),
        )

    # -- notes --

    def proposal(self) -> tuple[str, do.Command]:
        debtor_id = self.one_of([1, 2]) if not self.wrong(6) else self.party_id()
        creditor_id = self.one_of([3, 4, 5, 7]) if not self.wrong(6) else self.party_id()
        currency = self.one_of(CURRENCIES)
        now_s = self.twin.now_s
        due = [now_s + days * DAY_S for days in (30, 200, 3)] + [FAR_S, now_s + 1, now_s, now_s - 1]
        maturity = min(self.one_of(due if self.wrong(20) else due[:3]), FAR_S)
        command = do.propose(
            debtor_id,
            creditor_id,
            currency,
            maturity,
            self.fresh(),
            [] if self.wrong(3) else self.shares(creditor_id, debtor_id, currency),
        )
        return self.key_of(self.one_of([debtor_id, creditor_id])), command

    def open_note(self) -> None:
        """Both signatures, the usual way."""
        note_id = self.run(*self.proposal())
        if isinstance(note_id, int):
            note = self.twin.state.notes[note_id]
            key = self.key_of(note.other_side_id)
            self.run(key, do.confirm(note_id, note.face_minor))

    def propose(self) -> None:
        self.run(*self.proposal())

    def answer_proposal(self) -> None:
        note = self.note(NoteState.PROPOSED)
        assert note is not None
        note_id = self.between(0, 99) if self.wrong(3) else note.note_id
        stated = self.stated_invoices(note)
        match self.between(0, 3):
            case 0:
                self.run(self.key_of(note.other_side_id), do.reject_note(note_id, stated, self.fresh()))
            case 1:
                self.run(self.key_of(note.proposer_id), do.withdraw_note(note_id, stated))
            case _:
                face = self.up_to(note.face_minor) if self.wrong(10) else note.face_minor
                self.run(self.key_of(note.other_side_id), do.confirm(note_id, face))

    def stated_invoices(self, note: Note) -> list[InvoiceShare]:
        stated = list(note.invoices)
        if self.wrong(8):
            stated = stated[1:] or [
                InvoiceShare(fingerprint=bytes(32), payable_minor=1, amount_minor=1),
                *stated,
            ]
        return stated

    def cancel(self) -> None:
        note = self.note(NoteState.LIVE)
        assert note is not None
        self.run(
            self.key_of(note.creditor_id),
            do.cancel(note.note_id, self.stated_invoices(note), self.fresh()),
        )

    def dispute(self) -> None:
        note = self.note(NoteState.LIVE, NoteState.MATURED)
        assert note is not None
        amount = self.up_to(note.open_minor)
        self.run(self.key_of(note.debtor_id), do.dispute(note.note_id, amount, self.fresh()))

    def end_dispute(self) -> None:
        note = self.note(NoteState.DISPUTED)
        assert note is not None
        if self.wrong(50):
            self.run(self.key_of(note.debtor_id), do.withdraw_dispute(note.note_id))
        else:
            upheld = self.up_to(note.disputed_minor)
            arbiter = self.officer(Office.ARBITER)
            self.run(arbiter, do.resolve_dispute(note.note_id, upheld, self.fresh()))

    def mark(self) -> None:
        """Time passes for it now and then, or overdue notes would be rare."""
        note = self.note(NoteState.MATURED, NoteState.LIVE)
        assert note is not None
        if note.state is NoteState.MATURED and self.wrong(50):
            self.twin.now_s = max(self.twin.now_s, note.maturity_at_s + DAY_S)
        command = do.mark_overdue if note.state is NoteState.MATURED else do.mark_matured
        if self.wrong(25):
            command = do.mark_overdue
        self.run(self.key_of(self.party_id()), command(note.note_id))

    def write_off(self) -> None:
        note = self.note(NoteState.OVERDUE)
        assert note is not None
        self.run(self.officer(Office.ARBITER), do.write_off(note.note_id, self.fresh()))

    # -- lots --

    def split(self) -> None:
        lot_id, lot = self.lot_id(LotState.FREE, least=2)
        length = lot.length_minor if lot else 10
        amounts = self.parts_of(length, self.between(2, 9 if self.wrong(40) else 3))
        if self.wrong(8):
            amounts[-1] = self.one_of([0, 1, amounts[-1] + 1, amounts[-1] - 1, MAX_48]) % 2**48
        children = [(amount, self.assignee(lot.holder_id if lot else 0)) for amount in amounts]
        background = bytes(32) if self.wrong(5) else self.fresh()
        self.run(self.key_of(lot.holder_id if lot else None), do.split(lot_id, children, background))

    def assignee(self, holder_id: int) -> int:
        if self.wrong(40):
            return holder_id
        return int(self.one_of([3, 4, 5, 6, 7])) if not self.wrong(4) else self.party_id()

    def assign(self) -> None:
        lot_id, lot = self.lot_id(LotState.FREE)
        to_id = self.one_of([3, 4, 5, 6, 7]) if not self.wrong(8) else self.party_id()
        key = self.key_of(lot.holder_id if lot else None)
        self.run(key, do.assign(lot_id, to_id, self.fresh()))

    def answer_assignment(self) -> None:
        lot_id, lot = self.lot_id(LotState.OFFERED)
        offeree = lot.offeree_id if lot else None
        match self.between(0, 3):
            case 0:
                self.run(self.key_of(lot.holder_id if lot else None), do.revoke(lot_id))
            case 1:
                self.run(self.key_of(offeree), do.reject_lot(lot_id))
            case _:
                self.run(self.key_of(offeree), do.accept_lot(lot_id))

    def acknowledge(self) -> None:
        lot_id, _ = self.lot_id(*ANYTHING_LIVE)
        note = self.twin.state.notes.get(lot_id.note_id)
        self.run(self.key_of(note.debtor_id if note else None), do.acknowledge(lot_id))
