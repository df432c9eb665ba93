"""A worker before a node that may misbehave, with a clock that only the test moves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fake_node import FakeNode

from counterfoil.chain.embedded import EmbeddedChain
from counterfoil.domain.commands import CommandState
from counterfoil.entrypoints.worker.wiring import CommandLoop, OpenWorker
from counterfoil.ports.outbox import TransactionRecord, TransactionState
from counterfoil.settings import Settings
from counterfoil.usecases.outbox.fault_points import no_fault
from counterfoil.usecases.outbox.relaying import Relay
from ledger_support import HALDEN, LAHN
from outbox_support import (
    Member,
    accept,
    command,
    euros,
)

SEND = "eth_sendRawTransaction"
RECEIPT = "eth_getTransactionReceipt"
COUNT = "eth_getTransactionCount"


class Crash(BaseException):
    """The process is gone: nothing after this point happens."""


class NodeChain:
    """An embedded chain that is reached through a node that may misbehave."""

    def __init__(self, chain: EmbeddedChain, node: FakeNode) -> None:
        self._chain = chain
        self.web3 = node.web3
        self.now_s = chain.now_s

    def close(self) -> None:
        self._chain.close()


@dataclass
class Scene:
    """A worker before a node, with a clock that only the test moves."""

    worker: OpenWorker
    node: FakeNode
    members: dict[str, Member]
    settings: Settings
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    at: Callable[[str], None] = no_fault

    def __post_init__(self) -> None:
        self.store = self.worker.ledger.store
        self.restart()

    def restart(self, **changed: Any) -> None:
        """A new worker on the same store and chain, which knows nothing of the one before."""
        desk = replace(self.worker.desk, now=lambda: self.now, at=self._met, **changed)
        self.desk = desk
        self.loop = CommandLoop(desk, Relay(desk), self.worker.commands.read_model)

    def _met(self, point: str) -> None:
        self.at(point)

    def turns(self, count: int = 12, *, apart: timedelta = timedelta()) -> None:
        for _ in range(count):
            self.loop.turn()
            self.now += apart

    def crash_at(self, point: str) -> None:
        """Work until the point is met, and start again."""

        def at(met: str) -> None:
            if met == point:
                raise Crash(point)

        self.at = at
        with pytest.raises(Crash):
            self.turns(30)
        self.at = no_fault
        self.restart()

    def pay(self, minor: int, *, payer: str = HALDEN.name, made_of: bytes | None = None) -> str:
        to = self.members[LAHN.name].party_id
        body = {"to_party_id": to, "amount": euros(minor), "reference": f"payment {minor}"}
        return accept(self.store, self.members[payer], "transfer_cash", body, made_of=made_of)

    def paid(self) -> list[int]:
        """Every payment on the chain, in order."""
        self.node.heal()
        records = self.worker.ledger.gateway.events()
        return [each.args["amount_minor"] for each in records if each.event == "CashMoved"]

    def sent(self) -> list[str]:
        """The bytes that the node was given, in order."""
        return [params[0] for method, params in self.node.asked if method == SEND]

    def transactions(self) -> tuple[TransactionRecord, ...]:
        with self.store.read() as work:
            return work.outbox.transactions(tuple(TransactionState))

    def state(self, command_id: str) -> CommandState:
        return command(self.store, command_id).state

    def waits_for(self, command_id: str) -> str:
        return command(self.store, command_id).waiting_for
