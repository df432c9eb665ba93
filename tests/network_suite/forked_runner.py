"""Tests on networks, many at a time: a process each, forked when everything is loaded and collected.

Most of a test's time goes by until blocks are made, which costs nothing; so there are more processes
than cores.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
import traceback
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait
from types import FrameType
from typing import Any

import pytest
from _pytest.runner import runtestprotocol
from network import engine
from network.plan import Clock

from counterfoil.chain.deployment import Deployment
from model.contract_chain import GOVERNOR, OFFICERS, START_S
from network_suite.held_network import HeldNetwork
from network_suite.planned_deployment import planned
from network_suite.timekeeping import OwnTime, SharedTime, keep

OWN_NETWORK = "own_network"
AT_ONCE = int(os.environ.get("COUNTERFOIL_NETWORK_PROCESSES", "16"))
NETWORKS_AT_ONCE = 2
# Every block costs the validators a few milliseconds, whatever is in it. Of many tests that share a network
# some always have work meanwhile; a test alone waits for each block.
_SHARED_PERIOD_MS, _OWN_PERIOD_MS = 250, 150
# Waiting ones keep their memory, and their deployments wait with them.
_MOST_WAITING = 80
# Validators come first: one that gets no time falls behind the others.
_NICENESS = 10
_NO_CHAIN = Deployment(chain_id=0, genesis_hash="")

Group = list[pytest.Item]


@dataclass
class _Child:
    """A process and what it still has to run. own: has a network of its own. until: what it waits for."""

    connection: Connection
    group: deque[pytest.Item]
    own: bool
    process: int
    last_words: str = "its process ended before it did"
    until: int | None = None


def _groups_of(items: Sequence[pytest.Item], key: Callable[[pytest.Item], object]) -> deque[Group]:
    """Tests with the same key stay together and follow each other; the longest group first."""
    together: dict[object, Group] = {}
    for item in items:
        together.setdefault(key(item), []).append(item)
    return deque(sorted(together.values(), key=len, reverse=True))


def _module(item: pytest.Item) -> object:
    """Tests with networks of their own: one network for each module."""
    return item.path


def _preparation(item: pytest.Item) -> object:
    """Tests on the shared network: those that share what their module prepared, and any other one alone."""
    return item.path if "prepared" in getattr(item, "fixturenames", ()) else item


class ForkedRunner:
    """Runs the items of a session."""

    def __init__(self, session: pytest.Session) -> None:
        self._session = session
        self._config = session.config
        self._children: list[_Child] = []
        self._own: deque[Group] = deque()
        self._networks = 0

    def run(self) -> None:
        """Run everything; reports come in the order in which tests end."""
        items = self._session.items
        own = [item for item in items if item.get_closest_marker(OWN_NETWORK)]
        # Made before anybody forks, so that all have the same.
        self._config._tmp_path_factory.getbasetemp()  # type: ignore[attr-defined]  # pytest has no public name
        if not engine.is_built(Clock.ADJUSTABLE):
            engine.build()
        # Everybody reads the compiled contracts.
        planned(_NO_CHAIN, first_nonce=0, governor=GOVERNOR, officers=OFFICERS)
        gc.collect()
        gc.freeze()
        # The lockstep tests, which take longest, stand alone in their modules.
        self._own = deque(reversed(_groups_of(own, _module)))
        try:
            self._run_all(_groups_of([item for item in items if item not in own], _preparation))
        finally:
            for child in self._children:
                os.kill(child.process, signal.SIGTERM)
            for child in self._children:
                os.waitpid(child.process, 0)

    def _run_all(self, shared: deque[Group]) -> None:
        while shared and not self._stopped:
            self._run_wave(shared)
        while self._begin_own() or self._children:
            self._listen()

    @property
    def _stopped(self) -> bool:
        return bool(self._session.shouldfail or self._session.shouldstop)

    def _begin_own(self) -> bool:
        """Start those with networks of their own, as many as there may be; whether any is left."""
        while self._own and not self._stopped and sum(each.own for each in self._children) < NETWORKS_AT_ONCE:
            self._networks += 1
            self._fork(self._own.popleft(), partial(_own, self._networks), own=True)
        return bool(self._own) and not self._stopped

    def _run_wave(self, groups: deque[Group]) -> None:
        """As many groups as begin before the shared clock has to be moved; then these to their ends."""
        network = HeldNetwork(start_s=START_S, block_period_ms=_SHARED_PERIOD_MS)
        try:
            while True:
                sharing = [each for each in self._children if not each.own]
                waiting = [each for each in sharing if each.until is not None]
                if network.now_s == START_S and len(waiting) < _MOST_WAITING and not self._stopped:
                    for _ in range(min(AT_ONCE - len(sharing) + len(waiting), len(groups))):
                        sharing.append(self._fork(groups.popleft(), partial(_share, network)))
                if not sharing:
                    return
                if len(waiting) == len(sharing):
                    self._move_on(network, waiting)
                self._begin_own()
                self._listen()
        finally:
            network.close()

    @staticmethod
    def _move_on(network: HeldNetwork, waiting: Sequence[_Child]) -> None:
        """To the earliest second that somebody waits for."""
        network.move_to(min(each.until for each in waiting if each.until is not None))
        for each in waiting:
            if each.until is not None and each.until <= network.now_s:
                each.until = None
                each.connection.send(network.now_s)

    # -- processes --

    def _fork(
        self, group: Group, begin: Callable[[Connection], Callable[[], None]], *, own: bool = False
    ) -> _Child:
        ours, theirs = Pipe()
        process = os.fork()
        if process == 0:
            ours.close()
            _be_child(group, theirs, begin)
        theirs.close()
        child = _Child(ours, deque(group), own, process)
        self._children.append(child)
        return child

    def _listen(self) -> None:
        for connection in wait([each.connection for each in self._children], timeout=5):
            child = next(each for each in self._children if each.connection is connection)
            try:
                kind, content = child.connection.recv()
            except EOFError:
                self._ended(child)
                continue
            if kind == "until":
                child.until = content
            elif kind == "died":
                child.last_words = content
            else:
                self._report(child, content)

    def _report(self, child: _Child, serialized: dict[str, Any]) -> None:
        hook = self._config.hook
        report = hook.pytest_report_from_serializable(config=self._config, data=serialized)
        if report.when == "setup":
            hook.pytest_runtest_logstart(nodeid=report.nodeid, location=report.location)
        hook.pytest_runtest_logreport(report=report)
        if report.when == "teardown":
            hook.pytest_runtest_logfinish(nodeid=report.nodeid, location=report.location)
            child.group.popleft()

    def _ended(self, child: _Child) -> None:
        child.connection.close()
        self._children.remove(child)
        os.waitpid(child.process, 0)
        for item in child.group:
            report = pytest.TestReport(
                nodeid=item.nodeid,
                location=item.location,
                keywords={},
                outcome="failed",
                longrepr=child.last_words,
                when="call",
            )
            self._config.hook.pytest_runtest_logreport(report=report)


def _share(network: HeldNetwork, connection: Connection) -> Callable[[], None]:
    network.connect()
    keep(SharedTime(network, connection))
    return lambda: None


def _own(number: int, _: Connection) -> Callable[[], None]:
    own = OwnTime(lambda: HeldNetwork(start_s=START_S, block_period_ms=_OWN_PERIOD_MS, number=number))
    keep(own)
    return own.close


def _be_child(
    group: Group, connection: Connection, begin: Callable[[Connection], Callable[[], None]]
) -> None:
    """Run the group and report; never returns."""
    code = 1
    try:
        os.nice(_NICENESS)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, _end)
        config = group[0].config
        capture = config.pluginmanager.getplugin("capturemanager")
        # The parent's files are shared by all that were forked.
        capture.stop_global_capturing()
        capture.start_global_capturing()
        end = begin(connection)
        try:
            for item, following in zip(group, [*group[1:], None], strict=True):
                for report in runtestprotocol(item, nextitem=following, log=False):
                    told = config.hook.pytest_report_to_serializable(config=config, report=report)
                    connection.send(("report", told))
        finally:
            end()
        code = 0
    except BaseException:  # noqa: BLE001 - the process ends here; its parent says which test it was
        with suppress(OSError):
            connection.send(("died", traceback.format_exc()))
    finally:
        connection.close()
        os._exit(code)


def _end(_signal: int, _frame: FrameType | None) -> None:
    """Being asked to end, a process takes its network down."""
    sys.exit(1)
