"""Four validators with a ledger on their chain, and what the fault tests do with them.

    with ground.worker(), ground.load() as load:
        ground.network.kill(1)
        ...
    assert ground.effects(load).is_exact

Commands are accepted as the HTTP process accepts them, and carried out by the service's worker, which reaches
the validators through the network's file. Every payment has an amount of its own, so that the chain's events
say how often it was made.
"""

from __future__ import annotations

import itertools
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from network import Network
from web3 import HTTPProvider, Web3

from counterfoil.bootstrap import OpenLedger, open_ledger
from counterfoil.chain.engines import profile_named
from counterfoil.chain.engines.profile import VerifiedHeader
from counterfoil.chain.rpc import Rpc
from counterfoil.domain.commands import CommandState
from counterfoil.ports.commands import CommandRecord
from counterfoil.settings import Settings
from counterfoil.store.unit_of_work import Store
from counterfoil.usecases.books.compare_with_chain import ChainComparison
from counterfoil.usecases.read_model import ReadModel
from ledger_support import BANK, HALDEN, LAHN, PASSPHRASE
from outbox_support import KEEPER, Member, accept, euros, members_of, sign_waiting

Report = Callable[..., None]
"""Takes a row of the fault report."""
ALL = (1, 2, 3, 4)
UNDER_WAY = 6
STANDS_STILL = "makes no blocks"
"""What an open command says while the network has no quorum."""
PAUSE_S = 0.2
_PAYERS = (HALDEN.name, BANK.name, KEEPER.name)
_FIRST_MARK = 101
_A_NOTE_EVERY = 8
_LOOK_S = 0.1
_SIGN_EVERY_S = 0.2


def until(happened: Callable[[], bool], *, within_s: float, what: str) -> float:
    """Wait for something to happen; how many seconds that took."""
    began = time.monotonic()
    while not happened():
        assert time.monotonic() - began < within_s, f"not within {within_s:.0f} s: {what}"
        time.sleep(_LOOK_S)
    return time.monotonic() - began


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """What became of a load, counted on the chain."""

    accepted: int
    done: int
    lost: int
    doubled: int

    @property
    def are_exact(self) -> bool:
        """Each accepted command is done, and each has had its effect exactly once."""
        return (self.done, self.lost, self.doubled) == (self.accepted, 0, 0)


class Load:
    """Commands that keep coming from three payers, one with a key of its own, and from a supplier."""

    def __init__(self, ground: Ground) -> None:
        self.payments: dict[str, int] = {}
        self.notes: list[str] = []
        self.from_block = ground.checkpoint() + 1
        self._ground = ground
        self._ended, self._closed = threading.Event(), threading.Event()
        self._threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="load")
        self._work: list[Future[None]] = []

    @property
    def ids(self) -> list[str]:
        """Of all commands accepted so far."""
        return [*self.payments, *self.notes]

    def start(self) -> None:
        """Give from now on."""
        self._work = [self._threads.submit(work) for work in (self._give, self._sign)]

    def end(self) -> None:
        """Give nothing more, the one being given included; what waits for the keeper is still signed."""
        self._ended.set()
        wait(self._work[:1])

    def close(self) -> None:
        """End threads, and raise what one of them failed with."""
        self._ended.set()
        self._closed.set()
        self._threads.shutdown()
        for work in self._work:
            work.result()

    def _give(self) -> None:
        while not self._ended.wait(PAUSE_S):
            mark = self._ground.next_mark()
            note = self._ground.propose() if mark % _A_NOTE_EVERY == 0 else None
            if note is not None:
                self.notes.append(note)
            else:
                self.payments[self._ground.pay(_PAYERS[mark % len(_PAYERS)], mark)] = mark

    def _sign(self) -> None:
        while not self._closed.wait(_SIGN_EVERY_S):
            sign_waiting(self._ground.store, self._ground.settings)


class BlockWatch:
    """Notes when the highest block of all validators goes up."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._seen: list[tuple[float, int]] = []
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._look, name="blocks")

    def start(self) -> None:
        """Look from now on."""
        self._thread.start()

    def close(self) -> None:
        """Look no more."""
        self._closed.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._closed.wait(_LOOK_S):
            heights = [self._network.height(index) for index in self._network.validators]
            highest = max((height for height in heights if height is not None), default=None)
            if highest is not None and (not self._seen or highest > self._seen[-1][1]):
                self._seen.append((time.monotonic(), highest))

    @property
    def highest(self) -> int:
        """The highest block so far."""
        return self._seen[-1][1]

    def longest_pause_s(self, since: float) -> float:
        """The longest time between two new blocks that ended after a moment of the monotonic clock."""
        times = [at for at, _ in self._seen]
        return max((later - earlier for earlier, later in pairwise(times) if later >= since), default=0.0)

    def missed(self, since: float) -> int:
        """Blocks that a whole network would have made besides, from that moment to the newest block."""
        after = [(at, height) for at, height in self._seen if at >= since]
        if not after:
            return 0
        period_s = self._network.plan.block_period_ms / 1000
        made = after[-1][1] - max((height for at, height in self._seen if at < since), default=after[0][1])
        return max(0, round((after[-1][0] - since) / period_s) - made)


class Ground:
    """A network, and a home of the service whose ledger is on its chain."""

    def __init__(self, network: Network, settings: Settings, store: Store, *, invoices: int) -> None:
        """settings: of the home, with the network's file as its chain. invoices: so many can become notes."""
        self.network, self.settings, self.store = network, settings, store
        self.members: dict[str, Member] = members_of(store)
        self._marks = itertools.count(_FIRST_MARK)
        self._invoices = iter(range(invoices))

    # -- commands --

    def next_mark(self) -> int:
        """An amount in minor units that no payment had before."""
        return next(self._marks)

    def pay(self, payer: str, mark: int) -> str:
        """Accept a payment of just that amount."""
        to = self.members[LAHN.name].party_id
        body = {"to_party_id": to, "amount": euros(mark), "reference": f"payment {mark}"}
        return accept(self.store, self.members[payer], "transfer_cash", body)

    def propose(self) -> str | None:
        """Accept a note over the next invoice; None where all have one."""
        place = next(self._invoices, None)
        if place is None:
            return None
        body = {"invoices": [{"invoice": f"INV-{place}"}]}
        return accept(self.store, self.members[LAHN.name], "propose_note", body)

    def commands(self, ids: Sequence[str]) -> list[CommandRecord]:
        """The commands as they are now."""
        with self.store.read() as work:
            return list(work.commands.by_ids(ids))

    def count_done(self, ids: Sequence[str]) -> int:
        """How many are done."""
        return sum(each.state is CommandState.DONE for each in self.commands(ids))

    def get_under_way(self, load: Load) -> None:
        """Wait until some of a load are done."""
        until(lambda: self.count_done(load.ids) >= UNDER_WAY, within_s=60, what="the load is under way")

    def go_on(self, load: Load, count: int, *, within_s: float = 90) -> float:
        """Wait until so many more are done; how many seconds that took."""
        done = self.count_done(load.ids)
        return until(
            lambda: self.count_done(load.ids) >= done + count, within_s=within_s, what=f"{count} more done"
        )

    def wait_until_all_say_why(self, load: Load) -> int:
        """Wait until every open command says that the network stands still; how many these are.

        Those that wait for the keeper's signature say that.
        """
        said: list[str] = []

        def all_say_why() -> bool:
            open_now = [each for each in self.commands(load.ids) if not each.state.is_final]
            said[:] = [
                each.waiting_for for each in open_now if each.state is not CommandState.AWAITING_SIGNATURE
            ]
            return len(said) > UNDER_WAY and all(STANDS_STILL in each for each in said)

        try:
            until(all_say_why, within_s=60, what="every open command says why it waits")
        except AssertionError as late:
            raise AssertionError(f"{late}: {Counter(said).most_common(5)}") from late
        return len(said)

    def finish(self, load: Load, *, within_s: float) -> None:
        """Accept no more, and wait until everything is done."""
        load.end()
        ids = load.ids
        try:
            until(lambda: self.count_done(ids) == len(ids), within_s=within_s, what="all commands done")
        except AssertionError as late:
            left = [each for each in self.commands(ids) if each.state is not CommandState.DONE]
            told = Counter((each.state.value, each.waiting_for, each.problem_json) for each in left)
            raise AssertionError(f"{late}: {told.most_common(5)}") from late

    # -- what is running --

    @contextmanager
    def watch(self) -> Iterator[BlockWatch]:
        """Note when blocks come, until the end of the block."""
        watch = BlockWatch(self.network)
        watch.start()
        try:
            yield watch
        finally:
            watch.close()

    @contextmanager
    def load(self) -> Iterator[Load]:
        """Commands until the end of the block."""
        load = Load(self)
        load.start()
        try:
            yield load
        finally:
            load.close()

    @contextmanager
    def ledger(self) -> Iterator[OpenLedger]:
        """The ledger of the home, open beside no worker."""
        with open_ledger(self.settings, passphrase=lambda _: PASSPHRASE) as opened:
            yield opened

    def checkpoint(self) -> int:
        """The newest block that the store has."""
        with self.store.read() as work:
            return int(work.chain_log.checkpoint().block_number)

    # -- what must hold --

    def effects(self, load: Load) -> Effects:
        """Count on the chain what a load came to, and hold the service's copy against the contracts.

        Raises AssertionError where the copy differs from the contracts' views at its block, or from itself
        when it is made anew.
        """
        with self.ledger() as ledger:
            model = ledger.bench.read_model
            assert isinstance(model, ReadModel)
            model.sync()
            for comparison in ChainComparison(ledger.bench.ledger, model.state, model.block_number).run():
                assert comparison.differences == (), comparison
            assert model.rebuild().same
            records = list(ledger.gateway.events(from_block=load.from_block))
        moved = Counter(each.args["amount_minor"] for each in records if each.event == "CashMoved")
        times = [moved[mark] for mark in load.payments.values()]
        proposed = sum(each.event == "NoteProposed" for each in records)
        executed = sum(each.event == "InstructionExecuted" for each in records)
        ids = load.ids
        assert executed == len(ids), f"{executed} instructions were carried out for {len(ids)} commands"
        return Effects(
            accepted=len(ids),
            done=self.count_done(ids),
            lost=times.count(0) + max(0, len(load.notes) - proposed),
            doubled=sum(count > 1 for count in times) + max(0, proposed - len(load.notes)),
        )

    # -- the chain --

    def rpc(self, index: int) -> Rpc:
        """A validator asked by itself."""
        return rpc_of(self.network.endpoint(index))

    def heights(self, indices: Sequence[int] = ALL) -> list[int | None]:
        """How far each validator is, None where it does not answer."""
        return [self.network.height(index) for index in indices]

    def see_that_nothing_forked(self, indices: Sequence[int] = ALL, *, from_block: int = 0) -> int:
        """Hold every validator's blocks to each other's; how many blocks were compared."""
        heights = [self.network.height(index) for index in indices]
        assert None not in heights, heights
        top = min(height for height in heights if height is not None)
        requests: list[tuple[str, list[Any]]] = [
            ("eth_getBlockByNumber", [hex(number), False]) for number in range(from_block, top + 1)
        ]
        hashes = [[block["hash"] for block in self.rpc(index).batch(requests)] for index in indices]
        assert all(each == hashes[0] for each in hashes), "validators have different blocks"
        return top + 1 - from_block

    def header(self, index: int, number: int) -> VerifiedHeader:
        """A block's header from a validator, with who sealed it."""
        return header_of(self.network, index, number)

    def is_quiet(self, indices: Sequence[int], *, for_s: float) -> bool:
        """Whether these validators make no block for so long."""
        before = self.heights(indices)
        ends = time.monotonic() + for_s
        while time.monotonic() < ends:
            time.sleep(_LOOK_S)
            if self.heights(indices) != before:
                return False
        return True

    def heal(self) -> None:
        """Every validator runs, all are joined, and blocks come: as the next test expects it."""
        if any(group for group in self.network.links.groups(self.network.validators).values()):
            self.network.heal()
        self.network.start()
        self.network.wait_for_blocks(2, within_s=60)


def header_of(network: Network, index: int, number: int) -> VerifiedHeader:
    """A block's header from a validator, with who sealed it; raises UnverifiableError for a false seal."""
    headers = profile_named("kaia-istanbul").headers
    assert headers is not None
    method, more = headers.by_number
    return headers.read(rpc_of(network.endpoint(index)).request(method, hex(number), *more))


def rpc_of(endpoint: str) -> Rpc:
    """An endpoint asked by itself, without a pool's judgement."""
    provider = HTTPProvider(endpoint, request_kwargs={"timeout": 10}, exception_retry_configuration=None)
    return Rpc(Web3(provider))
