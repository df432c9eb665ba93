"""Gauges about the whole service, read from the database when Prometheus asks.

The worker has no port of its own: what it does stands in the database, where any process can count it. A
database that does not answer gives counterfoil_store_up 0 and none of the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from counterfoil.domain.commands import CommandState
from counterfoil.domain.errors import CounterfoilError
from counterfoil.ports.outbox import EndpointBeat
from counterfoil.ports.service_state import Backlog, ServiceState
from counterfoil.usecases.operating.readiness import ServiceStateStore

_ENDPOINT_STATES = ("healthy", "silent", "refused", "quarantined")
_TRANSACTION_STATES = ("signed", "sent", "mined", "final", "replaced")


class ServiceMetrics(Collector):
    """A collector for a prometheus_client registry."""

    def __init__(self, store: ServiceStateStore, *, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now

    def describe(self) -> Iterator[Metric]:
        """Nothing: registering must not ask the database."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """The gauges as they are now."""
        try:
            with self._store.read() as work:
                found = list(self._gauges(work.service_state))
        except CounterfoilError:
            yield _gauge("counterfoil_store_up", "Whether the database answers.", 0)
            return
        yield _gauge("counterfoil_store_up", "Whether the database answers.", 1)
        yield from found

    def _gauges(self, state: ServiceState) -> Iterator[Metric]:
        yield _by_state(
            "counterfoil_commands",
            "Commands by state.",
            {each.value: 0 for each in CommandState} | dict(state.commands_by_state()),
        )
        yield from self._backlog("counterfoil_commands_waiting", "commands", state.waiting_commands())
        yield _by_state(
            "counterfoil_chain_transactions",
            "Chain transactions of the outbox by state.",
            dict.fromkeys(_TRANSACTION_STATES, 0) | dict(state.transactions_by_state()),
        )
        yield from self._backlog(
            "counterfoil_webhook_deliveries_waiting", "webhook messages", state.waiting_deliveries()
        )
        indexed = state.indexed_block()
        yield _gauge("counterfoil_indexed_block", "The newest block whose events are in the store.", indexed)
        beat = state.beat()
        if beat is not None:
            yield _gauge("counterfoil_head_block", "The chain's newest block.", beat.head_block)
            yield _gauge(
                "counterfoil_index_lag_blocks",
                "Blocks that are not indexed yet.",
                max(beat.head_block - indexed, 0),
            )
            yield _gauge(
                "counterfoil_worker_beat_age_seconds",
                "Since the worker's last sign of life.",
                self._age_s(beat.beat_at),
            )
            yield _gauge(
                "counterfoil_worker_troubles", "What keeps the worker from working.", len(beat.troubles)
            )
            yield from _endpoints(beat.endpoints)
        equal = GaugeMetricFamily(
            "counterfoil_comparison_equal",
            "Whether the read model equalled the chain when last compared.",
            labels=["scope"],
        )
        age = GaugeMetricFamily(
            "counterfoil_comparison_age_seconds", "Since the last comparison.", labels=["scope"]
        )
        for each in state.comparisons():
            equal.add_metric([each.scope], float(each.equal))
            age.add_metric([each.scope], self._age_s(each.compared_at))
        yield equal
        yield age

    def _backlog(self, name: str, what: str, backlog: Backlog) -> Iterator[Metric]:
        yield _gauge(name, f"How many {what} wait.", backlog.count)
        age = 0.0 if backlog.oldest_since is None else self._age_s(backlog.oldest_since)
        yield _gauge(f"{name}_oldest_seconds", f"How long the oldest of the {what} waits.", age)

    def _age_s(self, moment: datetime) -> float:
        return max((self._now() - moment).total_seconds(), 0.0)


def _endpoints(endpoints: Sequence[EndpointBeat]) -> Iterator[Metric]:
    """One endpoint a label: its name in the network's file, or host and port."""
    if not endpoints:
        return
    states = GaugeMetricFamily(
        "counterfoil_endpoint_state", "1 for the state that an endpoint is in.", labels=["endpoint", "state"]
    )
    heights = GaugeMetricFamily(
        "counterfoil_endpoint_height", "The newest block of an endpoint.", labels=["endpoint"]
    )
    quarantines = GaugeMetricFamily(
        "counterfoil_endpoint_quarantines",
        "How often an endpoint was found lying since the worker started.",
        labels=["endpoint"],
    )
    for each in endpoints:
        for state in _ENDPOINT_STATES:
            states.add_metric([each.name, state], float(each.state == state))
        if each.height is not None:
            heights.add_metric([each.name], each.height)
        quarantines.add_metric([each.name], each.quarantines)
    yield states
    yield heights
    yield quarantines


def _gauge(name: str, told: str, value: float) -> Metric:
    return GaugeMetricFamily(name, told, value=value)


def _by_state(name: str, told: str, counts: dict[str, int]) -> Metric:
    family = GaugeMetricFamily(name, told, labels=["state"])
    for state, count in sorted(counts.items()):
        family.add_metric([state], count)
    return family
