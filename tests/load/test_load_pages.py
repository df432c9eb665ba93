"""What the page about the network says of a result, and what a profile is read as."""

from __future__ import annotations

import copy
import stat
from pathlib import Path
from typing import Any, cast

import pytest
from network.network import Network
from network_load.profile import PARTS, Profile
from network_page import asked_and_found

STEADY: dict[str, Any] = {
    "live_lots_before": 10_000,
    "latency_ms": {"p99": 1300},
    "gas_an_operation": 1000,
    "validators_cpu_us_an_operation": 100.0,
}
GOOD: dict[str, Any] = {
    "engine": {"plan": {"block_period_ms": 1000}},
    "checked_on_chain": {"notes": 5, "lots": 700, "unlike": 0},
    "phases": {
        "sustained": {
            "seconds": 600.0,
            "operations_a_second": 3000.0,
            "memory_mib": {
                "bank": {"middle": 300, "late": 302, "most": 310},
                "generator": {"middle": 100, "late": 200, "most": 400},
            },
        },
        "steady, few live lots": STEADY,
        "steady, many live lots": {
            **STEADY,
            "live_lots_before": 1_000_000,
            "validators_cpu_us_an_operation": 110.0,
        },
    },
}


def missed(found: dict[str, Any]) -> list[int]:
    return [place for place, row in enumerate(asked_and_found(found)) if "missed" in row[2]]


def test_a_result_that_is_just_good_enough_misses_nothing() -> None:
    assert missed(GOOD) == []
    figures = [row[1] for row in asked_and_found(GOOD)]
    assert figures == ["3,000", "1,300 ms", "1.00 times", "1.10 times", "+2 MiB (most of any: 310 MiB)", "0"]


@pytest.mark.parametrize(
    ("path", "value", "row"),
    [
        (("phases", "sustained", "operations_a_second"), 2999.9, 0),
        (("phases", "steady, few live lots", "latency_ms"), {"p99": 1301}, 1),
        (("phases", "steady, many live lots", "gas_an_operation"), 1101, 2),
        (("phases", "steady, many live lots", "validators_cpu_us_an_operation"), 110.1, 3),
        (("checked_on_chain", "unlike"), 1, 5),
    ],
)
def test_every_miss_is_said(path: tuple[str, ...], value: Any, row: int) -> None:
    found = copy.deepcopy(GOOD)
    place = found
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = value
    assert missed(found) == [row]


def test_loads_on_many_lots_may_have_been_run_apart() -> None:
    found = copy.deepcopy(GOOD)
    many = found["phases"].pop("steady, many live lots")
    assert len(asked_and_found(found)) == len(asked_and_found(GOOD)) - 2
    few = {**STEADY, "validators_cpu_us_an_operation": 50.0}
    found["growth"] = {"phases": {"steady, few live lots": few, "steady, many live lots": many}}
    assert missed(found) == [3]
    assert asked_and_found(found)[3][1] == "2.20 times"


class AnyNetwork:
    """As much of a network as a profile asks for."""

    class plan:  # noqa: N801 - a field of Network
        @staticmethod
        def port(index: int, offset: int) -> int:
            return 9000 + 10 * index + offset


def profile_in(folder: Path) -> Profile:
    return Profile(cast(Network, AnyNetwork()), folder, seconds=20)


def test_without_a_profile_nothing_is_said(tmp_path: Path) -> None:
    assert profile_in(tmp_path).shares() == {}


def test_shares_are_those_of_the_named_functions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "profile").write_bytes(b"a profile")
    go = tmp_path / "go"
    go.write_text(
        "#!/bin/sh\n"
        "cat <<'END'\n"
        "      flat  flat%   sum%        cum   cum%\n"
        "         0     0%     0%      1.46s 46.20%  k/blockchain.(*BlockChain).ApplyTransaction\n"
        "         0     0%     0%      0.20s  6.33%  k/blockchain.(*BlockChain).ApplyTransaction.f\n"
        "     0.07s  2.22% 39.24%      0.11s  3.48%  k/blockchain/vm.codeBitmap\n"
        "END\n",
        encoding="utf-8",
    )
    go.chmod(go.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    shares = profile_in(tmp_path).shares()
    assert shares["seconds"] == 20
    found = shares["percent_of_a_validator"]
    assert set(found) == set(PARTS)
    assert found["running transactions in the EVM"] == 46.2
    assert found["of it: finding jump targets anew for every call"] == 3.48
    assert found["collecting garbage"] == 0.0


def test_a_profile_that_cannot_be_read_says_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "profile").write_bytes(b"a profile")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert profile_in(tmp_path).shares() == {}
