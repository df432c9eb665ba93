"""How two document numbers relate: the same, the same as somebody typed it, or neighbours in one series.

A digit typed wrong and the next number of the series look alike. So a changed digit near the end counts as a
NEIGHBOUR, which is evidence only beside other evidence; a dropped, doubled or swapped character, or a digit
wrong far from the end of a long number, is a TYPO.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from rapidfuzz.distance import OSA

from counterfoil.domain.invoices.invoice_number import canonical_invoice_number, canonical_without_separators

_CONFUSABLE = str.maketrans("OQDILSBZG", "000115826")
_SEPARATED = re.compile(r"[^\W_]+")
_ZEROS = re.compile(r"(?<![0-9])0+(?=[0-9])")
_SHORTEST_TYPO = 7
_SHORTEST_NEIGHBOUR = 8
_LONG_NUMBER = 14
_SERIES_DIGITS = 4
_SHORTEST_DISTINCTIVE = 6
_FEWEST_DIGITS = 3


class NumberRelation(Enum):
    """Strongest first; the value is the score of 100."""

    EQUAL = 100
    SPELLING = 96
    TYPO = 90
    NEIGHBOUR = 80


@dataclass(frozen=True, slots=True)
class FoldedNumber:
    """A number in the spellings that comparing needs.

    canonical: as fingerprints use it. skeleton: letters and digits only, look-alike letters as digits, zeros
    in front of each run dropped before the separators went. closed: the same with the zeros dropped after.
    """

    canonical: str
    skeleton: str
    closed: str

    @property
    def is_distinctive(self) -> bool:
        """Whether the number alone can point at a document, rather than at the first of every series."""
        return len(self.skeleton) >= _SHORTEST_DISTINCTIVE and (
            sum(mark.isdigit() for mark in self.canonical) >= _FEWEST_DIGITS
        )

    @property
    def is_empty(self) -> bool:
        """Whether nothing of it identifies anything."""
        return not self.skeleton

    def keys(self) -> tuple[str, ...]:
        """Under which numbers that are EQUAL or differ in SPELLING are found."""
        return tuple(dict.fromkeys((self.skeleton, self.closed, self.zero_free)))

    @property
    def zero_free(self) -> str:
        """Without any zero: what two spellings share that differ in zeros behind separators."""
        return "~" + self.closed.replace("0", "")

    def typo_keys(self) -> set[str]:
        """The skeleton and every text that dropping one character of it leaves.

        Two numbers within one edit of each other share a key: the usual deletion neighbourhood.
        """
        text = self.skeleton
        return {text, *(text[:place] + text[place + 1 :] for place in range(len(text)))}


@lru_cache(maxsize=65_536)
def fold_number(number: str) -> FoldedNumber:
    """The number in its comparing spellings. Never raises."""
    # Nearly all numbers are ASCII, for which both folds are short; the general ones go over each character.
    if number.isascii():
        canonical = canonical_invoice_number("".join(number.upper().split()))
        if canonical.isalnum():  # no separators: the three spellings are one
            skeleton = canonical.translate(_CONFUSABLE)
            return FoldedNumber(canonical, skeleton, skeleton)
        closed = _ZEROS.sub("", "".join(_SEPARATED.findall(number.upper())))
    else:
        canonical = canonical_invoice_number(number)
        closed = canonical_without_separators(number)
    skeleton = "".join(_SEPARATED.findall(canonical)).translate(_CONFUSABLE)
    closed = closed.translate(_CONFUSABLE)
    return FoldedNumber(canonical, skeleton, closed)


def relate_numbers(one: FoldedNumber, other: FoldedNumber) -> NumberRelation | None:
    """How two numbers relate, None where they do not; symmetric."""
    if one.is_empty or other.is_empty:
        return None
    if one.canonical == other.canonical:
        return NumberRelation.EQUAL
    if _same_but_spelling(one, other):
        return NumberRelation.SPELLING
    return _one_edit(one.skeleton, other.skeleton)


def _same_but_spelling(one: FoldedNumber, other: FoldedNumber) -> bool:
    if one.skeleton == other.skeleton or one.closed == other.closed:
        return True
    if one.zero_free != other.zero_free:
        return False
    return _with_zeros_behind_separators(one, other) or _with_zeros_behind_separators(other, one)


def _with_zeros_behind_separators(separated: FoldedNumber, closed: FoldedNumber) -> bool:
    """Whether the closed text is the separated one with zeros where its parts begin: 2026-42, 20260042."""
    parts = _SEPARATED.findall(separated.canonical)
    if len(parts) < 2 or len(_SEPARATED.findall(closed.canonical)) >= len(parts):
        return False
    pattern = "0*".join(re.escape(part.translate(_CONFUSABLE)) for part in parts)
    return re.fullmatch(pattern, closed.skeleton) is not None


def _one_edit(one: str, other: str) -> NumberRelation | None:
    shorter = min(len(one), len(other))
    if shorter < _SHORTEST_TYPO or OSA.distance(one, other, score_cutoff=1) > 1:
        return None
    if len(one) != len(other):
        return NumberRelation.TYPO
    differing = [place for place in range(len(one)) if one[place] != other[place]]
    if len(differing) > 1:  # two neighbours changed places
        return NumberRelation.TYPO
    place = differing[0]
    is_digit = one[place].isdigit() and other[place].isdigit()
    from_end = len(one) - 1 - place
    if not is_digit or (len(one) >= _LONG_NUMBER and from_end >= _SERIES_DIGITS):
        return NumberRelation.TYPO
    return NumberRelation.NEIGHBOUR if shorter >= _SHORTEST_NEIGHBOUR else None
