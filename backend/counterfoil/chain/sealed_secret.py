"""32 random bytes in a file, sealed by the passphrase: secrets that are no key of the chain."""

from __future__ import annotations

import json
import os
import secrets
import threading
from base64 import b64decode, b64encode
from collections.abc import Callable
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from counterfoil.chain.keystore import KEY_FILE_BROKEN, KEY_LOCKED, KEY_UNKNOWN, KeystoreError

SUFFIX = ".sealed.json"
_KEY_BYTES = 32
_NONCE_BYTES = 12
_R, _P = 8, 1


class SealedSecret:
    """One secret by name. Once opened it stays in memory for the life of the process."""

    def __init__(
        self, directory: Path, name: str, passphrase: Callable[[str], str], *, purpose: bytes, scrypt_n: int
    ) -> None:
        """purpose: authenticated with the secret: the file of one is not taken for that of another."""
        self._directory = directory
        self._name = name
        self._passphrase = passphrase
        self._purpose = purpose
        self._scrypt_n = scrypt_n
        self._opened: bytes | None = None
        # Deriving the key takes a second and 256 MiB: threads that come at once wait for the first.
        self._lock = threading.Lock()

    def ensure(self) -> None:
        """Make the secret, if there is none yet."""
        with self._lock:
            if not self._path.exists():
                self._opened = self._make()

    def read(self) -> bytes:
        """The secret. Raises KeystoreError: KeyNotInKeystore, KeyLocked, KeyFileBroken."""
        with self._lock:
            if self._opened is None:
                self._opened = self._unseal()
            return self._opened

    @property
    def _path(self) -> Path:
        return self._directory / f"{self._name}{SUFFIX}"

    def _make(self) -> bytes:
        secret = secrets.token_bytes(_KEY_BYTES)
        salt, nonce = secrets.token_bytes(16), secrets.token_bytes(_NONCE_BYTES)
        sealed = AESGCM(self._derive(salt, self._scrypt_n)).encrypt(nonce, secret, self._purpose)
        content = {
            "kdf": {"name": "scrypt", "n": self._scrypt_n, "r": _R, "p": _P, "salt": _text(salt)},
            "cipher": {"name": "aes-256-gcm", "nonce": _text(nonce), "sealed": _text(sealed)},
        }
        _write_private(self._path, json.dumps(content, indent=2) + "\n")
        return secret

    def _unseal(self) -> bytes:
        path = self._path
        if not path.exists():
            known = ", ".join(sorted(found.name for found in self._directory.glob("*.json"))) or "none"
            raise KeystoreError(KEY_UNKNOWN, name=self._name, directory=str(self._directory), known=known)
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            kdf, cipher = content["kdf"], content["cipher"]
            key = self._derive(b64decode(kdf["salt"]), int(kdf["n"]))
            return AESGCM(key).decrypt(b64decode(cipher["nonce"]), b64decode(cipher["sealed"]), self._purpose)
        except InvalidTag:
            raise KeystoreError(KEY_LOCKED, name=self._name) from None
        except (ValueError, KeyError, TypeError) as broken:
            raise KeystoreError(KEY_FILE_BROKEN, path=str(path), reason=type(broken).__name__) from broken

    def _derive(self, salt: bytes, scrypt_n: int) -> bytes:
        passphrase = self._passphrase(self._name).encode()
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
