"""Compiling the contracts from Python, without Hardhat: py-solc-x on the very input that Hardhat gave its compiler.

Only the build and its tests use this (the extra `build`); running Counterfoil needs the shipped artifacts alone. The
second, independent way to the same bytecode is what lets a reviewer trust the artifacts: see docs/decisions/0001.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import solcx

from counterfoil.chain.artifact import ARTIFACT_DIRECTORY

BUILD_RECORD = ARTIFACT_DIRECTORY / "build.json"


class SourceMismatch(Exception):
    """A source on disk is not the one that the committed build compiled, or is missing."""

    def __init__(self, *, source: str, expected_sha256: str, found_sha256: str | None) -> None:
        found = "is missing" if found_sha256 is None else f"has the hash {found_sha256}"
        super().__init__(
            f"{source} {found}, the build record says {expected_sha256}; run scripts/build_contracts"
        )
        self.source = source
        self.expected_sha256 = expected_sha256
        self.found_sha256 = found_sha256


class CompilationFailed(Exception):
    """The compiler found errors; the message holds them as it formatted them."""


def read_build_record(path: Path = BUILD_RECORD) -> dict[str, Any]:
    """What scripts/build_contracts compiled: language, compiler version and settings, a SHA-256 for every source."""
    record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return record


def _source_path(*, name: str, repository: Path) -> Path:
    """Where a source of that unit name lies: our own under contracts/, a dependency's in its npm package."""
    return repository / name if name.startswith("contracts/") else repository / "node_modules" / name


def standard_json_input(*, repository: Path, record: dict[str, Any] | None = None) -> dict[str, Any]:
    """The compiler's input, put together again from the build record and the sources under `repository`.

    Raises SourceMismatch where a source is missing or is not byte for byte the recorded one.
    """
    record = read_build_record() if record is None else record
    sources: dict[str, dict[str, str]] = {}
    for name, expected in record["sources_sha256"].items():
        path = _source_path(name=name, repository=repository)
        content = path.read_bytes() if path.is_file() else None
        found = None if content is None else hashlib.sha256(content).hexdigest()
        if content is None or found != expected:
            raise SourceMismatch(source=name, expected_sha256=expected, found_sha256=found)
        sources[name] = {"content": content.decode("utf-8")}
    return {"language": record["language"], "sources": sources, "settings": record["compiler"]["settings"]}


def compile_standard(*, repository: Path, solc_binary: Path | None = None) -> dict[str, Any]:
    """The compiler's output, {"contracts": {source: {name: ...}}, ...}, for the recorded input.

    solc_binary: the compiler to run; by default scripts/solc, which wraps the npm package. Any native solc of the recorded
    version gives the same bytecode. Raises SourceMismatch, or CompilationFailed with the compiler's own words.
    """
    binary = repository / "scripts" / "solc" if solc_binary is None else solc_binary
    try:
        output: dict[str, Any] = solcx.compile_standard(
            standard_json_input(repository=repository), solc_binary=binary, allow_empty=True
        )
    except solcx.exceptions.SolcError as refused:
        raise CompilationFailed(str(refused)) from refused
    return output
