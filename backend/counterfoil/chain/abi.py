"""A contract's interface: encoding calls, decoding answers, logs and errors.

Names cross from Solidity's camelCase to Python's snake_case here and nowhere else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from eth_abi import decode, encode
from eth_abi.exceptions import DecodingError, EncodingError, ParseError
from eth_utils import keccak
from eth_utils.abi import collapse_if_tuple

from counterfoil.chain import errors
from counterfoil.chain.abi_decoding import Decoder, UndecodableError, decoder_of, sequence_reader
from counterfoil.chain.addresses import checksummed
from counterfoil.domain.errors import DomainError

_ARRAY = re.compile(r"^(?P<element>.*)\[(?P<length>\d*)\]$")
_FIXED_BYTES = re.compile(r"^bytes(?P<length>\d+)$")
_WORD_START = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def snake_case(name: str) -> str:
    """noteId -> note_id, faceAmountMinor -> face_amount_minor, toID -> to_id."""
    return _WORD_START.sub("_", name).lower().strip("_")


@dataclass(frozen=True, slots=True)
class Parameters:
    """An ordered list of ABI parameters."""

    entries: tuple[Mapping[str, Any], ...]

    @property
    def types(self) -> list[str]:
        """The canonical type of each, structs as tuples."""
        return [collapse_if_tuple(dict(entry)) for entry in self.entries]

    @property
    def names(self) -> list[str]:
        """The snake_case name of each; arg0, arg1, ... where Solidity gives none."""
        return [
            snake_case(entry.get("name") or "") or f"arg{place}" for place, entry in enumerate(self.entries)
        ]

    def encode(self, values: Sequence[Any], *, function: str) -> bytes:
        """Values as ABI bytes; raises DomainError(BadArguments) where one does not fit its type."""
        types = self.types
        try:
            if len(values) != len(types):
                raise TypeError(f"{len(values)} given, {len(types)} wanted")
            prepared = [_outward(entry, value) for entry, value in zip(self.entries, values, strict=True)]
            return encode(types, prepared)
        except (EncodingError, ParseError, TypeError, ValueError, KeyError, OverflowError) as unfit:
            raise DomainError(
                errors.BAD_ARGUMENTS, function=function, types=", ".join(types), reason=str(unfit)
            ) from unfit

    def decode(self, encoded: bytes) -> tuple[Any, ...]:
        """ABI bytes as values; raises UndecodableError."""
        try:
            values = decode(self.types, encoded)
        except (DecodingError, ParseError, OverflowError, UnicodeDecodeError) as unfit:
            raise UndecodableError(str(unfit)) from unfit
        return tuple(_inward(entry, value) for entry, value in zip(self.entries, values, strict=True))

    def decode_named(self, encoded: bytes) -> dict[str, Any]:
        """ABI bytes as values by name."""
        return dict(zip(self.names, self.decode(encoded), strict=True))


def _outward(entry: Mapping[str, Any], value: Any) -> Any:
    """One value as eth_abi takes it: structs as tuples, 0x text for bytes as bytes."""
    kind = entry["type"]
    array = _ARRAY.match(kind)
    if array:
        element = {**entry, "type": array["element"]}
        return [_outward(element, item) for item in value]
    if kind == "tuple":
        components = entry["components"]
        if isinstance(value, Mapping):
            value = [value[snake_case(component["name"])] for component in components]
        return tuple(_outward(component, item) for component, item in zip(components, value, strict=True))
    if kind.startswith("bytes"):
        if isinstance(value, str) and value.startswith("0x"):
            value = bytes.fromhex(value[2:])
        fixed = _FIXED_BYTES.match(kind)
        if fixed and isinstance(value, (bytes, bytearray)) and len(value) != int(fixed["length"]):
            raise ValueError(f"{kind} wants {fixed['length']} bytes, got {len(value)}")
    return value


def _inward(entry: Mapping[str, Any], value: Any) -> Any:
    """One decoded value in the form that records hold: checksummed addresses, tuples, read-only mappings."""
    kind = entry["type"]
    array = _ARRAY.match(kind)
    if array:
        element = {**entry, "type": array["element"]}
        return tuple(_inward(element, item) for item in value)
    if kind == "tuple":
        components = entry["components"]
        items = [_inward(component, item) for component, item in zip(components, value, strict=True)]
        names = Parameters(tuple(components)).names
        return MappingProxyType(dict(zip(names, items, strict=True)))
    if kind == "address":
        return checksummed(value)
    return value


@dataclass(frozen=True, slots=True)
class FunctionAbi:
    """One function: its canonical signature, selector, inputs and outputs."""

    signature: str
    selector: bytes
    inputs: Parameters
    outputs: Parameters

    def encode_call(self, args: Sequence[Any]) -> bytes:
        """The call's input bytes."""
        return self.selector + self.inputs.encode(args, function=self.signature)

    def decode_output(self, output: bytes) -> Any:
        """None, the one value, or a tuple of values; raises UndecodableError."""
        values = self.outputs.decode(output)
        if not values:
            return None
        return values[0] if len(values) == 1 else values


@dataclass(frozen=True, slots=True)
class ErrorAbi:
    """One custom error."""

    name: str
    selector: bytes
    inputs: Parameters


class EventAbi:
    """One event; inputs in declaration order."""

    def __init__(self, name: str, topic: bytes, inputs: Parameters) -> None:
        self.name = name
        self.topic = topic
        self.inputs = inputs
        self.indexed = tuple(bool(entry.get("indexed")) for entry in inputs.entries)
        names, keyed, plain = inputs.names, [], []
        for place, (entry, is_topic) in enumerate(zip(inputs.entries, self.indexed, strict=True)):
            if is_topic:
                keyed.append((place, None if _is_hashed(entry["type"]) else decoder_of(entry, snake_case)))
            else:
                plain.append((place, decoder_of(entry, snake_case)))
        self._names: list[str] = names
        self._keyed: list[tuple[int, Decoder | None]] = keyed
        self._plain_places = [place for place, _ in plain]
        self._read_plain = sequence_reader([decoder for _, decoder in plain])

    def decode_log(self, topics: Sequence[bytes], encoded: bytes) -> Mapping[str, Any]:
        """The event's values by name, in declaration order; raises UndecodableError."""
        if len(topics) != len(self._keyed) + 1:
            raise UndecodableError(f"{self.name}: {len(topics)} topics, expected {len(self._keyed) + 1}")
        values: list[Any] = [None] * len(self._names)
        for topic, (place, decoder) in zip(topics[1:], self._keyed, strict=True):
            # Only the hash of a value of dynamic or composed type is in the log.
            values[place] = topic if decoder is None else decoder.read(topic, 0)
        for place, value in zip(self._plain_places, self._read_plain(encoded, 0), strict=True):
            values[place] = value
        return MappingProxyType(dict(zip(self._names, values, strict=True)))


def _is_hashed(kind: str) -> bool:
    return kind in ("string", "bytes", "tuple") or _ARRAY.match(kind) is not None


class ContractAbi:
    """Everything a compiled contract's interface declares, by name and by selector."""

    def __init__(self, name: str, entries: Iterable[Mapping[str, Any]]) -> None:
        self.name = name
        self.constructor = Parameters(())
        self._by_signature: dict[str, FunctionAbi] = {}
        self._by_name: dict[str, list[FunctionAbi]] = {}
        self.events: dict[bytes, EventAbi] = {}
        self.errors: dict[bytes, ErrorAbi] = {}
        for entry in entries:
            self._add(entry)

    def _add(self, entry: Mapping[str, Any]) -> None:
        inputs = Parameters(tuple(entry.get("inputs", ())))
        kind = entry["type"]
        if kind == "constructor":
            self.constructor = inputs
            return
        if kind not in ("function", "event", "error"):
            return  # receive and fallback have nothing to encode
        signature = f"{entry['name']}({','.join(inputs.types)})"
        digest = keccak(text=signature)
        if kind == "function":
            function = FunctionAbi(signature, digest[:4], inputs, Parameters(tuple(entry.get("outputs", ()))))
            self._by_signature[signature] = function
            self._by_name.setdefault(entry["name"], []).append(function)
        elif kind == "error":
            self.errors[digest[:4]] = ErrorAbi(entry["name"], digest[:4], inputs)
        elif not entry.get("anonymous"):
            self.events[digest] = EventAbi(entry["name"], digest, inputs)

    def function(self, name: str, argument_count: int) -> FunctionAbi:
        """The function of that name or full signature; raises DomainError(UnknownFunction).

        An overloaded name is resolved by the number of arguments, and refused where that does not decide.
        """
        exact = self._by_signature.get(name)
        if exact is not None:
            return exact
        fitting = [each for each in self._by_name.get(name, ()) if len(each.inputs.entries) == argument_count]
        if len(fitting) != 1:
            raise DomainError(
                errors.UNKNOWN_FUNCTION, contract=self.name, function=name, arguments=argument_count
            )
        return fitting[0]

    def function_named(self, name: str) -> FunctionAbi:
        """The only function of that name, or the one of that full signature; raises as `function`."""
        exact = self._by_signature.get(name)
        of_name = self._by_name.get(name, ()) if exact is None else (exact,)
        if len(of_name) != 1:
            raise DomainError(errors.UNKNOWN_FUNCTION, contract=self.name, function=name, arguments="any")
        return of_name[0]

    @property
    def functions(self) -> tuple[FunctionAbi, ...]:
        """Every function, overloads apart, in the compiler's order."""
        return tuple(self._by_signature.values())

    def function_with(self, selector: bytes) -> FunctionAbi | None:
        """The function with these first four bytes of input, None where there is none."""
        return next((each for each in self._by_signature.values() if each.selector == selector), None)
