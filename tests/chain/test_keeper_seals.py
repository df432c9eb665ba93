"""The keeper's seal as EIP-712 typed data: the fields that are shown, what is signed, and who signed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from eth_abi import decode, encode
from eth_account import Account
from eth_account.messages import encode_typed_data
from eth_utils import keccak

from counterfoil.chain.home_keys import HomeKeys
from counterfoil.chain.keystore import CHEAP_SCRYPT_N
from counterfoil.chain.seals import (
    lot_division,
    receipt_division,
    seal_digest,
    seal_signer,
    sign_seal,
    typed_seal,
)
from counterfoil.domain.goods.receipt_terms import (
    KeeperSeal,
    Part,
    SealAct,
    SignedSeal,
    Source,
    merge_terms,
    split_terms,
)

KEEPER, STRANGER = (Account.from_key("0x" + f"{n:02x}" * 32) for n in (7, 8))
WAREHOUSE = Account.from_key(b"\x09" * 32).address
PLACE: dict[str, Any] = {"chain_id": 131_277, "warehouse": WAREHOUSE}
BACKGROUND, ROOT, OTHER_ROOT = (bytes([n]) * 32 for n in (0xB0, 0xD0, 0xD1))
KEYS = tuple(bytes([n]) * 32 for n in range(1, 5))
PARTS = (Part(detail_root=ROOT, lots=KEYS[:2]), Part(detail_root=OTHER_ROOT, lots=KEYS[2:3]))
SOURCES = (Source(receipt_id=4, lots=KEYS[:2]), Source(receipt_id=9, lots=KEYS[2:]))
TRANSFER = KeeperSeal.for_transfer(
    receipt_id=3, sequence=1, to_id=7, background=BACKGROUND, deadline_s=1_800_000_000
)
SPLIT = KeeperSeal.for_split(
    receipt_id=3, sequence=65_535, parts=PARTS, remainder_root=ROOT, deadline_s=2**40 - 1
)
MERGE = KeeperSeal.for_merge(
    receipt_id=2**64 - 1, sequence=0, sources=SOURCES, detail_root=ROOT, deadline_s=1
)


def _word(value: int) -> bytes:
    return value.to_bytes(32, "big")


def _digest_by_hand(seal: KeeperSeal, *, chain_id: int, warehouse: str) -> bytes:
    """As the standard prescribes it, word by word."""
    seal_type = (
        "KeeperSeal(string act,uint64 receipt,uint16 sequence,uint24 to,bytes32 terms,uint40 deadline)"
    )
    domain_type = "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
    domain = keccak(
        keccak(text=domain_type)
        + keccak(text="Counterfoil Warehouse")
        + keccak(text="1")
        + _word(chain_id)
        + _word(int(warehouse, 16))
    )
    numbers = _word(seal.receipt_id) + _word(seal.sequence) + _word(seal.to_id)
    message = keccak(
        keccak(text=seal_type) + keccak(text=seal.act) + numbers + seal.terms + _word(seal.deadline_s)
    )
    return keccak(b"\x19\x01" + domain + message)


@pytest.mark.parametrize("seal", [TRANSFER, SPLIT, MERGE])
def test_what_is_signed_is_the_standards_digest(seal: KeeperSeal) -> None:
    assert seal_digest(seal, **PLACE) == _digest_by_hand(seal, **PLACE)


def test_a_known_digest() -> None:
    seal = replace(TRANSFER, terms=b"\2" * 32)
    digest = seal_digest(seal, chain_id=131_277, warehouse="0x" + "11" * 20)
    assert digest.hex() == "7cf93f180152e04bd0754a9ecfa6ad20468fb88502ced3a537ce7b6ce1d7da63"


@pytest.mark.parametrize("seal", [TRANSFER, SPLIT, MERGE])
def test_the_signer_is_found_from_the_readable_fields(seal: KeeperSeal) -> None:
    signed = sign_seal(seal, by=KEEPER, **PLACE)
    assert signed.deadline_s == seal.deadline_s
    assert len(signed.signature) == 65
    assert seal_signer(seal, signed.signature, **PLACE) == KEEPER.address
    shown = encode_typed_data(full_message=typed_seal(seal, **PLACE))
    assert Account.recover_message(shown, signature=signed.signature) == KEEPER.address


@pytest.mark.parametrize(
    "changed",
    [
        {"act": SealAct.SPLIT},
        {"receipt_id": 4},
        {"sequence": 2},
        {"to_id": 8},
        {"terms": ROOT},
        {"deadline_s": 1_800_000_001},
    ],
)
def test_a_seal_serves_for_nothing_else(changed: dict[str, Any]) -> None:
    signed = sign_seal(TRANSFER, by=KEEPER, **PLACE)
    assert seal_signer(replace(TRANSFER, **changed), signed.signature, **PLACE) != KEEPER.address


@pytest.mark.parametrize("elsewhere", [{"chain_id": 131_278}, {"warehouse": STRANGER.address}])
def test_a_seal_serves_on_no_other_chain_and_for_no_other_contract(elsewhere: dict[str, Any]) -> None:
    signed = sign_seal(TRANSFER, by=KEEPER, **PLACE)
    assert seal_signer(TRANSFER, signed.signature, **{**PLACE, **elsewhere}) != KEEPER.address


def test_a_wallet_sees_the_fields_by_name() -> None:
    shown = typed_seal(TRANSFER, **PLACE)
    assert shown["primaryType"] == "KeeperSeal"
    assert shown["domain"] == {
        "name": "Counterfoil Warehouse",
        "version": "1",
        "chainId": 131_277,
        "verifyingContract": WAREHOUSE,
    }
    assert shown["message"] == {
        "act": "transfer",
        "receipt": 3,
        "sequence": 1,
        "to": 7,
        "terms": "0x" + "b0" * 32,
        "deadline": 1_800_000_000,
    }


def test_the_terms_of_a_split_bind_every_part_and_the_rest() -> None:
    tail = b"".join(
        [
            _word(64),  # where the parts begin
            ROOT,  # of the remainder
            _word(2),
            _word(64),
            _word(64 + 5 * 32),
            ROOT,
            _word(64),
            _word(2),
            KEYS[0],
            KEYS[1],
            OTHER_ROOT,
            _word(64),
            _word(1),
            KEYS[2],
        ]
    )
    assert split_terms(PARTS, ROOT) == keccak(tail) == SPLIT.terms
    assert SPLIT.to_id == 0
    others = (
        split_terms(PARTS, OTHER_ROOT),
        split_terms(PARTS[::-1], ROOT),
        split_terms(PARTS[:1], ROOT),
        split_terms((replace(PARTS[0], lots=KEYS[:1]), PARTS[1]), ROOT),
    )
    assert len({SPLIT.terms, *others}) == 5


def test_the_terms_of_a_merge_bind_every_source_and_the_new_root() -> None:
    encoded = encode(["(uint64,bytes32[])[]", "bytes32"], [[(4, list(KEYS[:2])), (9, list(KEYS[2:]))], ROOT])
    assert merge_terms(SOURCES, ROOT) == keccak(encoded) == MERGE.terms
    others = (
        merge_terms(SOURCES, OTHER_ROOT),
        merge_terms(SOURCES[::-1], ROOT),
        merge_terms((replace(SOURCES[0], receipt_id=5), SOURCES[1]), ROOT),
    )
    assert len({MERGE.terms, *others}) == 4


def test_a_partial_release_of_a_lot_names_what_stays() -> None:
    assert lot_division(2**48 - 1) == _word(2**48 - 1)


def test_a_partial_release_of_a_receipt_carries_part_rest_and_seal() -> None:
    seal = SignedSeal(deadline_s=77, signature=b"\5" * 65)
    found = decode(
        ["(bytes32,bytes32[])", "bytes32", "(uint40,bytes)"], receipt_division(PARTS[0], OTHER_ROOT, seal)
    )
    assert found == ((ROOT, KEYS[:2]), OTHER_ROOT, (77, b"\5" * 65))


def test_a_key_of_the_home_signs_seals_as_it_signs_transactions(tmp_path: Path) -> None:
    keys = HomeKeys(tmp_path / "keys", lambda _: "correct horse", scrypt_n=CHEAP_SCRYPT_N)
    address = keys.ensure("keeper")
    reopened = HomeKeys(tmp_path / "keys", lambda _: "correct horse", scrypt_n=CHEAP_SCRYPT_N)
    for held in (keys, reopened):
        signed = sign_seal(TRANSFER, by=held.signer("keeper"), **PLACE)
        assert seal_signer(TRANSFER, signed.signature, **PLACE) == address
