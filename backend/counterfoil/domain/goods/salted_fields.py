"""A document as salted field hashes under one root: what goes on chain, and what is shown to whom.

Every field has 32 random bytes of its own beside it, so that a hidden value cannot be found by trying likely
ones. The root commits to the names of all fields and to the hash of each. Whoever gets a disclosure sees
which fields there are, the values of some, and that nothing was changed. Names are part of the root, and
each stands once: a document with two quantities, one for each lender, has no valid disclosure.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from eth_utils import keccak

from counterfoil.domain.errors import DomainError, declare

DISCLOSURE_FIELD_UNKNOWN = declare(
    "DisclosureFieldUnknown",
    "{field} is not a field of this document",
    "Name a field or a group of fields that the document has, for example goods or depositor.name.",
)
DISCLOSURE_INVALID = declare(
    "DisclosureInvalid",
    "{field}: {reason}",
    "Ask whoever disclosed it for the disclosure as it was made, and read the root from the chain.",
)

SALT_BYTES = 32
HASH_BYTES = 32
_FIELD_DOMAIN = b"counterfoil/salted-field/v1"
_ROOT_DOMAIN = b"counterfoil/salted-root/v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class SaltedField:
    """A field with its secret. name: such as goods.quantity; salt: 32 random bytes used for it alone."""

    name: str
    value: str
    salt: bytes

    @property
    def hash(self) -> bytes:
        """32 bytes: keccak256 of domain, salt, the name's length, name and value."""
        name = self.name.encode()
        return keccak(_FIELD_DOMAIN + self.salt + len(name).to_bytes(4, "big") + name + self.value.encode())


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosure:
    """What one reader gets. shown: fields with their salts; hidden: names of the others and their hashes."""

    shown: tuple[SaltedField, ...]
    hidden: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class SaltedDocument:
    """All fields with their salts, ordered by name. Kept in the store, never on chain."""

    fields: tuple[SaltedField, ...]

    @property
    def root(self) -> bytes:
        """The 32 bytes that go on chain."""
        return fields_root({field.name: field.hash for field in self.fields})

    def disclose(self, names: Iterable[str]) -> Disclosure:
        """Show these fields and hide the rest. A group's name stands for all in it: goods, lots[0].

        Raises DomainError DisclosureFieldUnknown.
        """
        wanted = list(names)
        for name in wanted:
            if not any(_belongs(field.name, name) for field in self.fields):
                raise DomainError(DISCLOSURE_FIELD_UNKNOWN, field=name)
        shown = tuple(field for field in self.fields if any(_belongs(field.name, name) for name in wanted))
        return Disclosure(
            shown=shown, hidden={field.name: field.hash for field in self.fields if field not in shown}
        )


def salt_fields(values: Mapping[str, str], *, new_salt: Callable[[], bytes] | None = None) -> SaltedDocument:
    """The fields of a document, each with a fresh salt.

    new_salt: gives 32 unpredictable bytes; the system's generator where nothing is stated.
    """
    draw = new_salt or _new_salt
    return SaltedDocument(
        tuple(SaltedField(name=name, value=values[name], salt=draw()) for name in sorted(values))
    )


def fields_root(hashes: Mapping[str, bytes]) -> bytes:
    """keccak256 over the number of fields and, in the order of their names, each name and hash."""
    parts = [_ROOT_DOMAIN, len(hashes).to_bytes(4, "big")]
    for name in sorted(hashes):
        encoded = name.encode()
        parts += [len(encoded).to_bytes(4, "big"), encoded, hashes[name]]
    return keccak(b"".join(parts))


def verify_disclosure(disclosure: Disclosure, *, root: bytes) -> dict[str, str]:
    """The shown values by name, if they are those that the root on chain commits to.

    Raises DomainError DisclosureInvalid, naming the field that cannot be right, or root where the whole does
    not come to the root: then a value, a salt, a name or a hash is not what was committed to.
    """
    hashes = dict(disclosure.hidden)
    for name, hashed in hashes.items():
        if len(hashed) != HASH_BYTES:
            raise DomainError(DISCLOSURE_INVALID, field=name, reason="its hash has not 32 bytes")
    values: dict[str, str] = {}
    for field in disclosure.shown:
        if field.name in hashes:
            raise DomainError(DISCLOSURE_INVALID, field=field.name, reason="it stands there twice")
        if len(field.salt) != SALT_BYTES:
            raise DomainError(DISCLOSURE_INVALID, field=field.name, reason="its salt has not 32 bytes")
        hashes[field.name] = field.hash
        values[field.name] = field.value
    if fields_root(hashes) != root:
        raise DomainError(DISCLOSURE_INVALID, field="root", reason="the fields do not come to this root")
    return values


def _belongs(name: str, group: str) -> bool:
    return name == group or name.startswith((f"{group}.", f"{group}["))


def _new_salt() -> bytes:
    return secrets.token_bytes(SALT_BYTES)
