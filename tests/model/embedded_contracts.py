"""The contracts on the embedded chain's own machine, fast enough for thousands of random commands.

Deploying goes the ordinary way: gateway, signed transactions, blocks. After that the commands run on the
machine's open state without signatures and blocks, and time is set directly; `mark` and `rewind` give every
example the same start. What blocks, signatures and the store do is tested under tests/chain.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from eth.vm.spoof import SpoofTransaction
from eth_utils import to_canonical_address, to_checksum_address

from counterfoil.chain.embedded import open_embedded_chain
from counterfoil.chain.gateway import ChainGateway
from counterfoil.chain.ledger_deployment import deploy_ledger
from counterfoil.chain.rpc import Rpc
from counterfoil.ports.engine import EventRecord
from model.contract_chain import GOVERNOR, OFFICERS, START_S, ContractChain

_GAS = 90_000_000


class EmbeddedContracts(ContractChain):
    """One deployment on an embedded chain of its own."""

    goes_back = True

    def __init__(self, directory: Path) -> None:
        self._chain = open_embedded_chain(directory, clock=lambda: START_S)
        gateway = ChainGateway(self._chain.web3)
        deploy_ledger(gateway, governor=GOVERNOR, officers=OFFICERS)
        self.deployment_records = tuple(gateway.events())
        self._know(gateway.deployment, Rpc(self._chain.web3))
        self._ledger = self._chain._ledger
        self.rewind(self._ledger.head().state_root)

    def close(self) -> None:
        """Close the store."""
        self._chain.close()

    def mark(self) -> bytes:
        """A point to come back to."""
        self._state.persist()
        return bytes(self._state.state_root)

    def rewind(self, mark: bytes) -> None:
        """Start again from the mark, as often as wanted."""
        # The machine of the next block; it stays open, so that no block is ever made of it.
        self._machine = self._ledger.build_vm(self._ledger.next_header().copy(state_root=mark))
        self._state = self._machine.state

    def send(
        self, sender: str, contract: str, function: str, args: Sequence[Any], now_s: int
    ) -> tuple[EventRecord, ...]:
        """Carry a command out; returns its events or raises its refusal."""
        logs = self._run(sender, contract, function, args, now_s)[1]
        receipt = {
            "from": sender,
            "transactionHash": "0x00",
            "transactionIndex": "0x0",
            "blockHash": "0x00",
            "blockNumber": "0x0",
            "logs": logs,
        }
        return self._reader.decode(receipt, now_s)

    def send_all(
        self, sender: str, calls: Sequence[tuple[str, str, Sequence[Any]]], now_s: int
    ) -> list[tuple[EventRecord, ...]]:
        """Carry commands of one sender out in order: contract, function, arguments. A refusal is raised."""
        return [self.send(sender, contract, function, args, now_s) for contract, function, args in calls]

    def ask(
        self, contract: str, function: str, args: Sequence[Any], now_s: int, *, sender: str = GOVERNOR.address
    ) -> Any:
        """The answer of a view, or what a command would return; raises its refusal."""
        before = self._state.snapshot()
        try:
            output, _ = self._run(sender, contract, function, args, now_s)
        finally:
            self._state.revert(before)
        return self._abis[contract].function(function, len(args)).decode_output(output)

    def _run(
        self, sender: str, contract: str, function: str, args: Sequence[Any], now_s: int
    ) -> tuple[bytes, list[dict[str, Any]]]:
        key = to_canonical_address(sender)
        unsigned = self._machine.create_unsigned_transaction(
            nonce=self._state.get_nonce(key),
            gas_price=0,
            gas=_GAS,
            to=to_canonical_address(self.addresses[contract]),
            value=0,
            data=self._abis[contract].function(function, len(args)).encode_call(args),
        )
        # py-evm fixes the time of a block when the machine is built; here it moves on between commands.
        self._state.execution_context._timestamp = now_s
        computation = self._state.apply_transaction(SpoofTransaction(unsigned, from_=key))
        if computation.is_error:
            raise self._reverts.explain(bytes(computation.output), contract=contract, function=function)
        return bytes(computation.output), [
            _log(place, entry) for place, entry in enumerate(computation.get_log_entries())
        ]


def _log(place: int, entry: tuple[bytes, tuple[int, ...], bytes]) -> dict[str, Any]:
    """A log in the form of JSON-RPC, which the event reader takes."""
    source, topics, payload = entry
    return {
        "address": to_checksum_address(source),
        "topics": ["0x" + topic.to_bytes(32, "big").hex() for topic in topics],
        "data": "0x" + payload.hex(),
        "logIndex": hex(place),
    }
