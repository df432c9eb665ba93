"""What the steps of the outbox work with, and what an operation is to them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from counterfoil.domain.money import Money
from counterfoil.ports.commands import CommandRecord
from counterfoil.ports.engine import EventRecord, Signer
from counterfoil.ports.outbox import InstructionsPort, RelayPort
from counterfoil.ports.service_store import ServiceStorePort
from counterfoil.ports.store import DocumentRecord
from counterfoil.usecases.outbox.fault_points import At, no_fault


class OpenOperation(Protocol):
    """The operation that a command asks for, with its body, ready to be carried out."""

    @property
    def on_chain(self) -> bool:
        """False: `run` has its effect and returns the result, a JSON object; nothing reaches the ledger."""
        ...

    def amount(self) -> Money | None: ...
    def sentence(self) -> str: ...
    def fields(self) -> Mapping[str, object]: ...
    def run(self) -> object:
        """Raises StepCaptured where something is to be sent, DomainError where a rule says no."""
        ...

    def goes_on(self, events: Sequence[EventRecord]) -> bool:
        """Whether `run` is to be called again, after a step took effect with these events."""
        ...

    def signer(self, key: str) -> Signer | None:
        """Who signs with the key: None for a key that the actor keeps itself.

        Raises DomainError ForeignKeyAsked for a key that is not the actor's.
        """
        ...


class OpensOperations(Protocol):
    """Finds the operation of a command."""

    def __call__(self, command: CommandRecord) -> OpenOperation:
        """Raises CounterfoilError for an operation or a body that is not known."""
        ...


class CountsApprovals(Protocol):
    """How many others of the organisation must approve a command."""

    def __call__(self, command: CommandRecord, amount: Money | None) -> int:
        """Raises DomainError LimitTooLow where its maker may not give it at all."""
        ...


class AsksOrganisations(Protocol):
    """Whether something of an organisation may be begun."""

    def __call__(self, org_id: str) -> bool: ...


class ReadModelPort(Protocol):
    """The read model, as far as settling needs it."""

    @property
    def block_number(self) -> int: ...
    def sync(self) -> None: ...


class RemembersRound(Protocol):
    """The store of the use cases, as far as preparing several commands together needs it.

    Within a round the same thing is read once. What use cases want written down is handed over instead, to be
    kept in the transaction that keeps their step.
    """

    def begin_round(self) -> None: ...
    def begin_command(self) -> None: ...
    def take_wordings(self) -> tuple[DocumentRecord, ...]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SendingDesk:
    """Everything that the outbox touches.

    now: the wall clock; chain_now_s: the chain's, in seconds. lanes: keys that send, each with nonces of its
    own. confirmations: blocks on top of a transaction's before it counts as final, 0 where blocks are final
    at once. most_in_batch: instructions in one transaction. in_flight: transactions of a lane that wait for a
    block. patience: how long a node may take to show the receipt of a transaction whose nonce is used.
    resend_after: when a transaction that is in no block is sent again for the first time, doubled each time.
    """

    store: ServiceStorePort
    instructions: InstructionsPort
    relay: RelayPort
    read_model: ReadModelPort
    round: RemembersRound
    open_operation: OpensOperations
    approvals_of: CountsApprovals
    is_active: AsksOrganisations
    lanes: Sequence[Signer]
    now: Callable[[], datetime]
    chain_now_s: Callable[[], int]
    at: At = no_fault
    confirmations: int = 0
    in_flight: int = 1
    most_in_batch: int = 64
    most_prepared: int = 64
    patience: timedelta = timedelta(seconds=5)
    resend_after: timedelta = timedelta(milliseconds=250)
    most_gas: int = 60_000_000
