"""A chain to measure on: Cancun rules, empty, a fixed clock, so that every figure is the same anywhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eth_account import Account
from eth_account.signers.local import LocalAccount
from eth_utils import keccak
from web3.contract import Contract
from web3.contract.contract import ContractFunction
from web3.logs import DISCARD

from counterfoil.chain.embedded import EmbeddedChain, open_embedded_chain

START_AT_S = 1_800_000_000
GAS_LIMIT = 60_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one transaction used.

    gas: of the whole transaction, with its 21,000 and its calldata. records: how many holders, lots or tokens
    it made or paid, for a figure each. note: what a reader must know to compare it.
    """

    system: str
    operation: str
    gas: int
    records: int = 1
    note: str = ""


class Meter:
    """Sends transactions from named accounts and says what each used."""

    def __init__(self, directory: Path) -> None:
        self.chain: EmbeddedChain = open_embedded_chain(
            directory, allow_time_travel=True, clock=lambda: float(START_AT_S)
        )
        self._web3 = self.chain.web3
        self._nonces: dict[str, int] = {}

    def close(self) -> None:
        self.chain.close()

    @staticmethod
    def account(name: str) -> LocalAccount:
        """The account of that name: the same key, and so the same address and calldata cost, in every run."""
        account: LocalAccount = Account.from_key(keccak(text=f"gas bench {name}"))
        return account

    def deploy(self, artifact: dict[str, Any], by: LocalAccount, *arguments: Any) -> Contract:
        """Creates the contract of a compiler artifact ({"abi", "bytecode"})."""
        factory = self._web3.eth.contract(abi=artifact["abi"], bytecode=artifact["bytecode"])
        receipt = self._send(factory.constructor(*arguments).data_in_transaction, by, to=None)
        return self.at(artifact, receipt["contractAddress"])

    def at(self, artifact: dict[str, Any], address: str) -> Contract:
        """The contract that stands at an address already."""
        return self._web3.eth.contract(address=self._web3.to_checksum_address(address), abi=artifact["abi"])

    def gas(self, call: ContractFunction, by: LocalAccount) -> int:
        """Carries the call out in a block of its own; raises RuntimeError if it reverts."""
        return int(self._send(call._encode_transaction_data(), by, to=call.address)["gasUsed"])

    def gas_and_count(self, call: ContractFunction, by: LocalAccount, event: Any) -> tuple[int, int]:
        """As `gas`, with how many events of that kind the transaction logged."""
        receipt = self._send(call._encode_transaction_data(), by, to=call.address)
        return int(receipt["gasUsed"]), len(event().process_receipt(receipt, errors=DISCARD))

    def run(self, call: ContractFunction, by: LocalAccount) -> None:
        """As `gas`, for a step whose figure is of no interest."""
        self.gas(call, by)

    def run_all(self, steps: Sequence[tuple[ContractFunction, LocalAccount]]) -> None:
        """Carries out one step after another."""
        for call, by in steps:
            self.gas(call, by)

    def _send(self, payload: str, by: LocalAccount, *, to: str | None) -> Any:
        nonce = self._nonces.get(by.address, 0)
        self._nonces[by.address] = nonce + 1
        transaction: dict[str, Any] = {
            "chainId": self._web3.eth.chain_id,
            "nonce": nonce,
            "gas": GAS_LIMIT,
            "gasPrice": 0,
            "value": 0,
            "data": payload,
        }
        if to is not None:
            transaction["to"] = to
        tx_hash = self._web3.eth.send_raw_transaction(by.sign_transaction(transaction).raw_transaction)
        receipt = self._web3.eth.wait_for_transaction_receipt(tx_hash)
        if receipt["status"] != 1:
            raise RuntimeError(f"the transaction {tx_hash.hex()} from {by.address} to {to} reverted")
        return receipt
