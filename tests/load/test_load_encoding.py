"""Calls and signatures that the load makes by hand, beside what the ledger's own code makes of them."""

from __future__ import annotations

import random
from typing import Any

import pytest
from eth_utils import to_checksum_address
from network_load import calls
from network_load.mix import Kind
from network_load.parties import Cast, bench_key
from network_load.relaying import Relay, digest, encode_batch
from network_load.stories import Step, portions

from counterfoil.chain.artifact import load_artifact
from counterfoil.chain.contract_calls import CASH, FINANCING, LEDGER, LIENS, SETTLEMENT, WHOLE_DEBT
from counterfoil.chain.instructions import batch
from counterfoil.chain.instructions.catalogue import instruction_types
from counterfoil.chain.instructions.terms import InstructionDomain, InstructionTerms, SignedInstruction

A, B, C = (bytes([fill]) * 32 for fill in (0x11, 0x22, 0x33))
LOT = calls.lot_id(7, 3, 41)
DOMAIN = InstructionDomain(chain_id=31_415, instructions="0x" + "ab" * 20)
CHILDREN = [(100, 5), (2**47, 6), (1, 2**24 - 1)]
CASES: list[tuple[str, str, list[Any], bytes]] = [
    (
        LEDGER,
        "propose",
        [(3, 4, calls.EUR, 2_000_000_000, A, [(B, 500, 500)])],
        calls.propose(debtor=3, creditor=4, maturity_at_s=2_000_000_000, terms=A, invoice=B, face_minor=500),
    ),
    (LEDGER, "confirm", [9, 500], calls.confirm(9, 500)),
    (LEDGER, "split", [LOT, CHILDREN, A], calls.split(LOT, CHILDREN, A)),
    (LEDGER, "assign", [LOT, 8, A], calls.assign(LOT, 8, A)),
    (LEDGER, "setStandingAcceptance", [0, True], calls.accept_in_advance()),
    (
        LIENS,
        "pledge",
        [(calls.asset_of(LOT), 8, 77, 0, A, A)],
        calls.pledge(LOT, pledgee=8, secured_minor=77, agreement=A),
    ),
    (
        FINANCING,
        "offerLoan",
        [(LOT, 50, 450, 360, 1_900_000_000, 1_900_000_000, 0, C, C)],
        calls.offer_loan(LOT, principal_minor=50, due_at_s=1_900_000_000, agreement=C),
    ),
    (
        FINANCING,
        "offerPurchase",
        [(LOT, 50, 1_900_000_000, C)],
        calls.offer_purchase(LOT, price_minor=50, expires_at_s=1_900_000_000, agreement=C),
    ),
    (FINANCING, "accept", [12], calls.accept_offer(12)),
    (FINANCING, "repay", [12, WHOLE_DEBT], calls.repay_all(12)),
    (SETTLEMENT, "settle", [9, 500, [(1, 0, 3), (2, 5, 9)]], calls.settle(9, 500, [(1, 0, 3), (2, 5, 9)])),
    (CASH, "issue", [4, calls.EUR, 10**9, A], calls.issue_cash(4, 10**9, A)),
]
INSTRUCTIONS = [case for case in CASES if (case[0], case[1]) != (CASH, "issue")]


@pytest.mark.parametrize(("contract", "function", "args", "made"), CASES, ids=lambda each: str(each)[:20])
def test_calls_are_those_of_the_general_encoder(
    contract: str, function: str, args: list[Any], made: bytes
) -> None:
    assert made == load_artifact(contract).abi.function(function, len(args)).encode_call(args)


@pytest.mark.parametrize(("contract", "function", "args", "made"), INSTRUCTIONS, ids=lambda e: str(e)[:20])
def test_digests_are_those_of_the_typed_message(
    contract: str, function: str, args: list[Any], made: bytes
) -> None:
    terms = InstructionTerms.of_call(
        contract, function, args, key=bench_key("a").address, nonce=2**255 + 3, deadline_s=2_000_000_000
    )
    assert digest(DOMAIN, terms.kind, made[4:], terms.nonce, terms.deadline_s) == terms.digest(DOMAIN)


def test_digests_follow_every_layout_that_there_is() -> None:
    """Arrays of structs within structs, bytes, empty arrays: no function of the ledger is left out."""
    compared = 0
    for kind in instruction_types():
        values = [_sample(entry) for entry in kind.function.inputs.entries]
        terms = InstructionTerms(
            type_hash=kind.type_hash,
            encoded_args=kind.function.inputs.encode(values, function=kind.name),
            key=bench_key("a").address,
            nonce=1,
            deadline_s=2,
        )
        assert digest(DOMAIN, kind, terms.encoded_args, 1, 2) == terms.digest(DOMAIN), kind.name
        compared += 1
    assert compared >= 60


_SAMPLES: dict[str, Any] = {
    "bool": True,
    "address": "0x" + "0c" * 20,
    "string": "a text longer than one word of thirty-two bytes",
    "bytes": b"\x07" * 45,
}


def _sample(entry: Any, deep: int = 0) -> Any:
    kind = entry["type"]
    if kind.endswith("[]"):
        element = {**entry, "type": kind[:-2]}
        return [_sample(element, deep + 1) for _ in range(2 - deep % 2)]
    if kind == "tuple":
        return tuple(_sample(each, deep) for each in entry["components"])
    fixed = bytes([9]) * int(kind[5:] or 0) if kind.startswith("bytes") else 5
    return _SAMPLES.get(kind, fixed)


def test_batches_are_those_of_the_relay() -> None:
    cast = Cast(debtors=1, suppliers=2, funders=1)
    relay = Relay(domain=DOMAIN, cast=cast, seed="s", deadline_s=2_000_000_000)
    made = [case for case in CASES if case[1] in ("propose", "split", "confirm", "pledge")]
    steps = [Step(Kind.ASSIGN, contract, made_bytes, 2) for contract, _, _, made_bytes in made]
    elements = [relay.sign(step) for step in steps]
    again = [_read(element, step) for element, step in zip(elements, steps, strict=True)]
    assert encode_batch(elements) == batch.encode_batch(again)
    assert len({each.terms.nonce for each in again}) == len(again)
    for each in again:
        # Raises where not exactly the party's key signed exactly these terms.
        each.terms.with_signature(DOMAIN, each.signature)
        assert each.terms.key == cast.key_of(2).address


def _read(element: bytes, step: Step) -> SignedInstruction:
    word = [int.from_bytes(element[place : place + 32], "big") for place in range(0, 7 * 32, 32)]
    args = step.input_bytes[4:]
    signature = element[8 * 32 + len(args) + 32 :][:65]
    terms = InstructionTerms(
        type_hash=element[:32],
        encoded_args=args,
        key=str(to_checksum_address(word[4].to_bytes(20, "big"))),
        nonce=word[2],
        deadline_s=word[3],
        gas_limit=word[5],
    )
    return SignedInstruction(terms=terms, signature=signature)


def test_portions_add_up_and_none_is_empty() -> None:
    for total, count in ((50, 50), (1_000_001, 9), (7, 3), (2, 2)):
        found = portions(total, count, random.Random(count))
        assert sum(found) == total
        assert len(found) == count
        assert min(found) > 0
