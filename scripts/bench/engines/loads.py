"""Loads that saturate a network: plain token transfers, and our own ledger's splits.

Everything is signed beforehand. Each lane's transactions go to one validator in JSON-RPC batches, in nonce
order. It counts when its block is on the first validator's chain and its receipt says that it worked.
"""

from __future__ import annotations

import os
import statistics
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eth_account import Account
from eth_account.signers.local import LocalAccount
from networks import Network, Rpc, chunks, wait_receipt
from signing import FOUNDER, Lane, founder, hash_of, lanes, refusals
from web3 import HTTPProvider, Web3

from counterfoil.chain.artifact import load_artifact
from counterfoil.chain.contract_calls import LEDGER
from counterfoil.chain.gateway import ChainGateway
from counterfoil.chain.instructions.routes import instruction_routes
from counterfoil.chain.ledger_deployment import deploy_ledger
from counterfoil.domain.lot import LotId
from counterfoil.domain.states import Office, PartyRole

CONTRACTS = Path(__file__).parent / "contracts"
EUR, FAR_S = 978, 2**40 - 1
TRANSFER_GAS = 60_000
BATCH = 100
WINDOW = 3_000  # transactions that were taken and are not yet in a block; a sender would not pile up more
SETTLE_S, STALL_S = 240, 90


@dataclass(frozen=True)
class Load:
    """Signed transactions of several lanes. records: business records that one transaction makes."""

    name: str
    raws: Sequence[Sequence[str]]
    records: int = 1

    @property
    def count(self) -> int:
        return sum(len(each) for each in self.raws)


def wake(network: Network, sleeping: Sequence[Lane]) -> None:
    """Let every key send one transaction before the load.

    cosmos/evm takes an address that the chain has never seen for a delegated account, and lets it have one
    transaction waiting.
    """
    raws = [lane.sign("0x" + "22" * 20, b"", 60_000) for lane in sleeping]
    for answer in network.first.batch([("eth_sendRawTransaction", [raw]) for raw in raws]):
        if isinstance(answer, Exception):
            raise answer
    for raw in raws:
        wait_receipt(network.first, hash_of(raw))


def account_of(lane: Lane) -> LocalAccount:
    account: LocalAccount = Account.from_key(lane.key.secret)
    return account


# -- what is sent --


class Transfers:
    """One token contract, and lanes that hold some of it."""

    def __init__(self, network: Network, *, lane_count: int) -> None:
        self.network = network
        artifact = load_artifact("PlainToken", CONTRACTS)
        by = founder(network)
        network.first.ask("eth_sendRawTransaction", raw := by.sign(None, artifact.linked({}), 5_000_000))
        self.token = wait_receipt(network.first, hash_of(raw))["contractAddress"]
        self.lanes = lanes(lane_count, network.chain_id, first=time.time_ns())
        endow = artifact.abi.function("endow", 2).encode_call([[each.address for each in self.lanes], 10**9])
        network.first.ask("eth_sendRawTransaction", raw := by.sign(self.token, endow, 8_000_000))
        if wait_receipt(network.first, hash_of(raw))["status"] != "0x1":
            raise RuntimeError("nobody was endowed with tokens")
        wake(network, self.lanes)
        self._transfer = artifact.abi.function("transfer", 2)

    def load(self, each_lane: int) -> Load:
        """Transfers of one unit to the lane's neighbour, so that no new account is made."""
        raws = []
        for place, lane in enumerate(self.lanes):
            data = self._transfer.encode_call([self.lanes[place - 1].address, 1])
            raws.append([lane.sign(self.token, data, TRANSFER_GAS) for _ in range(each_lane)])
        return Load("ERC-20 transfers", raws)


class Splits:
    """Our ledger, and sellers with live notes to cut up."""

    def __init__(self, network: Network, *, sellers: int) -> None:
        self.network = network
        web3 = Web3(HTTPProvider(network.first.url, exception_retry_configuration=None))
        self.gateway = ChainGateway(web3)
        governor = account_of(Lane.numbered(FOUNDER, network.chain_id))
        started = time.monotonic()
        offices = (Office.REGISTRAR, Office.BANK, Office.ARBITER, Office.EXAMINER)
        self.deployed = deploy_ledger(
            self.gateway,
            governor=governor,
            officers=dict.fromkeys(offices, governor.address),
            routes=instruction_routes(),
        )
        self.deployment_s = round(time.monotonic() - started, 1)
        self.debtor = account_of(Lane.numbered(1, network.chain_id))
        self.lanes = lanes(sellers, network.chain_id, first=time.time_ns())
        parties = [(PartyRole.CORE_ENTERPRISE, str(self.debtor.address))]
        parties += [(PartyRole.SUPPLIER, each.address) for each in self.lanes]
        for role, address in parties:
            arguments = [int(role), os.urandom(32), [address]]
            self.gateway.send(LEDGER, "registerParty", arguments, governor)
        self.ledger = self.gateway.address_of(LEDGER)
        wake(network, [*self.lanes, self._debtor_lane()])
        self._notes = 0

    def _debtor_lane(self) -> Lane:
        lane = Lane.numbered(1, self.network.chain_id)
        lane.nonce = int(self.network.first.ask("eth_getTransactionCount", lane.address, "latest"), 16)
        return lane

    def _call(self, function: str, arguments: Sequence[Any]) -> bytes:
        return self.gateway.encode_call(LEDGER, function, arguments)[1]

    def _settled(self, raws: Sequence[str]) -> None:
        for answer in self.network.first.batch([("eth_sendRawTransaction", [raw]) for raw in raws]):
            if isinstance(answer, Exception):
                raise answer
        for raw in raws:
            if wait_receipt(self.network.first, hash_of(raw))["status"] != "0x1":
                raise RuntimeError(f"{hash_of(raw)} failed")

    def load(self, name: str, *, each_lane: int, children: int) -> Load:
        """For each seller a note cut into as many lots as it sends splits; each split cuts one of them."""
        face = each_lane * children * 100
        first, self._notes = self._notes + 1, self._notes + len(self.lanes)
        share = [(note.to_bytes(32, "big"), face, face) for note in range(first, self._notes + 1)]
        debtor = self._debtor_lane()
        proposals = [
            (1, 2 + place, EUR, FAR_S - 1, os.urandom(32), [share[place]]) for place in range(len(self.lanes))
        ]  # all by the debtor, whose nonces say in which order, so that the notes' numbers are known
        proposed = [self._call("propose", [each]) for each in proposals]
        self._settled([debtor.sign(self.ledger, each, 900_000) for each in proposed])
        confirmed = [self._call("confirm", [first + place, face]) for place in range(len(self.lanes))]
        self._settled(
            [lane.sign(self.ledger, each, 600_000) for lane, each in zip(self.lanes, confirmed, strict=True)]
        )
        cuts = []
        for place, lane in enumerate(self.lanes):
            own = [(children * 100, 2 + place)] * each_lane
            cut = self._call("split", [LotId.root(first + place).number, own, os.urandom(32)])
            cuts.append(lane.sign(self.ledger, cut, 500_000 + 30_000 * each_lane))
        self._settled(cuts)
        raws = []
        for place, lane in enumerate(self.lanes):
            lots = [LotId(first + place, 1, part).number for part in range(each_lane)]
            own = [(100, 2 + place)] * children
            calls = [self._call("split", [lot, own, os.urandom(32)]) for lot in lots]
            raws.append([lane.sign(self.ledger, each, 400_000 + 30_000 * children) for each in calls])
        return Load(name, raws, children)


# -- how it is sent and counted --


class _Watcher:
    """Counts what is in blocks, as a client of the first validator sees them come."""

    def __init__(self, rpc: Rpc) -> None:
        self._rpc = rpc
        self.next = rpc.height() + 1
        self.seen: list[tuple[float, int, int]] = []  # when, number, transactions

    def look(self) -> int:
        """Take what is new; returns how many transactions there are by now."""
        while self.next <= self._rpc.height():
            block = self._rpc.insist("eth_getBlockByNumber", hex(self.next), False)
            if block is None:
                break
            self.seen.append((time.monotonic(), self.next, len(block["transactions"])))
            self.next += 1
        return sum(count for _, _, count in self.seen)


def saturate(network: Network, load: Load) -> dict[str, Any]:
    """Send everything as fast as it is taken; returns rates, processor time and what was refused."""
    answers: list[Any] = []
    guard = threading.Lock()
    progress = {"included": 0, "over": False}

    def feed(place: int) -> None:
        rpc = Rpc(network.validators[place].rpc.url)
        mine = load.raws[place :: len(network.validators)]
        for step in range(0, max((len(each) for each in mine), default=0), 10):
            raws = [raw for lane in mine for raw in lane[step : step + 10]]
            for part in chunks(raws, BATCH):
                while len(answers) - progress["included"] > WINDOW and not progress["over"]:
                    time.sleep(0.02)
                got = rpc.batch([("eth_sendRawTransaction", [raw]) for raw in part])
                with guard:
                    answers.extend(got)

    watcher = _Watcher(Rpc(network.first.url))
    cpu = [each.cpu_s() for each in network.validators]
    own_cpu, disk = time.process_time(), network.disk_mib()
    started = time.monotonic()
    threads = [threading.Thread(target=feed, args=(place,)) for place in range(len(network.validators))]
    for each in threads:
        each.start()
    included, moved = 0, started
    while True:
        now = watcher.look()
        if now > included:
            included, moved = now, time.monotonic()
            progress["included"] = now
        sent = all(not each.is_alive() for each in threads)
        taken = sum(not isinstance(each, Exception) for each in answers)
        if (sent and included >= taken) or time.monotonic() - moved > STALL_S or moved - started > SETTLE_S:
            break
        time.sleep(0.05)
    progress["over"] = True
    for each in threads:
        each.join()
    ended = max((when for when, _, count in watcher.seen if count), default=time.monotonic())
    used = [each.cpu_s() - before for each, before in zip(network.validators, cpu, strict=True)]
    return {
        "sent": load.count,
        "refused": refusals(answers),
        **_worked(network.first, [number for _, number, count in watcher.seen if count], load),
        "seconds": round(ended - started, 2),
        "transactions_per_s": round(included / (ended - started), 1),
        "records_per_s": round(included * load.records / (ended - started), 1),
        "sustained_transactions_per_s": _sustained(watcher.seen),
        "blocks": sum(1 for _, _, count in watcher.seen if count),
        "largest_block": max((count for _, _, count in watcher.seen), default=0),
        "cpu_ms_per_transaction": round(1_000 * sum(used) / max(included, 1), 3),
        "cpu_s_by_validator": [round(each, 2) for each in used],
        "cpu_s_client": round(time.process_time() - own_cpu, 2),
        "resident_mib": [round(each.resident_mib()) for each in network.validators],
        "disk_mib_by_all": round(network.disk_mib() - disk, 2),
    }


def _sustained(seen: Sequence[tuple[float, int, int]]) -> float | None:
    """Transactions a second between the first and the last full-ish block, without the ramps."""
    loaded = [(when, count) for when, _, count in seen if count]
    if len(loaded) < 4:
        return None
    inner = loaded[1:-1]
    return round(sum(count for _, count in inner) / (inner[-1][0] - loaded[0][0]), 1)


def _worked(rpc: Rpc, numbers: Sequence[int], load: Load) -> dict[str, Any]:
    """Of the blocks with the load: successes, gas, and whether the logs by block hash are all there are."""
    succeeded = gas = in_receipts = by_hash = 0
    for number in numbers:
        receipts = rpc.insist("eth_getBlockReceipts", hex(number))
        succeeded += sum(each["status"] == "0x1" for each in receipts)
        gas += sum(int(each["gasUsed"], 16) for each in receipts)
        in_receipts += sum(len(each["logs"]) for each in receipts)
        by_hash += len(rpc.ask("eth_getLogs", {"blockHash": receipts[0]["blockHash"]})) if receipts else 0
    return {
        "succeeded": succeeded,
        "gas": gas,
        "gas_per_transaction": round(gas / succeeded) if succeeded else None,
        "logs_in_receipts": in_receipts,
        "logs_by_block_hash": by_hash,
        "load": load.name,
    }


# -- latency --


def latency(network: Network, *, samples: int) -> dict[str, Any]:
    """Seconds from sending to the receipt: at the node that was asked, and at the last of all nodes."""
    lane = Lane.numbered(time.time_ns(), network.chain_id)
    here, everywhere = [], []
    for sample in range(samples):
        time.sleep((sample % 10) / 10 * network.block_period_ms / 1_000)  # any moment of the block's period
        raw = lane.sign("0x" + "22" * 20, b"", 60_000)
        started = time.monotonic()
        network.first.ask("eth_sendRawTransaction", raw)
        wait_receipt(network.first, hash_of(raw))
        here.append(time.monotonic() - started)
        for each in network.validators[1:]:
            wait_receipt(each.rpc, hash_of(raw))
        everywhere.append(time.monotonic() - started)
    return {"samples": samples, "receipt_s": _spread(here), "receipt_at_all_nodes_s": _spread(everywhere)}


def _spread(values: Sequence[float]) -> dict[str, float]:
    ordered = sorted(values)
    return {
        "median": round(statistics.median(ordered), 3),
        "p95": round(ordered[int(0.95 * (len(ordered) - 1))], 3),
        "worst": round(ordered[-1], 3),
    }
