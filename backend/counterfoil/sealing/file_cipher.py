"""Files under AES-256-GCM, content keys wrapped by HPKE (RFC 9180); docs/decisions/0015.

What is stored is 12 bytes of nonce, the encrypted content, and 16 bytes of tag. The associated text binds it
to the SHA-256 of its content; a wrap's info binds it to the stored file and to the key it is made for.
"""

from __future__ import annotations

import secrets
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from counterfoil.domain.errors import CounterfoilError
from counterfoil.ports.files import FILE_DAMAGED, FILE_KEY_UNFIT, PUBLIC_KEY_UNFIT

SUITE = "DHKEM-X25519-HKDF-SHA256-AES256GCM"
KEY_BYTES = 32
NONCE_BYTES = 12
_CONTENT = b"counterfoil/file/v1\0"
_WRAP = b"counterfoil/file-key/v1\0"
_HPKE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


class FileCipher:
    """The FileCipher protocol of counterfoil.ports.files."""

    suite = SUITE

    def new_key_pair(self) -> tuple[bytes, bytes]:
        """Public and private key, 32 bytes each."""
        private = X25519PrivateKey.generate()
        return private.public_key().public_bytes_raw(), private.private_bytes_raw()

    def check_public_key(self, public: bytes) -> None:
        """Raises CounterfoilError PublicKeyUnfit for bytes that are no usable X25519 public key."""
        try:
            X25519PrivateKey.generate().exchange(X25519PublicKey.from_public_bytes(public))
        except ValueError:
            raise CounterfoilError(PUBLIC_KEY_UNFIT, suite=SUITE) from None

    def encrypt(self, content: bytes) -> tuple[bytes, bytes]:
        """A fresh content key, and what is stored."""
        key = secrets.token_bytes(KEY_BYTES)
        nonce = secrets.token_bytes(NONCE_BYTES)
        return key, nonce + AESGCM(key).encrypt(nonce, content, _CONTENT + sha256(content).digest())

    def decrypt(self, stored: bytes, key: bytes, *, content_sha256: str) -> bytes:
        """The content. Raises CounterfoilError FileDamaged for anything but what `encrypt` gave."""
        try:
            content = AESGCM(key).decrypt(
                stored[:NONCE_BYTES], stored[NONCE_BYTES:], _CONTENT + bytes.fromhex(content_sha256)
            )
        except (InvalidTag, ValueError):
            raise CounterfoilError(FILE_DAMAGED, file_id=sha256(stored).hexdigest()) from None
        if sha256(content).hexdigest() != content_sha256:
            raise CounterfoilError(FILE_DAMAGED, file_id=sha256(stored).hexdigest())
        return content

    def wrap(self, key: bytes, public: bytes, *, file_id: str, key_id: str) -> bytes:
        """The content key for one reader's key. Raises CounterfoilError PublicKeyUnfit."""
        try:
            return _HPKE.encrypt(key, X25519PublicKey.from_public_bytes(public), info=_info(file_id, key_id))
        except ValueError:
            raise CounterfoilError(PUBLIC_KEY_UNFIT, suite=SUITE) from None

    def unwrap(self, wrapped: bytes, private: bytes, *, file_id: str, key_id: str) -> bytes:
        """The content key. Raises CounterfoilError FileKeyUnfit: for another key or file, or changed."""
        try:
            return _HPKE.decrypt(
                wrapped, X25519PrivateKey.from_private_bytes(private), info=_info(file_id, key_id)
            )
        except (InvalidTag, ValueError):
            raise CounterfoilError(FILE_KEY_UNFIT, file_id=file_id, key_id=key_id) from None


def _info(file_id: str, key_id: str) -> bytes:
    return _WRAP + file_id.encode() + b"\0" + key_id.encode()
