"""Steps as instructions that their parties sign and a relayer carries to the contract, fifty in a
transaction.

What a party signs is an EIP-712 message. Its digest is made here from the layout that the contract hashes by
(contracts/interfaces/IInstructions.sol), because building the message as JSON costs thirty times as much; a
test compares both.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import cycle

from eth_utils import keccak

from counterfoil.chain.artifact import load_artifact
from counterfoil.chain.contract_calls import INSTRUCTIONS
from counterfoil.chain.instructions.catalogue import instruction_types
from counterfoil.chain.instructions.instruction_type import InstructionType
from counterfoil.chain.instructions.terms import DOMAIN_NAME, DOMAIN_VERSION, InstructionDomain
from network_load.calls import WORD, words
from network_load.parties import Cast, bench_key
from network_load.stories import Step

BATCH = 50
_DOMAIN = "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
_BYTES, _ARRAY, _STATIC_STRUCT, _DYNAMIC_STRUCT = 0x80, 0x81, 0x82, 0x83
_OVERHEAD_GAS = 400_000
_INSTRUCTION_GAS = 60_000
_CALLDATA_GAS = 16
_SIGNATURE_BYTES = 65

RELAYERS = tuple(bench_key(f"relayer {place}") for place in range(16))
"""Keys that carry instructions: belonging to no party, they can do nothing else."""


@lru_cache(maxsize=1)
def _types() -> dict[tuple[str, bytes], InstructionType]:
    return {(kind.contract, kind.function.selector): kind for kind in instruction_types()}


@lru_cache(maxsize=4)
def _separator(domain: InstructionDomain) -> bytes:
    named = (keccak(text=each) for each in (_DOMAIN, DOMAIN_NAME, DOMAIN_VERSION))
    return keccak(b"".join(named) + words((domain.chain_id, int(domain.instructions, 16))))


def _word_at(args: bytes, place: int) -> int:
    return int.from_bytes(args[place : place + WORD], "big")


def _item(layout: bytes, at: int, args: bytes, head: int, base: int) -> tuple[bytes, int, int]:
    """EIP-712 encoding of one item of a layout, where the layout goes on, and where the arguments do.

    head: where the item stands in the arguments; base: what offsets there count from.
    """
    kind = layout[at]
    if kind < _BYTES:
        return args[head : head + kind * WORD], at + 1, head + kind * WORD
    if kind == _STATIC_STRUCT:
        type_hash, fields, after = _struct(layout, at)
        encoded, head = _items(fields, args, head, base)
        return keccak(type_hash + encoded), after, head
    place = base + _word_at(args, head)
    if kind == _DYNAMIC_STRUCT:
        type_hash, fields, after = _struct(layout, at)
        encoded, _ = _items(fields, args, place, place)
        return keccak(type_hash + encoded), after, head + WORD
    count, place = _word_at(args, place), place + WORD
    if kind == _BYTES:
        return keccak(args[place : place + count]), at + 1, head + WORD
    elements, within, after = [], place, at + 2
    for _ in range(count):
        encoded, after, within = _item(layout, at + 1, args, within, place)
        elements.append(encoded)
    if count == 0:
        after = _length(layout, at + 1)
    return keccak(b"".join(elements)), after, head + WORD


def _items(layout: bytes, args: bytes, head: int, base: int) -> tuple[bytes, int]:
    encoded, at = b"", 0
    while at < len(layout):
        item, at, head = _item(layout, at, args, head, base)
        encoded += item
    return encoded, head


def _struct(layout: bytes, at: int) -> tuple[bytes, bytes, int]:
    """A struct's type hash, the layout of its fields, and where the layout goes on behind them."""
    fields = at + 1 + WORD + 1
    after = fields + layout[fields - 1]
    return layout[at + 1 : at + 1 + WORD], layout[fields:after], after


def _length(layout: bytes, at: int) -> int:
    """Where the layout goes on behind an item."""
    if layout[at] in (_STATIC_STRUCT, _DYNAMIC_STRUCT):
        return _struct(layout, at)[2]
    return _length(layout, at + 1) if layout[at] == _ARRAY else at + 1


def digest(
    domain: InstructionDomain, kind: InstructionType, args: bytes, nonce: int, deadline_s: int
) -> bytes:
    """The 32 bytes that a key signs; InstructionTerms.digest says the same."""
    encoded, _ = _items(kind.layout, args, 0, 0)
    message = keccak(kind.type_hash + encoded + words((nonce, deadline_s)))
    return keccak(b"\x19\x01" + _separator(domain) + message)


def encode_batch(instructions: Sequence[bytes]) -> bytes:
    """Input of Instructions.executeBatch for instructions as `sign` makes them."""
    offsets, at = [], len(instructions) * WORD
    for each in instructions:
        offsets.append(at)
        at += len(each)
    execute = load_artifact(INSTRUCTIONS).abi.function("executeBatch", 1).selector
    return execute + words((WORD, len(instructions), *offsets)) + b"".join(instructions)


class Relay:
    """Signs steps with their parties' keys and packs them into transactions.

    Nonces are drawn as the service draws them, from all 256 bits: each costs a word of storage, where
    counted ones would share it.
    """

    def __init__(self, *, domain: InstructionDomain, cast: Cast, seed: str, deadline_s: int) -> None:
        """deadline_s: until when every instruction of the run may be carried out."""
        self._domain = domain
        self._cast = cast
        self._nonce = int.from_bytes(keccak(text=f"{seed} nonces"), "big")
        self._deadline_s = deadline_s
        self._lanes = cycle(key.address for key in RELAYERS)

    def next_lane(self) -> str:
        """Who carries the next transaction: its address."""
        return next(self._lanes)

    def sign(self, step: Step) -> bytes:
        """The step as one element of executeBatch's array, signed by its party."""
        kind = _types()[step.contract, step.input_bytes[:4]]
        args = step.input_bytes[4:]
        self._nonce = int.from_bytes(keccak(self._nonce.to_bytes(WORD, "big")), "big")
        key = self._cast.key_of(step.actor)
        told = digest(self._domain, kind, args, self._nonce, self._deadline_s)
        signature = key.sign_digest(told)
        behind_args = 7 * WORD + WORD + len(args)
        head = kind.type_hash + words(
            (7 * WORD, self._nonce, self._deadline_s, int(key.address, 16), step.gas, behind_args)
        )
        signed = signature.ljust(-(-_SIGNATURE_BYTES // WORD) * WORD, b"\0")
        return head + words((len(args),)) + args + words((_SIGNATURE_BYTES,)) + signed

    def pack(self, steps: Sequence[Step]) -> tuple[bytes, int]:
        """Input of executeBatch and a gas limit that no step of it can starve under."""
        encoded = encode_batch([self.sign(step) for step in steps])
        called = sum(step.gas for step in steps)
        gas = (
            _OVERHEAD_GAS
            + called
            + called // 32
            + len(steps) * _INSTRUCTION_GAS
            + _CALLDATA_GAS * len(encoded)
        )
        return encoded, gas
