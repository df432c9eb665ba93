"""The contracts on some engine, as the tests of tests/model and tests/scenarios use them.

One deployment; commands go to it one after another at stated times. `open_contracts` gives the one for
the engine that pytest was asked for.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from counterfoil.chain.abi import ContractAbi
from counterfoil.chain.artifact import load_artifact
from counterfoil.chain.deployment import Deployment
from counterfoil.chain.event_reader import EventReader
from counterfoil.chain.revert_map import RevertMap
from counterfoil.chain.rpc import Rpc
from counterfoil.domain.states import Office
from counterfoil.ports.engine import EventRecord
from model.keyring import account, address
from network_suite.chosen import on_network

START_S = 1_750_000_000

GOVERNOR = account(int("11" * 32, 16))
OFFICERS = {
    Office.REGISTRAR: address(0xA1),
    Office.BANK: address(0xA2),
    Office.ARBITER: address(0xA3),
    Office.EXAMINER: address(0xA4),
}
OFFICES = {
    Office.GOVERNOR: frozenset({str(GOVERNOR.address)}),
    **{office: frozenset({key}) for office, key in OFFICERS.items()},
}


class ContractChain(ABC):
    """One deployment of the ledger.

    goes_back: whether `rewind` takes the chain itself back. Where it does not, it deploys anew, and
    Twin.attempt asks what would happen.
    """

    goes_back: bool
    deployment_records: tuple[EventRecord, ...]
    chain_id: int
    addresses: dict[str, str]

    def _know(self, deployment: Deployment, rpc: Rpc) -> None:
        """Read the interfaces of these contracts."""
        self.chain_id = deployment.chain_id
        self.addresses = {name: found.address for name, found in deployment.contracts.items()}
        self._abis: dict[str, ContractAbi] = {}
        self._reverts = RevertMap()
        self._reader = EventReader(rpc)
        for name, found in deployment.contracts.items():
            abi = load_artifact(found.artifact).abi
            self._abis[name] = abi
            self._reverts.learn([abi])
            self._reader.watch(name, found.address, abi)

    @abstractmethod
    def close(self) -> None:
        """Give everything back."""

    @abstractmethod
    def mark(self) -> bytes:
        """A point to come back to."""

    @abstractmethod
    def rewind(self, mark: bytes) -> None:
        """Start again from the mark, as often as wanted."""

    @abstractmethod
    def send(
        self, sender: str, contract: str, function: str, args: Sequence[Any], now_s: int
    ) -> tuple[EventRecord, ...]:
        """Carry a command out; returns its events or raises its refusal."""

    @abstractmethod
    def send_all(
        self, sender: str, calls: Sequence[tuple[str, str, Sequence[Any]]], now_s: int
    ) -> list[tuple[EventRecord, ...]]:
        """Carry commands of one sender out in order: contract, function, arguments. A refusal is raised."""

    @abstractmethod
    def ask(
        self, contract: str, function: str, args: Sequence[Any], now_s: int, *, sender: str = GOVERNOR.address
    ) -> Any:
        """The answer of a view, or what a command would return; raises its refusal."""


def open_contracts(directory: Path) -> ContractChain:
    """The contracts, freshly deployed, on the engine that was asked for. directory: for what is stored."""
    # Each engine's own libraries are loaded only where it is used.
    if on_network():
        from model.network_contracts import NetworkContracts  # noqa: PLC0415 - the line above says why

        return NetworkContracts()
    from model.embedded_contracts import EmbeddedContracts  # noqa: PLC0415 - the line above says why

    return EmbeddedContracts(directory)
