"""The guide for integrators, run as it stands: from pip install to a financed note."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GUIDE = ROOT / "docs" / "guides" / "integrate.md"
INSTALL = "pip install counterfoil\n"
SERVICE_S = 240


def blocks() -> list[str]:
    return re.findall(r"```bash\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of a virtual environment that the package was installed into from its source.

    What the package depends on is taken from this environment: the lock files say which versions.
    """
    assert blocks()[0] == INSTALL
    folder = tmp_path_factory.mktemp("installed")
    programs = Path(sys.executable).parent
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder], cwd=ROOT, check=True
    )
    venv = folder / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", venv], check=True)
    packages = next((venv / "lib").glob("python3*/site-packages"))
    for path in Path(sysconfig.get_path("purelib")).iterdir():
        # An editable install of this checkout must not be what answers.
        if "counterfoil" not in path.name and not (packages / path.name).exists():
            (packages / path.name).symlink_to(path)
    (wheel,) = folder.glob("*.whl")
    command = [programs / "uv", "pip", "install", "--quiet", "--offline", "--no-deps", wheel]
    subprocess.run([*command, "--python", venv / "bin" / "python"], check=True)
    return venv / "bin"


def test_every_block_of_the_guide_does_what_it_says(installed: Path, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "samples" / "invoices", tmp_path / "samples" / "invoices")
    script = "set -euo pipefail\ntrap 'kill $(jobs -p) 2>/dev/null || true' EXIT\n" + "\n".join(blocks()[1:])
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=tmp_path,
        env={
            "PATH": f"{installed}:{os.defpath}",
            "HOME": str(tmp_path),
            "PORT": str(free_port()),
            # Keys that a test throws away are not worth a second each.
            "COUNTERFOIL_KEYSTORE_SCRYPT_N": "16",
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=SERVICE_S,
    )
    log = tmp_path / "serve.log"
    told = log.read_text(encoding="utf-8") if log.exists() else "no log"
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}\n{told[-4000:]}"

    lines = done.stdout.splitlines()
    assert "the approval of another user of the organisation" in lines
    assert lines.count("done") == 4, done.stdout
    assert "live" in lines
    assert "drawn_down" in lines
    balances = [json.loads(line)["items"] for line in lines if '"balance"' in line and '"items"' in line]
    assert [each["balance"] for each in balances[0]] == [{"amount_minor": 6000000, "currency": "EUR"}]
    assert "AssetEncumbered" in lines
    statement = json.loads(lines[-1])
    assert [each["amount"]["amount_minor"] for each in statement["movements"]] == [6000000]
    for secret in ("cfs_", "cfr_", "the maker who works at seller", "Harzfeld"):
        assert secret not in told
