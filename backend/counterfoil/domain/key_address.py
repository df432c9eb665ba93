"""Addresses of keys as people hand them in, and the one form in which records hold them."""

from __future__ import annotations

import re

from eth_utils import is_checksum_address, to_checksum_address

from counterfoil.domain.errors import DomainError, declare

KEY_ADDRESS_INVALID = declare(
    "KeyAddressInvalid",
    "the key address {address!r} is not usable: {reason}",
    "Write the address as the wallet or `counterfoil key show` writes it: 0x and 40 hexadecimal digits.",
)

_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}")


def key_address(text: str) -> str:
    """The checksummed address of a key.

    Raises DomainError KeyAddressInvalid for another text, and for capitals that do not fit the digits: then
    one of them was mistyped.
    """
    stated = text.strip()
    if not _ADDRESS.fullmatch(stated):
        raise DomainError(KEY_ADDRESS_INVALID, address=text, reason="it is not 0x and 40 hexadecimal digits")
    digits = stated[2:]
    if digits not in (digits.lower(), digits.upper()) and not is_checksum_address(stated):
        raise DomainError(
            KEY_ADDRESS_INVALID, address=text, reason="its capitals do not fit, so a digit may be mistyped"
        )
    if not int(digits, 16):
        raise DomainError(KEY_ADDRESS_INVALID, address=text, reason="no key has the address zero")
    return str(to_checksum_address(stated))
