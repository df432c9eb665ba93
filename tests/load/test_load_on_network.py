"""The whole measurement on four validators, as short as it goes: it runs, and its figures fit together."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from network_load.mix import MIXED, SINGLE_RECORDS

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("scripts/bench", "scripts/lib", "backend")
SHORT = (
    *("--quick", "--seconds", "8", "--phase-seconds", "5", "--warm-up", "6", "--tenor", "25"),
    *("--few-lots", "1000", "--suppliers", "60", "--at-work", "2", "--block-period-ms", "300"),
)


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the measurement wrote, after it ended well."""
    folder = tmp_path_factory.mktemp("load")
    written = folder / "result.json"
    ended = subprocess.run(
        [sys.executable, "-m", "network_load", *SHORT, "--dir", folder / "network", "--out", written],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(str(ROOT / room) for room in ROOMS)},
        check=False,
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 0, ended.stderr[-4000:]
    found: dict[str, Any] = json.loads(written.read_text(encoding="utf-8"))
    return found


@pytest.mark.needs_network
def test_what_was_acknowledged_is_on_the_chain(result: dict[str, Any]) -> None:
    compared = result["checked_on_chain"]
    assert compared["unlike"] == 0
    assert compared["notes"] > 10
    assert compared["lots"] > 1000
    assert compared["keys"] == compared["balances"] == 60 + 24
    loads = {"sustained", "single records, sent by parties", "single records, relayed", "plain transfers"}
    assert set(result["phases"]) == {*loads, "few live lots"}
    assert all(result["phases"][name]["failures"] == 0 for name in loads)
    assert result["phases"]["plain transfers"]["balances_unlike"] == 0
    assert result["phases"]["few live lots"]["live_lots"] == 1000


@pytest.mark.needs_network
def test_figures_fit_together(result: dict[str, Any]) -> None:
    sustained = result["phases"]["sustained"]
    assert set(sustained["operations_a_second_by_kind"]) == {kind.value for kind in MIXED.records}
    by_kind = sum(sustained["operations_a_second_by_kind"].values())
    assert by_kind == pytest.approx(sustained["operations_a_second"], abs=1)
    assert sustained["operations"] > sustained["transactions"] > 0
    assert (
        sustained["latency_ms"]["p50"] <= sustained["latency_ms"]["p99"] <= sustained["latency_ms"]["worst"]
    )
    busy = sustained["use"]["processors_busy"]
    assert set(busy) == {"bank", "core", "platform", "regulator", "generator"}
    assert all(share > 0 for share in busy.values())
    assert set(sustained["memory_mib"]) == set(busy)
    sent, relayed = (result["phases"][f"single records, {how}"] for how in ("sent by parties", "relayed"))
    assert sent["operations"] == sent["transactions"]
    assert relayed["operations"] > 10 * relayed["transactions"]
    singles = {kind.value for kind in SINGLE_RECORDS.records}
    assert set(sent["operations_a_second_by_kind"]) <= singles
    assert result["disk"]["mib_a_validator_a_million_operations"] > 0
    assert result["engine"]["validators"] == 4
