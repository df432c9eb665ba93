"""Liens registered elsewhere: what matches with which grade, what must not, and that no order decides."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.domain.errors import DomainError
from counterfoil.domain.external_liens.external_lien import (
    CollateralKind,
    DocumentNumber,
    DocumentNumberKind,
    ExternalLien,
    LedgerAsset,
    LotReference,
    NamedParty,
)
from counterfoil.domain.external_liens.lien_evidence import EvidenceField, MatchGrade, fold_lien
from counterfoil.domain.external_liens.lien_matching import LARGEST_PLAIN_PARTY, LienMatch, match_liens
from counterfoil.domain.invoices.invoice import IdScheme, PartyIdentifier

KEY = b"\x07" * 32
NOW = datetime(2026, 11, 22, tzinfo=UTC)
K, D, G = CollateralKind, DocumentNumberKind, MatchGrade


def uscc(value: str) -> tuple[PartyIdentifier, ...]:
    return (PartyIdentifier(scheme=IdScheme.USCC, value=value),)


HENGFA = NamedParty(name="苏州恒发钢铁有限公司", identifiers=uscc("91320594MA9LC07W4B"))
SISTER = NamedParty(name="苏州恒发钢铁贸易有限公司", identifiers=uscc("91320281MA9JL41TX0"))
LAHN = NamedParty(name="Gusswerk Lahn GmbH")
HEAP = LotReference(site="CNTAO-7", bay="A01", batch="B260917")


def numbered(kind: DocumentNumberKind, *numbers: str) -> tuple[DocumentNumber, ...]:
    return tuple(DocumentNumber(kind=kind, number=number) for number in numbers)


NOTE = LedgerAsset(
    asset_number=1,
    kind=K.RECEIVABLE,
    pledgors=(LAHN,),
    document_numbers=numbered(D.INVOICE, "RE-2026-0042", "RE-2026-0043"),
)
RECEIPT = LedgerAsset(
    asset_number=2,
    kind=K.WAREHOUSE_RECEIPT,
    pledgors=(HENGFA,),
    goods_code="720839",
    goods_grade="Q235B",
    goods_description="hot rolled steel coil",
    lots=(HEAP, LotReference(serial="C0045112")),
    document_numbers=numbered(D.RECEIPT, "WR-2026-00871"),
)
BILL = LedgerAsset(
    asset_number=3,
    kind=K.BILL_OF_LADING,
    pledgors=(NamedParty(name="Norwal Metals Ltd."),),
    goods_description="copper cathode",
    document_numbers=numbered(D.BILL_OF_LADING, "MAEU 123 456 789"),
)
ASSETS = (NOTE, RECEIPT, BILL)


def lien(debtor: NamedParty | str, kind: CollateralKind = K.RECEIVABLE, **stated: object) -> ExternalLien:
    bare = ExternalLien(
        registry="example registry",
        registration_number="0123",
        registered_at=NOW - timedelta(days=30),
        expires_at=NOW + timedelta(days=300),
        debtor=NamedParty(name=debtor) if isinstance(debtor, str) else debtor,
        secured_party="示例银行",
        collateral_kind=kind,
    )
    return replace(bare, **stated)  # type: ignore[arg-type]  # the fields of this file's own cases


def matches(*liens: ExternalLien, assets: tuple[LedgerAsset, ...] = ASSETS) -> list[LienMatch]:
    return list(match_liens(liens=liens, assets=assets, key=KEY, as_of=NOW))


MATCHING = [
    ("debtor and number", lien(LAHN, document_numbers=numbered(D.INVOICE, "re-2026-42")), 1, G.EXACT),
    (
        "one number of several",
        lien(LAHN, document_numbers=numbered(D.OTHER, "X9", "RE-2026-0043")),
        1,
        G.EXACT,
    ),
    (
        "identifier alone names the debtor",
        lien(replace(HENGFA, name="HF Steel"), K.GOODS, lots=(HEAP,)),
        2,
        G.EXACT,
    ),
    (
        "number with other separators",
        lien(LAHN, document_numbers=numbered(D.INVOICE, "RE20260042")),
        1,
        G.PROBABLE,
    ),
    ("number mistyped", lien(LAHN, document_numbers=numbered(D.INVOICE, "RE-2062-0042")), 1, G.PROBABLE),
    (
        "name mistyped",
        lien("Gusswerk Lhan GmbH", document_numbers=numbered(D.INVOICE, "RE-2026-0042")),
        1,
        G.PROBABLE,
    ),
    (
        "name in another order",
        lien("Lahn Gusswerk", document_numbers=numbered(D.INVOICE, "RE-2026-42")),
        1,
        G.PROBABLE,
    ),
    (
        "both mistyped",
        lien("Lahn Gusswerk", document_numbers=numbered(D.INVOICE, "RE-2062-0042")),
        1,
        G.POSSIBLE,
    ),
    (
        "identifier mistyped",
        lien(NamedParty(name="恒发", identifiers=uscc("91320594MA9LC07W4C")), K.GOODS, lots=(HEAP,)),
        2,
        G.PROBABLE,
    ),
    ("lot by its serial", lien(HENGFA, K.GOODS, lots=(LotReference(serial="c0045112"),)), 2, G.EXACT),
    (
        "bay that the lot lies in",
        lien(HENGFA, K.GOODS, lots=(LotReference(site="CNTAO-7", bay="A01"),)),
        2,
        G.PROBABLE,
    ),
    ("lot mistyped", lien(HENGFA, K.GOODS, lots=(replace(HEAP, batch="B269017"),)), 2, G.PROBABLE),
    ("the same heap of somebody else", lien("完全无关贸易有限公司", K.GOODS, lots=(HEAP,)), 2, G.PROBABLE),
    (
        "the same serial moved elsewhere",
        lien(HENGFA, K.GOODS, lots=(LotReference(site="CNSHA-2", bay="Z9", serial="C0045112"),)),
        2,
        G.PROBABLE,
    ),
    (
        "the receipt of somebody else",
        lien(
            "完全无关贸易有限公司", K.WAREHOUSE_RECEIPT, document_numbers=numbered(D.RECEIPT, "WR-2026-00871")
        ),
        2,
        G.POSSIBLE,
    ),
    (
        "bill without the carrier's code",
        lien(
            "Norwal Metals Limited",
            K.BILL_OF_LADING,
            document_numbers=numbered(D.BILL_OF_LADING, "123456789"),
        ),
        3,
        G.PROBABLE,
    ),
    ("all stock of the debtor", lien(HENGFA, K.GOODS, goods_description="全部存货"), 2, G.POSSIBLE),
    (
        "all steel coils of the debtor",
        lien(HENGFA, K.GOODS, goods_description="all steel coil"),
        2,
        G.POSSIBLE,
    ),
    ("goods by their chapter", lien(HENGFA, K.GOODS, goods_code="7208390000"), 2, G.POSSIBLE),
    (
        "a neighbouring number over the same goods",
        lien(
            HENGFA,
            K.WAREHOUSE_RECEIPT,
            goods_code="720839",
            document_numbers=numbered(D.RECEIPT, "WR-2026-00872"),
        ),
        2,
        G.POSSIBLE,
    ),
]


@pytest.mark.parametrize(
    ("registered", "asset_number", "grade"),
    [case[1:] for case in MATCHING],
    ids=[case[0] for case in MATCHING],
)
def test_what_matches(registered: ExternalLien, asset_number: int, grade: MatchGrade) -> None:
    found = matches(registered)
    assert [(match.asset_number, match.grade) for match in found] == [(asset_number, grade)]
    assert found[0].reasons[0].field is EvidenceField.DEBTOR
    assert len(found[0].reasons) > 1 or grade is G.POSSIBLE
    assert len(found[0].match_hash) == 32


UNRELATED = [
    ("the next invoice of the series", lien(LAHN, document_numbers=numbered(D.INVOICE, "RE-2026-0044"))),
    ("another year's invoice", lien(LAHN, document_numbers=numbered(D.INVOICE, "RE-2025-0042"))),
    (
        "somebody else's invoice of the same number",
        lien("Halden Werke AG", document_numbers=numbered(D.INVOICE, "RE-2026-0042")),
    ),
    ("a number of another series", lien(LAHN, document_numbers=numbered(D.RECEIPT, "RE-2026-0042"))),
    ("another batch in the bay", lien(HENGFA, K.GOODS, lots=(replace(HEAP, batch="B261102"),))),
    ("the next batch", lien(HENGFA, K.GOODS, lots=(replace(HEAP, batch="B260918"),))),
    ("the bay of another site", lien(HENGFA, K.GOODS, lots=(LotReference(site="CNSHA-2", bay="A01"),))),
    (
        "another debtor in the same bay",
        lien("完全无关有限公司", K.GOODS, lots=(LotReference(site="CNTAO-7", bay="A01"),)),
    ),
    ("all stock of the sister company", lien(SISTER, K.GOODS, goods_description="全部存货")),
    (
        "other goods of the debtor",
        lien(HENGFA, K.GOODS, goods_description="frozen prawns", goods_code="030617"),
    ),
    ("claims of a debtor of goods", lien(HENGFA, K.RECEIVABLE, goods_description="全部应收账款")),
    ("all stock of a debtor without name in common", lien("隆泰化工有限公司", K.GOODS)),
    (
        "another carrier's bill of that number",
        lien(
            "Norwal Metals Ltd.",
            K.BILL_OF_LADING,
            document_numbers=numbered(D.BILL_OF_LADING, "MSCU123456789"),
        ),
    ),
    (
        "ended yesterday",
        lien(LAHN, document_numbers=numbered(D.INVOICE, "RE-2026-0042"), expires_at=NOW - timedelta(days=1)),
    ),
    (
        "ends this very moment",
        lien(LAHN, document_numbers=numbered(D.INVOICE, "RE-2026-0042"), expires_at=NOW),
    ),
    ("a name of blanks", lien("  ", K.GOODS, goods_description="all")),
]


@pytest.mark.parametrize("registered", [case[1] for case in UNRELATED], ids=[case[0] for case in UNRELATED])
def test_what_must_not_match(registered: ExternalLien) -> None:
    assert matches(registered) == []


def test_a_number_that_one_asset_carries_is_no_typing_error_of_another() -> None:
    series = ("RE-2026-10042", "RE-2026-10402", "RE-2026-1042")
    others = [
        replace(NOTE, asset_number=10 + n, document_numbers=numbered(D.INVOICE, number))
        for n, number in enumerate(series)
    ]
    found = matches(lien(LAHN, document_numbers=numbered(D.INVOICE, "RE-2026-10042")), assets=tuple(others))
    assert [(match.asset_number, match.grade) for match in found] == [(10, G.EXACT)]


def test_every_earlier_holder_of_a_claim_counts() -> None:
    moved = replace(NOTE, pledgors=(NamedParty(name="Officine Valtenna S.r.l."), LAHN))
    found = matches(lien(LAHN, document_numbers=numbered(D.INVOICE, "RE-2026-0042")), assets=(moved,))
    assert [match.grade for match in found] == [G.EXACT]


def test_a_debtor_of_very_many_assets_is_searched_by_its_own_index() -> None:
    many = tuple(
        replace(
            NOTE,
            asset_number=100 + n,
            document_numbers=numbered(D.INVOICE, f"RE-2026-{n * 7919 % 99991:06d}"),
        )
        for n in range(LARGEST_PLAIN_PARTY * 3)
    )
    wanted = many[57]
    number = wanted.document_numbers[0].number
    exact, mistyped = number, number[:-2] + number[-1] + number[-2]
    for text, grade in ((exact, G.EXACT), (mistyped, G.PROBABLE)):
        found = matches(lien(LAHN, document_numbers=numbered(D.INVOICE, text)), assets=many)
        assert (found[0].asset_number, found[0].grade) == (wanted.asset_number, grade)
    assert len(matches(lien(LAHN, goods_description="all receivables"), assets=many)) == len(many)


def test_order_decides_nothing() -> None:
    liens = [replace(case[1], registration_number=str(n)) for n, case in enumerate(MATCHING)]
    expected = {(match.match_hash, match.grade, match.score, match.reasons) for match in matches(*liens)}
    assert len(expected) == len(MATCHING)
    for seed in range(5):
        draw = random.Random(seed)
        shuffled, assets = list(liens), list(ASSETS)
        draw.shuffle(shuffled)
        draw.shuffle(assets)
        found = matches(*shuffled, assets=tuple(assets))
        assert {(match.match_hash, match.grade, match.score, match.reasons) for match in found} == expected


def test_the_hash_is_of_registration_collateral_and_asset_only() -> None:
    one = lien(LAHN, document_numbers=numbered(D.INVOICE, "RE-2026-0042"))
    first = one.match_hash(asset_number=1, key=KEY)
    same = (
        replace(one, registration_number=" 123", secured_party="another bank"),
        replace(one, expires_at=None, registered_at=NOW),
        replace(one, debtor=NamedParty(name="gusswerk  LAHN gmbh")),
        replace(one, document_numbers=numbered(D.INVOICE, "re-2026-42")),
    )
    others = (
        replace(one, registration_number="124"),
        replace(one, registry="another registry"),
        replace(one, document_numbers=numbered(D.INVOICE, "RE-2026-0043")),
        replace(one, document_numbers=numbered(D.RECEIPT, "RE-2026-0042")),
        replace(one, lots=(HEAP,)),
        replace(one, goods_code="1"),
        replace(one, debtor=HENGFA),
        replace(one, collateral_kind=K.OTHER),
    )
    assert {each.match_hash(asset_number=1, key=KEY) for each in same} == {first}
    hashes = {each.match_hash(asset_number=1, key=KEY) for each in others}
    hashes |= {one.match_hash(asset_number=2, key=KEY), one.match_hash(asset_number=1, key=b"\x08" * 32)}
    assert len(hashes) == len(others) + 2
    assert first not in hashes


def test_a_key_of_another_length_and_a_time_without_zone_are_refused() -> None:
    with pytest.raises(DomainError) as refused:
        lien(LAHN).match_hash(asset_number=1, key=b"short")
    assert refused.value.code == "FingerprintKeyLength"
    with pytest.raises(ValueError, match="without a zone"):
        lien(LAHN, registered_at=datetime(2026, 1, 1))  # noqa: DTZ001 - the point of the test


PARTS = st.text(alphabet="AB07-/ Ж钢Ｋ", max_size=9)
LIENS = st.builds(
    lambda name, number, site, bay, batch, serial, goods: lien(
        name,
        K.GOODS,
        goods_description=goods,
        lots=(LotReference(site=site, bay=bay, batch=batch, serial=serial),),
        document_numbers=numbered(D.OTHER, number),
    ),
    st.sampled_from(("苏州恒发钢铁有限公司", "Gusswerk Lahn GmbH", "Ж 1", "GmbH")),
    *[PARTS] * 6,
)


@given(LIENS)
def test_a_lien_on_exactly_this_asset_always_matches_it(registered: ExternalLien) -> None:
    mirror = LedgerAsset(
        asset_number=7,
        kind=registered.collateral_kind,
        pledgors=(registered.debtor,),
        goods_code=registered.goods_code,
        goods_description=registered.goods_description,
        lots=registered.lots,
        document_numbers=registered.document_numbers,
    )
    folded = fold_lien(registered)
    found = matches(registered, assets=(mirror, *ASSETS))
    named = folded.is_blanket or any(not each.number.is_empty for each in folded.documents)
    anchored = any(len([part for part in each.parts if not part.is_empty]) >= 2 for each in folded.lots)
    if named or anchored:
        assert 7 in {match.asset_number for match in found}


@given(LIENS, LIENS)
def test_nothing_makes_matching_raise_and_hashes_are_its_own(one: ExternalLien, other: ExternalLien) -> None:
    found = matches(one, other)
    assert all(
        match.match_hash == match.lien.match_hash(asset_number=match.asset_number, key=KEY) for match in found
    )
