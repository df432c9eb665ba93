"""What a network is made from: its members, numbers and limits, written beside it so that every later
command agrees."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from network.failures import NetworkError

DEFAULT_MEMBERS = ("bank", "core", "platform", "regulator")
DEFAULT_BASE_PORT = 8551
DEFAULT_CHAIN_ID = 88551
# Each validator takes ports base + 10 * (index - 1) + offset.
PORTS_APART = 10
RPC_OFFSET = 0
P2P_OFFSET = 3
MOST_VALIDATORS = 50

_MEMBER = re.compile(r"[a-z][a-z0-9-]{0,31}")


class Links(StrEnum):
    """How validators reach each other."""

    LOOPBACK = "loopback"
    NAMESPACES = "namespaces"


class Clock(StrEnum):
    """Which clock gives blocks their time."""

    WALL = "wall"
    ADJUSTABLE = "adjustable"


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkPlan:
    """A network's settings. They hold for its whole life; times are in milliseconds, memory in mebibytes."""

    members: Sequence[str] = DEFAULT_MEMBERS
    chain_id: int = DEFAULT_CHAIN_ID
    base_port: int = DEFAULT_BASE_PORT
    block_period_ms: int = 1000
    # A proposer that is silent for this long loses its turn. It holds the block period and the execution of
    # a full block.
    round_timeout_ms: int = 4000
    # A proposer stops filling its block after this time; the others need the same again to check it.
    execution_limit_ms: int = 400
    # States of this many latest blocks answer eth_call; 0 keeps all. With a number, proofs of storage are
    # not answered at all: the engine then stores a contract's state under another name than the one it
    # looks for.
    kept_states: int = 0
    cache_mb: int = 256
    links: Links = Links.LOOPBACK
    clock: Clock = Clock.WALL
    # For an adjustable clock: the genesis block's second, at which the clock stands until it is moved. None
    # for now, running.
    started_at_s: int | None = None

    def __post_init__(self) -> None:
        check_members(self.members)
        highest = self.base_port + PORTS_APART * MOST_VALIDATORS
        if self.base_port < 1024 or highest > 65_535:
            most = 65_535 - PORTS_APART * MOST_VALIDATORS
            raise NetworkError(f"--base-port is {self.base_port}", f"Give one from 1024 to {most}")
        if not 1 <= self.chain_id < 2**53:
            raise NetworkError(f"--chain-id is {self.chain_id}", "Give one from 1 to 2^53 - 1")
        if self.block_period_ms < 50:
            raise NetworkError(f"--block-period-ms is {self.block_period_ms}", "Give at least 50")
        _check_limits(self)

    def port(self, index: int, offset: int) -> int:
        """The port of validator number index (from 1) for the service at offset."""
        return self.base_port + PORTS_APART * (index - 1) + offset

    def as_json(self) -> dict[str, Any]:
        """The plan as its file holds it."""
        return {**asdict(self), "members": list(self.members)}

    @classmethod
    def read(cls, path: Path) -> NetworkPlan:
        """The plan in a file that write made. Raises NetworkError when it is not one."""
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            content["links"], content["clock"] = Links(content["links"]), Clock(content["clock"])
            content["members"] = tuple(content["members"])
            return cls(**content)
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise NetworkError(
                f"{path} is not a network's plan ({error})", "Destroy the network and make it anew"
            ) from error

    def write(self, path: Path) -> None:
        """Write the plan where read finds it."""
        path.write_text(json.dumps(self.as_json(), indent=2) + "\n", encoding="utf-8")


def check_members(members: Sequence[str]) -> None:
    """Refuse no members, too many, names that are not names, and a name that stands twice."""
    if not 1 <= len(members) <= MOST_VALIDATORS:
        raise NetworkError(f"--members names {len(members)} members", f"Name 1 to {MOST_VALIDATORS}")
    for member in members:
        if not _MEMBER.fullmatch(member):
            raise NetworkError(
                f"--members has {member!r}",
                "Use lower-case letters, digits and hyphens, a letter first, at most 32",
            )
    if len(set(members)) != len(members):
        raise NetworkError("--members names a member twice", "Name each member once")


def _check_limits(plan: NetworkPlan) -> None:
    if plan.round_timeout_ms < plan.block_period_ms + 500:
        raise NetworkError(
            f"--round-timeout-ms is {plan.round_timeout_ms}",
            f"Give at least {plan.block_period_ms + 500}: the wait holds a block's period and its execution",
        )
    if not 10 <= plan.execution_limit_ms <= plan.round_timeout_ms // 2:
        raise NetworkError(
            f"--execution-limit-ms is {plan.execution_limit_ms}",
            f"Give 10 to {plan.round_timeout_ms // 2}, half of the round's timeout",
        )
    if plan.kept_states < 0 or 0 < plan.kept_states < 128:
        raise NetworkError(
            f"--kept-states is {plan.kept_states}", "Give 0 to keep every state, or at least 128"
        )
    if plan.started_at_s is not None and plan.clock is not Clock.ADJUSTABLE:
        raise NetworkError(
            "started_at_s is given for a network on the wall clock", "Make it with an adjustable clock"
        )
    if plan.started_at_s is not None and not 0 < plan.started_at_s < 2**40:
        raise NetworkError(f"started_at_s is {plan.started_at_s}", "Give seconds since 1970, less than 2^40")
    if plan.cache_mb < 32:
        raise NetworkError(f"--cache-mb is {plan.cache_mb}", "Give at least 32")


def members_of(count: int | None, names: str | None) -> tuple[str, ...]:
    """The members that --validators and --members ask for; members without a name are called member5,
    member6 and so on."""
    if count is not None and not 1 <= count <= MOST_VALIDATORS:
        raise NetworkError(f"--validators is {count}", f"Give 1 to {MOST_VALIDATORS}")
    named = DEFAULT_MEMBERS if names is None else tuple(name.strip() for name in names.split(","))
    wanted = len(named) if count is None else count
    if names is not None and len(named) > wanted:
        raise NetworkError(
            f"--members names {len(named)} members for {wanted} validators", "Make the two numbers the same"
        )
    return (*named[:wanted], *(f"member{index}" for index in range(len(named) + 1, wanted + 1)))
