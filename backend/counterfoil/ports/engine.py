"""What a use case needs from outside, as Protocols, and how the outside fails.

The chain part is engine-neutral: the embedded chain and a network of validators answer the same way. Records
that cross the border (receipts, events) are declared here, so that a use case imports no chain code.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Protocol, assert_never

from counterfoil.domain.errors import CounterfoilError, DomainError


class ChainErrorKind(Enum):
    """How the chain failed, as far as the caller must tell the cases apart.

    REVERTED: the transaction is in a block, failed there, and gave no reason that we know.
    REJECTED: the chain did not take the transaction (signature, nonce, gas, chain id); it had no effect.
    UNAVAILABLE: no answer, or an answer that cannot be trusted; the effect of a send is not known.
    """

    REVERTED = "reverted"
    REJECTED = "rejected"
    UNAVAILABLE = "unavailable"


class ChainError(CounterfoilError):
    """The chain could not do what was asked, for a reason outside the business rules."""

    def __init__(self, kind: ChainErrorKind, code: str, /, **facts: object) -> None:
        self.kind = kind
        super().__init__(code, **facts)


def is_retryable(error: ChainError) -> bool:
    """Whether sending the *same signed bytes* again may succeed.

    Only where the chain was out of reach: the same bytes carry the same nonce, so that a second copy of an
    accepted transaction has no second effect. A rejected transaction needs new bytes, a reverted one another
    state.
    """
    match error.kind:
        case ChainErrorKind.UNAVAILABLE:
            return True
        case ChainErrorKind.REJECTED | ChainErrorKind.REVERTED:
            return False
        case _:
            assert_never(error.kind)


class ContractRefusedError(DomainError):
    """A contract refused the command with one of its custom errors; `code` is the Solidity name of the error.

    `facts` hold the error's values under snake_case names; integers, text, booleans, and addresses or bytes
    as 0x text. tx_hash and gas_used are set only where the refusal cost a place in a block, otherwise None.
    """

    tx_hash: str | None = None
    gas_used: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRecord:
    """One decoded log of a known contract.

    args: values under snake_case names: int, bool, str; addresses are checksummed 0x text; bytesN and bytes
    are bytes; arrays are tuples; structs are read-only mappings. An indexed value of dynamic type is its
    32-byte hash. block_time_s: seconds since the epoch, the block's own timestamp. log_index counts within
    the block. acting_key: checksummed address of the key that acted: it signed the instruction where one was
    relayed, otherwise the transaction; None where a store of an earlier version did not keep it.
    """

    block_number: int
    block_hash: str
    block_time_s: int
    tx_hash: str
    tx_index: int
    log_index: int
    contract: str
    address: str
    event: str
    args: Mapping[str, Any]
    acting_key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockHead:
    """A block's place in the chain. time_s: seconds since the epoch, the block's own timestamp."""

    number: int
    block_hash: str
    parent_hash: str
    time_s: int


@dataclass(frozen=True, slots=True)
class BlockEvents:
    """A block with the events of the known contracts in it, complete and in order."""

    block: BlockHead
    events: tuple[EventRecord, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What became of a transaction that took effect: always a successful one, a failed one is raised as an
    error.
    """

    tx_hash: str
    block_number: int
    block_hash: str
    block_time_s: int
    tx_index: int
    gas_used: int
    sender: str
    contract_address: str | None
    events: tuple[EventRecord, ...]

    def only(self, event: str) -> EventRecord:
        """The one event of that name; KeyError if there is none or more than one."""
        found = [record for record in self.events if record.event == event]
        if len(found) != 1:
            raise KeyError(f"{event}: expected once, found {len(found)} times in {self.tx_hash}")
        return found[0]


class SignedBytes(Protocol):
    """A transaction signed and encoded, ready to be sent."""

    @property
    def raw_transaction(self) -> bytes: ...


class SignedMessage(Protocol):
    """A signature over a message: r, s and v, 65 bytes."""

    @property
    def signature(self) -> bytes: ...


class Signer(Protocol):
    """The holder of one key. An `eth_account` LocalAccount is one; so may be a hardware module.

    sign_typed_data takes a whole EIP-712 message: types, primaryType, domain and message.
    """

    @property
    def address(self) -> str: ...

    def sign_transaction(self, transaction_dict: dict[str, Any], /) -> SignedBytes: ...

    def sign_typed_data(self, *, full_message: dict[str, Any]) -> SignedMessage: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractCall:
    """One call to make in a batch.

    function: a name, or a full signature where the name is overloaded. gas: its limit; None takes the
    gateway's default for batches, because a call that builds on an earlier one of the batch cannot be
    estimated beforehand.
    """

    contract: str
    function: str
    args: Sequence[Any] = ()
    gas: int | None = None


class ChainPort(Protocol):
    """The ledger's contracts, as a use case sees them."""

    def send(
        self, contract: str, function: str, args: Sequence[Any], signer: Signer, *, gas: int | None = None
    ) -> Receipt: ...

    def send_batch(
        self, calls: Sequence[ContractCall], signer: Signer
    ) -> tuple[Receipt | CounterfoilError, ...]: ...

    def call(
        self,
        contract: str,
        function: str,
        args: Sequence[Any] = (),
        *,
        sender: str | None = None,
        block: int | str = "latest",
    ) -> Any: ...

    def events(self, *, from_block: int = 0, to_block: int | None = None) -> Iterator[EventRecord]: ...

    def address_of(self, contract: str) -> str: ...

    def head(self) -> tuple[int, int]: ...
