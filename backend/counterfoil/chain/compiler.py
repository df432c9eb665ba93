"""Compiling the contracts from Python, without Hardhat: py-solc-x on the very input that Hardhat compiled.

Only the build and its tests use this (the extra `build`); running Counterfoil needs the shipped artifacts
alone. A second way to the same bytecode is what lets a reviewer trust the artifacts: docs/decisions/0001.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import solcx
from solcx.exceptions import SolcError

from counterfoil.chain.artifact import ARTIFACT_DIRECTORY
from counterfoil.domain.errors import CounterfoilError, declare

BUILD_RECORD = ARTIFACT_DIRECTORY / "build.json"

SOURCE_DIFFERS_FROM_BUILD = declare(
    "SourceDiffersFromBuild",
    "The contract source {source} is not the one that was compiled: its SHA-256 is {found_sha256}, "
    "the build record says {expected_sha256}.",
    "Run scripts/build_contracts, and npm ci if the source belongs to a dependency.",
)
COMPILER_FAILED = declare(
    "CompilerFailed",
    "The Solidity compiler {compiler} gave no bytecode: {reason}",
    "Correct what the compiler names; npm ci installs the compiler itself.",
)


def read_build_record(path: Path = BUILD_RECORD) -> dict[str, Any]:
    """What scripts/build_contracts compiled: language, compiler, settings, each source's SHA-256."""
    record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return record


def _source_path(*, name: str, repository: Path) -> Path:
    """Where a source of that unit name lies: our own under contracts/, a dependency's in its npm package."""
    return repository / name if name.startswith("contracts/") else repository / "node_modules" / name


def standard_json_input(*, repository: Path, record: dict[str, Any] | None = None) -> dict[str, Any]:
    """The compiler's input, put together again from the build record and the sources under `repository`.

    Raises CounterfoilError(SourceDiffersFromBuild) where a source is missing or is not, byte for byte, the
    recorded one.
    """
    record = read_build_record() if record is None else record
    sources: dict[str, dict[str, str]] = {}
    for name, expected in record["sources_sha256"].items():
        path = _source_path(name=name, repository=repository)
        content = path.read_bytes() if path.is_file() else None
        found = "none, it is missing" if content is None else hashlib.sha256(content).hexdigest()
        if content is None or found != expected:
            raise CounterfoilError(
                SOURCE_DIFFERS_FROM_BUILD, source=name, found_sha256=found, expected_sha256=expected
            )
        sources[name] = {"content": content.decode("utf-8")}
    return {"language": record["language"], "sources": sources, "settings": record["compiler"]["settings"]}


def compile_standard(*, repository: Path, solc_binary: Path | None = None) -> dict[str, Any]:
    """The compiler's output, {"contracts": {source: {name: ...}}, ...}, for the recorded input.

    solc_binary: the compiler to run, by default scripts/solc, which wraps the npm package; a native solc of
    the recorded version gives the same bytecode. Raises CounterfoilError(SourceDiffersFromBuild), or
    CounterfoilError(CompilerFailed) with the compiler's own words.
    """
    binary = repository / "scripts" / "solc" if solc_binary is None else solc_binary
    source = standard_json_input(repository=repository)
    try:
        output: dict[str, Any] = solcx.compile_standard(source, solc_binary=binary)
    except SolcError as refusal:
        raise CounterfoilError(COMPILER_FAILED, compiler=binary.name, reason=str(refusal)) from refusal
    return output
