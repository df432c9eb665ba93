"""What can be verified offline from a node's public answers: header, seals, receipts, account and storage.

Each check recomputes from the answers alone and is tried again with something changed, which must fail. The
forms differ: Kaia hashes its own header (read with kaia_getBlockByNumber) and its own receipt, and CometBFT's
headers are not in JSON-RPC at all.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import rlp
from coincurve import PublicKey
from eth_utils import keccak, to_canonical_address
from networks import Network, RefusedError, Rpc
from rlp.exceptions import RLPException
from trie.exceptions import BadTrieProof
from trie.hexary import HexaryTrie

VANITY, SEAL = 32, 65
COMMIT_MESSAGE = b"\x02"
# The library has annotations for some of its functions only.
Trie: Any = HexaryTrie


class UnverifiedError(Exception):
    """A recomputed value is not the one that was answered."""


def octets(value: str) -> bytes:
    """Bytes of a hexadecimal answer; an odd number of digits is a quantity."""
    digits = value[2:]
    return bytes.fromhex("0" * (len(digits) % 2) + digits)


def quantity(value: str) -> bytes:
    """A number as RLP wants it: no zeros in front, nothing for zero."""
    number = int(value, 16)
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def signer_of(message: bytes, seal: bytes) -> bytes:
    """The address whose key signed the Keccak hash of a message."""
    key = PublicKey.from_signature_and_message(seal, keccak(message), hasher=None)
    return keccak(key.format(compressed=False)[1:])[12:]


# -- Kaia's header --


def kaia_header(block: Mapping[str, Any], extra: bytes) -> bytes:
    """RLP of the header as Kaia hashes it, with the extra field given."""
    fields: list[bytes] = [
        octets(block["parentHash"]),
        octets(block["reward"]),
        octets(block["stateRoot"]),
        octets(block["transactionsRoot"]),
        octets(block["receiptsRoot"]),
        octets(block["logsBloom"]),
        quantity(block["blockScore"]),
        quantity(block["number"]),
        quantity(block["gasUsed"]),
        quantity(block["timestamp"]),
        quantity(block["timestampFoS"]),
        extra,
        octets(block["governanceData"]),
        octets(block["voteData"]),
        quantity(block["baseFeePerGas"]),
    ]
    encoded: bytes = rlp.encode(fields)
    return encoded


def kaia_seals(block: Mapping[str, Any]) -> tuple[list[bytes], bytes, list[bytes], bytes, bytes]:
    """Validators, proposer's seal, committed seals; the extra field as hashed, and as the proposer signed."""
    extra = octets(block["extraData"])
    validators, seal, committed = rlp.decode(extra[VANITY:])
    vanity = extra[: VANITY - 1] + b"\x00"  # its last byte is the round, which the hash leaves out
    hashed = vanity + rlp.encode([validators, seal, []])
    proposed = vanity + rlp.encode([validators, b"", []])
    return list(validators), seal, list(committed), hashed, proposed


def verify_kaia_block(block: Mapping[str, Any]) -> dict[str, Any]:
    """Recompute the hash, and recover who sealed it; raises UnverifiedError."""
    validators, seal, committed, hashed, proposed = kaia_seals(block)
    block_hash = keccak(kaia_header(block, hashed))
    if block_hash != octets(block["hash"]):
        raise UnverifiedError(f"block hash {block_hash.hex()} is not {block['hash']}")
    proposer = signer_of(keccak(kaia_header(block, proposed)), seal)
    signers = {signer_of(block_hash + COMMIT_MESSAGE, each) for each in committed}
    quorum = math.ceil(2 * len(validators) / 3)
    if proposer not in validators or not signers <= set(validators) or len(signers) < quorum:
        raise UnverifiedError(
            f"{len(signers)} of {len(validators)} validators sealed it, {quorum} are needed"
        )
    return {"validators": len(validators), "committed_seals": len(signers), "quorum": quorum}


# -- receipts --


def _logs(receipt: Mapping[str, Any]) -> list[list[Any]]:
    return [
        [octets(log["address"]), [octets(topic) for topic in log["topics"]], octets(log["data"])]
        for log in receipt["logs"]
    ]


def ethereum_receipt(receipt: Mapping[str, Any]) -> bytes:
    """A receipt as Ethereum puts it into the trie: type, state, gas of the block so far, bloom, logs."""
    kind = int(receipt.get("type", "0x0"), 16)
    body: bytes = rlp.encode(
        [
            quantity(receipt["status"]),
            quantity(receipt["cumulativeGasUsed"]),
            octets(receipt["logsBloom"]),
            _logs(receipt),
        ]
    )
    return (bytes([kind]) if kind else b"") + body


def kaia_receipt(receipt: Mapping[str, Any]) -> bytes:
    """A receipt as Kaia puts it into the trie: no type, the transaction's own gas, and a failure's own code.

    The code of a failure is `txError` of kaia_getTransactionReceipt; eth_getTransactionReceipt leaves it out.
    """
    state = quantity(receipt["txError"]) if int(receipt["status"], 16) == 0 else b"\x01"
    body: bytes = rlp.encode(
        [state, quantity(receipt["gasUsed"]), octets(receipt["logsBloom"]), _logs(receipt)]
    )
    return body


def trie_of(items: Sequence[bytes]) -> Any:
    trie = Trie({})
    for place, item in enumerate(items):
        trie[rlp.encode(place)] = item
    return trie


def verify_receipts(root: str, items: Sequence[bytes]) -> dict[str, Any]:
    """Recompute the receipts' root, then prove one receipt against it by its trie nodes alone."""
    trie = trie_of(items)
    if trie.root_hash != octets(root):
        raise UnverifiedError(f"receipts root {trie.root_hash.hex()} is not {root}")
    place = len(items) // 2
    proof = trie.get_proof(rlp.encode(place))
    if Trie.get_from_proof(octets(root), rlp.encode(place), proof) != items[place]:
        raise UnverifiedError("the proof of a receipt does not lead to it")
    return {"receipts": len(items), "proof_nodes": len(proof)}


# -- state --


def verify_account(state_root: str, proof: Mapping[str, Any], *, kaia: bool) -> dict[str, Any]:
    """Check an eth_getProof answer against a state root: the account, then each of its storage places."""
    key = keccak(to_canonical_address(proof["address"]))
    nodes = [rlp.decode(octets(node)) for node in proof["accountProof"]]
    found = Trie.get_from_proof(octets(state_root), key, nodes)
    if not found:
        raise UnverifiedError("the account is not in the state")
    # Kaia's accounts have their kind in front, and a contract's are nested one level deeper.
    storage_root, code_hash = _kaia_account(found) if kaia else tuple(rlp.decode(found)[2:4])
    if storage_root != octets(proof["storageHash"]) or code_hash != octets(proof["codeHash"]):
        raise UnverifiedError("the proven account has another storage root or code than was answered")
    for entry in proof["storageProof"]:
        place = keccak(octets(entry["key"]).rjust(32, b"\x00"))
        steps = [rlp.decode(octets(node)) for node in entry["proof"]]
        held = Trie.get_from_proof(storage_root, place, steps)
        if (rlp.decode(held) if held else b"") != quantity(entry["value"]):
            raise UnverifiedError(f"storage at {entry['key']} is not {entry['value']}")
    return {"account_nodes": len(nodes), "storage_places": len(proof["storageProof"])}


def _kaia_account(encoded: bytes) -> tuple[bytes, bytes]:
    if encoded[0] != 2:
        raise UnverifiedError(f"an account of kind {encoded[0]}, not a contract")
    _, storage_root, code_hash, _ = rlp.decode(encoded[1:])
    return storage_root, code_hash


# -- what one network offers --


def _attempt(check: Any) -> dict[str, Any]:
    try:
        return {"verified": True, **check()}
    except (UnverifiedError, BadTrieProof, RLPException, RefusedError, KeyError, ValueError) as failed:
        return {"verified": False, "why": f"{type(failed).__name__}: {failed}"[:300]}


def receipts_of(rpc: Rpc, number: int, *, kaia: bool) -> list[dict[str, Any]]:
    """All receipts of a block, with Kaia's own fields where they are needed."""
    if not kaia:
        found: list[dict[str, Any]] = rpc.ask("eth_getBlockReceipts", hex(number))
        return found
    hashes = rpc.ask("eth_getBlockByNumber", hex(number), False)["transactions"]
    return rpc.batch([("kaia_getTransactionReceipt", [each]) for each in hashes])


def offline_checks(network: Network, number: int, contract: str) -> dict[str, Any]:
    """Everything that this engine's public answers let a third party recompute, of one block with our logs.

    contract: an address with code and storage.
    """
    rpc, kaia = network.first, network.engine.startswith("kaia")
    block = rpc.ask("eth_getBlockByNumber", hex(number), False)
    result: dict[str, Any] = {}
    if kaia:
        full = rpc.ask("kaia_getBlockByNumber", hex(number), False)
        result["header_and_seals"] = _attempt(lambda: verify_kaia_block(full))
        changed = {**full, "stateRoot": full["parentHash"]}
        result["changed_header_refused"] = not _attempt(lambda: verify_kaia_block(changed))["verified"]
    else:
        result["header_and_seals"] = {
            "verified": False,
            "why": "JSON-RPC answers no field of the hashed header",
        }
    receipts = receipts_of(rpc, number, kaia=kaia)
    encode = kaia_receipt if kaia else ethereum_receipt
    items = [encode(each) for each in receipts]
    result["receipts_root"] = _attempt(lambda: verify_receipts(block["receiptsRoot"], items))
    result["changed_receipt_refused"] = not _attempt(
        lambda: verify_receipts(block["receiptsRoot"], [*items[:-1], items[-1] + b"\x00"])
    )["verified"]
    result["account_and_storage"] = _attempt(
        lambda: verify_account(
            block["stateRoot"],
            rpc.ask("eth_getProof", contract, ["0x0", "0x1", "0x2"], hex(number)),
            kaia=kaia,
        )
    )
    return result
