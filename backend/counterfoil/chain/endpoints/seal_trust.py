"""Whose seals count: the validators of the genesis block, and whoever follows from them.

The genesis block's hash is pinned, and its header names the first validators. A later header counts where
enough of the validators that it names itself have sealed it, and among them so many of those that were known
before it that one of these was honest. Validators change one vote at a time; where more have changed than
that between a known block and a new one, the blocks between them are looked at.
"""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable

from counterfoil.chain.engines.profile import Json, SealedHeaders, UnverifiableError, VerifiedHeader

Fetch = Callable[[int], Json]
"""The header of a height from the endpoint that is being checked."""
_REMEMBERED = 4096


class SealTrust:
    """The validators known so far, and the headers verified lately; threads may share it."""

    def __init__(self, headers: SealedHeaders, *, genesis_hash: str) -> None:
        self._headers = headers
        self._genesis_hash = genesis_hash.lower()
        self._lock = threading.Lock()
        self._from: list[int] = []
        self._validators: list[frozenset[str]] = []
        self._verified: OrderedDict[str, VerifiedHeader] = OrderedDict()

    def known(self, block_hash: str) -> VerifiedHeader | None:
        """A header that was verified lately."""
        with self._lock:
            return self._verified.get(block_hash.lower())

    @property
    def needs_genesis(self) -> bool:
        """Whether the first validators are not known yet."""
        return not self._from

    def verify(self, found: Json, fetch: Fetch) -> VerifiedHeader:
        """The header in verified form; raises UnverifiableError, and what fetch raises."""
        header = self._headers.read(found)
        if self.needs_genesis and header.number > 0:
            self._take_genesis(self._headers.read(fetch(0)))
        if header.number == 0:
            self._take_genesis(header)
        else:
            self._follow(header, fetch)
        self._remember(header)
        return header

    def _take_genesis(self, header: VerifiedHeader) -> None:
        if header.number != 0 or header.block_hash != self._genesis_hash:
            raise UnverifiableError(f"the genesis block is {header.block_hash}, not {self._genesis_hash}")
        if not header.validators:
            raise UnverifiableError("the genesis block names no validators")
        self._learn(0, header.validators)

    def _follow(self, header: VerifiedHeader, fetch: Fetch) -> None:
        """Check a header against the nearest known validators below it, over blocks between if need be."""
        own = len(header.sealed_by & header.validators)
        needed = self._headers.quorum(len(header.validators))
        if own < needed or not header.validators:
            raise UnverifiableError(
                f"block {header.number} has {own} seals of its {len(header.validators)} validators; it needs"
                f" {needed}"
            )
        below, validators = self._at(header.number)
        while len(header.sealed_by & validators) <= (len(validators) - 1) // 3:
            if header.number - below <= 1:
                raise UnverifiableError(
                    f"too few of the validators of block {below} have sealed block {header.number}"
                )
            between = (below + header.number) // 2
            middle = self._headers.read(fetch(between))
            if middle.number != between:
                raise UnverifiableError(f"block {middle.number} came for block {between}")
            self._follow(middle, fetch)
            below, validators = middle.number, middle.validators
        self._learn(header.number, header.validators)

    def _at(self, number: int) -> tuple[int, frozenset[str]]:
        with self._lock:
            place = bisect_right(self._from, number) - 1
            return self._from[place], self._validators[place]

    def _learn(self, number: int, validators: frozenset[str]) -> None:
        with self._lock:
            place = bisect_right(self._from, number) - 1
            if place < 0 or (self._from[place] != number and self._validators[place] != validators):
                self._from.insert(place + 1, number)
                self._validators.insert(place + 1, validators)

    def _remember(self, header: VerifiedHeader) -> None:
        with self._lock:
            self._verified[header.block_hash] = header
            while len(self._verified) > _REMEMBERED:
                self._verified.popitem(last=False)
