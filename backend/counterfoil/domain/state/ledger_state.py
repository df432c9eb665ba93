"""The complete state of the ledger as plain records.

The in-memory ledger changes one of these by its rules, the projection builds one from events alone, and the
tests compare both with the contracts' views. Records are frozen; only the containers change.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from counterfoil.domain.events.ledger_events import InvoiceShare
from counterfoil.domain.events.lien_events import LienTransferred
from counterfoil.domain.lot import AssetId, Lot, LotId
from counterfoil.domain.state.council_state import Proposal
from counterfoil.domain.state.facility_state import Facility, Price, facility_number, financing_number
from counterfoil.domain.state.goods_state import FIRST_ATTESTATION_AGE_S, BackedLot, Bill, Receipt, Stock
from counterfoil.domain.state.lien_state import Block, Substitute
from counterfoil.domain.states import (
    FinancingKind,
    FinancingState,
    LienState,
    LotState,
    NoteState,
    PartyRole,
    PartyState,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """A legal entity. keys: checksummed addresses in use."""

    party_id: int
    roles: PartyRole
    state: PartyState
    onboarding_hash: bytes
    keys: frozenset[str] = frozenset()

    @property
    def is_active(self) -> bool:
        """Whether its keys may act."""
        return self.state is PartyState.ACTIVE


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceCapacity:
    """What may still be financed on an invoice; used_minor counts proposed and live notes."""

    seller_id: int
    buyer_id: int
    currency: int
    payable_minor: int
    credited_minor: int = 0
    used_minor: int = 0

    @property
    def available_minor(self) -> int:
        """What further notes and credit notes may take."""
        return self.payable_minor - self.credited_minor - self.used_minor


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRound:
    """A payment of the debtor that takes several calls.

    cursor: last position that it has reached; reached_minor: what was unpaid up to there when it began.
    """

    amount_minor: int
    cursor: int
    reached_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A confirmed receivable, or one on its way. Amounts in minor units of `currency` (ISO 4217 numeric).

    proposed_at_s, confirmed_at_s: when each side signed. proposer_key, confirmer_key: who sent the
    transactions, where the reader of the events asked for it.
    """

    note_id: int
    debtor_id: int
    creditor_id: int
    proposed_by_debtor: bool
    currency: int
    face_minor: int
    maturity_at_s: int
    terms_hash: bytes
    invoices: tuple[InvoiceShare, ...]
    state: NoteState
    proposed_at_s: int
    confirmed_at_s: int | None = None
    proposer_key: str | None = None
    confirmer_key: str | None = None
    segment_count: int = 0
    disputed_minor: int = 0
    reduced_minor: int = 0
    paid_minor: int = 0
    written_off_minor: int = 0
    round: PaymentRound | None = None

    @property
    def open_minor(self) -> int:
        """What the debtor still owes: the face less upheld disputes and payments of complete rounds."""
        return self.face_minor - self.reduced_minor - self.paid_minor

    @property
    def proposer_id(self) -> int:
        """The side that signed first."""
        return self.debtor_id if self.proposed_by_debtor else self.creditor_id

    @property
    def other_side_id(self) -> int:
        """The side whose signature makes the note live."""
        return self.creditor_id if self.proposed_by_debtor else self.debtor_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Lien:
    """An encumbrance, in force or past. secured_minor: what its claim may still take from a settlement.

    financing_id: of the loan or, with its highest bit set, of the facility; None: a claim outside the ledger.
    """

    asset_id: AssetId
    sequence: int
    pledgee_id: int
    pledgor_id: int
    secured_minor: int
    financing_id: int | None
    registered_at_s: int
    agreement_hash: bytes
    registration_hash: bytes
    state: LienState = LienState.ACTIVE
    collected_minor: int = 0

    @property
    def facility_id(self) -> int | None:
        """The facility that it secures, where it does."""
        return facility_number(self.financing_id)

    def transferred(self, event: LienTransferred) -> Lien:
        """In the hands of another pledgee; it keeps the place that its first registration gave it."""
        registered = bool(self.registered_at_s)
        return replace(
            self,
            pledgee_id=event.pledgee_id,
            agreement_hash=event.agreement_hash,
            registered_at_s=self.registered_at_s if registered else event.registered_at_s,
            registration_hash=self.registration_hash if registered else event.registration_hash,
        )

    def going_on(self, kept_id: AssetId) -> Lien:
        """The same terms over the part of a lot that stays pledged, as its first lien."""
        return replace(self, asset_id=kept_id, sequence=1, state=LienState.ACTIVE, collected_minor=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Redemption:
    """Cash that left the ledger; paid once the bank has attested the payment."""

    party_id: int
    currency: int
    amount_minor: int
    paid: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Financing:
    """An offer and what became of it. holder_id: borrower or seller, None until accepted.

    interest_minor is what had accrued on accrued_day (a UTC day number); interest.debt_on gives a later day.
    A purchase has neither rate nor due date: its fields are 0.
    """

    financing_id: int
    kind: FinancingKind
    lot_id: LotId
    funder_id: int
    currency: int
    amount_minor: int
    expires_at_s: int
    agreement_hash: bytes
    state: FinancingState = FinancingState.OFFERED
    holder_id: int | None = None
    rate_bps: int = 0
    day_basis: int = 0
    due_at_s: int = 0
    registered_at_s: int = 0
    registration_hash: bytes = bytes(32)
    accrued_day: int = 0
    principal_minor: int = 0
    interest_minor: int = 0
    repaid_minor: int = 0

    @property
    def drawdown_minor(self) -> int:
        """Money out: 0 until accepted."""
        return 0 if self.holder_id is None else self.amount_minor


@dataclass(frozen=True, slots=True, kw_only=True)
class LotPayment:
    """The debtor's payment on one lot. party_id: holder of record then; final: it settled the lot."""

    at_s: int
    party_id: int
    amount_minor: int
    final: bool


@dataclass(slots=True)
class LedgerState:
    """Everything the contracts know, by the keys they know it by.

    key_owners has every key that ever was given; acceptances (assignee, debtor), debtor 0 for all; liens: an
    asset's liens in order, the last one the current one; blocks: those ever placed, of a lot under its note's
    root; prices by (source, good, currency); balances, supplies and exposures leave zeros out.
    stock_numbers: by keeper, site and good; physical_lots: by key, while they back something; exposures and
    caps: by keeper and currency; bill_numbers: by the number's key, for ever; receipt_bills: which bill ended
    in a receipt; council_members: who sits in the council.
    """

    parties: dict[int, Party] = field(default_factory=dict)
    key_owners: dict[str, int] = field(default_factory=dict)
    acceptances: set[tuple[int, int]] = field(default_factory=set)
    invoices: dict[bytes, InvoiceCapacity] = field(default_factory=dict)
    credit_notes: dict[bytes, bytes] = field(default_factory=dict)
    notes: dict[int, Note] = field(default_factory=dict)
    lots: dict[LotId, Lot] = field(default_factory=dict)
    children: dict[LotId, tuple[LotId, ...]] = field(default_factory=dict)
    payments: dict[LotId, tuple[LotPayment, ...]] = field(default_factory=dict)
    acknowledged: dict[LotId, int] = field(default_factory=dict)
    liens: dict[AssetId, tuple[Lien, ...]] = field(default_factory=dict)
    blocks: dict[AssetId, tuple[Block, ...]] = field(default_factory=dict)
    substitutes: dict[AssetId, Substitute] = field(default_factory=dict)
    balances: Counter[tuple[int, int]] = field(default_factory=Counter)
    issued: Counter[int] = field(default_factory=Counter)
    redeemed: Counter[int] = field(default_factory=Counter)
    deposits: set[bytes] = field(default_factory=set)
    redemptions: dict[int, Redemption] = field(default_factory=dict)
    financings: dict[int, Financing] = field(default_factory=dict)
    prices: dict[tuple[int, bytes, int], Price] = field(default_factory=dict)
    facilities: dict[int, Facility] = field(default_factory=dict)
    modules: set[tuple[str, str]] = field(default_factory=set)
    asset_kinds: dict[int, str] = field(default_factory=dict)
    stocks: dict[int, Stock] = field(default_factory=dict)
    stock_numbers: dict[tuple[int, bytes, bytes], int] = field(default_factory=dict)
    attestation_age_s: int = FIRST_ATTESTATION_AGE_S
    exposures: Counter[tuple[int, int]] = field(default_factory=Counter)
    exposure_caps: dict[tuple[int, int], int] = field(default_factory=dict)
    receipts: dict[int, Receipt] = field(default_factory=dict)
    physical_lots: dict[bytes, BackedLot] = field(default_factory=dict)
    bills: dict[int, Bill] = field(default_factory=dict)
    bill_numbers: dict[bytes, int] = field(default_factory=dict)
    receipt_bills: dict[int, int] = field(default_factory=dict)
    council_members: set[int] = field(default_factory=set)
    proposals: dict[int, Proposal] = field(default_factory=dict)

    def lots_of(self, note_id: int) -> Iterator[Lot]:
        """Every lot of a note in the order of the tree: a lot, then its children."""
        root = LotId.root(note_id)
        waiting = [root] if root in self.lots else []
        while waiting:
            lot_id = waiting.pop()
            yield self.lots[lot_id]
            waiting.extend(reversed(self.children.get(lot_id, ())))

    def leaves_of(self, note_id: int) -> list[Lot]:
        """The lots that hold the note's range, in order of position."""
        return sorted(
            (lot for lot in self.lots_of(note_id) if lot.state is not LotState.SPLIT),
            key=lambda lot: lot.first,
        )

    def lien_of(self, asset_id: AssetId) -> Lien | None:
        """The current or last lien of an asset, or None if it never carried one."""
        found = self.liens.get(asset_id)
        return found[-1] if found else None

    def is_pledged(self, asset_id: AssetId) -> bool:
        """Whether a lien on the asset is in force."""
        lien = self.lien_of(asset_id)
        return lien is not None and lien.state is LienState.ACTIVE

    def pool_of(self, facility_id: int) -> tuple[AssetId, ...]:
        """The assets under a lien in force of this facility."""
        number = financing_number(facility_id)
        return tuple(
            asset_id
            for asset_id in self.facilities[facility_id].pool
            if self.is_pledged(asset_id) and self.liens[asset_id][-1].financing_id == number
        )

    def balance_of(self, party_id: int, currency: int) -> int:
        """Cash of a party in minor units."""
        return self.balances.get((party_id, currency), 0)

    def supply_of(self, currency: int) -> int:
        """Cash on the ledger in minor units: issued less redeemed."""
        return self.issued.get(currency, 0) - self.redeemed.get(currency, 0)

    def accepts_in_advance(self, assignee_id: int, debtor_id: int) -> bool:
        """Whether an assignment of this debtor's note reaches the assignee without a further signature."""
        party = self.parties.get(assignee_id)
        return (
            party is not None
            and party.is_active
            and ((assignee_id, 0) in self.acceptances or (assignee_id, debtor_id) in self.acceptances)
        )
