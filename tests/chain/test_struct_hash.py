"""What is done by hand for speed is what the general ways do: hashes of messages, batches in ABI bytes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from eth_account import Account
from eth_account.messages import encode_typed_data
from eth_utils import keccak
from hypothesis import given, settings
from hypothesis import strategies as st

from counterfoil.chain.artifact import load_artifact
from counterfoil.chain.contract_calls import INSTRUCTIONS
from counterfoil.chain.instructions.batch import encode_batch, encode_one
from counterfoil.chain.instructions.catalogue import instruction_types
from counterfoil.chain.instructions.instruction_type import InstructionType, element_of
from counterfoil.chain.instructions.terms import InstructionDomain, InstructionTerms, SignedInstruction

DOMAIN = InstructionDomain(31415, "0x" + "1b" * 20)
KEY = Account.from_key(b"\x05" * 32).address


PLAIN: Mapping[str, st.SearchStrategy[Any]] = {
    "bool": st.booleans(),
    "address": st.binary(min_size=20, max_size=20).map(lambda raw: "0x" + raw.hex()),
    "string": st.text(max_size=40),
    "bytes": st.binary(max_size=70),
}


def values_of(entry: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    """Every value of an ABI parameter."""
    kind: str = entry["type"]
    element = element_of(entry)
    if element is not None:
        return st.lists(values_of(element), max_size=3)
    if kind == "tuple":
        return st.tuples(*(values_of(each) for each in entry["components"]))
    if kind in PLAIN:
        return PLAIN[kind]
    if kind.startswith("bytes"):
        return st.binary(min_size=int(kind[5:]), max_size=int(kind[5:]))
    return st.integers(0, 2 ** int(kind.removeprefix("uint")) - 1)


@pytest.mark.parametrize("kind", instruction_types(), ids=lambda kind: kind.name)
@settings(max_examples=4, deadline=None)
@given(drawn=st.data(), nonce=st.integers(0, 2**256 - 1), deadline_s=st.integers(0, 2**40 - 1))
def test_it_is_what_signers_of_json_compute(
    kind: InstructionType, drawn: st.DataObject, nonce: int, deadline_s: int
) -> None:
    inputs = kind.function.inputs
    args = [drawn.draw(values_of(entry)) for entry in inputs.entries]
    terms = InstructionTerms(
        type_hash=kind.type_hash,
        encoded_args=inputs.encode(args, function=kind.function.signature),
        key=KEY,
        nonce=nonce,
        deadline_s=deadline_s,
    )
    signable = encode_typed_data(full_message=terms.typed_data(DOMAIN))
    expected = keccak(b"\x19" + signable.version + signable.header + signable.body)
    assert terms.digest(DOMAIN) == expected


@settings(max_examples=50, deadline=None)
@given(drawn=st.data())
def test_batches_are_encoded_as_the_abi_says(drawn: st.DataObject) -> None:
    """Numbers beyond their type are refused by the contract; the general encoder refuses them here."""
    batch = [
        SignedInstruction(
            terms=InstructionTerms(
                type_hash=drawn.draw(st.binary(min_size=32, max_size=32)),
                encoded_args=drawn.draw(st.binary(max_size=200)),
                key=KEY,
                nonce=drawn.draw(st.integers(0, 2**256 - 1)),
                deadline_s=drawn.draw(st.integers(0, 2**40 - 1)),
                gas_limit=drawn.draw(st.integers(0, 2**32 - 1)),
            ),
            signature=drawn.draw(st.binary(max_size=66)),
        )
        for _ in range(drawn.draw(st.integers(0, 4)))
    ]
    tuples = [
        {
            "type_hash": each.terms.type_hash,
            "args": each.terms.encoded_args,
            "nonce": each.terms.nonce,
            "deadline": each.terms.deadline_s,
            "key": each.terms.key,
            "gas_limit": each.terms.gas_limit,
            "signature": each.signature,
        }
        for each in batch
    ]
    abi = load_artifact(INSTRUCTIONS).abi
    assert encode_batch(batch) == abi.function_named("executeBatch").encode_call([tuples])
    for signed, stated in zip(batch, tuples, strict=True):
        assert encode_one(signed) == abi.function_named("execute").encode_call([stated])
