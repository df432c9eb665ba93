"""Keys and pre-signed transactions, so that a load measures the engine and not the signer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import rlp
from coincurve import PrivateKey
from eth_utils import keccak, to_canonical_address, to_checksum_address
from networks import Network

FOUNDER = 0  # the number of the key that may create contracts where that is restricted


@dataclass
class Lane:
    """A key that sends its transactions in nonce order, all to the same node."""

    key: PrivateKey
    chain_id: int
    nonce: int = 0

    @classmethod
    def numbered(cls, number: int, chain_id: int) -> Lane:
        return cls(PrivateKey(keccak(b"engine comparison" + number.to_bytes(8, "big"))), chain_id)

    @property
    def address(self) -> str:
        return str(to_checksum_address(keccak(self.key.public_key.format(compressed=False)[1:])[12:]))

    def sign(self, to: str | None, data: bytes, gas: int, *, price: int = 0) -> str:
        """A legacy transaction with the next nonce, as hexadecimal."""
        target = to_canonical_address(to) if to else b""
        fields = [self.nonce, price, gas, target, 0, data]
        digest = keccak(rlp.encode([*fields, self.chain_id, 0, 0]))
        signature = self.key.sign_recoverable(digest, hasher=None)
        v = 35 + 2 * self.chain_id + signature[64]
        r, s = (int.from_bytes(signature[start : start + 32], "big") for start in (0, 32))
        self.nonce += 1
        encoded: bytes = rlp.encode([*fields, v, r, s])
        return "0x" + encoded.hex()

    def sign_dynamic(self, to: str, gas: int) -> str:
        """A type 2 transaction that offers no fee and no tip."""
        fields: list[Any] = [self.chain_id, self.nonce, 0, 0, gas, to_canonical_address(to), 0, b"", []]
        signature = self.key.sign_recoverable(keccak(b"\x02" + rlp.encode(fields)), hasher=None)
        r, s = (int.from_bytes(signature[start : start + 32], "big") for start in (0, 32))
        self.nonce += 1
        encoded: bytes = rlp.encode([*fields, signature[64], r, s])
        return "0x02" + encoded.hex()


def hash_of(raw: str) -> str:
    """The hash by which a node knows a signed transaction."""
    return "0x" + keccak(bytes.fromhex(raw[2:])).hex()


def lanes(count: int, chain_id: int, *, first: int = 1_000) -> list[Lane]:
    return [Lane.numbered(first + place, chain_id) for place in range(count)]


def founder(network: Network) -> Lane:
    """The founder's lane, from the nonce that the chain has for it."""
    lane = Lane.numbered(FOUNDER, network.chain_id)
    lane.nonce = int(network.first.ask("eth_getTransactionCount", lane.address, "latest"), 16)
    return lane


def refusals(answers: Sequence[Any]) -> Mapping[str, int]:
    """How often each refusal came, by its words."""
    counted: dict[str, int] = {}
    for answer in answers:
        if isinstance(answer, Exception):
            words = str(answer)[:120]
            counted[words] = counted.get(words, 0) + 1
    return counted
