"""Encrypted keys: what is on disk, what opens them, what does not."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from eth_account import Account

from counterfoil.chain.keystore import CHEAP_SCRYPT_N, STANDARD_SCRYPT_N, Keystore, KeystoreError

PASSPHRASE = "correct horse 电池"


@pytest.fixture
def keystore(tmp_path: Path) -> Keystore:
    return Keystore(tmp_path / "keys", lambda _: PASSPHRASE, scrypt_n=CHEAP_SCRYPT_N)


def test_a_key_is_found_again_by_a_later_keystore(keystore: Keystore, tmp_path: Path) -> None:
    made = keystore.create("supplier-1")
    later = Keystore(tmp_path / "keys", lambda _: PASSPHRASE)
    assert later.names() == ("supplier-1",)
    assert later.address("supplier-1") == made.address
    assert later.unlock("supplier-1").key == made.key


def test_only_the_owner_may_read_a_key_file(keystore: Keystore, tmp_path: Path) -> None:
    keystore.create("bank")
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700
    (path,) = (tmp_path / "keys").iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_neither_key_nor_passphrase_is_on_disk_or_in_text(keystore: Keystore, tmp_path: Path) -> None:
    made = keystore.create("bank")
    (path,) = (tmp_path / "keys").iterdir()
    written = path.read_text()
    assert made.key.hex() not in written
    assert PASSPHRASE not in written
    assert PASSPHRASE not in repr(keystore)
    assert json.loads(written)["crypto"]["kdf"] == "scrypt"


def test_a_wrong_passphrase_is_a_clear_refusal_without_secrets(keystore: Keystore, tmp_path: Path) -> None:
    made = keystore.create("bank")
    wrong = Keystore(tmp_path / "keys", lambda _: "guess-4711", scrypt_n=CHEAP_SCRYPT_N)
    with pytest.raises(KeystoreError, match="bank cannot be opened with this passphrase") as caught:
        wrong.unlock("bank")
    assert caught.value.code == "KeyLocked"
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    for secret in ("guess-4711", PASSPHRASE, made.key.hex()):
        assert secret not in str(caught.value) + repr(caught.value.facts)


def test_each_key_is_asked_for_by_its_own_name(tmp_path: Path) -> None:
    asked: list[str] = []

    def passphrase(name: str) -> str:
        asked.append(name)
        return f"for {name}"

    keystore = Keystore(tmp_path, passphrase, scrypt_n=CHEAP_SCRYPT_N)
    keystore.create("a")
    keystore.create("b")
    keystore.unlock("a")
    assert asked == ["a", "b", "a"]


def test_a_key_is_never_overwritten(keystore: Keystore) -> None:
    made = keystore.create("bank")
    with pytest.raises(KeystoreError) as caught:
        keystore.import_key("bank", bytes([7]) * 32)
    assert caught.value.code == "KeyExists"
    assert keystore.unlock("bank").address == made.address


def test_a_key_made_elsewhere_can_be_imported(keystore: Keystore) -> None:
    elsewhere = Account.create()
    assert keystore.import_key("imported", bytes(elsewhere.key)).address == elsewhere.address
    assert keystore.unlock("imported").key == elsewhere.key
    for not_a_key in (b"", bytes(32), b"\xff" * 32, bytes(31)):
        with pytest.raises(ValueError, match=r".+"):
            keystore.import_key("bad", not_a_key)
    assert keystore.names() == ("imported",)


@pytest.mark.parametrize("name", ["", ".", "..", "../bank", "a/b", "-x", "a" * 65, "银行", "a\n", "a b"])
def test_a_name_never_leaves_the_directory(keystore: Keystore, name: str) -> None:
    with pytest.raises(KeystoreError) as caught:
        keystore.create(name)
    assert caught.value.code == "KeyNameInvalid"


def test_an_empty_passphrase_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KeystoreError) as caught:
        Keystore(tmp_path, lambda _: "", scrypt_n=CHEAP_SCRYPT_N).create("bank")
    assert caught.value.code == "PassphraseEmpty"
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_key_names_the_known_ones(keystore: Keystore) -> None:
    keystore.create("bank")
    with pytest.raises(KeystoreError, match="no key named bonk") as caught:
        keystore.unlock("bonk")
    assert "bank" in caught.value.facts["known"]  # type: ignore[operator]  # a text


@pytest.mark.parametrize(
    "spoil",
    [
        lambda content: b"",
        lambda content: b"not json",
        lambda content: b"[]",
        lambda content: b"{}",
        lambda content: content[: len(content) // 2],
        lambda content: content.replace(b'"version": 3', b'"version": 1'),
        lambda content: content.replace(b'"scrypt"', b'"argon2"'),
        lambda content: content.replace(b'"n": 16', b'"n": 15'),
        lambda content: content.replace(b'"kdfparams"', b'"params"'),
    ],
)
def test_a_broken_file_is_named(keystore: Keystore, tmp_path: Path, spoil: object) -> None:
    keystore.create("bank")
    (path,) = (tmp_path / "keys").iterdir()
    whole = path.read_bytes()
    path.write_bytes(spoil(whole))  # type: ignore[operator]  # one of the functions above
    with pytest.raises(KeystoreError) as caught:
        keystore.unlock("bank")
    assert caught.value.code == "KeyFileBroken"
    assert str(path) in caught.value.message


def test_a_file_under_another_keys_address_is_refused(keystore: Keystore, tmp_path: Path) -> None:
    keystore.create("bank")
    (path,) = (tmp_path / "keys").iterdir()
    content = json.loads(path.read_text())
    content["address"] = "11" * 20
    path.write_text(json.dumps(content))
    with pytest.raises(KeystoreError, match="does not belong to the address"):
        keystore.unlock("bank")


def test_the_cost_of_guessing_is_high_unless_asked_otherwise(keystore: Keystore, tmp_path: Path) -> None:
    assert STANDARD_SCRYPT_N == 262_144
    keystore.create("bank")
    (path,) = (tmp_path / "keys").iterdir()
    assert json.loads(path.read_text())["crypto"]["kdfparams"]["n"] == CHEAP_SCRYPT_N
    for cost in (0, 1, 3, 1000):
        with pytest.raises(ValueError, match="power of two"):
            Keystore(tmp_path / "other", lambda _: PASSPHRASE, scrypt_n=cost)
