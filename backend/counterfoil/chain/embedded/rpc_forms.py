"""JSON-RPC's forms of py-evm's blocks, transactions, receipts and logs, and the reading of parameters.

Quantities are 0x numbers without leading zeros, everything else is 0x bytes, as the Ethereum execution API
has it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import rlp
from eth._utils.address import generate_contract_address
from eth.abc import BlockAPI, BlockHeaderAPI, SignedTransactionAPI

from counterfoil.chain.addresses import checksummed
from counterfoil.chain.embedded.refusals import BadParameterError
from counterfoil.chain.embedded.stored_receipts import StoredReceipt

_LEGACY_TYPE = 0
_DYNAMIC_FEE_TYPE = 2


def as_bytes(value: Any, length: int | None = None) -> bytes:
    """A bytes parameter, 0x text or bytes; raises BadParameterError for anything else or another length."""
    if isinstance(value, (bytes, bytearray)):
        found = bytes(value)
    elif isinstance(value, str) and value[:2].lower() == "0x":
        try:
            found = bytes.fromhex(value[2:])
        except ValueError as malformed:
            raise BadParameterError(f"not hexadecimal: {value!r}") from malformed
    else:
        raise BadParameterError(f"expected 0x text, got {value!r}")
    if length is not None and len(found) != length:
        raise BadParameterError(f"expected {length} bytes, got {len(found)}")
    return found


def as_int(value: Any) -> int:
    """A quantity parameter, 0x text or a number; raises BadParameterError for anything else or a negative
    one.
    """
    if isinstance(value, str) and value[:2].lower() == "0x":
        try:
            return int(value, 16)
        except ValueError as malformed:
            raise BadParameterError(f"not a quantity: {value!r}") from malformed
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    raise BadParameterError(f"expected a quantity, got {value!r}")


def bytes_form(value: bytes | None) -> str:
    """0x text of bytes; None, which py-evm allows for some header fields, as empty bytes."""
    return "0x" + (value or b"").hex()


def address_form(value: bytes) -> str:
    """Checksummed 0x text of a 20-byte address."""
    return checksummed(bytes(value))


def bloom_form(value: int) -> str:
    """0x text of a 256-byte bloom filter."""
    return "0x" + value.to_bytes(256, "big").hex()


def block_form(block: BlockAPI, *, whole_transactions: bool) -> dict[str, Any]:
    """A block as eth_getBlockBy... answers it."""
    header = block.header
    form = header_form(header)
    form["size"] = hex(len(rlp.encode(block)))
    form["transactions"] = [
        transaction_form(header, transaction, index) if whole_transactions else bytes_form(transaction.hash)
        for index, transaction in enumerate(block.transactions)
    ]
    form["uncles"] = []
    form["withdrawals"] = []
    return form


def header_form(header: BlockHeaderAPI) -> dict[str, Any]:
    """The header's part of a block's form."""
    return {
        "number": hex(header.block_number),
        "hash": bytes_form(header.hash),
        "parentHash": bytes_form(header.parent_hash),
        "nonce": bytes_form(header.nonce),
        "mixHash": bytes_form(header.mix_hash),
        "sha3Uncles": bytes_form(header.uncles_hash),
        "logsBloom": bloom_form(header.bloom),
        "transactionsRoot": bytes_form(header.transaction_root),
        "stateRoot": bytes_form(header.state_root),
        "receiptsRoot": bytes_form(header.receipt_root),
        "miner": address_form(header.coinbase),
        "difficulty": hex(header.difficulty),
        "totalDifficulty": "0x0",
        "extraData": bytes_form(header.extra_data),
        "gasLimit": hex(header.gas_limit),
        "gasUsed": hex(header.gas_used),
        "timestamp": hex(header.timestamp),
        "baseFeePerGas": hex(header.base_fee_per_gas or 0),
        "withdrawalsRoot": bytes_form(header.withdrawals_root),
        "blobGasUsed": hex(header.blob_gas_used),
        "excessBlobGas": hex(header.excess_blob_gas),
        "parentBeaconBlockRoot": bytes_form(header.parent_beacon_block_root),
    }


def _transaction_type(transaction: SignedTransactionAPI) -> int:
    return getattr(transaction, "type_id", None) or _LEGACY_TYPE


def transaction_form(header: BlockHeaderAPI, transaction: SignedTransactionAPI, index: int) -> dict[str, Any]:
    """A transaction in a block as eth_getTransactionByHash answers it."""
    kind = _transaction_type(transaction)
    form: dict[str, Any] = {
        "blockHash": bytes_form(header.hash),
        "blockNumber": hex(header.block_number),
        "transactionIndex": hex(index),
        "type": hex(kind),
        "chainId": hex(transaction.chain_id or 0),
        "hash": bytes_form(transaction.hash),
        "from": address_form(transaction.sender),
        "to": address_form(transaction.to) if transaction.to else None,
        "nonce": hex(transaction.nonce),
        "gas": hex(transaction.gas),
        "gasPrice": hex(transaction.max_fee_per_gas),
        "value": hex(transaction.value),
        "input": bytes_form(transaction.data),
        "r": hex(transaction.r),
        "s": hex(transaction.s),
    }
    if kind == _LEGACY_TYPE:
        form["v"] = hex(transaction.v)  # type: ignore[attr-defined]  # every legacy transaction has it
        return form
    form["v"] = form["yParity"] = hex(transaction.y_parity)
    form["accessList"] = [
        {"address": address_form(address), "storageKeys": [f"0x{slot:064x}" for slot in slots]}
        for address, slots in transaction.access_list
    ]
    if kind == _DYNAMIC_FEE_TYPE:
        form["maxFeePerGas"] = hex(transaction.max_fee_per_gas)
        form["maxPriorityFeePerGas"] = hex(transaction.max_priority_fee_per_gas)
    return form


def receipt_forms(block: BlockAPI, receipts: Sequence[StoredReceipt]) -> list[dict[str, Any]]:
    """All receipts of a block in order; gas used is each transaction's own, the cumulative value stands
    beside it.
    """
    header = block.header
    block_hash, block_number = bytes_form(header.hash), hex(header.block_number)
    forms: list[dict[str, Any]] = []
    gas_before, logs_before = 0, 0
    for index, (transaction, receipt) in enumerate(zip(block.transactions, receipts, strict=True)):
        transaction_hash = bytes_form(transaction.hash)
        logs = [
            {
                "address": address_form(log.address),
                "topics": ["0x" + topic.hex() for topic in log.topics],
                "data": bytes_form(log.data),
                "blockNumber": block_number,
                "blockHash": block_hash,
                "blockTimestamp": hex(header.timestamp),
                "transactionHash": transaction_hash,
                "transactionIndex": hex(index),
                "logIndex": hex(logs_before + position),
                "removed": False,
            }
            for position, log in enumerate(receipt.logs)
        ]
        created = None if transaction.to else generate_contract_address(transaction.sender, transaction.nonce)
        forms.append(
            {
                "transactionHash": transaction_hash,
                "transactionIndex": hex(index),
                "blockHash": block_hash,
                "blockNumber": block_number,
                "from": address_form(transaction.sender),
                "to": address_form(transaction.to) if transaction.to else None,
                "contractAddress": address_form(created) if created is not None else None,
                "cumulativeGasUsed": hex(receipt.gas_used),
                "gasUsed": hex(receipt.gas_used - gas_before),
                "effectiveGasPrice": hex(transaction.max_fee_per_gas),
                "status": "0x1" if receipt.succeeded else "0x0",
                "type": hex(_transaction_type(transaction)),
                "logsBloom": bloom_form(receipt.bloom),
                "logs": logs,
            }
        )
        gas_before = receipt.gas_used
        logs_before += len(logs)
    return forms
