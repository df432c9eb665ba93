"""Keepers' seals in two languages: a signature for the chain, and for the model who signed just this."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from eth_account.signers.local import LocalAccount

from counterfoil.chain.seals import receipt_division, sign_seal
from counterfoil.domain.goods.receipt_terms import KeeperSeal, Part, SignedSeal
from counterfoil.domain.ledger import ReceiptCut, Seal

NO_SIGNATURE = bytes(65)


class Chain(Protocol):
    """What a signature is bound to."""

    chain_id: int
    addresses: dict[str, str]


class LateArgument:
    """An argument of a contract call that is known only when the chain is."""

    def for_chain(self, chain: Chain) -> object:
        """The value that is sent."""
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class SealOf(LateArgument):
    """A statement and who signed it; nobody: 65 bytes that are no signature."""

    statement: KeeperSeal
    signer: LocalAccount | None

    def for_model(self, meant: KeeperSeal) -> Seal:
        """What the in-memory ledger is told: who signed what is about to happen, if anybody did."""
        signed = self.signer is not None and self.statement == meant
        sealed_by = str(self.signer.address) if self.signer is not None and signed else None
        return Seal(deadline_s=self.statement.deadline_s, sealed_by=sealed_by)

    def for_chain(self, chain: Chain) -> tuple[int, bytes]:
        """Deadline and signature."""
        if self.signer is None:
            return self.statement.deadline_s, NO_SIGNATURE
        warehouse = chain.addresses["Warehouse"]
        signed = sign_seal(self.statement, chain_id=chain.chain_id, warehouse=warehouse, by=self.signer)
        return signed.deadline_s, signed.signature


@dataclass(frozen=True, kw_only=True)
class DivisionOf(LateArgument):
    """How a pledged receipt is divided."""

    part: Part
    remainder_root: bytes
    seal: SealOf

    def for_model(self, receipt_id: int, sequence: int) -> ReceiptCut:
        """As the in-memory ledger takes it."""
        meant = KeeperSeal.for_split(
            receipt_id=receipt_id,
            sequence=sequence,
            parts=[self.part],
            remainder_root=self.remainder_root,
            deadline_s=self.seal.statement.deadline_s,
        )
        return ReceiptCut(part=self.part, remainder_root=self.remainder_root, seal=self.seal.for_model(meant))

    def for_chain(self, chain: Chain) -> bytes:
        """As ILienRegistry.releasePart takes it."""
        deadline_s, signature = self.seal.for_chain(chain)
        return receipt_division(
            self.part, self.remainder_root, SignedSeal(deadline_s=deadline_s, signature=signature)
        )
