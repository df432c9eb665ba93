"""The keys of one installation: parties and offices in encrypted keystores, fingerprint key and service key.

An opened key stays in memory for the life of the process, so that a run of commands pays for opening it once.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from counterfoil.chain.keystore import Keystore
from counterfoil.chain.sealed_secret import SealedSecret
from counterfoil.chain.service_key import ServiceKey
from counterfoil.domain.errors import DomainError, declare
from counterfoil.ports.engine import Signer
from counterfoil.ports.store import KeyCustody, PartyRecord

KEY_HELD_ELSEWHERE = declare(
    "KeyHeldElsewhere",
    "{name} keeps its own key; this installation cannot act for it",
    "Give the command to the service, fetch the instruction that it makes, and sign it with"
    " `counterfoil sign` where the key is.",
)

FINGERPRINT_KEY = "fingerprint"
SERVICE_KEY = "service"


class HomeKeys:
    """Keys by name. Raises KeystoreError for a name that is missing, taken or locked."""

    def __init__(self, directory: Path, passphrase: Callable[[str], str], *, scrypt_n: int) -> None:
        """passphrase: called with a key's name when its file is written or first opened."""
        self._directory = directory
        self._passphrase = passphrase
        self._scrypt_n = scrypt_n
        self._keystore = Keystore(directory, passphrase, scrypt_n=scrypt_n)
        self._open: dict[str, Signer] = {}
        self._fingerprint_key = self._secret(FINGERPRINT_KEY, b"counterfoil/fingerprint-key/v1")
        self._service_key = self._secret(SERVICE_KEY, b"counterfoil/service-key/v1")

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

    def party_signer(self, party: PartyRecord) -> Signer:
        """A party's key, ready to sign. Raises DomainError KeyHeldElsewhere where the party keeps it."""
        if party.custody is KeyCustody.OWN:
            raise DomainError(KEY_HELD_ELSEWHERE, name=party.name)
        return self.signer(party.key_name)

    def ensure_fingerprint_key(self) -> None:
        """Make the members' secret for invoice fingerprints, if there is none yet."""
        self._fingerprint_key.ensure()

    def fingerprint_key(self) -> bytes:
        """The 32 secret bytes. Raises KeystoreError: KeyNotInKeystore, KeyLocked, KeyFileBroken."""
        return self._fingerprint_key.read()

    def ensure_service_key(self) -> None:
        """Make the key under which the service seals its secrets, if there is none yet."""
        self._service_key.ensure()

    def service_key(self) -> ServiceKey:
        """The key of the store's sealed columns. Raises KeystoreError as `fingerprint_key` does."""
        return ServiceKey(self._service_key.read())

    def _secret(self, name: str, purpose: bytes) -> SealedSecret:
        return SealedSecret(self._directory, name, self._passphrase, purpose=purpose, scrypt_n=self._scrypt_n)
