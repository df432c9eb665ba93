"""What a network may be made from, and what is refused with which words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from network.failures import NetworkError
from network.plan import Clock, Links, NetworkPlan, members_of


def test_a_plan_reads_back_as_it_was_written(tmp_path: Path) -> None:
    plan = NetworkPlan(
        members=("bank", "core"),
        chain_id=7,
        base_port=9000,
        block_period_ms=250,
        links=Links.NAMESPACES,
        clock=Clock.ADJUSTABLE,
        started_at_s=1_750_000_000,
    )
    plan.write(tmp_path / "plan.json")
    assert NetworkPlan.read(tmp_path / "plan.json") == plan


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"members": ()}, "--members names 0"),
        ({"members": ("bank", "bank")}, "twice"),
        ({"members": ("Bank",)}, "'Bank'"),
        ({"members": ("a/b",)}, "'a/b'"),
        ({"base_port": 1023}, "--base-port is 1023"),
        ({"base_port": 65_500}, "--base-port is 65500"),
        ({"chain_id": 0}, "--chain-id is 0"),
        ({"chain_id": 2**53}, "--chain-id"),
        ({"block_period_ms": 49}, "--block-period-ms is 49"),
        ({"round_timeout_ms": 1499}, "--round-timeout-ms is 1499"),
        ({"execution_limit_ms": 9}, "--execution-limit-ms is 9"),
        ({"execution_limit_ms": 2001}, "--execution-limit-ms is 2001"),
        ({"kept_states": 127}, "--kept-states is 127"),
        ({"kept_states": -1}, "--kept-states is -1"),
        ({"cache_mb": 31}, "--cache-mb is 31"),
        ({"started_at_s": 1}, "wall clock"),
        ({"started_at_s": 2**40, "clock": Clock.ADJUSTABLE}, "started_at_s"),
    ],
)
def test_a_plan_that_cannot_work_is_refused_by_name(changed: dict[str, Any], named: str) -> None:
    with pytest.raises(NetworkError) as refused:
        NetworkPlan(**changed)
    assert named in refused.value.reason
    assert refused.value.remedy


def test_the_edges_of_a_plan_are_taken() -> None:
    NetworkPlan(
        block_period_ms=50, round_timeout_ms=550, execution_limit_ms=275, kept_states=128, cache_mb=32
    )
    NetworkPlan(kept_states=0, chain_id=2**53 - 1, base_port=65_035)


@pytest.mark.parametrize(
    "content",
    ["", "{}", "[]", json.dumps(NetworkPlan().as_json() | {"links": "radio"}), json.dumps({"members": 4})],
)
def test_a_file_that_is_no_plan_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "plan.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(NetworkError, match="is not a network's plan"):
        NetworkPlan.read(path)


def test_validators_do_not_share_ports() -> None:
    plan = NetworkPlan(base_port=9000)
    ports = [plan.port(index, offset) for index in range(1, 51) for offset in (0, 3)]
    assert len(set(ports)) == 100
    assert plan.port(1, 0) == 9000
    assert plan.port(4, 3) == 9033


@pytest.mark.parametrize(
    ("count", "names", "members"),
    [
        (None, None, ("bank", "core", "platform", "regulator")),
        (2, None, ("bank", "core")),
        (6, None, ("bank", "core", "platform", "regulator", "member5", "member6")),
        (None, "a, b,c", ("a", "b", "c")),
        (4, "a,b", ("a", "b", "member3", "member4")),
    ],
)
def test_members_are_named_or_numbered(
    count: int | None, names: str | None, members: tuple[str, ...]
) -> None:
    assert members_of(count, names) == members


@pytest.mark.parametrize(
    ("count", "names", "named"), [(0, None, "0"), (51, None, "51"), (1, "a,b", "2 members")]
)
def test_numbers_that_do_not_fit_are_refused(count: int, names: str | None, named: str) -> None:
    with pytest.raises(NetworkError) as refused:
        members_of(count, names)
    assert named in refused.value.reason
