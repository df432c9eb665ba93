"""Signing and sending transactions, and waiting for what became of them.

Nonces are given out under one lock per key, from the node's own count; the signed bytes and their hash exist
before anything is sent, so that a lost answer can be followed up by hash.
"""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eth_utils import keccak

from counterfoil.chain.engines.refusal_words import meaning_of
from counterfoil.chain.errors import rejected, unavailable
from counterfoil.chain.rpc import Rpc, RpcError
from counterfoil.domain.errors import CounterfoilError
from counterfoil.ports.engine import ChainError, ChainErrorKind, Signer
from counterfoil.ports.outbox import BroadcastAnswer

_FIRST_WAIT_S = 0.005
_LONGEST_WAIT_S = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A transaction to sign. to: None creates a contract. gas: its limit."""

    to: str | None
    input_bytes: bytes
    gas: int


@dataclass(frozen=True, slots=True)
class Signed:
    """Signed bytes and the hash by which the chain will know them."""

    raw: bytes
    tx_hash: str


class Sender:
    """Sends signed transactions over one connection."""

    def __init__(self, rpc: Rpc, *, chain_id: int, receipt_timeout_s: float) -> None:
        """receipt_timeout_s: how long to wait for a receipt before saying that the outcome is not known."""
        self._rpc = rpc
        self._chain_id = chain_id
        self._receipt_timeout_s = receipt_timeout_s
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._locks_guard = threading.Lock()

    def send(self, outgoing: Outgoing, signer: Signer) -> Signed:
        """Sign with the next nonce and send; raises ChainError(Rejected | Unavailable).

        Unavailable here leaves open whether the node has the transaction; its hash is in the error's reason.
        """
        with self._lane(signer.address):
            signed = self._sign(outgoing, self._next_nonce(signer.address), signer)
            self._broadcast(signed)
        return signed

    def send_all(self, outgoing: Sequence[Outgoing], signer: Signer) -> list[Signed | CounterfoilError]:
        """Sign with consecutive nonces and send in one batch; per transaction the signed bytes or why it was
        refused.
        """
        with self._lane(signer.address):
            first = self._next_nonce(signer.address)
            signed = [self._sign(each, first + place, signer) for place, each in enumerate(outgoing)]
            answers = self._rpc.batch(
                [("eth_sendRawTransaction", ["0x" + each.raw.hex()]) for each in signed]
            )
        outcomes: list[Signed | CounterfoilError] = []
        for each, answer in zip(signed, answers, strict=True):
            if isinstance(answer, RpcError):
                refusal = self._refusal(each, answer)
                outcomes.append(each if refusal is None else refusal)
            else:
                outcomes.append(answer if isinstance(answer, ChainError) else each)
        return outcomes

    def receipt(self, tx_hash: str) -> Mapping[str, Any]:
        """The receipt, waited for; raises ChainError(Unavailable) when none came in time."""
        deadline = time.monotonic() + self._receipt_timeout_s
        wait_s = _FIRST_WAIT_S
        while True:
            found = self._receipt_now(tx_hash)
            if found is not None:
                return found
            if time.monotonic() >= deadline:
                raise unavailable(f"no receipt of {tx_hash} after {self._receipt_timeout_s} s")
            time.sleep(wait_s)
            wait_s = min(_LONGEST_WAIT_S, wait_s * 2)

    def _receipt_now(self, tx_hash: str) -> Mapping[str, Any] | None:
        try:
            found: Mapping[str, Any] | None = self._rpc.request("eth_getTransactionReceipt", tx_hash)
        except RpcError as refused:
            raise unavailable(f"receipt of {tx_hash}: {refused}") from refused
        return found

    def _lane(self, address: str) -> threading.Lock:
        with self._locks_guard:
            return self._locks[address.lower()]

    def _next_nonce(self, address: str) -> int:
        try:
            return int(self._rpc.request("eth_getTransactionCount", address, "pending"), 16)
        except RpcError as refused:
            # Never fall back to 0: a wrong nonce would replace or repeat another transaction.
            raise unavailable(f"nonce of {address}: {refused}") from refused

    def _sign(self, outgoing: Outgoing, nonce: int, signer: Signer) -> Signed:
        fields: dict[str, Any] = {
            "nonce": nonce,
            "gasPrice": 0,
            "gas": outgoing.gas,
            "value": 0,
            "data": outgoing.input_bytes,
            "chainId": self._chain_id,
        }
        if outgoing.to is not None:
            fields["to"] = outgoing.to
        raw = bytes(signer.sign_transaction(fields).raw_transaction)
        return Signed(raw, "0x" + keccak(raw).hex())

    def _broadcast(self, signed: Signed) -> None:
        try:
            answered = self._rpc.request("eth_sendRawTransaction", "0x" + signed.raw.hex())
        except RpcError as refused:
            refusal = self._refusal(signed, refused)
            if refusal is not None:
                raise refusal from refused
        except ChainError as silent:
            if silent.kind is not ChainErrorKind.UNAVAILABLE:
                raise
            raise unavailable(f"transaction {signed.tx_hash}: {silent.facts.get('reason')}") from silent
        else:
            if str(answered).lower() != signed.tx_hash:
                raise unavailable(f"the node answered {answered} to transaction {signed.tx_hash}")

    def _refusal(self, signed: Signed, refused: RpcError) -> ChainError | None:
        """None where the node has these very bytes already, which is what was wanted."""
        meant = meaning_of(refused.message)
        if meant is BroadcastAnswer.TAKEN:
            return None
        if refused.is_node_trouble and meant is None:
            return unavailable(f"transaction {signed.tx_hash}: {refused}")
        if meant is BroadcastAnswer.NONCE_SPENT and self._receipt_now(signed.tx_hash) is not None:
            return None
        return rejected(refused.message)
