"""The keys of one installation: parties and offices in encrypted keystores, and the fingerprint key.

An opened key stays in memory for the life of the process, so that a run of commands pays for opening it once.
"""

from __future__ import annotations

import json
import os
import secrets
from base64 import b64decode, b64encode
from collections.abc import Callable
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from counterfoil.chain.keystore import KEY_FILE_BROKEN, KEY_LOCKED, KEY_UNKNOWN, Keystore, KeystoreError
from counterfoil.ports.engine import Signer

FINGERPRINT_KEY = "fingerprint"
_KEY_BYTES = 32
_NONCE_BYTES = 12
_PURPOSE = b"counterfoil/fingerprint-key/v1"
_R, _P = 8, 1


class HomeKeys:
    """Keys by name. Raises KeystoreError for a name that is missing, taken or locked."""

    def __init__(self, directory: Path, passphrase: Callable[[str], str], *, scrypt_n: int) -> None:
        """passphrase: called with a key's name when its file is written or first opened."""
        self._directory = directory
        self._passphrase = passphrase
        self._scrypt_n = scrypt_n
        self._keystore = Keystore(directory, passphrase, scrypt_n=scrypt_n)
        self._open: dict[str, Signer] = {}
        self._fingerprint_key: bytes | None = None

    def ensure(self, name: str) -> str:
        """The address of a key, which is made if there is none of that name."""
        if name in self._keystore.names():
            return self._keystore.address(name)
        made = self._keystore.create(name)
        self._open[name] = made
        return str(made.address)

    def signer(self, name: str) -> Signer:
        """The key, ready to sign."""
        if name not in self._open:
            self._open[name] = self._keystore.unlock(name)
        return self._open[name]

    def ensure_fingerprint_key(self) -> None:
        """Make the members' secret for invoice fingerprints, if there is none yet."""
        path = self._fingerprint_path
        if path.exists():
            return
        secret = secrets.token_bytes(_KEY_BYTES)
        salt, nonce = secrets.token_bytes(16), secrets.token_bytes(_NONCE_BYTES)
        sealed = AESGCM(self._derive(salt, self._scrypt_n)).encrypt(nonce, secret, _PURPOSE)
        content = {
            "kdf": {"name": "scrypt", "n": self._scrypt_n, "r": _R, "p": _P, "salt": _text(salt)},
            "cipher": {"name": "aes-256-gcm", "nonce": _text(nonce), "sealed": _text(sealed)},
        }
        _write_private(path, json.dumps(content, indent=2) + "\n")
        self._fingerprint_key = secret

    def fingerprint_key(self) -> bytes:
        """The 32 secret bytes. Raises KeystoreError: KeyNotInKeystore, KeyLocked, KeyFileBroken."""
        if self._fingerprint_key is None:
            self._fingerprint_key = self._unseal()
        return self._fingerprint_key

    @property
    def _fingerprint_path(self) -> Path:
        return self._directory / f"{FINGERPRINT_KEY}.sealed.json"

    def _unseal(self) -> bytes:
        path = self._fingerprint_path
        if not path.exists():
            known = ", ".join(self._keystore.names()) or "none"
            raise KeystoreError(
                KEY_UNKNOWN, name=FINGERPRINT_KEY, directory=str(self._directory), known=known
            )
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            kdf, cipher = content["kdf"], content["cipher"]
            key = self._derive(b64decode(kdf["salt"]), int(kdf["n"]))
            return AESGCM(key).decrypt(b64decode(cipher["nonce"]), b64decode(cipher["sealed"]), _PURPOSE)
        except InvalidTag:
            raise KeystoreError(KEY_LOCKED, name=FINGERPRINT_KEY) from None
        except (ValueError, KeyError, TypeError) as broken:
            raise KeystoreError(KEY_FILE_BROKEN, path=str(path), reason=type(broken).__name__) from broken

    def _derive(self, salt: bytes, scrypt_n: int) -> bytes:
        passphrase = self._passphrase(FINGERPRINT_KEY).encode()
        return Scrypt(salt=salt, length=_KEY_BYTES, n=scrypt_n, r=_R, p=_P).derive(passphrase)


def _text(value: bytes) -> str:
    return b64encode(value).decode("ascii")


def _write_private(path: Path, text: str) -> None:
    """Write a file that only its owner reads, whole or not at all."""
    fresh = path.with_name(path.name + ".new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as target:
        target.write(text)
        target.flush()
        os.fsync(target.fileno())
    fresh.replace(path)
