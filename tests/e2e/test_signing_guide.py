"""The signing guide's commands, run as they stand in it, with the keys whose addresses it shows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from eth_account.signers.local import LocalAccount
from eth_utils import keccak
from guide_walk import walk

from counterfoil.chain.keystore import Keystore

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "guides" / "signing.md"


def _made(keystore: Keystore, name: str) -> LocalAccount:
    """A key by its name in place of a random one, so that the guide can show its address."""
    return keystore.import_key(name, keccak(text=f"the key {name} of the signing guide"))


def test_the_guide_runs_as_written(fresh: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The commands name samples from the root of the repository, and write files where they run.
    (tmp_path / "samples").symlink_to(ROOT / "samples")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("counterfoil.entrypoints.cli.sign._shown._width", 200)
    monkeypatch.setattr(Keystore, "create", _made)

    walk(GUIDE, at_least=25)

    signed = json.loads(Path("signature.json").read_text(encoding="utf-8"))
    assert set(signed) == {"key", "nonce", "signature"}
