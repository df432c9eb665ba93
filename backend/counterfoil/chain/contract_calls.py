"""What all commands on the contracts share: how a call is sent, and by which names contracts go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from counterfoil.chain.deployment import Deployment
from counterfoil.ports.engine import BlockEvents, BlockHead, ChainPort, Receipt, Signer

AUTHORITY = "Authority"
LEDGER = "Ledger"
CASH = "Cash"
LIENS = "LienRegistry"
FINANCING = "Financing"
SETTLEMENT = "Settlement"
WAREHOUSE = "Warehouse"
BILLS = "BillsOfLading"
PRICES = "Prices"
FACILITIES = "Facilities"
INSTRUCTIONS = "Instructions"
KEY_DESK = "KeyDesk"
COUNCIL = "Council"
REGISTRAR_DESK = "RegistrarDesk"
ANCHORS = "Anchors"

WHOLE_DEBT = 2**48 - 1
"""Repaying this amount means: whatever is owed now."""


class ContractsGateway(ChainPort, Protocol):
    """What ChainGateway is to commands and views; one that only captures what would be sent is one too."""

    @property
    def deployment(self) -> Deployment: ...
    def receipt(self, tx_hash: str) -> Receipt: ...
    def newest_block(self) -> BlockHead: ...
    def block_heads(self, numbers: Sequence[int]) -> tuple[BlockHead | None, ...]: ...
    def read_blocks(self, *, from_block: int, to_block: int) -> tuple[BlockEvents, ...]: ...


class ContractCalls:
    """What the commands and views of one aggregate derive from.

    Views are asked for at a block's number, so that several answers belong together.
    """

    def __init__(self, gateway: ContractsGateway) -> None:
        self._gateway = gateway

    def _send(self, by: Signer, contract: str, function: str, *args: Any) -> Receipt:
        return self._gateway.send(contract, function, args, by)

    def _mapping(self, contract: str, function: str, argument: object, *, block: int) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self._gateway.call(contract, function, [argument], block=block)
        return found
