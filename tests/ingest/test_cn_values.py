"""Amounts in words and the taxpayer numbers, apart from any document."""

from __future__ import annotations

import pytest

from counterfoil.domain.invoices.invoice import IdScheme
from counterfoil.ingest.formats.cn_values import amount_of_words, read_tax_id


@pytest.mark.parametrize(
    ("words", "minor"),
    [
        ("零圆整", 0),
        ("壹分", 1),
        ("伍角", 50),
        ("壹圆零伍分", 105),
        ("拾圆整", 1000),
        ("壹佰零壹圆整", 10100),
        ("壹仟零壹拾圆壹角贰分", 101012),
        ("壹万零壹圆整", 1000100),
        ("贰佰玖拾叁万贰仟壹佰陆拾元柒角叁分", 293216073),
        ("壹亿零叁万圆整", 10003000000),
        ("贰仟万零肆圆整", 2000000400),
        ("壹拾贰亿叁仟万圆正", 123000000000),
        ("\uff08负数\uff09伍佰圆整", -50000),
        ("负伍佰圆整", -50000),
    ],
)
def test_amount_of_words(words: str, minor: int) -> None:
    assert amount_of_words(words) == minor


@pytest.mark.parametrize("words", ["", "整", "五百元", "壹佰", "壹圆贰", "壹圆壹分壹角", "$5", "壹佰x圆整"])
def test_what_is_no_amount_in_words(words: str) -> None:
    assert amount_of_words(words) is None


def test_tax_id_is_read_in_any_width_and_case() -> None:
    wide = "91320594ma9lc07w4b".translate({code: code + 0xFEE0 for code in range(0x21, 0x7F)})
    identifier, findings = read_tax_id(f" {wide[:9]} {wide[9:]} ", field="x")
    assert identifier is not None
    assert (identifier.scheme, identifier.value, findings) == (IdScheme.USCC, "91320594MA9LC07W4B", ())
