"""Tests on networks, many at a time: a process each, forked when everything is loaded and collected.

Most of a test's time goes by until blocks are made, which costs nothing; so there are more processes
than cores.
"""

from __future__ import annotations

import gc
import os
import traceback
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

from model.contract_chain import START_S
from network_suite.held_network import HeldNetwork
from network_suite.timekeeping import OwnTime, SharedTime, keep

OWN_NETWORK = "own_network"
AT_ONCE = int(os.environ.get("COUNTERFOIL_NETWORK_PROCESSES", "12"))
NETWORKS_AT_ONCE = 2
# Waiting ones keep their memory, and their deployments wait with them.
_MOST_WAITING = 150
# Validators come first: one that gets no time falls behind the others.
_NICENESS = 10

Group = list[pytest.Item]


@dataclass
class _Child:
    """A process and what it still has to run. until: the second that it waits for."""

    connection: Connection
    group: deque[pytest.Item]
    until: int | None = None
    phases: list[Any] = field(default_factory=list)


def groups_of(items: Sequence[pytest.Item]) -> list[Group]:
    """Tests that share what a module prepared stay together; any other one is alone."""
    together: dict[object, Group] = {}
    for item in items:
        shares = "prepared" in getattr(item, "fixturenames", ())
        together.setdefault(item.path if shares else item, []).append(item)
    # The longest first.
    return sorted(together.values(), key=len, reverse=True)


class ForkedRunner:
    """Runs the items of a session."""

    def __init__(self, session: pytest.Session) -> None:
        self._session = session
        self._config = session.config
        self._children: list[_Child] = []

    def run(self) -> None:
        """Run everything; reports come in the order in which tests end."""
        own = [item for item in self._session.items if item.get_closest_marker(OWN_NETWORK)]
        shared = [item for item in self._session.items if item not in own]
        # Made before anybody forks, so that all have the same.
        self._config._tmp_path_factory.getbasetemp()  # type: ignore[attr-defined]  # pytest has no public name for it
        gc.collect()
        gc.freeze()
        groups = deque(groups_of(shared))
        while groups and not self._stopped:
            self._run_wave(groups)
        self._run_alone(deque([item] for item in own))

    @property
    def _stopped(self) -> bool:
        return bool(self._session.shouldfail or self._session.shouldstop)

    # -- sharing a network --

    def _run_wave(self, groups: deque[Group]) -> None:
        """As many groups as begin before the clock has to be moved; then these to their ends."""
        network = HeldNetwork(start_s=START_S)
        try:
            while True:
                waiting = [each for each in self._children if each.until is not None]
                may_start = network.now_s == START_S and len(waiting) < _MOST_WAITING and not self._stopped
                while may_start and groups and len(self._children) - len(waiting) < AT_ONCE:
                    self._fork(groups.popleft(), partial(_share, network))
                if not self._children:
                    return
                if len(waiting) == len(self._children):
                    self._move_on(network)
                self._listen()
        finally:
            network.close()

    def _move_on(self, network: HeldNetwork) -> None:
        """To the earliest second that somebody waits for."""
        network.move_to(min(each.until for each in self._children if each.until is not None))
        for each in self._children:
            if each.until is not None and each.until <= network.now_s:
                each.until = None
                each.connection.send(network.now_s)

    # -- alone --

    def _run_alone(self, groups: deque[Group]) -> None:
        number = 0
        while (groups and not self._stopped) or self._children:
            while groups and not self._stopped and len(self._children) < NETWORKS_AT_ONCE:
                number += 1
                self._fork(groups.popleft(), partial(_own, number))
            self._listen()

    # -- processes --

    def _fork(self, group: Group, begin: Callable[[Connection], Callable[[], None]]) -> None:
        ours, theirs = Pipe()
        if os.fork() == 0:
            ours.close()
            _be_child(group, theirs, begin)
        theirs.close()
        self._children.append(_Child(ours, deque(group)))

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
        os.wait()
        for item in child.group:
            report = pytest.TestReport(
                nodeid=item.nodeid,
                location=item.location,
                keywords={},
                outcome="failed",
                longrepr="its process ended before it did",
                when="call",
            )
            self._config.hook.pytest_runtest_logreport(report=report)


def _share(network: HeldNetwork, connection: Connection) -> Callable[[], None]:
    network.connect()
    keep(SharedTime(network, connection))
    return lambda: None


def _own(number: int, _: Connection) -> Callable[[], None]:
    own = OwnTime(lambda: HeldNetwork(start_s=START_S, number=number))
    keep(own)
    return own.close


def _be_child(
    group: Group, connection: Connection, begin: Callable[[Connection], Callable[[], None]]
) -> None:
    """Run the group and report; never returns."""
    code = 1
    try:
        os.nice(_NICENESS)
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
        os.write(2, traceback.format_exc().encode())
    finally:
        connection.close()
        os._exit(code)
