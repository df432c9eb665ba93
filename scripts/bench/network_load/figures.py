"""Figures from what a drive noted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from network_load.drive import Records
from network_load.mix import MANY_RECORDS, Kind

_KINDS = tuple(Kind)


def percentile(ordered: Sequence[float], share: float) -> float:
    """The smallest value that so large a share of the values does not pass."""
    return ordered[max(0, -(-int(share * 1000) * len(ordered) // 1000) - 1)]


def latency_ms(latencies_s: Sequence[float]) -> dict[str, int]:
    """p50, p95, p99 and the worst, in milliseconds."""
    ordered = sorted(latencies_s)
    found = {f"p{share}": percentile(ordered, share / 100) for share in (50, 95, 99)}
    return {name: round(value * 1000) for name, value in {**found, "worst": ordered[-1]}.items()}


def operations_between(records: Records, first_s: float, last_s: float) -> int:
    """Business records changed by what became final in between."""
    return sum(
        count
        for at_s, count in zip(records.final_at_s, records.records, strict=True)
        if first_s <= at_s < last_s
    )


def rates(records: Records, first_s: float, last_s: float) -> dict[str, Any]:
    """Operations and transactions a second of what became final between two moments, by kind, with
    latencies.
    """
    seconds = last_s - first_s
    chosen = [place for place, at_s in enumerate(records.final_at_s) if first_s <= at_s < last_s]
    if not chosen:
        raise ValueError("nothing became final in the time that was measured")
    transactions = [place for place, at_s in enumerate(records.transactions_at_s) if first_s <= at_s < last_s]
    by_kind: Counter[Kind] = Counter()
    for place in chosen:
        by_kind[_KINDS[records.kind[place]]] += records.records[place]
    operations = sum(by_kind.values())
    alone = sum(count for kind, count in by_kind.items() if kind not in MANY_RECORDS)
    gas = sum(records.gas[place] for place in transactions)
    return {
        "seconds": round(seconds, 1),
        "operations": operations,
        "operations_with_warm_up": sum(records.records),
        "operations_a_second": round(operations / seconds, 1),
        "of_these_one_record_a_call": round(alone / seconds, 1),
        "operations_a_second_by_kind": {
            kind.value: round(by_kind[kind] / seconds, 1) for kind in _KINDS if by_kind[kind]
        },
        "transactions": len(transactions),
        "transactions_a_second": round(len(transactions) / seconds, 1),
        "gas_a_second": round(gas / seconds),
        "gas_an_operation": round(gas / operations),
        "latency_ms": latency_ms([records.latency_s[place] for place in chosen]),
        "failures": len(records.failures),
    }
