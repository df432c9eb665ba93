"""Which contracts stand where, on which chain."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import MappingProxyType


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployedContract:
    """One contract on chain.

    name: the name it goes by here; artifact: the compiled contract whose interface it has (another name where
    one contract stands several times, or behind a proxy). block_number: where it was created or adopted.
    """

    name: str
    artifact: str
    address: str
    block_number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """The contracts of one ledger, tied to one chain by its id and genesis hash."""

    chain_id: int
    genesis_hash: str
    contracts: Mapping[str, DeployedContract] = field(default_factory=lambda: MappingProxyType({}))

    def with_contract(self, contract: DeployedContract) -> Deployment:
        """A copy that also knows this contract."""
        return Deployment(
            chain_id=self.chain_id,
            genesis_hash=self.genesis_hash,
            contracts=MappingProxyType({**self.contracts, contract.name: contract}),
        )

    def to_json(self) -> str:
        """A readable, complete text form."""
        return (
            json.dumps(
                {
                    "chain_id": self.chain_id,
                    "genesis_hash": self.genesis_hash,
                    "contracts": [asdict(contract) for contract in self.contracts.values()],
                },
                indent=2,
            )
            + "\n"
        )

    @classmethod
    def from_json(cls, text: str) -> Deployment:
        """The deployment of a text that `to_json` wrote; raises ValueError, KeyError or TypeError for
        another.
        """
        content = json.loads(text)
        listed = [DeployedContract(**entry) for entry in content["contracts"]]
        return cls(
            chain_id=content["chain_id"],
            genesis_hash=content["genesis_hash"],
            contracts=MappingProxyType({contract.name: contract for contract in listed}),
        )

    def save(self, path: Path) -> None:
        """Write the text form, replacing the file in one step."""
        fresh = path.with_name(path.name + ".new")
        fresh.write_text(self.to_json(), encoding="utf-8")
        fresh.replace(path)

    @classmethod
    def load(cls, path: Path) -> Deployment:
        """The deployment that `save` wrote."""
        return cls.from_json(path.read_text(encoding="utf-8"))
