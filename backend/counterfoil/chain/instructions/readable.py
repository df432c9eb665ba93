"""An instruction in lines that a treasurer can read before signing it.

Everything is said from the message itself, because only that is signed: where it names no currency, amounts
are said in minor units. Types of the contracts' interfaces (PartyId, LotId, CurrencyCode, ...) and the names
of fields say how a number is meant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from eth_abi import decode
from eth_abi.exceptions import DecodingError

from counterfoil.chain.abi import FunctionAbi, snake_case
from counterfoil.chain.addresses import checksummed
from counterfoil.chain.artifact import load_artifact
from counterfoil.chain.contract_calls import WHOLE_DEBT
from counterfoil.chain.instructions.instruction_type import element_of
from counterfoil.chain.instructions.terms import InstructionTerms
from counterfoil.chain.ledger_deployment import CONTRACTS
from counterfoil.domain.errors import DomainError
from counterfoil.domain.lot import ASSET_KIND_LOT, AssetId
from counterfoil.domain.money import Currency
from counterfoil.domain.refusals.ledger_refusals import asset_text, lot_text, role_text, time_text
from counterfoil.domain.states import PartyRole, PartyState

Line = tuple[str, str]
"""What is stated, and its value."""

_WHOLE_DEBT_IN = frozenset({"RepayLoan", "RepayFacility"})
_CALLS_IN = frozenset({"ProposeAct", "ExecuteAct"})
_EVERYBODY_IN = frozenset({"SetStandingAcceptance"})


def readable(terms: InstructionTerms) -> tuple[Line, ...]:
    """The instruction line by line: its fields in order, then until when it is good."""
    kind = terms.kind
    inputs = kind.function.inputs
    values = decode(inputs.types, terms.encoded_args)
    lines = list(_fields(inputs.entries, values, prefix="", name=kind.name))
    if kind.name == "ReleasePart":
        lines.extend(_division(*values[:2]))
    lines.append(("good until", time_text(terms.deadline_s)))
    return tuple(lines)


def title(name: str) -> str:
    """A type's name as words: ConfirmNote is 'Confirm note'."""
    return snake_case(name).replace("_", " ").capitalize()


def _fields(
    entries: Sequence[Mapping[str, Any]], values: Sequence[Any], *, prefix: str, name: str
) -> Iterator[Line]:
    currency = _currency(entries, values)
    for entry, value in zip(entries, values, strict=True):
        yield from _value(entry, value, label=prefix + _label(entry), name=name, currency=currency)


def _label(entry: Mapping[str, Any]) -> str:
    """A field's name in words, without the unit that its value states."""
    return snake_case(entry["name"]).removesuffix("_minor").removesuffix("_bps").replace("_", " ")


def _value(
    entry: Mapping[str, Any], value: Any, *, label: str, name: str, currency: Currency | None
) -> Iterator[Line]:
    element = element_of(entry)
    if element is not None:
        inner = {**element, "internalType": str(entry.get("internalType", "")).removesuffix("[]")}
        yield label, str(len(value))
        for place, item in enumerate(value, start=1):
            yield from _value(inner, item, label=f"{label} {place}", name=name, currency=currency)
    elif entry["type"] == "tuple":
        own = _currency(entry["components"], value) or currency
        for each, item in zip(entry["components"], value, strict=True):
            yield from _value(each, item, label=f"{label}: {_label(each)}", name=name, currency=own)
    elif name in _CALLS_IN and entry["name"] == "callData":
        yield from _call(value, label)
    else:
        yield label, _word(entry, value, name=name, currency=currency)


def _word(entry: Mapping[str, Any], value: Any, *, name: str, currency: Currency | None) -> str:
    """A value of one word, or of bytes or text."""
    if isinstance(value, bytes):
        return f"0x{value.hex()}" if value else "(empty)"
    if isinstance(value, str):
        return checksummed(value) if entry["type"] == "address" else value
    if isinstance(value, bool):
        return "yes" if value else "no"
    return _number(entry, value, name=name, currency=currency)


def _number(entry: Mapping[str, Any], value: int, *, name: str, currency: Currency | None) -> str:
    if name in _EVERYBODY_IN and entry["name"] == "debtor" and not value:
        return "everybody"
    of_type = _BY_TYPE.get(str(entry.get("internalType", "")).split(".")[-1])
    if of_type is not None:
        return of_type(value)
    if entry["name"].endswith("Minor"):
        return _amount(value, name=name, currency=currency)
    ending = next((each for each in _BY_ENDING if entry["name"].lower().endswith(each)), None)
    return str(value) if ending is None else _BY_ENDING[ending](value)


def _amount(value: int, *, name: str, currency: Currency | None) -> str:
    if name in _WHOLE_DEBT_IN and value == WHOLE_DEBT:
        return "the whole debt"
    return f"{value:,} minor units" if currency is None else currency.format(value)


def _currency(entries: Sequence[Mapping[str, Any]], values: Sequence[Any]) -> Currency | None:
    for entry, value in zip(entries, values, strict=True):
        if entry["name"] == "currency" and isinstance(value, int):
            try:
                return Currency.of_numeric(value)
            except DomainError:
                return None
    return None


def _currency_text(numeric: int) -> str:
    try:
        return Currency.of_numeric(numeric).code
    except DomainError:
        return f"{numeric}, which is no currency"


def _roles_text(roles: int) -> str:
    known = [role for role in PartyRole if roles & role]
    unknown = roles & ~sum(PartyRole)
    said = [role_text(role) for role in known] + ([f"unknown roles {unknown:#x}"] if unknown else [])
    return " and ".join(said) or "none"


def _party_state_text(state: int) -> str:
    return PartyState(state).name.lower() if state in tuple(PartyState) else str(state)


_BY_TYPE: Mapping[str, Callable[[int], str]] = {
    "PartyId": lambda number: f"party {number}" if number else "none stated",
    "LotId": lot_text,
    "AssetId": asset_text,
    "CurrencyCode": _currency_text,
    "enum PartyState": _party_state_text,
    "NoteId": str,
    "FinancingId": str,
    "ReceiptId": str,
    "StockId": str,
    "BillId": str,
}


_BY_ENDING: Mapping[str, Callable[[int], str]] = {
    "bps": lambda value: f"{value / 100:.2f} %",
    "at": lambda value: time_text(value) if value else "not stated",
    "deadline": time_text,
    "ages": lambda value: f"{value} seconds",
    "periods": lambda value: f"{value} seconds",
    "roles": _roles_text,
}


def _division(asset: int, how: bytes) -> Iterator[Line]:
    """What is cut from a pledged asset, which the message has as bytes."""
    try:
        if AssetId.from_number(asset).kind == ASSET_KIND_LOT:
            yield "stays pledged", f"the first {decode(['uint48'], how)[0]:,} minor units"
            return
        part, _, _ = decode(["(bytes32,bytes32[])", "bytes32", "(uint40,bytes)"], how)
    except (DecodingError, ValueError, OverflowError):
        yield "how: meaning", "cannot be read"
        return
    for place, lot in enumerate(part[1], start=1):
        yield f"becomes free {place}", f"0x{lot.hex()}"


def _call(input_bytes: bytes, label: str) -> Iterator[Line]:
    """What the council is to call, where it is a function of the ledger's contracts."""
    yield label, f"0x{input_bytes.hex()}"
    function = _function_of(input_bytes[:4])
    if function is None:
        yield f"{label}: function", "none of this version's contracts: do not approve what you cannot read"
        return
    yield f"{label}: function", function.signature
    try:
        values = decode(function.inputs.types, input_bytes[4:])
    except (DecodingError, OverflowError, UnicodeDecodeError):
        yield f"{label}: arguments", "cannot be read"
        return
    yield from _fields(function.inputs.entries, values, prefix=f"{label}: ", name="")


def _function_of(selector: bytes) -> FunctionAbi | None:
    for contract in CONTRACTS:
        found = load_artifact(contract).abi.function_with(selector)
        if found is not None:
            return found
    return None
