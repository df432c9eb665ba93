"""What a key signs: one call, once, until a deadline, on one ledger.

terms = InstructionTerms.of_call("Ledger", "confirm", (7, 120_000), key=..., nonce=..., deadline_s=...)
signed = terms.sign(domain, signer)
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eth_utils import keccak, to_checksum_address

from counterfoil.chain.instructions.catalogue import type_of_call, type_of_hash, type_of_name
from counterfoil.chain.instructions.instruction_type import LAST_FIELDS, InstructionType
from counterfoil.chain.instructions.message_values import (
    from_message,
    read_address,
    read_uint,
    to_message,
    write_uint,
)
from counterfoil.chain.instructions.refusals import (
    INSTRUCTION_FOREIGN,
    INSTRUCTION_UNKNOWN,
    INSTRUCTION_UNREADABLE,
    SIGNATURE_OF_ANOTHER,
)
from counterfoil.chain.instructions.signatures import normalised, signer_of
from counterfoil.chain.instructions.struct_hash import domain_hash, message_hash
from counterfoil.domain.errors import DomainError
from counterfoil.domain.ids import undated
from counterfoil.ports.engine import Signer

DOMAIN_NAME = "Counterfoil"
DOMAIN_VERSION = "1"
NONCE_BITS = 256
DEADLINE_BITS = 40
_CHAIN_ID_BITS = 256
_NONCE_PURPOSE = b"counterfoil/instruction-nonce/v1"
_DOMAIN_TYPE = (
    ("name", "string"),
    ("version", "string"),
    ("chainId", "uint256"),
    ("verifyingContract", "address"),
)


@dataclass(frozen=True, slots=True)
class InstructionDomain:
    """One ledger, as signatures name it. instructions: address of the contract that takes them."""

    chain_id: int
    instructions: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "instructions", str(to_checksum_address(self.instructions)))


@dataclass(frozen=True, slots=True, kw_only=True)
class InstructionTerms:
    """One instruction before its signature.

    encoded_args: the function's arguments in standard ABI encoding, without selector. key: checksummed
    address of who is to sign. nonce: 256 bits, once a key. deadline_s: last second since 1970 UTC in which it
    may be carried out. gas_limit: what the call may use in a batch; the relayer's choice, not signed.
    """

    type_hash: bytes
    encoded_args: bytes
    key: str
    nonce: int
    deadline_s: int
    gas_limit: int = 0

    @classmethod
    def of_call(
        cls,
        contract: str,
        function: str,
        args: Sequence[Any],
        *,
        key: str,
        nonce: int,
        deadline_s: int,
        gas_limit: int = 0,
    ) -> InstructionTerms:
        """The instruction for a call as ChainGateway.send takes it.

        Raises DomainError NotAnInstruction, and BadArguments where an argument does not fit its type.
        """
        kind = type_of_call(contract, function, len(args))
        return cls(
            type_hash=kind.type_hash,
            encoded_args=kind.function.inputs.encode(args, function=kind.function.signature),
            key=str(to_checksum_address(key)),
            nonce=nonce,
            deadline_s=deadline_s,
            gas_limit=gas_limit,
        )

    @property
    def kind(self) -> InstructionType:
        """The type of its message. Raises DomainError InstructionUnknown for one of another version."""
        return type_of_hash(self.type_hash)

    @property
    def name(self) -> str:
        """What it is called, for example ConfirmNote."""
        return self.kind.name

    @property
    def contract(self) -> str:
        """The contract that it calls, by our name."""
        return self.kind.contract

    @property
    def function(self) -> str:
        """The full signature of the function."""
        return self.kind.function.signature

    @property
    def values(self) -> dict[str, Any]:
        """The arguments by snake_case name, as event records hold values."""
        return self.kind.function.inputs.decode_named(self.encoded_args)

    def typed_data(self, domain: InstructionDomain) -> dict[str, Any]:
        """The whole EIP-712 message as a JSON object. Raises DomainError InstructionUnreadable."""
        kind = self.kind
        inputs = kind.function.inputs
        message = to_message(inputs.entries, inputs.types, self.encoded_args)
        message["nonce"] = write_uint(self.nonce, NONCE_BITS)
        message["deadline"] = write_uint(self.deadline_s, DEADLINE_BITS)
        return {
            "types": _types_of(kind),
            "primaryType": kind.name,
            "domain": {
                "name": DOMAIN_NAME,
                "version": DOMAIN_VERSION,
                "chainId": domain.chain_id,
                "verifyingContract": domain.instructions,
            },
            "message": message,
        }

    def digest(self, domain: InstructionDomain) -> bytes:
        """The 32 bytes that are signed; IInstructions.digestOf answers the same."""
        of_domain = domain_hash(DOMAIN_NAME, DOMAIN_VERSION, domain.chain_id, domain.instructions)
        of_message = message_hash(self.kind, self.encoded_args, nonce=self.nonce, deadline_s=self.deadline_s)
        return keccak(b"\x19\x01" + of_domain + of_message)

    def sign(self, domain: InstructionDomain, signer: Signer) -> SignedInstruction:
        """Sign with the key; nothing goes to the chain. Raises as `with_signature`."""
        signed = signer.sign_typed_data(full_message=self.typed_data(domain))
        return self.with_signature(domain, bytes(signed.signature))

    def with_signature(self, domain: InstructionDomain, signature: bytes) -> SignedInstruction:
        """The instruction with a signature made elsewhere.

        Raises DomainError SignatureUnusable, and SignatureOfAnother where not exactly its key signed exactly
        this message.
        """
        signer = signer_of(self.digest(domain), signature)
        if signer != self.key:
            raise DomainError(SIGNATURE_OF_ANOTHER, name=self.name, key=self.key, signer=signer)
        return SignedInstruction(terms=self, signature=normalised(signature))


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedInstruction:
    """An instruction that its key signed. signature: r, s and v (27 or 28), 65 bytes."""

    terms: InstructionTerms
    signature: bytes


def instruction_nonce(command_id: str, step: int) -> int:
    """The nonce of a command's step, 256 bits: the same whenever it is asked for.

    A step that is prepared, signed or relayed twice therefore takes effect once. The time in the command's id
    does not count: a request that is repeated after its command was lost, because the store is that of an
    older backup, makes a command of another time, which finds its nonces spent.
    """
    text = undated(command_id).encode()
    counted = len(text).to_bytes(4) + text + step.to_bytes(4)
    return int.from_bytes(hashlib.sha256(_NONCE_PURPOSE + b"\0" + counted).digest())


def domain_of(message: Mapping[str, Any]) -> InstructionDomain:
    """The ledger that an EIP-712 message is for.

    Raises DomainError InstructionUnreadable where it is no message of Counterfoil.
    """
    stated = message.get("domain")
    if not isinstance(stated, Mapping) or set(stated) != {field for field, _ in _DOMAIN_TYPE}:
        fields = ", ".join(field for field, _ in _DOMAIN_TYPE)
        raise _unreadable("domain", f"it has not exactly {fields}")
    for field, expected in (("name", DOMAIN_NAME), ("version", DOMAIN_VERSION)):
        if stated[field] != expected:
            raise _unreadable(f"domain.{field}", f"it is not {expected!r}")
    return InstructionDomain(
        chain_id=read_uint(stated["chainId"], _CHAIN_ID_BITS, "domain.chainId"),
        instructions=read_address(stated["verifyingContract"], "domain.verifyingContract"),
    )


def from_typed_data(
    message: Mapping[str, Any], *, domain: InstructionDomain | None, key: str, gas_limit: int = 0
) -> InstructionTerms:
    """The instruction of a whole EIP-712 message, read so strictly that it says one thing only.

    domain: the ledger that it must be for; None takes any. Raises DomainError InstructionUnknown,
    InstructionForeign, InstructionUnreadable.
    """
    _require_fields(message)
    _require_domain(domain_of(message), domain)
    name = message["primaryType"]
    if not isinstance(name, str):
        raise DomainError(INSTRUCTION_UNKNOWN, name=repr(name))
    kind = type_of_name(name)
    if message["types"] != _types_of(kind):
        raise _unreadable("types", f"they are not those of {kind.name}")
    stated = message["message"]
    inputs = kind.function.inputs
    last = tuple({"name": field, "type": type_} for field, type_ in LAST_FIELDS)
    *values, nonce, deadline_s = from_message((*inputs.entries, *last), stated)
    return InstructionTerms(
        type_hash=kind.type_hash,
        encoded_args=inputs.encode(values, function=kind.function.signature),
        key=str(to_checksum_address(key)),
        nonce=nonce,
        deadline_s=deadline_s,
        gas_limit=gas_limit,
    )


def _require_fields(message: Mapping[str, Any]) -> None:
    wanted = {"types", "primaryType", "domain", "message"}
    if not isinstance(message, Mapping) or set(message) != wanted:
        raise _unreadable("message", f"an EIP-712 message has exactly {', '.join(sorted(wanted))}")


def _require_domain(stated: InstructionDomain, expected: InstructionDomain | None) -> None:
    if expected is None:
        return
    for field, name in (("chain_id", "chain id"), ("instructions", "contract")):
        actual, wanted = getattr(stated, field), getattr(expected, field)
        if actual != wanted:
            raise DomainError(INSTRUCTION_FOREIGN, field=name, actual=actual, expected=wanted)


def _types_of(kind: InstructionType) -> dict[str, list[dict[str, str]]]:
    declared = {"EIP712Domain": _DOMAIN_TYPE, **kind.structs}
    return {
        name: [{"name": field, "type": type_} for field, type_ in fields] for name, fields in declared.items()
    }


def _unreadable(field: str, reason: str) -> DomainError:
    return DomainError(INSTRUCTION_UNREADABLE, field=field, reason=reason)
