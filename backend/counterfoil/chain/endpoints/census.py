"""All endpoints judged together: who belongs to the network, who lags, how far the network itself is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

from counterfoil.chain.endpoints.agreement import outvoted
from counterfoil.chain.endpoints.endpoint import Endpoint
from counterfoil.chain.endpoints.looking import Look
from counterfoil.chain.endpoints.network import Network
from counterfoil.chain.endpoints.rules import PoolRules
from counterfoil.ports.engine import ChainError

Facts = dict[str, object]


class Census:
    """What is known of the network as a whole. The pool's lock guards it.

    disagreement: of endpoints at a final height without a majority; nobody is believed while there is one.
    """

    def __init__(
        self,
        network: Network,
        rules: PoolRules,
        *,
        needed: int,
        clock: Callable[[], float],
        monotonic: Callable[[], float],
    ) -> None:
        self._network = network
        self._rules = rules
        self._needed = needed
        self._clock, self._monotonic = clock, monotonic
        self._newest, self._newest_time_s = -1, 0
        self._newest_at: float | None = None
        self._mismatches: dict[Endpoint, Facts] = {}
        self.disagreement: ChainError | None = None

    def take_in(
        self, endpoints: Sequence[Endpoint], looks: Sequence[Look], release: Callable[[Endpoint], None]
    ) -> Network:
        """Note what a look found, and refuse whoever is of another network; the network, pinned."""
        for endpoint, look in zip(endpoints, looks, strict=True):
            endpoint.failure = look.failure
            if look.health is not None:
                endpoint.health = look.health
                endpoint.height = look.health.height
                release(endpoint)
        self._pin(endpoints, looks)
        self._mismatches.clear()
        for endpoint, look in zip(endpoints, looks, strict=True):
            if look.health is None:
                continue
            endpoint.refusal = self._misfit(endpoint, look)
            if endpoint.refusal is None and look.health.is_syncing:
                endpoint.refusal = f"it is still catching up, at block {look.health.height}"
        return self._network

    def _pin(self, endpoints: Sequence[Endpoint], looks: Sequence[Look]) -> None:
        """Where nobody said which chain it is, the first look does; half against half says nothing."""
        answered = [look for look in looks if look.health is not None]
        if (self._network.genesis_hash is not None and self._network.chain_id is not None) or not answered:
            return
        if self.disagreement is not None and len(answered) < 2:
            return
        chains = Counter((look.chain_id, look.genesis_hash) for look in answered)
        (chain_id, genesis_hash), count = chains.most_common(1)[0]
        if len(chains) > 1 and 2 * count <= len(answered):
            hashes = {
                endpoint: look.genesis_hash
                for endpoint, look in zip(endpoints, looks, strict=True)
                if look.health is not None
            }
            try:
                outvoted(0, hashes, lambda _endpoint, _reason: None)
            except ChainError as undecided:
                self.disagreement = undecided
            return
        self.disagreement = None
        self._network = replace(
            self._network,
            chain_id=self._network.chain_id if self._network.chain_id is not None else chain_id,
            genesis_hash=self._network.genesis_hash or genesis_hash,
        )

    def _misfit(self, endpoint: Endpoint, look: Look) -> str | None:
        for field, actual, expected in (
            ("chain id", look.chain_id, self._network.chain_id),
            ("genesis hash", look.genesis_hash, self._network.genesis_hash),
        ):
            if expected is not None and actual != expected:
                self._mismatches[endpoint] = {"field": field, "actual": actual, "expected": expected}
                return f"it is of another chain: its {field} is {actual}, expected {expected}"
        return None

    def mismatch(self, endpoints: Sequence[Endpoint]) -> Facts | None:
        """What does not fit, where all that answer are of another chain; None where one is not, or none
        answers.
        """
        answering = [each for each in endpoints if each.failure is None]
        if answering and all(each in self._mismatches for each in answering):
            return self._mismatches[answering[0]]
        return None

    def judge(
        self,
        endpoints: Sequence[Endpoint],
        distrust: Callable[[Endpoint, str], None],
        *,
        is_sealed: bool,
    ) -> int | None:
        """Refuse whoever lags; distrust whoever is far ahead of everybody without a proof.

        is_sealed: whether heads were proven, so that the highest one is true. Returns a height that all that
        are left should have the same block at, None where there are not two of them.
        """
        heard = [each for each in endpoints if each.is_usable and each.health is not None]
        if not heard:
            return None
        heights = sorted((each.height for each in heard), reverse=True)
        place = 0 if is_sealed else min(self._needed, len(heights)) - 1
        reference = next(each for each in heard if each.height == heights[place])
        time_s = reference.health.head_time_s if reference.health is not None else 0
        self.note_block(reference.height, time_s)
        for each in heard:
            behind = reference.height - each.height
            late_s = time_s - (each.health.head_time_s if each.health is not None else 0)
            if behind > self._rules.lag_blocks or (behind > 0 and late_s > self._rules.lag_s):
                each.refusal = f"it lags: {behind} blocks and {late_s} s behind block {reference.height}"
            elif not is_sealed and len(heard) > 1 and -behind > self._rules.lag_blocks and self._needed > 1:
                distrust(each, f"it shows block {each.height}, and no other one is beyond {reference.height}")
        left = [each.height for each in heard if each.is_usable]
        common = min(left, default=-1) - self._network.profile.finality.confirmations
        # One alone does not settle a disagreement: whoever is gone may have been right.
        return common if common >= 0 and len(left) > 1 else None

    def note_block(self, number: int, time_s: int | None = None) -> None:
        """A believed block; a higher one than before means that the network moves."""
        if number <= self._newest:
            if number == self._newest and time_s is not None:
                self._newest_time_s = time_s
            return
        now = self._monotonic()
        is_first = self._newest_at is None
        self._newest, self._newest_at = number, now
        if time_s is not None:
            self._newest_time_s = time_s
            if is_first and self._network.clock == "wall":
                # It may have been standing still for long when we came.
                self._newest_at = now - max(0.0, self._clock() - time_s)

    def newest(self) -> tuple[int, int, float]:
        """Number and time of the newest believed block, and how long ago it came, in seconds."""
        silent_s = 0.0 if self._newest_at is None else self._monotonic() - self._newest_at
        return self._newest, self._newest_time_s, max(0.0, silent_s)

    def trouble(self, endpoints: Sequence[Endpoint]) -> str | None:
        """Why the network as a whole does not work, None where it does."""
        if self.disagreement is not None:
            return self.disagreement.message
        newest, _, silent_s = self.newest()
        period_s = self._network.block_period_ms / 1000
        limit_s = max(self._rules.stall_s, self._rules.stall_periods * period_s)
        if self._network.profile.makes_empty_blocks and newest >= 0 and silent_s >= limit_s:
            answering = sum(each.failure is None for each in endpoints)
            return (
                f"the network makes no blocks: newest block {newest} is {int(silent_s)} s old;"
                f" {answering} of {len(endpoints)} endpoints answer"
            )
        return None
