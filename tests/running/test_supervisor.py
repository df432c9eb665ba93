"""The supervisor restarts what ends, gives up on what cannot work, and stops everything in order."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import pytest
from pydantic import SecretStr

from counterfoil.domain.errors import CounterfoilError
from counterfoil.entrypoints.serving.handover import NOT_USABLE, Handover, Part, read_handover, start_part
from counterfoil.entrypoints.serving.supervisor import Supervisor, locked
from counterfoil.settings import Settings


class PretendedProcess:
    """What the supervisor sees of a process."""

    def __init__(self, part: Part, *, deaf: bool) -> None:
        self.part = part
        self.exit_code: int | None = None
        self.told: list[str] = []
        self.stdin = BytesIO()
        self._deaf = deaf

    def poll(self) -> int | None:
        return self.exit_code

    def wait(self, timeout: float | None = None) -> int:
        if self.exit_code is None:
            raise subprocess.TimeoutExpired("part", timeout or 0)
        return self.exit_code

    def terminate(self) -> None:
        self.told.append("terminate")
        if not self._deaf:
            self.exit_code = 0

    def kill(self) -> None:
        self.told.append("kill")
        self.exit_code = -9


class Stage:
    """Starts pretended processes, and moves the supervisor's clock. ends: what a part ends with, at once."""

    def __init__(self, home: Path, *, ends: dict[Part, int] | None = None, deaf: bool = False) -> None:
        self.now_s = 0.0
        self.started: list[PretendedProcess] = []
        self.started_at: list[float] = []
        self._ends = {Part.PREPARE: 0} | (ends or {})
        self._deaf = deaf
        self.handover = Handover(settings=Settings(home=home), passphrase=SecretStr("p"))
        self.supervisor = Supervisor(
            self.handover, start=self._start, is_open=lambda _host, _port: True, clock=lambda: self.now_s
        )

    def parts(self, part: Part) -> list[PretendedProcess]:
        return [each for each in self.started if each.part is part]

    def _start(self, part: Part, handover: Handover) -> subprocess.Popen[bytes]:
        assert handover is self.handover
        made = PretendedProcess(part, deaf=self._deaf)
        made.exit_code = self._ends.get(part)
        self.started.append(made)
        self.started_at.append(self.now_s)
        return made  # type: ignore[return-value]  # it has what the supervisor uses of a process

    @contextmanager
    def running(self) -> Iterator[None]:
        begun = threading.Event()
        thread = threading.Thread(target=lambda: self.supervisor.run(on_open=begun.set))
        thread.start()
        begun.wait()
        try:
            yield
        finally:
            self.supervisor.stop()
            thread.join()

    def until(self, happened: Callable[[], bool], *, step_s: float = 0.25) -> None:
        """Let the supervisor's time pass until something has happened."""
        pause = threading.Event()
        for _ in range(4000):
            if happened():
                return
            self.now_s += step_s
            pause.wait(0.01)
        raise AssertionError("it did not happen")


def test_both_processes_run_after_the_home_is_prepared(tmp_path: Path) -> None:
    stage = Stage(tmp_path / "home")
    with stage.running():
        assert [each.part for each in stage.started] == [Part.PREPARE, Part.HTTP, Part.WORKER]
    assert [each.told for each in stage.started] == [[], ["terminate"], ["terminate"]]


@pytest.mark.parametrize("part", [Part.HTTP, Part.WORKER])
def test_a_process_that_ends_is_started_again(tmp_path: Path, part: Part) -> None:
    stage = Stage(tmp_path / "home")
    with stage.running():
        stage.parts(part)[0].exit_code = -9
        stage.until(lambda: len(stage.parts(part)) == 2)
        stage.parts(part)[1].exit_code = 1
        stage.until(lambda: len(stage.parts(part)) == 3)
    other = Part.WORKER if part is Part.HTTP else Part.HTTP
    assert len(stage.parts(other)) == 1


def test_the_pause_before_a_restart_grows_to_a_limit(tmp_path: Path) -> None:
    stage = Stage(tmp_path / "home", ends={Part.WORKER: 1})
    with stage.running():
        stage.until(lambda: len(stage.parts(Part.WORKER)) == 10)
    times = [at for at, each in zip(stage.started_at, stage.started, strict=True) if each.part is Part.WORKER]
    pauses = [later - earlier for earlier, later in pairwise(times)]
    assert all(pause >= least for pause, least in zip(pauses, (0.5, 1, 2, 4, 8, 16, 30, 30, 30), strict=True))


def test_a_process_that_would_fail_again_ends_the_service(tmp_path: Path) -> None:
    stage = Stage(tmp_path / "home", ends={Part.WORKER: NOT_USABLE})
    with pytest.raises(CounterfoilError) as refused:
        stage.supervisor.run()
    assert refused.value.code == "ServicePartFailed"
    assert stage.parts(Part.HTTP)[0].told == ["terminate"]


def test_without_a_prepared_home_nothing_starts(tmp_path: Path) -> None:
    stage = Stage(tmp_path / "home", ends={Part.PREPARE: 1})
    with pytest.raises(CounterfoilError) as refused:
        stage.supervisor.run()
    assert refused.value.code == "ServicePartFailed"
    assert len(stage.started) == 1


def test_a_process_that_does_not_stop_is_killed(tmp_path: Path) -> None:
    stage = Stage(tmp_path / "home", deaf=True)
    with stage.running():
        pass
    assert [each.told for each in stage.started[1:]] == [["terminate", "kill"]] * 2


def test_one_service_runs_on_a_home(tmp_path: Path) -> None:
    stage = Stage(tmp_path / "home")
    with stage.running(), pytest.raises(CounterfoilError) as refused:
        Stage(tmp_path / "home").supervisor.run()
    assert refused.value.code == "ServiceRunning"
    with locked(stage.handover.settings.service_lock_path):
        pass


def test_settings_and_passphrase_reach_a_process_through_its_pipe_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    made = Handover(
        settings=Settings(
            home=tmp_path, database=SecretStr("postgresql+psycopg://u:hunter2@h/d"), port=81, beat_age_s=3.5
        ),
        passphrase=SecretStr("päss\nphrase"),
        deploy=True,
    )
    seen: dict[str, object] = {}

    def popen(command: list[str], **given: object) -> PretendedProcess:
        seen.update(given, command=command)
        process = PretendedProcess(Part.HTTP, deaf=False)
        seen["pipe"] = process.stdin
        return process

    monkeypatch.setenv("COUNTERFOIL_PASSPHRASE", "hunter3")
    monkeypatch.setattr(subprocess, "Popen", popen)
    start_part(Part.HTTP, made)

    assert "hunter" not in f"{seen['command']}{seen['env']}"
    assert "phrase" not in str(seen["command"])
    pipe = seen["pipe"]
    assert isinstance(pipe, BytesIO)
    pipe.seek(0)
    monkeypatch.delenv("COUNTERFOIL_PASSPHRASE")
    assert read_handover(pipe) == made
