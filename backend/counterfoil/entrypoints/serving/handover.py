"""How the supervisor starts a process: settings and passphrase through a pipe, never on a command line.

The pipe stays open. When the supervisor ends, in whatever way, its end closes, and the process stops itself:
none is left behind with the chain's lock.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import BinaryIO

from pydantic import SecretStr

from counterfoil.settings import Settings, variable

NOT_USABLE = 78
"""Exit code (EX_CONFIG) of a process that would fail again: its settings, keys or store are not usable."""


class Part(StrEnum):
    """What a process is. PREPARE: sets up what is missing, and ends."""

    PREPARE = "prepare"
    HTTP = "http"
    WORKER = "worker"


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """What a process is given. deploy: put the contracts on a chain that is not the embedded one."""

    settings: Settings
    passphrase: SecretStr
    deploy: bool = False


def start_part(part: Part, handover: Handover) -> subprocess.Popen[bytes]:
    """Start a process of its own session: what is typed at the terminal reaches the supervisor alone."""
    ours = {variable(name) for name in Settings.model_fields}
    started = subprocess.Popen(  # noqa: S603 - this interpreter, and a word from an enumeration
        [sys.executable, "-m", "counterfoil.entrypoints.serving.part", part.value],
        stdin=subprocess.PIPE,
        start_new_session=True,
        env={name: value for name, value in os.environ.items() if name not in ours},
    )
    if started.stdin is None:
        raise RuntimeError("the pipe to the process is missing")
    # A process that ended at once reads nothing; whoever looks after it sees the exit code.
    with suppress(BrokenPipeError):
        started.stdin.write(_line(handover))
        started.stdin.flush()
    return started


def read_handover(pipe: BinaryIO) -> Handover:
    """What `start_part` wrote; raises ValueError for anything else."""
    content = json.loads(pipe.readline())
    given = {name: value for name, value in content["settings"].items() if value is not None}
    return Handover(
        settings=Settings(**given), passphrase=SecretStr(content["passphrase"]), deploy=content["deploy"]
    )


def stop_with_supervisor(pipe: BinaryIO) -> None:
    """Send this process SIGTERM when the supervisor's end of the pipe closes."""

    def watch() -> None:
        # Unbuffered: a thread that waits within the buffer's lock would break the interpreter's end.
        while os.read(pipe.fileno(), 1):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="supervisor-watch", daemon=True).start()


def _line(handover: Handover) -> bytes:
    settings = {
        name: value.get_secret_value() if isinstance(value, SecretStr) else value
        for name, value in handover.settings.model_dump().items()
    }
    content = {
        "settings": settings,
        "passphrase": handover.passphrase.get_secret_value(),
        "deploy": handover.deploy,
    }
    return json.dumps(content, default=str).encode() + b"\n"
