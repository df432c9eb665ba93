"""How validators reach each other on one machine, and how that is cut.

On loopback nothing can be cut. With network namespaces each validator has two interfaces: one to the
machine, for its JSON-RPC, and one to a bridge that only validators are on. A partition puts the second ones
on different bridges: packets between the sides are lost in both directions and nothing tells the
validators, as when a cable is cut.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from network.failures import NetworkError
from network.plan import Links

LOOPBACK = "127.0.0.1"
_SUBNETS = 250


class LinkLayer(Protocol):
    """What the network needs to know of its links."""

    def rpc_host(self, index: int) -> str:
        """The address at which the machine reaches a validator's JSON-RPC."""

    def p2p_host(self, index: int) -> str:
        """The address at which the other validators reach it."""

    def prefix(self, index: int) -> list[str]:
        """What a validator's command starts with."""

    def lay(self, indices: Sequence[int]) -> None:
        """Make the links of these validators; those that are there stay as they are."""

    def partition(self, groups: Sequence[Sequence[int]]) -> None:
        """Let validators reach only their own group."""

    def heal(self, indices: Sequence[int]) -> None:
        """Let all reach all."""

    def groups(self, indices: Sequence[int]) -> dict[int, int]:
        """Which group each validator is in, from 0."""

    def remove(self) -> None:
        """Take away everything that lay made."""


class LoopbackLinks:
    """All validators on 127.0.0.1, told apart by their ports."""

    def rpc_host(self, index: int) -> str:
        """Always loopback."""
        del index
        return LOOPBACK

    def p2p_host(self, index: int) -> str:
        """Always loopback."""
        del index
        return LOOPBACK

    def prefix(self, index: int) -> list[str]:
        """Nothing."""
        del index
        return []

    def lay(self, indices: Sequence[int]) -> None:
        """Nothing to do."""

    def partition(self, groups: Sequence[Sequence[int]]) -> None:
        """Refused: there is no link to cut."""
        del groups
        raise NetworkError(
            "This network's validators share the loopback interface, where no link can be cut",
            "Make it with --namespaces (needs root)",
        )

    def heal(self, indices: Sequence[int]) -> None:
        """Nothing to do."""

    def groups(self, indices: Sequence[int]) -> dict[int, int]:
        """All together."""
        return dict.fromkeys(indices, 0)

    def remove(self) -> None:
        """Nothing to do."""


def _ip(*arguments: str) -> str:
    done = subprocess.run(["ip", *arguments], check=False, capture_output=True, text=True)
    if done.returncode:
        raise NetworkError(
            f"`ip {' '.join(arguments)}` failed: {done.stderr.strip()}",
            "Network namespaces need root and iproute2",
        )
    return done.stdout


class NamespaceLinks:
    """A namespace, two interfaces and two addresses for each validator."""

    def __init__(self, folder: Path) -> None:
        """Names come from the network's folder, so that several networks live side by side."""
        digest = hashlib.sha256(str(folder.resolve()).encode()).digest()
        self._name = f"cf{digest[:3].hex()}"
        self._subnet = digest[3] % _SUBNETS
        if os.geteuid() != 0 or shutil.which("ip") is None:
            raise NetworkError(
                "Network namespaces need root and the program ip",
                "Run as root with iproute2 installed, or leave --namespaces out",
            )

    def rpc_host(self, index: int) -> str:
        """On the machine's bridge."""
        return f"10.213.{self._subnet}.{index}"

    def p2p_host(self, index: int) -> str:
        """On the validators' bridge."""
        return f"10.214.{self._subnet}.{index}"

    def _namespace(self, index: int) -> str:
        return f"{self._name}-{index}"

    def _bridge(self, group: int) -> str:
        return f"{self._name}p{group}"

    def _p2p_end(self, index: int) -> str:
        return f"{self._name}v{index}"

    def prefix(self, index: int) -> list[str]:
        """Into its namespace."""
        return ["ip", "netns", "exec", self._namespace(index)]

    @staticmethod
    def _interfaces() -> set[str]:
        return set(os.listdir("/sys/class/net"))

    def _ensure_bridge(self, name: str) -> None:
        if name not in self._interfaces():
            _ip("link", "add", name, "type", "bridge")
        _ip("link", "set", name, "up")

    def lay(self, indices: Sequence[int]) -> None:
        """Make bridges, namespaces and interfaces that are not there yet."""
        machine = f"{self._name}m"
        if machine not in self._interfaces():
            self._ensure_bridge(machine)
            _ip("addr", "add", f"10.213.{self._subnet}.254/24", "dev", machine)
        self._ensure_bridge(self._bridge(0))
        laid = {line.split()[0] for line in _ip("netns", "list").splitlines() if line.strip()}
        for index in indices:
            if self._namespace(index) not in laid:
                self._lay_one(index, machine)

    def _lay_one(self, index: int, machine: str) -> None:
        namespace = self._namespace(index)
        _ip("netns", "add", namespace)
        _ip("-n", namespace, "link", "set", "lo", "up")
        for inside, outside, bridge, address in (
            ("rpc", f"{self._name}r{index}", machine, self.rpc_host(index)),
            ("p2p", self._p2p_end(index), self._bridge(0), self.p2p_host(index)),
        ):
            _ip("link", "add", outside, "type", "veth", "peer", "name", inside, "netns", namespace)
            _ip("link", "set", outside, "master", bridge, "up")
            _ip("-n", namespace, "addr", "add", f"{address}/24", "dev", inside)
            _ip("-n", namespace, "link", "set", inside, "up")

    def partition(self, groups: Sequence[Sequence[int]]) -> None:
        """Put each group's validators on a bridge of their own."""
        for group, indices in enumerate(groups):
            self._ensure_bridge(self._bridge(group))
            for index in indices:
                _ip("link", "set", self._p2p_end(index), "master", self._bridge(group))

    def heal(self, indices: Sequence[int]) -> None:
        """Put all on one bridge."""
        self.partition([indices])

    def groups(self, indices: Sequence[int]) -> dict[int, int]:
        """Which bridge each validator's interface is on now."""
        found: dict[int, int] = {}
        for index in indices:
            master = Path(f"/sys/class/net/{self._p2p_end(index)}/master")
            found[index] = int(master.resolve().name.removeprefix(f"{self._name}p")) if master.exists() else 0
        return found

    def remove(self) -> None:
        """Take away namespaces, which takes their interfaces along, and then bridges."""
        for line in _ip("netns", "list").splitlines():
            name = line.split()[0] if line.strip() else ""
            if name.startswith(f"{self._name}-"):
                _ip("netns", "del", name)
        for interface in sorted(self._interfaces()):
            if interface.startswith(self._name):
                subprocess.run(["ip", "link", "del", interface], check=False, capture_output=True)


def links_of(kind: Links, folder: Path) -> LinkLayer:
    """The links that a plan asks for."""
    return NamespaceLinks(folder) if kind is Links.NAMESPACES else LoopbackLinks()
