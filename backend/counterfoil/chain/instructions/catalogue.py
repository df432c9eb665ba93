"""All instructions of this version, found by function, by type hash and by name."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from counterfoil.chain.artifact import load_artifact
from counterfoil.chain.errors import UNKNOWN_FUNCTION
from counterfoil.chain.instructions.instruction_type import InstructionType, instruction_type
from counterfoil.chain.instructions.refusals import INSTRUCTION_UNKNOWN, NOT_AN_INSTRUCTION
from counterfoil.chain.instructions.type_names import TYPE_NAMES
from counterfoil.domain.errors import DomainError


@lru_cache(maxsize=1)
def instruction_types() -> tuple[InstructionType, ...]:
    """Every instruction type, in the order of the table."""
    return tuple(
        instruction_type(name, contract, load_artifact(contract).abi.function_named(function))
        for contract, functions in TYPE_NAMES.items()
        for function, name in functions.items()
    )


def type_of_call(contract: str, function: str, argument_count: int) -> InstructionType:
    """The type for a call as the gateway takes it. Raises DomainError NotAnInstruction."""
    if contract in TYPE_NAMES:
        try:
            called = load_artifact(contract).abi.function(function, argument_count)
        except DomainError as unknown:
            if unknown.code != UNKNOWN_FUNCTION:
                raise
        else:
            found = _by_function().get((contract, called.signature))
            if found is not None:
                return found
    raise DomainError(NOT_AN_INSTRUCTION, contract=contract, function=function)


def type_of_hash(type_hash: bytes) -> InstructionType:
    """The type with that hash. Raises DomainError InstructionUnknown."""
    found = _by_hash().get(type_hash)
    if found is None:
        raise DomainError(INSTRUCTION_UNKNOWN, name=f"0x{type_hash.hex()}")
    return found


def type_of_name(name: str) -> InstructionType:
    """The type of that name. Raises DomainError InstructionUnknown."""
    found = _by_name().get(name)
    if found is None:
        raise DomainError(INSTRUCTION_UNKNOWN, name=name)
    return found


@lru_cache(maxsize=1)
def _by_function() -> Mapping[tuple[str, str], InstructionType]:
    return MappingProxyType({(kind.contract, kind.function.signature): kind for kind in instruction_types()})


@lru_cache(maxsize=1)
def _by_hash() -> Mapping[bytes, InstructionType]:
    return MappingProxyType({kind.type_hash: kind for kind in instruction_types()})


@lru_cache(maxsize=1)
def _by_name() -> Mapping[str, InstructionType]:
    return MappingProxyType({kind.name: kind for kind in instruction_types()})
