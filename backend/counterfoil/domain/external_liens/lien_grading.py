"""What speaks for one lien being on one asset, and how much: the grade of a match, with its reasons.

EXACT      the debtor exactly, and a document number or a lot exactly.
PROBABLE   the debtor exactly, and a document number or a lot but for a typing error; or a debtor that may be
           the same, and a document number or a lot exactly; or one heap, whoever the debtor is said to be.
POSSIBLE   debtor and number or lot, both but for typing errors; a neighbouring number over like goods of the
           same debtor; a receipt's or a carrier's number under another debtor; or a lien that names neither
           number nor lot (all stock, all claims), over like goods, of a debtor that is almost certainly the
           same.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from statistics import fmean

from counterfoil.domain.external_liens.external_lien import CollateralKind, LotReference, kinds_overlap
from counterfoil.domain.external_liens.lien_evidence import (
    EvidenceField,
    FoldedAsset,
    FoldedLien,
    MatchGrade,
    MatchReason,
    Thresholds,
    Weighed,
)
from counterfoil.domain.external_liens.lien_folding import (
    FoldedDocument,
    PartyRelation,
    goods_likeness,
    relate_documents,
)
from counterfoil.domain.external_liens.lot_comparison import FoldedLot, LotRelation, relate_lots
from counterfoil.domain.external_liens.number_comparison import NumberRelation

SOUND_NUMBERS = frozenset({NumberRelation.EQUAL, NumberRelation.SPELLING})
SOUND_LOTS = frozenset({LotRelation.EQUAL, LotRelation.COVERS})


@dataclass(frozen=True, slots=True)
class _Documents:
    relation: NumberRelation
    of_lien: FoldedDocument
    of_asset: FoldedDocument


@dataclass(frozen=True, slots=True)
class _Lots:
    relation: LotRelation
    of_lien: FoldedLot
    of_asset: FoldedLot

    @property
    def is_one_heap(self) -> bool:
        """Whether both sides name this very heap, so that it does not matter whose it is said to be."""
        return self.relation in SOUND_LOTS and self.of_lien.is_specific and self.of_asset.is_specific


@dataclass(frozen=True, slots=True, kw_only=True)
class _Facts:
    party: PartyRelation
    documents: _Documents | None
    lots: _Lots | None
    goods: int
    covers_all: bool


def weigh(
    lien: FoldedLien,
    asset: FoldedAsset,
    party: PartyRelation,
    *,
    thresholds: Thresholds,
    explained: AbstractSet[FoldedDocument] = frozenset(),
) -> Weighed | None:
    """The match of a lien with an asset whose pledgor relates to its debtor like this; None for no match.

    explained: documents of the lien that some asset of this debtor carries exactly; for them a typing error
    is no longer a sensible reading, so that the neighbours of a series do not match each other.
    """
    goods = goods_likeness(lien.goods, asset.goods)
    facts = _Facts(
        party=party,
        documents=_best_documents(lien, asset, explained),
        lots=_best_lots(lien, asset),
        goods=goods,
        covers_all=_covers_all(lien, asset, goods, thresholds),
    )
    grade = _grade(facts, lien, thresholds)
    return None if grade is None else _weighed(grade, facts, lien, asset)


def _best_documents(
    lien: FoldedLien, asset: FoldedAsset, explained: AbstractSet[FoldedDocument]
) -> _Documents | None:
    best: _Documents | None = None
    for of_lien in lien.documents:
        for of_asset in asset.documents:
            relation = relate_documents(of_lien, of_asset)
            if relation is None or (relation not in SOUND_NUMBERS and of_lien in explained):
                continue
            if best is None or relation.value > best.relation.value:
                best = _Documents(relation, of_lien, of_asset)
    return best


def _best_lots(lien: FoldedLien, asset: FoldedAsset) -> _Lots | None:
    best: _Lots | None = None
    for of_lien in lien.lots:
        for of_asset in asset.lots:
            relation = relate_lots(of_lien, of_asset)
            if relation is not None and (best is None or relation.value > best.relation.value):
                best = _Lots(relation, of_lien, of_asset)
    return best


def _covers_all(lien: FoldedLien, asset: FoldedAsset, goods: int, thresholds: Thresholds) -> bool:
    """Whether a lien that names no document and no lot reaches this asset, if the debtor is the same."""
    if not lien.is_blanket or not kinds_overlap(lien.lien.collateral_kind, asset.asset.kind):
        return False
    return not lien.goods.is_stated or not asset.goods.is_stated or goods >= thresholds.goods


def _grade(facts: _Facts, lien: FoldedLien, thresholds: Thresholds) -> MatchGrade | None:
    if facts.party.is_exact:
        grade = _grade_of_same_debtor(facts, thresholds)
    elif facts.party.is_contradicted:
        grade = None
    else:
        grade = _grade_of_like_debtor(facts, thresholds)
    if grade is None or grade is MatchGrade.POSSIBLE:
        return _grade_of_any_debtor(facts, lien) or grade
    return grade


def _grade_of_same_debtor(facts: _Facts, thresholds: Thresholds) -> MatchGrade | None:
    number = facts.documents and facts.documents.relation
    if number is NumberRelation.EQUAL or (facts.lots and facts.lots.relation is LotRelation.EQUAL):
        return MatchGrade.EXACT
    if number in (NumberRelation.SPELLING, NumberRelation.TYPO) or facts.lots is not None:
        return MatchGrade.PROBABLE
    if facts.covers_all or (number is NumberRelation.NEIGHBOUR and facts.goods >= thresholds.goods):
        return MatchGrade.POSSIBLE
    return None


def _grade_of_like_debtor(facts: _Facts, thresholds: Thresholds) -> MatchGrade | None:
    score = facts.party.score
    number, distinctive = None, False
    if facts.documents is not None:
        number, distinctive = facts.documents.relation, facts.documents.of_lien.number.is_distinctive
    sound_lot = facts.lots is not None and facts.lots.relation in SOUND_LOTS
    if score >= thresholds.supported and ((number in SOUND_NUMBERS and distinctive) or sound_lot):
        return MatchGrade.PROBABLE
    mistyped = number in SOUND_NUMBERS or number is NumberRelation.TYPO or facts.lots is not None
    if score >= thresholds.unsupported and mistyped:
        return MatchGrade.POSSIBLE
    return MatchGrade.POSSIBLE if score >= thresholds.alone and facts.covers_all else None


def _grade_of_any_debtor(facts: _Facts, lien: FoldedLien) -> MatchGrade | None:
    on_goods = lien.lien.collateral_kind is not CollateralKind.RECEIVABLE
    if on_goods and facts.lots is not None and facts.lots.is_one_heap:
        return MatchGrade.PROBABLE
    named = facts.documents
    if named is not None and named.relation in SOUND_NUMBERS and named.of_lien.is_unique_anywhere:
        return MatchGrade.POSSIBLE
    return None


def _weighed(grade: MatchGrade, facts: _Facts, lien: FoldedLien, asset: FoldedAsset) -> Weighed:
    reasons = [
        MatchReason(
            field=EvidenceField.DEBTOR,
            is_exact=facts.party.is_exact,
            score=facts.party.score,
            lien_text=lien.lien.debtor.name,
            asset_text=" | ".join(each.name for each in asset.asset.pledgors),
        )
    ]
    if facts.documents is not None:
        relation = facts.documents.relation
        reasons.append(
            MatchReason(
                field=EvidenceField.DOCUMENT,
                is_exact=relation is NumberRelation.EQUAL,
                score=relation.value,
                lien_text=facts.documents.of_lien.stated.number,
                asset_text=facts.documents.of_asset.stated.number,
            )
        )
    if facts.lots is not None:
        reasons.append(
            MatchReason(
                field=EvidenceField.LOT,
                is_exact=facts.lots.relation is LotRelation.EQUAL,
                score=facts.lots.relation.value,
                lien_text=_lot_text(facts.lots.of_lien.stated),
                asset_text=_lot_text(facts.lots.of_asset.stated),
            )
        )
    if facts.goods and lien.goods.is_stated and asset.goods.is_stated:
        reasons.append(
            MatchReason(
                field=EvidenceField.GOODS,
                is_exact=facts.goods == 100,
                score=facts.goods,
                lien_text=_goods_text(lien.lien.goods_code, lien.lien.goods_description),
                asset_text=_goods_text(asset.asset.goods_code, asset.asset.goods_description),
            )
        )
    score = int(fmean(reason.score for reason in reasons))
    return Weighed(grade=grade, score=score, reasons=tuple(reasons))


def _lot_text(lot: LotReference) -> str:
    parts = (("site", lot.site), ("bay", lot.bay), ("batch", lot.batch), ("serial", lot.serial))
    return ", ".join(f"{name} {value}" for name, value in parts if value)


def _goods_text(code: str, description: str) -> str:
    return " ".join(part for part in (code, description) if part)
