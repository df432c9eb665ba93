"""Commands that users gave to the service, as it keeps them, as Protocols.

A change states what it expects: the row's version, or the state of a step. Where the row has moved on
meanwhile nothing is changed and the caller is told, so that of two who act on one command exactly one wins.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from counterfoil.domain.approvals import DecisionKind
from counterfoil.domain.commands import CommandState, StepState


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandRecord:
    """A command. actor: 'party:NUMBER', 'office:name', or empty. version: counts up with every change.

    body_json: canonical JSON; body_hash: its SHA-256 as hexadecimal text. not_before: the worker does not
    look at it again before then. approvals_needed: None until first prepared. summary, problem and result:
    JSON objects as text. Money in minor units.
    """

    command_id: str
    org_id: str
    actor: str
    operation: str
    body_json: str
    body_hash: str
    made_by: str
    created_at: datetime
    expires_at: datetime
    correlation_id: str
    waiting_for: str
    waiting_since: datetime
    state: CommandState = CommandState.RECEIVED
    not_before: datetime | None = None
    finished_at: datetime | None = None
    amount_minor: int | None = None
    currency: str | None = None
    approvals_needed: int | None = None
    approved: bool = False
    steps_done: int = 0
    summary_json: str | None = None
    problem_json: str | None = None
    result_json: str | None = None
    traceparent: str | None = None
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRecord:
    """One checker's decision about the body with that hash."""

    command_id: str
    user_id: str
    decision: DecisionKind
    body_hash: str
    comment: str
    decided_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRecord:
    """One contract call of a command, as an instruction.

    key: the address that signed, or that is to sign. nonce: 256 bits. deadline_s: seconds since 1970.
    refusal: the revert bytes. events_json: a JSON list. gas_used: its share of its transaction's gas.
    """

    command_id: str
    step: int
    contract: str
    function: str
    type_hash: bytes
    encoded_args: bytes
    key: str
    nonce: int
    deadline_s: int
    gas_limit: int
    state: StepState
    signature: bytes | None = None
    tx_id: int | None = None
    refusal: bytes | None = None
    events_json: str | None = None
    block_number: int | None = None
    tx_hash: str | None = None
    gas_used: int | None = None


class Commands(Protocol):
    """Commands, decisions about them, and their steps."""

    def add(self, command: CommandRecord) -> None: ...
    def add_all(self, commands: Sequence[CommandRecord]) -> None: ...
    def discard(self, command_ids: Iterable[str]) -> None:
        """Take back what this very unit of work added."""
        ...

    def by_id(self, command_id: str) -> CommandRecord | None: ...
    def for_update(self, command_id: str) -> CommandRecord | None:
        """As `by_id`, and nobody else changes it before this unit of work ends."""
        ...

    def by_ids(self, command_ids: Iterable[str]) -> tuple[CommandRecord, ...]: ...
    def of_org(
        self,
        org_id: str | None,
        *,
        states: Collection[CommandState] = (),
        operation: str | None = None,
        before: str | None = None,
        limit: int,
    ) -> tuple[CommandRecord, ...]:
        """Newest first. org_id None: of all. before: only older than this command."""
        ...

    def due(
        self, states: Collection[CommandState], *, now: datetime, limit: int
    ) -> tuple[CommandRecord, ...]:
        """Open commands in these states that are to be looked at, oldest first."""
        ...

    def overdue(self, *, now: datetime, limit: int) -> tuple[CommandRecord, ...]:
        """Open commands past their time that may still expire: none that is SENT."""
        ...

    def change(
        self,
        command: CommandRecord,
        *,
        now: datetime,
        state: CommandState | None = None,
        waiting_for: str | None = None,
        **columns: Any,
    ) -> CommandRecord | None:
        """The command after the change, or None where somebody was faster.

        state: None leaves it. A final state sets finished_at. columns: other fields of CommandRecord. Raises
        ValueError for a state that cannot follow.
        """
        ...

    def waiting_sentences(self, states: Collection[CommandState]) -> tuple[str, ...]:
        """What the commands in these states wait for, each sentence once."""
        ...

    def reword_waiting(self, states: Collection[CommandState], sentence: str, fresh: str) -> None:
        """Say otherwise what the commands in these states wait for that wait for just this.

        Nothing else of them changes, neither since when they wait nor their version: whoever has one in hand
        goes on with it, and what it writes counts.
        """
        ...

    def counts(self) -> Mapping[CommandState, int]:
        """How many open commands there are, by state."""
        ...

    def oldest_waiting(self) -> datetime | None:
        """Since when the longest-waiting open command has waited."""
        ...

    def add_decision(self, decision: DecisionRecord) -> None: ...
    def decisions_of(self, command_id: str) -> tuple[DecisionRecord, ...]: ...
    def decisions_about(self, command_ids: Iterable[str]) -> Mapping[str, tuple[DecisionRecord, ...]]:
        """All decisions about these commands, by command; commands without one are left out."""
        ...

    def add_step(self, step: StepRecord) -> None: ...
    def add_steps(self, steps: Sequence[StepRecord]) -> None: ...
    def step_of(self, command_id: str, step: int) -> StepRecord | None: ...
    def steps_of(self, command_ids: Iterable[str]) -> tuple[StepRecord, ...]: ...
    def steps_in_transaction(self, tx_id: int) -> tuple[StepRecord, ...]: ...
    def change_step(self, step: StepRecord, **columns: Any) -> StepRecord | None:
        """The step after the change, or None where it is no longer in the state and transaction of `step`."""
        ...

    def change_steps(self, changes: Sequence[tuple[StepRecord, Mapping[str, Any]]]) -> int:
        """As `change_step` for each; how many rows were changed."""
        ...
