"""Signed instructions on their way to the contract, and what became of each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from eth_utils import keccak

from counterfoil.chain.abi import FunctionAbi
from counterfoil.chain.artifact import load_artifact
from counterfoil.chain.contract_calls import INSTRUCTIONS
from counterfoil.chain.instructions.catalogue import type_of_hash
from counterfoil.chain.instructions.terms import SignedInstruction
from counterfoil.domain.errors import CounterfoilError
from counterfoil.ports.engine import EventRecord

_WORD = 32
_FIELDS = 7
_EXECUTED = "InstructionExecuted"
_REFUSED = "InstructionRefused"

# Refusals before the target was called: anybody can cause them in a key's name, and they spend no nonce.
_UNSPENT = frozenset(
    keccak(text=signature)[:4]
    for signature in (
        "RouteUnknown(bytes32)",
        "InstructionExpired(uint40,uint256)",
        "NonceSpent(address,uint256)",
        "SignatureNotKeys(address)",
        "ArgumentsMalformed(bytes32)",
    )
)


class Explains(Protocol):
    """Turns revert bytes into the error of the one table; ChainGateway does."""

    def explain_revert(self, output: bytes, *, contract: str, function: str) -> CounterfoilError: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class InstructionOutcome:
    """What became of one instruction of a transaction.

    place: its position in the batch. records: the events of its call, in order, without the marker; empty
    where it was refused. error: why it was refused, None where it was carried out. refusal: the bytes of that
    error. spent: whether the nonce is used up; False where the instruction was turned away before its call.
    """

    place: int
    key: str
    nonce: int
    type_hash: bytes
    records: tuple[EventRecord, ...]
    spent: bool
    refusal: bytes | None = None
    error: CounterfoilError | None = None

    @property
    def executed(self) -> bool:
        """Whether the call took effect."""
        return self.error is None


def encode_batch(instructions: Sequence[SignedInstruction]) -> bytes:
    """The input bytes of Instructions.executeBatch for these, in this order."""
    parts = [_tuple_bytes(each) for each in instructions]
    heads, place = [], _WORD * len(parts)
    for part in parts:
        heads.append(_word(place))
        place += len(part)
    words = [_word(_WORD), _word(len(parts)), *heads]
    return _function("executeBatch").selector + b"".join(words) + b"".join(parts)


def encode_one(instruction: SignedInstruction) -> bytes:
    """The input bytes of Instructions.execute: reverts with the target's own error."""
    return _function("execute").selector + _word(_WORD) + _tuple_bytes(instruction)


def read_outcomes(records: Iterable[EventRecord], *, explains: Explains) -> tuple[InstructionOutcome, ...]:
    """What became of each instruction of one transaction, in the order of the batch.

    records: all events of the transaction's receipt, in order; an instruction's stand before its marker.
    """
    outcomes: list[InstructionOutcome] = []
    waiting: list[EventRecord] = []
    for record in records:
        if record.contract != INSTRUCTIONS or record.event not in (_EXECUTED, _REFUSED):
            waiting.append(record)
            continue
        outcomes.append(_outcome(len(outcomes), record, tuple(waiting), explains))
        waiting = []
    return tuple(outcomes)


def _outcome(
    place: int, marker: EventRecord, records: tuple[EventRecord, ...], explains: Explains
) -> InstructionOutcome:
    args = marker.args
    if marker.event == _EXECUTED:
        return InstructionOutcome(
            place=place,
            key=args["key"],
            nonce=args["nonce"],
            type_hash=args["type_hash"],
            records=records,
            spent=True,
        )
    reason = bytes(args["reason"])
    return InstructionOutcome(
        place=place,
        key=args["key"],
        nonce=args["nonce"],
        type_hash=args["type_hash"],
        records=(),
        spent=reason[:4] not in _UNSPENT,
        refusal=reason,
        error=explain_refusal(reason, type_hash=args["type_hash"], explains=explains),
    )


def explain_refusal(reason: bytes, *, type_hash: bytes, explains: Explains) -> CounterfoilError:
    """The error that the bytes of a refusal stand for, with the instruction's contract and function."""
    if reason[:4] in _UNSPENT:
        # Not of the target, and the type itself may be unknown.
        return explains.explain_revert(reason, contract=INSTRUCTIONS, function="executeBatch")
    kind = type_of_hash(type_hash)
    return explains.explain_revert(reason, contract=kind.contract, function=kind.function.signature)


def _function(name: str) -> FunctionAbi:
    return load_artifact(INSTRUCTIONS).abi.function_named(name)


def _tuple_bytes(signed: SignedInstruction) -> bytes:
    """The struct Instruction in standard ABI encoding.

    By hand, because a general encoder takes longer over it than everything else that is done to send it.
    """
    terms = signed.terms
    args, signature = _bytes(terms.encoded_args), _bytes(signed.signature)
    place = _FIELDS * _WORD
    return b"".join(
        (
            terms.type_hash,
            _word(place),
            _word(terms.nonce),
            _word(terms.deadline_s),
            bytes.fromhex(terms.key[2:]).rjust(_WORD, b"\0"),
            _word(terms.gas_limit),
            _word(place + len(args)),
            args,
            signature,
        )
    )


def _bytes(value: bytes) -> bytes:
    return _word(len(value)) + value + bytes(-len(value) % _WORD)


def _word(value: int) -> bytes:
    return value.to_bytes(_WORD, "big")
