"""The contract Anchors, as the anchoring of the audit log asks it."""

from __future__ import annotations

from typing import Any

from counterfoil.chain.contract_calls import ANCHORS
from counterfoil.chain.gateway import ChainGateway
from counterfoil.domain.audit_chain import AuditHead
from counterfoil.ports.engine import Receipt, Signer
from counterfoil.ports.identity import AnchoredHead

_ANCHORED = "Anchored"


class ChainAnchors:
    """Counterfoil's AnchorLedger on a chain, for one key."""

    def __init__(self, gateway: ChainGateway, *, address: str, signer: Signer | None = None) -> None:
        """address: of the key whose anchors count. signer: the key itself; None to read only."""
        self._gateway = gateway
        self._address = address
        self._signer = signer

    def last_anchor(self) -> AnchoredHead | None:
        """The newest head that the key put there. Raises ChainError."""
        head, sequence = self._gateway.call(ANCHORS, "last", (self._address,))
        if sequence == 0 and not any(head):
            return None
        return AnchoredHead(sequence=sequence, head_hash=bytes(head).hex())

    def all_anchors(self) -> tuple[AnchoredHead, ...]:
        """Every head that the key put there, oldest first. Raises ChainError where logs are missing."""
        return tuple(
            AnchoredHead(
                sequence=record.args["sequence"],
                head_hash=bytes(record.args["head"]).hex(),
                tx_hash=record.tx_hash,
                block_number=record.block_number,
            )
            for record in self._gateway.events()
            if record.event == _ANCHORED and record.contract == ANCHORS and self._is_ours(record.args["by"])
        )

    def anchor(self, head: AuditHead) -> AnchoredHead:
        """Put a head there and wait for its block. Raises ChainError and ContractRefusedError."""
        if self._signer is None:
            raise TypeError("these anchors were opened for reading")
        receipt: Receipt = self._gateway.send(
            ANCHORS, "anchor", (bytes.fromhex(head.entry_hash), head.sequence), self._signer
        )
        return AnchoredHead(
            sequence=head.sequence,
            head_hash=head.entry_hash,
            tx_hash=receipt.tx_hash,
            block_number=receipt.block_number,
        )

    def _is_ours(self, by: Any) -> bool:
        return str(by).lower() == self._address.lower()
