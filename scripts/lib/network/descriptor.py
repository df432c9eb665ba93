"""network.json: what everything else needs to know of a network, in one file."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from network.engine import ENGINE, VERSION
from network.members import Member
from network.plan import NetworkPlan


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a member's validator is reached: by JSON-RPC and by its peers."""

    rpc: tuple[str, int]
    p2p: tuple[str, int]


def descriptor_of(
    plan: NetworkPlan,
    *,
    name: str,
    genesis_hash: str,
    members: Sequence[Member],
    addresses: Mapping[int, Address],
) -> dict[str, Any]:
    """The file's content; addresses has one for each member's number."""
    return {
        "name": name,
        "engine": ENGINE,
        "engine_version": VERSION,
        "chain_id": plan.chain_id,
        "genesis_hash": genesis_hash,
        "block_period_ms": plan.block_period_ms,
        "round_timeout_ms": plan.round_timeout_ms,
        "clock": plan.clock.value,
        "validators": [
            {
                "index": member.index,
                "name": member.name,
                "address": member.address,
                "endpoint": "http://{}:{}".format(*addresses[member.index].rpc),
                "data": f"validators/{member.index}",
                "p2p": member.peer_url(*addresses[member.index].p2p),
            }
            for member in members
            if member.admitted
        ],
    }


def write_descriptor(path: Path, content: dict[str, Any]) -> None:
    """Write the file so that a reader sees the old one or the new one, never half of one."""
    unfinished = path.with_suffix(".json.new")
    unfinished.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    unfinished.replace(path)
