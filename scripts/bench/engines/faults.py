"""What happens when nodes are killed: one, two, all; with a client that keeps sending meanwhile."""

from __future__ import annotations

import threading
import time
from functools import partial
from typing import Any

import requests
from networks import Network, RefusedError, Rpc, wait_for
from signing import Lane, hash_of

NOBODY = "0x" + "22" * 20


class SteadyClient:
    """Sends a transaction every tenth of a second to the first node, and remembers what it was told."""

    def __init__(self, network: Network) -> None:
        self._rpc = Rpc(network.first.url)
        self._lane = Lane.numbered(time.time_ns(), network.chain_id)
        self._stop = threading.Event()
        self.taken: list[str] = []
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        raw = self._lane.sign(NOBODY, b"", 60_000)
        while not self._stop.wait(0.1):
            try:
                self._rpc.ask("eth_sendRawTransaction", raw, timeout_s=5)
            except RefusedError as refused:
                if "known" not in refused.message and "nonce too low" not in refused.message:
                    continue
            except requests.RequestException:
                continue  # the same bytes again: the node may have them or not
            self.taken.append(hash_of(raw))
            raw = self._lane.sign(NOBODY, b"", 60_000)

    def stop(self) -> list[str]:
        self._stop.set()
        self._thread.join()
        return self.taken


def missing(rpc: Rpc, hashes: list[str], *, seconds: float) -> int:
    """How many of the transactions have no receipt even after some time."""
    deadline = time.monotonic() + seconds
    while True:
        found = rpc.batch([("eth_getTransactionReceipt", [each]) for each in hashes]) if hashes else []
        without = sum(not isinstance(each, dict) for each in found)
        if not without or time.monotonic() > deadline:
            return without
        time.sleep(0.5)


def _longest_gap(rpc: Rpc, *, seconds: float) -> float:
    """The longest time without a new block, as a client sees it."""
    last, changed, longest = rpc.height(), time.monotonic(), 0.0
    ends = changed + seconds
    while time.monotonic() < ends:
        now = rpc.height()
        if now != last:
            longest = max(longest, time.monotonic() - changed)
            last, changed = now, time.monotonic()
        time.sleep(0.02)
    return max(longest, time.monotonic() - changed)


def _has(rpc: Rpc, height: int) -> bool:
    return rpc.height() >= height


def _steady(network: Network) -> None:
    """Wait until every node follows and blocks come again, so that one fault does not disturb the next."""
    for each in network.validators:
        wait_for(each.rpc.answers, seconds=120, what=f"an answer of validator {each.index}")
    goal = network.first.height() + 5
    for each in network.validators:
        wait_for(partial(_has, each.rpc, goal), seconds=180, what="five more blocks everywhere")


def kill_one(network: Network) -> dict[str, Any]:
    """SIGKILL the last validator, go on for a while, start it again and let it catch up."""
    _steady(network)
    last, client = network.validators[-1], SteadyClient(network)
    network.tell("kill", str(last.index))
    gap = _longest_gap(network.first, seconds=20)
    started = time.monotonic()
    network.tell("start", str(last.index))
    wait_for(last.rpc.answers, seconds=120, what="an answer of the node started again")
    wait_for(lambda: last.rpc.height() >= network.first.height(), seconds=120, what="the node caught up")
    caught_up = time.monotonic() - started
    sent = client.stop()
    return {
        "longest_time_without_a_block_s": round(gap, 2),
        "caught_up_after_s": round(caught_up, 2),
        "sent": len(sent),
        "without_a_receipt": missing(network.first, sent, seconds=30),
    }


def kill_two(network: Network) -> dict[str, Any]:
    """SIGKILL two of four: nothing may go on; start both again and see when it does."""
    _steady(network)
    fallen = [str(each.index) for each in network.validators[-2:]]
    network.tell("kill", *fallen)
    time.sleep(3)
    before = network.first.height()
    time.sleep(12)
    stood_still = network.first.height() == before
    started = time.monotonic()
    network.tell("start", *fallen)
    wait_for(lambda: network.first.height() > before, seconds=180, what="a block after both came back")
    return {"stood_still": stood_still, "next_block_after_s": round(time.monotonic() - started, 2)}


def kill_all(network: Network) -> dict[str, Any]:
    """SIGKILL every node within a moment, start all again: what had a receipt before must have it still."""
    _steady(network)
    client = SteadyClient(network)
    time.sleep(6)
    sent = client.stop()
    answered = network.first.batch([("eth_getTransactionReceipt", [each]) for each in sent])
    final = [each["transactionHash"] for each in answered if isinstance(each, dict)]
    height = network.first.height()
    kept = network.first.ask("eth_getBlockByNumber", hex(height), False)["hash"]
    everybody = [str(each.index) for each in network.validators]
    network.tell("kill", *everybody)
    started = time.monotonic()
    network.tell("start", *everybody)
    for each in network.validators:
        wait_for(each.rpc.answers, seconds=180, what=f"an answer of validator {each.index}")
    wait_for(lambda: network.first.height() > height, seconds=180, what="a new block")
    resumed = time.monotonic() - started
    again = network.first.ask("eth_getBlockByNumber", hex(height), False)
    return {
        "next_block_after_s": round(resumed, 2),
        "head_kept": again is not None and again["hash"] == kept,
        "had_a_receipt": len(final),
        "final_lost": missing(network.first, final, seconds=10),
        "taken_without_receipt": len(sent) - len(final),
        "taken_lost": missing(network.first, sent, seconds=20),
    }
