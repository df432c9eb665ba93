"""What is handed to the holder of a key to sign: an instruction, or the proof of a new key.

    {"key": "0x...", "typed_data": {...}, ...}      as the service hands it out
    {"types": ..., "primaryType": ..., ...}         the bare EIP-712 message

Nothing is signed that is not understood to the last field.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from counterfoil.chain.instructions.message_values import from_message, read_address
from counterfoil.chain.instructions.readable import Line, readable, title
from counterfoil.chain.instructions.refusals import (
    INSTRUCTION_FOREIGN,
    INSTRUCTION_UNKNOWN,
    INSTRUCTION_UNREADABLE,
    SIGNATURE_OF_ANOTHER,
    SIGNING_FILE_INVALID,
)
from counterfoil.chain.instructions.terms import (
    InstructionDomain,
    InstructionTerms,
    domain_of,
    from_typed_data,
)
from counterfoil.chain.key_proofs import ADDITION, PROOF_TYPES, ROTATION, sign_proof, typed_proof
from counterfoil.domain.errors import DomainError
from counterfoil.domain.key_proof import KeyProof
from counterfoil.domain.refusals.instruction_refusals import INSTRUCTION_EXPIRED
from counterfoil.domain.refusals.ledger_refusals import time_text
from counterfoil.ports.engine import Signer

# Takes the place of the key in terms that name none yet; nobody has its key.
_NOBODY = "0x" + "00" * 20


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningRequest:
    """A message that was understood. key: who is asked to sign, None where the file does not say.

    domain: the ledger and the contract that reads the signature.
    """

    domain: InstructionDomain
    key: str | None
    content: InstructionTerms | KeyProof

    @property
    def name(self) -> str:
        """The name of the message's type."""
        if isinstance(self.content, InstructionTerms):
            return self.content.name
        return ADDITION if self.content.removed is None else ROTATION

    @property
    def title(self) -> str:
        """What is signed, in two or three words."""
        return title(self.name)

    @property
    def lines(self) -> tuple[Line, ...]:
        """What is signed, to be read before."""
        if isinstance(self.content, InstructionTerms):
            return readable(self.content)
        proof = self.content
        removed = () if proof.removed is None else (("in the place of", proof.removed),)
        return (
            ("party", f"party {proof.party_id}"),
            ("its new key", proof.added),
            *removed,
            ("good until", time_text(proof.deadline_s)),
        )

    def require_in_time(self, now_s: int) -> None:
        """Raises DomainError InstructionExpired where its deadline has passed."""
        if self.content.deadline_s < now_s:
            raise DomainError(INSTRUCTION_EXPIRED, deadline=self.content.deadline_s, now_s=now_s)

    def require_ledger(self, *, chain_id: int | None, contract: str | None) -> None:
        """Raises DomainError InstructionForeign where it is for another chain or contract than these."""
        for field, actual, expected in (
            ("chain id", self.domain.chain_id, chain_id),
            ("contract", self.domain.instructions, contract),
        ):
            if expected is not None and actual != expected:
                raise DomainError(INSTRUCTION_FOREIGN, field=field, actual=actual, expected=expected)

    def require_key(self, address: str) -> None:
        """Raises DomainError SignatureOfAnother where another key is asked to sign."""
        if self.key is not None and self.key != address:
            raise DomainError(SIGNATURE_OF_ANOTHER, name=self.title, key=self.key, signer=address)

    def sign(self, by: Signer) -> dict[str, Any]:
        """Sign; the answer as the service takes it. Raises as `require_key`."""
        self.require_key(by.address)
        if isinstance(self.content, InstructionTerms):
            signed = replace(self.content, key=by.address).sign(self.domain, by)
            return {
                "key": by.address,
                "nonce": str(signed.terms.nonce),
                "signature": f"0x{signed.signature.hex()}",
            }
        proof = self.content
        signature = sign_proof(proof, by=by, chain_id=self.domain.chain_id, key_desk=self.domain.instructions)
        return {
            "key": by.address,
            "party": proof.party_id,
            "removed": proof.removed,
            "deadline": proof.deadline_s,
            "signature": f"0x{signature.hex()}",
        }


def read_request(content: object, *, file_name: str) -> SigningRequest:
    """What a file asks to sign. content: its JSON.

    Raises DomainError SigningFileInvalid, InstructionUnknown, InstructionUnreadable.
    """
    if not isinstance(content, Mapping):
        raise DomainError(SIGNING_FILE_INVALID, file_name=file_name, reason="it is no JSON object")
    message = content.get("typed_data", content)
    if not isinstance(message, Mapping) or "primaryType" not in message:
        raise DomainError(SIGNING_FILE_INVALID, file_name=file_name, reason="it has no EIP-712 message")
    stated = content.get("key") if "typed_data" in content else None
    key = None if stated is None else read_address(stated, "key")
    domain = domain_of(message)
    name = message["primaryType"]
    if isinstance(name, str) and name in PROOF_TYPES:
        proof = _proof(name, message, domain)
        return SigningRequest(domain=domain, key=proof.added, content=proof)
    terms = from_typed_data(message, domain=domain, key=key or _NOBODY)
    return SigningRequest(domain=domain, key=key, content=terms)


def _proof(name: str, message: Mapping[str, Any], domain: InstructionDomain) -> KeyProof:
    entries = [{"name": field, "type": kind} for field, kind in PROOF_TYPES[name]]
    values = dict(
        zip(
            (entry["name"] for entry in entries),
            from_message(entries, message.get("message", {})),
            strict=True,
        )
    )
    proof = KeyProof(
        party_id=values["party"],
        added=values["added"],
        removed=values.get("removed"),
        deadline_s=values["deadline"],
    )
    expected = typed_proof(proof, chain_id=domain.chain_id, key_desk=domain.instructions)
    if set(message) != set(expected):
        raise DomainError(INSTRUCTION_UNKNOWN, name=name)
    if message["types"] != expected["types"]:
        raise DomainError(INSTRUCTION_UNREADABLE, field="types", reason=f"they are not those of {name}")
    return proof
