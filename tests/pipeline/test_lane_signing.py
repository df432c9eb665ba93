"""Bytes signed through libsecp256k1 directly are those that eth_account makes."""

from __future__ import annotations

from typing import Any

import pytest
from eth_account import Account
from eth_keys.constants import SECPK1_N
from eth_utils import to_checksum_address
from hypothesis import given, settings
from hypothesis import strategies as st

from counterfoil.chain.pipeline.signing import LaneKey, opened

KEYS = st.integers(1, SECPK1_N - 1).map(lambda number: number.to_bytes(32, "big"))


TRANSACTIONS = st.fixed_dictionaries(
    {
        "nonce": st.integers(0, 2**64 - 2),
        "to": st.none() | st.binary(min_size=20, max_size=20),
        "input_bytes": st.binary(max_size=300),
        "gas": st.integers(0, 2**40),
        "chain_id": st.integers(1, 2**53 - 1),
        "gas_price": st.integers(0, 2**60),
    }
)


@settings(max_examples=150, deadline=None)
@given(key=KEYS, stated=TRANSACTIONS)
def test_a_transaction_is_byte_for_byte_that_of_eth_account(key: bytes, stated: dict[str, Any]) -> None:
    account = Account.from_key(key)
    to = stated["to"]
    fields = {
        "nonce": stated["nonce"],
        "gasPrice": stated["gas_price"],
        "gas": stated["gas"],
        "value": 0,
        "data": stated["input_bytes"],
        "chainId": stated["chain_id"],
        **({} if to is None else {"to": to_checksum_address(to)}),
    }
    expected = account.sign_transaction(fields)
    lane_key = LaneKey.of(account)
    signed = lane_key.sign_legacy(**stated)
    assert lane_key.address == account.address
    assert signed.raw == bytes(expected.raw_transaction)
    assert signed.tx_hash == "0x" + bytes(expected.hash).hex()
    assert lane_key.sign_transaction(fields).raw_transaction == signed.raw


def test_numbers_with_leading_zeros_in_a_signature_are_shortened_as_everywhere() -> None:
    """One r in 256 begins with a zero byte, which RLP does not have."""
    account = Account.from_key(b"\x07" * 32)
    lane_key = LaneKey.of(account)
    shortened = 0
    for nonce in range(700):
        fields = {"nonce": nonce, "gasPrice": 0, "gas": 1, "value": 0, "to": "0x" + "22" * 20, "data": b""}
        signed = lane_key.sign_legacy(nonce=nonce, to=b"\x22" * 20, input_bytes=b"", gas=1, chain_id=1)
        expected = account.sign_transaction({**fields, "chainId": 1})
        assert signed.raw == bytes(expected.raw_transaction)
        shortened += min(expected.r.bit_length(), expected.s.bit_length()) <= 248
    assert shortened > 0


@given(key=KEYS, digest=st.binary(min_size=32, max_size=32))
@settings(max_examples=60, deadline=None)
def test_a_digest_is_signed_as_eth_account_signs_it(key: bytes, digest: bytes) -> None:
    expected = bytes(Account.from_key(key).unsafe_sign_hash(digest).signature)
    assert LaneKey(key).sign_digest(digest) == expected


def test_what_no_transaction_can_state_is_refused() -> None:
    lane_key = LaneKey(b"\x01" * 32)
    with pytest.raises(ValueError, match="20 bytes, not 19"):
        lane_key.sign_legacy(nonce=0, to=b"\x01" * 19, input_bytes=b"", gas=1, chain_id=1)
    with pytest.raises(ValueError, match="not a number of a transaction: -1"):
        lane_key.sign_legacy(nonce=-1, to=None, input_bytes=b"", gas=1, chain_id=1)
    with pytest.raises(ValueError, match="not a legacy transaction"):
        lane_key.sign_transaction({"nonce": 0, "maxFeePerGas": 1})
    with pytest.raises(ValueError, match="not a legacy transaction"):
        lane_key.sign_transaction(
            {"nonce": 0, "gasPrice": 0, "gas": 1, "to": None, "value": 5, "data": b"", "chainId": 1}
        )
    for bad in (bytes(32), SECPK1_N.to_bytes(32, "big"), b"\x01" * 31):
        with pytest.raises(ValueError, match=r".+"):
            LaneKey(bad)


def test_a_key_says_its_address_and_nothing_else() -> None:
    lane_key = LaneKey(b"\x09" * 32)
    assert repr(lane_key) == f"LaneKey({lane_key.address})"
    assert "09" * 32 not in repr(vars(lane_key))


def test_a_signer_that_keeps_its_key_to_itself_is_no_lane() -> None:
    class Module:
        address = "0x" + "11" * 20

    account = Account.from_key(b"\x01" * 32)
    assert opened(account) is opened(account)
    assert opened(opened(account)) is opened(account)
    with pytest.raises(TypeError, match="Module"):
        opened(Module())  # type: ignore[arg-type] # that it is no signer of ours is the point


def test_typed_data_is_signed_as_eth_account_does() -> None:
    message = {
        "types": {
            "EIP712Domain": [{"name": "name", "type": "string"}],
            "Word": [{"name": "of", "type": "uint256"}],
        },
        "primaryType": "Word",
        "domain": {"name": "Counterfoil"},
        "message": {"of": 7},
    }
    account = Account.from_key(b"\x03" * 32)
    expected = account.sign_typed_data(full_message=message).signature
    assert LaneKey.of(account).sign_typed_data(full_message=message).signature == expected
