"""Keys of tests by number. On the embedded chain nobody signs with them; on a network everybody does."""

from __future__ import annotations

from functools import cache

from eth_account import Account
from eth_account.signers.local import LocalAccount

_KNOWN: dict[str, LocalAccount] = {}


@cache
def account(number: int) -> LocalAccount:
    """The key with this number, known from now on by its address."""
    made: LocalAccount = Account.from_key(number.to_bytes(32, "big"))
    _KNOWN[str(made.address)] = made
    return made


def address(number: int) -> str:
    """The address of the key with this number."""
    return str(account(number).address)


def signer_of(address: str) -> LocalAccount:
    """The key behind an address that `account` or `address` gave."""
    return _KNOWN[address]
