"""A worker killed at each durable step, under load: every accepted command takes effect exactly once."""

from __future__ import annotations

from pathlib import Path

import pytest

from counterfoil.usecases.outbox.fault_points import (
    BATCH_SIGNED,
    BATCH_STORED,
    BEFORE_SETTLE,
    BROADCAST_DONE,
    RECOVERED,
)
from crash_support import OF_INDEXER, ON_POSTGRESQL, POINTS, make_template, run_point
from database_support import fresh_postgresql
from ledger_support import make_bare_home, make_traded_home

ENDS = {"done": 22, "refused": 2, "expired": 1}


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("crashes")
    make_bare_home(folder / "bare")
    make_traded_home(folder / "bare", folder / "traded")
    return make_template(folder / "traded", folder / "template")


@pytest.mark.parametrize("point", POINTS)
def test_a_worker_killed_at_any_point_loses_and_doubles_nothing(
    point: str, template: Path, tmp_path: Path
) -> None:
    outcome = run_point(template, point, tmp_path / "home")
    assert outcome.kills >= 1
    assert outcome.states == ENDS


def test_crash_upon_crash_loses_and_doubles_nothing(template: Path, tmp_path: Path) -> None:
    earlier = (BROADCAST_DONE, RECOVERED, OF_INDEXER[0], BEFORE_SETTLE, BATCH_SIGNED)
    outcome = run_point(template, BATCH_STORED, tmp_path / "home", earlier=earlier)
    assert (outcome.kills, outcome.states) == (6, ENDS)


@pytest.mark.needs_postgresql
@pytest.mark.parametrize("point", ON_POSTGRESQL)
def test_the_same_on_postgresql(point: str, template: Path, tmp_path: Path) -> None:
    with fresh_postgresql() as database:
        outcome = run_point(template, point, tmp_path / "home", postgresql=database)
    assert outcome.kills >= 1
    assert outcome.states == ENDS
