"""Compiled contracts as the build wrote them: one JSON file a contract, shipped with the package."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from counterfoil.chain import errors
from counterfoil.chain.abi import ContractAbi
from counterfoil.domain.errors import DomainError

ARTIFACT_DIRECTORY = Path(__file__).parent / "artifacts"


@dataclass(frozen=True, slots=True)
class Artifact:
    """One compiled contract. bytecode: hexadecimal creation code without 0x, libraries not yet linked."""

    name: str
    abi: ContractAbi
    bytecode: str
    link_references: Mapping[str, Mapping[str, tuple[Mapping[str, int], ...]]]

    def linked(self, libraries: Mapping[str, str]) -> bytes:
        """The creation code with each library's address put in; raises DomainError(UnknownArtifact) if one is
        missing.
        """
        code = self.bytecode
        for by_library in self.link_references.values():
            for library, places in by_library.items():
                if library not in libraries:
                    raise _unusable(self.name, f"it needs the library {library}")
                address = libraries[library][2:].lower()
                for place in places:
                    start = 2 * place["start"]
                    code = code[:start] + address + code[start + 2 * place["length"] :]
        try:
            return bytes.fromhex(code)
        except ValueError as unlinked:
            raise _unusable(self.name, "its bytecode is not hexadecimal or not fully linked") from unlinked


def _unusable(name: str, reason: str) -> DomainError:
    return DomainError(errors.UNKNOWN_ARTIFACT, artifact=name, reason=reason)


@lru_cache(maxsize=256)
def load_artifact(name: str, directory: Path = ARTIFACT_DIRECTORY) -> Artifact:
    """The compiled contract of that name; raises DomainError(UnknownArtifact) where there is no whole one."""
    path = directory / f"{name}.json"
    if not path.is_file():
        raise _unusable(name, "no such file")
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        links = {
            source: {library: tuple(places) for library, places in by_library.items()}
            for source, by_library in content.get("linkReferences", {}).items()
        }
        return Artifact(
            name, ContractAbi(name, content["abi"]), content["bytecode"].removeprefix("0x"), links
        )
    except (ValueError, KeyError, TypeError, AttributeError) as broken:
        raise _unusable(name, f"the file is not a compiled contract ({broken!r})") from broken
