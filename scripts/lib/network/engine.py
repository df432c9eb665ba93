"""Kaia's consensus node as this project runs it: where its program is, and the arguments that a validator
starts with."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

from network.failures import NetworkError
from network.plan import Clock, NetworkPlan

ENGINE = "kaia-istanbul"
VERSION = "v1.0.3"
# The engine's interpreter allocates memory with every operation. Go's usual pace of collecting it takes a
# twelfth of a loaded validator's processor time; a third of that pace takes some hundred mebibytes instead.
ENVIRONMENT = {"GOGC": "300"}
PROGRAMS = {Clock.WALL: "counterfoil-kcn", Clock.ADJUSTABLE: "counterfoil-kcn-clocked"}

_GENESIS_HASH = re.compile(r"wrote genesis state.*hash=(0x[0-9a-f]{64})")
_REPOSITORY = Path(__file__).resolve().parents[3]
_SOURCES = _REPOSITORY / "engines" / "kaia"


def programs_folder() -> Path:
    """Where scripts/build_engine leaves the programs that these sources make; COUNTERFOIL_ENGINE names
    another place."""
    named = os.environ.get("COUNTERFOIL_ENGINE")
    if named:
        return Path(named)
    digest = hashlib.sha256()
    for source in sorted(path for path in _SOURCES.rglob("*") if path.suffix in {".go", ".mod", ".sum"}):
        digest.update(f"{source.relative_to(_SOURCES)}\0".encode() + source.read_bytes() + b"\0")
    digest.update((_REPOSITORY / "scripts" / "build_engine").read_bytes())
    return _REPOSITORY / ".cache" / "engine" / f"kaia-{VERSION}-{digest.hexdigest()[:12]}"


def program(clock: Clock) -> Path:
    """The validator's program. Raises NetworkError when it has not been built."""
    path = programs_folder() / PROGRAMS[clock]
    if not is_built(clock):
        raise NetworkError(
            f"The engine is not built: {path} is missing",
            "Run scripts/build_engine, which takes minutes once",
        )
    return path


def is_built(clock: Clock) -> bool:
    """Whether program would find the validator's program."""
    return os.access(programs_folder() / PROGRAMS[clock], os.X_OK)


def build() -> None:
    """Build the engine's programs, which takes minutes at the first time. Raises NetworkError when that
    fails."""
    if subprocess.call([_REPOSITORY / "scripts" / "build_engine"], stdout=subprocess.DEVNULL):
        raise NetworkError("The engine was not built", "Read above what stopped it")


def init_arguments(plan: NetworkPlan) -> list[str]:
    """What makes the data folder from the genesis file, from the validator's folder as working directory."""
    return ["init", "--datadir", "data", *_pruning(plan)[:1], "genesis.json"]


def make_chain(program: Path, plan: NetworkPlan, folder: Path) -> str:
    """Make a validator's empty chain from the genesis file in its folder; gives the genesis block's hash.

    Raises NetworkError, with the engine's words, when it refuses the file.
    """
    made = subprocess.run(
        [program, *init_arguments(plan)], check=False, cwd=folder, capture_output=True, text=True
    )
    said = made.stdout + made.stderr
    found = _GENESIS_HASH.search(said)
    if made.returncode or found is None:
        raise NetworkError(f"The engine refused the genesis file: {said[-600:].strip()}", "Report this")
    return found.group(1)


def _pruning(plan: NetworkPlan) -> list[str]:
    return (
        ["--state.live-pruning", "--state.live-pruning-retention", str(plan.kept_states)]
        if plan.kept_states
        else []
    )


def start_arguments(
    plan: NetworkPlan, *, address: str, rpc: tuple[str, int], p2p_port: int, peers_within: Sequence[str] = ()
) -> list[str]:
    """The validator's arguments, with paths relative to its folder.

    rpc is where its JSON-RPC listens; peers_within are the address ranges (CIDR) that peers may come from,
    any when empty.
    """
    arguments = {
        "datadir": "data",
        "nodekey": "nodekey",
        "networkid": plan.chain_id,
        # Every block's state reaches the disk with the block: a validator that is killed goes on from its
        # last block. With Kaia's default it would fall back by up to 128 blocks, and all four together
        # would forget final ones.
        "gcmode": "archive",
        # Peers are those of the list; nothing is announced, looked for or mapped through a router.
        "nat": "none",
        "port": p2p_port,
        "ipcpath": "operator.ipc",
        "rpcaddr": rpc[0],
        "rpcport": rpc[1],
        # Votes and peers are changed through the operator's socket alone.
        "rpcapi": "eth,net,web3,txpool,kaia",
        "rpcvhosts": f"localhost,{rpc[0]}",
        "srvtype": "http",
        "maxRequestContentLength": 16 * 2**20,
        "rpc.concurrencylimit": 3000,
        "api.filter.getLogs.maxitems": 1_000_000,
        "rewardbase": address,
        "round-timeout-ms": plan.round_timeout_ms,
        "block-period-ms": plan.block_period_ms,
        "block-generation-time-limit": f"{plan.execution_limit_ms}ms",
        # Kaia's limit is on a transaction's computing; a batch of 500 parts passes it.
        "opcode-computation-cost-limit": 2**64 - 1,
        "txpool.pricelimit": 0,
        "txpool.exec-slots.account": 16_384,
        "txpool.exec-slots.all": 131_072,
        "txpool.nonexec-slots.account": 16_384,
        "txpool.nonexec-slots.all": 131_072,
        "txpool.lifetime": "1h",
        "db.leveldb.cache-size": plan.cache_mb,
        "state.trie-cache-limit": plan.cache_mb,
        # A validator that receives a block would run each of its transactions a second time, ahead of the
        # block, to have their state in memory: a seventh of its processor time, for where disks are slow.
        "statedb.cache.num-fetcher-prefetch-worker": 0,
        "verbosity": 3,
    }
    flags = ["nodiscover", "ntp.disable", "rpc", "txpool.nolocals", "db.no-perf-metrics"]
    if peers_within:
        arguments["netrestrict"] = ",".join(peers_within)
    return [
        *(f"--{name}" for name in flags),
        *(part for name, value in arguments.items() for part in (f"--{name}", str(value))),
        *_pruning(plan),
    ]
