"""Check the books: every invariant on the state, and the state against the contracts and their events."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest

from counterfoil.domain.invariants import InvariantResult, check_invariants, check_rebuilt
from counterfoil.domain.projection.fold import project
from counterfoil.domain.state.ledger_state import LedgerState
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
    return (
        *(_of_domain(result) for result in check_invariants(state)),
        *_against_chain(bench),
        _events_complete(bench),
        _of_domain(check_rebuilt(state, _rebuilt(bench))),
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


def _rebuilt(bench: Workbench) -> LedgerState:
    """The state folded again from nothing, from the stored events."""
    return project(bench.read_model.history())


def _events_complete(bench: Workbench) -> CheckResult:
    """The store's events against the chain's, read anew with their number checked against the receipts."""
    block = bench.read_model.block_number
    on_chain, stored, different = 0, 0, 0
    with bench.store.read() as work:
        pairs = zip_longest(bench.ledger.events(from_block=0, to_block=block), work.chain_log.read())
        for left, right in pairs:
            on_chain += left is not None
            stored += right is not None
            different += None not in (left, right) and left != right
    return CheckResult(
        invariant="11 every event of the chain is in the store, once",
        ok=on_chain == stored and not different,
        detail=f"{on_chain} events on the chain up to block {block}, {stored} in the store,"
        f" {different} of them different",
    )
