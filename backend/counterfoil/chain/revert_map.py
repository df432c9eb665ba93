"""What a contract's refusal means: the bytes of a revert as one of our own errors.

A custom error becomes ContractRefusedError under its Solidity name, with its values as facts; the sentence
comes from the error table. Texts, panics and empty reverts have codes of their own.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from eth_abi import decode
from eth_abi.exceptions import DecodingError

from counterfoil.chain import errors
from counterfoil.chain.abi import ContractAbi, ErrorAbi
from counterfoil.chain.abi_decoding import UndecodableError
from counterfoil.domain.errors import CounterfoilError
from counterfoil.ports.engine import ChainError, ChainErrorKind, ContractRefusedError

_TEXT_SELECTOR = bytes.fromhex("08c379a0")  # Error(string)
_PANIC_SELECTOR = bytes.fromhex("4e487b71")  # Panic(uint256)

# Solidity documentation, "Panic via assert and Error via require".
_PANIC_REASONS = {
    0x00: "a compiler-inserted check failed",
    0x01: "an assertion failed",
    0x11: "a number left its range",
    0x12: "division by zero",
    0x21: "a value is not a member of its enumeration",
    0x22: "a stored byte array is wrongly encoded",
    0x31: "an empty array was popped",
    0x32: "an index is outside its array",
    0x41: "too much memory was asked for",
    0x51: "an uninitialised function was called",
}


class RevertMap:
    """Custom errors of all known contracts, by selector: a refusal may come from a contract called on the
    way.
    """

    def __init__(self) -> None:
        self._errors: dict[bytes, ErrorAbi] = {}

    def learn(self, abis: Iterable[ContractAbi]) -> None:
        """Add the errors that these interfaces declare."""
        for abi in abis:
            self._errors.update(abi.errors)

    def explain(self, output: bytes, *, contract: str, function: str) -> CounterfoilError:
        """The error that these revert bytes stand for; never raises it."""

        def unexplained(reason: str) -> CounterfoilError:
            return call_reverted(contract=contract, function=function, reason=reason)

        if not output:
            return unexplained("no reason given")
        selector, values = output[:4], output[4:]
        try:
            if selector == _TEXT_SELECTOR:
                return ContractRefusedError(errors.CONTRACT_TEXT, text=decode(["string"], values)[0])
            if selector == _PANIC_SELECTOR:
                code = decode(["uint256"], values)[0]
                reason = _PANIC_REASONS.get(code, "unknown panic")
                return ChainError(
                    ChainErrorKind.REVERTED, errors.CONTRACT_PANIC, reason=reason, panic_code=hex(code)
                )
            known = self._errors.get(selector)
            if known is not None:
                facts = known.inputs.decode_named(values)
                return ContractRefusedError(
                    known.name, **{name: _fact(value) for name, value in facts.items()}
                )
        except (DecodingError, UndecodableError, UnicodeDecodeError, OverflowError) as unreadable:
            return unexplained(f"unreadable reason 0x{output.hex()} ({unreadable})")
        return unexplained(f"unknown error 0x{output.hex()}")


def call_reverted(*, contract: str, function: str, reason: str) -> ChainError:
    """A refusal without a reason that we can name."""
    return ChainError(
        ChainErrorKind.REVERTED, errors.CALL_REVERTED, contract=contract, function=function, reason=reason
    )


def _fact(value: Any) -> object:
    """Bytes read badly in a sentence; 0x text does not."""
    if isinstance(value, bytes):
        return "0x" + value.hex()
    if isinstance(value, tuple):
        return tuple(_fact(item) for item in value)
    return value
