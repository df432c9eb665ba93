"""The chain itself: opening it, taking transactions, making blocks, executing calls.

Speaks py-evm's types; the JSON-RPC form is made in `rpc_methods`. Nothing that outlives a call is kept in
memory only: head, blocks, receipts, state and the clock's offset are all read from the store.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import cast

from eth.abc import (
    BlockAPI,
    BlockHeaderAPI,
    ComputationAPI,
    SignedTransactionAPI,
    StateAPI,
    VirtualMachineAPI,
)
from eth.exceptions import HeaderNotFound, TransactionNotFound
from eth.vm.interrupt import EVMMissingData
from eth.vm.spoof import SpoofTransaction
from eth_typing import Address, BlockNumber, Hash32
from eth_utils import ValidationError
from rlp.exceptions import RLPException
from trie.exceptions import MissingTrieNode

from counterfoil.chain import errors
from counterfoil.chain.embedded.draft import BlockDraft, decode_transaction
from counterfoil.chain.embedded.kv import STORE_NAME, SqliteKeyValue, sync_directory
from counterfoil.chain.embedded.refusals import TransactionRefusedError
from counterfoil.chain.embedded.stored_receipts import StoredReceipt, StoredReceiptDecoder
from counterfoil.chain.embedded.vm import FORK, EmbeddedVM, chain_class
from counterfoil.chain.errors import EmbeddedChainError

IDENTITY_NAME = "chain.json"
DEFAULT_CHAIN_ID = 20_250_615
DEFAULT_BLOCK_GAS_LIMIT = 100_000_000
# What py-evm and its codecs raise when a part of the chain is missing or is not what it should be.
_UNREADABLE = (
    KeyError,
    ValueError,
    TypeError,
    RLPException,
    ValidationError,
    HeaderNotFound,
    EVMMissingData,
    MissingTrieNode,
)
_RECENT_BLOCKS = 256
_IDENTITY_KEY = b"counterfoil:identity"
_CLOCK_OFFSET_KEY = b"counterfoil:clock_offset_s"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainIdentity:
    """What makes a chain this chain; fixed when it is created. genesis_time_s: seconds since the epoch."""

    chain_id: int
    block_gas_limit: int
    fork: str
    genesis_time_s: int
    genesis_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A call to execute without a signature. to: None creates a contract. gas: None means a whole block's
    gas.
    """

    sender: Address
    to: Address | None
    input_bytes: bytes
    value: int = 0
    gas: int | None = None


class EmbeddedLedger:
    """One chain in one directory. Not safe for several threads at once: the provider serialises access."""

    def __init__(
        self,
        directory: Path,
        *,
        chain_id: int | None,
        block_gas_limit: int | None,
        clock: Callable[[], float],
    ) -> None:
        """Open the chain, or create it where there is none. None for a parameter: the stored or default
        value.
        """
        self._clock = clock
        self._recent_blocks: dict[bytes, BlockAPI] = {}
        self.store = SqliteKeyValue(directory / STORE_NAME)
        try:
            self.identity = self._open_identity(directory, chain_id, block_gas_limit)
            self._chain = chain_class(self.identity.chain_id)(self.store)
            self._check_head()
        except EmbeddedChainError:
            self.store.close()
            raise
        except _UNREADABLE as damaged:
            self.store.close()
            raise self._corrupt(directory / STORE_NAME, f"its head cannot be read: {damaged!r}") from damaged
        self.draft: BlockDraft | None = None

    # -- opening --

    def _open_identity(self, directory: Path, chain_id: int | None, gas_limit: int | None) -> ChainIdentity:
        marker = directory / IDENTITY_NAME
        stored = self.store.get(_IDENTITY_KEY)
        if stored is None:
            if marker.exists():
                raise self._corrupt(
                    directory / STORE_NAME, f"it is empty, but {marker.name} says a chain was here"
                )
            identity = self._create(chain_id or DEFAULT_CHAIN_ID, gas_limit or DEFAULT_BLOCK_GAS_LIMIT)
        else:
            identity = ChainIdentity(**json.loads(stored))
        for field, wanted, actual in (
            ("chain id", chain_id, identity.chain_id),
            ("block gas limit", gas_limit, identity.block_gas_limit),
            ("fork", FORK, identity.fork),
        ):
            if wanted is not None and wanted != actual:
                raise EmbeddedChainError(errors.CHAIN_MISMATCH, field=field, actual=actual, expected=wanted)
        self._check_marker(marker, identity)
        return identity

    def _create(self, chain_id: int, gas_limit: int) -> ChainIdentity:
        started = int(self._clock())
        chain = chain_class(chain_id).from_genesis(
            self.store,
            {"timestamp": started, "gas_limit": gas_limit, "extra_data": b"counterfoil"},
            {},
        )
        genesis = chain.get_canonical_block_header_by_number(BlockNumber(0))
        identity = ChainIdentity(
            chain_id=chain_id,
            block_gas_limit=gas_limit,
            fork=FORK,
            genesis_time_s=started,
            genesis_hash="0x" + genesis.hash.hex(),
        )
        self.store[_IDENTITY_KEY] = json.dumps(asdict(identity)).encode()
        self.store.commit()
        return identity

    def _check_marker(self, marker: Path, identity: ChainIdentity) -> None:
        """A second, readable copy of the identity: a store that lost all must not look new."""
        text = json.dumps(asdict(identity), indent=2) + "\n"
        if not marker.exists():
            fresh = marker.with_suffix(".new")
            with fresh.open("w", encoding="utf-8") as target:
                target.write(text)
                target.flush()
                os.fsync(target.fileno())
            fresh.replace(marker)
            sync_directory(marker.parent)
        elif marker.read_text(encoding="utf-8") != text:
            raise self._corrupt(self.store.path, f"it is not the chain that {marker.name} describes")

    def _check_head(self) -> None:
        """Read the newest block, its receipts and its state root, which a damaged store would miss first."""
        head = self.head()
        genesis = self._chain.get_canonical_block_header_by_number(BlockNumber(0))
        if "0x" + genesis.hash.hex() != self.identity.genesis_hash:
            raise self._corrupt(self.store.path, "its first block is not its genesis block")
        block, receipts = self.block_and_receipts(head)
        if len(receipts) != len(block.transactions):
            raise self._corrupt(self.store.path, f"receipts of block {head.block_number} are missing")
        self.state(head).get_nonce(Address(bytes(20)))

    def verify(self) -> None:
        """Read the whole store, and follow the chain of blocks from genesis to head with their receipts."""
        self.store.check_all()
        parent = None
        for number in range(self.head().block_number + 1):
            try:
                header = self._chain.get_canonical_block_header_by_number(BlockNumber(number))
                block, receipts = self.block_and_receipts(header)
            except _UNREADABLE as damaged:
                raise self._corrupt(self.store.path, f"block {number}: {damaged!r}") from damaged
            if parent is not None and header.parent_hash != parent.hash:
                raise self._corrupt(self.store.path, f"block {number} does not continue block {number - 1}")
            if len(receipts) != len(block.transactions):
                raise self._corrupt(self.store.path, f"receipts of block {number} are missing")
            parent = header

    @staticmethod
    def _corrupt(path: Path, reason: str) -> EmbeddedChainError:
        return EmbeddedChainError(errors.CHAIN_STORE_CORRUPT, path=str(path), reason=reason)

    # -- clock --

    @property
    def clock_offset_s(self) -> int:
        """By how many seconds the chain's clock runs ahead of the wall clock; 0 unless time was advanced."""
        stored = self.store.get(_CLOCK_OFFSET_KEY)
        return 0 if stored is None else int.from_bytes(stored, "big")

    def next_block_time_s(self) -> int:
        """The time of a block made now: the wall clock plus the offset, but never before the newest block."""
        return max(int(self._clock()) + self.clock_offset_s, self.head().timestamp)

    def advance_clock(self, seconds: int) -> int:
        """Move the clock ahead and make an empty block there, so that calls at the head see the new time."""
        target = max(self.next_block_time_s(), self.head().timestamp) + seconds
        offset = max(0, target - int(self._clock()))
        self.store[_CLOCK_OFFSET_KEY] = offset.to_bytes(8, "big")
        self.seal(BlockDraft(self.build_vm(self.next_header(target))))
        return target

    # -- blocks --

    def head(self) -> BlockHeaderAPI:
        """The header of the newest block."""
        return self._chain.chaindb.get_canonical_head()

    def header(self, number: int) -> BlockHeaderAPI | None:
        """The header at that height, or None."""
        if number < 0 or number > self.head().block_number:
            return None
        return self._chain.chaindb.get_canonical_block_header_by_number(BlockNumber(number))

    def header_by_hash(self, block_hash: bytes) -> BlockHeaderAPI | None:
        """The header of that hash, or None."""
        try:
            return self._chain.chaindb.get_block_header_by_hash(Hash32(block_hash))
        except HeaderNotFound:
            return None

    def block(self, header: BlockHeaderAPI) -> BlockAPI:
        """The whole block of a header."""
        found = self._recent_blocks.get(header.hash)
        if found is None:
            found = self.build_vm(header).get_block()
            if len(self._recent_blocks) >= _RECENT_BLOCKS:
                self._recent_blocks.clear()  # a hash always names the same block: nothing here can go stale
            self._recent_blocks[header.hash] = found
        return found

    def block_and_receipts(self, header: BlockHeaderAPI) -> tuple[BlockAPI, tuple[StoredReceipt, ...]]:
        """The block of a header and its receipts, in the order of its transactions."""
        receipts = self._chain.chaindb.get_receipts(header, StoredReceiptDecoder)
        # py-evm passes on what its decoder made.
        return self.block(header), cast(tuple[StoredReceipt, ...], tuple(receipts))

    def locate(self, transaction_hash: bytes) -> tuple[BlockHeaderAPI, int] | None:
        """The block header and the index of a transaction, or None where no block has it."""
        try:
            number, index = self._chain.chaindb.get_transaction_index(Hash32(transaction_hash))
        except TransactionNotFound:
            return None
        return self._chain.chaindb.get_canonical_block_header_by_number(number), index

    def next_header(self, timestamp: int | None = None) -> BlockHeaderAPI:
        """An empty header on top of the newest block, at the given time or now."""
        when = self.next_block_time_s() if timestamp is None else timestamp
        return self._chain.create_header_from_parent(self.head(), timestamp=when)

    def build_vm(self, header: BlockHeaderAPI) -> VirtualMachineAPI:
        """py-evm's machine set to the state root and context of a header."""
        return self._chain.get_vm(header)

    def state(self, header: BlockHeaderAPI) -> StateAPI:
        """The state after the block of a header."""
        return self.build_vm(header).state

    # -- transactions --

    def submit(self, raw: bytes) -> bytes:
        """Take one signed transaction into the open draft, opening one if needed; returns its hash.

        Raises TransactionRefusedError where it has no place on this chain now. Durable only after
        `seal_draft`.
        """
        transaction = decode_transaction(raw, self.identity.chain_id)
        if self.locate(transaction.hash) is not None:
            raise TransactionRefusedError("already known")
        if self.draft is None:
            self.draft = BlockDraft(self.build_vm(self.next_header()))
        elif not self.draft.has_room_for(transaction) and transaction.gas <= self.identity.block_gas_limit:
            self.seal_draft()
            self.draft = BlockDraft(self.build_vm(self.next_header()))
        self.draft.add(transaction)
        return bytes(transaction.hash)

    def seal_draft(self) -> None:
        """Make the open draft a durable block; an empty or absent draft makes none."""
        draft, self.draft = self.draft, None
        if draft is not None and draft.transactions:
            self.seal(draft)

    def discard_draft(self) -> None:
        """Forget the open draft."""
        self.draft = None
        self.store.discard()

    def seal(self, draft: BlockDraft) -> None:
        """Write a draft as the new head block, durable when this returns; on any failure nothing of it
        remains.
        """
        try:
            block = draft.finish()
            EmbeddedVM.validate_header(block.header, self.head())
            self._chain.chaindb.persist_block(block)
            self.store.commit()
        finally:
            self.store.discard()

    # -- execution without effect --

    def pending_machine(self) -> VirtualMachineAPI:
        """The machine that the next transaction will meet: the open draft's, or an empty next block's."""
        return self.draft.vm if self.draft is not None else self.build_vm(self.next_header())

    def execute(self, vm: VirtualMachineAPI, message: Message) -> ComputationAPI:
        """Run a message on a machine and undo it; raises TransactionRefusedError before execution."""
        return self._execute(vm.state, message)[0]

    def _execute(self, state: StateAPI, message: Message) -> tuple[ComputationAPI, int]:
        unsigned = self._chain.create_unsigned_transaction(
            nonce=state.get_nonce(message.sender),
            gas_price=0,
            gas=self.identity.block_gas_limit if message.gas is None else message.gas,
            to=message.to or Address(b""),
            value=message.value,
            data=message.input_bytes,
        )
        # The spoofed transaction stands in for a signed one; py-evm's annotations do not say so.
        transaction = cast(SignedTransactionAPI, SpoofTransaction(unsigned, from_=message.sender))
        if transaction.gas < transaction.intrinsic_gas:
            raise TransactionRefusedError(
                f"intrinsic gas too low: have {transaction.gas}, want {transaction.intrinsic_gas}"
            )
        snapshot = state.snapshot()
        try:
            computation = state.apply_transaction(transaction)
        except ValidationError as refused:
            raise TransactionRefusedError(str(refused)) from refused
        finally:
            state.revert(snapshot)
        return computation, transaction.gas - computation.get_gas_remaining()

    def estimate(self, vm: VirtualMachineAPI, message: Message) -> tuple[ComputationAPI, int]:
        """The least gas limit found with which the message succeeds, and the run with unlimited gas.

        Where that run fails there is no such limit; the caller looks at the computation first.
        """
        computation, peak = self._execute(vm.state, message)
        if computation.is_error:
            return computation, peak
        if self._succeeds(vm, message, peak):
            return computation, peak
        # Each level of calls keeps back a 64th of its gas, so that a limit equal to what was used may be too
        # little.
        ceiling = message.gas or self.identity.block_gas_limit
        low, high = peak, min(ceiling, peak + peak // 32 + 5_000)
        while high < ceiling and not self._succeeds(vm, message, high):
            low, high = high, min(ceiling, high * 2)
        while high - low > high // 64:
            middle = (low + high) // 2
            if self._succeeds(vm, message, middle):
                high = middle
            else:
                low = middle
        return computation, high

    def _succeeds(self, vm: VirtualMachineAPI, message: Message, gas: int) -> bool:
        return bool(self.execute(vm, replace(message, gas=gas)).is_success)

    def close(self) -> None:
        """Close the store; an open draft is dropped, because nobody was told that it took effect."""
        self.draft = None
        self.store.close()
