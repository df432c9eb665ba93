"""What the service seals opens for the same purpose with the same key only."""

from __future__ import annotations

from pathlib import Path

import pytest

from counterfoil.chain.home_keys import HomeKeys
from counterfoil.chain.keystore import CHEAP_SCRYPT_N, KeystoreError
from counterfoil.chain.service_key import ServiceKey
from counterfoil.domain.errors import CounterfoilError

SECRET = b"whsec: nobody else reads this"


def keys_in(directory: Path, passphrase: str = "open sesame") -> HomeKeys:
    return HomeKeys(directory, lambda _: passphrase, scrypt_n=CHEAP_SCRYPT_N)


@pytest.fixture
def home_keys(tmp_path: Path) -> HomeKeys:
    """Keys of a home with a service key."""
    made = keys_in(tmp_path)
    made.ensure_service_key()
    return made


def test_a_sealed_secret_opens_again(home_keys: HomeKeys, tmp_path: Path) -> None:
    sealed = home_keys.service_key().seal(SECRET, "webhook:1")

    assert home_keys.service_key().unseal(sealed, "webhook:1") == SECRET
    assert keys_in(tmp_path).service_key().unseal(sealed, "webhook:1") == SECRET
    assert sealed != home_keys.service_key().seal(SECRET, "webhook:1")
    assert sealed.isascii()


@pytest.mark.parametrize("secret", [b"", b"\0", bytes(range(256)) * 300])
def test_any_bytes_can_be_sealed(home_keys: HomeKeys, secret: bytes) -> None:
    key = home_keys.service_key()
    assert key.unseal(key.seal(secret, "p"), "p") == secret


def test_a_service_key_is_made_once(home_keys: HomeKeys, tmp_path: Path) -> None:
    sealed = home_keys.service_key().seal(SECRET, "p")
    again = keys_in(tmp_path)
    again.ensure_service_key()

    assert again.service_key().unseal(sealed, "p") == SECRET
    assert (tmp_path / "service.sealed.json").stat().st_mode & 0o777 == 0o600


def test_another_purpose_or_key_is_refused(home_keys: HomeKeys) -> None:
    sealed = home_keys.service_key().seal(SECRET, "webhook:1")

    with pytest.raises(CounterfoilError, match="webhook") as refused:
        home_keys.service_key().unseal(sealed, "webhook:2")
    assert refused.value.code == "SealBroken"
    with pytest.raises(CounterfoilError) as refused:
        ServiceKey(b"\x01" * 32).unseal(sealed, "webhook:1")
    assert refused.value.code == "SealBroken"
    assert refused.value.__cause__ is None


@pytest.mark.parametrize(
    "spoil",
    [
        lambda sealed: sealed[:-4],
        lambda sealed: sealed[3:],
        lambda sealed: "v2." + sealed[3:],
        lambda sealed: sealed[:20] + ("A" if sealed[20] != "A" else "B") + sealed[21:],
        lambda sealed: sealed + "é",
        lambda _: "v1.",
        lambda _: "",
    ],
    ids=["cut", "no form", "other form", "changed", "no ASCII", "empty", "nothing"],
)
def test_a_changed_seal_is_refused(home_keys: HomeKeys, spoil) -> None:
    key = home_keys.service_key()
    with pytest.raises(CounterfoilError) as refused:
        key.unseal(spoil(key.seal(SECRET, "p")), "p")
    assert refused.value.code == "SealBroken"


def test_without_its_file_or_passphrase_there_is_no_key(home_keys: HomeKeys, tmp_path: Path) -> None:
    with pytest.raises(KeystoreError) as refused:
        keys_in(tmp_path, "wrong").service_key()
    assert refused.value.code == "KeyLocked"

    # One secret's file does not stand in for another's.
    (tmp_path / "service.sealed.json").rename(tmp_path / "fingerprint.sealed.json")
    with pytest.raises(KeystoreError) as refused:
        home_keys.fingerprint_key()
    assert refused.value.code == "KeyLocked"
    with pytest.raises(KeystoreError) as refused:
        keys_in(tmp_path).service_key()
    assert refused.value.code == "KeyNotInKeystore"


def test_the_key_shows_nothing_of_itself() -> None:
    assert "01" not in repr(ServiceKey(b"\x01" * 32))
