"""What a new key signs before a party's key is changed: proof that somebody holds it.

Without it a mistyped address would take the place of a key that worked. contracts/KeyDesk.sol reads it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from counterfoil.domain.key_proof import KeyProof
from counterfoil.ports.engine import Signer

DOMAIN_NAME = "Counterfoil"
DOMAIN_VERSION = "1"
ROTATION = "KeyRotation"
ADDITION = "KeyAddition"

_DOMAIN_TYPE = (
    ("name", "string"),
    ("version", "string"),
    ("chainId", "uint256"),
    ("verifyingContract", "address"),
)
PROOF_TYPES: Mapping[str, tuple[tuple[str, str], ...]] = {
    ROTATION: (("party", "uint24"), ("added", "address"), ("removed", "address"), ("deadline", "uint40")),
    ADDITION: (("party", "uint24"), ("added", "address"), ("deadline", "uint40")),
}


def typed_proof(proof: KeyProof, *, chain_id: int, key_desk: str) -> dict[str, Any]:
    """The whole EIP-712 message as a JSON object. key_desk: address of the contract that reads the proof."""
    primary = ADDITION if proof.removed is None else ROTATION
    values = {
        "party": proof.party_id,
        "added": proof.added,
        "removed": proof.removed,
        "deadline": proof.deadline_s,
    }
    types = {"EIP712Domain": _DOMAIN_TYPE, primary: PROOF_TYPES[primary]}
    return {
        "types": {
            name: [{"name": field, "type": kind} for field, kind in fields] for name, fields in types.items()
        },
        "primaryType": primary,
        "domain": {
            "name": DOMAIN_NAME,
            "version": DOMAIN_VERSION,
            "chainId": chain_id,
            "verifyingContract": key_desk,
        },
        "message": {field: values[field] for field, _ in PROOF_TYPES[primary]},
    }


def sign_proof(proof: KeyProof, *, by: Signer, chain_id: int, key_desk: str) -> bytes:
    """The message signed with the new key: r, s and v, 65 bytes."""
    message = typed_proof(proof, chain_id=chain_id, key_desk=key_desk)
    return bytes(by.sign_typed_data(full_message=message).signature)
