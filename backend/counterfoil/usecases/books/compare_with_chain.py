"""The read model against the contracts' own views, at one block: any difference is found and said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from counterfoil.domain.lot import LotId
from counterfoil.domain.state.ledger_state import LedgerState
from counterfoil.domain.states import LotState, PartyState
from counterfoil.ports.ledger import LedgerPort
from counterfoil.usecases.books.compare_goods import GoodsComparison, Pairs

_NOTE_FIELDS = {
    "state": "state",
    "proposed_by_debtor": "proposed_by_debtor",
    "debtor": "debtor_id",
    "creditor": "creditor_id",
    "currency": "currency",
    "maturity_at": "maturity_at_s",
    "segment_count": "segment_count",
    "face_minor": "face_minor",
    "disputed_minor": "disputed_minor",
    "reduced_minor": "reduced_minor",
    "paid_minor": "paid_minor",
}
_INVOICE_FIELDS = {
    "seller": "seller_id",
    "buyer": "buyer_id",
    "currency": "currency",
    "payable_minor": "payable_minor",
    "credited_minor": "credited_minor",
    "used_minor": "used_minor",
}
_FINANCING_FIELDS = {
    "state": "state",
    "kind": "kind",
    "funder": "funder_id",
    "currency": "currency",
    "drawdown_minor": "drawdown_minor",
    "principal_minor": "principal_minor",
    "interest_minor": "interest_minor",
    "repaid_minor": "repaid_minor",
    "rate_bps": "rate_bps",
    "day_basis": "day_basis",
    "due_at": "due_at_s",
    "expires_at": "expires_at_s",
}


@dataclass(frozen=True, slots=True)
class Comparison:
    """One kind of record. compared: how many; differences: one sentence each."""

    subject: str
    compared: int
    differences: tuple[str, ...]


class ChainComparison:
    """Compares a state with the contracts at its block."""

    def __init__(self, ledger: LedgerPort, state: LedgerState, block_number: int) -> None:
        self._ledger = ledger
        self._state = state
        self._block = block_number
        self._goods = GoodsComparison(ledger, state, block_number)

    def scopes(self) -> tuple[tuple[str, Pairs], ...]:
        """Every kind of record: its name, and what is compared, asked of the chain as it is iterated."""
        return (
            ("counts", self._counts()),
            ("parties", self._parties()),
            ("invoice capacity", self._invoices()),
            ("notes", self._notes()),
            ("lots", self._lots()),
            ("liens and blocks", self._goods.liens()),
            ("balances and supply", self._cash()),
            ("financings", self._financings()),
            ("stocks and exposures", self._goods.stocks()),
            ("warehouse receipts", self._goods.receipts()),
            ("bills of lading", self._goods.bills()),
            ("prices and facilities", self._goods.facilities()),
        )

    def run(self) -> tuple[Comparison, ...]:
        """Every kind of record, each compared in full."""
        return tuple(_comparison(subject, pairs) for subject, pairs in self.scopes())

    def _counts(self) -> Pairs:
        counted = self._ledger.counts_view(block=self._block)
        yield "parties", counted["parties"], len(self._state.parties)
        yield "notes", counted["notes"], len(self._state.notes)
        yield "financings", counted["financings"], len(self._state.financings)
        yield "stocks", counted["stocks"], len(self._state.stocks)
        yield "receipts", counted["receipts"], len(self._state.receipts)
        yield "bills", counted["bills"], len(self._state.bills)
        yield "facilities", counted["facilities"], len(self._state.facilities)

    def _parties(self) -> Pairs:
        for party_id, party in self._state.parties.items():
            state, roles, keys = self._ledger.party_view(party_id, block=self._block)
            seen = (PartyState(state), roles, frozenset(keys))
            yield f"party {party_id}", seen, (party.state, int(party.roles), party.keys)

    def _invoices(self) -> Pairs:
        for fingerprint, capacity in self._state.invoices.items():
            seen = self._ledger.invoice_view(fingerprint, block=self._block)
            yield from _fields(f"invoice {fingerprint.hex()[:12]}", seen, capacity, _INVOICE_FIELDS)

    def _notes(self) -> Pairs:
        for note_id, note in self._state.notes.items():
            seen = self._ledger.note_view(note_id, block=self._block)
            yield from _fields(f"note {note_id}", seen, note, _NOTE_FIELDS)

    def _lots(self) -> Pairs:
        """Whole segments, then roots (they lie in the note) and offered lots (storage has the offeree)."""
        by_segment: dict[tuple[int, int], list[LotId]] = {}
        for lot_id in sorted(self._state.lots):
            if lot_id.is_root:
                continue
            by_segment.setdefault((lot_id.note_id, lot_id.segment), []).append(lot_id)
        for (note_id, segment), lot_ids in by_segment.items():
            seen = self._ledger.segment_view(note_id, segment, block=self._block)
            expected = tuple(self._as_stored(lot_id) for lot_id in lot_ids)
            yield f"segment {note_id}/{segment}", seen, expected
        for lot_id, lot in self._state.lots.items():
            if lot_id.is_root or lot.state is LotState.OFFERED:
                view = self._ledger.lot_view(lot_id, block=self._block)
                seen = (view["state"], view["first"], view["last"], view["holder"])
                yield f"lot {lot_id}", seen, (int(lot.state), lot.first, lot.last, lot.holder_id)

    def _as_stored(self, lot_id: LotId) -> tuple[int, int, int]:
        lot = self._state.lots[lot_id]
        party = lot.offeree_id if lot.state is LotState.OFFERED and lot.offeree_id else lot.holder_id
        return lot.last, party, int(lot.state)

    def _cash(self) -> Pairs:
        currencies = set(self._state.issued)
        for party_id in self._state.parties:
            for currency in currencies:
                seen = self._ledger.balance_view(party_id, currency, block=self._block)
                yield f"balance of {party_id} in {currency}", seen, self._state.balance_of(party_id, currency)
        for currency in currencies:
            seen = self._ledger.supply_view(currency, block=self._block)
            yield f"supply of {currency}", seen, self._state.supply_of(currency)

    def _financings(self) -> Pairs:
        for financing_id, financing in self._state.financings.items():
            seen = self._ledger.financing_view(financing_id, block=self._block)
            yield from _fields(f"financing {financing_id}", seen, financing, _FINANCING_FIELDS)
            yield f"financing {financing_id} holder", seen["holder"], financing.holder_id or 0


def _fields(subject: str, seen: Mapping[str, Any], expected: object, names: Mapping[str, str]) -> Pairs:
    for on_chain, here in names.items():
        yield f"{subject} {on_chain}", seen[on_chain], getattr(expected, here)


def difference_in(what: str, on_chain: Any, here: Any) -> str | None:
    """What differs, in words; None where both are the same."""
    return None if on_chain == here else f"{what}: chain has {on_chain}, read model has {here}"


def _comparison(subject: str, pairs: Pairs) -> Comparison:
    compared, differences = 0, []
    for pair in pairs:
        compared += 1
        difference = difference_in(*pair)
        if difference is not None:
            differences.append(difference)
    return Comparison(subject, compared, tuple(differences))
