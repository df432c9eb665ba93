"""Makes the bench's package importable, and lends tests an embedded chain with a small cast on it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "scripts" / "bench"), str(ROOT / "scripts" / "lib")]

from embedded_load import EmbeddedLoad  # noqa: E402 - needs the path above


@pytest.fixture
def load(tmp_path: Path) -> Iterator[EmbeddedLoad]:
    """An empty ledger on an embedded chain, with parties to act on it."""
    found = EmbeddedLoad(tmp_path / "chain")
    yield found
    found.close()
