"""Signing through libsecp256k1 directly: the bytes are eth_account's, at a tenth of its cost.

Most of what eth_account spends goes into checking a dictionary that we made ourselves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from coincurve import PrivateKey
from eth_account import Account
from eth_account.signers.local import LocalAccount
from eth_utils import keccak, to_checksum_address
from rlp.codec import encode_raw

from counterfoil.ports.engine import SignedMessage, Signer
from counterfoil.ports.outbox import SignedTransaction

_FIRST_RECOVERY_ID = 27
_MOST_WORD = 2**256
_ADDRESS_BYTES = 20
_KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class SignedRaw:
    """counterfoil.ports.engine.SignedBytes."""

    raw_transaction: bytes


class LaneKey:
    """A key opened once, ready to sign: counterfoil.ports.engine.Signer, and faster ways beside it."""

    def __init__(self, private_key: bytes) -> None:
        """private_key: 32 bytes. Raises ValueError for bytes that are not a key."""
        if len(private_key) != _KEY_BYTES:
            # The library would fill a shorter one up.
            raise ValueError(f"a key has {_KEY_BYTES} bytes, not {len(private_key)}")
        self._key = PrivateKey(private_key)
        public = self._key.public_key.format(compressed=False)[1:]
        self.address: str = to_checksum_address(keccak(public)[-20:])

    @classmethod
    def of(cls, account: LocalAccount) -> LaneKey:
        """The key of an account that the keystore opened."""
        return cls(bytes(account.key))

    def __repr__(self) -> str:
        return f"LaneKey({self.address})"

    def sign_digest(self, digest: bytes) -> bytes:
        """r, s and v (27 or 28), 65 bytes, of 32 bytes that are signed as they are; s is the lower one."""
        compact = self._key.sign_recoverable(digest, hasher=None)
        return compact[:64] + bytes((compact[64] + _FIRST_RECOVERY_ID,))

    def sign_legacy(
        self, *, nonce: int, to: bytes | None, input_bytes: bytes, gas: int, chain_id: int, gas_price: int = 0
    ) -> SignedTransaction:
        """A legacy transaction without value, bound to the chain (EIP-155).

        to: 20 bytes; None creates a contract.
        Raises ValueError for a number that no transaction can state or an address of another length.
        """
        if to is not None and len(to) != _ADDRESS_BYTES:
            raise ValueError(f"an address has {_ADDRESS_BYTES} bytes, not {len(to)}")
        stated = [_number(nonce), _number(gas_price), _number(gas), to or b"", b"", input_bytes]
        digest = keccak(encode_raw([*stated, _number(chain_id), b"", b""]))
        compact = self._key.sign_recoverable(digest, hasher=None)
        recovery = _number(35 + 2 * chain_id + compact[64])
        # RLP has numbers without leading zeros, in r and s too.
        raw = encode_raw([*stated, recovery, compact[:32].lstrip(b"\0"), compact[32:64].lstrip(b"\0")])
        return SignedTransaction(raw=raw, tx_hash="0x" + keccak(raw).hex())

    def sign_transaction(self, transaction_dict: dict[str, Any], /) -> SignedRaw:
        """A legacy transaction stated as eth_account takes it. Raises ValueError for other fields."""
        fields: Mapping[str, Any] = transaction_dict
        known = {"nonce", "gasPrice", "gas", "to", "value", "data", "chainId"}
        if set(fields) - known or fields.get("value"):
            raise ValueError(f"not a legacy transaction without value: {sorted(fields)}")
        to = fields.get("to")
        signed = self.sign_legacy(
            nonce=fields["nonce"],
            to=None if to is None else bytes.fromhex(to.removeprefix("0x")),
            input_bytes=fields["data"],
            gas=fields["gas"],
            chain_id=fields["chainId"],
            gas_price=fields["gasPrice"],
        )
        return SignedRaw(signed.raw)

    def sign_typed_data(self, *, full_message: dict[str, Any]) -> SignedMessage:
        """A whole EIP-712 message; seldom enough to be left to eth_account."""
        signed: SignedMessage = Account.from_key(self._key.secret).sign_typed_data(full_message=full_message)
        return signed


_OPENED: dict[str, LaneKey] = {}
"""By address: making one multiplies a point."""


def opened(signer: Signer) -> LaneKey:
    """The key of a signer of this process. Raises TypeError for one whose key we do not have."""
    if isinstance(signer, LaneKey):
        return signer
    if not isinstance(signer, LocalAccount):
        raise TypeError(f"{type(signer).__name__} does not give its key away")
    known = _OPENED.get(signer.address)
    if known is None:
        known = _OPENED[signer.address] = LaneKey.of(signer)
    return known


def _number(value: int) -> bytes:
    if not 0 <= value < _MOST_WORD:
        raise ValueError(f"not a number of a transaction: {value}")
    return value.to_bytes((value.bit_length() + 7) // 8, "big")
