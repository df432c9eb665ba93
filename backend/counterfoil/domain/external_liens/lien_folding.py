"""Liens and assets in the spellings under which they are compared, made once and compared often."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from counterfoil.domain.errors import DomainError
from counterfoil.domain.external_liens.company_name import (
    SAME_NAME,
    CompanyName,
    fold_company_name,
    name_likeness,
)
from counterfoil.domain.external_liens.external_lien import (
    DocumentNumber,
    DocumentNumberKind,
    NamedParty,
    canonical_identifier,
)
from counterfoil.domain.external_liens.number_comparison import (
    FoldedNumber,
    NumberRelation,
    fold_number,
    relate_numbers,
)
from counterfoil.domain.goods.bill_number import KNOWN_CARRIERS
from counterfoil.domain.invoices.invoice import IdScheme, PartyIdentifier
from counterfoil.domain.invoices.invoice_number import canonical_invoice_number, canonical_without_separators
from counterfoil.domain.party_id import check_digit_holds

_BILL_WITH_CODE = re.compile(r"([A-Z]{4})([A-Z]{0,4}[0-9].*)")
_HARMONISED = re.compile(r"[0-9]{4,10}")
_SHORTEST_HARMONISED = 6
_IDENTIFIER_TYPO = 93
_MOST_IDENTIFIER_EDITS = 2
_CODE_OF_ONE_CHAPTER = 95
_SHORTEST_GOODS_TEXT = 4
# Words by which a registration says "all that there is" without naming goods.
_EVERYTHING = frozenset(
    {
        "ALL", "ANY", "ENTIRE", "WHOLE", "SAMTLICHE", "ALLE", "PRESENT", "FUTURE", "EXISTING", "AND", "OR",
        "OF", "THE", "ASSETS", "GOODS", "INVENTORY", "STOCK", "STOCKS", "COLLATERAL", "RECEIVABLE",
        "RECEIVABLES", "CLAIMS", "ACCOUNTS", "VORRATE", "FORDERUNGEN", "WAREN",
    }
)  # fmt: skip
_CJK_EVERYTHING = re.compile(
    "全部|所有|一切|现有|将有|及|和|的|其|项下|应收账款|存货|库存|动产|货物|商品|财产|资产"
)


@dataclass(frozen=True, slots=True)
class PartyRelation:
    """How two parties relate. score: 0 to 100. is_exact: an identifier, or the whole name but for spelling.

    is_contradicted: both state a sound identifier of one kind, and they differ: two parties, however alike
    their names. by: what decided, "identifier" or "name".
    """

    score: int
    is_exact: bool = False
    is_contradicted: bool = False
    by: str = "name"


@dataclass(frozen=True, slots=True)
class FoldedParty:
    """A party by its identifiers, those that fail their own check apart, and its folded name."""

    sound: frozenset[PartyIdentifier]
    unsound: frozenset[PartyIdentifier]
    name: CompanyName

    @property
    def issuers(self) -> frozenset[str]:
        """The registers that gave it a sound number, of those that give a company one number only.

        Two parties that share one are the same by that number, or are two parties.
        """
        return frozenset(issuer for each in self.sound if (issuer := _issuer(each)) is not None)


@lru_cache(maxsize=65_536)
def fold_party(party: NamedParty) -> FoldedParty:
    """The party in its comparing spelling. Never raises."""
    folded = frozenset(canonical_identifier(each) for each in party.identifiers if each.value.strip())
    unsound = frozenset(each for each in folded if check_digit_holds(each) is False)
    return FoldedParty(folded - unsound, unsound, fold_company_name(party.name))


def relate_parties(one: FoldedParty, other: FoldedParty) -> PartyRelation:
    """How two parties relate; symmetric."""
    if one.sound & other.sound or one.unsound & other.unsound:
        return PartyRelation(100, is_exact=True, by="identifier")
    if _contradict(one.sound, other.sound):
        return PartyRelation(0, is_contradicted=True, by="identifier")
    likeness = name_likeness(one.name, other.name)
    if likeness == SAME_NAME:
        return PartyRelation(likeness, is_exact=True)
    if likeness < _IDENTIFIER_TYPO and _identifier_mistyped(one, other):
        return PartyRelation(_IDENTIFIER_TYPO, by="identifier")
    return PartyRelation(likeness)


def _contradict(one: frozenset[PartyIdentifier], other: frozenset[PartyIdentifier]) -> bool:
    return any(_issuer(left) == _issuer(right) is not None for left in one for right in other)


def _issuer(identifier: PartyIdentifier) -> str | None:
    """The register that gives a company one number only, None where it may have several."""
    match identifier.scheme:
        case IdScheme.USCC | IdScheme.LEI:
            return identifier.scheme
        case IdScheme.VAT:
            return f"vat:{identifier.value[:2]}"
        case _:
            return None


def _identifier_mistyped(one: FoldedParty, other: FoldedParty) -> bool:
    """Whether a number that fails its own check is nearly a number of the other party."""
    pairs = [(bad, each) for bad in one.unsound for each in other.sound | other.unsound]
    pairs += [(bad, each) for bad in other.unsound for each in one.sound]
    return any(
        bad.scheme is each.scheme
        and OSA.distance(bad.value, each.value, score_cutoff=_MOST_IDENTIFIER_EDITS) <= _MOST_IDENTIFIER_EDITS
        for bad, each in pairs
    )


@dataclass(frozen=True, slots=True)
class FoldedDocument:
    """A document number with its series. carrier: of a bill of lading, empty where the number names none."""

    kind: DocumentNumberKind
    number: FoldedNumber
    carrier: str
    stated: DocumentNumber

    @property
    def is_unique_anywhere(self) -> bool:
        """Whether the number points at one document whoever the parties are, as keepers' and carriers' do."""
        singular = self.kind in (DocumentNumberKind.RECEIPT, DocumentNumberKind.BILL_OF_LADING)
        return singular and self.number.is_distinctive


def fold_document(document: DocumentNumber) -> FoldedDocument:
    """The number in its comparing spelling; a carrier's code is taken off a bill's number. Never raises."""
    carrier, number = "", document.number
    if document.kind is DocumentNumberKind.BILL_OF_LADING:
        coded = _BILL_WITH_CODE.fullmatch(canonical_without_separators(number))
        if coded is not None:
            try:
                bill = KNOWN_CARRIERS.bill(carrier=coded[1], number=number)
            except DomainError:
                pass  # two codes in one number: compare it as it stands
            else:
                carrier, number = bill.carrier, bill.number
    return FoldedDocument(document.kind, fold_number(number), carrier, document)


def relate_documents(one: FoldedDocument, other: FoldedDocument) -> NumberRelation | None:
    """How two documents relate, None for numbers of two series or two carriers; symmetric."""
    if one.kind is not other.kind and DocumentNumberKind.OTHER not in (one.kind, other.kind):
        return None
    if one.carrier and other.carrier and one.carrier != other.carrier:
        return None
    relation = relate_numbers(one.number, other.number)
    if relation is NumberRelation.EQUAL and one.carrier != other.carrier:
        return NumberRelation.SPELLING
    return relation


@dataclass(frozen=True, slots=True)
class FoldedGoods:
    """What goods are called. text: the words of the description that name goods, in capitals.

    Text and code are both empty where all that there is, or nothing at all, is named.
    """

    code: str
    text: str

    @property
    def is_stated(self) -> bool:
        """Whether any goods are named."""
        return bool(self.code or self.text)


@lru_cache(maxsize=65_536)
def fold_goods(code: str, description: str) -> FoldedGoods:
    """Code and description in their comparing spelling. Never raises."""
    spelled = _CJK_EVERYTHING.sub(" ", unicodedata.normalize("NFKC", description))
    words = [canonical_invoice_number(word.upper()) for word in re.findall(r"[\w.]+", spelled)]
    words = [word for word in words if word.strip(".") and word not in _EVERYTHING]
    return FoldedGoods(canonical_invoice_number(code), " ".join(words))


def goods_likeness(one: FoldedGoods, other: FoldedGoods) -> int:
    """0 to 100, symmetric: the same code or one chapter of the harmonised system, or alike descriptions."""
    best = 0.0
    if one.code and other.code:
        if one.code == other.code:
            return 100
        if _same_chapter(one.code, other.code):
            best = _CODE_OF_ONE_CHAPTER
    if one.text and one.text == other.text:
        return 100
    if min(len(one.text), len(other.text)) >= _SHORTEST_GOODS_TEXT:
        best = max(best, fuzz.token_set_ratio(one.text, other.text))
        best = max(best, fuzz.ratio(one.text.replace(" ", ""), other.text.replace(" ", "")))
    return int(best)


def _same_chapter(one: str, other: str) -> bool:
    if not (_HARMONISED.fullmatch(one) and _HARMONISED.fullmatch(other)):
        return False
    shorter, longer = sorted((one, other), key=len)
    return len(shorter) >= _SHORTEST_HARMONISED and longer.startswith(shorter)
