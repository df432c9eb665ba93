"""How many planted matches were found, and how many of those found were planted: recall and precision."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lien_corpus import Corpus

from counterfoil.domain.external_liens.external_lien import ExternalLien
from counterfoil.domain.external_liens.lien_matching import LienMatch

SERIES_ERROR = "last digits wrong"
"""A wrong digit where a series counts: not to be told from the next number, unless goods speak for it."""


@dataclass(frozen=True, slots=True)
class Quality:
    """Pairs of a lien and an asset. planted: truly there; found: reported; right: both."""

    planted: int
    found: int
    right: int
    by_category: Mapping[str, dict[str, float | int]]
    by_grade: Mapping[str, dict[str, float | int]]
    wrong_by_category: Mapping[str, int]

    def report(self) -> dict[str, object]:
        """For the result file; shares of 1, rounded to four places."""
        return {
            "recall": _share(self.right, self.planted),
            "precision": _share(self.right, self.found),
            "planted_pairs": self.planted,
            "found_pairs": self.found,
            "wrong_pairs": self.found - self.right,
            "wrong_pairs_by_kind_of_lien": dict(self.wrong_by_category),
            "by_grade": dict(self.by_grade),
            "recall_by_category": dict(self.by_category),
        }


def quality_of(corpus: Corpus, matches: Iterable[LienMatch]) -> Quality:
    """Compare matches with what was planted."""
    place_of = {lien.registration_number: place for place, lien in enumerate(corpus.liens)}
    found: Counter[str] = Counter()
    right: Counter[str] = Counter()
    grades: Counter[str] = Counter()
    right_grades: Counter[str] = Counter()
    for match in matches:
        place = place_of[match.lien.registration_number]
        category = corpus.category[place]
        is_right = match.asset_number in corpus.truth[place]
        found[category] += 1
        right[category] += is_right
        grades[match.grade.value] += 1
        right_grades[match.grade.value] += is_right
    planted = Counter[str]()
    for category, truth in zip(corpus.category, corpus.truth, strict=True):
        planted[category] += len(truth)
    return Quality(
        planted=planted.total(),
        found=found.total(),
        right=right.total(),
        by_category={
            category: {"planted_pairs": count, "recall": _share(right[category], count)}
            for category, count in sorted(planted.items())
            if count
        },
        by_grade={
            grade: {"found_pairs": count, "precision": _share(right_grades[grade], count)}
            for grade, count in sorted(grades.items())
        },
        wrong_by_category={
            category: found[category] - right[category]
            for category in sorted(found)
            if found[category] > right[category]
        },
    )


def liens_of(corpus: Corpus, *, without: str) -> list[ExternalLien]:
    """The liens that are not of one category."""
    return [lien for lien, category in zip(corpus.liens, corpus.category, strict=True) if category != without]


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0
