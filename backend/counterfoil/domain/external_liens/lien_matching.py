"""Which assets of the ledger may be encumbered by liens that are registered elsewhere.

Candidates come from indexes (parties, document numbers, lots), never from comparing all with all; each
candidate is then weighed by lien_grading. The answer depends on liens and assets only, not on their order.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from counterfoil.domain.external_liens.external_lien import ExternalLien, LedgerAsset
from counterfoil.domain.external_liens.lien_evidence import (
    DEFAULT_THRESHOLDS,
    FoldedAsset,
    FoldedLien,
    MatchGrade,
    MatchReason,
    Thresholds,
    fold_asset,
    fold_lien,
)
from counterfoil.domain.external_liens.lien_folding import (
    FoldedDocument,
    FoldedParty,
    PartyRelation,
    relate_parties,
)
from counterfoil.domain.external_liens.lien_grading import weigh
from counterfoil.domain.external_liens.party_index import PartyIndex

MOST_SHARING_A_KEY = 64
"""A number or place that more assets share points at none of them without a debtor."""
LARGEST_PLAIN_PARTY = 40
"""Parties with more assets than this get indexes of their own, made when first asked for."""

_GRADES = {grade: place for place, grade in enumerate(MatchGrade)}
_UNRELATED = PartyRelation(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class LienMatch:
    """A lien that may be on an asset. match_hash: 32 bytes, see ExternalLien.match_hash."""

    lien: ExternalLien
    asset_number: int
    match_hash: bytes
    grade: MatchGrade
    score: int
    reasons: tuple[MatchReason, ...]


class _AssetsByKey:
    """Places of assets under the spellings of their document numbers and the anchors of their lots."""

    def __init__(self, assets: Sequence[FoldedAsset], places: Iterable[int], *, with_typos: bool) -> None:
        self._numbers: defaultdict[str, list[int]] = defaultdict(list)
        self._lots: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
        self._with_typos = with_typos
        for place in places:
            for number in {key for each in assets[place].documents for key in self._keys(each)}:
                self._numbers[number].append(place)
            for anchor in {anchor for lot in assets[place].lots for anchor in lot.anchors()}:
                self._lots[anchor].append(place)

    def _keys(self, document: FoldedDocument) -> Iterable[str]:
        keys = document.number.keys()
        return {*keys, *document.number.typo_keys()} if self._with_typos else keys

    def places(self, lien: FoldedLien, *, at_most: int | None = None) -> Iterator[int]:
        """Assets that share a key with the lien; keys shared by more than at_most assets are passed over."""
        for document in lien.documents:
            for key in self._keys(document):
                yield from self._short(self._numbers.get(key, ()), at_most)
        for lot in lien.lots:
            for anchor in lot.anchors():
                yield from self._short(self._lots.get(anchor, ()), at_most)

    @staticmethod
    def _short(places: Sequence[int], at_most: int | None) -> Sequence[int]:
        return places if at_most is None or len(places) <= at_most else ()


class AssetIndex:
    """Assets prepared for matching. Building it costs time and memory in proportion to their number."""

    def __init__(self, assets: Iterable[LedgerAsset], *, thresholds: Thresholds = DEFAULT_THRESHOLDS) -> None:
        self._thresholds = thresholds
        self._assets = [fold_asset(asset) for asset in sorted(assets, key=lambda each: each.asset_number)]
        self._assets_of: defaultdict[FoldedParty, list[int]] = defaultdict(list)
        for place, asset in enumerate(self._assets):
            for party in dict.fromkeys(asset.pledgors):
                self._assets_of[party].append(place)
        self._parties = tuple(self._assets_of)
        self._party_index = PartyIndex(self._parties)
        self._by_key = _AssetsByKey(self._assets, range(len(self._assets)), with_typos=False)
        self._of_large: dict[FoldedParty, _AssetsByKey] = {}
        self._last: tuple[FoldedParty, Mapping[int, PartyRelation]] | None = None

    def matches_of(self, lien: ExternalLien, *, key: bytes) -> tuple[LienMatch, ...]:
        """Every match of a lien, strongest first. key: the consortium's fingerprint key."""
        folded = fold_lien(lien)
        debtors = self._debtors_of(folded.debtor)
        relations = self._relations(folded, debtors)
        explained = self._explained(folded, relations)
        found = []
        for place, party in relations.items():
            weighed = weigh(
                folded, self._assets[place], party, thresholds=self._thresholds, explained=explained
            )
            if weighed is None:
                continue
            number = self._assets[place].asset.asset_number
            found.append(
                LienMatch(
                    lien=lien,
                    asset_number=number,
                    match_hash=lien.match_hash(asset_number=number, key=key),
                    grade=weighed.grade,
                    score=weighed.score,
                    reasons=weighed.reasons,
                )
            )
        found.sort(key=lambda match: (_GRADES[match.grade], -match.score, match.asset_number))
        return tuple(found)

    def _debtors_of(self, debtor: FoldedParty) -> Mapping[int, PartyRelation]:
        # Extracts are often grouped by debtor: one place to remember is enough.
        if self._last is None or self._last[0] != debtor:
            found = self._party_index.find(debtor, at_least=self._thresholds.unsupported)
            self._last = (debtor, found)
        return self._last[1]

    def _relations(self, lien: FoldedLien, debtors: Mapping[int, PartyRelation]) -> dict[int, PartyRelation]:
        """Candidates and how their pledgors relate to the debtor, by place, in the order of places."""
        candidates = set(self._by_key.places(lien, at_most=MOST_SHARING_A_KEY))
        for party in debtors:
            candidates.update(self._candidates_of(self._parties[party], lien))
        known = {self._parties[party]: relation for party, relation in debtors.items()}
        return {place: self._best_relation(lien, place, known) for place in sorted(candidates)}

    def _candidates_of(self, party: FoldedParty, lien: FoldedLien) -> Iterable[int]:
        owned = self._assets_of[party]
        if lien.is_blanket or len(owned) <= LARGEST_PLAIN_PARTY:
            return owned
        index = self._of_large.get(party)
        if index is None:
            index = self._of_large[party] = _AssetsByKey(self._assets, owned, with_typos=True)
        return index.places(lien)

    def _best_relation(
        self, lien: FoldedLien, place: int, known: dict[FoldedParty, PartyRelation]
    ) -> PartyRelation:
        best = _UNRELATED
        for party in self._assets[place].pledgors:
            relation = known.get(party)
            if relation is None:
                relation = known[party] = relate_parties(lien.debtor, party)
            if (relation.is_exact, relation.score) > (best.is_exact, best.score) or best is _UNRELATED:
                best = relation
        return best

    def _explained(
        self, lien: FoldedLien, relations: Mapping[int, PartyRelation]
    ) -> frozenset[FoldedDocument]:
        """Documents of the lien that an asset of this debtor carries, but for spelling."""
        ours = [
            self._assets[place]
            for place, relation in relations.items()
            if relation.is_exact or relation.score >= self._thresholds.unsupported
        ]
        carried = {
            key
            for asset in ours
            for each in asset.documents
            for key in (each.number.canonical, each.number.skeleton)
        }
        return frozenset(
            each
            for each in lien.documents
            if each.number.canonical in carried or each.number.skeleton in carried
        )


def match_liens(
    *,
    liens: Iterable[ExternalLien],
    assets: Iterable[LedgerAsset],
    key: bytes,
    as_of: datetime,
    thresholds: Thresholds = DEFAULT_THRESHOLDS,
) -> Iterator[LienMatch]:
    """The matches of all liens that are in force at a time, lien by lien in their order.

    key: the consortium's fingerprint key. Raises DomainError FingerprintKeyLength at the first match.
    """
    index = AssetIndex(assets, thresholds=thresholds)
    for lien in liens:
        if lien.is_in_force(as_of):
            yield from index.matches_of(lien, key=key)
