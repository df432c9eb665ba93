"""One process of the service: python -m counterfoil.entrypoints.serving.part prepare|http|worker."""

from __future__ import annotations

import logging
import signal
import sys
import threading
from types import FrameType

from counterfoil.domain.errors import CounterfoilError
from counterfoil.entrypoints.logs import log_to_stderr
from counterfoil.entrypoints.serving.handover import (
    NOT_USABLE,
    Handover,
    Part,
    read_handover,
    stop_with_supervisor,
)
from counterfoil.observing.tracing import start_tracing, stop_tracing

# Refusals that stay as they are however often the process is started.
_LASTING = frozenset(
    {
        "DeploymentBroken",
        "KeyFileBroken",
        "KeyLocked",
        "KeyNotInKeystore",
        "LedgerMissing",
        "LedgerOutdated",
        "PassphraseEmpty",
        "StoreAddressInvalid",
        "StoreAheadOfChain",
        "StoreVersion",
    }
)
_log = logging.getLogger("counterfoil.serving")


def main(part: Part) -> int:
    """Run one process to its end; its exit code."""
    handover = read_handover(sys.stdin.buffer)
    log_to_stderr(handover.settings.log_level, libraries=True)
    stop = threading.Event()

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        stop.set()
        if part is Part.HTTP:
            # While it serves, the server takes signals itself; before, there is nothing to finish.
            sys.exit(0)

    signal.signal(signal.SIGTERM, on_signal)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    stop_with_supervisor(sys.stdin.buffer)
    start_tracing(handover.settings.otlp_endpoint, process=part.value)
    try:
        _run(part, handover, stop)
    except CounterfoilError as refused:
        _log.error("the process cannot go on", extra={"part": part.value, "code": refused.code})
        print(f"{part.value}: {refused.message}\n{refused.remedy}", file=sys.stderr)  # noqa: T201 - for people
        return NOT_USABLE if refused.code in _LASTING else 1
    finally:
        stop_tracing()
    return 0


def _run(part: Part, handover: Handover, stop: threading.Event) -> None:
    # Each process loads only what it needs.
    match part:
        case Part.PREPARE:
            from counterfoil.entrypoints.serving.preparing import prepare  # noqa: PLC0415 - as above

            prepare(handover)
        case Part.HTTP:
            from counterfoil.entrypoints.serving.http_process import run_http  # noqa: PLC0415 - as above

            run_http(handover)
        case Part.WORKER:
            from counterfoil.entrypoints.worker.process import run_worker  # noqa: PLC0415 - as above

            run_worker(
                handover.settings, passphrase=lambda _: handover.passphrase.get_secret_value(), stop=stop
            )


if __name__ == "__main__":
    sys.exit(main(Part(sys.argv[1])))
