"""Encrypted keys in files, one a key, in the web3 secret storage format (version 3).

A key leaves its file only as a signer in memory. The passphrase comes from a callback at the moment of use;
it is kept nowhere and stands in no message.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from eth_account import Account
from eth_account.signers.local import LocalAccount
from eth_keyfile import create_keyfile_json, decode_keyfile_json
from eth_keyfile.exceptions import EthKeyfileException
from web3 import Web3

from counterfoil.domain.errors import CounterfoilError, declare

KEY_UNKNOWN = declare(
    "KeyNotInKeystore",
    "There is no key named {name} in {directory}.",
    "Create or import it, or name one of the keys there: {known}.",
)
KEY_EXISTS = declare(
    "KeyExists",
    "A key named {name} is already in {directory}.",
    "Choose another name; a key is never overwritten.",
)
KEY_NAME_INVALID = declare(
    "KeyNameInvalid",
    "The key name {name} is not usable.",
    "Use 1 to 64 letters, digits, dots, dashes or underscores, beginning with a letter or digit.",
)
KEY_LOCKED = declare(
    "KeyLocked",
    "The key {name} cannot be opened with this passphrase.",
    "Enter the passphrase again; without it the key cannot be recovered.",
)
KEY_FILE_BROKEN = declare(
    "KeyFileBroken",
    "The key file {path} is not usable: {reason}.",
    "Restore the file from a backup.",
)
PASSPHRASE_EMPTY = declare(
    "PassphraseEmpty", "The passphrase for the key {name} is empty.", "Enter a passphrase."
)

# The cost that the format's authors recommend: about a second and 256 MiB for each opening of a key.
STANDARD_SCRYPT_N = 2**18
# For tests and demos only: a stolen file protected by this falls to a guessing attack thousands of times
# sooner.
CHEAP_SCRYPT_N = 2**4

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_SUFFIX = ".key.json"


class KeystoreError(CounterfoilError):
    """A key could not be made, found or opened."""


class Keystore:
    """The keys in one directory, which only its owner may enter."""

    def __init__(
        self,
        directory: Path,
        passphrase: Callable[[str], str],
        *,
        scrypt_n: int = STANDARD_SCRYPT_N,
    ) -> None:
        """passphrase: called with a key's name whenever its file is written or opened.

        scrypt_n: cost of guessing a passphrase, a power of two, for keys made from now on; CHEAP_SCRYPT_N is
        for tests and demos only. Raises ValueError for any other number.
        """
        if scrypt_n < 2 or scrypt_n & (scrypt_n - 1):
            raise ValueError(f"scrypt_n must be a power of two of at least 2, not {scrypt_n}")
        self._directory = directory
        self._passphrase = passphrase
        self._scrypt_n = scrypt_n
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)

    def __repr__(self) -> str:
        return f"Keystore({str(self._directory)!r})"

    def names(self) -> tuple[str, ...]:
        """The names of all keys, sorted."""
        return tuple(sorted(path.name.removesuffix(_SUFFIX) for path in self._directory.glob(f"*{_SUFFIX}")))

    def create(self, name: str) -> LocalAccount:
        """Make a new random key, store and return it; raises KeystoreError as `import_key` does."""
        return self._store(name, Account.create())

    def import_key(self, name: str, private_key: bytes) -> LocalAccount:
        """Store a key that was made elsewhere: 32 bytes.

        Raises KeystoreError: KeyNameInvalid, KeyExists, PassphraseEmpty; ValueError for bytes that are not a
        key.
        """
        return self._store(name, Account.from_key(private_key))

    def address(self, name: str) -> str:
        """The checksummed address of a key, without its passphrase.

        Raises KeystoreError: KeyNotInKeystore, KeyFileBroken.
        """
        return _stated_address(self._content(name), self._path(name))

    def unlock(self, name: str) -> LocalAccount:
        """The key, ready to sign; raises KeystoreError: KeyNotInKeystore, KeyLocked, KeyFileBroken."""
        return _opened(self._content(name), self._path(name), name, self._passphrase)

    def _path(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise KeystoreError(KEY_NAME_INVALID, name=repr(name))
        return self._directory / f"{name}{_SUFFIX}"

    def _store(self, name: str, account: LocalAccount) -> LocalAccount:
        path = self._path(name)
        if path.exists():
            raise KeystoreError(KEY_EXISTS, name=name, directory=str(self._directory))
        passphrase = self._passphrase(name)
        if not passphrase:
            raise KeystoreError(PASSPHRASE_EMPTY, name=name)
        content = create_keyfile_json(
            bytes(account.key), passphrase.encode(), kdf="scrypt", iterations=self._scrypt_n
        )
        fresh = path.with_suffix(f".{os.getpid()}.new")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as target:
                target.write(json.dumps(content, indent=2) + "\n")
                target.flush()
                os.fsync(target.fileno())
            try:
                os.link(fresh, path)  # unlike a rename, refuses to replace a key that appeared meanwhile
            except FileExistsError:
                raise KeystoreError(KEY_EXISTS, name=name, directory=str(self._directory)) from None
        finally:
            fresh.unlink()
        directory = os.open(self._directory, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)
        return account

    def _content(self, name: str) -> dict[str, Any]:
        path = self._path(name)
        try:
            return _read(path)
        except FileNotFoundError:
            known = ", ".join(self.names()) or "none"
            raise KeystoreError(KEY_UNKNOWN, name=name, directory=str(self._directory), known=known) from None


def open_key_file(path: Path, passphrase: Callable[[str], str]) -> LocalAccount:
    """The key of a file in the same format that lies anywhere.

    passphrase: called with the file's name. Raises KeystoreError KeyLocked, KeyFileBroken, and OSError.
    """
    return _opened(_read(path), path, path.name, passphrase)


def _read(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as broken:
        raise _broken(path, "it is not JSON") from broken
    if not isinstance(content, dict):
        raise _broken(path, "it is not an encrypted key of version 3")
    return content


def _stated_address(content: dict[str, Any], path: Path) -> str:
    try:
        return Web3.to_checksum_address("0x" + content["address"].removeprefix("0x"))
    except (KeyError, ValueError, AttributeError, TypeError) as broken:
        raise _broken(path, "it states no address") from broken


def _opened(content: dict[str, Any], path: Path, name: str, passphrase: Callable[[str], str]) -> LocalAccount:
    try:
        private_key = decode_keyfile_json(content, passphrase(name).encode())
    except EthKeyfileException as refused:
        # `from None`: the library's message and frames hold derived key material of no use to a reader.
        if "MAC mismatch" in str(refused):
            raise KeystoreError(KEY_LOCKED, name=name) from None
        raise _broken(path, "it is not an encrypted key of version 3, or its parameters are wrong") from None
    except (KeyError, ValueError, TypeError, AttributeError):
        raise _broken(path, "it is not an encrypted key of version 3") from None
    account: LocalAccount = Account.from_key(private_key)
    if account.address != _stated_address(content, path):
        raise _broken(path, "its key does not belong to the address that it states")
    return account


def _broken(path: Path, reason: str) -> KeystoreError:
    return KeystoreError(KEY_FILE_BROKEN, path=str(path), reason=reason)
