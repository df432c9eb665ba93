"""Finding, among many parties, those that a named one may be: by identifier, by name, by likeness of name.

Likeness is looked for among names that share some of their rarest letter sequences, so that the work grows
with the number of names and not with its square. A name all of whose sequences are shared by more than
MOST_SHARING names is found by identifier or equal name only, or by document or lot.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import ceil

from rapidfuzz import fuzz

from counterfoil.domain.external_liens.company_name import (
    CompanyName,
    least_distinctive,
)
from counterfoil.domain.external_liens.lien_folding import FoldedParty, PartyRelation, relate_parties
from counterfoil.domain.invoices.invoice import PartyIdentifier

MOST_SHARING = 100
_RAREST = 5
_SHARED_PART = 0.4
_MOST_CANDIDATES = 60
_CJK_START = "\u3400"


def _sequences(name: CompanyName) -> set[str]:
    """Pairs of Chinese characters, triples of Latin letters, with a mark at both ends of each word."""
    found: set[str] = set()
    for word in name.words:
        marked = f"^{word}$"
        size = 2 if any(mark >= _CJK_START for mark in word) else 3
        found.update(marked[place : place + size] for place in range(max(1, len(marked) - size + 1)))
    return found


class PartyIndex:
    """The parties in the order given; `find` answers with their places."""

    def __init__(self, parties: Sequence[FoldedParty]) -> None:
        self._parties = parties
        self._by_identifier: defaultdict[PartyIdentifier, list[int]] = defaultdict(list)
        named: defaultdict[frozenset[str], list[int]] = defaultdict(list)
        for place, party in enumerate(parties):
            for identifier in party.sound | party.unsound:
                self._by_identifier[identifier].append(place)
            if not party.name.is_empty:
                named[party.issuers].append(place)
        self._names = {issuers: _NameIndex(parties, places) for issuers, places in named.items()}

    def find(self, wanted: FoldedParty, *, at_least: int) -> Mapping[int, PartyRelation]:
        """Every party that relates to the wanted one by at least this score, by its place."""
        places: set[int] = set()
        for identifier in wanted.sound | wanted.unsound:
            places.update(self._by_identifier.get(identifier, ()))
        issuers, sequences = wanted.issuers, _sequences(wanted.name)
        for of_index, names in self._names.items():
            # Where one register numbered both, the number decides, and equal ones are found already.
            if not issuers & of_index:
                places.update(names.places(wanted.name, sequences, at_least=at_least))
        related = {place: relate_parties(wanted, self._parties[place]) for place in sorted(places)}
        return {place: relation for place, relation in related.items() if relation.score >= at_least}


class _NameIndex:
    """Some of the parties by their names."""

    def __init__(self, parties: Sequence[FoldedParty], places: Iterable[int]) -> None:
        self._by_words: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
        for place in places:
            self._by_words[tuple(sorted(parties[place].name.words))].append(place)
        self._names = [parties[found[0]].name for found in self._by_words.values()]
        self._joined = ["".join(name.words) for name in self._names]
        self._sorted = ["".join(words) for words in self._by_words]
        self._words = [frozenset(words) for words in self._by_words]
        self._by_sequence: defaultdict[str, list[int]] = defaultdict(list)
        for number, name in enumerate(self._names):
            for sequence in _sequences(name):
                self._by_sequence[sequence].append(number)

    def places(self, name: CompanyName, sequences: Iterable[str], *, at_least: int) -> Iterator[int]:
        """Parties whose names may be alike by this much; every one that is equal or nearly so."""
        for words in self._likely_words(name, sequences, at_least=at_least):
            yield from self._by_words.get(words, ())

    def _likely_words(
        self, name: CompanyName, sequences: Iterable[str], *, at_least: int
    ) -> list[tuple[str, ...]]:
        if name.is_empty:
            return []
        known = [
            (len(self._by_sequence[sequence]), sequence)
            for sequence in sequences
            if sequence in self._by_sequence
        ]
        rarest = [row for row in sorted(known) if row[0] <= MOST_SHARING][:_RAREST]
        shared: Counter[int] = Counter()
        for _, sequence in rarest:
            shared.update(self._by_sequence[sequence])
        enough = max(1, ceil(len(rarest) * _SHARED_PART))
        likely = sorted((-count, number) for number, count in shared.items() if count >= enough)
        needed = least_distinctive(at_least)
        found = [tuple(sorted(name.words))]
        joined, in_order, words = "".join(name.words), "".join(found[0]), frozenset(name.words)
        for _, number in self._cut(likely):
            # As distinctive_likeness, with what needs no call but one of the library prepared.
            if (
                fuzz.ratio(joined, self._joined[number], score_cutoff=needed)
                or fuzz.ratio(in_order, self._sorted[number], score_cutoff=needed)
                or words <= self._words[number]
                or self._words[number] <= words
            ):
                found.append(tuple(sorted(self._names[number].words)))
        return found

    def _cut(self, likely: list[tuple[int, int]]) -> list[tuple[int, int]]:
        """The most likely ones; those as likely as the last are kept too, so that no order decides."""
        if len(likely) <= _MOST_CANDIDATES:
            return likely
        last = likely[_MOST_CANDIDATES - 1][0]
        return [row for row in likely if row[0] <= last]
