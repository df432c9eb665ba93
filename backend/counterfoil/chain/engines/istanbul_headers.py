"""Headers of Istanbul BFT as Kaia writes them: their hash and their seals, computed from public fields.

A header's hash covers everything but the committed seals and the round. Each committed seal is a signature of
one validator over that hash; the validators stand in the header itself, those of the first block in the
genesis block's. Read in Kaia's source, version 1.0.3 (blockchain/types, consensus/istanbul); verified in
tests against headers of a real network.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import rlp
from coincurve import PublicKey
from eth_utils import keccak
from rlp.exceptions import RLPException

from counterfoil.chain.engines.profile import UnverifiableError, VerifiedHeader
from counterfoil.chain.engines.rlp_bytes import list_of, number_of, text_of

_VANITY = 32
"""Bytes of extraData before the list of validators and seals; the last of them is the round."""
_COMMIT = b"\x02"
"""What a validator appends to the hash before it signs: the number of the message type COMMIT."""


def istanbul_quorum(validators: int) -> int:
    """How many of so many validators must have sealed a block: all of up to three, else two thirds."""
    return validators if validators < 4 else -(-2 * validators // 3)


def read_istanbul_header(found: Mapping[str, Any]) -> VerifiedHeader:
    """A header, as kaia_getHeaderByNumber gives it, with hash and seals computed anew.

    Raises UnverifiableError where the fields do not hash to the hash that is given, where a seal is no
    signature or is not of a validator, or where a validator has two. Whether there are enough seals, and of
    the right validators, is for the caller to say.
    """
    try:
        extra = _bytes(found["extraData"])
        validators, proposer_seal, seals = _extra_of(extra)
        # The seal of the proposer is part of the hash, the others' are not.
        hashed = extra[: _VANITY - 1] + b"\x00" + _encode_extra(validators, proposer_seal)
        block_hash = str(found["hash"]).lower()
        computed = _hash_of(found, hashed, block_hash)
        if computed is None:
            raise UnverifiableError(f"the header's fields do not hash to {block_hash}")
        number = int(found["number"], 16)
        return VerifiedHeader(
            number=number,
            block_hash=block_hash,
            parent_hash=str(found["parentHash"]).lower(),
            state_root=str(found["stateRoot"]).lower(),
            transactions_root=str(found["transactionsRoot"]).lower(),
            receipts_root=str(found["receiptsRoot"]).lower(),
            logs_bloom=str(found["logsBloom"]).lower(),
            time_s=int(found["timestamp"], 16),
            validators=frozenset(_address(each) for each in validators),
            sealed_by=_sealed_by(computed, seals, validators),
        )
    except (KeyError, TypeError, ValueError, RLPException) as unfit:
        raise UnverifiableError(f"not a header of Istanbul BFT: {unfit!r}") from unfit


def _hash_of(found: Mapping[str, Any], extra: bytes, expected: str) -> bytes | None:
    """The header's hash where it is the expected one.

    Before some forks a header has no base fee, and the node shows 0 all the same: both are tried.
    """
    fields = [
        text_of(_bytes(found["parentHash"])),
        text_of(_bytes(found["reward"])),
        text_of(_bytes(found["stateRoot"])),
        text_of(_bytes(found["transactionsRoot"])),
        text_of(_bytes(found["receiptsRoot"])),
        text_of(_bytes(found["logsBloom"])),
        number_of(int(found["blockScore"], 16)),
        number_of(int(found["number"], 16)),
        number_of(int(found["gasUsed"], 16)),
        number_of(int(found["timestamp"], 16)),
        number_of(int(found["timestampFoS"], 16)),
        text_of(extra),
        text_of(_bytes(found.get("governanceData") or "0x")),
        text_of(_bytes(found.get("voteData") or "0x")),
    ]
    later = []
    if found.get("baseFeePerGas") is not None:
        later = [number_of(int(found["baseFeePerGas"], 16))]
    if found.get("randomReveal") is not None:
        mixed = found.get("mixhash", found.get("mixHash"))
        later = [*later, text_of(_bytes(found["randomReveal"])), text_of(_bytes(mixed))]
    for form in (fields + later, fields):
        computed = keccak(list_of(form))
        if "0x" + computed.hex() == expected:
            return computed
    return None


def _extra_of(extra: bytes) -> tuple[list[bytes], bytes, list[bytes]]:
    """Validators, the proposer's seal and the committed seals."""
    if len(extra) < _VANITY:
        raise ValueError("extraData is too short")
    decoded = cast(Sequence[Any], rlp.decode(extra[_VANITY:]))
    validators, proposer_seal, seals = decoded
    if any(len(each) != 20 for each in validators):
        raise ValueError("a validator is no address")
    return list(validators), proposer_seal, list(seals)


def _encode_extra(validators: Sequence[bytes], proposer_seal: bytes) -> bytes:
    return list_of((list_of(text_of(each) for each in validators), text_of(proposer_seal), list_of(())))


def _sealed_by(block_hash: bytes, seals: Sequence[bytes], validators: Sequence[bytes]) -> frozenset[str]:
    signed = keccak(block_hash + _COMMIT)
    entitled = set(validators)
    found = set()
    for seal in seals:
        key = PublicKey.from_signature_and_message(seal, signed, hasher=None)
        signer = keccak(key.format(compressed=False)[1:])[12:]
        if signer not in entitled:
            raise UnverifiableError(f"{_address(signer)} sealed the block twice, or is no validator of it")
        entitled.remove(signer)
        found.add(_address(signer))
    return frozenset(found)


def _address(raw: bytes) -> str:
    return "0x" + raw.hex()


def _bytes(text: Any) -> bytes:
    return bytes.fromhex(text[2:])
