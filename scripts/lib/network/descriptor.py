"""network.json: what everything else needs to know of a network, in one file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from network.engine import ENGINE, VERSION
from network.members import Member
from network.plan import NetworkPlan


def descriptor_of(
    plan: NetworkPlan,
    *,
    name: str,
    genesis_hash: str,
    members: Sequence[Member],
    hosts: dict[int, tuple[str, str]],
) -> dict[str, Any]:
    """The file's content; hosts gives each member's address for JSON-RPC and for its peers."""
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
                "endpoint": f"http://{hosts[member.index][0]}:{plan.port(member.index, 0)}",
                "data": f"validators/{member.index}",
                "p2p": member.peer_url(hosts[member.index][1], plan.port(member.index, 3)),
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
