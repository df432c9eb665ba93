"""A network's folder without its engine: what it refuses, and how the command line says so."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from network import Clock, Network, NetworkError, NetworkPlan
from network.command_line import app, main
from network.members import write_members
from typer.testing import CliRunner

# Stands in for the engine where only its refusal or its end counts.
HASH = "0x" + "ab" * 32
SILENT = f"""#!/bin/sh
if [ "$1" = init ]; then
  mkdir -p data
  echo 'Successfully wrote genesis state  database=chaindata hash={HASH}'
  exit 0
fi
echo 'no genesis block' >&2
exit 1
"""


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("COUNTERFOIL_ENGINE", str(folder))

    def write(script: str) -> None:
        for name in ("counterfoil-kcn", "counterfoil-kcn-clocked"):
            (folder / name).write_text(script, encoding="ascii")
            (folder / name).chmod(0o755)

    write(SILENT)
    return write


def made(tmp_path: Path, **changed: Any) -> Network:
    return Network.create(tmp_path / "net", NetworkPlan(base_port=23_551, **changed))


@pytest.mark.usefixtures("programs")
def test_a_new_network_has_a_folder_for_each_member(tmp_path: Path) -> None:
    network = made(tmp_path, members=("bank", "core"))
    assert network.validators == [1, 2]
    for index in (1, 2):
        folder = network.folder(index)
        assert folder.key.stat().st_mode & 0o777 == 0o600
        assert folder.genesis.read_bytes() == (network.root / "genesis.json").read_bytes()
        dialled = json.loads(folder.peers.read_text(encoding="utf-8"))
        assert dialled == [network.peer_url(m) for m in network.members if m.index != index]
    assert network.folder(1).key.read_bytes() != network.folder(2).key.read_bytes()
    described = json.loads(network.descriptor.read_text(encoding="utf-8"))
    assert described["genesis_hash"] == HASH
    assert [validator["name"] for validator in described["validators"]] == ["bank", "core"]
    assert Network(network.root).plan == network.plan


@pytest.mark.usefixtures("programs")
def test_a_folder_is_made_into_a_network_once(tmp_path: Path) -> None:
    made(tmp_path)
    with pytest.raises(NetworkError, match="has a network already"):
        made(tmp_path)


def test_a_genesis_that_the_engine_refuses_is_shown(tmp_path: Path, programs: Callable[[str], None]) -> None:
    programs("#!/bin/sh\necho 'bad genesis' >&2\nexit 1\n")
    with pytest.raises(NetworkError, match="bad genesis"):
        made(tmp_path)


def test_a_folder_without_a_network_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NetworkError, match="There is no network in"):
        Network(tmp_path)


@pytest.mark.usefixtures("programs")
def test_a_validator_that_ends_at_its_start_is_reported_with_its_last_words(tmp_path: Path) -> None:
    network = made(tmp_path)
    with pytest.raises(NetworkError) as failed:
        network.start([1])
    assert "Validator 1 ended at its start" in failed.value.reason
    assert "no genesis block" in failed.value.reason
    assert str(network.folder(1).log) in failed.value.remedy


def test_a_validator_that_stays_silent_is_reported(tmp_path: Path, programs: Callable[[str], None]) -> None:
    network_program = SILENT.replace("exit 1\n", "exec sleep 600\n")
    programs(network_program)
    network = made(tmp_path)
    with pytest.raises(NetworkError, match="runs and does not answer"):
        network.start([1], within_s=0.2)
    assert network.kill(1) == [1]
    assert network.kill(1) == []


@pytest.mark.usefixtures("programs")
def test_validators_that_are_not_there_are_named(tmp_path: Path) -> None:
    network = made(tmp_path, members=("bank", "core"))
    with pytest.raises(NetworkError, match="There is no validator 3"):
        network.start([3])
    with pytest.raises(NetworkError, match="There is no validator 3"):
        network.kill(1, 3)
    with pytest.raises(NetworkError, match="There is no validator 0"):
        network.stop(0)


@pytest.mark.usefixtures("programs")
@pytest.mark.parametrize(
    "groups", [[[1, 2, 3, 4]], [[1, 2], [3]], [[1, 2], [2, 3, 4]], [[1, 2], [3, 4, 5]], []]
)
def test_what_is_no_partition_is_refused(tmp_path: Path, groups: list[list[int]]) -> None:
    with pytest.raises(NetworkError, match=r"exactly one|There is no validator 5"):
        made(tmp_path).partition(*groups)


@pytest.mark.usefixtures("programs")
def test_a_vote_needs_more_than_half_of_the_validators_running(tmp_path: Path) -> None:
    network = made(tmp_path)
    with pytest.raises(NetworkError) as refused:
        network.remove(2)
    assert "0 validators can vote and 3 of 4 must" in refused.value.reason


@pytest.mark.usefixtures("programs")
def test_who_cannot_be_removed_or_admitted(tmp_path: Path) -> None:
    network = made(tmp_path, members=("bank", "core"))
    write_members(network.root / "members.json", [network.members[0], network.members[1].expelled()])
    with pytest.raises(NetworkError, match="does not belong to consensus"):
        network.remove(2)
    with pytest.raises(NetworkError, match="last validator"):
        network.remove(1)
    with pytest.raises(NetworkError, match="a member bank already"):
        network.admit("bank")
    with pytest.raises(NetworkError, match="Big Bank"):
        network.admit("Big Bank")
    with pytest.raises(NetworkError, match="0 validators can vote"):
        network.admit("auditor")
    assert not network.folder(3).path.exists()


@pytest.mark.usefixtures("programs")
def test_states_and_down_work_where_nothing_runs(tmp_path: Path) -> None:
    network = made(tmp_path)
    states = network.states()
    assert [state.running for state in states] == [False] * 4
    assert states[0].as_json()["height"] is None
    assert network.down() == []
    assert network.height(1) is None
    assert network.block_hash(1, 0) is None
    network.destroy()
    assert not network.root.exists()


@pytest.mark.usefixtures("programs")
def test_a_wall_clock_is_not_moved(tmp_path: Path) -> None:
    with pytest.raises(NetworkError, match="wall clock"):
        made(tmp_path).advance(1)


@pytest.mark.usefixtures("programs")
def test_a_test_networks_clock_stands_at_its_beginning(tmp_path: Path) -> None:
    network = made(tmp_path, clock=Clock.ADJUSTABLE, started_at_s=1_750_000_000)
    assert str(network.clock) == "=1750000000"
    genesis = json.loads((network.root / "genesis.json").read_text(encoding="utf-8"))
    assert int(genesis["timestamp"], 16) == 1_750_000_000
    network.advance(60)
    assert str(network.clock) == "=1750000060"


@pytest.mark.usefixtures("programs")
def test_the_command_line_says_why_and_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["network", "status", "--dir", str(tmp_path)])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    said = capsys.readouterr().err
    assert f"There is no network in {tmp_path}" in said.replace("\n", "")
    assert "Make one with scripts/network up." in said


@pytest.mark.usefixtures("programs")
def test_the_command_line_shows_states_for_people_and_programs(tmp_path: Path) -> None:
    network = made(tmp_path)
    folder = ["--dir", str(network.root)]
    shown = CliRunner().invoke(app, ["status", *folder])
    assert shown.exit_code == 0
    assert "regulator" in shown.output
    assert "down" in shown.output
    told = json.loads(CliRunner().invoke(app, ["status", "--json", *folder]).output)
    assert [state["name"] for state in told] == ["bank", "core", "platform", "regulator"]
    assert [state["running"] for state in told] == [False] * 4
    listed = CliRunner().invoke(app, ["endpoints", *folder]).output.split()
    assert listed == [f"http://127.0.0.1:{23_551 + 10 * i}" for i in range(4)]


@pytest.mark.usefixtures("programs")
def test_groups_that_cannot_be_read_are_refused(tmp_path: Path) -> None:
    network = made(tmp_path)
    result = CliRunner().invoke(app, ["partition", "1,x/3", "--dir", str(network.root)])
    assert isinstance(result.exception, NetworkError)
    assert "1,2/3,4" in result.exception.remedy


@pytest.mark.usefixtures("programs")
def test_deleting_asks_first(tmp_path: Path) -> None:
    network = made(tmp_path)
    refused = CliRunner().invoke(app, ["destroy", "--dir", str(network.root)], input="n\n")
    assert refused.exit_code == 1
    assert network.root.exists()
    CliRunner().invoke(app, ["destroy", "--dir", str(network.root)], input="y\n")
    assert not network.root.exists()
