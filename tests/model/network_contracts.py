"""The contracts on a network of validators: every command is a signed transaction in a block that all of
them agreed on.

Blocks cannot be taken back, so that every test has a deployment of its own. What a contract refuses
takes its place in a block as well; the reason is asked of the state after that block, which the refused
command left as it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from counterfoil.chain.rpc import RpcError
from counterfoil.chain.sender import Outgoing
from counterfoil.domain.errors import CounterfoilError
from counterfoil.ports.engine import EventRecord
from model.contract_chain import GOVERNOR, OFFICERS, ContractChain
from model.keyring import signer_of
from network_suite.held_network import Json
from network_suite.planned_deployment import PlannedDeployment, planned
from network_suite.timekeeping import timekeeper

_GAS = 60_000_000


@dataclass(frozen=True, slots=True)
class _Done:
    """A command that took effect, to be repeated on another network."""

    sender: str
    contract: str
    function: str
    args: tuple[Any, ...]
    now_s: int


class NetworkContracts(ContractChain):
    """One deployment among others on the network of this run."""

    goes_back = False

    def __init__(self) -> None:
        self._tape: list[_Done] = []
        self._deploy()

    def _deploy(self) -> None:
        self._network = timekeeper().network
        plans: list[PlannedDeployment] = []

        def outgoing(first_nonce: int) -> Sequence[Outgoing]:
            plans.append(
                planned(self._network.empty, first_nonce=first_nonce, governor=GOVERNOR, officers=OFFICERS)
            )
            return plans[-1].outgoing

        receipts = self._network.send(GOVERNOR, outgoing)
        failed = [place for place, each in enumerate(receipts) if each["status"] != "0x1"]
        if failed:
            raise AssertionError(f"transactions {failed} of the deployment failed")
        self._know(plans[-1].deployment, self._network.rpc)
        self.deployment_records = tuple(record for each in receipts for record in self._records(each))

    def close(self) -> None:
        """Nothing: the network ends with the run."""

    def mark(self) -> bytes:
        """A point to come back to."""
        return len(self._tape).to_bytes(4, "big")

    def rewind(self, mark: bytes) -> None:
        """Start again from the mark: on a network anew, where the same was done, unless nothing was since."""
        until = int.from_bytes(mark, "big")
        if until == len(self._tape):
            return
        known, tape = dict(self.addresses), self._tape[:until]
        timekeeper().renew()
        self._tape = []
        self._deploy()
        # The governor's first transactions are the same again, and so are their contracts.
        assert self.addresses == known
        for each in tape:
            self.send(each.sender, each.contract, each.function, each.args, each.now_s)

    def send(
        self, sender: str, contract: str, function: str, args: Sequence[Any], now_s: int
    ) -> tuple[EventRecord, ...]:
        """Carry a command out; returns its events or raises its refusal."""
        return self.send_all(sender, [(contract, function, args)], now_s)[0]

    def send_all(
        self, sender: str, calls: Sequence[tuple[str, str, Sequence[Any]]], now_s: int
    ) -> list[tuple[EventRecord, ...]]:
        """Carry commands of one sender out in order: contract, function, arguments. A refusal is raised."""
        outgoing = [
            Outgoing(
                to=self.addresses[contract], input_bytes=self._encoded(contract, function, args), gas=_GAS
            )
            for contract, function, args in calls
        ]
        timekeeper().reach(now_s)
        receipts = self._network.send(signer_of(sender), lambda _: outgoing)
        found = []
        for (contract, function, args), each, receipt in zip(calls, outgoing, receipts, strict=True):
            records = self._records(receipt)
            assert self._network.block_time_s(receipt["blockNumber"]) == now_s
            if receipt["status"] != "0x1":
                assert records == ()
                raise self._reason(sender, contract, function, each, block=receipt["blockNumber"])
            self._tape.append(_Done(sender, contract, function, tuple(args), now_s))
            found.append(records)
        return found

    def _reason(
        self, sender: str, contract: str, function: str, outgoing: Outgoing, *, block: str
    ) -> Exception:
        """Why a command failed in this block, by what it does after it: it changed nothing there."""
        request = {
            "from": sender,
            "to": outgoing.to,
            "data": "0x" + outgoing.input_bytes.hex(),
            "gas": hex(_GAS),
        }
        try:
            self._call(request, contract, function, block=block)
        except CounterfoilError as refused:
            return refused
        return AssertionError(f"{contract}.{function} failed in its block and does not in a replay")

    def _encoded(self, contract: str, function: str, args: Sequence[Any]) -> bytes:
        return self._abis[contract].function(function, len(args)).encode_call(args)

    def ask(
        self, contract: str, function: str, args: Sequence[Any], now_s: int, *, sender: str = GOVERNOR.address
    ) -> Any:
        """The answer of a view, or what a command would return; raises its refusal."""
        encoded = self._encoded(contract, function, args)
        timekeeper().reach(now_s)
        request = {
            "from": sender,
            "to": self.addresses[contract],
            "data": "0x" + encoded.hex(),
            "gas": hex(_GAS),
        }
        output = self._call(request, contract, function)
        return self._abis[contract].function(function, len(args)).decode_output(output)

    def _call(self, request: Json, contract: str, function: str, block: str = "latest") -> bytes:
        try:
            return self._network.call(request, block)
        except RpcError as refused:
            # Validators leave the bytes out where there are none, as ChainGateway knows too.
            bare = refused.message.lower().endswith("execution reverted")
            output = b"" if refused.output is None and bare else refused.output
            if output is None:
                raise
            raise self._reverts.explain(output, contract=contract, function=function) from refused

    def _records(self, receipt: Json) -> tuple[EventRecord, ...]:
        return self._reader.decode(receipt, self._network.block_time_s(receipt["blockNumber"]))
