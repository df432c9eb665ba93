"""The worker process: it alone opens the chain and the keys, and carries out what was accepted.

    python -m counterfoil.entrypoints.worker.process

It ends within some seconds of SIGTERM or SIGINT, each loop with the turn that it is in; what is not done is
in the store, and done after the next start.
"""

from __future__ import annotations

import logging
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from counterfoil.bootstrap import Passphrase
from counterfoil.chain.endpoints.endpoint import EndpointState
from counterfoil.domain.errors import CounterfoilError, declare
from counterfoil.entrypoints.worker.chores import chores
from counterfoil.entrypoints.worker.loops import Loop, Supervisor
from counterfoil.entrypoints.worker.wiring import OpenWorker, open_worker
from counterfoil.ports.outbox import NETWORK_TROUBLE, EndpointBeat, WorkerBeat
from counterfoil.settings import Settings
from counterfoil.usecases.outbox.fault_points import At, no_fault
from counterfoil.usecases.outbox.network_notes import NetworkNotes

_log = logging.getLogger("counterfoil.worker")
BEAT_EVERY_S = 1.0
_COMMANDS_PAUSE_S = 0.2
_EXPIRE_PAUSE_S = 2.0
_NETWORK_PAUSE_S = 1.0

WORKER_ENDED = declare(
    "WorkerEnded",
    "The worker did not end in good order: {loops}.",
    "Look for the error in its log; what was accepted is in the store, and done after the next start.",
)
MoreLoops = Callable[[OpenWorker], Sequence[Loop]]
"""What else the worker does, beside commands; made once the ledger is open."""


def run_worker(
    settings: Settings,
    *,
    passphrase: Passphrase,
    stop: threading.Event,
    more_loops: MoreLoops | None = None,
    at: At = no_fault,
) -> None:
    """Work until `stop` is set.

    more_loops: what is done beside commands; None: everything that the service does. Raises what open_worker
    raises, before any loop has started, and WorkerEnded where a loop ended by itself or not in time: whoever
    started the process starts it again.
    """
    worker = open_worker(settings, passphrase=passphrase, at=at)
    notes = NetworkNotes(worker.ledger.store, worker.ledger.network_trouble)
    try:
        supervisor = Supervisor(
            [
                Loop(name="commands", turn=worker.commands.turn, longest_pause_s=_COMMANDS_PAUSE_S),
                Loop(name="expiry", turn=worker.expire, longest_pause_s=_EXPIRE_PAUSE_S),
                Loop(name="network", turn=notes.turn, longest_pause_s=_NETWORK_PAUSE_S),
                *(chores(worker, settings) if more_loops is None else more_loops(worker)),
            ],
            stop=stop,
        )
        supervisor.start()
        _log.info("worker started")
        _beat_until_the_end(worker, supervisor)
        unwell = supervisor.finish(patience_s=settings.stop_after_s)
    finally:
        stop.set()
        worker.close()
    if unwell:
        raise CounterfoilError(WORKER_ENDED, loops=", ".join(unwell))
    _log.info("worker stopped")


def _beat_until_the_end(worker: OpenWorker, supervisor: Supervisor) -> None:
    started_at = datetime.now(UTC)
    while True:
        try:
            with worker.ledger.store.concurrent() as work:
                work.outbox.beat(_beat(worker, supervisor, started_at))
        except CounterfoilError as failed:
            # Without a beat the service counts as not ready, which is what it is.
            _log.warning("no sign of life could be kept", extra={"code": failed.code})
        if not supervisor.wait(BEAT_EVERY_S):
            return


def _beat(worker: OpenWorker, supervisor: Supervisor, started_at: datetime) -> WorkerBeat:
    indexed = worker.ledger.bench.read_model.block_number
    network = worker.ledger.network_state()
    troubles = list(supervisor.troubles)
    if network is not None and network.trouble is not None:
        troubles.insert(0, f"{NETWORK_TROUBLE}{network.trouble}")
    head = indexed
    try:
        head, _ = worker.desk.relay.head()
    except CounterfoilError as silent:
        troubles.append(f"chain: {silent.code}: {silent.message}")
    return WorkerBeat(
        beat_at=datetime.now(UTC),
        started_at=started_at,
        head_block=head,
        indexed_block=indexed,
        troubles=tuple(dict.fromkeys(troubles)),
        endpoints=() if network is None else tuple(map(_endpoint_beat, network.endpoints)),
    )


def _endpoint_beat(endpoint: EndpointState) -> EndpointBeat:
    return EndpointBeat(
        name=endpoint.name,
        state=endpoint.state,
        reason=endpoint.reason,
        height=endpoint.height,
        quarantines=endpoint.quarantines,
    )


def stop_on_signals() -> threading.Event:
    """An event that SIGTERM and SIGINT set."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    return stop


def main() -> int:
    """Run with the settings of the environment, the passphrase among them."""
    settings = Settings()
    if settings.passphrase is None:
        sys.stderr.write("COUNTERFOIL_PASSPHRASE is not set\n")
        return 2
    secret = settings.passphrase.get_secret_value()
    run_worker(settings, passphrase=lambda _name: secret, stop=stop_on_signals())
    return 0


if __name__ == "__main__":
    sys.exit(main())
