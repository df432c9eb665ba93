"""The node behind the relay: instructions tried out, batches signed and sent, receipts read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from web3 import Web3

from counterfoil.chain.contract_calls import INSTRUCTIONS
from counterfoil.chain.errors import unavailable
from counterfoil.chain.gateway import ChainGateway
from counterfoil.chain.instructions.batch import (
    encode_batch,
    encode_one,
    explain_refusal,
    read_outcomes,
)
from counterfoil.chain.pipeline.answers import Classifies, broadcast_all
from counterfoil.chain.pipeline.blocks import final_receipts_of
from counterfoil.chain.pipeline.signing import opened
from counterfoil.chain.relay.broadcast import classify
from counterfoil.chain.relay.instructions import signed_of
from counterfoil.chain.rpc import Rpc, RpcError
from counterfoil.ports.commands import StepRecord
from counterfoil.ports.engine import ChainError, Signer
from counterfoil.ports.outbox import (
    Broadcast,
    MinedTransaction,
    NewestBlock,
    SignedTransaction,
    StepOutcome,
    TriedStep,
)

NONCE_SPENT = "NonceSpent"

# Gas costs nothing here, but a batch must fit a block. What a call needs changes with what others did before:
# an eighth more is what the contract itself asks for, the rest is for that.
_MARGIN_PERCENT = 50
_MARGIN_FLAT = 50_000
# Of the limit that was enough before, so much must be enough in a trial run for it to be granted again.
_TRIAL_PERCENT = 80
# Checking a signature, hashing the arguments, marking the nonce, writing the marker event, and the bytes that
# frame the arguments: some engines (Kaia) take 100 gas for every byte of a transaction.
_PER_INSTRUCTION = 130_000
_PER_BYTE = 150
_PER_TRANSACTION = 150_000
_BLOCK_SHARE_PERCENT = 80


class InstructionRelay:
    """counterfoil.ports.outbox.RelayPort over one connection."""

    def __init__(
        self,
        web3: Web3,
        gateway: ChainGateway,
        *,
        tries_all: bool,
        on_pending: bool = True,
        most_gas: int | None = None,
        classifies: Classifies = classify,
    ) -> None:
        """tries_all: every instruction is tried out before it is sent. Where the chain runs in this process
        that doubles its work, and what a batch refuses costs nobody anything: then only those are tried whose
        need for gas is not known, or that were sent before.

        on_pending: they are tried on the block that would be made now, with its time; False: on the newest
        block, all on the same one. Validators copy their whole work for a question about the pending block,
        and keep their next block waiting meanwhile. most_gas: of a transaction, where blocks have no limit.
        """
        self._tries_all = tries_all
        self._on_pending = on_pending
        self._most_gas = most_gas
        self._classifies = classifies
        self._rpc = Rpc(web3)
        self._gateway = gateway
        self._address = gateway.address_of(INSTRUCTIONS)
        self._chain_id = gateway.deployment.chain_id
        self._granted: dict[tuple[bytes, int], int] = {}

    # -- trying out --

    def newest(self) -> NewestBlock:
        """The newest block; a transaction may ask for a part of its limit."""
        block = self._ask("eth_getBlockByNumber", "latest", False)
        try:
            most = int(block["gasLimit"], 16) * _BLOCK_SHARE_PERCENT // 100
            number = int(block["number"], 16)
        except (TypeError, KeyError, ValueError) as unfit:
            raise unavailable(f"the newest block has no number or gas limit: {unfit!r}") from unfit
        return NewestBlock(number=number, most_gas=most if self._most_gas is None else self._most_gas)

    def try_out(self, steps: Sequence[StepRecord], *, relayer: str, at: NewestBlock) -> tuple[TriedStep, ...]:
        """Each instruction on its own on the state of that block; none has an effect.

        What a type of instruction with as many arguments needed before is tried again; where that is not
        known or not enough, the node looks for what is.
        """
        tag = "pending" if self._on_pending else hex(at.number)
        limits = [self._granted.get(_shape(step), 0) for step in steps]
        answers: list[Any] = [None] * len(steps)
        known = []
        for place, (step, limit) in enumerate(zip(steps, limits, strict=True)):
            if limit and not self._tries_all and step.gas_limit == 0:
                answers[place] = "0x"
            elif limit >= max(1, step.gas_limit):
                known.append(place)
        requests = [
            ("eth_call", [self._request(steps[place], relayer, limits[place]), tag]) for place in known
        ]
        for place, answer in zip(known, self._rpc.batch(requests), strict=True):
            answers[place] = answer
        return tuple(
            self._tried(step, relayer, limit, answer, tag)
            for step, limit, answer in zip(steps, limits, answers, strict=True)
        )

    def _tried(self, step: StepRecord, relayer: str, limit: int, answer: Any, tag: str) -> TriedStep:
        if isinstance(answer, ChainError):
            raise answer
        if isinstance(answer, str):
            return TriedStep(step=step, gas_limit=limit)
        if isinstance(answer, RpcError) and answer.output:
            return self._refused(step, answer.output)
        learned = self._granted.get(_shape(step), 0)
        if answer is None and learned and not self._tries_all and step.gas_limit == 0:
            # Another one of its shape was tried just now.
            return TriedStep(step=step, gas_limit=learned)
        return self._estimated(step, relayer, tag)

    def _estimated(self, step: StepRecord, relayer: str, tag: str) -> TriedStep:
        try:
            estimate = int(self._rpc.request("eth_estimateGas", self._request(step, relayer, None), tag), 16)
        except RpcError as refused:
            if refused.output:
                return self._refused(step, refused.output)
            if refused.is_node_trouble:
                # It answers, and cannot do this one: no reason to keep the others waiting.
                failed = unavailable(f"trial of an instruction: {refused}")
                return TriedStep(step=step, gas_limit=0, error=failed)
            error = self._gateway.explain_revert(
                refused.output or b"", contract=step.contract, function=step.function
            )
            return TriedStep(step=step, gas_limit=0, error=error, refusal=refused.output)
        except (TypeError, ValueError) as unfit:
            raise unavailable(f"trial of an instruction: {unfit!r}") from unfit
        limit = max(step.gas_limit, estimate + estimate * _MARGIN_PERCENT // 100 + _MARGIN_FLAT)
        self._granted[_shape(step)] = max(limit, self._granted.get(_shape(step), 0))
        return TriedStep(step=step, gas_limit=limit)

    def _refused(self, step: StepRecord, output: bytes) -> TriedStep:
        error = explain_refusal(output, type_hash=step.type_hash, explains=self._gateway)
        return TriedStep(step=step, gas_limit=0, error=error, refusal=output, spent=error.code == NONCE_SPENT)

    def _request(self, step: StepRecord, relayer: str, granted: int | None) -> dict[str, Any]:
        request: dict[str, Any] = {
            "from": relayer,
            "to": self._address,
            "data": "0x" + encode_one(signed_of(step)).hex(),
            "gasPrice": "0x0",
        }
        if granted is not None:
            request["gas"] = hex(granted * _TRIAL_PERCENT // 100)
        return request

    # -- sending --

    def gas_of_batch(self, steps: Sequence[StepRecord]) -> int:
        """Gas limit of one transaction: what each instruction may use, and what goes around it."""
        return _PER_TRANSACTION + sum(
            step.gas_limit + step.gas_limit // 32 + _PER_INSTRUCTION + _PER_BYTE * len(step.encoded_args)
            for step in steps
        )

    def sign_batch(self, steps: Sequence[StepRecord], *, lane: Signer, nonce: int) -> SignedTransaction:
        """One transaction that carries out these instructions in this order."""
        return opened(lane).sign_legacy(
            nonce=nonce,
            to=bytes.fromhex(self._address[2:]),
            input_bytes=encode_batch([signed_of(step) for step in steps]),
            gas=self.gas_of_batch(steps),
            chain_id=self._chain_id,
        )

    def broadcast(self, transactions: Sequence[SignedTransaction]) -> tuple[Broadcast, ...]:
        """Send signed bytes, for the first time or again."""
        return tuple(
            broadcast_all(
                self._rpc,
                [(each.raw, each.tx_hash) for each in transactions],
                classifies=self._classifies,
            )
        )

    # -- reading --

    def mined(self, tx_hashes: Sequence[str]) -> tuple[MinedTransaction | None, ...]:
        """The receipts of transactions with what became of their instructions; None while there is none."""
        return tuple(
            None if found is None else self._mined(tx_hash, found)
            for tx_hash, found in zip(tx_hashes, final_receipts_of(self._rpc, tx_hashes), strict=True)
        )

    def _mined(self, tx_hash: str, found: Mapping[str, Any]) -> MinedTransaction:
        try:
            succeeded = int(found["status"], 16) == 1
            outcomes: tuple[StepOutcome, ...] = ()
            if succeeded:
                records = self._gateway.records_of(found)
                outcomes = tuple(
                    StepOutcome(
                        key=each.key,
                        nonce=each.nonce,
                        executed=each.executed,
                        spent=each.spent,
                        records=each.records,
                        refusal=each.refusal,
                        error=each.error,
                    )
                    for each in read_outcomes(records, explains=self._gateway)
                )
            return MinedTransaction(
                tx_hash=tx_hash,
                block_number=int(found["blockNumber"], 16),
                block_hash=found["blockHash"],
                gas_used=int(found["gasUsed"], 16),
                succeeded=succeeded,
                outcomes=outcomes,
            )
        except (KeyError, TypeError, ValueError) as unfit:
            raise unavailable(f"the receipt of {tx_hash} is malformed: {unfit!r}") from unfit

    def is_known(self, tx_hash: str) -> bool:
        """Whether the node has the transaction at all."""
        return self._ask("eth_getTransactionByHash", tx_hash) is not None

    def next_nonce(self, lane: str, *, pending: bool) -> int:
        """How many transactions of the key the chain has; an answer that is no number is no answer."""
        answered = self._ask("eth_getTransactionCount", lane, "pending" if pending else "latest")
        try:
            return int(answered, 16)
        except (TypeError, ValueError) as unfit:
            raise unavailable(f"nonce of {lane}: {answered!r}") from unfit

    def head(self) -> tuple[int, int]:
        """Number and time (epoch seconds) of the newest block."""
        return self._gateway.head()

    def _ask(self, method: str, *params: Any) -> Any:
        try:
            return self._rpc.request(method, *params)
        except RpcError as refused:
            raise unavailable(f"{method}: {refused}") from refused


def _shape(step: StepRecord) -> tuple[bytes, int]:
    return step.type_hash, len(step.encoded_args)
