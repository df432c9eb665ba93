"""Where a validator's processor time goes under the load: what the bound is, by the engine's own profiler."""

from __future__ import annotations

import re
import subprocess
import threading
import urllib.request
from pathlib import Path
from typing import Any

from network.network import Network

_PROFILED = 1
_PORT_OFFSET = 7
_ROW = re.compile(r"^\s*\S+\s+\S+\s+\S+\s+\S+\s+(?P<share>[\d.]+)%\s+(?P<name>\S+)")
PARTS = {
    "running transactions in the EVM": "blockchain.(*BlockChain).ApplyTransaction",
    "of it: finding jump targets anew for every call": "blockchain/vm.codeBitmap",
    "recovering signatures' keys": "crypto/secp256k1.RecoverPubkey",
    "hashing the state for a block's head": "blockchain/state.(*StateDB).IntermediateRoot",
    "writing the state": "storage/statedb.(*Database).Commit",
    "taking transactions into the pool": "blockchain.(*TxPool).addTxs",
    "answering JSON-RPC": "net/http.(*conn).serve",
    "consensus messages": "consensus/istanbul/core.(*core).handleEvents",
    "collecting garbage": "runtime.gcBgMarkWorker",
}
"""What is shown, by the function whose time, with all that it calls, is meant. Parts overlap."""


def listen(network: Network) -> None:
    """Has the first validator serve its profile from its next start on, on a port of its own."""
    arguments = network.folder(_PROFILED).arguments
    port = network.plan.port(_PROFILED, _PORT_OFFSET)
    with arguments.open("a", encoding="utf-8") as file:
        file.write(f"--pprof\n--pprofport\n{port}\n")


class Profile:
    """Fetches a profile while the load goes on, and reads it afterwards."""

    def __init__(self, network: Network, folder: Path, *, seconds: int) -> None:
        port = network.plan.port(_PROFILED, _PORT_OFFSET)
        self._url = f"http://127.0.0.1:{port}/debug/pprof/profile?seconds={seconds}"
        self._seconds = seconds
        self._file = folder / "profile"

    def fetch_after(self, seconds: float) -> None:
        """Begin in so many seconds, in a thread of its own."""
        timer = threading.Timer(seconds, self._fetch)
        timer.daemon = True
        timer.start()

    def _fetch(self) -> None:
        with urllib.request.urlopen(self._url, timeout=self._seconds + 60) as answer:
            self._file.write_bytes(answer.read())

    def shares(self) -> dict[str, Any]:
        """Share of each part in percent. Empty without a profile, and without Go to read it with."""
        if not self._file.is_file():
            return {}
        command = ["go", "tool", "pprof", "-top", "-cum", "-nodecount=100000", str(self._file)]
        try:
            told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        except (OSError, subprocess.CalledProcessError):
            return {}
        rows = [row for line in told.splitlines() if (row := _ROW.match(line))]
        found = {
            part: max((float(row["share"]) for row in rows if row["name"].endswith(name)), default=0.0)
            for part, name in PARTS.items()
        }
        return {"seconds": self._seconds, "percent_of_a_validator": found}
