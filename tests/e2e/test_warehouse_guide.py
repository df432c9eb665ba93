"""The warehouse guide's commands, run as they stand in it, and every line of output that it promises."""

from __future__ import annotations

from pathlib import Path

import pytest
from guide_walk import walk

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "guides" / "warehouse.md"


def test_the_guide_runs_as_written(fresh: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The commands name samples from the root of the repository, and write files where they run.
    (tmp_path / "samples").symlink_to(ROOT / "samples")
    monkeypatch.chdir(tmp_path)

    outputs = walk(GUIDE, at_least=40)

    (second,) = (command for command in outputs if "lien pledge" in command)
    for secret in ("Hanjiang", "party 5", "400", "HF-2026-204", "0613"):
        assert secret not in outputs[second]
