"""Addresses in the one form in which records hold them."""

from __future__ import annotations

from functools import lru_cache

from eth_utils import to_checksum_address

# The same few addresses stand in every block; a checksum costs as much as decoding the rest of a log.
_REMEMBERED = 65_536


@lru_cache(maxsize=_REMEMBERED)
def checksummed(address: str | bytes) -> str:
    """Checksummed 0x text of an address given as 0x text or as 20 bytes; raises ValueError for no address."""
    return str(to_checksum_address(address))
