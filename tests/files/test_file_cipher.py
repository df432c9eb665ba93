"""What is encrypted opens with its own key, as its own content, in its own place, and in no other way."""

from __future__ import annotations

from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from counterfoil.domain.errors import CounterfoilError
from counterfoil.sealing.file_cipher import FileCipher

CIPHER = FileCipher()
CONTENT = b"Invoice 2026-0417: EUR 12,500.00"
DIGEST = sha256(CONTENT).hexdigest()
FILE, KEY = "ab" * 32, "enc_00000000000000000000000000"


@pytest.mark.parametrize("content", [b"", b"\0", CONTENT, bytes(range(256)) * 4096])
def test_a_file_opens_with_its_key(content: bytes) -> None:
    key, stored = CIPHER.encrypt(content)

    assert CIPHER.decrypt(stored, key, content_sha256=sha256(content).hexdigest()) == content
    assert len(stored) == len(content) + 28


def test_no_two_files_share_key_or_nonce() -> None:
    made = [CIPHER.encrypt(CONTENT) for _ in range(50)]

    assert len({key for key, _ in made}) == 50
    assert len({stored[:12] for _, stored in made}) == 50
    assert all(CONTENT not in stored for _, stored in made)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda stored: stored[:-1],
        lambda stored: stored[1:],
        lambda stored: stored + b"\0",
        lambda stored: stored[:20] + bytes([stored[20] ^ 1]) + stored[21:],
        lambda stored: bytes([stored[0] ^ 1]) + stored[1:],
        lambda stored: stored[:-16],
        lambda _: b"",
        lambda stored: stored[:12],
    ],
    ids=["end cut", "begin cut", "longer", "content", "nonce", "no tag", "nothing", "nonce only"],
)
def test_a_changed_or_shortened_file_is_refused(spoil) -> None:
    key, stored = CIPHER.encrypt(CONTENT)
    with pytest.raises(CounterfoilError) as refused:
        CIPHER.decrypt(spoil(stored), key, content_sha256=DIGEST)
    assert refused.value.code == "FileDamaged"


def test_a_file_opens_with_no_other_key_and_as_no_other_content() -> None:
    key, stored = CIPHER.encrypt(CONTENT)
    other_key, other_stored = CIPHER.encrypt(CONTENT)
    for file, opener, digest in (
        (stored, other_key, DIGEST),
        (other_stored, key, DIGEST),
        (stored, key, sha256(b"another").hexdigest()),
        (stored, key, "no digits"),
        (stored, b"short", DIGEST),
    ):
        with pytest.raises(CounterfoilError) as refused:
            CIPHER.decrypt(file, opener, content_sha256=digest)
        assert refused.value.code == "FileDamaged"


def test_a_wrap_opens_with_the_readers_private_key() -> None:
    public, private = CIPHER.new_key_pair()
    wrapped = CIPHER.wrap(b"k" * 32, public, file_id=FILE, key_id=KEY)

    assert CIPHER.unwrap(wrapped, private, file_id=FILE, key_id=KEY) == b"k" * 32
    assert len(wrapped) == 80


def test_a_wrap_is_what_rfc_9180_says() -> None:
    """Whoever keeps the private key opens it with any library that has the suite, and the documented info."""
    private = X25519PrivateKey.generate()
    wrapped = CIPHER.wrap(b"k" * 32, private.public_key().public_bytes_raw(), file_id=FILE, key_id=KEY)

    suite = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
    info = b"counterfoil/file-key/v1\0" + FILE.encode() + b"\0" + KEY.encode()
    assert suite.decrypt(wrapped, private, info=info) == b"k" * 32


def test_a_wrap_for_another_file_key_or_reader_is_refused() -> None:
    public, private = CIPHER.new_key_pair()
    _, stranger = CIPHER.new_key_pair()
    wrapped = CIPHER.wrap(b"k" * 32, public, file_id=FILE, key_id=KEY)
    for content, opener, file_id, key_id in (
        (wrapped, stranger, FILE, KEY),
        (wrapped, private, "cd" * 32, KEY),
        (wrapped, private, FILE, "enc_00000000000000000000000001"),
        (wrapped[:-1], private, FILE, KEY),
        (bytes([wrapped[0] ^ 1]) + wrapped[1:], private, FILE, KEY),
        (wrapped[:40] + bytes([wrapped[40] ^ 1]) + wrapped[41:], private, FILE, KEY),
        (b"", private, FILE, KEY),
    ):
        with pytest.raises(CounterfoilError) as refused:
            CIPHER.unwrap(content, opener, file_id=file_id, key_id=key_id)
        assert refused.value.code == "FileKeyUnfit"


@pytest.mark.parametrize("public", [b"", b"\x01" * 31, b"\x01" * 33, bytes(32), b"\x01" + bytes(31)])
def test_what_is_no_usable_public_key_is_refused(public: bytes) -> None:
    """All zeros and one are points of small order: everybody knows what they come to."""
    with pytest.raises(CounterfoilError) as refused:
        CIPHER.check_public_key(public)
    assert refused.value.code == "PublicKeyUnfit"
    CIPHER.check_public_key(CIPHER.new_key_pair()[0])
