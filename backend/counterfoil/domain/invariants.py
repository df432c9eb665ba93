"""What must hold over the whole ledger at any moment, checked over a state rebuilt from events.

The numbers are those of docs/invariants.md. Invariants 9 and 10 are about commands in flight and the read
model: neither can be seen in one state, and they are checked elsewhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields

from counterfoil.domain.facility_invariants import block_faults, facility_faults
from counterfoil.domain.goods_invariants import goods_faults, goods_seen, pledged_goods_faults
from counterfoil.domain.lot import ASSET_KIND_LOT
from counterfoil.domain.refusals.ledger_refusals import asset_text
from counterfoil.domain.state.ledger_state import LedgerState, Note
from counterfoil.domain.states import LienState, LotState, NoteState
from counterfoil.domain.sub_range import SubRange, partition_gap

_UNSIGNED = frozenset({NoteState.PROPOSED, NoteState.REJECTED, NoteState.WITHDRAWN})
_WITHOUT_CAPACITY = frozenset({NoteState.REJECTED, NoteState.WITHDRAWN, NoteState.CANCELLED})


@dataclass(frozen=True, slots=True, kw_only=True)
class InvariantResult:
    """One check. detail: what was looked at, or the first things found wrong."""

    number: int
    name: str
    ok: bool
    detail: str


def check_invariants(state: LedgerState) -> list[InvariantResult]:
    """Every check over one state, in the order of their numbers."""
    return [_result(number, name, list(faults(state)), seen(state)) for number, name, faults, seen in _CHECKS]


def check_rebuilt(state: LedgerState, rebuilt: LedgerState) -> InvariantResult:
    """Invariant 11: the state that is in use is the one that the events rebuild."""
    differing = [
        each.name for each in fields(LedgerState) if getattr(state, each.name) != getattr(rebuilt, each.name)
    ]
    return _result(
        11,
        "events alone rebuild the state",
        [f"{name} differ" for name in differing],
        f"{len(fields(LedgerState))} tables compared",
    )


def _result(number: int, name: str, faults: list[str], seen: str) -> InvariantResult:
    if not faults:
        return InvariantResult(number=number, name=name, ok=True, detail=seen)
    more = f" and {len(faults) - 3} more" if len(faults) > 3 else ""
    return InvariantResult(number=number, name=name, ok=False, detail="; ".join(faults[:3]) + more)


def _partition_faults(state: LedgerState) -> Iterator[str]:
    for note in state.notes.values():
        leaves = state.leaves_of(note.note_id)
        if note.state in _UNSIGNED:
            if leaves:
                yield f"note {note.note_id} is {note.state.name} and has lots"
            continue
        gap = partition_gap((lot.positions for lot in leaves), SubRange(1, note.face_minor))
        if gap is not None:
            yield f"note {note.note_id}: {gap}"
    reached = sum(1 for note_id in state.notes for _ in state.lots_of(note_id))
    if reached != len(state.lots):
        yield f"{len(state.lots) - reached} lots belong to no note"


def _holder_faults(state: LedgerState) -> Iterator[str]:
    for lot in state.lots.values():
        if lot.holder_id not in state.parties:
            yield f"lot {lot.lot_id} is held by nobody"
        elif lot.holder_id == state.notes[lot.lot_id.note_id].debtor_id:
            yield f"lot {lot.lot_id} is held by its debtor"
        if (lot.offeree_id is not None) is not (lot.state is LotState.OFFERED):
            yield f"lot {lot.lot_id} is {lot.state.name} with offeree {lot.offeree_id}"
        if (lot.lot_id in state.children) is not (lot.state is LotState.SPLIT):
            yield f"lot {lot.lot_id} is {lot.state.name} with children or Split without"
    for party in state.parties.values():
        for key in party.keys:
            if state.key_owners.get(key) != party.party_id:
                yield f"key {key} acts for party {party.party_id} and belongs to another"


def _signature_faults(state: LedgerState) -> Iterator[str]:
    for note in state.notes.values():
        if note.debtor_id == note.creditor_id:
            yield f"note {note.note_id} has one party on both sides"
        signed = note.confirmed_at_s is not None
        if signed is (note.state in _UNSIGNED):
            yield f"note {note.note_id} is {note.state.name} with {'two signatures' if signed else 'one'}"
        for side_id, key in (
            (note.proposer_id, note.proposer_key),
            (note.other_side_id, note.confirmer_key),
        ):
            if key is not None and state.key_owners.get(key) != side_id:
                yield f"note {note.note_id}: {key} signed for party {side_id} and is not its key"


def _capacity_faults(state: LedgerState) -> Iterator[str]:
    used: Counter[bytes] = Counter()
    for note in state.notes.values():
        if note.face_minor != sum(share.amount_minor for share in note.invoices):
            yield f"note {note.note_id}: its invoices do not make its face"
        if note.state in _WITHOUT_CAPACITY:
            continue
        for share in note.invoices:
            used[share.fingerprint] += share.amount_minor
            record = state.invoices.get(share.fingerprint)
            if record is None or (record.seller_id, record.buyer_id, record.currency) != (
                note.creditor_id,
                note.debtor_id,
                note.currency,
            ):
                yield f"note {note.note_id} stands on an invoice of others"
    for fingerprint, record in state.invoices.items():
        if record.available_minor < 0:
            yield f"invoice {fingerprint.hex()[:12]} is exceeded by {-record.available_minor}"
        if record.used_minor != used[fingerprint]:
            yield f"invoice {fingerprint.hex()[:12]}: {record.used_minor} used, notes say {used[fingerprint]}"


def _lien_faults(state: LedgerState) -> Iterator[str]:
    active = {}
    for asset_id, liens in state.liens.items():
        in_force = [lien for lien in liens if lien.state is LienState.ACTIVE]
        if len(in_force) > 1:
            yield f"{asset_text(asset_id.number)} carries {len(in_force)} liens"
        if in_force and asset_id.kind == ASSET_KIND_LOT:
            active[asset_id.lot_id] = in_force[0]
        elif in_force:
            yield from pledged_goods_faults(state, in_force[0])
    for lot in state.lots.values():
        lien = active.pop(lot.lot_id, None)
        if (lien is not None) is not (lot.state is LotState.PLEDGED):
            yield f"lot {lot.lot_id} is {lot.state.name} {'with' if lien else 'without'} a lien in force"
        elif lien is not None and lien.pledgor_id != lot.holder_id:
            yield f"lot {lot.lot_id} is pledged by {lien.pledgor_id} and held by {lot.holder_id}"
    for lot_id in active:
        yield f"a lien stands on lot {lot_id}, which does not exist"
    yield from facility_faults(state)
    yield from block_faults(state)


def _cash_faults(state: LedgerState) -> Iterator[str]:
    held: Counter[int] = Counter()
    for (party_id, currency), minor in state.balances.items():
        held[currency] += minor
        if minor < 0:
            yield f"party {party_id} has {minor} of currency {currency}"
        if minor and party_id not in state.parties:
            yield f"{minor} of currency {currency} belong to nobody"
    for currency in held.keys() | state.issued.keys():
        if held[currency] != state.supply_of(currency):
            yield f"currency {currency}: {held[currency]} held, {state.supply_of(currency)} issued"


def _payment_faults(state: LedgerState) -> Iterator[str]:
    for lot_id, payments in state.payments.items():
        lot = state.lots[lot_id]
        if sum(each.amount_minor for each in payments) != lot.paid_minor:
            yield f"lot {lot_id}: its payments do not make {lot.paid_minor}"
        if any(each.party_id != lot.holder_id for each in payments):
            yield f"lot {lot_id}: somebody else than its holder of record was paid"
        if sum(each.final for each in payments) > 1:
            yield f"lot {lot_id} was settled twice"
    for note in state.notes.values():
        yield from _note_payment_faults(state, note)


def _note_payment_faults(state: LedgerState, note: Note) -> Iterator[str]:
    lots = list(state.lots_of(note.note_id))
    expected = note.paid_minor
    if note.round is not None:
        unpaid = note.face_minor - note.paid_minor
        expected += note.round.amount_minor * note.round.reached_minor // unpaid
    if sum(lot.paid_minor for lot in lots) != expected:
        yield f"note {note.note_id}: its lots were not paid {expected}"
    for lot in lots:
        if not 0 <= lot.paid_minor <= lot.length_minor:
            yield f"lot {lot.lot_id} was paid {lot.paid_minor} of {lot.length_minor}"
        if lot.state is LotState.SPLIT and lot.paid_minor:
            yield f"lot {lot.lot_id} was paid although its children hold its range"
    if note.state is NoteState.SETTLED:
        if note.open_minor:
            yield f"note {note.note_id} is settled with {note.open_minor} open"
        if any(lot.state is not LotState.SETTLED for lot in lots if lot.is_leaf):
            yield f"note {note.note_id} is settled with a lot that is not"
    if note.open_minor < 0 or note.disputed_minor > note.open_minor:
        yield f"note {note.note_id}: {note.open_minor} open, {note.disputed_minor} disputed"


_Check = tuple[int, str, Callable[[LedgerState], Iterator[str]], Callable[[LedgerState], str]]

_CHECKS: tuple[_Check, ...] = (
    (
        1,
        "lots partition their note",
        _partition_faults,
        lambda state: f"{len(state.lots)} lots of {len(state.notes)} notes",
    ),
    (2, "every lot has one holder", _holder_faults, lambda state: f"{len(state.lots)} lots"),
    (
        3,
        "both sides signed every live note",
        _signature_faults,
        lambda state: f"{len(state.notes)} notes",
    ),
    (
        4,
        "notes stay within the capacity of their invoices",
        _capacity_faults,
        lambda state: f"{len(state.invoices)} invoices",
    ),
    (
        5,
        "an asset carries at most one lien, and does not move while it does",
        _lien_faults,
        lambda state: f"{sum(len(liens) for liens in state.liens.values())} liens",
    ),
    (
        6,
        "a physical lot backs one live receipt, and receipts add up to what is kept",
        goods_faults,
        goods_seen,
    ),
    (
        7,
        "cash in equals cash out",
        _cash_faults,
        lambda state: f"{len(state.balances)} balances in {len(state.issued)} currencies",
    ),
    (
        8,
        "a settled cent is paid once, to its holder of record",
        _payment_faults,
        lambda state: f"{sum(len(each) for each in state.payments.values())} payments of lots",
    ),
)
