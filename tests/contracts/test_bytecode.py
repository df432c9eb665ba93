"""The shipped artifacts are what the sources compile to, by two ways that share only the compiler."""

from __future__ import annotations

import hashlib
import json
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

from counterfoil.chain.artifact import ARTIFACT_DIRECTORY
from counterfoil.chain.compiler import (
    COMPILER_FAILED,
    SOURCE_DIFFERS_FROM_BUILD,
    compile_standard,
    read_build_record,
    standard_json_input,
)
from counterfoil.domain.errors import CounterfoilError

REPOSITORY = Path(__file__).resolve().parents[2]


def committed_artifacts() -> dict[str, dict[str, Any]]:
    files = [path for path in ARTIFACT_DIRECTORY.glob("*.json") if path.name != "build.json"]
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in files}


def assert_gives_the_artifacts(output: dict[str, Any]) -> None:
    artifacts = committed_artifacts()
    assert artifacts
    for name, artifact in artifacts.items():
        compiled = output["contracts"][artifact["sourceName"]][name]
        assert "0x" + compiled["evm"]["bytecode"]["object"] == artifact["bytecode"], name
        assert "0x" + compiled["evm"]["deployedBytecode"]["object"] == artifact["deployedBytecode"], name
        assert compiled["abi"] == artifact["abi"], name


def hardhat_build() -> dict[str, Any]:
    """What Hardhat last compiled if that was the recorded input, else what it compiles now."""
    expected = standard_json_input(repository=REPOSITORY)
    folder = REPOSITORY / "artifacts-hardhat" / "build-info"
    for path in folder.glob("*.json"):
        build: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if build["input"] == expected:
            return build
    subprocess.run(["scripts/build_contracts", "--check"], cwd=REPOSITORY, check=True, capture_output=True)
    (path,) = folder.glob("*.json")
    fresh: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return fresh


def test_every_committed_source_is_the_recorded_one() -> None:
    recorded = read_build_record()["sources_sha256"]
    on_disk = {
        path.relative_to(REPOSITORY).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (REPOSITORY / "contracts").rglob("*.sol")
    }
    assert {name: digest for name, digest in recorded.items() if name.startswith("contracts/")} == on_disk


def test_the_record_names_every_artifact_and_no_other() -> None:
    artifacts = committed_artifacts()
    record = read_build_record()
    assert record["contracts"] == sorted(artifacts)
    for name, artifact in artifacts.items():
        settings = {
            key: value for key, value in record["compiler"]["settings"].items() if key != "outputSelection"
        }
        assert artifact["compiler"] == {"version": record["compiler"]["version"], "settings": settings}, name


def test_forge_and_the_build_use_the_same_settings() -> None:
    settings = read_build_record()["compiler"]["settings"]
    forge = tomllib.loads((REPOSITORY / "foundry.toml").read_text(encoding="utf-8"))["profile"]["default"]
    assert forge["evm_version"] == settings["evmVersion"]
    assert forge["via_ir"] == settings["viaIR"]
    assert {"enabled": forge["optimizer"], "runs": forge["optimizer_runs"]} == settings["optimizer"]
    assert forge["bytecode_hash"] == settings["metadata"]["bytecodeHash"]


def test_a_changed_source_is_refused() -> None:
    record = read_build_record()
    name = min(source for source in record["sources_sha256"] if source.startswith("contracts/"))
    changed = {**record, "sources_sha256": {name: "00" * 32}}
    with pytest.raises(CounterfoilError, match=name) as refusal:
        standard_json_input(repository=REPOSITORY, record=changed)
    assert refusal.value.code == SOURCE_DIFFERS_FROM_BUILD
    assert refusal.value.facts["expected_sha256"] == "00" * 32


def test_a_missing_source_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CounterfoilError, match="it is missing") as refusal:
        standard_json_input(repository=tmp_path)
    assert refusal.value.code == SOURCE_DIFFERS_FROM_BUILD


@pytest.mark.needs_node
def test_py_solc_x_gives_the_committed_bytecode() -> None:
    assert_gives_the_artifacts(compile_standard(repository=REPOSITORY))


@pytest.mark.needs_node
def test_hardhat_gives_the_committed_bytecode() -> None:
    build = hardhat_build()
    assert build["input"] == standard_json_input(repository=REPOSITORY)
    assert_gives_the_artifacts(build["output"])


@pytest.mark.needs_node
def test_a_compiler_that_cannot_run_says_why(tmp_path: Path) -> None:
    broken = tmp_path / "solc"
    broken.write_text(
        "#!/bin/sh\n"
        "[ \"$1\" = --version ] && echo 'Version: 0.8.36+commit.0' && exit 0\n"
        "echo out of order >&2\n"
        "exit 7\n"
    )
    broken.chmod(0o755)
    with pytest.raises(CounterfoilError, match="out of order") as refusal:
        compile_standard(repository=REPOSITORY, solc_binary=broken)
    assert refusal.value.code == COMPILER_FAILED
