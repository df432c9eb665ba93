"""The service as one process after another: a first start, killed parts, a clean stop, a wrong passphrase."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from counterfoil.chain.home_keys import HomeKeys
from counterfoil.settings import Settings
from ledger_support import CHEAP_SCRYPT_N, PASSPHRASE

PATIENCE_S = 180
_PROGRAM = "from counterfoil.entrypoints.cli.command_line import main; main()"


class Served:
    """A service in processes of its own."""

    def __init__(self, home: Path, *, passphrase: str = PASSPHRASE) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith("COUNTERFOIL_")
        }
        environment |= {
            "COUNTERFOIL_HOME": str(home),
            "COUNTERFOIL_PASSPHRASE": passphrase,
            "COUNTERFOIL_KEYSTORE_SCRYPT_N": str(CHEAP_SCRYPT_N),
        }
        self._written: tuple[str, str] | None = None
        self._client = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", trust_env=False, timeout=10)
        self.process = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM, "serve", f"--port={self.port}"],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def asked(self, path: str) -> httpx.Response | None:
        """None: nobody takes connections."""
        assert self.process.poll() is None, self.process.communicate()
        try:
            return self._client.get(path)
        except httpx.TransportError:
            return None

    def is_ready(self) -> bool:
        answer = self.asked("/health/ready")
        return answer is not None and answer.status_code == 200

    def parts(self) -> dict[str, int]:
        """The processes that the supervisor started, by what they are."""
        found = {}
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text("ascii")
        for pid in map(int, children.split()):
            try:
                words = Path(f"/proc/{pid}/cmdline").read_text("utf-8").split("\0")
            except FileNotFoundError:
                continue
            if "counterfoil.entrypoints.serving.part" in words:
                found[words[-2]] = pid
        return found

    def close(self) -> tuple[str, str]:
        """Stop it, and what it wrote. Harmless when repeated."""
        if self._written is None:
            self._client.close()
            self.process.terminate()
            self._written = self.process.communicate(timeout=PATIENCE_S)
        return self._written


def until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[0] != "Z"


@pytest.fixture
def served(settings: Settings) -> Iterator[Served]:
    """The service on a home with a ledger."""
    made = Served(settings.home)
    yield made
    made.close()


def test_the_service_survives_its_parts_and_stops_when_told(served: Served, settings: Settings) -> None:
    until(served.is_ready)
    for part in ("http", "worker"):
        before = served.parts()
        os.kill(before[part], signal.SIGKILL)
        until(lambda part=part, before=before: served.parts().get(part, before[part]) != before[part])
        until(served.is_ready)
        other = "worker" if part == "http" else "http"
        assert served.parts()[other] == before[other]

    metrics = served.asked("/metrics")
    assert metrics is not None
    assert "counterfoil_store_up 1.0" in metrics.text
    assert 'counterfoil_http_request_seconds_count{code="200",method="GET",route="' in metrics.text
    second = Served(settings.home)
    second.process.wait()
    assert "ServiceRunning" in second.close()[1]
    assert second.process.returncode == 1

    parts = served.parts()
    written, logged = served.close()
    assert served.process.returncode == 0
    assert not any(map(is_running, parts.values()))
    assert f"Serving on http://127.0.0.1:{served.port}" in written
    assert "COUNTERFOIL_PASSPHRASE = (set)" in written
    assert PASSPHRASE not in written + logged
    ended = [json.loads(line) for line in logged.splitlines() if '"a process ended"' in line]
    assert [(each["part"], each["exit_code"]) for each in ended] == [("http", -9), ("worker", -9)]


def test_without_its_supervisor_no_part_goes_on(served: Served) -> None:
    until(lambda: served.parts().keys() == {"http", "worker"})
    parts = served.parts()
    served.process.kill()
    served.process.wait()
    until(lambda: not any(map(is_running, parts.values())))


def test_a_wrong_passphrase_ends_the_service_at_once(settings: Settings) -> None:
    keys = HomeKeys(settings.keys_directory, lambda _: PASSPHRASE, scrypt_n=CHEAP_SCRYPT_N)
    keys.ensure_service_key()

    refused = Served(settings.home, passphrase="wrong")
    refused.process.wait()
    _, logged = refused.close()
    assert refused.process.returncode == 1
    assert "KeyLocked" in logged
    assert "ServicePartFailed" in logged
    assert "Traceback" not in logged
