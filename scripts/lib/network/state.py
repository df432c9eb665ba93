"""What one validator is doing now."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

from network import process
from network.members import Member
from network.rpc import RpcRefusedError, RpcUnavailableError, over_http


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidatorState:
    """A validator as it answers at one moment; None where it did not answer."""

    index: int
    name: str
    address: str
    endpoint: str
    pid: int | None
    height: int | None = None
    block_hash: str | None = None
    peers: int | None = None
    syncing: bool | None = None
    validates: bool | None = None
    memory_mb: int | None = None
    group: int | None = None

    @property
    def running(self) -> bool:
        """Whether its process is alive."""
        return self.pid is not None

    @property
    def answers(self) -> bool:
        """Whether it answered the last question for its height."""
        return self.height is not None

    def as_json(self) -> dict[str, Any]:
        """The state as `status --json` prints it."""
        return {"running": self.running, **asdict(self)}


def look_at(member: Member, *, endpoint: str, pid: int | None, group: int) -> ValidatorState:
    """Ask a member's validator, if it has a process, what it is doing."""
    state = ValidatorState(
        index=member.index,
        name=member.name,
        address=member.address,
        endpoint=endpoint,
        pid=pid,
        memory_mb=None if pid is None else process.memory_mb(pid),
        group=group,
    )
    if pid is None:
        return state
    try:
        return _with_answers(state)
    except (RpcUnavailableError, RpcRefusedError):
        return state


def _with_answers(state: ValidatorState) -> ValidatorState:
    block = over_http(state.endpoint, "eth_getBlockByNumber", "latest", False)
    council = over_http(state.endpoint, "kaia_getCouncil", "latest")
    return replace(
        state,
        height=int(block["number"], 16),
        block_hash=str(block["hash"]),
        peers=int(over_http(state.endpoint, "net_peerCount"), 16),
        syncing=over_http(state.endpoint, "eth_syncing") is not False,
        validates=state.address.lower() in {str(address).lower() for address in council},
    )
