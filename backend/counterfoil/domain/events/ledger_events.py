"""What happened on the ledger: one frozen class for each event of the contracts, under the same name.

Amounts are minor units, times seconds since 1970 UTC (the ledger's 40-bit clock reaches past the last
datetime), hashes 32 bytes, currencies ISO 4217 numeric codes, parties their numbers. The contracts' NatSpec
says when each is emitted. counterfoil.chain.event_codec reads them from the chain; counterfoil.domain.ledger
makes them in memory; counterfoil.domain.projection.fold folds them into a state.
"""

from __future__ import annotations

from dataclasses import dataclass

from counterfoil.domain.lot import LotId
from counterfoil.domain.states import LotState, NoteState, PartyRole, PartyState
from counterfoil.domain.sub_range import SubRange


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEvent:
    """Root of all events."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """An event and where it stands. at_s: time of its block.

    sender: address of the key that acted, which signed the instruction or the transaction; None where the
    reader did not ask for it.
    """

    event: LedgerEvent
    at_s: int
    block_number: int = 0
    log_index: int = 0
    tx_hash: str = ""
    sender: str | None = None


# -- parties --


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyRegistered(LedgerEvent):
    """A legal entity was added after its onboarding."""

    party_id: int
    roles: PartyRole
    onboarding_hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyRolesSet(LedgerEvent):
    """The party's roles were replaced."""

    party_id: int
    roles: PartyRole


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyStateSet(LedgerEvent):
    """The party was suspended or reactivated."""

    party_id: int
    state: PartyState


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyAdded(LedgerEvent):
    """The party acts with this key (checksummed address) from now on."""

    party_id: int
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRemoved(LedgerEvent):
    """The key acts for nobody any more and goes to nobody else."""

    party_id: int
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingAcceptanceSet(LedgerEvent):
    """Acceptance in advance was given or ended; debtor_id None means of every debtor's notes."""

    party_id: int
    debtor_id: int | None
    given: bool


# -- invoices and notes --


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceShare:
    """A part of an invoice that a note stands on. fingerprint: keyed hash of seller and canonical number."""

    fingerprint: bytes
    payable_minor: int
    amount_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceCredited(LedgerEvent):
    """A credit note took capacity from an invoice."""

    fingerprint: bytes
    credit_note: bytes
    seller_id: int
    buyer_id: int
    currency: int
    payable_minor: int
    credit_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteProposed(LedgerEvent):
    """One side signed; the shares left the capacity of their invoices."""

    note_id: int
    debtor_id: int
    creditor_id: int
    by_debtor: bool
    currency: int
    face_minor: int
    maturity_at_s: int
    terms_hash: bytes
    invoices: tuple[InvoiceShare, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteConfirmed(LedgerEvent):
    """The other side signed; the note is live and its root lot held by the creditor."""

    note_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteRejected(LedgerEvent):
    """The other side refused; the invoices have their capacity back."""

    note_id: int
    reason_hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteWithdrawn(LedgerEvent):
    """The proposing side took its proposal back; the invoices have their capacity back."""

    note_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteCancelled(LedgerEvent):
    """The creditor gave the claim up; the invoices have their capacity back."""

    note_id: int
    reason_hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteDisputed(LedgerEvent):
    """The debtor disputes an amount; nothing of the note moves."""

    note_id: int
    disputed_minor: int
    evidence_hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeWithdrawn(LedgerEvent):
    """The debtor took its dispute back; state: what the note is again."""

    note_id: int
    state: NoteState


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeResolved(LedgerEvent):
    """The arbiter upheld a part; it is no longer owed."""

    note_id: int
    upheld_minor: int
    state: NoteState
    reason_hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteMatured(LedgerEvent):
    """Maturity has come."""

    note_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteOverdue(LedgerEvent):
    """A day after maturity something is unpaid."""

    note_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteWrittenOff(LedgerEvent):
    """What is unpaid was given up."""

    note_id: int
    unpaid_minor: int
    reason_hash: bytes


# -- lots --


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildLot:
    """One child of a split. party_id: its holder, or the offeree while it is Offered."""

    positions: SubRange
    party_id: int
    state: LotState


@dataclass(frozen=True, slots=True, kw_only=True)
class LotSplit(LedgerEvent):
    """A lot was cut into the ordered children of a new segment; one child: an assignment that waits."""

    lot_id: LotId
    segment: int
    children: tuple[ChildLot, ...]
    background: bytes

    def child_id(self, index: int) -> LotId:
        """The id of a child by its place."""
        return LotId(self.lot_id.note_id, self.segment, index)


@dataclass(frozen=True, slots=True, kw_only=True)
class LotAssigned(LedgerEvent):
    """A whole lot moved to a party that accepts in advance."""

    lot_id: LotId
    to_id: int
    background: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class LotAccepted(LedgerEvent):
    """The offeree holds the lot from now on."""

    lot_id: LotId


@dataclass(frozen=True, slots=True, kw_only=True)
class LotReturned(LedgerEvent):
    """The lot went back to its assignor: revoked by it, or rejected by the offeree."""

    lot_id: LotId
    holder_id: int
    revoked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentAcknowledged(LedgerEvent):
    """The debtor knows of the holder."""

    lot_id: LotId
    holder_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LotSold(LedgerEvent):
    """The buyer of a financing holds the lot."""

    lot_id: LotId
    to_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LotPayout:
    """One lot's share of a payment. party_id: its holder of record, the pledgor where it was Pledged."""

    lot_id: LotId
    state_before: LotState
    party_id: int
    amount_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentApplied(LedgerEvent):
    """A part of a round over the whole note. final_round: nothing is left to pay, its lots are Settled."""

    note_id: int
    round_minor: int
    final_round: bool
    payouts: tuple[LotPayout, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteSettled(LedgerEvent):
    """Every lot is Settled; paid_minor over all rounds."""

    note_id: int
    paid_minor: int
