"""Processes that outlive the command that started them, ports that are taken, links that cannot be cut."""

from __future__ import annotations

import os
import signal
import socket
from pathlib import Path

import pytest
from network import process
from network.failures import NetworkError
from network.links import LoopbackLinks, NamespaceLinks, links_of
from network.plan import Links
from network.ports import is_free, refuse_taken_ports


def started(tmp_path: Path, *command: str) -> Path:
    pid_file = tmp_path / "pid"
    process.start(command, folder=tmp_path, log=tmp_path / "log", pid_file=pid_file)
    return pid_file


def test_a_started_process_is_found_and_ended(tmp_path: Path) -> None:
    pid_file = started(tmp_path, "sleep", "600")
    pid = process.running(pid_file)
    assert pid is not None
    assert process.memory_mb(pid) is not None
    assert process.end(pid_file, with_signal=signal.SIGTERM)
    assert process.running(pid_file) is None
    assert not pid_file.exists()
    assert not process.end(pid_file, with_signal=signal.SIGTERM)


def test_a_process_is_not_the_callers_child(tmp_path: Path) -> None:
    pid_file = started(tmp_path, "sleep", "600")
    pid = process.running(pid_file)
    assert pid is not None
    parent = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[1]
    assert int(parent) != os.getpid()
    assert process.end(pid_file, with_signal=signal.SIGKILL)


def test_a_process_that_ends_at_once_is_not_running_and_leaves_its_words(tmp_path: Path) -> None:
    pid_file = started(tmp_path, "sh", "-c", "echo no room >&2; exit 3")
    while process.running(pid_file) is not None:
        os.sched_yield()
    assert process.last_lines(tmp_path / "log") == "no room"


def test_output_is_added_to_the_log_that_was_there(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("first\n", encoding="ascii")
    pid_file = started(tmp_path, "echo", "second")
    while "second" not in (tmp_path / "log").read_text(encoding="ascii"):
        os.sched_yield()
    assert process.last_lines(tmp_path / "log", 2) == "first\nsecond"
    process.end(pid_file, with_signal=signal.SIGKILL)


def test_a_long_log_is_put_aside(tmp_path: Path) -> None:
    with (tmp_path / "log").open("wb") as file:
        file.truncate(process.LONGEST_LOG)
    pid_file = started(tmp_path, "echo", "new")
    while process.last_lines(tmp_path / "log") != "new":
        os.sched_yield()
    assert (tmp_path / "log.1").stat().st_size == process.LONGEST_LOG
    process.end(pid_file, with_signal=signal.SIGKILL)


def test_it_runs_in_its_folder(tmp_path: Path) -> None:
    pid_file = started(tmp_path, "sh", "-c", "pwd")
    while not (tmp_path / "log").read_text(encoding="utf-8"):
        os.sched_yield()
    assert process.last_lines(tmp_path / "log") == str(tmp_path)
    process.end(pid_file, with_signal=signal.SIGKILL)


@pytest.mark.parametrize("noted", ["", "x y", "1", "{own} 1", "999999999 5"])
def test_a_stale_note_is_nobodys_process(tmp_path: Path, noted: str) -> None:
    """After a restart of the machine its number may belong to any other program, here to this test itself."""
    pid_file = tmp_path / "pid"
    pid_file.write_text(noted.format(own=os.getpid()), encoding="ascii")
    assert process.running(pid_file) is None
    assert not process.end(pid_file, with_signal=signal.SIGKILL)
    assert not pid_file.exists()


def test_a_process_that_will_not_end_is_reported(tmp_path: Path) -> None:
    pid_file = started(tmp_path, "sh", "-c", 'trap "" TERM; echo ready; while :; do sleep 0.1; done')
    while "ready" not in process.last_lines(tmp_path / "log"):
        os.sched_yield()
    with pytest.raises(NetworkError, match="SIGTERM"):
        process.end(pid_file, with_signal=signal.SIGTERM, within_s=0.3)
    assert process.end(pid_file, with_signal=signal.SIGKILL)


def test_asking_a_process_that_has_ended_is_no_error(tmp_path: Path) -> None:
    pid_file = started(tmp_path, "sleep", "600")
    pid = process.running(pid_file)
    assert pid is not None
    process.end(pid_file, with_signal=signal.SIGKILL)
    process.ask(pid, signal.SIGTERM)


def test_a_log_that_is_not_there_has_no_lines(tmp_path: Path) -> None:
    assert process.last_lines(tmp_path / "log") == "(no log)"


def test_a_taken_port_is_refused_with_who_needs_it() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        assert not is_free("127.0.0.1", port)
        with pytest.raises(NetworkError) as refused:
            refuse_taken_ports("127.0.0.1", [port], validator=3)
    assert refused.value.reason.startswith(f"Validator 3 needs port {port} on 127.0.0.1")
    assert "--base-port" in refused.value.remedy
    assert is_free("127.0.0.1", port)
    refuse_taken_ports("127.0.0.1", [port], validator=3)


def test_an_address_of_another_machine_counts_as_free() -> None:
    assert is_free("203.0.113.9", 8551)


def test_loopback_has_no_link_to_cut() -> None:
    links = links_of(Links.LOOPBACK, Path())
    with pytest.raises(NetworkError, match="--namespaces"):
        links.partition([[1], [2]])
    assert links.groups([1, 2]) == {1: 0, 2: 0}
    assert links.prefix(1) == []


def test_namespaces_are_refused_to_others_than_root(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(NetworkError, match="root"):
        NamespaceLinks(tmp_path)


def test_networks_in_two_folders_have_names_of_their_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr("network.links.shutil.which", lambda _: "/sbin/ip")
    one, other = NamespaceLinks(tmp_path / "a"), NamespaceLinks(tmp_path / "b")
    assert one.prefix(1) != other.prefix(1)
    assert one.rpc_host(1) != one.rpc_host(2) != one.p2p_host(2)
    assert NamespaceLinks(tmp_path / "a").prefix(1) == one.prefix(1)
    assert isinstance(links_of(Links.LOOPBACK, tmp_path), LoopbackLinks)
