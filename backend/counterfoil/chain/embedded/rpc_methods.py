"""The embedded chain's JSON-RPC methods.

Each takes the request's parameters and returns its result in JSON-RPC form. There are no node-side filters:
they live in memory, and a client that relies on them loses events when the process ends.
"""

from __future__ import annotations

import platform
from collections.abc import Callable, Sequence
from importlib.metadata import version
from typing import Any

from eth.abc import BlockHeaderAPI, ComputationAPI, StateAPI, VirtualMachineAPI
from eth.exceptions import Revert
from eth_abi import decode
from eth_abi.exceptions import DecodingError
from eth_typing import Address
from eth_utils import keccak

from counterfoil.chain.embedded.ledger import EmbeddedLedger, Message
from counterfoil.chain.embedded.log_filter import LogFilter
from counterfoil.chain.embedded.refusals import (
    BadParameterError,
    ExecutionFailedError,
    ExecutionRevertedError,
    HeaderMissingError,
)
from counterfoil.chain.embedded.rpc_forms import (
    as_bytes,
    as_int,
    block_form,
    bytes_form,
    receipt_forms,
    transaction_form,
)

_ERROR_STRING_SELECTOR = bytes.fromhex("08c379a0")
_RECENT_BLOCKS = 64
_HEAD_TAGS = ("latest", "safe", "finalized")


class RpcMethods:
    """The table of methods over one ledger."""

    def __init__(self, ledger: EmbeddedLedger) -> None:
        self._ledger = ledger
        self._recent_receipts: dict[bytes, list[dict[str, Any]]] = {}
        self.table: dict[str, Callable[..., Any]] = {
            "web3_clientVersion": self.client_version,
            "web3_sha3": lambda data: bytes_form(keccak(as_bytes(data))),
            "net_version": lambda: str(ledger.identity.chain_id),
            "net_listening": lambda: True,
            "eth_chainId": lambda: hex(ledger.identity.chain_id),
            "eth_syncing": lambda: False,
            "eth_accounts": list,
            "eth_gasPrice": lambda: "0x0",
            "eth_maxPriorityFeePerGas": lambda: "0x0",
            "eth_feeHistory": self.fee_history,
            "eth_blockNumber": lambda: hex(ledger.head().block_number),
            "eth_getBalance": self.get_balance,
            "eth_getTransactionCount": self.get_transaction_count,
            "eth_getCode": self.get_code,
            "eth_getStorageAt": self.get_storage_at,
            "eth_call": self.call,
            "eth_estimateGas": self.estimate_gas,
            "eth_getBlockByNumber": self.get_block_by_number,
            "eth_getBlockByHash": self.get_block_by_hash,
            "eth_getBlockTransactionCountByNumber": self.count_by_number,
            "eth_getBlockTransactionCountByHash": self.count_by_hash,
            "eth_getTransactionByHash": self.get_transaction_by_hash,
            "eth_getTransactionReceipt": self.get_transaction_receipt,
            "eth_getBlockReceipts": self.get_block_receipts,
            "eth_getLogs": self.get_logs,
        }

    # -- blocks named by a request --

    def _header(self, block: Any) -> BlockHeaderAPI:
        """The header of a mined block named by tag, number, hash or EIP-1898 object."""
        if isinstance(block, dict):
            block = block.get("blockHash", block.get("blockNumber"))
        if block in _HEAD_TAGS or block is None:
            return self._ledger.head()
        if block == "earliest":
            block = 0
        is_hash = isinstance(block, (bytes, bytearray)) or (isinstance(block, str) and len(block) == 66)
        found = (
            self._ledger.header_by_hash(as_bytes(block, 32))
            if is_hash
            else self._ledger.header(as_int(block))
        )
        if found is None:
            raise HeaderMissingError(f"header not found: {block!r}")
        return found

    def _machine(self, block: Any) -> VirtualMachineAPI:
        if block == "pending":
            return self._ledger.pending_machine()
        return self._ledger.build_vm(self._header(block))

    def _state(self, block: Any) -> StateAPI:
        return self._machine(block).state

    # -- state --

    def client_version(self) -> str:
        """Name and versions of this node."""
        return f"counterfoil-embedded/py-evm-{version('py-evm')}/python-{platform.python_version()}"

    def fee_history(
        self, count: Any, newest: Any = "latest", percentiles: Sequence[float] | None = None
    ) -> Any:
        """Zero fees for each of the blocks asked for."""
        last = self._ledger.head() if newest == "pending" else self._header(newest)
        first = max(0, last.block_number - min(as_int(count), 1024) + 1)
        headers = [self._header(number) for number in range(first, last.block_number + 1)]
        history: dict[str, Any] = {
            "oldestBlock": hex(first),
            "baseFeePerGas": ["0x0"] * (len(headers) + 1),
            "gasUsedRatio": [header.gas_used / header.gas_limit for header in headers],
        }
        if percentiles:
            history["reward"] = [["0x0"] * len(percentiles) for _ in headers]
        return history

    def get_balance(self, address: Any, block: Any = "latest") -> str:
        """Wei of an account, which nobody needs here."""
        return hex(self._state(block).get_balance(Address(as_bytes(address, 20))))

    def get_transaction_count(self, address: Any, block: Any = "latest") -> str:
        """The next nonce of an account."""
        return hex(self._state(block).get_nonce(Address(as_bytes(address, 20))))

    def get_code(self, address: Any, block: Any = "latest") -> str:
        """The bytecode at an address."""
        return bytes_form(self._state(block).get_code(Address(as_bytes(address, 20))))

    def get_storage_at(self, address: Any, slot: Any, block: Any = "latest") -> str:
        """One 32-byte storage slot."""
        found = self._state(block).get_storage(Address(as_bytes(address, 20)), as_int(slot))
        return f"0x{found:064x}"

    # -- execution --

    def _message(self, request: dict[str, Any]) -> Message:
        to = request.get("to")
        gas = request.get("gas")
        limit = self._ledger.identity.block_gas_limit
        return Message(
            sender=Address(as_bytes(request.get("from") or bytes(20), 20)),
            to=Address(as_bytes(to, 20)) if to else None,
            input_bytes=as_bytes(request.get("input") or request.get("data") or b""),
            value=as_int(request.get("value") or 0),
            gas=None if gas is None else min(as_int(gas), limit),
        )

    def call(self, request: dict[str, Any], block: Any = "latest") -> str:
        """The output of a call without effect; raises ExecutionFailedError with the revert's bytes."""
        computation = self._ledger.execute(self._machine(block), self._message(request))
        _raise_on_failure(computation)
        return bytes_form(computation.output)

    def estimate_gas(self, request: dict[str, Any], block: Any = "pending") -> str:
        """A gas limit with which the call succeeds; raises ExecutionFailedError where none does."""
        computation, gas = self._ledger.estimate(self._machine(block), self._message(request))
        _raise_on_failure(computation)
        return hex(gas)

    # -- blocks, transactions, logs --

    def get_block_by_number(self, block: Any, whole_transactions: bool = False) -> dict[str, Any] | None:
        """A block by number or tag; null where there is none, and for a pending block while none is open."""
        if block == "pending":
            return self._pending_block()
        return self._block_or_none(block, whole_transactions)

    def _pending_block(self) -> dict[str, Any]:
        header = self._ledger.next_header()
        form = block_form(self._ledger.build_vm(header).get_block(), whole_transactions=False)
        return {**form, "hash": None, "nonce": None, "logsBloom": None, "miner": None}

    def get_block_by_hash(self, block_hash: Any, whole_transactions: bool = False) -> dict[str, Any] | None:
        """A block by hash, or null."""
        return self._block_or_none(as_bytes(block_hash, 32), whole_transactions)

    def _block_or_none(self, block: Any, whole_transactions: bool) -> dict[str, Any] | None:
        try:
            header = self._header(block)
        except HeaderMissingError:
            return None
        return block_form(self._ledger.block(header), whole_transactions=whole_transactions)

    def count_by_number(self, block: Any) -> str | None:
        """How many transactions a block holds, or null."""
        found = self.get_block_by_number(block)
        return None if found is None else hex(len(found["transactions"]))

    def count_by_hash(self, block_hash: Any) -> str | None:
        """How many transactions a block holds, or null."""
        found = self.get_block_by_hash(block_hash)
        return None if found is None else hex(len(found["transactions"]))

    def get_transaction_by_hash(self, transaction_hash: Any) -> dict[str, Any] | None:
        """A transaction in a block, or null."""
        place = self._ledger.locate(as_bytes(transaction_hash, 32))
        if place is None:
            return None
        header, index = place
        return transaction_form(header, self._ledger.block(header).transactions[index], index)

    def get_transaction_receipt(self, transaction_hash: Any) -> dict[str, Any] | None:
        """The receipt of a transaction in a block, or null."""
        place = self._ledger.locate(as_bytes(transaction_hash, 32))
        if place is None:
            return None
        header, index = place
        return _copied(self._receipts(header)[index])

    def get_block_receipts(self, block: Any) -> list[dict[str, Any]] | None:
        """All receipts of a block, or null."""
        try:
            return [_copied(receipt) for receipt in self._receipts(self._header(block))]
        except HeaderMissingError:
            return None

    def _receipts(self, header: BlockHeaderAPI) -> list[dict[str, Any]]:
        found = self._recent_receipts.get(header.hash)
        if found is None:
            found = receipt_forms(*self._ledger.block_and_receipts(header))
            if len(self._recent_receipts) >= _RECENT_BLOCKS:
                self._recent_receipts.clear()
            self._recent_receipts[header.hash] = found
        return found

    def get_logs(self, criteria: dict[str, Any]) -> list[dict[str, Any]]:
        """The logs of one block by hash, or of a range of blocks, in order."""
        wanted = LogFilter.read(criteria)
        if criteria.get("blockHash") is not None:
            if "fromBlock" in criteria or "toBlock" in criteria:
                raise BadParameterError("blockHash excludes fromBlock and toBlock")
            headers: Any = [self._header(as_bytes(criteria["blockHash"], 32))]
        else:
            head = self._ledger.head().block_number
            first = self._height(criteria.get("fromBlock"), head)
            last = min(head, self._height(criteria.get("toBlock"), head))
            headers = (self._header(number) for number in range(first, last + 1))
        return [
            dict(log)
            for header in headers
            if header.bloom and wanted.may_match(header.bloom)
            for receipt in self._receipts(header)
            for log in receipt["logs"]
            if wanted.matches(log)
        ]

    def _height(self, block: Any, head: int) -> int:
        if block is None or block == "pending" or block in _HEAD_TAGS:
            return head
        return 0 if block == "earliest" else as_int(block)


def _copied(receipt: dict[str, Any]) -> dict[str, Any]:
    """A receipt that the asker may change without changing what the next one is told."""
    return {**receipt, "logs": [dict(log) for log in receipt["logs"]]}


def _raise_on_failure(computation: ComputationAPI) -> None:
    """Turn a failed computation into the answer that public nodes give."""
    if computation.is_success:
        return
    failure = computation.error
    if not isinstance(failure, Revert):
        name, text = type(failure).__name__, str(failure)
        raise ExecutionFailedError(f"{name}: {text}" if text else name)
    output = bytes(computation.output)
    message = "execution reverted"
    if output[:4] == _ERROR_STRING_SELECTOR:
        try:
            message += ": " + decode(["string"], output[4:])[0]
        except (DecodingError, UnicodeDecodeError):
            message += ": (unreadable text)"
    raise ExecutionRevertedError(message, output)
