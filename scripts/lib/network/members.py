"""Who belongs to the network: the list beside the plan, and each member's own folder."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from network.failures import NetworkError


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A member's validator: its number from 1, its name, its address and its key's public half as peers
    write it."""

    index: int
    name: str
    address: str
    node_id: str
    # False once the others voted it out. Its folder stays, and its number is never given again.
    admitted: bool = True

    def expelled(self) -> Member:
        """The same member after the vote."""
        return replace(self, admitted=False)

    def peer_url(self, host: str, port: int) -> str:
        """Where the others dial it and which key it must prove to hold."""
        return f"kni://{self.node_id}@{host}:{port}?discport=0&ntype=cn"


@dataclass(frozen=True, slots=True)
class Folder:
    """A validator's own files: all that its member needs to run it on another machine."""

    path: Path

    @property
    def key(self) -> Path:
        """The secret key, which never leaves the member."""
        return self.path / "nodekey"

    @property
    def genesis(self) -> Path:
        """The same file for every member."""
        return self.path / "genesis.json"

    @property
    def data(self) -> Path:
        """The chain, written by the engine."""
        return self.path / "data"

    @property
    def peers(self) -> Path:
        """The engine's list of the peers that it dials."""
        return self.data / "static-nodes.json"

    @property
    def socket(self) -> Path:
        """The operator's way into a running validator: votes and peers."""
        return self.data / "operator.ipc"

    @property
    def log(self) -> Path:
        """What the validator says."""
        return self.path / "validator.log"

    @property
    def pid(self) -> Path:
        """Which process it is while it runs."""
        return self.path / "pid"

    @property
    def arguments(self) -> Path:
        """The engine's arguments, one a line, from this folder as working directory."""
        return self.path / "arguments"

    @property
    def unit(self) -> Path:
        """A systemd unit that starts the validator on its own machine."""
        return self.path / "counterfoil-validator.service"


def read_members(path: Path) -> list[Member]:
    """The list that write_members wrote."""
    try:
        return [Member(**entry) for entry in json.loads(path.read_text(encoding="utf-8"))]
    except (OSError, ValueError, TypeError) as error:
        raise NetworkError(
            f"{path} is not a list of members ({error})", "Destroy the network and make it anew"
        ) from error


def write_members(path: Path, members: Iterable[Member]) -> None:
    """Write the list so that a reader sees the old one or the new one, never half of one."""
    unfinished = path.with_suffix(".new")
    unfinished.write_text(
        json.dumps([asdict(member) for member in members], indent=2) + "\n", encoding="utf-8"
    )
    unfinished.replace(path)


def admitted(members: Sequence[Member]) -> list[Member]:
    """The members whose validators belong to consensus."""
    return [member for member in members if member.admitted]
