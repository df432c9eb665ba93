"""What deploy/ has is whole: the unit is hardened, the package is built, the compose file hangs together."""

from __future__ import annotations

import configparser
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from counterfoil.settings import Settings, variable

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
UNIT = DEPLOY / "systemd" / "counterfoil.service"
KNOWN = {variable(name) for name in Settings.model_fields}


@pytest.fixture
def unit() -> configparser.ConfigParser:
    """The unit's sections; of keys that come twice the last value."""
    found = configparser.ConfigParser(strict=False, interpolation=None, delimiters=("=",))
    found.optionxform = str  # type: ignore[assignment,method-assign]  # as the library's documentation does it
    found.read_string(UNIT.read_text(encoding="utf-8"))
    return found


def test_the_unit_gives_the_service_no_more_than_it_needs(unit: configparser.ConfigParser) -> None:
    service = unit["Service"]
    assert service["User"] == service["Group"] == "counterfoil"
    for name in (
        "NoNewPrivileges",
        "ProtectHome",
        "ProtectKernelTunables",
        "PrivateDevices",
        "PrivateTmp",
        "RestrictNamespaces",
        "LockPersonality",
    ):
        assert service[name] == "yes", name
    assert service["ProtectSystem"] == "strict"
    assert service["CapabilityBoundingSet"] == ""
    assert service["StateDirectoryMode"] == "0700"


def test_the_unit_leaves_the_service_time_to_stop(unit: configparser.ConfigParser) -> None:
    service = unit["Service"]
    assert service["KillMode"] == "mixed"  # the supervisor stops its own processes
    assert float(service["TimeoutStopSec"]) > Settings().stop_after_s


def test_only_settings_that_exist_are_named() -> None:
    for path in (UNIT, DEPLOY / "counterfoil.env", DEPLOY / "compose.yaml", DEPLOY / "Dockerfile"):
        named = set(re.findall(r"COUNTERFOIL_[A-Z_]+", path.read_text(encoding="utf-8")))
        assert named - KNOWN <= {"COUNTERFOIL_DB_PASSWORD"}, path.name


def test_the_settings_file_is_usable_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    for line in (DEPLOY / "counterfoil.env").read_text(encoding="utf-8").splitlines():
        name, separator, value = line.removeprefix("#").partition("=")
        if separator and name in KNOWN:
            monkeypatch.setenv(name, value)
    assert Settings().database is not None
    assert Settings().metrics_token is None


@pytest.fixture
def compose() -> dict[str, Any]:
    """The compose file."""
    found: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    return found


def test_the_compose_file_hangs_together(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        assert set(service.get("networks", [])) <= compose["networks"].keys(), name
        assert set(service.get("secrets", [])) <= compose["secrets"].keys(), name
        assert set(service.get("depends_on", {})) <= compose["services"].keys(), name
        for volume in service.get("volumes", []):
            assert volume.partition(":")[0] in compose["volumes"], name
        assert "healthcheck" in service, name
    build = compose["services"]["service"]["build"]
    assert (DEPLOY / build["context"] / build["dockerfile"]).exists()


def test_containers_expose_and_hold_as_little_as_they_can(compose: dict[str, Any]) -> None:
    service = compose["services"]["service"]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert all(port.startswith("127.0.0.1:") for port in service["ports"])
    assert "ports" not in compose["services"]["database"]
    assert compose["networks"]["inside"] == {"internal": True}
    assert "COUNTERFOIL_PASSPHRASE" not in service["environment"]
    stop_s = float(service["stop_grace_period"].removesuffix("s"))
    assert stop_s > Settings().stop_after_s


@pytest.mark.parametrize("script", ["postinst", "prerm", "postrm"])
def test_maintainer_scripts_are_shell(script: str) -> None:
    subprocess.run(["sh", "-n", DEPLOY / "debian" / script], check=True)


def test_removing_the_package_keeps_keys_and_passphrase() -> None:
    for script in ("prerm", "postrm"):
        text = (DEPLOY / "debian" / script).read_text(encoding="utf-8")
        assert "/var/lib/counterfoil" not in text
        assert "/etc/counterfoil" not in text


@pytest.mark.needs_debian
def test_the_package_is_built(tmp_path: Path) -> None:
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    for name in ("counterfoil-0.1.0-py3-none-any.whl", "other-1.0-py3-none-any.whl"):
        (wheels / name).write_bytes(b"a wheel")
    built = subprocess.run(
        [DEPLOY / "debian" / "build", "--wheels", wheels, tmp_path / "out"],
        check=True,
        capture_output=True,
        text=True,
    )
    package = Path(built.stdout.strip())
    listed = subprocess.run(
        ["dpkg-deb", "--contents", package], check=True, capture_output=True, text=True
    ).stdout
    for owner_mode_path in (
        r"-rw-r--r-- root/root .* \./lib/systemd/system/counterfoil\.service",
        r"-rw-r----- root/root .* \./etc/counterfoil/counterfoil\.env",
        r"-rw-r--r-- root/root .* \./usr/lib/counterfoil/requirements\.lock",
        r"-rw-r--r-- root/root .* \./usr/lib/counterfoil/wheels/other-1\.0",
        r"-rw-r--r-- root/root .* \./usr/share/doc/counterfoil/operate\.md",
    ):
        assert re.search(owner_mode_path, listed), owner_mode_path

    root = tmp_path / "root"
    subprocess.run(["dpkg-deb", "--extract", package, root], check=True)
    control = tmp_path / "control"
    subprocess.run(["dpkg-deb", "--control", package, control], check=True)
    assert {path.name for path in control.iterdir()} == {
        "conffiles",
        "control",
        "md5sums",
        "postinst",
        "postrm",
        "prerm",
    }
    subprocess.run(["md5sum", "--check", "--quiet", control / "md5sums"], cwd=root, check=True)
    assert "Version: 0.1.0\n" in (control / "control").read_text(encoding="utf-8")


@pytest.mark.needs_debian
def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    unit = tmp_path / UNIT.name
    text = UNIT.read_text(encoding="utf-8")
    # The program of the package is not on this machine; everything else is checked as it is.
    unit.write_text(
        text.replace("/opt/counterfoil/venv/bin/counterfoil serve", "/bin/true"), encoding="utf-8"
    )
    done = subprocess.run(["systemd-analyze", "verify", unit], check=True, capture_output=True, text=True)
    assert "counterfoil" not in done.stderr
    security = ["systemd-analyze", "security", "--offline=true", "--threshold=15", unit]
    subprocess.run(security, check=True, capture_output=True)
