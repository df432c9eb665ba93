"""Check the books: every invariant on the state, and the state against the contracts and their events."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from counterfoil.domain.invariants import InvariantResult, check_invariants, check_rebuilt
from counterfoil.domain.projection.fold import project
from counterfoil.domain.state.ledger_state import LedgerState
from counterfoil.ports.engine import EventRecord
from counterfoil.usecases.books.compare_with_chain import ChainComparison, Comparison
from counterfoil.usecases.workbench import Workbench

_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """One check. detail: what was compared, or what is wrong."""

    invariant: str
    ok: bool
    detail: str


def check_books(bench: Workbench) -> tuple[CheckResult, ...]:
    """Every check at the newest block. None is skipped: one that finds nothing says what it looked at."""
    bench.read_model.sync()
    state = bench.read_model.state
    rebuilt, records = _rebuilt(bench)
    return (
        *(_of_domain(result) for result in check_invariants(state)),
        *_against_chain(bench),
        _events_complete(bench, records),
        _of_domain(check_rebuilt(state, rebuilt)),
    )


def _of_domain(result: InvariantResult) -> CheckResult:
    return CheckResult(invariant=f"{result.number} {result.name}", ok=result.ok, detail=result.detail)


def _against_chain(bench: Workbench) -> Iterator[CheckResult]:
    block = bench.read_model.block_number
    for comparison in ChainComparison(bench.ledger, bench.read_model.state, block).run():
        yield CheckResult(
            invariant=f"10 read model equals chain: {comparison.subject}",
            ok=not comparison.differences,
            detail=_compared(comparison, block),
        )


def _compared(comparison: Comparison, block: int) -> str:
    if not comparison.differences:
        return f"{comparison.compared} values compared at block {block}"
    shown = "; ".join(comparison.differences[:_SHOWN])
    more = len(comparison.differences) - _SHOWN
    return shown + (f"; and {more} more" if more > 0 else "")


def _rebuilt(bench: Workbench) -> tuple[LedgerState, tuple[EventRecord, ...]]:
    """The state folded again from nothing, and the stored events that it was folded from."""
    with bench.store.begin() as work:
        records = work.chain_log.read()
        senders = work.chain_log.senders()
    decoded = (bench.ledger.decode(record, sender=senders.get(record.tx_hash)) for record in records)
    return project(found for found in decoded if found is not None), records


def _events_complete(bench: Workbench, stored: Sequence[EventRecord]) -> CheckResult:
    """The store's events against the chain's, read anew with their number checked against the receipts."""
    block = bench.read_model.block_number
    on_chain = list(bench.ledger.events(from_block=0, to_block=block))
    different = sum(left != right for left, right in zip(on_chain, stored, strict=False))
    return CheckResult(
        invariant="11 every event of the chain is in the store, once",
        ok=len(on_chain) == len(stored) and not different,
        detail=f"{len(on_chain)} events on the chain up to block {block}, {len(stored)} in the store,"
        f" {different} of them different",
    )
