"""The networks that are compared: their descriptors, JSON-RPC and the processes behind them.

A descriptor is the network.json that `scripts/network up` writes; cosmos_network.py writes the same for the
second candidate. Nothing in here knows which engine answers.
"""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

CLOCK_TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")
TIMEOUT_S = 60


class RefusedError(Exception):
    """A JSON-RPC error. code: the node's; data: hexadecimal output of a reverted call, if any."""

    def __init__(self, error: Mapping[str, Any]) -> None:
        self.code = int(error.get("code", 0))
        self.message = str(error.get("message", ""))
        self.data = error.get("data")
        super().__init__(f"{self.code}: {self.message}")


class Rpc:
    """One endpoint, asked singly or in batches over one connection."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._session = requests.Session()
        self._ids = itertools.count(1)

    def post(self, body: Any, *, timeout_s: float = TIMEOUT_S) -> Any:
        """The endpoint's whole answer to a request body."""
        answer = self._session.post(self.url, json=body, timeout=timeout_s)
        answer.raise_for_status()
        return answer.json()

    def ask(self, method: str, *params: Any, timeout_s: float = TIMEOUT_S) -> Any:
        """The result; raises RefusedError, or requests' errors where nobody answers."""
        body = {"jsonrpc": "2.0", "id": next(self._ids), "method": method, "params": list(params)}
        answer = self.post(body, timeout_s=timeout_s)
        if "error" in answer:
            raise RefusedError(answer["error"])
        return answer.get("result")

    def insist(self, method: str, *params: Any, seconds: float = 20) -> Any:
        """As `ask`, but a refusal is taken for 'not yet' for some time.

        CometBFT's node has a block before its index of transactions is done, and refuses in between.
        """
        deadline = time.monotonic() + seconds
        while True:
            try:
                return self.ask(method, *params)
            except RefusedError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    def batch(self, calls: Sequence[tuple[str, Sequence[Any]]]) -> list[Any]:
        """Results or RefusedError, in the order asked."""
        bodies = [
            {"jsonrpc": "2.0", "id": next(self._ids), "method": method, "params": list(params)}
            for method, params in calls
        ]
        found = {each["id"]: each for each in self.post(bodies)}
        answers = [found[body["id"]] for body in bodies]
        return [RefusedError(each["error"]) if "error" in each else each.get("result") for each in answers]

    def height(self) -> int:
        return int(self.ask("eth_blockNumber"), 16)

    def answers(self) -> bool:
        """Whether the endpoint answers at all, asked without patience."""
        try:
            self.ask("eth_blockNumber", timeout_s=2)
        except (requests.RequestException, RefusedError):
            return False
        return True


@dataclass(frozen=True)
class Validator:
    """One of a network's nodes. index: from 1. folder: where its process keeps everything."""

    index: int
    rpc: Rpc
    folder: Path

    def process(self) -> int | None:
        """The id of the process that listens on its JSON-RPC port; None while it is down."""
        inode = _listening(int(self.rpc.url.rstrip("/").rpartition(":")[2]))
        if inode is None:
            return None
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit() and _has_socket(entry, inode):
                return int(entry.name)
        return None

    def cpu_s(self) -> float:
        """Seconds of processor time that its process has used, all threads, user and system."""
        process = self.process()
        if process is None:
            return 0.0
        fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / CLOCK_TICKS

    def resident_mib(self) -> float:
        process = self.process()
        if process is None:
            return 0.0
        return int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1]) * PAGE / 2**20

    def disk_mib(self) -> float:
        """Bytes that its folder takes on the disk (allocated blocks, not lengths of sparse files)."""
        total = 0
        for path in self.folder.rglob("*"):
            try:
                total += path.lstat().st_blocks * 512
            except FileNotFoundError:  # a database compacts while it is counted
                continue
        return total / 2**20


def _listening(port: int) -> str | None:
    """The inode of the socket that listens on a port, from the kernel's table."""
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in Path(table).read_text(encoding="ascii").splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and int(fields[1].rpartition(":")[2], 16) == port:
                return fields[9]
    return None


def _has_socket(entry: Path, inode: str) -> bool:
    try:
        return any(os.readlink(each) == f"socket:[{inode}]" for each in (entry / "fd").iterdir())
    except OSError:  # gone meanwhile
        return False


@dataclass(frozen=True)
class Network:
    """A running network of one engine. control: the command that takes `kill N` and `start N`."""

    engine: str
    version: str
    chain_id: int
    block_period_ms: int
    validators: tuple[Validator, ...]
    control: tuple[str, ...] = field(default=())

    @classmethod
    def read(cls, descriptor: Path, control: Sequence[str]) -> Network:
        content = json.loads(descriptor.read_text(encoding="utf-8"))
        return cls(
            engine=content["engine"],
            version=content["engine_version"],
            chain_id=int(content["chain_id"]),
            block_period_ms=int(content["block_period_ms"]),
            validators=tuple(
                Validator(int(each["index"]), Rpc(each["endpoint"]), descriptor.parent / each["data"])
                for each in content["validators"]
            ),
            control=tuple(control),
        )

    @property
    def first(self) -> Rpc:
        return self.validators[0].rpc

    def tell(self, *words: str) -> None:
        """Give the network's own tool an order."""
        subprocess.run([*self.control, *words], check=True, capture_output=True, text=True, timeout=300)

    def cpu_s(self) -> float:
        return sum(each.cpu_s() for each in self.validators)

    def disk_mib(self) -> float:
        return sum(each.disk_mib() for each in self.validators)


def wait_for(condition: Callable[[], bool], *, seconds: float, what: str, every_s: float = 0.02) -> float:
    """Seconds until the condition held; raises TimeoutError, saying what did not come."""
    started = time.monotonic()
    while not condition():
        if time.monotonic() - started > seconds:
            raise TimeoutError(f"not within {seconds} s: {what}")
        time.sleep(every_s)
    return time.monotonic() - started


def wait_receipt(rpc: Rpc, tx_hash: str, *, seconds: float = 60) -> dict[str, Any]:
    """The receipt of a transaction, waited for."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found: dict[str, Any] | None = rpc.ask("eth_getTransactionReceipt", tx_hash)
        if found is not None:
            return found
        time.sleep(0.02)
    raise TimeoutError(f"no receipt of {tx_hash} within {seconds} s")


def machine_load() -> float:
    """Processes that want a processor, averaged over the last minute."""
    return round(os.getloadavg()[0], 2)


def chunks(items: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
