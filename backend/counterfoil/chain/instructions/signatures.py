"""Signatures of 65 bytes: who made one, and the one form in which it is passed on."""

from __future__ import annotations

from eth_keys.constants import SECPK1_N
from eth_keys.datatypes import Signature
from eth_keys.exceptions import BadSignature, ValidationError

from counterfoil.chain.instructions.refusals import SIGNATURE_UNUSABLE
from counterfoil.domain.errors import DomainError

_LENGTH = 65
_V_OFFSET = 27
_HALF_ORDER = SECPK1_N // 2


def normalised(signature: bytes) -> bytes:
    """The same signature with v 27 or 28, as the contracts take it.

    v may come as 0, 1, 27 or 28. Raises DomainError SignatureUnusable for another form, and for s in the
    upper half: every signature has such a twin, and the contracts take one of the two only.
    """
    if len(signature) != _LENGTH:
        raise _unusable(f"it has {len(signature)} bytes, not {_LENGTH}")
    v = signature[-1] if signature[-1] >= _V_OFFSET else signature[-1] + _V_OFFSET
    if v not in (_V_OFFSET, _V_OFFSET + 1):
        raise _unusable(f"its last byte is {signature[-1]}, not 0, 1, 27 or 28")
    r, s = int.from_bytes(signature[:32]), int.from_bytes(signature[32:64])
    if not 0 < r < SECPK1_N or not 0 < s < SECPK1_N:
        raise _unusable("its numbers are outside the curve's order")
    if s > _HALF_ORDER:
        raise _unusable("its s is in the upper half of the curve's order")
    return signature[:-1] + bytes([v])


def signer_of(digest: bytes, signature: bytes) -> str:
    """The checksummed address whose key signed this digest. Raises DomainError SignatureUnusable."""
    usual = normalised(signature)
    r, s = int.from_bytes(usual[:32]), int.from_bytes(usual[32:64])
    try:
        public_key = Signature(vrs=(usual[-1] - _V_OFFSET, r, s)).recover_public_key_from_msg_hash(digest)
    except (BadSignature, ValidationError) as unfit:
        raise _unusable("it belongs to no key") from unfit
    return str(public_key.to_checksum_address())


def _unusable(reason: str) -> DomainError:
    return DomainError(SIGNATURE_UNUSABLE, reason=reason)
