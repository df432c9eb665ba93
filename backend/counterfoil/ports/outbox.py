"""Sending what keys signed, as the worker sees it: lanes and transactions in the store, the node behind.

The signed bytes of a transaction are kept before they are sent. Whatever happens afterwards, the same bytes
are sent again; only where they can never be taken is their place given to others.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, StrEnum
from typing import Any, Protocol

from counterfoil.domain.errors import CounterfoilError
from counterfoil.ports.commands import StepRecord
from counterfoil.ports.engine import EventRecord, Signer


class StepCaptured(Exception):  # noqa: N818 - not a failure: how a use case is stopped where it would send
    """What a use case wants to send, instead of having sent it."""

    def __init__(self, *, contract: str, function: str, args: Sequence[Any], key: str) -> None:
        self.contract = contract
        self.function = function
        self.arguments = tuple(args)
        self.key = key
        super().__init__(f"{contract}.{function}")


class TransactionState(StrEnum):
    """SIGNED: kept, perhaps not sent. SENT: a node has taken it. MINED: in a block. FINAL: for good in a
    block. REPLACED: its place went to another, its instructions back to their commands.
    """

    SIGNED = "signed"
    SENT = "sent"
    MINED = "mined"
    FINAL = "final"
    REPLACED = "replaced"


NETWORK_TROUBLE = "network: "
"""What a trouble of the worker begins with that is the network's as a whole."""
OPEN_TRANSACTIONS = (TransactionState.SIGNED, TransactionState.SENT, TransactionState.MINED)


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionRecord:
    """A signed transaction of a lane. succeeded: what its receipt says, None before there is one."""

    tx_id: int
    lane: str
    nonce: int
    raw: bytes
    tx_hash: str
    state: TransactionState
    waiting_for: str
    signed_at: datetime
    first_sent_at: datetime | None = None
    last_sent_at: datetime | None = None
    sent_count: int = 0
    block_number: int | None = None
    block_hash: str | None = None
    gas_used: int | None = None
    succeeded: bool | None = None
    replaced_by: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointBeat:
    """One endpoint of the network as the worker sees it. height: None where it never said; quarantines: how
    often it was found lying.
    """

    name: str
    state: str
    reason: str
    height: int | None
    quarantines: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerBeat:
    """That the worker lives, and how far it is. troubles: one sentence each; none means that all is well.
    endpoints: of the network, none on the embedded chain.
    """

    beat_at: datetime
    started_at: datetime
    head_block: int
    indexed_block: int
    troubles: tuple[str, ...] = ()
    endpoints: tuple[EndpointBeat, ...] = ()


class Outbox(Protocol):
    """Lanes, their transactions, and the worker's sign of life."""

    def next_nonce(self, lane: str) -> int | None:
        """None: the lane is new."""
        ...

    def open_lane(self, lane: str, *, at_least: int) -> int:
        """The lane's next nonce, which is at least what the chain expects."""
        ...

    def add_transaction(
        self, *, lane: str, nonce: int, raw: bytes, tx_hash: str, now: datetime, replaces: int | None = None
    ) -> TransactionRecord | None:
        """Keep signed bytes, or None where the nonce is not the lane's next one any more.

        replaces: the transaction whose nonce these bytes take over; then the lane's next nonce stays.
        """
        ...

    def transactions(
        self, states: Collection[TransactionState], *, lane: str | None = None, limit: int | None = None
    ) -> tuple[TransactionRecord, ...]:
        """By lane and nonce, lowest first."""
        ...

    def transaction(self, tx_id: int) -> TransactionRecord | None: ...
    def change_transaction(self, transaction: TransactionRecord, **columns: Any) -> TransactionRecord | None:
        """The transaction after the change, or None where it is no longer in the state of `transaction`."""
        ...

    def instruction_places(self, *, key: str, nonce: int) -> tuple[str, ...]:
        """Hashes of transactions in which the indexed chain says this instruction was dealt with."""
        ...

    def is_revoked(self, *, key: str, nonce: int) -> bool:
        """Whether the indexed chain says that the key gave the nonce up unused."""
        ...

    def beat(self, beat: WorkerBeat) -> None: ...
    def last_beat(self) -> WorkerBeat | None: ...


class BroadcastAnswer(Enum):
    """What a node said to signed bytes.

    TAKEN: it has them, now or already. NONCE_SPENT: the nonce is used, by these bytes or by others.
    NONCE_GAP: an earlier nonce is missing. UNDERPRICED: it wants to be paid more. TOO_MUCH_GAS: no block has
    room for it, ever. FULL: it has no room now. UNREACHABLE: no answer; it may have them. UNKNOWN: words
    that we do not know.
    """

    TAKEN = "taken"
    NONCE_SPENT = "nonce spent"
    NONCE_GAP = "nonce gap"
    UNDERPRICED = "underpriced"
    TOO_MUCH_GAS = "too much gas"
    FULL = "full"
    UNREACHABLE = "unreachable"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Broadcast:
    """The answer, and the node's own words."""

    answer: BroadcastAnswer
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepOutcome:
    """What a transaction made of one instruction.

    executed: it took effect. spent: it never can any more. error: why not, where it did not.
    """

    key: str
    nonce: int
    executed: bool
    spent: bool
    records: tuple[EventRecord, ...]
    refusal: bytes | None
    error: CounterfoilError | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MinedTransaction:
    """A transaction's receipt. outcomes: of its instructions in their order; none where it failed whole."""

    tx_hash: str
    block_number: int
    block_hash: str
    gas_used: int
    succeeded: bool
    outcomes: tuple[StepOutcome, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TriedStep:
    """An instruction tried without effect. gas_limit: what it needs with room to spare, 0 where refused.

    error: why the contract would refuse it now; refusal: its revert bytes, where it gave any.
    """

    step: StepRecord
    gas_limit: int
    error: CounterfoilError | None = None
    refusal: bytes | None = None
    spent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedTransaction:
    """Bytes that a lane signed, and the hash by which the chain will know them."""

    raw: bytes
    tx_hash: str


class InstructionsPort(Protocol):
    """Instructions: made of captured calls, signed, checked, read."""

    def step_of(self, captured: StepCaptured, *, command_id: str, step: int, deadline_s: int) -> StepRecord:
        """The unsigned instruction. Raises DomainError NotAnInstruction for a call that none can ask for."""
        ...

    def sign(self, step: StepRecord, signer: Signer) -> bytes: ...
    def signer_of(self, step: StepRecord, signature: bytes) -> str:
        """The key that signed exactly this; raises DomainError SignatureUnusable."""
        ...

    def normalised(self, signature: bytes) -> bytes:
        """The one form that is kept; raises DomainError SignatureUnusable."""
        ...

    def digest(self, step: StepRecord) -> bytes: ...
    def typed_data(self, step: StepRecord) -> Mapping[str, Any]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class NewestBlock:
    """number: its height. most_gas: what one transaction may ask for."""

    number: int
    most_gas: int


class RelayPort(Protocol):
    """The node, as far as relaying needs it. Raises ChainError(Unavailable) where it does not answer."""

    def newest(self) -> NewestBlock:
        """The block on which the next instructions are tried out."""
        ...

    def try_out(
        self, steps: Sequence[StepRecord], *, relayer: str, at: NewestBlock
    ) -> tuple[TriedStep, ...]: ...
    def gas_of_batch(self, steps: Sequence[StepRecord]) -> int:
        """Gas limit of one transaction with these instructions."""
        ...

    def sign_batch(self, steps: Sequence[StepRecord], *, lane: Signer, nonce: int) -> SignedTransaction: ...
    def broadcast(self, transactions: Sequence[SignedTransaction]) -> tuple[Broadcast, ...]:
        """Send bytes in one request, in this order, for the first time or again; what was said to each."""
        ...

    def mined(self, tx_hashes: Sequence[str]) -> tuple[MinedTransaction | None, ...]:
        """What became of each, asked for in one request; None while there is no receipt."""
        ...

    def is_known(self, tx_hash: str) -> bool:
        """Whether the node has the transaction, in a block or waiting for one."""
        ...

    def next_nonce(self, lane: str, *, pending: bool) -> int: ...
    def head(self) -> tuple[int, int]:
        """Number and time (epoch seconds) of the newest block."""
        ...
