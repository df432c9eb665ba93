"""The keeper's seal on transfer, split and merge: made here with the keeper's key, or brought along.

A sealed act carries everything that the holder's transaction needs, the wordings and documents behind its
hashes included, so that keeper and holder may sit at two desks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from counterfoil.domain.errors import DomainError
from counterfoil.domain.goods.receipt_terms import KeeperSeal, Part, SignedSeal, Source
from counterfoil.domain.state.goods_state import Receipt as WarehouseReceipt
from counterfoil.ports.store import DocumentRecord, TitleDocumentRecord
from counterfoil.usecases import goods_refusals as refusals
from counterfoil.usecases.acting import actor_of
from counterfoil.usecases.resolving import PartyRef
from counterfoil.usecases.workbench import Workbench

SEAL_VALID_S = 24 * 3600
"""How long a seal serves where nothing else is asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedTransfer:
    """background: the wording whose hash is sealed."""

    seal: KeeperSeal
    signed: SignedSeal
    background: DocumentRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedSplit:
    """documents: of the parts in their order, then of the rest."""

    seal: KeeperSeal
    signed: SignedSeal
    parts: tuple[Part, ...]
    remainder_root: bytes
    documents: tuple[TitleDocumentRecord, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedMerge:
    """document: of the receipt that stays."""

    seal: KeeperSeal
    signed: SignedSeal
    sources: tuple[Source, ...]
    detail_root: bytes
    document: TitleDocumentRecord


SealedAct = SealedTransfer | SealedSplit | SealedMerge
Sealed = TypeVar("Sealed", SealedTransfer, SealedSplit, SealedMerge)


def deadline_from(bench: Workbench, valid_s: int) -> int:
    """The last second of a seal made now."""
    return bench.chain_now_s() + valid_s


def sign_seal(
    bench: Workbench, *, actor: PartyRef, receipt: WarehouseReceipt, seal: KeeperSeal
) -> SignedSeal:
    """The keeper's signature. Raises DomainError SealerNotKeeper before the key is opened."""
    acting = actor_of(bench, actor)
    if acting.party_id != receipt.keeper_id:
        raise DomainError(refusals.SEALER_NOT_KEEPER, sealer=acting.party.name, receipt_id=receipt.receipt_id)
    return bench.ledger.seal(by=acting.key, seal=seal)


def seal_of(
    act: str, brought: Sealed | None, sealed_by: PartyRef | None, make: Callable[[PartyRef], Sealed]
) -> Sealed:
    """The seal that was brought, or one made with the keeper's key. Raises DomainError SealMissing."""
    if brought is not None:
        return brought
    if sealed_by is None:
        raise DomainError(refusals.SEAL_MISSING, act=act)
    return make(sealed_by)


def require_sealed(field: str, *, sealed: object, asked: object) -> None:
    """Refuse where the seal is for something else. Raises DomainError SealUnlike."""
    if sealed != asked:
        raise DomainError(refusals.SEAL_UNLIKE, field=field, sealed=sealed, asked=asked)
