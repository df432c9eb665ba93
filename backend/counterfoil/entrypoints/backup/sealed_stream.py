"""A file encrypted by a passphrase, in chunks, so that its size does not matter.

A first line of JSON says how the key is derived. Then chunks of 1 MiB under AES-256-GCM, each with a nonce of
7 random bytes, a counter of 4 bytes and a last byte that is 1 in the last chunk: chunks cannot be left out,
added, repeated or moved.
"""

from __future__ import annotations

import json
import secrets
from base64 import b64decode, b64encode
from collections.abc import Iterator
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

CHUNK_BYTES = 2**20
_TAG_BYTES = 16
_FORMAT = "counterfoil-backup/1"
_R, _P = 8, 1


class SealBrokenError(Exception):
    """It is not what was sealed, or the passphrase is another."""


def seal(source: BinaryIO, target: BinaryIO, passphrase: str, *, scrypt_n: int) -> None:
    """Write the source encrypted. scrypt_n: cost of guessing the passphrase, a power of two."""
    salt, prefix = secrets.token_bytes(16), secrets.token_bytes(7)
    header = (
        json.dumps({"format": _FORMAT, "n": scrypt_n, "salt": _text(salt), "prefix": _text(prefix)}).encode()
        + b"\n"
    )
    target.write(header)
    cipher = AESGCM(_key(passphrase, salt, scrypt_n))
    for counter, chunk, is_last in _chunks(source, CHUNK_BYTES):
        target.write(cipher.encrypt(_nonce(prefix, counter, is_last=is_last), chunk, header))


def is_sealed(source: BinaryIO) -> bool:
    """Whether a file begins like a sealed one; its position is left as it was."""
    found = source.read(128)
    source.seek(-len(found), 1)
    return found.startswith(b'{"format": "' + _FORMAT.encode())


def unseal(source: BinaryIO, target: BinaryIO, passphrase: str) -> None:
    """Write the source in clear. Raises SealBrokenError; what was written until then is not to be used."""
    header = source.readline(1024)
    try:
        content = json.loads(header)
        salt, prefix, scrypt_n = b64decode(content["salt"]), b64decode(content["prefix"]), int(content["n"])
        cipher = AESGCM(_key(passphrase, salt, scrypt_n))
        for counter, chunk, is_last in _chunks(source, CHUNK_BYTES + _TAG_BYTES):
            target.write(cipher.decrypt(_nonce(prefix, counter, is_last=is_last), chunk, header))
    except (InvalidTag, ValueError, KeyError, TypeError):
        raise SealBrokenError from None


def _chunks(source: BinaryIO, size: int) -> Iterator[tuple[int, bytes, bool]]:
    """Counter, content, and whether it is the last; an empty source has one empty chunk."""
    counter, chunk = 0, source.read(size)
    while True:
        following = source.read(size)
        yield counter, chunk, not following
        if not following:
            return
        counter, chunk = counter + 1, following


def _nonce(prefix: bytes, counter: int, *, is_last: bool) -> bytes:
    return prefix + counter.to_bytes(4) + bytes([is_last])


def _key(passphrase: str, salt: bytes, scrypt_n: int) -> bytes:
    return Scrypt(salt=salt, length=32, n=scrypt_n, r=_R, p=_P).derive(passphrase.encode())


def _text(value: bytes) -> str:
    return b64encode(value).decode("ascii")
