"""Measure the embedded chain beside eth-tester's in-memory chain, in one run, and write the result file.

    python scripts/bench/embedded.py [--transactions 300] [--output scripts/bench/results/embedded.json]

Both get the same signed bytes through web3's provider interface. The comparison is unequal on purpose:
eth-tester keeps everything in memory and forgets it, the embedded chain answers once the block is durable.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

from eth_account import Account
from eth_account.signers.local import LocalAccount
from eth_tester import EthereumTester, PyEVMBackend
from web3 import EthereumTesterProvider, Web3

from counterfoil.chain.artifact import load_artifact
from counterfoil.chain.embedded import open_embedded_chain
from counterfoil.chain.gateway import ChainGateway
from counterfoil.ports.engine import ContractCall

ROOT = Path(__file__).resolve().parents[2]
FIXTURE = "ChainFixture"
load_fixture = partial(load_artifact, directory=ROOT / "tests" / "chain")
NOBODY = "0x" + "11" * 20
TURN = 25
ETH_TESTER_PRICE = 10**9  # its base fee is not zero, and the first of its accounts has ether
REOPEN_PROBE = """
import sys, time
from pathlib import Path
from counterfoil.chain.embedded import open_embedded_chain
started = time.perf_counter()
with open_embedded_chain(Path(sys.argv[1])) as chain:
    number = chain.web3.eth.block_number
print(time.perf_counter() - started, number)
"""


def rate(count: int, work: Callable[[], object]) -> float:
    """How many a second, of so many done by the work."""
    started = time.perf_counter()
    work()
    return round(count / (time.perf_counter() - started), 1)


def sign_all(signer: LocalAccount, requests: Sequence[dict[str, Any]]) -> list[bytes]:
    return [bytes(signer.sign_transaction(request).raw_transaction) for request in requests]


def requests_for(web3: Web3, first_nonce: int, count: int, price: int, **fields: Any) -> list[dict[str, Any]]:
    common = {"gasPrice": price, "value": 0, "chainId": web3.eth.chain_id}
    return [{**common, "nonce": first_nonce + place, **fields} for place in range(count)]


def plain(web3: Web3, nonce: int, count: int, price: int) -> list[dict[str, Any]]:
    return requests_for(web3, nonce, count, price, to=NOBODY, gas=21_000, data=b"")


@dataclass(frozen=True)
class Series:
    """Signed transactions for one chain."""

    web3: Web3
    raws: Sequence[bytes]

    def check(self) -> None:
        """The last one must have taken effect: a bench of refusals would be fast."""
        if self.web3.eth.get_transaction_receipt(Web3.keccak(self.raws[-1]))["status"] != 1:
            raise RuntimeError("the last transaction of the series failed")


def race(contestants: dict[str, Series]) -> dict[str, dict[str, float]]:
    """Send all series in turns of a few transactions, so that the machine's other work hits all alike."""
    count = len(next(iter(contestants.values())).raws)
    wall = dict.fromkeys(contestants, 0.0)
    cpu = dict.fromkeys(contestants, 0.0)
    for first in range(0, count, TURN):
        for name, series in contestants.items():
            wall_before, cpu_before = time.perf_counter(), time.process_time()
            for raw in series.raws[first : first + TURN]:
                series.web3.eth.send_raw_transaction(raw)
            wall[name] += time.perf_counter() - wall_before
            cpu[name] += time.process_time() - cpu_before
    for series in contestants.values():
        series.check()
    return {
        name: {
            "tx_per_s": round(count / wall[name], 1),
            "cpu_ms_per_tx": round(1_000 * cpu[name] / count, 2),
        }
        for name in contestants
    }


def eth_tester_series(count: int) -> tuple[Series, Series]:
    """The yardstick, web3's provider over eth-tester in memory: plain transactions, contract calls."""
    backend = PyEVMBackend()
    web3 = Web3(EthereumTesterProvider(EthereumTester(backend)))
    signer = Account.from_key(backend.account_keys[0].to_bytes())
    artifact = load_fixture(FIXTURE)
    creation = artifact.linked({}) + artifact.abi.constructor.encode([10**9], function="constructor")
    raws = sign_all(signer, requests_for(web3, 0, 1, ETH_TESTER_PRICE, data=creation, gas=3_000_000))
    tx_hash = web3.eth.send_raw_transaction(raws[0])
    address = str(web3.eth.get_transaction_receipt(tx_hash)["contractAddress"])
    return both_series(web3, signer, address, count, ETH_TESTER_PRICE)


def both_series(
    web3: Web3, signer: LocalAccount, address: str, count: int, price: int
) -> tuple[Series, Series]:
    """Plain transactions from nonce 1 on, then as many calls that write two storage slots and an event."""
    store = load_fixture(FIXTURE).abi.function("store", 2)
    calls = requests_for(web3, 1 + count, count, price, to=address, gas=200_000)
    filled = [{**call, "data": store.encode_call([place, place])} for place, call in enumerate(calls)]
    return (
        Series(web3, sign_all(signer, plain(web3, 1, count, price))),
        Series(web3, sign_all(signer, filled)),
    )


def measure_gateway(gateway: ChainGateway, signer: LocalAccount, count: int) -> dict[str, float]:
    """The gateway's whole round: trial, signature, sending, receipt, decoded events."""
    batch = [
        ContractCall(contract=FIXTURE, function="store", args=[count + n, n], gas=200_000)
        for n in range(count)
    ]
    found = {"batch_calls_per_s": rate(count, lambda: gateway.send_batch(batch, signer))}
    few = max(1, count // 5)
    found["send_per_s"] = rate(
        few, lambda: [gateway.send(FIXTURE, "store", [n, n + 1], signer) for n in range(few)]
    )
    found["call_per_s"] = rate(count, lambda: [gateway.call(FIXTURE, "valueOf", [n]) for n in range(count)])
    events: list[object] = []
    started = time.perf_counter()
    events.extend(gateway.events())
    found["events_read_per_s"] = round(len(events) / (time.perf_counter() - started), 1)
    if len(events) != 2 * count + few:
        raise RuntimeError(f"read {len(events)} events, expected {2 * count + few}")
    return found


def reopen(directory: Path) -> dict[str, float]:
    """Opening in a fresh process: with the imports, and the opening itself."""
    started = time.perf_counter()
    answer = subprocess.run(
        [sys.executable, "-c", REOPEN_PROBE, str(directory)], check=True, capture_output=True, text=True
    )
    whole = time.perf_counter() - started
    opening, blocks = answer.stdout.split()
    return {
        "open_s": round(float(opening), 4),
        "process_start_to_end_s": round(whole, 2),
        "blocks": int(blocks),
    }


def with_ratio(found: dict[str, dict[str, float]]) -> dict[str, object]:
    ratio = found["embedded"]["tx_per_s"] / found["eth_tester_in_memory"]["tx_per_s"]
    return {**found, "embedded_to_eth_tester": round(ratio, 2)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--transactions", type=int, default=300)
    parser.add_argument(
        "--output", type=Path, default=ROOT / "scripts" / "bench" / "results" / "embedded.json"
    )
    chosen = parser.parse_args()
    count: int = chosen.transactions
    signer = Account.create()
    load_before = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as place:
        directory = Path(place) / "chain"
        with open_embedded_chain(directory) as chain:
            gateway = ChainGateway(chain.web3, load=load_fixture)
            contract, _ = gateway.deploy(FIXTURE, [10**9], signer)
            plain_ours, calls_ours = both_series(chain.web3, signer, contract.address, count, 0)
            plain_theirs, calls_theirs = eth_tester_series(count)
            plain_race = race({"embedded": plain_ours, "eth_tester_in_memory": plain_theirs})
            calls_race = race({"embedded": calls_ours, "eth_tester_in_memory": calls_theirs})
            through_gateway = measure_gateway(gateway, signer, count)
        size = sum(path.stat().st_size for path in directory.iterdir())
        reopened = reopen(directory)
    result = {
        "command": f"python scripts/bench/embedded.py --transactions {count}",
        "machine": {
            "cpus": os.cpu_count(),
            "system": platform.system(),
            "machine": platform.machine(),
            "python": platform.python_version(),
            "load_average_before": round(load_before, 2),
        },
        "versions": {name: version(name) for name in ("web3", "py-evm", "eth-tester", "coincurve")},
        "transactions_per_series": count,
        "plain_transactions": with_ratio(plain_race),
        "contract_transactions": with_ratio(calls_race),
        "gateway_on_embedded": through_gateway,
        "reopening": reopened,
        "store_bytes_per_transaction": round(size / (3 * count + count // 5 + 1)),
        "peak_memory_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }
    chosen.output.parent.mkdir(parents=True, exist_ok=True)
    chosen.output.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
