"""The guide's commands, run as they stand in it, and every line of output that it promises."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from guide_walk import walk

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "guides" / "cli.md"
COMMANDS = ROOT / "backend" / "counterfoil" / "entrypoints" / "cli"


def test_the_guide_runs_as_written(fresh: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    walk(GUIDE, at_least=25)


def test_command_modules_load_neither_chain_nor_store() -> None:
    areas = [path.stem for path in COMMANDS.glob("*.py") if path.stem != "__init__"]
    assert len(areas) > 15
    imports = "; ".join(f"import counterfoil.entrypoints.cli.{area}" for area in areas)
    loaded = subprocess.run(
        [sys.executable, "-c", f"{imports}; import sys; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
        timeout=240,
    ).stdout.split()
    assert "counterfoil.entrypoints.cli.note" in loaded
    assert {"web3", "eth", "eth_account", "sqlalchemy", "counterfoil.bootstrap"}.isdisjoint(loaded)
