"""`scripts/demo --engine network`: the demonstration on a network of validators.

Without --chain, four validators are made for the run and taken down after it. Their clock is a test
network's, because notes mature months ahead; nothing else about them differs from validators that members
run.
"""

from __future__ import annotations

import argparse
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import NoReturn, TextIO

from network import Network, NetworkError, NetworkPlan, engine
from network.plan import PORTS_APART, Clock
from network.ports import is_free

EMBEDDED, NETWORK = "embedded", "network"
# The demonstration waits for every transaction; members' networks have a second.
BLOCK_PERIOD_MS = 200
ROUND_TIMEOUT_MS = 4_000
USAGE_ERROR = 2
_PORTS = range(8_551, 12_551, 100)
_HOST = "127.0.0.1"


def main(command: Sequence[str]) -> int:
    """command: the demonstration's, followed by the caller's options. Gives its exit code."""
    options, rest = _options(command)
    if options.engine == EMBEDDED:
        if options.chain is not None:
            return _refuse("--chain names a network; it goes with --engine network")
        return subprocess.call(rest)
    # Programs read standard output alone then.
    say = sys.stderr if "--json -" in " ".join(rest) or "--json=-" in rest else sys.stdout
    signal.signal(signal.SIGTERM, _stop)
    try:
        if options.chain is not None:
            return subprocess.call([*rest, "--chain", options.chain])
        with _network(say) as descriptor:
            began = time.monotonic()
            code = subprocess.call([*rest, "--chain", str(descriptor)])
            _tell(say, f"The demonstration took {time.monotonic() - began:.0f} s on the network.")
        return code
    except NetworkError as failed:
        return _refuse(str(failed), code=1)
    except KeyboardInterrupt:
        return 130


def _options(command: Sequence[str]) -> tuple[argparse.Namespace, list[str]]:
    parser = argparse.ArgumentParser(prog="scripts/demo", add_help=False, allow_abbrev=False)
    parser.add_argument("--engine", choices=(EMBEDDED, NETWORK), default=EMBEDDED)
    parser.add_argument("--chain", default=None)
    return parser.parse_known_args(list(command))


@contextmanager
def _network(say: TextIO) -> Iterator[Path]:
    """Four validators in a folder of their own; its network.json."""
    if not engine.is_built(Clock.ADJUSTABLE):
        _tell(say, "The engine is built, once for this version of it; that takes about four minutes ...")
        began = time.monotonic()
        engine.build()
        _tell(say, f"The engine was built in {time.monotonic() - began:.0f} s.")
    with tempfile.TemporaryDirectory(prefix="counterfoil-demo-") as folder:
        began = time.monotonic()
        plan = NetworkPlan(
            base_port=_free_ports(),
            block_period_ms=BLOCK_PERIOD_MS,
            round_timeout_ms=ROUND_TIMEOUT_MS,
            clock=Clock.ADJUSTABLE,
        )
        network = Network.create(Path(folder) / "network", plan)
        try:
            network.start()
            _tell(
                say,
                f"Four validators of {engine.ENGINE} {engine.VERSION} are up"
                f" ({time.monotonic() - began:.1f} s), with a block every {BLOCK_PERIOD_MS} ms. Their clocks"
                " are those of a test network: the demonstration moves them ahead.",
            )
            yield network.descriptor
        finally:
            began = time.monotonic()
            network.destroy()
            _tell(say, f"The validators are down and their chain is gone ({time.monotonic() - began:.1f} s).")


def _free_ports() -> int:
    """The first base port whose ports nobody listens on."""
    count = len(NetworkPlan().members) * PORTS_APART
    for base in _PORTS:
        if all(is_free(_HOST, port) for port in range(base, base + count)):
            return base
    raise NetworkError(f"No ports are free from {_PORTS.start} to {_PORTS.stop}", "Stop what listens there")


def _tell(say: TextIO, text: str) -> None:
    print(text, file=say, flush=True)


def _refuse(text: str, *, code: int = USAGE_ERROR) -> int:
    print(text, file=sys.stderr)
    return code


def _stop(_signal: int, _frame: FrameType | None) -> NoReturn:
    """Being asked to end takes the validators down as well."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
