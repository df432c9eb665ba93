"""The ledger's commands and views in the domain's words, as Protocols.

A command is signed by `by`, waits for its block and returns the receipt; a refusal of the contracts is raised
as ContractRefusedError under the name of the Solidity error. Amounts are minor units, times seconds since
1970 UTC, currencies ISO 4217 numeric codes, hashes 32 bytes. Goods stand in ports.goods, liens and facilities
in ports.facility; LedgerPort is the sum.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from counterfoil.domain.events.ledger_events import InvoiceShare, Recorded
from counterfoil.domain.lot import LotId
from counterfoil.domain.states import PartyRole, PartyState
from counterfoil.ports.council import CouncilPort
from counterfoil.ports.engine import BlockEvents, BlockHead, EventRecord, Receipt, Signer
from counterfoil.ports.facility import FacilityPort
from counterfoil.ports.goods import GoodsPort

LotRun = tuple[int, int, int]
"""Neighbouring lots of one segment: segment, first index, last index."""


class PartyCommands(Protocol):
    """Parties, their keys and acceptances."""

    def register_party(
        self, *, by: Signer, roles: PartyRole, onboarding_hash: bytes, keys: Sequence[str]
    ) -> Receipt: ...
    def set_party_roles(self, *, by: Signer, party_id: int, roles: PartyRole) -> Receipt: ...
    def set_party_state(self, *, by: Signer, party_id: int, state: PartyState) -> Receipt: ...
    def suspend_party(self, *, by: Signer, party_id: int) -> Receipt: ...
    def set_standing_acceptance(self, *, by: Signer, debtor_id: int | None, given: bool) -> Receipt: ...


class NoteCommands(Protocol):
    """Invoice capacity and notes."""

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
    ) -> Receipt: ...
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
    ) -> Receipt: ...
    def confirm_note(self, *, by: Signer, note_id: int, face_minor: int) -> Receipt: ...
    def reject_note(
        self, *, by: Signer, note_id: int, invoices: Sequence[InvoiceShare], reason_hash: bytes
    ) -> Receipt: ...
    def withdraw_note(self, *, by: Signer, note_id: int, invoices: Sequence[InvoiceShare]) -> Receipt: ...
    def cancel_note(
        self, *, by: Signer, note_id: int, invoices: Sequence[InvoiceShare], reason_hash: bytes
    ) -> Receipt: ...
    def dispute_note(
        self, *, by: Signer, note_id: int, disputed_minor: int, evidence_hash: bytes
    ) -> Receipt: ...
    def withdraw_dispute(self, *, by: Signer, note_id: int) -> Receipt: ...
    def resolve_dispute(
        self, *, by: Signer, note_id: int, upheld_minor: int, reason_hash: bytes
    ) -> Receipt: ...
    def mark_matured(self, *, by: Signer, note_id: int) -> Receipt: ...
    def mark_overdue(self, *, by: Signer, note_id: int) -> Receipt: ...
    def write_off(self, *, by: Signer, note_id: int, reason_hash: bytes) -> Receipt: ...


class LotCommands(Protocol):
    """Lots. Liens over them stand in counterfoil.ports.facility."""

    def split_lot(
        self, *, by: Signer, lot_id: LotId, children: Sequence[tuple[int, int]], background: bytes
    ) -> Receipt: ...
    def assign_lot(self, *, by: Signer, lot_id: LotId, to_id: int, background: bytes) -> Receipt: ...
    def accept_assignment(self, *, by: Signer, lot_id: LotId) -> Receipt: ...
    def reject_assignment(self, *, by: Signer, lot_id: LotId) -> Receipt: ...
    def revoke_assignment(self, *, by: Signer, lot_id: LotId) -> Receipt: ...
    def acknowledge_assignment(self, *, by: Signer, lot_id: LotId) -> Receipt: ...


class MoneyCommands(Protocol):
    """Financing, cash and settlement."""

    def offer_loan(
        self,
        *,
        by: Signer,
        lot_id: LotId,
        principal_minor: int,
        rate_bps: int,
        day_basis: int,
        due_at_s: int,
        expires_at_s: int,
        registered_at_s: int,
        agreement_hash: bytes,
        registration_hash: bytes,
    ) -> Receipt: ...
    def offer_purchase(
        self, *, by: Signer, lot_id: LotId, price_minor: int, expires_at_s: int, agreement_hash: bytes
    ) -> Receipt: ...
    def withdraw_offer(self, *, by: Signer, financing_id: int) -> Receipt: ...
    def accept_offer(self, *, by: Signer, financing_id: int) -> Receipt: ...
    def repay_loan(self, *, by: Signer, financing_id: int, amount_minor: int | None) -> Receipt: ...
    def mark_defaulted(self, *, by: Signer, financing_id: int) -> Receipt: ...
    def issue_cash(
        self, *, by: Signer, party_id: int, currency: int, amount_minor: int, deposit_hash: bytes
    ) -> Receipt: ...
    def redeem_cash(
        self, *, by: Signer, currency: int, amount_minor: int, account_hash: bytes
    ) -> Receipt: ...
    def attest_payout(self, *, by: Signer, redemption_id: int, payment_hash: bytes) -> Receipt: ...
    def transfer_cash(
        self, *, by: Signer, to_id: int, currency: int, amount_minor: int, reference: bytes
    ) -> Receipt: ...
    def settle_note(
        self, *, by: Signer, note_id: int, amount_minor: int, runs: Sequence[LotRun]
    ) -> Receipt: ...


class LedgerViews(Protocol):
    """The contracts' own answers, for comparing the read model with them.

    Views come as the contracts give them: mappings with snake_case names, states as numbers.
    """

    def head(self) -> tuple[int, int]: ...
    def party_view(self, party_id: int, *, block: int) -> tuple[int, int, tuple[str, ...]]: ...
    def note_view(self, note_id: int, *, block: int) -> Mapping[str, Any]: ...
    def lot_view(self, lot_id: LotId, *, block: int) -> Mapping[str, Any]: ...
    def segment_view(self, note_id: int, segment: int, *, block: int) -> tuple[tuple[int, int, int], ...]: ...
    def financing_view(self, financing_id: int, *, block: int) -> Mapping[str, Any]: ...
    def invoice_view(self, fingerprint: bytes, *, block: int) -> Mapping[str, Any]: ...
    def balance_view(self, party_id: int, currency: int, *, block: int) -> int: ...
    def supply_view(self, currency: int, *, block: int) -> int: ...
    def counts_view(self, *, block: int) -> Mapping[str, int]: ...
    def accepts_in_advance(self, assignee_id: int, debtor_id: int) -> bool: ...


class LedgerEvents(Protocol):
    """What happened, as the chain has it."""

    def events(self, *, from_block: int, to_block: int) -> Iterator[EventRecord]: ...
    def newest_block(self) -> BlockHead: ...
    def block_heads(self, numbers: Sequence[int]) -> tuple[BlockHead | None, ...]: ...
    def read_blocks(self, *, from_block: int, to_block: int) -> tuple[BlockEvents, ...]: ...
    def decode(self, record: EventRecord) -> Recorded | None: ...


class LedgerPort(
    PartyCommands,
    NoteCommands,
    LotCommands,
    MoneyCommands,
    GoodsPort,
    FacilityPort,
    CouncilPort,
    LedgerViews,
    LedgerEvents,
    Protocol,
):
    """All of it."""
