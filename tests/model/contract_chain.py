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
from eth_account import Account
from eth_utils import to_canonical_address, to_checksum_address

from counterfoil.chain.abi import ContractAbi
from counterfoil.chain.artifact import load_artifact
from counterfoil.chain.embedded import open_embedded_chain
from counterfoil.chain.event_reader import EventReader
from counterfoil.chain.gateway import ChainGateway
from counterfoil.chain.ledger_deployment import deploy_ledger
from counterfoil.chain.revert_map import RevertMap
from counterfoil.chain.rpc import Rpc
from counterfoil.domain.states import Office
from counterfoil.ports.engine import EventRecord

START_S = 1_750_000_000
_GAS = 90_000_000

GOVERNOR = Account.from_key("0x" + "11" * 32)


def address(number: int) -> str:
    """A key's address for tests; nobody signs with it."""
    return to_checksum_address(number.to_bytes(20, "big"))


OFFICERS = {
    Office.REGISTRAR: address(0xA1),
    Office.BANK: address(0xA2),
    Office.ARBITER: address(0xA3),
    Office.EXAMINER: address(0xA4),
}
OFFICES = {
    Office.GOVERNOR: frozenset({GOVERNOR.address}),
    **{office: frozenset({key}) for office, key in OFFICERS.items()},
}


class ContractChain:
    """One deployment of the ledger."""

    def __init__(self, directory: Path) -> None:
        self._chain = open_embedded_chain(directory, clock=lambda: START_S)
        gateway = ChainGateway(self._chain.web3)
        deploy_ledger(gateway, governor=GOVERNOR, officers=OFFICERS)
        self.deployment_records = tuple(gateway.events())
        self.chain_id = gateway.deployment.chain_id
        self.addresses = {name: found.address for name, found in gateway.deployment.contracts.items()}
        self._abis: dict[str, ContractAbi] = {}
        self._reverts = RevertMap()
        self._reader = EventReader(Rpc(self._chain.web3))
        for name, found in gateway.deployment.contracts.items():
            abi = load_artifact(found.artifact).abi
            self._abis[name] = abi
            self._reverts.learn([abi])
            self._reader.watch(name, found.address, abi)
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

    def ask(self, contract: str, function: str, args: Sequence[Any], now_s: int) -> Any:
        """The answer of a view."""
        before = self._state.snapshot()
        try:
            output, _ = self._run(GOVERNOR.address, contract, function, args, now_s)
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
