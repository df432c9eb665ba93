"""The network guide's commands, run as they stand in it, on validators of their own."""

from __future__ import annotations

import os
import re
import shlex
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from guide_walk import run, steps_of

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "guides" / "network.md"
NETWORK_PORTS = 500
COMMAND_S = 300


def free_ports(count: int) -> int:
    """The first of so many neighbouring ports that nobody listens on now."""
    for first in range(30_000, 60_000, count):
        held = []
        try:
            for port in range(first, first + 50):
                probe = socket.socket()
                held.append(probe)
                probe.bind(("127.0.0.1", port))
        except OSError:
            continue
        finally:
            for probe in held:
                probe.close()
        return first
    raise OSError("no free ports")


class Reader:
    """Whoever reads the guide: a shell in an empty folder, and the program in this process.

    Only ports differ from what stands in the guide, so that no network that runs here is in the way.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ports = {".network": free_ports(NETWORK_PORTS)}
        self.ports[".cut"] = self.ports[".network"] + NETWORK_PORTS
        self.started: list[subprocess.Popen[bytes]] = []

    def does(self, command: str) -> tuple[int, str]:
        """Exit code and output."""
        if command.startswith("export "):
            name, _, value = command.removeprefix("export ").partition("=")
            os.environ[name] = value.replace("$PWD", str(self.folder))
            return 0, ""
        if command.startswith("counterfoil ") and not command.endswith("&"):
            ended = run(command)
            return ended.exit_code, ended.output
        if command.endswith("&"):
            program = Path(sys.executable).parent
            line = "exec " + command.removesuffix("&").replace("counterfoil", f"{program}/counterfoil", 1)
            self.started.append(subprocess.Popen(["bash", "-c", line], cwd=self.folder))
            return 0, ""
        if command == "kill %1":
            self.end()
            return 0, ""
        return self._in_a_shell(command)

    def end(self) -> None:
        """Stop what was left running."""
        for process in self.started:
            process.terminate()
            assert process.wait(60) == 0
        self.started.clear()

    def _in_a_shell(self, command: str) -> tuple[int, str]:
        line = command.removeprefix("sudo ")
        if line.startswith("scripts/network"):
            words = shlex.split(line)
            directory = words[words.index("--dir") + 1] if "--dir" in words else ".network"
            line = re.sub(r" --base-port \d+", "", line)
            if words[1] == "up":
                line += f" --base-port {self.ports[directory]}"
            line = f"{ROOT}/{line}"
        ended = subprocess.run(
            ["bash", "-c", line],
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=COMMAND_S,
        )
        return ended.returncode, ended.stdout


@pytest.fixture
def reader(
    fresh: object, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Reader]:
    # A short name: a validator's socket lies in it, and names of sockets have 107 bytes at most.
    folder = tmp_path_factory.mktemp("clone")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("COUNTERFOIL_CHAIN", "")
    monkeypatch.setenv("PORT", str(free_ports(100) + 60))
    someone = Reader(folder)
    yield someone
    someone.end()
    for directory in (".network", ".cut"):
        if (folder / directory / "plan.json").exists():
            someone.does(f"scripts/network destroy --yes --dir {directory}")


@pytest.mark.needs_network
def test_the_guide_runs_as_written(reader: Reader) -> None:
    walked = steps_of(GUIDE)
    assert len(walked) > 35
    for command, promised in walked:
        code, output = reader.does(command)
        refused = command.endswith(" || true") and command.startswith("counterfoil ")
        assert code == int(refused), (command, output)
        flat = re.sub(r"\s+", " ", output)
        for line in promised:
            assert re.sub(r"\s+", " ", line) in flat, (command, line, output)
