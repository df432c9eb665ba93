"""Validators' processes: started apart from the caller, found again by later commands, and ended."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from network.failures import NetworkError

# Leaves the process to the machine's first process, so that it outlives the caller and never lingers as its
# dead child.
_LAUNCH = 'cd "$1" || exit 1; log="$2"; shift 2; "$@" >>"$log" 2>&1 </dev/null & echo $!'
STOP_WITHIN_S = 30.0
# A validator writes about 60 MB of log a day. One file of this size or more is put aside at a start.
LONGEST_LOG = 64 * 2**20


def _stat(pid: int) -> list[str] | None:
    """The fields of the process's line in /proc after its name, None when there is no such process."""
    try:
        line = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    return line.rpartition(")")[2].split()


def _started_at(pid: int) -> str | None:
    fields = _stat(pid)
    # State Z is a process that has ended and whose parent has not looked yet.
    return None if fields is None or fields[0] == "Z" else fields[19]


def start(command: Sequence[str], *, folder: Path, log: Path, pid_file: Path) -> int:
    """Start command in folder with its output at the end of log, and note its process in pid_file.

    A long log is put aside with the ending .1 first, in place of the one that was put aside before.
    """
    if log.exists() and log.stat().st_size >= LONGEST_LOG:
        log.replace(log.with_name(f"{log.name}.1"))
    launched = subprocess.run(
        ["sh", "-c", _LAUNCH, "sh", str(folder), str(log), *command],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    pid = int(launched.stdout)
    # Empty when the process has ended already: what is written then belongs to no later process.
    pid_file.write_text(f"{pid} {_started_at(pid) or ''}\n", encoding="ascii")
    return pid


def running(pid_file: Path) -> int | None:
    """The process noted in pid_file, None when it has ended. A later process with the same number is not
    mistaken for it."""
    try:
        noted = pid_file.read_text(encoding="ascii").split()
    except FileNotFoundError:
        return None
    if len(noted) != 2 or not noted[0].isdigit():
        return None
    pid = int(noted[0])
    return pid if _started_at(pid) == noted[1] else None


def end(pid_file: Path, *, with_signal: signal.Signals, within_s: float = STOP_WITHIN_S) -> bool:
    """Send the signal to the process noted in pid_file and wait for its end. False when none was running.

    Raises NetworkError when it is still there after within_s.
    """
    pid = running(pid_file)
    if pid is None:
        pid_file.unlink(missing_ok=True)
        return False
    ask(pid, with_signal)
    give_up_at = time.monotonic() + within_s
    while running(pid_file) is not None:
        if time.monotonic() > give_up_at:
            raise NetworkError(
                f"The process {pid} is still there {within_s:.0f} s after {with_signal.name}",
                "Kill it instead",
            )
        time.sleep(0.02)
    pid_file.unlink(missing_ok=True)
    return True


def memory_mb(pid: int) -> int | None:
    """The process's resident memory in mebibytes."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return None
    return pages * os.sysconf("SC_PAGESIZE") // 2**20


def last_lines(log: Path, count: int = 12) -> str:
    """The end of a log, at most count lines."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - 65_536))
            return "\n".join(file.read().decode("utf-8", errors="replace").splitlines()[-count:])
    except FileNotFoundError:
        return "(no log)"


def ask(pid: int, with_signal: signal.Signals) -> None:
    """Send a signal to a process that may have ended meanwhile."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, with_signal)
