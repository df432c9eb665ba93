"""The network that is measured, the ledger on it, and everything that phases share."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from web3 import HTTPProvider, Web3

from counterfoil.chain.deployment import Deployment
from counterfoil.chain.endpoints.network import read_network
from counterfoil.chain.pipeline.flights import Call, Outcome
from counterfoil.chain.pipeline.pipeline import PipelineLimits, TransactionPipeline
from counterfoil.chain.pipeline.signing import LaneKey
from counterfoil.chain.pipeline.transport import NodeConnections
from network_load.book import Book
from network_load.drive import Drive
from network_load.ledger_setup import addresses_of, domain_of, set_up
from network_load.mix import Mix
from network_load.parties import Cast
from network_load.plain_token import TOKEN
from network_load.processes import Watch
from network_load.relaying import RELAYERS, Relay
from network_load.stories import NoteStory, Story

# A lane is a party's key; none ever has so many calls on their way that they would wait for one another.
_LIMITS = PipelineLimits(depth=4096, window=65_536, batch=100, block_look_s=0.03, lost_after_s=30.0)
_YEAR_S = 365 * 86_400
_SETUP_WITHIN_S = 300.0
_TIMEOUT_S = 60


@dataclass(slots=True)
class Blocks:
    """What was read of blocks: when, their own time, transactions and gas."""

    seen: list[tuple[float, int, int, int]] = field(default_factory=list)

    def between(self, first_s: float, last_s: float) -> list[tuple[float, int, int, int]]:
        """Those that were read in between."""
        return [each for each in self.seen if first_s <= each[0] < last_s]


class Stage:
    """A running network with an empty ledger of our own on it, and the book of what we did there."""

    def __init__(self, descriptor: Path, *, cast: Cast, watch: Watch) -> None:
        """Deploys the ledger and registers the cast: some dozens of blocks."""
        network = read_network(descriptor)
        self.network = network
        self.nodes = [NodeConnections(each.url) for each in network.endpoints]
        url = network.endpoints[0].url
        self.web3 = Web3(
            HTTPProvider(url, request_kwargs={"timeout": _TIMEOUT_S}, exception_retry_configuration=None)
        )
        self.chain_id: int = self.web3.eth.chain_id
        self.cast = cast
        self.watch = watch
        self.book = Book()
        self.blocks = Blocks()
        self._seed = f"{network.genesis_hash} {time.time_ns()}"
        self._stories = 0
        self.deployment: Deployment = set_up(self.web3, cast, submit=self._submit)
        self.addresses = addresses_of(self.deployment)

    def _keys(self) -> list[LaneKey]:
        return [*(party.key for party in self.cast.everybody), *RELAYERS, self.cast.governor]

    def pipeline(self, on_outcomes: Callable[[Sequence[Outcome]], None]) -> TransactionPipeline:
        """A pipeline with a lane for every party and relayer, on all nodes."""
        return TransactionPipeline(
            self.nodes,
            chain_id=self.chain_id,
            keys=self._keys(),
            on_outcomes=on_outcomes,
            on_block=lambda block: self.blocks.seen.append(
                (time.monotonic(), block.time_s, len(block.tx_hashes), block.gas_used)
            ),
            limits=_LIMITS,
        )

    def _submit(self, calls: Sequence[Call]) -> None:
        failed: list[Outcome] = []

        def take(outcomes: Sequence[Outcome]) -> None:
            failed.extend(outcome for outcome in outcomes if not outcome.succeeded)

        with self.pipeline(take) as sends:
            for call in calls:
                sends.submit(call)
            sends.drain(timeout_s=_SETUP_WITHIN_S)
        if failed:
            raise RuntimeError(f"{len(failed)} of {len(calls)} calls of the setup failed: {failed[0]}")

    def note_story(self, mix: Mix, *, tenor_s: int) -> Story:
        """The next note: due after the tenor where the mix settles it, otherwise in a year."""
        self._stories += 1
        return NoteStory(
            mix=mix,
            cast=self.cast,
            book=self.book,
            place=self._stories,
            seed=self._seed,
            maturity_at_s=int(time.time()) + (tenor_s if mix.settles else _YEAR_S),
        ).tell()

    def relay(self) -> Relay:
        """Carries single records by instruction, valid for a day."""
        return Relay(
            domain=domain_of(self.deployment),
            cast=self.cast,
            seed=f"{self._seed} {self._stories}",
            deadline_s=int(time.time()) + 86_400,
        )

    def drive(
        self,
        new_story: Callable[[], Story],
        *,
        at_work: int,
        stories_a_second: float | None = None,
        relay: Relay | None = None,
        token: bytes | None = None,
    ) -> Drive:
        """A load on this ledger."""
        addresses = self.addresses if token is None else {**self.addresses, TOKEN: token}
        return Drive(
            addresses=addresses,
            cast=self.cast,
            book=self.book,
            new_story=new_story,
            at_work=at_work,
            stories_a_second=stories_a_second,
            relay=relay,
        )

    def live_lots(self) -> int:
        """Lots that are neither history nor settled, by the book."""
        return sum(
            1
            for note in self.book.notes
            if not note.is_settled
            for _ in (note.live_lots() if note.segments else ())
        )
