"""Runs the second candidate, CometBFT with cosmos/evm, as four validators on loopback, for the comparison.

    python scripts/bench/engines/cosmos_network.py up --dir DIR [--program PROGRAM] [--pause-ms 1000]
    python scripts/bench/engines/cosmos_network.py kill 2 --dir DIR
    python scripts/bench/engines/cosmos_network.py start 2 --dir DIR
    python scripts/bench/engines/cosmos_network.py down --dir DIR

It writes DIR/network.json as `scripts/network up` does. The program is built by
`go build -o PROGRAM .` in engines/cosmos.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from networks import Network, Validator, wait_for
from signing import FOUNDER, Lane

ENGINE, VERSION = "cosmos-cometbft", "cosmos/evm v0.7.0, CometBFT v0.39.3"
CHAIN_ID = 20260
BASE_PORT, PORTS_A_NODE, RPC_OFFSET = 26600, 10, 2


def descriptor_of(folder: Path) -> Path:
    return folder / "network.json"


def up(folder: Path, program: Path, *, pause_ms: int, validators: int, creators: str) -> None:
    """Found a network in an empty folder and start it; waits until every node has the third block."""
    found = [str(program), "found", "--root", str(folder), "--chain-id", str(CHAIN_ID)]
    found += ["--validators", str(validators), "--base-port", str(BASE_PORT), "--pause", f"{pause_ms}ms"]
    found += ["--creators", creators] if creators else []
    subprocess.run(found, check=True)
    content: dict[str, Any] = {
        "name": "cosmos",
        "engine": ENGINE,
        "engine_version": VERSION,
        "chain_id": CHAIN_ID,
        "block_period_ms": pause_ms,
        "clock": "wall",
        "program": str(program),
        "validators": [
            {
                "index": place + 1,
                "endpoint": f"http://127.0.0.1:{BASE_PORT + PORTS_A_NODE * place + RPC_OFFSET}",
                "data": f"validator-{place}",
            }
            for place in range(validators)
        ],
    }
    descriptor_of(folder).write_text(json.dumps(content, indent=2), encoding="utf-8")
    network = Network.read(descriptor_of(folder), ())
    for validator in network.validators:
        start(validator, program)
    for validator in network.validators:
        wait_for(validator.rpc.answers, seconds=60, what=f"an answer of validator {validator.index}")
        wait_for(partial(_has_blocks, validator), seconds=60, what="the third block")
    content["genesis_hash"] = network.first.ask("eth_getBlockByNumber", "0x1", False)["hash"]
    descriptor_of(folder).write_text(json.dumps(content, indent=2), encoding="utf-8")


def _has_blocks(validator: Validator) -> bool:
    return validator.rpc.height() >= 3


def start(validator: Validator, program: Path) -> None:
    """Start one node in a session of its own, so that it outlives this command."""
    with (validator.folder / "log.txt").open("ab") as log:
        subprocess.Popen(
            [
                str(program),
                "start",
                "--home",
                str(validator.folder),
                "--log_level",
                "error",
                "--log_no_color",
            ],
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )


def end(validator: Validator, number: signal.Signals) -> None:
    """Send a signal to the node, and wait until it is gone."""
    process = validator.process()
    if process is None:
        return
    os.kill(process, number)
    gone = Path(f"/proc/{process}")
    wait_for(lambda: not gone.exists(), seconds=30, what=f"the end of process {process}")


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("order", choices=["up", "down", "kill", "start", "status"])
    parser.add_argument("index", type=int, nargs="*")
    parser.add_argument("--dir", type=Path, required=True)
    parser.add_argument("--program", type=Path, default=Path("engines/cosmos/bin/counterfoil-cosmos"))
    parser.add_argument("--pause-ms", type=int, default=1_000)
    parser.add_argument("--validators", type=int, default=4)
    parser.add_argument(
        "--creators", default=Lane.numbered(FOUNDER, CHAIN_ID).address, help="who may create contracts"
    )
    chosen = parser.parse_args(arguments)
    folder = chosen.dir.resolve()
    if chosen.order == "up":
        program = chosen.program.resolve()
        up(folder, program, pause_ms=chosen.pause_ms, validators=chosen.validators, creators=chosen.creators)
        print(descriptor_of(folder))
        return 0
    content = json.loads(descriptor_of(folder).read_text(encoding="utf-8"))
    network = Network.read(descriptor_of(folder), ())
    for validator in network.validators:
        if chosen.index and validator.index not in chosen.index:
            continue
        if chosen.order == "start":
            start(validator, Path(content["program"]))
        elif chosen.order == "status":
            print(
                validator.index,
                validator.process(),
                validator.rpc.height() if validator.rpc.answers() else None,
            )
        else:
            end(validator, signal.SIGKILL if chosen.order == "kill" else signal.SIGTERM)
            time.sleep(0.05)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
