"""Our decoders against eth_abi: what one takes the other takes, with the same outcome."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from eth_abi import decode, encode
from eth_abi.exceptions import DecodingError
from eth_utils.abi import collapse_if_tuple
from hypothesis import given, settings
from hypothesis import strategies as st

from counterfoil.chain.abi_decoding import UndecodableError, decoder_of
from counterfoil.chain.addresses import checksummed
from counterfoil.chain.artifact import load_artifact
from counterfoil.chain.embedded import open_embedded_chain
from counterfoil.chain.embedded.stored_receipts import StoredReceiptDecoder
from counterfoil.chain.gateway import ChainGateway
from counterfoil.chain.ledger_deployment import CONTRACTS

WORD = 32
SIMPLE = (
    "uint256",
    "uint8",
    "uint48",
    "int256",
    "int16",
    "bool",
    "address",
    "bytes32",
    "bytes4",
    "bytes",
    "string",
)


def simple_entry(kind: str) -> dict[str, Any]:
    return {"name": "", "type": kind}


def struct_of(members: list[dict[str, Any]]) -> dict[str, Any]:
    named = [{**each, "name": f"field{place}"} for place, each in enumerate(members)]
    return {"name": "", "type": "tuple", "components": named}


entries = st.recursive(
    st.sampled_from(SIMPLE).map(simple_entry),
    lambda inner: st.one_of(
        inner.map(lambda each: {**each, "type": each["type"] + "[]"}),
        inner.map(lambda each: {**each, "type": each["type"] + "[2]"}),
        st.lists(inner, min_size=1, max_size=3).map(struct_of),
    ),
    max_leaves=5,
)


def value_of(entry: Mapping[str, Any], draw: Any) -> Any:
    """A value of an ABI parameter, as eth_abi encodes it."""
    kind = entry["type"]
    if kind.endswith("]"):
        element = {**entry, "type": kind[: kind.rindex("[")]}
        length = kind[kind.rindex("[") + 1 : -1]
        count = int(length) if length else draw(st.integers(0, 3))
        return [value_of(element, draw) for _ in range(count)]
    if kind == "tuple":
        return tuple(value_of(each, draw) for each in entry["components"])
    return draw(_simple(kind))


def _simple(kind: str) -> st.SearchStrategy[Any]:
    fixed: dict[str, st.SearchStrategy[Any]] = {
        "bool": st.booleans(),
        "address": st.binary(min_size=20, max_size=20).map(checksummed),
        "string": st.text(max_size=40),
        "bytes": st.binary(max_size=70),
    }
    if kind in fixed:
        return fixed[kind]
    size = int(kind.lstrip("uintbyes"))
    if kind.startswith("bytes"):
        return st.binary(min_size=size, max_size=size)
    if kind.startswith("uint"):
        return st.integers(0, 2**size - 1)
    return st.integers(-(2 ** (size - 1)), 2 ** (size - 1) - 1)


def plain(value: Any) -> Any:
    """Structs as tuples and addresses in one case, as eth_abi gives them."""
    if isinstance(value, Mapping):
        return tuple(plain(each) for each in value.values())
    if isinstance(value, tuple | list):
        return tuple(plain(each) for each in value)
    if isinstance(value, str) and value.startswith("0x") and len(value) == 42:
        return value.lower()
    return value


@settings(max_examples=200, deadline=None)
@given(data=st.data(), entry=entries)
def test_what_was_encoded_comes_out(data: st.DataObject, entry: dict[str, Any]) -> None:
    value = value_of(entry, data.draw)
    encoded = encode([collapse_if_tuple(entry)], [value])

    decoder = decoder_of(entry, str)
    start = int.from_bytes(encoded[:WORD]) if decoder.dynamic else 0

    assert plain(decoder.read(encoded, start)) == plain(value)


@settings(max_examples=300, deadline=None)
@given(data=st.data(), entry=entries)
def test_what_eth_abi_refuses_is_refused(data: st.DataObject, entry: dict[str, Any]) -> None:
    """One byte changed, or the end cut off: both refuse, or both find the same."""
    encoded = bytearray(encode([collapse_if_tuple(entry)], [value_of(entry, data.draw)]))
    if data.draw(st.booleans()) and encoded:
        place = data.draw(st.integers(0, len(encoded) - 1))
        encoded[place] = data.draw(st.integers(0, 255))
    else:
        del encoded[data.draw(st.integers(0, len(encoded))) :]
    changed = bytes(encoded)

    decoder = decoder_of(entry, str)
    try:
        (expected,) = decode([collapse_if_tuple(entry)], changed)
    except (DecodingError, OverflowError, UnicodeDecodeError):
        with pytest.raises(UndecodableError):
            decoder.read(changed, int.from_bytes(_word(changed)) if decoder.dynamic else 0)
    else:
        found = decoder.read(changed, int.from_bytes(changed[:WORD]) if decoder.dynamic else 0)
        assert plain(found) == plain(expected)


def _word(encoded: bytes) -> bytes:
    if len(encoded) < WORD:
        raise UndecodableError("no first word")
    return encoded[:WORD]


@pytest.mark.parametrize(
    ("kind", "encoded"),
    [
        ("uint256[]", (2**40).to_bytes(WORD)),
        ("bytes", (2**255).to_bytes(WORD)),
        ("string", (1).to_bytes(WORD) + b"\xff".ljust(WORD, b"\0")),
        ("bytes", (1).to_bytes(WORD) + b"\x01\x02".ljust(WORD, b"\0")),
        ("bool", (2).to_bytes(WORD)),
        ("address", (2**160).to_bytes(WORD)),
        ("bytes4", b"\x01" * WORD),
        ("uint8", (256).to_bytes(WORD)),
        ("int16", (2**15).to_bytes(WORD)),
    ],
)
def test_forged_lengths_and_paddings_are_refused(kind: str, encoded: bytes) -> None:
    with pytest.raises(UndecodableError):
        decoder_of(simple_entry(kind), str).read(encoded, 0)


def test_a_type_that_no_contract_of_ours_uses_is_refused() -> None:
    with pytest.raises(UndecodableError, match="fixed128x18"):
        decoder_of(simple_entry("fixed128x18"), str)


def test_every_event_of_every_contract_has_its_decoder() -> None:
    events = [event for name in CONTRACTS for event in load_artifact(name).abi.events.values()]
    assert len(events) > 100
    for event in events:
        assert len(event.inputs.entries) == len(event.indexed)


def test_structs_are_read_only() -> None:
    entry = struct_of([simple_entry("uint256")])
    found = decoder_of(entry, str).read((7).to_bytes(WORD), 0)
    assert isinstance(found, MappingProxyType)
    assert dict(found) == {"field0": 7}


def test_stored_receipts_say_what_py_evm_reads_from_them(tmp_path: Path) -> None:
    from chain_support import gateway_on  # noqa: PLC0415 - the fixture contract is only wanted here
    from eth_account import Account  # noqa: PLC0415 - as above

    with open_embedded_chain(tmp_path / "chain") as chain:
        gateway: ChainGateway = gateway_on(chain)
        signer = Account.from_key("0x" + "42" * 32)
        gateway.deploy("ChainFixture", [1_000], signer)
        for count in (1, 4, 60):
            gateway.send("ChainFixture", "storeMany", [0, count], signer)
        ledger = chain._ledger
        seen = 0
        for number in range(ledger.head().block_number + 1):
            header = ledger.header(number)
            assert header is not None
            block = ledger.block(header)
            ours = ledger.block_and_receipts(header)[1]
            theirs = block.get_receipts(ledger._chain.chaindb)
            for mine, other in zip(ours, theirs, strict=True):
                seen += len(mine.logs)
                assert (mine.gas_used, mine.bloom) == (other.gas_used, other.bloom)
                assert mine.succeeded == (other.state_root == b"\x01")
                assert [
                    (log.address, tuple(int.from_bytes(each) for each in log.topics), log.data)
                    for log in mine.logs
                ] == [(log.address, tuple(log.topics), log.data) for log in other.logs]
        assert seen == 65


@pytest.mark.parametrize("cut", [0, 1, 5, 40, 200, 265])
def test_a_receipt_that_is_cut_short_is_refused(cut: int) -> None:
    encoded = bytes.fromhex("f9010801825208b9010000") + bytes(255) + b"\xc0"
    assert StoredReceiptDecoder.decode(encoded).gas_used == 0x5208
    with pytest.raises(ValueError, match=r"too early|longer|unpack"):
        StoredReceiptDecoder.decode(encoded[:cut])
