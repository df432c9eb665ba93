"""The result file: what was measured, on what, how, and what it was compared with."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from network.engine import ENGINE, VERSION
from network.network import Network

from network_load.mix import LARGER_NOTES, MIXED, SINGLE_RECORDS
from network_load.phases import described

ROOT = Path(__file__).resolve().parents[3]
METHOD = (
    "Four validators, the load generator and everything else share this machine. An operation is one "
    "business record changed by contract code: a note opened or confirmed, a lot that reached a holder, a "
    "pledge, an offer, a drawdown, a repayment, a lot paid at settlement; the generator's parties sign "
    "every call with keys of their own and send it to the validators over JSON-RPC. A note's next step "
    "waits until the one before is final. Sustained: as many notes at a time as keep the network busy, "
    "after a warm-up in which settlements reach their full share. Steady: notes begin evenly at half the "
    "sustained rate. Latency: from the request, before its signature, until its final block and receipts "
    "have been read. Afterwards every note, segment of lots, lien and balance is read from the chain at "
    "one block and compared with the generator's own book, and each party's transactions are counted. "
    "Plain transfers: OpenZeppelin's ERC-20, one transfer a transaction, same network, same sender."
)
_OF_THIS_MACHINE = ("out", "dir", "base_port")


class Report:
    """What was found so far. disk: bytes before and after the sustained load. compared: chain and book."""

    def __init__(self, network: Network, *, arguments: Mapping[str, Any], validators: int) -> None:
        self.phases: dict[str, dict[str, Any]] = {}
        self.disk: list[int] = []
        self.compared: dict[str, Any] = {}
        self.profile: dict[str, Any] = {}
        self._plan = {
            name: value
            for name, value in asdict(network.plan).items()
            if name not in ("members", "base_port")
        }
        self._arguments = {name: each for name, each in arguments.items() if name not in _OF_THIS_MACHINE}
        self._validators = validators
        self._machine = _machine()

    def write(self, path: Path) -> None:
        """Write the file."""
        path.write_text(json.dumps(self.as_json(), indent=2) + "\n", encoding="utf-8")

    def as_json(self) -> dict[str, Any]:
        """The whole file."""
        return {
            "measures": "four validators under a trade finance load",
            "command": "scripts/bench/network",
            "arguments": self._arguments,
            "method": METHOD,
            "measured_on": datetime.now(UTC).date().isoformat(),
            "machine": self._machine,
            "engine": {
                "name": ENGINE,
                "version": VERSION,
                "plan": self._plan,
                "validators": self._validators,
            },
            "mixes": {mix.name: described(mix) for mix in (MIXED, LARGER_NOTES, SINGLE_RECORDS)},
            "phases": self.phases,
            "disk": self._disk(),
            "profile": self.profile,
            "checked_on_chain": self.compared,
        }

    def _disk(self) -> dict[str, Any]:
        if len(self.disk) < 2:
            return {}
        before, after = self.disk[:2]
        operations = self.phases["sustained"]["operations_with_warm_up"]
        each = (after - before) / self._validators / operations * 1e6 / (1 << 20)
        return {
            "bytes_before_and_after_sustained": [before, after],
            "validators": self._validators,
            "mib_a_validator_a_million_operations": round(each),
        }


def _machine() -> dict[str, Any]:
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.strip()
    return {
        "cpus": os.cpu_count(),
        "system": platform.system(),
        "machine": platform.machine(),
        "python": platform.python_version(),
        "load_average_before": round(os.getloadavg()[0], 2),
        "commit": commit,
        "versions": {name: version(name) for name in ("web3", "coincurve", "urllib3", "psutil")},
    }
