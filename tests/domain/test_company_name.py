"""Company names: what is one name in other spelling, what is alike, and what is another company."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.domain.external_liens.company_name import (
    SAME_NAME,
    distinctive_likeness,
    fold_company_name,
    least_distinctive,
    name_likeness,
)

ONE_NAME = [
    ("苏州恒发钢铁贸易有限公司", "恒发钢铁贸易\uff08苏州\uff09有限公司"),
    ("苏州恒发钢铁有限公司", "苏州市恒发钢铁有限责任公司"),
    ("江苏恒发钢铁有限公司", "江苏省恒发钢铁有限公司"),
    ("Gusswerk Lahn GmbH", "GUSSWERK  LAHN G.m.b.H."),
    ("Officine Valtenna S.r.l.", "officine valtenna srl"),
    ("Qingdao Metal Trading Co., Ltd.", "QINGDAO METAL TRADING COMPANY LIMITED"),
    ("Harzfeld Oberflächen GmbH", "Harzfeld Oberflachen GmbH"),
    ("Müller & Söhne KG", "Muller und Sohne KG"),
    ("Norwal Industries Ltd.", "Norwal Ind. Limited"),
    ("\uff2c\uff21\uff28\uff2e\u3000\uff21\uff27", "Lahn Aktiengesellschaft"),
]
ALIKE = [
    ("Gusswerk Lahn GmbH", "Gusswerk Lhan GmbH", 86),
    ("Gusswerk Lahn GmbH", "Lahn Gusswerk GmbH", 95),
    ("Gusswerk Lahn GmbH", "Gusswerk Lahn", 95),
    ("Officine Valtenna S.r.l.", "Valtenna S.r.l.", 95),
    ("Suzhou Norwal Steel Trading Ltd.", "Norwal Steel Tradng Ltd.", 86),
    ("Van der Linde Gereedschapsstaal B.V.", "Van der Linde Gereedschapstaal BV", 95),
]
OTHERS = [
    ("苏州恒发钢铁有限公司", "无锡恒发钢铁有限公司"),
    ("苏州恒发钢铁有限公司", "苏州隆泰钢铁有限公司"),
    ("Shanghai Jinlong Steel Trading Co., Ltd.", "Shanghai Jinhua Steel Trading Co., Ltd."),
    ("Rhein Bank AG", "Zweite Bank AG"),
    ("Halden Werke AG", "Lahn Werke AG"),
    ("Shanghai Steel Trading Ltd.", "Ningbo Steel Trading Ltd."),
]


@pytest.mark.parametrize(("one", "other"), ONE_NAME)
def test_another_spelling_is_the_same_name(one: str, other: str) -> None:
    assert name_likeness(fold_company_name(one), fold_company_name(other)) == SAME_NAME


@pytest.mark.parametrize(("one", "other", "least"), ALIKE)
def test_a_clerk_s_version_is_alike_and_not_the_same(one: str, other: str, least: int) -> None:
    assert least <= name_likeness(fold_company_name(one), fold_company_name(other)) < SAME_NAME


@pytest.mark.parametrize(("one", "other"), OTHERS)
def test_another_company_is_not_alike_enough_without_further_evidence(one: str, other: str) -> None:
    assert name_likeness(fold_company_name(one), fold_company_name(other)) < 86


def test_another_legal_form_is_not_the_same_name() -> None:
    names = [fold_company_name(name) for name in ("Halden Werke AG", "Halden Werke GmbH", "Halden Werke")]
    assert name_likeness(names[0], names[1]) == 92
    assert name_likeness(names[0], names[2]) == 98


@pytest.mark.parametrize("blank", ["", "  ", "---", "\uff08\uff09", "\u200b"])
def test_a_name_that_says_nothing_is_like_no_other(blank: str) -> None:
    folded = fold_company_name(blank)
    assert folded.is_empty
    assert name_likeness(folded, folded) == 0


def test_a_legal_form_or_common_words_alone_are_still_a_name() -> None:
    for name in ("GmbH", "有限公司", "Shanghai Trading", "公司"):
        assert not fold_company_name(name).is_empty
        assert name_likeness(fold_company_name(name), fold_company_name(name)) == SAME_NAME


TEXTS = st.text(
    alphabet=st.one_of(
        st.characters(codec="utf-8", exclude_categories=("Cs",)),
        st.sampled_from("恒发钢铁苏州有限公司GmbH.Co, "),
    ),
    max_size=40,
)


@given(TEXTS, TEXTS)
def test_likeness_is_symmetric_and_bounded(one: str, other: str) -> None:
    left, right = fold_company_name(one), fold_company_name(other)
    assert name_likeness(left, right) == name_likeness(right, left)
    assert 0 <= name_likeness(left, right) <= 100


@given(st.sampled_from([name for pair in ONE_NAME + OTHERS for name in pair]), st.data())
def test_a_name_equals_itself_under_every_folding(name: str, data: st.DataObject) -> None:
    fold = data.draw(
        st.sampled_from(
            [
                str.upper,
                str.lower,
                lambda text: unicodedata.normalize("NFD", text),
                lambda text: f"\u3000{text}\u200b ",
                lambda text: text.replace(" ", "\u00a0\u2009"),
                lambda text: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text),
            ]
        )
    )
    assert name_likeness(fold_company_name(name), fold_company_name(fold(name))) == SAME_NAME


@given(TEXTS, TEXTS, st.integers(min_value=60, max_value=100))
def test_the_quick_check_of_the_distinguishing_part_loses_nothing(one: str, other: str, least: int) -> None:
    left, right = fold_company_name(one), fold_company_name(other)
    if not left.is_empty and not right.is_empty and name_likeness(left, right) >= least:
        same = sorted(left.words) == sorted(right.words)
        assert same or distinctive_likeness(left, right) >= least_distinctive(least)
