"""The engine's arguments, the unit for a machine of its own, and the clock's file."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path

import pytest
from network import engine
from network.clock import ClockReading
from network.failures import NetworkError
from network.plan import Clock, NetworkPlan
from network.unit import unit_of

PLAN = NetworkPlan(base_port=9000, block_period_ms=250, round_timeout_ms=3000, execution_limit_ms=300)


def arguments(plan: NetworkPlan = PLAN, *, peers_within: Sequence[str] = ()) -> list[str]:
    return engine.start_arguments(
        plan, address="0x" + "ab" * 20, rpc=("127.0.0.1", 9010), p2p_port=9013, peers_within=peers_within
    )


def value(given: list[str], flag: str) -> str:
    return next(after for before, after in itertools.pairwise(given) if before == flag)


def test_a_validator_listens_where_its_plan_says() -> None:
    given = arguments()
    assert value(given, "--rpcaddr") == "127.0.0.1"
    assert (value(given, "--rpcport"), value(given, "--port")) == ("9010", "9013")
    assert value(given, "--block-period-ms") == "250"
    assert value(given, "--round-timeout-ms") == "3000"
    assert value(given, "--block-generation-time-limit") == "300ms"


def test_votes_and_peers_are_not_served_to_everybody() -> None:
    served = value(arguments(), "--rpcapi").split(",")
    assert set(served).isdisjoint({"governance", "admin", "debug", "personal", "istanbul"})
    assert value(arguments(), "--ipcpath") == "operator.ipc"


def test_nobody_is_looked_for_or_told() -> None:
    given = arguments()
    assert {"--nodiscover", "--ntp.disable"} <= set(given)
    assert value(given, "--nat") == "none"


def test_every_blocks_state_reaches_the_disk_and_old_ones_go_where_that_is_asked_for() -> None:
    assert value(arguments(), "--gcmode") == "archive"
    assert "--state.live-pruning" not in arguments()
    assert engine.init_arguments(PLAN) == ["init", "--datadir", "data", "genesis.json"]
    few = NetworkPlan(kept_states=200)
    assert value(arguments(few), "--state.live-pruning-retention") == "200"
    assert engine.init_arguments(few) == ["init", "--datadir", "data", "--state.live-pruning", "genesis.json"]


def test_paths_are_relative_so_that_the_folder_can_move() -> None:
    assert not [argument for argument in arguments() if argument.startswith("/")]


def test_peers_are_taken_from_the_ranges_that_are_named() -> None:
    given = arguments(peers_within=["10.0.0.7/32", "10.0.0.8/32"])
    assert value(given, "--netrestrict") == "10.0.0.7/32,10.0.0.8/32"
    assert "--netrestrict" not in arguments()


def test_a_missing_program_says_how_to_make_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("COUNTERFOIL_ENGINE", str(tmp_path))
    assert not engine.is_built(Clock.WALL)
    with pytest.raises(NetworkError, match="scripts/build_engine"):
        engine.program(Clock.WALL)
    (tmp_path / "counterfoil-kcn").write_text("#!/bin/sh\n", encoding="ascii")
    assert not engine.is_built(Clock.WALL)
    (tmp_path / "counterfoil-kcn").chmod(0o755)
    assert engine.program(Clock.WALL) == tmp_path / "counterfoil-kcn"
    with pytest.raises(NetworkError, match="counterfoil-kcn-clocked"):
        engine.program(Clock.ADJUSTABLE)


def test_the_programs_folder_changes_with_the_sources(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("COUNTERFOIL_ENGINE", raising=False)
    before = engine.programs_folder()
    assert before == engine.programs_folder()
    sources = tmp_path / "kaia"
    sources.mkdir()
    (sources / "go.mod").write_text("module x\n", encoding="ascii")
    monkeypatch.setattr(engine, "_SOURCES", sources)
    assert engine.programs_folder() != before


def test_the_unit_starts_the_program_with_the_same_arguments() -> None:
    unit = unit_of(name="bank", program="counterfoil-kcn", arguments=arguments())
    start = unit.split("ExecStart=")[1].split("\nRestart")[0].replace("\\\n", "")
    assert start.split() == ["/usr/local/bin/counterfoil-kcn", *arguments()]


@pytest.mark.parametrize("text", ["=0", "+0", "=1750000000", "+86400"])
def test_a_clocks_reading_reads_back(text: str, tmp_path: Path) -> None:
    reading = ClockReading.parse(text)
    assert str(reading) == text
    reading.write(tmp_path / "clock")
    assert ClockReading.parse((tmp_path / "clock").read_text(encoding="ascii")) == reading
    assert [path.name for path in tmp_path.iterdir()] == ["clock"]


@pytest.mark.parametrize("text", ["", "=", "12", "-3", "+-3", "=1e9", "=٣", "=1099511627776"])
def test_what_is_no_clocks_reading_is_refused(text: str) -> None:
    with pytest.raises(NetworkError):
        ClockReading.parse(text)


def test_a_clock_goes_forward_only() -> None:
    assert str(ClockReading.parse("=100").advanced(60)) == "=160"
    assert str(ClockReading.parse("+0").advanced(60)) == "+60"
    with pytest.raises(NetworkError, match="back by 1 s"):
        ClockReading.parse("=100").advanced(-1)
