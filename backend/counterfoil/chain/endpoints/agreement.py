"""Blocks proven by agreement: for engines whose headers JSON-RPC does not let us verify.

A block counts where so many endpoints have it that one of them must be honest. Where two endpoints have
different blocks at one height, all are asked: more than half of at least three answers says who is right.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from threading import Lock

from counterfoil.chain.endpoints.answers import BY_NUMBER, BlockClaim, NotYetError
from counterfoil.chain.endpoints.endpoint import Endpoint
from counterfoil.chain.endpoints.errors import ENDPOINTS_DISAGREE, ENDPOINTS_TOO_FEW, unusable
from counterfoil.chain.endpoints.transport import SilentError

_REMEMBERED = 4096
_FEWEST_FOR_MAJORITY = 3
Others = Callable[[Endpoint], Sequence[Endpoint]]
"""The endpoints that may be asked besides one, best first."""


class OutvotedError(Exception):
    """Most endpoints have another block than the one that was asked; it is quarantined already."""


class AgreementProver:
    """Remembers what was agreed on; threads may share it."""

    def __init__(
        self,
        *,
        needed: int,
        others: Others,
        total: int,
        distrust: Callable[[Endpoint, str], None],
        silent: Callable[[Endpoint, str], None],
    ) -> None:
        """needed: endpoints that must have a block, the asked one among them. distrust and silent: told of an
        endpoint that is outvoted, and of one that gave no answer.
        """
        self._needed = needed
        self._others = others
        self._total = total
        self._distrust = distrust
        self._silent = silent
        self._lock = Lock()
        self._agreed: OrderedDict[BlockClaim, None] = OrderedDict()

    def prove_blocks(self, endpoint: Endpoint, claims: Iterable[BlockClaim]) -> None:
        """Find enough other endpoints with the same blocks.

        Raises ChainError(Unavailable) EndpointsDisagree and EndpointsTooFew, and NotYetError where the others
        do not have a block yet, OutvotedError where they have another one.
        """
        with self._lock:
            unknown = [claim for claim in claims if claim not in self._agreed]
        if not unknown or self._needed <= 1:
            return
        votes = dict.fromkeys(unknown, 1)
        is_missing = False
        asked = 1
        for other in self._others(endpoint):
            open_claims = [claim for claim in unknown if votes[claim] < self._needed]
            if not open_claims:
                break
            hashes = self._hashes_of(other, [claim.number for claim in open_claims])
            if hashes is None:
                continue
            asked += 1
            for claim in open_claims:
                found = hashes[claim.number]
                is_missing |= found is None
                if found is not None and found != claim.block_hash:
                    self.settle(claim.number, [endpoint, *self._others(endpoint)])
                    if not endpoint.is_usable:
                        raise OutvotedError(endpoint.reason)
                votes[claim] += found == claim.block_hash
        short = [claim for claim in unknown if votes[claim] < self._needed]
        if short and asked >= self._needed and is_missing:
            raise NotYetError("no other endpoint has its newest block")
        if short:
            raise unusable(
                ENDPOINTS_TOO_FEW,
                usable=asked,
                endpoints=self._total,
                needed=self._needed,
                what=f"block {short[0].number}",
                reasons="the others give no answer",
            )
        with self._lock:
            self._agreed.update(dict.fromkeys(unknown))
            while len(self._agreed) > _REMEMBERED:
                self._agreed.popitem(last=False)

    def settle(self, number: int, endpoints: Sequence[Endpoint]) -> None:
        """Ask everybody for the block of a height. Whoever is outvoted is quarantined.

        Raises ChainError(Unavailable) EndpointsDisagree where there is no majority.
        """
        answers: dict[Endpoint, str] = {}
        for endpoint in endpoints:
            found = self._hashes_of(endpoint, [number])
            block_hash = None if found is None else found[number]
            if block_hash is not None:
                answers[endpoint] = block_hash
        outvoted(number, answers, self._distrust)

    def _hashes_of(self, endpoint: Endpoint, numbers: Sequence[int]) -> dict[int, str | None] | None:
        """The hash of each height that the endpoint has; None where it does not answer."""
        try:
            found = endpoint.transport.ask([(BY_NUMBER, [hex(number), False]) for number in numbers])
        except SilentError as silent:
            self._silent(endpoint, str(silent))
            return None
        hashes: dict[int, str | None] = {}
        for number, answer in zip(numbers, found, strict=True):
            block = answer.get("result")
            hashes[number] = str(block["hash"]).lower() if isinstance(block, Mapping) else None
        return hashes


def outvoted(number: int, answers: Mapping[Endpoint, str], distrust: Callable[[Endpoint, str], None]) -> None:
    """Distrust whoever has another block at a final height than more than half of at least three.

    answers: each one's hash. Raises ChainError(Unavailable) EndpointsDisagree where there is no majority.
    """
    votes = Counter(answers.values())
    if len(votes) <= 1:
        return
    winner, count = votes.most_common(1)[0]
    if len(answers) < _FEWEST_FOR_MAJORITY or 2 * count <= len(answers):
        told = ", ".join(f"{each.name} {block_hash[:10]}" for each, block_hash in answers.items())
        raise unusable(ENDPOINTS_DISAGREE, block_number=number, answers=told)
    for each, block_hash in answers.items():
        if block_hash != winner:
            distrust(
                each,
                f"at height {number} it has block {block_hash}, and {count} of {len(answers)} have {winner}",
            )
