"""The endpoints of a pool: looked at, judged, chosen from. Nothing is asked here for anybody else."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from counterfoil.chain.endpoints.agreement import AgreementProver
from counterfoil.chain.endpoints.answers import LyingError, NotYetError
from counterfoil.chain.endpoints.census import Census, Facts
from counterfoil.chain.endpoints.endpoint import Endpoint, EndpointState, Quarantine
from counterfoil.chain.endpoints.looking import look_at
from counterfoil.chain.endpoints.network import EndpointAddress, Network
from counterfoil.chain.endpoints.proving import SealProver
from counterfoil.chain.endpoints.rules import PoolRules
from counterfoil.chain.endpoints.seal_trust import SealTrust
from counterfoil.chain.endpoints.transport import SilentError, Transport
from counterfoil.ports.engine import ChainError

_log = logging.getLogger("counterfoil.endpoints")
_LOOK_AGAIN_S = 0.25


class Roster:
    """Which endpoints may be asked now, and why the others may not; threads may share it.

    network: with chain id and genesis hash once they are known. seals: verifies headers, None where the
    engine's carry no seals or the genesis block is not known. agreement: compares blocks between endpoints.
    """

    def __init__(
        self,
        network: Network,
        rules: PoolRules,
        *,
        needed: int,
        transport: Callable[[EndpointAddress], Transport],
        clock: Callable[[], float],
        monotonic: Callable[[], float],
    ) -> None:
        self.network = network
        self._rules = rules
        self._clock, self._monotonic = clock, monotonic
        self.lock = threading.RLock()
        self._looking = threading.Lock()
        self._looked_at: float | None = None
        self._current: Endpoint | None = None
        self.endpoints = [
            Endpoint(name=each.name, place=each.place, transport=transport(each))
            for each in network.endpoints
        ]
        self.seals: SealProver | None = None
        self.agreement = AgreementProver(
            needed=needed,
            others=self.others,
            total=len(self.endpoints),
            distrust=self.distrust,
            silent=self.note_silent,
        )
        self._census = Census(network, rules, needed=needed, clock=clock, monotonic=monotonic)
        self._executor = ThreadPoolExecutor(min(16, len(self.endpoints)), thread_name_prefix="look")

    def close(self) -> None:
        """Give threads and connections back. Harmless when repeated."""
        self._executor.shutdown(wait=True)
        for endpoint in self.endpoints:
            endpoint.transport.close()

    # -- looking --

    def look(self) -> None:
        """Look at every endpoint once, and judge them. Never raises for what they say."""
        with self._looking:
            looks = list(
                self._executor.map(
                    lambda each: look_at(each, timeout_s=self._rules.look_timeout_s), self.endpoints
                )
            )
            with self.lock:
                self.network = self._census.take_in(self.endpoints, looks, self._release)
                self._learn_to_prove()
            for endpoint in self.endpoints:
                self._prove_head(endpoint)
            with self.lock:
                height = self._census.judge(self.endpoints, self.distrust, is_sealed=self.seals is not None)
            if height is not None:
                self._compare(height)
            with self.lock:
                self._looked_at = self._monotonic()

    @property
    def is_worth_a_look(self) -> bool:
        """Whether the last look was long enough ago for another one to find something else."""
        with self.lock:
            return self._looked_at is None or self._monotonic() - self._looked_at >= _LOOK_AGAIN_S

    def _learn_to_prove(self) -> None:
        headers, genesis = self.network.profile.headers, self.network.genesis_hash
        if self.seals is None and headers is not None and genesis is not None:
            self.seals = SealProver(
                self.network.profile,
                SealTrust(headers, genesis_hash=genesis),
                with_receipts=self._rules.proves_receipts,
            )

    def _prove_head(self, endpoint: Endpoint) -> None:
        """With seals, an endpoint's height counts only where its newest block is proven."""
        with self.lock:
            seals, health, is_asked = self.seals, endpoint.health, endpoint.is_usable
        if seals is None or health is None or not is_asked:
            return
        try:
            seals.prove_blocks(endpoint, [health.claim])
        except (SilentError, NotYetError) as silent:
            self.note_silent(endpoint, str(silent))
        except LyingError as lie:
            self.distrust(endpoint, str(lie))

    def _compare(self, height: int) -> None:
        """Hold all endpoints to one block at a height that all of them have."""
        with self.lock:
            asked = [each for each in self.endpoints if each.is_usable and each.height >= height]
        try:
            self.agreement.settle(height, asked)
            self._census.disagreement = None
        except ChainError as undecided:
            if self._census.disagreement is None:
                _log.error("endpoints disagree", extra={"block_number": height})
            self._census.disagreement = undecided

    # -- judging --

    def distrust(self, endpoint: Endpoint, reason: str) -> None:
        """Ask an endpoint no more for a while, twice as long as the last time."""
        with self.lock:
            endpoint.quarantines += 1
            lasts_s = self._rules.quarantine_s * 2 ** min(30, endpoint.quarantines - 1)
            endpoint.quarantine = Quarantine(
                reason=reason,
                since=datetime.fromtimestamp(self._clock(), UTC),
                ends_at=self._monotonic() + min(lasts_s, self._rules.longest_quarantine_s),
                times=endpoint.quarantines,
            )
            self._leave(endpoint)
        # What a log line may say is fixed; the reason stands in the pool's state.
        _log.error(
            "an endpoint is quarantined", extra={"scope": endpoint.name, "count": endpoint.quarantines}
        )

    def _release(self, endpoint: Endpoint) -> None:
        """End a quarantine whose time is over."""
        found = endpoint.quarantine
        if found is not None and self._monotonic() >= found.ends_at:
            endpoint.quarantine = None
            _log.warning("an endpoint is tried again", extra={"scope": endpoint.name})

    def note_silent(self, endpoint: Endpoint, reason: str) -> None:
        """It gave no answer: it is asked again once a look finds it answering."""
        with self.lock:
            if endpoint.failure is None:
                _log.warning("an endpoint does not answer", extra={"scope": endpoint.name})
            endpoint.failure = reason
            self._leave(endpoint)

    def note_block(self, endpoint: Endpoint, number: int) -> None:
        """An endpoint showed a block that was proven."""
        with self.lock:
            endpoint.height = max(endpoint.height, number)
            self._census.note_block(number)

    # -- choosing --

    def stay_with(self, endpoint: Endpoint) -> None:
        """Ask this one first from now on."""
        with self.lock:
            self._current = endpoint

    def _leave(self, endpoint: Endpoint) -> None:
        if self._current is endpoint:
            self._current = None

    def usable(self, besides: Collection[Endpoint] = ()) -> list[Endpoint]:
        """Whoever may be asked: the one in use first, then the freshest, then the quickest."""
        with self.lock:
            return sorted(
                (each for each in self.endpoints if each.is_usable and each not in besides),
                key=lambda each: (
                    each is not self._current,
                    -each.height,
                    each.health.latency_ms if each.health is not None else 0.0,
                ),
            )

    def others(self, endpoint: Endpoint) -> list[Endpoint]:
        """Whoever may be asked besides one."""
        return self.usable(besides=(endpoint,))

    # -- telling --

    @property
    def disagreement(self) -> ChainError | None:
        """Of endpoints at a final height, without a majority: then nobody is believed."""
        return self._census.disagreement

    def mismatch(self) -> Facts | None:
        """What does not fit where all that answer are of another chain."""
        with self.lock:
            return self._census.mismatch(self.endpoints)

    def newest(self) -> tuple[int, int, float]:
        """Number and time of the newest believed block, and how long ago it came, in seconds."""
        with self.lock:
            return self._census.newest()

    def shown(self) -> tuple[EndpointState, ...]:
        """All endpoints as people see them."""
        with self.lock:
            return tuple(each.shown(is_in_use=each is self._current) for each in self.endpoints)

    def why_unusable(self) -> str:
        """What is wrong with each that may not be asked."""
        with self.lock:
            return "; ".join(f"{each.name}: {each.reason}" for each in self.endpoints if not each.is_usable)

    def trouble(self) -> str | None:
        """Why the network cannot be used as it should be, in a sentence; None where it can."""
        with self.lock:
            found = self._census.trouble(self.endpoints)
            if found is None and self._looked_at is not None and not self.usable():
                return f"none of {len(self.endpoints)} endpoints can be used: {self.why_unusable()}"
            return found
