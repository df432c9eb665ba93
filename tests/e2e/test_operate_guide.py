"""The operating guide's commands, run as they stand in it; its settings and metrics exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from guide_walk import walk

from counterfoil.settings import Settings, variable

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "guides" / "operate.md"


def test_the_guide_runs_as_written(fresh: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COUNTERFOIL_BACKUP_PASSPHRASE", "of the vault")

    outputs = walk(GUIDE, at_least=5)

    assert "correct horse" not in "".join(outputs.values())
    assert (tmp_path / "restored-home" / "deployment.json").exists()


def test_settings_and_metrics_that_the_guide_names_exist() -> None:
    text = GUIDE.read_text(encoding="utf-8")
    named = set(re.findall(r"COUNTERFOIL_[A-Z_]+", text))
    assert named
    assert named <= {variable(name) for name in Settings.model_fields}
    sources = "".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "backend/counterfoil/observing").glob("*.py")
    )
    for metric in set(re.findall(r"`(counterfoil_[a-z_]+)", text)):
        stem = metric.removesuffix("_oldest_seconds")
        assert f'"{stem}"' in sources, metric
