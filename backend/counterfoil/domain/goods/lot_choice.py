"""Which physical lots make up a part of a receipt: whole ones where they fit, otherwise with one cut.

Quantities are steps, as everywhere; nothing is rounded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

_MOST_SUMS = 50_000
"""Sums that are kept while looking for whole lots: megabytes, and enough for hundreds of like lots."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LotCut:
    """Some lots whole and steps of one more. whole, cut: places in the list that was asked about."""

    whole: tuple[int, ...]
    cut: int
    taken_steps: int


def whole_lots(quantities: Sequence[int], wanted: int) -> tuple[int, ...] | None:
    """Places of lots that come to `wanted` exactly, early ones preferred; None where none were found.

    None is certain unless the lots have very many unlike sums; then the lots have to be named.
    """
    reached: dict[int, tuple[int, int]] = {0: (0, -1)}
    for place, quantity in enumerate(quantities):
        for before in list(reached):
            after = before + quantity
            if after <= wanted and after not in reached:
                reached[after] = (before, place)
        if wanted in reached:
            return _walked_back(reached, wanted)
        if len(reached) > _MOST_SUMS:
            return None
    return None


def lots_with_one_cut(quantities: Sequence[int], wanted: int, *, cuttable: Sequence[bool]) -> LotCut | None:
    """Whole lots in their order as far as they fit, and the rest out of the first cuttable one with it."""
    whole, left = [], wanted
    for place, quantity in enumerate(quantities):
        if quantity < left:
            whole.append(place)
            left -= quantity
    for place, quantity in enumerate(quantities):
        if place not in whole and cuttable[place] and quantity > left:
            return LotCut(whole=tuple(whole), cut=place, taken_steps=left)
    for place, quantity in enumerate(quantities):
        if cuttable[place] and quantity > wanted:
            return LotCut(whole=(), cut=place, taken_steps=wanted)
    return None


def _walked_back(reached: dict[int, tuple[int, int]], wanted: int) -> tuple[int, ...]:
    places, at = [], wanted
    while at:
        at, place = reached[at]
        places.append(place)
    return tuple(sorted(places))
