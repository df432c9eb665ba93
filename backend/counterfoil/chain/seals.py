"""The keeper's seal: what is signed, who signed it, and how it travels in a call.

The message is EIP-712 typed data with readable fields, so that a wallet or a hardware module shows and signs
the same. The contracts take the signatures of one of the keeper's keys only, once each.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from eth_abi import encode
from eth_account import Account
from eth_account.messages import SignableMessage, encode_typed_data
from eth_utils import keccak

from counterfoil.domain.goods.receipt_terms import KeeperSeal, Part, SignedSeal
from counterfoil.ports.engine import Signer

SEAL_DOMAIN = "Counterfoil Warehouse"
SEAL_VERSION = "1"
_PRIMARY_TYPE = "KeeperSeal"
_PART = "(bytes32,bytes32[])"
_SEAL = "(uint40,bytes)"

_TYPES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "EIP712Domain": (
        ("name", "string"),
        ("version", "string"),
        ("chainId", "uint256"),
        ("verifyingContract", "address"),
    ),
    _PRIMARY_TYPE: (
        ("act", "string"),
        ("receipt", "uint64"),
        ("sequence", "uint16"),
        ("to", "uint24"),
        ("terms", "bytes32"),
        ("deadline", "uint40"),
    ),
}


def typed_seal(seal: KeeperSeal, *, chain_id: int, warehouse: str) -> dict[str, Any]:
    """The whole EIP-712 message in its JSON form. warehouse: address of the contract that reads the seal."""
    return {
        "types": {
            name: [{"name": field, "type": kind} for field, kind in fields] for name, fields in _TYPES.items()
        },
        "primaryType": _PRIMARY_TYPE,
        "domain": {
            "name": SEAL_DOMAIN,
            "version": SEAL_VERSION,
            "chainId": chain_id,
            "verifyingContract": warehouse,
        },
        "message": {
            "act": seal.act.value,
            "receipt": seal.receipt_id,
            "sequence": seal.sequence,
            "to": seal.to_id,
            "terms": "0x" + seal.terms.hex(),
            "deadline": seal.deadline_s,
        },
    }


def sign_seal(seal: KeeperSeal, *, chain_id: int, warehouse: str, by: Signer) -> SignedSeal:
    """The seal signed with one of the keeper's keys; nothing goes to the chain."""
    message = typed_seal(seal, chain_id=chain_id, warehouse=warehouse)
    signed = by.sign_typed_data(full_message=message)
    return SignedSeal(deadline_s=seal.deadline_s, signature=bytes(signed.signature))


def seal_digest(seal: KeeperSeal, *, chain_id: int, warehouse: str) -> bytes:
    """The 32 bytes that are signed; IReceipts.sealDigest answers the same."""
    signable = _signable(seal, chain_id=chain_id, warehouse=warehouse)
    return keccak(b"\x19" + signable.version + signable.header + signable.body)


def seal_signer(seal: KeeperSeal, signature: bytes, *, chain_id: int, warehouse: str) -> str:
    """The checksummed address that signed just this seal; raises eth_keys' BadSignature for no signature."""
    signable = _signable(seal, chain_id=chain_id, warehouse=warehouse)
    return str(Account.recover_message(signable, signature=signature))


def lot_division(kept_minor: int) -> bytes:
    """How ILienRegistry.releasePart cuts a lot: its first `kept_minor` stay pledged."""
    return encode(["uint48"], [kept_minor])


def receipt_division(part: Part, remainder_root: bytes, seal: SignedSeal) -> bytes:
    """How ILienRegistry.releasePart cuts a receipt: the part becomes free, sealed as a split into just it."""
    return encode(
        [_PART, "bytes32", _SEAL],
        [(part.detail_root, part.lots), remainder_root, (seal.deadline_s, seal.signature)],
    )


def _signable(seal: KeeperSeal, *, chain_id: int, warehouse: str) -> SignableMessage:
    return encode_typed_data(full_message=typed_seal(seal, chain_id=chain_id, warehouse=warehouse))
