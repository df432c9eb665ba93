"""What a comparison of a lien with an asset speaks of: the folded sides, evidence, grades and thresholds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from counterfoil.domain.external_liens.external_lien import ExternalLien, LedgerAsset
from counterfoil.domain.external_liens.lien_folding import (
    FoldedDocument,
    FoldedGoods,
    FoldedParty,
    fold_document,
    fold_goods,
    fold_party,
)
from counterfoil.domain.external_liens.lot_comparison import FoldedLot, fold_lot


class MatchGrade(StrEnum):
    """How sure a match is. All three block; the grade tells the examiner where to look first."""

    EXACT = "exact"
    PROBABLE = "probable"
    POSSIBLE = "possible"


class EvidenceField(StrEnum):
    """Which part of the lien and of the asset agree."""

    DEBTOR = "debtor"
    DOCUMENT = "document"
    LOT = "lot"
    GOODS = "goods"


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchReason:
    """One piece of evidence. score: 0 to 100; lien_text, asset_text: what either side states."""

    field: EvidenceField
    is_exact: bool
    score: int
    lien_text: str
    asset_text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """How alike debtors and goods must be, 0 to 100, chosen by scripts/bench/lien_thresholds.py.

    supported: debtor, where a number or lot agrees exactly. unsupported: debtor, where those agree but for a
    typing error. alone: debtor, where the lien names neither. goods: goods, wherever they count.
    """

    supported: int = 60
    unsupported: int = 86
    alone: int = 95
    goods: int = 84


DEFAULT_THRESHOLDS = Thresholds()


@dataclass(frozen=True, slots=True)
class FoldedLien:
    """A lien ready for comparing."""

    lien: ExternalLien
    debtor: FoldedParty
    documents: tuple[FoldedDocument, ...]
    lots: tuple[FoldedLot, ...]
    goods: FoldedGoods

    @property
    def is_blanket(self) -> bool:
        """Whether it names neither a document nor a lot."""
        return not self.documents and not self.lots


@dataclass(frozen=True, slots=True)
class FoldedAsset:
    """An asset ready for comparing; the grade of its goods is a part of their text."""

    asset: LedgerAsset
    pledgors: tuple[FoldedParty, ...]
    documents: tuple[FoldedDocument, ...]
    lots: tuple[FoldedLot, ...]
    goods: FoldedGoods


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """The grade, the score of 0 to 100, and every reason, debtor first."""

    grade: MatchGrade
    score: int
    reasons: tuple[MatchReason, ...]


def fold_lien(lien: ExternalLien) -> FoldedLien:
    """Never raises; what is blank is dropped."""
    documents = (fold_document(each) for each in lien.document_numbers)
    lots = (fold_lot(each) for each in lien.lots)
    return FoldedLien(
        lien,
        fold_party(lien.debtor),
        tuple(each for each in documents if not each.number.is_empty),
        tuple(each for each in lots if not each.is_empty),
        fold_goods(lien.goods_code, lien.goods_description),
    )


def fold_asset(asset: LedgerAsset) -> FoldedAsset:
    """Never raises; what is blank is dropped."""
    documents = (fold_document(each) for each in asset.document_numbers)
    lots = (fold_lot(each) for each in asset.lots)
    return FoldedAsset(
        asset,
        tuple(fold_party(each) for each in asset.pledgors),
        tuple(each for each in documents if not each.number.is_empty),
        tuple(each for each in lots if not each.is_empty),
        fold_goods(asset.goods_code, f"{asset.goods_description} {asset.goods_grade}".strip()),
    )
