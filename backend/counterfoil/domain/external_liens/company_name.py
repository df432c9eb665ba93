"""Company names in one spelling, and how alike two of them are.

A name has three parts: its legal form, words that many companies share, and what is left, which
distinguishes it. The likeness of two names is mostly that of the distinguishing parts; common words can
confirm it or, where each name has one that the other lacks, speak against it. Chinese and Latin names of one
company are not alike in any letter: only an identifier connects them.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from counterfoil.domain.external_liens.company_words import (
    CJK_LEGAL_FORMS,
    CJK_PLACES,
    CJK_TRADES,
    CONNECTING,
    LEGAL_FORMS,
    LONGEST_FORM,
    PLACES,
    PREFIX_FORMS,
    SHORT_WORDS,
    TRADES,
)
from counterfoil.domain.invoices.invoice_number import canonical_invoice_number

SAME_NAME = 100
_SAME_BUT_FORM = 98
_OTHER_FORM = 92
_DISTINCTIVE_WEIGHT, _COMMON_WEIGHT = 0.7, 0.3
_CONTAINED = 90
_LONG_WORD = 7
_SHORTEST_CONTAINED = 4

_CJK = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_CJK_RUN = re.compile(f"[{_CJK}]+")
_PLAIN_CJK = re.compile("[\u4e00-\u9fff]+")
_WORD = re.compile(f"[{_CJK}]+|[^\\W_{_CJK}]+")
# S.r.l. and B.V. are one word each; the dots between single letters go.
_INITIALS = re.compile(r"\b(\w)\.(?=\w\b)")
_CJK_PIECE = re.compile(
    "|".join(
        # A place may be written with the rank that it has: 江苏省, 苏州市.
        f"{word}[省市]?" if word in CJK_PLACES else word
        for word in sorted({*CJK_PLACES, *CJK_TRADES}, key=lambda word: (-len(word), word))
    )
    + f"|[{_CJK}]"
)
_COMMON = PLACES | TRADES | frozenset(CJK_PLACES) | frozenset(CJK_TRADES)
_LONG_COMMON = tuple(sorted(word for word in PLACES | TRADES if len(word) >= _LONG_WORD))
_ALL_PLACES = PLACES | frozenset(CJK_PLACES)


@dataclass(frozen=True, slots=True)
class CompanyName:
    """A folded name. Equal for two spellings that differ in case, width, blanks, punctuation, accents or in
    how the legal form is written.

    words: what distinguishes, in the name's order; where nothing does, the common words. common: shared
    words, sorted. legal_form: its class, empty where none is stated.
    """

    words: tuple[str, ...]
    common: tuple[str, ...]
    legal_form: str

    @property
    def is_empty(self) -> bool:
        """Whether nothing can be compared."""
        return not self.words


@lru_cache(maxsize=65_536)
def fold_company_name(name: str) -> CompanyName:
    """The name in one spelling. Never raises; a name of blanks and punctuation only is empty."""
    spelled = unicodedata.normalize("NFKC", name)
    spelled = "".join(" " if mark.isspace() else mark for mark in spelled)
    tokens = [_spell(token) for token in _WORD.findall(_INITIALS.sub(r"\1", spelled))]
    tokens = [token for token in tokens if token]
    rest, form = _without_form(tokens)
    pieces = [piece for token in rest for piece in _pieces(token)]
    pieces = [piece for piece in pieces if piece not in CONNECTING] or pieces
    common = tuple(sorted(piece for piece in pieces if piece in _COMMON))
    words = tuple(piece for piece in pieces if piece not in _COMMON)
    if not words:
        return CompanyName(words=tuple(sorted(pieces)), common=(), legal_form=form)
    return CompanyName(words=words, common=common, legal_form=form)


def least_distinctive(at_least: int) -> float:
    """How alike the distinguishing parts must be for names to be alike by this much."""
    return (at_least - 100 * _COMMON_WEIGHT) / _DISTINCTIVE_WEIGHT


def name_likeness(one: CompanyName, other: CompanyName) -> int:
    """0 to 100, symmetric; 100 only for names that are equal but for spelling; 0 where a name is empty."""
    if one.is_empty or other.is_empty:
        return 0
    if one.words == other.words and one.common == other.common:
        if one.legal_form == other.legal_form:
            return SAME_NAME
        return _OTHER_FORM if one.legal_form and other.legal_form else _SAME_BUT_FORM
    likeness = distinctive_likeness(one, other)
    if one.common or other.common:  # where neither name has common words, that confirms nothing
        likeness *= _DISTINCTIVE_WEIGHT
        likeness += _COMMON_WEIGHT * _common_likeness(one.common, other.common)
    if one.legal_form and other.legal_form and one.legal_form != other.legal_form:
        likeness *= _OTHER_FORM / 100
    return min(int(likeness), _SAME_BUT_FORM)


def distinctive_likeness(one: CompanyName, other: CompanyName) -> float:
    """0 to 100 for the distinguishing parts alone, whatever the common words and legal forms are."""
    left, right = one.words, other.words
    if len(left) == len(right) == 1:
        return fuzz.ratio(left[0], right[0])
    return max(
        fuzz.ratio("".join(left), "".join(right)),
        fuzz.ratio("".join(sorted(left)), "".join(sorted(right))),
        _containment(frozenset(left), frozenset(right)),
    )


def _containment(one: frozenset[str], other: frozenset[str]) -> float:
    """A name whose words are all in the other: somebody left words out."""
    smaller, larger = (one, other) if len(one) <= len(other) else (other, one)
    enough = sum(map(len, smaller)) >= _SHORTEST_CONTAINED
    return _CONTAINED if enough and smaller <= larger else 0.0


def _common_likeness(one: tuple[str, ...], other: tuple[str, ...]) -> float:
    left, right = set(one), set(other)
    if left == right:
        return 100.0
    if left <= right or right <= left:
        return float(_CONTAINED)
    shared = 200.0 * len(left & right) / (len(left) + len(right))
    places = left & _ALL_PLACES, right & _ALL_PLACES
    # Two cities: two companies, whatever else they share.
    return shared / 2 if places[0] and places[1] and not places[0] & places[1] else shared


def _without_form(tokens: list[str]) -> tuple[list[str], str]:
    """The tokens without the legal form at their end (in some languages at their start), and its class."""
    for length in range(min(LONGEST_FORM, len(tokens) - 1), 0, -1):
        found = LEGAL_FORMS.get(tuple(tokens[-length:]))
        if found is not None:
            return tokens[:-length], found
    if len(tokens) > 1 and tokens[0] in PREFIX_FORMS:
        return tokens[1:], LEGAL_FORMS[(tokens[0],)]
    if tokens and _CJK_RUN.fullmatch(tokens[-1]):
        for ending, kind in CJK_LEGAL_FORMS:
            if tokens[-1].endswith(ending) and (len(tokens) > 1 or tokens[-1] != ending):
                shortened = tokens[-1].removesuffix(ending)
                return [*tokens[:-1], *([shortened] if shortened else [])], kind
    return tokens, ""


@lru_cache(maxsize=65_536)
def _spell(token: str) -> str:
    if _PLAIN_CJK.fullmatch(token):  # no spelling of these differs: nothing to fold
        return token
    if token.isascii():
        return canonical_invoice_number(token.upper())
    plain = "".join(
        mark for mark in unicodedata.normalize("NFKD", token) if unicodedata.category(mark) != "Mn"
    )
    return canonical_invoice_number(unicodedata.normalize("NFC", plain))


@lru_cache(maxsize=65_536)
def _pieces(token: str) -> tuple[str, ...]:
    """A Latin word as it is understood, or a Chinese run cut into common words and what lies between."""
    if not _CJK_RUN.fullmatch(token):
        word = SHORT_WORDS.get(token, token)
        if len(word) >= _LONG_WORD - 1 and word not in _COMMON:
            # A typing error in a common word must not make it the word that distinguishes.
            nearest = process.extractOne(word, _LONG_COMMON, scorer=OSA.distance, score_cutoff=1)
            word = word if nearest is None else nearest[0]
        return (word,)
    pieces: list[str] = []
    for found in _CJK_PIECE.findall(token):
        piece = found[:-1] if found[:-1] in _ALL_PLACES else found
        if piece in _COMMON or not pieces or pieces[-1] in _COMMON:
            pieces.append(piece)
        else:
            pieces[-1] += piece
    return tuple(pieces)
