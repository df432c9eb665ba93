"""What the Instructions contract is told at deployment: the meaning of every type hash."""

from __future__ import annotations

from counterfoil.chain.instructions.catalogue import instruction_types
from counterfoil.chain.ledger_deployment import Route


def instruction_routes() -> tuple[Route, ...]:
    """The routes of all instructions, for deploy_ledger."""
    return tuple(
        Route(
            type_hash=kind.type_hash,
            contract=kind.contract,
            selector=kind.function.selector,
            layout=kind.layout,
        )
        for kind in instruction_types()
    )
