"""Loops and their supervisor: troubles pass, defects end the worker, and all end together."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from counterfoil.chain.errors import unavailable
from counterfoil.entrypoints.worker.loops import Loop, Supervisor


def a_loop(turn: Callable[[], bool], name: str = "one", on_end: Callable[[], None] | None = None) -> Loop:
    return Loop(name=name, turn=turn, longest_pause_s=0.01, on_end=on_end)


def test_loops_run_beside_each_other_until_they_are_stopped() -> None:
    stop, seen, both = threading.Event(), set[str](), threading.Event()
    ended: list[str] = []

    def turn(name: str) -> bool:
        seen.add(name)
        if len(seen) == 2:
            both.set()
        return False

    loops = [
        a_loop(lambda name=name: turn(name), name, on_end=lambda name=name: ended.append(name))  # type: ignore[misc] # mypy cannot infer a default of a lambda
        for name in ("one", "two")
    ]
    supervisor = Supervisor(loops, stop=stop)
    supervisor.start()
    assert both.wait(10)
    assert supervisor.wait(0)
    stop.set()
    assert not supervisor.wait(10)
    assert supervisor.finish(patience_s=10) == ()
    assert sorted(ended) == ["one", "two"]


def test_a_trouble_is_told_and_tried_again() -> None:
    stop, told, over = threading.Event(), threading.Event(), threading.Event()
    turns = []

    def turn() -> bool:
        turns.append(1)
        if len(turns) < 3:
            told.set()
            raise unavailable("no answer")
        over.set()
        return False

    supervisor = Supervisor([a_loop(turn)], stop=stop)
    supervisor.start()
    assert told.wait(10)
    assert over.wait(10)
    supervisor.wait(0.05)
    assert supervisor.finish(patience_s=10) == ()
    assert supervisor.troubles == ()
    assert len(turns) >= 3


def test_a_trouble_stands_in_the_sign_of_life_while_it_lasts() -> None:
    stop, tried = threading.Event(), threading.Event()
    turns = []

    def turn() -> bool:
        turns.append(1)
        if len(turns) > 1:
            tried.set()
        raise unavailable("no answer")

    supervisor = Supervisor([a_loop(turn, "commands")], stop=stop)
    supervisor.start()
    assert tried.wait(10)
    (trouble,) = supervisor.troubles
    assert trouble.startswith("commands: ChainUnavailable")
    supervisor.finish(patience_s=10)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_defect_ends_its_loop_and_with_it_all_others() -> None:
    stop = threading.Event()

    def broken() -> bool:
        raise ZeroDivisionError("a defect")

    supervisor = Supervisor([a_loop(broken, "broken"), a_loop(lambda: False, "sound")], stop=stop)
    supervisor.start()
    while supervisor.wait(10):
        pass
    assert supervisor.finish(patience_s=10) == ("broken",)
    assert stop.is_set()


def test_a_loop_that_has_work_is_not_paused() -> None:
    stop, done = threading.Event(), threading.Event()
    left = [500]

    def turn() -> bool:
        left[0] -= 1
        if left[0] == 0:
            done.set()
        return left[0] > 0

    # At a pause of 20 ms a turn this would take ten seconds.
    supervisor = Supervisor([a_loop(turn)], stop=stop)
    supervisor.start()
    assert done.wait(8)
    supervisor.finish(patience_s=10)


def test_a_loop_that_does_not_end_is_named() -> None:
    stop, release, inside = threading.Event(), threading.Event(), threading.Event()

    def stuck() -> bool:
        inside.set()
        release.wait(30)
        return False

    supervisor = Supervisor([a_loop(stuck, "stuck")], stop=stop)
    supervisor.start()
    assert inside.wait(10)
    stop.set()
    assert supervisor.finish(patience_s=0.01) == ("stuck",)
    release.set()
