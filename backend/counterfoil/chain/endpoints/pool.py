"""Several endpoints of one network asked as if they were one: chosen, checked, and left where they fail."""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from counterfoil.chain import errors
from counterfoil.chain.endpoints.agreement import OutvotedError
from counterfoil.chain.endpoints.answers import (
    BY_NUMBER,
    NEWEST,
    SEND,
    STATE_READS,
    TRIALS,
    BlockClaim,
    LyingError,
    NotYetError,
    claims_in,
    highest_of_receipts,
    is_trouble,
    newest_shown,
)
from counterfoil.chain.endpoints.endpoint import Endpoint
from counterfoil.chain.endpoints.errors import (
    ANSWER_UNPROVEN,
    ENDPOINTS_BEHIND,
    ENDPOINTS_TOO_FEW,
    NO_ENDPOINT,
    unusable,
)
from counterfoil.chain.endpoints.network import EndpointAddress, Network
from counterfoil.chain.endpoints.roster import Roster
from counterfoil.chain.endpoints.rules import PoolRules, PoolState
from counterfoil.chain.endpoints.transport import Answer, HttpTransport, Request, SilentError, Transport
from counterfoil.ports.engine import ChainError, ChainErrorKind

_log = logging.getLogger("counterfoil.endpoints")
_REMEMBERED_SENT = 65_536
_LOOK_AGAIN_S = 0.25
_POLL_S = 0.02


class _BehindError(Exception):
    """The endpoint's newest block is older than one that was given out."""


@dataclass(slots=True)
class _Round:
    """What became of a request at each endpoint that was asked."""

    reasons: dict[str, str] = field(default_factory=dict)
    is_behind: bool = False
    is_lying: bool = False


def http_transport(address: EndpointAddress) -> Transport:
    """The way to an endpoint over HTTP."""
    return HttpTransport(address.url)


class EndpointPool:
    """Asks one endpoint, the same one as long as it is good; threads may share it.

    What it gives out as the newest block never goes back, where the engine's blocks are final at once.
    """

    def __init__(
        self,
        network: Network,
        *,
        rules: PoolRules | None = None,
        transport: Callable[[EndpointAddress], Transport] = http_transport,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Nobody is asked yet. transport: the way to an endpoint, another one in tests. clock: seconds since
        the epoch; monotonic: seconds that only go up.
        """
        self._rules = rules or PoolRules()
        self._monotonic, self._sleep = monotonic, sleep
        self._needed = self._rules.agreement or network.faults + 1
        self._roster = Roster(
            network,
            self._rules,
            needed=self._needed,
            transport=transport,
            clock=clock,
            monotonic=monotonic,
        )
        self._lock = self._roster.lock
        self._total = len(network.endpoints)
        self._answered = threading.local()
        self._floor = -1
        self._sent: OrderedDict[int, None] = OrderedDict()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    # -- life --

    @property
    def network(self) -> Network:
        """The network, with chain id and genesis hash once they are known."""
        return self._roster.network

    def start(self) -> None:
        """Look at all endpoints from now on, in a thread of its own, until the pool is closed."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._look_on, name="endpoints", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Give threads and connections back. Harmless when repeated."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        self._roster.close()

    def _look_on(self) -> None:
        while not self._stop.wait(self._rules.look_every_s):
            self.look()

    def look(self) -> PoolState:
        """Look at every endpoint once, and judge them; what was found. Never raises for what they say."""
        self._roster.look()
        return self.state()

    def distrust_last(self, reason: str) -> None:
        """Distrust the endpoint that gave this thread its last answer, because of what its reader found."""
        endpoint = getattr(self._answered, "by", None)
        # The only one is asked again at once: its reader keeps nothing of what does not fit, and nodes have
        # been seen to be short of logs for a moment.
        if endpoint is not None and self._total > 1:
            self._roster.distrust(endpoint, reason)

    # -- asking --

    def ask(self, requests: Sequence[Request]) -> list[Answer]:
        """One answer a request, in their order, all from one endpoint, checked.

        The number of the newest block is taken from a whole block: a bare number could not be checked.
        Raises ChainError(Unavailable) with what each endpoint did, and ChainError(Rejected, ChainMismatch)
        where every endpoint that answers is of another chain.
        """
        asked: list[Request] = [
            (BY_NUMBER, ["latest", False]) if method == NEWEST else (method, params)
            for method, params in requests
        ]
        answers = self._ask(asked)
        for place, (method, _) in enumerate(requests):
            if method == NEWEST and answers[place].get("result") is not None:
                answers[place] = {**answers[place], "result": answers[place]["result"]["number"]}
        return answers

    def _ask(self, requests: Sequence[Request]) -> list[Answer]:
        deadline = self._deadline()
        while True:
            tried = _Round()
            answers = self._one_round(requests, tried)
            if answers is not None:
                return answers
            # Whoever is a block behind has it some milliseconds later.
            if not tried.is_behind or self._monotonic() >= deadline:
                raise self._nobody(tried)
            self._sleep(_POLL_S)

    def _one_round(self, requests: Sequence[Request], tried: _Round) -> list[Answer] | None:
        """Ask one endpoint after the other until one gives a usable answer; None where none does."""
        refused: list[Answer] | None = None
        for endpoint in self._candidates():
            try:
                answers = self._asked(endpoint, requests)
            except SilentError as silent:
                self._roster.note_silent(endpoint, str(silent))
                tried.reasons[endpoint.name] = str(silent)
            except OutvotedError as outvoted:
                tried.is_lying = True
                tried.reasons[endpoint.name] = str(outvoted)
            except LyingError as lie:
                tried.is_lying = True
                self._roster.distrust(endpoint, str(lie))
                tried.reasons[endpoint.name] = str(lie)
            except _BehindError as behind:
                tried.is_behind = True
                tried.reasons[endpoint.name] = str(behind)
            else:
                if not any(is_trouble(each) for each in answers):
                    self._roster.stay_with(endpoint)
                    self._answered.by = endpoint
                    return answers
                # It has not the block, or no time: another one may. Where none has, this is the answer.
                refused = refused or answers
        return refused

    def _deadline(self) -> float:
        return self._monotonic() + self._roster.network.block_period_ms / 1000

    def _candidates(self) -> Iterator[Endpoint]:
        """The endpoints to ask, best first; each once, and chosen anew after each failure."""
        if not self._roster.usable() and self._roster.is_worth_a_look:
            self._roster.look()
        tried: set[Endpoint] = set()
        while usable := self._roster.usable(besides=tried):
            tried.add(usable[0])
            yield usable[0]

    def _asked(self, endpoint: Endpoint, requests: Sequence[Request]) -> list[Answer]:
        """One endpoint's answers, proven. Raises SilentError, LyingError, _BehindError, ChainError."""
        undecided = self._roster.disagreement
        if undecided is not None:
            raise undecided
        self._see_that_it_is_fresh(endpoint, requests)
        answers = endpoint.transport.ask(requests)
        claims = claims_in(requests, answers)
        self._prove(endpoint, requests, answers, claims)
        self._keep_order(endpoint, requests, answers)
        shown = max((claim.number for claim in claims), default=-1)
        with self._lock:
            self._floor = max(self._floor, shown)
            self._roster.note_block(endpoint, shown)
        self._ask_others_too(endpoint, requests, answers)
        return answers

    def _prove(
        self,
        endpoint: Endpoint,
        requests: Sequence[Request],
        answers: Sequence[Answer],
        claims: Sequence[BlockClaim],
    ) -> None:
        seals, deadline = self._roster.seals, self._deadline()
        while True:
            try:
                if seals is None:
                    self._roster.agreement.prove_blocks(endpoint, claims)
                else:
                    seals.prove_blocks(endpoint, claims)
                    seals.check(endpoint, requests, answers)
                return self._see_that_it_stands(endpoint, highest_of_receipts(requests, claims))
            except NotYetError as early:
                if self._monotonic() >= deadline:
                    raise SilentError(f"not yet: {early}") from early
                self._sleep(_POLL_S)

    @staticmethod
    def _see_that_it_stands(endpoint: Endpoint, number: int) -> None:
        """A receipt counts once its block is in the endpoint's chain: what is asked next builds on it."""
        if number <= endpoint.height:
            return
        (answer,) = endpoint.transport.ask([(BY_NUMBER, [hex(number), False])])
        if answer.get("result") is None:
            raise NotYetError(f"it has a receipt of block {number} and not the block")

    @property
    def _keeps_order(self) -> bool:
        """Whether an older head than one shown before would be wrong, not just another branch."""
        return self._roster.network.profile.finality.is_byzantine or self._total > 1

    def _see_that_it_is_fresh(self, endpoint: Endpoint, requests: Sequence[Request]) -> None:
        """An answer about the newest state does not say which block it is of: the endpoint must have all
        that was shown.
        """
        if not self._keeps_order or endpoint.height >= self._floor:
            return
        if not any(method in STATE_READS for method, _ in requests):
            return
        (answer,) = endpoint.transport.ask([(NEWEST, [])])
        try:
            height = int(answer["result"], 16)
        except (KeyError, TypeError, ValueError) as unfit:
            raise SilentError("it does not say its newest block") from unfit
        with self._lock:
            endpoint.height = height
        if height < self._floor:
            raise _BehindError(f"it ends at block {height}")

    def _keep_order(self, endpoint: Endpoint, requests: Sequence[Request], answers: Sequence[Answer]) -> None:
        newest = newest_shown(requests, answers)
        if self._keeps_order and newest is not None and newest < self._floor:
            with self._lock:
                endpoint.height = newest
            raise _BehindError(f"it ends at block {newest}")

    # -- more than one --

    def _ask_others_too(self, endpoint: Endpoint, requests: Sequence[Request], answers: list[Answer]) -> None:
        """A refusal that ends a command counts where enough say it; bytes sent again go to everybody."""
        for place, (method, _) in enumerate(requests):
            if method in TRIALS and answers[place].get("error") is not None:
                answers[place] = self._confirmed_refusal(endpoint, requests[place], answers[place])
        again = [place for place, request in enumerate(requests) if self._was_sent_before(request)]
        for other in self._roster.others(endpoint) if again else ():
            try:
                told = other.transport.ask([requests[place] for place in again])
            except SilentError as silent:
                self._roster.note_silent(other, str(silent))
                continue
            for place, answer in zip(again, told, strict=True):
                if answers[place].get("error") is not None and answer.get("error") is None:
                    answers[place] = answer

    def _confirmed_refusal(self, endpoint: Endpoint, request: Request, refusal: Answer) -> Answer:
        if is_trouble(refusal):
            return refusal
        agreeing = 1
        for other in self._roster.others(endpoint):
            if agreeing >= self._needed:
                break
            try:
                (answer,) = other.transport.ask([request])
            except SilentError as silent:
                self._roster.note_silent(other, str(silent))
                continue
            if answer.get("error") is None:
                return answer
            agreeing += 1
        if agreeing < self._needed:
            raise unusable(
                ENDPOINTS_TOO_FEW,
                usable=agreeing,
                endpoints=self._total,
                needed=self._needed,
                what="the refusal of a trial run",
                reasons=self._roster.why_unusable() or "the others give no answer",
            )
        return refusal

    def _was_sent_before(self, request: Request) -> bool:
        """Whether these bytes were sent before. A first time goes to one endpoint: validators pass it on."""
        method, params = request
        if method != SEND:
            return False
        key = hash(str(params))
        with self._lock:
            is_known = key in self._sent
            self._sent[key] = None
            if len(self._sent) > _REMEMBERED_SENT:
                self._sent.popitem(last=False)
        return is_known

    # -- telling --

    def _nobody(self, tried: _Round) -> ChainError:
        mismatch = self._roster.mismatch()
        if mismatch is not None and not tried.reasons:
            return ChainError(ChainErrorKind.REJECTED, errors.CHAIN_MISMATCH, **mismatch)
        told = "; ".join(f"{name}: {reason}" for name, reason in tried.reasons.items())
        told = told or self._roster.why_unusable()
        if tried.is_behind:
            return unusable(ENDPOINTS_BEHIND, shown=self._floor, reasons=told)
        if tried.is_lying:
            return unusable(ANSWER_UNPROVEN, what="this", reasons=told)
        return unusable(NO_ENDPOINT, endpoints=self._total, reasons=told or "none was asked")

    def state(self) -> PoolState:
        """What is known now, without asking anybody."""
        with self._lock:
            newest, time_s, silent_s = self._roster.newest()
            return PoolState(
                name=self._roster.network.name,
                engine=self._roster.network.profile.name,
                chain_id=self._roster.network.chain_id,
                genesis_hash=self._roster.network.genesis_hash,
                proven_by=self._proven_by(),
                endpoints=self._roster.shown(),
                newest_block=newest,
                newest_block_time_s=time_s,
                silent_s=silent_s,
                shown_block=self._floor,
                trouble=self.trouble(),
            )

    def trouble(self) -> str | None:
        """Why the network cannot be used as it should be, in a sentence; None where it can."""
        return self._roster.trouble()

    def _proven_by(self) -> str:
        if self._roster.network.profile.headers is not None:
            return "seals of the validators"
        return f"agreement of {self._needed}" if self._needed > 1 else "nothing"


def pinned(network: Network, *, chain_id: int, genesis_hash: str) -> Network:
    """The network with what its ledger's deployment record says where the network itself says nothing."""
    return replace(
        network,
        chain_id=network.chain_id if network.chain_id is not None else chain_id,
        genesis_hash=network.genesis_hash if network.genesis_hash is not None else genesis_hash.lower(),
    )
