"""The demonstration on validators: the whole of it once, and what it refuses before anything is made."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from demo_support import CORE, FIRST, DemoRun, assert_sound, folder_with, invoice, run_demo

SCRIPT = Path(__file__).parents[2] / "scripts" / "demo"
NETWORK = {
    "name": "pilot",
    "engine": "kaia-istanbul",
    "chain_id": 88_551,
    "genesis_hash": "0x" + "5a" * 32,
    "block_period_ms": 1_000,
    "clock": "wall",
    "validators": [
        {"index": index, "name": name, "endpoint": f"http://127.0.0.1:{index}"}
        for index, name in enumerate(("bank", "core", "platform", "regulator"), start=1)
    ],
}


@pytest.fixture
def invoices(tmp_path: Path) -> Path:
    return folder_with(tmp_path / "invoices", {"one.xml": invoice("N-1", "100.00", FIRST, CORE)})


@pytest.mark.needs_network
def test_the_main_job_runs_unchanged_on_four_validators(tmp_path: Path) -> None:
    result = tmp_path / "result.json"
    done = subprocess.run(
        [SCRIPT, "--engine", "network", "--out", tmp_path / "out", "--json", result],
        check=False,
        capture_output=True,
        text=True,
    )
    text = done.stdout + done.stderr
    found = json.loads(result.read_text("utf-8")) if result.exists() else None
    run = DemoRun(done.returncode, text, done.stdout, done.stderr, found, tmp_path / "out")
    assert_sound(run)
    assert run.found["engine"] == "kaia-istanbul"
    assert any("clocks are those of a test network" in remark for remark in run.found["remarks"])
    assert "Four validators of kaia-istanbul" in done.stdout
    assert "The validators are down" in done.stdout


def test_a_network_on_the_wall_clock_is_refused(tmp_path: Path, invoices: Path) -> None:
    chain = tmp_path / "network.json"
    chain.write_text(json.dumps(NETWORK), encoding="utf-8")
    run = run_demo(invoices, tmp_path, "--chain", str(chain))
    assert (run.exit_code, run.result) == (2, None)
    assert "pilot" in run.text
    assert "NetworkClockFixed" in run.text


def test_addresses_alone_say_nothing_of_a_clock(tmp_path: Path, invoices: Path) -> None:
    run = run_demo(invoices, tmp_path, "--chain", "http://127.0.0.1:1,http://127.0.0.1:2")
    assert run.exit_code == 2
    assert "NetworkClockFixed" in run.text


def test_a_file_that_describes_no_network_is_refused(tmp_path: Path, invoices: Path) -> None:
    chain = tmp_path / "network.json"
    chain.write_text(json.dumps({**NETWORK, "clock": "sundial"}), encoding="utf-8")
    run = run_demo(invoices, tmp_path, "--chain", str(chain))
    assert run.exit_code == 1
    assert "NetworkFileInvalid" in run.text
    assert "clock" in run.text


def test_a_network_is_not_named_for_the_embedded_chain(tmp_path: Path) -> None:
    done = subprocess.run(
        [SCRIPT, "--engine", "embedded", "--chain", tmp_path / "network.json", "--out", tmp_path / "out"],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert "--engine network" in done.stderr
    assert not (tmp_path / "out").exists()
