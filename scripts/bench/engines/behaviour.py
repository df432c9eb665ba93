"""How an engine answers the eth_* questions that our gateway, sender and indexer ask, in the words it uses.

Each probe is a question and what came of it: the value, or code and words of the refusal. Whoever reads two
columns side by side sees what a gateway must be told about an engine.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from networks import Network, RefusedError, Rpc, wait_receipt
from signing import Lane, founder, hash_of

from counterfoil.chain.artifact import load_artifact

FIXTURES = Path(__file__).resolve().parents[3] / "tests" / "chain"
NOBODY = "0x" + "22" * 20


def probe(question: Callable[[], Any]) -> Any:
    """The answer, or how it was refused."""
    try:
        return question()
    except RefusedError as refused:
        shown = {"refused": refused.code, "words": refused.message[:160]}
        if refused.data is not None:
            shown["data"] = str(refused.data)[:24] + "..."
        return shown


def _block(rpc: Rpc, tag: str) -> Any:
    found = rpc.ask("eth_getBlockByNumber", tag, False)
    return (
        None
        if found is None
        else f"number {int(found['number'] or '0x0', 16)}"
        if found["number"]
        else "no number"
    )


def blocks(rpc: Rpc) -> dict[str, Any]:
    """Block tags, the first block, and what a header says."""
    latest = rpc.ask("eth_getBlockByNumber", "latest", False)
    tags = ("earliest", "pending", "safe", "finalized")
    found = {tag: probe(partial(_block, rpc, tag)) for tag in tags}
    return {
        **found,
        "block 0": probe(lambda: _block(rpc, "0x0")),
        "a block not there yet": probe(lambda: _block(rpc, hex(10**9))),
        "extraData bytes": len(latest["extraData"]) // 2 - 1,
        "baseFeePerGas": latest.get("baseFeePerGas"),
        "gasLimit": int(latest["gasLimit"], 16),
        "eth_gasPrice": probe(lambda: rpc.ask("eth_gasPrice")),
        "eth_maxPriorityFeePerGas": probe(lambda: rpc.ask("eth_maxPriorityFeePerGas")),
        "eth_feeHistory base fees": probe(
            lambda: rpc.ask("eth_feeHistory", "0x2", "latest", [])["baseFeePerGas"]
        ),
        "eth_getBlockReceipts": probe(lambda: type(rpc.ask("eth_getBlockReceipts", "latest")).__name__),
        "eth_syncing": probe(lambda: rpc.ask("eth_syncing")),
        "net_peerCount": probe(lambda: rpc.ask("net_peerCount")),
        "web3_clientVersion": probe(lambda: rpc.ask("web3_clientVersion")),
    }


def transactions(network: Network) -> dict[str, Any]:
    """Zero fees in each type, nonces, and the words of each refusal."""
    rpc, lane = network.first, Lane.numbered(time.time_ns(), network.chain_id)
    legacy = lane.sign(NOBODY, b"", 21_000)
    found: dict[str, Any] = {"gas price 0, legacy": probe(lambda: rpc.ask("eth_sendRawTransaction", legacy))}
    found["pending count right after"] = probe(
        lambda: int(rpc.ask("eth_getTransactionCount", lane.address, "pending"), 16)
    )
    found["the same bytes again, waiting"] = probe(lambda: rpc.ask("eth_sendRawTransaction", legacy))
    first = wait_receipt(rpc, hash_of(legacy))
    found["effectiveGasPrice"] = first.get("effectiveGasPrice")
    found["the same bytes again, in a block"] = probe(lambda: rpc.ask("eth_sendRawTransaction", legacy))
    dynamic = lane.sign_dynamic(NOBODY, 21_000)
    found["fee and tip 0, type 2"] = probe(lambda: rpc.ask("eth_sendRawTransaction", dynamic))
    wait_receipt(rpc, hash_of(dynamic))
    lane.nonce -= 1
    other = lane.sign(NOBODY, b"\x01", 50_000)
    found["nonce too low"] = probe(lambda: rpc.ask("eth_sendRawTransaction", other))
    lane.nonce += 1
    ahead = lane.sign(NOBODY, b"", 21_000)
    found["nonce one ahead"] = probe(lambda: rpc.ask("eth_sendRawTransaction", ahead))
    time.sleep(2)
    found["receipt while one is missing"] = probe(
        lambda: rpc.ask("eth_getTransactionReceipt", hash_of(ahead))
    )
    lane.nonce -= 2
    between = lane.sign(NOBODY, b"", 30_000)
    twin_lane = Lane(lane.key, lane.chain_id, lane.nonce - 1)
    twin = twin_lane.sign(NOBODY, b"\x02", 40_000)
    found["the missing one"] = probe(lambda: rpc.ask("eth_sendRawTransaction", between))
    found["another with its nonce and price"] = probe(lambda: rpc.ask("eth_sendRawTransaction", twin))
    wait_receipt(rpc, hash_of(ahead))
    found["too little gas"] = probe(
        lambda: rpc.ask(
            "eth_sendRawTransaction", Lane(lane.key, lane.chain_id, lane.nonce + 1).sign(NOBODY, b"", 1)
        )
    )
    found["another chain's id"] = probe(
        lambda: rpc.ask("eth_sendRawTransaction", Lane(lane.key, 7, lane.nonce + 1).sign(NOBODY, b"", 21_000))
    )
    found["unknown hash's receipt"] = probe(lambda: rpc.ask("eth_getTransactionReceipt", "0x" + "00" * 32))
    return {name: _short(value) for name, value in found.items()}


def _short(value: Any) -> Any:
    return "taken" if isinstance(value, str) and len(value) == 66 else value


def calls(network: Network) -> dict[str, Any]:
    """Calls, estimates, logs and proofs around one small contract."""
    rpc, lane = network.first, founder(network)
    artifact = load_artifact("ChainFixture", FIXTURES)
    creation = artifact.linked({}) + artifact.abi.constructor.encode([10], function="constructor")
    rpc.ask("eth_sendRawTransaction", raw := lane.sign(None, creation, 5_000_000))
    address = wait_receipt(rpc, hash_of(raw))["contractAddress"]
    store = artifact.abi.function("store", 2)
    good, bad = ({"to": address, "data": "0x" + store.encode_call([1, value]).hex()} for value in (5, 11))
    rpc.ask("eth_sendRawTransaction", kept := lane.sign(address, bytes.fromhex(good["data"][2:]), 300_000))
    rpc.ask("eth_sendRawTransaction", failed := lane.sign(address, bytes.fromhex(bad["data"][2:]), 300_000))
    receipt, refused = wait_receipt(rpc, hash_of(kept)), wait_receipt(rpc, hash_of(failed))
    number, block_hash = receipt["blockNumber"], receipt["blockHash"]
    sender = {"from": lane.address, "gasPrice": "0x0"}
    return {
        "failed transaction's status": refused["status"],
        "eth_call reverting": probe(lambda: rpc.ask("eth_call", {**bad, **sender}, "latest")),
        "eth_estimateGas reverting": probe(lambda: rpc.ask("eth_estimateGas", {**bad, **sender}, "latest")),
        "eth_estimateGas on pending": probe(
            lambda: type(rpc.ask("eth_estimateGas", {**good, **sender}, "pending")).__name__
        ),
        "eth_call on pending": probe(lambda: rpc.ask("eth_call", {**good, **sender}, "pending")),
        "eth_call on the block before the contract": probe(
            lambda: rpc.ask("eth_call", {**good, **sender}, hex(int(number, 16) - 10))
        ),
        "eth_call by block hash": probe(
            lambda: rpc.ask("eth_call", {**good, **sender}, {"blockHash": block_hash})
        ),
        "logs by block hash": probe(lambda: len(rpc.ask("eth_getLogs", {"blockHash": block_hash}))),
        "logs of an unknown block hash": probe(
            lambda: rpc.ask("eth_getLogs", {"blockHash": "0x" + "11" * 32})
        ),
        "logs of blocks not there yet": probe(
            lambda: rpc.ask("eth_getLogs", {"fromBlock": hex(10**9), "toBlock": hex(10**9 + 1)})
        ),
        "eth_getProof": probe(lambda: len(rpc.ask("eth_getProof", address, ["0x0"], number)["accountProof"])),
        "eth_getCode": probe(lambda: len(rpc.ask("eth_getCode", address, "latest")) // 2 - 1),
        "a batch of 1,000": probe(lambda: _answers(rpc, 1_000)),
        "a batch of 5,000": probe(lambda: _answers(rpc, 5_000)),
        "an unknown method": probe(lambda: rpc.ask("eth_nothing")),
        "a new filter": probe(lambda: type(rpc.ask("eth_newBlockFilter")).__name__),
        "a stranger creates a contract": probe(lambda: _creation_by_stranger(network, creation)),
    }


def _creation_by_stranger(network: Network, creation: bytes) -> str:
    """Whether an address that nobody named may create a contract."""
    stranger = Lane.numbered(time.time_ns(), network.chain_id)
    network.first.ask("eth_sendRawTransaction", raw := stranger.sign(None, creation, 5_000_000))
    worked = wait_receipt(network.first, hash_of(raw))["status"] == "0x1"
    return "it is created" if worked else "its transaction fails"


def _answers(rpc: Rpc, count: int) -> str:
    answers = rpc.batch([("eth_blockNumber", [])] * count)
    refused = sum(isinstance(each, RefusedError) for each in answers)
    return f"{count - refused} answered, {refused} refused"


def eth_behaviour(network: Network) -> dict[str, Any]:
    """All probes of one network."""
    return {"blocks": blocks(network.first), "transactions": transactions(network), "calls": calls(network)}
