"""Which passwords are good enough: long, not common, not the user's own name. Nothing else is asked of them.

Rules about capitals and signs make passwords that people write down; length and a look at what everybody
takes keep guessing away (NIST SP 800-63B, OWASP ASVS 5.0 chapter 6.2).
"""

from __future__ import annotations

from collections.abc import Iterable

from counterfoil.domain.errors import DomainError, declare

MIN_CHARACTERS = 12
MAX_CHARACTERS = 512
_MIN_DISTINCT = 5
_SHORT_NAME = 4

PASSWORD_UNFIT = declare(
    "PasswordUnfit",
    "the password cannot be used: {reason}",
    "Take a long one that nobody else uses, such as some words in a row, or have a password manager make it.",
)

# Guessers begin with these. They are compared without what people hang on to reach a length.
_COMMON_WORDS = (
    "admin adminadmin administrador administrateur administrator asdfasdf asdfghjkl autumn "
    "azerty azertyuiop barcelona baseball basketball batman bienvenue bitcoin blockchain "
    "business butterfly changeit changeme changemenow chocolate company computer contrasena "
    "correcthorsebatterystaple counterfoil default demo demodemo dragon ethereum example "
    "february finance football friday guest guestguest haslo ihateyou iloveyou iloveyouforever "
    "internet invoice january jennifer jonathan letmein letmeinnow liverpool login loginlogin "
    "losenord manchester master michelle monday monkey motdepasse mypassword mysecret "
    "newpassword oldpassword onetwothree onetwothreefour opensesame p@ssw0rd p@ssword pa55word "
    "parola passw0rd password passwordpassword passwort princess qazwsx qazwsxedc qazwsxedcrfv "
    "qwerty qwertyqwerty qwertyuiop qwertz qwertzuiop root rootroot salasana samsung secret "
    "senha shadow sommer spiderman spring starwars summer sunshine superadmin superman "
    "supersecret superuser sysadmin test testing testtest testuser toor topsecret treasury "
    "trustno trustnoone wachtwoord welcome welcomehome welcometo whatever willkommen winter "
    "yourpassword zaqxswcde zxcvbnm "
)
_COMMON = frozenset(_COMMON_WORDS.split())
_ROWS = (
    "0123456789",
    "1234567890",
    "qwertyuiop",
    "qwertzuiop",
    "azertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "yxcvbnm",
)
_ALPHABET = "abcdefghijklmnopqrstuvwxyz"
_LOOKALIKES = str.maketrans("0134578@$!", "oleastbasi")


def check_password(password: str, *, login: str, names: Iterable[str] = ()) -> None:
    """Refuse a password that is too short, common, or made of the login or one of these names.

    The password is taken as it is: nothing is cut, folded or trimmed. Raises DomainError PasswordUnfit.
    """
    if len(password) < MIN_CHARACTERS:
        raise _unfit(f"it has fewer than {MIN_CHARACTERS} characters")
    if len(password) > MAX_CHARACTERS:
        raise _unfit(f"it has more than {MAX_CHARACTERS} characters")
    folded = password.casefold()
    if len(set(folded)) < _MIN_DISTINCT or _repeats(folded) or _is_row(folded):
        raise _unfit("it repeats or follows a row of keys")
    if _core(folded) in _COMMON or _core(folded.translate(_LOOKALIKES)) in _COMMON:
        raise _unfit("it is one that many people take")
    rest = folded
    for name in sorted(_parts(login, names), key=lambda part: (-len(part), part)):
        rest = rest.replace(name, "")
    if rest != folded and len(rest) < MIN_CHARACTERS // 2:
        raise _unfit("it is made of the login or of the organisation's name")


def _unfit(reason: str) -> DomainError:
    return DomainError(PASSWORD_UNFIT, reason=reason)


def _core(folded: str) -> str:
    """The word without the digits and signs around it."""
    first, last = 0, len(folded)
    while first < last and not folded[first].isalpha():
        first += 1
    while last > first and not folded[last - 1].isalpha():
        last -= 1
    return "".join(character for character in folded[first:last] if character.isalnum() or character in "@$!")


def _repeats(folded: str) -> bool:
    """Whether a piece of at most a third is said over and over."""
    return any(
        (folded[:length] * (len(folded) // length + 1)).startswith(folded)
        for length in range(1, len(folded) // 3 + 1)
    )


def _is_row(folded: str) -> bool:
    """Whether it is rows of keys or of the alphabet, forwards or backwards, one after the other."""
    rows = "|".join(row * 3 for row in (*_ROWS, _ALPHABET))
    rows += "|" + rows[::-1]
    rest, pieces = folded, 0
    while rest:
        length = next((length for length in range(len(rest), 2, -1) if rest[:length] in rows), 0)
        if length == 0:
            return False
        rest, pieces = rest[length:], pieces + 1
    return pieces <= 4


def _parts(login: str, names: Iterable[str]) -> set[str]:
    parts = {login, *login.replace("@", ".").split(".")}
    for name in names:
        parts.add("".join(name.split()))
        parts.update(name.split())
    return {part.casefold() for part in parts if len(part) >= _SHORT_NAME}
