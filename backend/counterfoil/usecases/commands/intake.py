"""Commands that come at the same time, taken down together: one commit keeps them all.

A commit waits for the disk; what waits meanwhile goes into the next one. Each giver still gets an answer of
its own, after its own command is kept, and a command that cannot be kept takes no other with it.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass

from counterfoil.domain.access import Principal, Scope, UserRole
from counterfoil.domain.approvals import Amount, check_maker
from counterfoil.domain.errors import CounterfoilError
from counterfoil.domain.money import Money
from counterfoil.ports.commands import CommandRecord
from counterfoil.ports.idempotency import FirstAnswer
from counterfoil.ports.service_store import ServiceStorePort, ServiceUnitOfWork
from counterfoil.usecases.commands.accept_command import Accepted, accept_command
from counterfoil.usecases.identity.rights import Rights, check_afresh

_MOST_TOGETHER = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A command as it came. stated: the amount that its body states. answer: the first one to it."""

    principal: Principal
    command: CommandRecord
    key: str
    request_hash: str
    stated: Money | None
    answer: FirstAnswer

    @property
    def amount(self) -> Amount | None:
        """What the maker's limit is asked about."""
        if self.stated is None:
            return None
        return Amount(minor=self.stated.minor, currency=self.stated.currency.code)


_Waiting = tuple[Given, "Future[Accepted]"]


class CommandIntake:
    """One thread that takes down whatever has come since its last commit."""

    def __init__(self, store: ServiceStorePort) -> None:
        self._store = store
        self._queue: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._guard = threading.Lock()
        self._thread: threading.Thread | None = None

    def give(self, given: Given) -> Future[Accepted]:
        """Take a command down. The future has what `accept_command` returns or raises."""
        with self._guard:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="command-intake", daemon=True)
                self._thread.start()
            future: Future[Accepted] = Future()
            self._queue.put((given, future))
        return future

    def close(self) -> None:
        """Take down what has come, and end. Harmless when repeated."""
        with self._guard:
            thread, self._thread = self._thread, None
            if thread is not None:
                self._queue.put(None)
        if thread is not None:
            thread.join()

    def _run(self) -> None:
        while (first := self._queue.get()) is not None:
            waiting, last = [first], False
            while len(waiting) < _MOST_TOGETHER and not self._queue.empty():
                following = self._queue.get()
                if following is None:
                    last = True
                    break
                waiting.append(following)
            self._take_down(waiting)
            if last:
                return

    def _take_down(self, waiting: Sequence[_Waiting]) -> None:
        # A giver who went away before this is left out. From here on nobody can take a future back: the
        # answer to one that was taken back would end this thread, and every later command would wait.
        staying = [each for each in waiting if each[1].set_running_or_notify_cancel()]
        if not staying:
            return
        together, alone = _one_a_key(staying)
        try:
            outcomes = self._together([given for given, _ in together])
        except Exception:  # noqa: BLE001 - one of them, or the database: each finds out by itself
            outcomes = {}
        for given, future in together:
            outcome = outcomes.get(given.command.command_id)
            if outcome is None:
                alone.append((given, future))
            elif isinstance(outcome, Accepted):
                future.set_result(outcome)
            else:
                future.set_exception(outcome)
        for given, future in alone:
            self._by_itself(given, future)

    def _together(self, batch: Sequence[Given]) -> dict[str, Accepted | CounterfoilError]:
        """Outcomes by command, from one transaction. Whoever's key was used before is left out."""
        outcomes: dict[str, Accepted | CounterfoilError] = {}
        with self._store.concurrent() as work:
            admitted = []
            for given, refusal in zip(batch, _refusals(work, batch), strict=True):
                if refusal is None:
                    admitted.append(given)
                else:
                    outcomes[given.command.command_id] = refusal
            work.commands.add_all([given.command for given in admitted])
            answers = [
                (given.command.org_id, given.key, given.answer, given.command.created_at)
                for given in admitted
            ]
            kept = work.idempotency.keep_all(answers)
            late = [given for given in admitted if (given.command.org_id, given.key) not in kept]
            work.commands.discard(given.command.command_id for given in late)
        for given in admitted:
            if given not in late:
                outcomes[given.command.command_id] = Accepted(answer=given.answer, replayed=False)
        return outcomes

    def _by_itself(self, given: Given, future: Future[Accepted]) -> None:
        try:
            accepted = accept_command(
                self._store,
                given.principal,
                given.command,
                key=given.key,
                request_hash=given.request_hash,
                stated=given.stated,
                answered=lambda _: given.answer,
                now=given.command.created_at,
            )
        except Exception as failed:  # noqa: BLE001 - whoever waits for it is told
            future.set_exception(failed)
        else:
            future.set_result(accepted)


def _one_a_key(waiting: Sequence[_Waiting]) -> tuple[list[_Waiting], list[_Waiting]]:
    """The first request of each key, and those that repeat one of them."""
    firsts: dict[tuple[str, str], _Waiting] = {}
    repeated = []
    for each in waiting:
        place = (each[0].command.org_id, each[0].key)
        if place in firsts:
            repeated.append(each)
        else:
            firsts[place] = each
    return list(firsts.values()), repeated


def _refusals(work: ServiceUnitOfWork, batch: Iterable[Given]) -> list[CounterfoilError | None]:
    """Why each giver may not, or None; rights are read once for each credential."""
    rights: dict[str, Rights | CounterfoilError] = {}
    found: list[CounterfoilError | None] = []
    for given in batch:
        credential_id = given.principal.credential_id
        if credential_id not in rights:
            rights[credential_id] = _rights(work, given)
        of_giver = rights[credential_id]
        found.append(of_giver if isinstance(of_giver, CounterfoilError) else _refusal(of_giver, given))
    return found


def _rights(work: ServiceUnitOfWork, given: Given) -> Rights | CounterfoilError:
    try:
        return check_afresh(
            work,
            given.principal,
            now=given.command.created_at,
            scope=Scope.WRITE,
            role=UserRole.MAKER,
        )
    except CounterfoilError as refused:
        return refused


def _refusal(rights: Rights, given: Given) -> CounterfoilError | None:
    if rights.principal.org_id != given.command.org_id:
        raise TypeError("a command of another organisation than its maker's")
    try:
        check_maker(
            roles=rights.principal.roles,
            limits=rights.limits,
            operation=given.command.operation,
            amount=given.amount,
        )
    except CounterfoilError as refused:
        return refused
    return None
