"""The guide's commands, run as they stand in it, and every line of output that it promises."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from counterfoil.entrypoints.cli import app

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "guides" / "cli.md"


def steps() -> list[tuple[str, list[str]]]:
    """Each command of the guide's console blocks, with the lines that its output must contain."""
    found: list[tuple[str, list[str]]] = []
    for block in re.findall(r"```console\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append((line[2:], []))
            else:
                found[-1][1].append(line)
    return found


def run(command: str) -> Result:
    words = shlex.split(command.removesuffix(" || true"))
    assert words[0] == "counterfoil"
    return CliRunner().invoke(app, words[1:])


def test_the_guide_runs_as_written(fresh: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    walked = steps()
    assert len(walked) > 25

    for command, promised in walked:
        result = run(command)
        refused = command.endswith(" || true")
        assert result.exit_code == int(refused), (command, result.output, result.exception)
        for line in promised:
            assert line in result.output, (command, line, result.output)


def test_command_modules_load_neither_chain_nor_store() -> None:
    areas = ("cash", "finance", "invoice", "invoice_record", "ledger", "lot", "note", "party")
    imports = "; ".join(f"import counterfoil.entrypoints.cli_{area}" for area in areas)
    loaded = subprocess.run(
        [sys.executable, "-c", f"{imports}; import sys; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
        timeout=240,
    ).stdout.split()
    assert "counterfoil.entrypoints.cli_note" in loaded
    assert {"web3", "eth", "eth_account", "sqlalchemy", "counterfoil.bootstrap"}.isdisjoint(loaded)
