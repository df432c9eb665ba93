"""Which passwords are good enough, and how they are hashed."""

from __future__ import annotations

import pytest

from counterfoil.domain.errors import DomainError
from counterfoil.domain.passwords import check_password
from counterfoil.usecases.identity.passwords import PasswordCost, Passwords
from identity.identity_support import CHEAP

LOGIN = "alice.smith@acme.example"


@pytest.mark.parametrize(
    "password",
    [
        "seven tall green lamps",
        "xkvmeqlhdo31",
        "nur kleinbuchstaben",
        "  spaces at both ends  ",
        "пароль из нескольких слов",
        "🐎🔋📎✅🐎🔋📎✅🐎🔋🪜🧵🫖",
        "x" * 3 + "q7 and some more words" * 20,
    ],
)
def test_long_passwords_of_any_characters_are_taken(password: str) -> None:
    check_password(password, login=LOGIN, names=("Acme Trading",))


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("", "fewer"),
        ("elevenchars", "fewer"),
        ("ab" * 257, "more"),
        ("aaaaaaaaaaaaaa", "repeats"),
        ("abcdabcdabcdabcd", "repeats"),
        ("1234567890123", "repeats"),
        ("098765432109", "repeats"),
        ("qwertyuiop123", "repeats"),
        ("ABCDEFGHIJKLMNO", "repeats"),
        ("password2026", "many"),
        ("P@ssw0rd!!!!", "many"),
        ("Correct Horse Battery Staple", "many"),
        ("Counterfoil2026!", "many"),
        ("1234iloveyou1234", "many"),
        ("alice.smith12", "login"),
        ("smith@acme.example", "login"),
        ("AcmeTrading01", "login"),
        ("acme trading!", "login"),
    ],
)
def test_short_common_and_own_names_are_refused(password: str, reason: str) -> None:
    with pytest.raises(DomainError) as refused:
        check_password(password, login=LOGIN, names=("Acme Trading",))
    assert refused.value.code == "PasswordUnfit"
    assert reason in str(refused.value.facts["reason"])
    assert password == "" or password not in refused.value.message


def test_a_name_inside_a_long_password_does_no_harm() -> None:
    check_password("acme sends seven green lamps", login=LOGIN, names=("Acme Trading",))


def test_hashes_are_argon2id_with_the_parameters_of_owasp() -> None:
    hashed = Passwords().hash("seven tall green lamps")
    assert hashed.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_a_hash_is_salted_and_fits_its_password_only() -> None:
    passwords = Passwords(CHEAP)
    one, other = passwords.hash("seven tall green lamps"), passwords.hash("seven tall green lamps")
    assert one != other
    assert passwords.verify(one, "seven tall green lamps")
    assert not passwords.verify(one, "seven tall green lamp")
    assert not passwords.verify(one, "Seven tall green lamps")
    assert not passwords.verify(one, "seven tall green lamps ")


def test_nobodys_password_is_compared_and_never_fits() -> None:
    passwords = Passwords(CHEAP)
    assert not passwords.verify(None, "nobody has this password")
    assert not passwords.verify("", "nobody has this password")
    assert not passwords.verify("$argon2id$broken", "whatever")


def test_old_parameters_are_noticed() -> None:
    weak, strong = Passwords(CHEAP), Passwords(PasswordCost(memory_kib=128, passes=1))
    hashed = weak.hash("seven tall green lamps")
    assert strong.needs_rehash(hashed)
    assert not weak.needs_rehash(hashed)
    assert strong.verify(hashed, "seven tall green lamps")


def test_a_password_of_half_characters_is_hashed_as_it_came() -> None:
    passwords = Passwords(CHEAP)
    assert passwords.verify(passwords.hash("\ud800 is no text"), "\ud800 is no text")
