"""Compiles the peers with the compiler and the settings of our own contracts."""

from __future__ import annotations

import hashlib
import json
import posixpath
import re
from pathlib import Path
from typing import Any

import solcx

from counterfoil.chain.compiler import read_build_record

REPOSITORY = Path(__file__).resolve().parents[3]
PEERS = Path(__file__).parent / "peers" / "Peers.sol"
CACHE = REPOSITORY / "cache" / "bench"
TRADE_TRUST = "@tradetrust-tt/token-registry/contracts/"
ROOTS = (
    "peers/Peers.sol",
    TRADE_TRUST + "TradeTrustToken.sol",
    TRADE_TRUST + "TitleEscrowFactory.sol",
    TRADE_TRUST + "TitleEscrow.sol",
)
WANTED = {
    "Erc3525Reference",
    "Erc721a",
    "OpenZeppelinERC20",
    "OpenZeppelinERC721",
    "OpenZeppelinERC1155",
    "SoladyToken1155",
    "SoladyToken6909",
    "SoladyToken721",
    "TitleEscrow",
    "TitleEscrowFactory",
    "TradeTrustToken",
}
# The reference implementation of ERC-3525 is written for OpenZeppelin 4 and brings its own copy.
ERC3525 = "@solvprotocol/erc-3525/"
OLD_OPENZEPPELIN = ERC3525 + "node_modules/@openzeppelin/"
_IMPORT = re.compile(r"""^\s*import\s+(?:[^"';]*?\sfrom\s+)?["']([^"']+)["']""", re.MULTILINE)
_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)


def _path(unit: str) -> Path:
    return PEERS if unit == "peers/Peers.sol" else REPOSITORY / "node_modules" / unit


def _imported(unit: str, target: str) -> str:
    if target.startswith("."):
        return posixpath.normpath(posixpath.join(posixpath.dirname(unit), target))
    if unit.startswith(ERC3525) and target.startswith("@openzeppelin/"):
        return OLD_OPENZEPPELIN + target.removeprefix("@openzeppelin/")
    return target


def _sources() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    waiting = list(ROOTS)
    while waiting:
        unit = waiting.pop()
        if unit in found:
            continue
        content = _path(unit).read_text(encoding="utf-8")
        found[unit] = {"content": content}
        waiting += [_imported(unit, target) for target in _IMPORT.findall(_COMMENT.sub("", content))]
    return dict(sorted(found.items()))


def compile_peers() -> dict[str, dict[str, Any]]:
    """Artifacts by contract name, {"abi", "bytecode"}.

    The result is kept under cache/, by the hash of everything that went in.
    """
    settings = {
        **read_build_record()["compiler"]["settings"],
        "outputSelection": {"*": {"*": ["abi", "evm.bytecode.object"]}},
        "remappings": [f"{ERC3525}:@openzeppelin/={OLD_OPENZEPPELIN}"],
    }
    standard_json = {"language": "Solidity", "sources": _sources(), "settings": settings}
    key = hashlib.sha256(json.dumps(standard_json, sort_keys=True).encode()).hexdigest()
    kept = CACHE / f"{key}.json"
    if not kept.is_file():
        output = solcx.compile_standard(standard_json, solc_binary=REPOSITORY / "scripts" / "solc")
        artifacts = {
            name: {"abi": contract["abi"], "bytecode": contract["evm"]["bytecode"]["object"]}
            for contracts in output["contracts"].values()
            for name, contract in contracts.items()
            if name in WANTED
        }
        CACHE.mkdir(parents=True, exist_ok=True)
        kept.write_text(json.dumps(artifacts), encoding="utf-8")
    result: dict[str, dict[str, Any]] = json.loads(kept.read_text(encoding="utf-8"))
    if missing := WANTED - result.keys():
        raise RuntimeError(f"the peers' sources have no contract {', '.join(sorted(missing))}")
    return result
