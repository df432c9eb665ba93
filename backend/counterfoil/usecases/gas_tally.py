"""Gas by operation, gathered while commands run."""

from __future__ import annotations

from dataclasses import dataclass, field

from counterfoil.ports.engine import Receipt


@dataclass(slots=True)
class GasTally:
    """An observer that counts transactions and gas by operation."""

    _counts: dict[str, int] = field(default_factory=dict)
    _totals: dict[str, int] = field(default_factory=dict)

    def __call__(self, *, operation: str, receipt: Receipt) -> None:
        """Take one transaction that took effect."""
        self._counts[operation] = self._counts.get(operation, 0) + 1
        self._totals[operation] = self._totals.get(operation, 0) + receipt.gas_used

    def by_operation(self) -> dict[str, dict[str, int]]:
        """{operation: {"count", "total"}}, operations sorted."""
        return {
            operation: {"count": self._counts[operation], "total": self._totals[operation]}
            for operation in sorted(self._counts)
        }
