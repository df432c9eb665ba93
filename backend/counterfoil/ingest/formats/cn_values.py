"""Reading the values of Chinese e-invoices: amounts, dates, numbers, taxpayer numbers, amounts in words."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from decimal import Decimal

from stdnum.cn import ric, uscc

from counterfoil.domain.errors import DomainError
from counterfoil.domain.invoices.invoice import Finding, IdScheme, PartyIdentifier, Severity
from counterfoil.domain.invoices.invoice_findings import FIELD_MISSING, found
from counterfoil.domain.money import Currency
from counterfoil.domain.party_id import canonical_party_id
from counterfoil.ingest.formats.cn_findings import (
    NUMBER_MALFORMED,
    NUMBER_REGION,
    NUMBER_SPELLING,
    NUMBER_YEAR,
    TAX_ID_OTHER,
)
from counterfoil.ingest.safe_xml import refuse
from counterfoil.ingest.values import malformed, read_decimal

CNY = Currency.of("CNY")
"""Chinese e-invoices are issued in yuan only."""

# Province codes of GB/T 2260, and 95, under which the Shenzhen bureau numbers its invoices.
_REGIONS = frozenset(
    {11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46, 50, 51, 52, 53, 54}
    | {61, 62, 63, 64, 65, 95}
)
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_LONG_DECIMAL = re.compile(r"[+-]?[0-9]{1,18}(?:\.[0-9]{0,24})?")
_DATE = re.compile(
    r"(?P<y>[0-9]{4})(?:(?P<sep>[-/.])(?P<m>[0-9]{1,2})(?P=sep)(?P<d>[0-9]{1,2})"
    r"|年(?P<cm>[0-9]{1,2})月(?P<cd>[0-9]{1,2})日|(?P<pm>[0-9]{2})(?P<pd>[0-9]{2}))"
    r"(?:[T ]?[0-9:.]{0,15}(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)
_PERCENT = re.compile(r"([0-9]{1,2}(?:\.[0-9]{1,4})?)%")
_UNTAXED = frozenset({"", "*", "**", "***", "不征税", "免税", "出口零税率", "普通零税率"})
_NUMERALS = {numeral: value for value, numeral in enumerate("零壹贰叁肆伍陆柒捌玖")}
_UNITS = {"拾": 10, "佰": 100, "仟": 1000}
_GROUPS = {"万": 10**4, "亿": 10**8}


def folded(text: str | None) -> str:
    """The text with full-width forms made narrow and surrounding space gone (Unicode NFKC)."""
    return unicodedata.normalize("NFKC", text or "").strip()


def required(text: str | None, *, field: str, name: str) -> str:
    """The text, if there is any. Raises InvoiceRefused(FieldMissing)."""
    if text is None or not text.strip():
        raise refuse(FIELD_MISSING, field, name=name)
    return text.strip()


def read_amount(text: str, *, field: str, name: str) -> int:
    """An amount in fen, exactly. A yuan sign, thousands separators and full-width digits are accepted.

    Raises InvoiceRefused(FieldMalformed), also where there are fractions of a fen.
    """
    plain = folded(text).replace("¥", "").removesuffix("元").strip()
    if _GROUPED.fullmatch(plain):
        plain = plain.replace(",", "")
    value = read_decimal(plain, field=field, name=name)
    try:
        return CNY.minor(value)
    except DomainError:
        raise malformed(field, name=name, seen=text, reason="has fractions of a fen") from None


def read_optional_decimal(text: str | None, *, field: str, name: str) -> Decimal | None:
    """A quantity or a unit price, or None where the field is empty, as in lines without a count.

    Unit prices are computed from the amount and written with 13 decimals and more.
    """
    plain = folded(text)
    if not plain:
        return None
    if not _LONG_DECIMAL.fullmatch(plain):
        raise malformed(field, name=name, seen=plain, reason="is not a plain decimal number")
    return Decimal(plain)


def read_rate(text: str | None, *, field: str) -> Decimal | None:
    """A tax rate in percent from "13%" or "0.13"; None where the line is untaxed or exempt."""
    plain = folded(text)
    if plain in _UNTAXED:
        return None
    percent = _PERCENT.fullmatch(plain)
    if percent:
        return Decimal(percent[1])
    rate = read_decimal(plain, field=field, name="the tax rate")
    if not 0 <= rate < 1:
        raise malformed(field, name="the tax rate", seen=plain, reason="is neither 13% nor 0.13")
    return (rate * 100).normalize() if rate else Decimal(0)


def read_cn_date(text: str, *, field: str, name: str) -> date:
    """A day as Chinese systems write it: 2026-11-22, 2026/11/22, 20261122, 2026年11月22日; a time is cut."""
    plain = folded(text)
    match = _DATE.fullmatch(plain)
    if match is None:
        raise malformed(field, name=name, seen=plain, reason="is not a date like 2026-11-22")
    month = match["m"] or match["cm"] or match["pm"]
    day = match["d"] or match["cd"] or match["pd"]
    try:
        return date(int(match["y"]), int(month), int(day))
    except ValueError:
        raise malformed(field, name=name, seen=plain, reason="is not a day of the calendar") from None


def read_number(stated: str, *, issued: date, field: str) -> tuple[str, tuple[Finding, ...]]:
    """The invoice number in narrow digits, and what is wrong with it.

    Its 20 digits are the year (2), the province (2), the channel (1) and a serial number (15).
    """
    number = "".join(folded(stated).split())
    findings: list[Finding] = []
    if number != stated.strip():
        findings.append(
            found(NUMBER_SPELLING, field, severity=Severity.WARNING, stated=stated[:60], number=number[:60])
        )
    if not (len(number) == 20 and number.isascii() and number.isdigit()):
        findings.append(found(NUMBER_MALFORMED, field, number=number[:60]))
        return number, tuple(findings)
    if int(number[:2]) != issued.year % 100:
        findings.append(
            found(NUMBER_YEAR, field, severity=Severity.WARNING, stated=number[:2], issue_year=issued.year)
        )
    if int(number[2:4]) not in _REGIONS:
        findings.append(found(NUMBER_REGION, field, severity=Severity.WARNING, region=number[2:4]))
    return number, tuple(findings)


def read_coded_number(stated: str, *, issued: date, field: str) -> tuple[str, tuple[Finding, ...]]:
    """The number of an invoice from before 2025: a code of 10 or 12 digits and a number of 8, together.

    The code does not say the year of issue, so `issued` is not compared.
    """
    del issued
    number = "".join(folded(stated).split())
    if len(number) in (18, 20) and number.isascii() and number.isdigit():
        return number, ()
    return number, (found(NUMBER_MALFORMED, field, number=number[:60]),)


def read_tax_id(stated: str | None, *, field: str) -> tuple[PartyIdentifier | None, tuple[Finding, ...]]:
    """The taxpayer number as an identifier, and what is remarkable about it; None where none is stated.

    18 characters are a unified social credit code (GB 32100), whose check character is checked with those
    of all formats, or a person's identity number; other lengths are older taxpayer numbers of companies.
    """
    value = canonical_party_id(IdScheme.USCC, stated or "")
    if not value:
        return None, ()
    scheme = IdScheme.USCC
    if len(value) != 18:
        scheme = IdScheme.REGISTRATION
    elif ric.is_valid(value) and not uscc.is_valid(value):
        scheme = IdScheme.OTHER
    identifier = PartyIdentifier(scheme=scheme, value=value)
    if scheme is IdScheme.USCC:
        return identifier, ()
    return identifier, (found(TAX_ID_OTHER, field, severity=Severity.WARNING, value=value[:40]),)


def amount_of_words(words: str) -> int | None:
    """Fen of an amount in Chinese financial numerals, such as 壹仟贰佰叁拾圆零伍分; None if unreadable."""
    plain = folded(words)
    negative = plain.startswith(("负", "(负数)"))
    plain = plain.removeprefix("(负数)").removeprefix("负").translate(str.maketrans("元角", "圆角"))
    plain = plain.removesuffix("整").removesuffix("正")
    yuan_words, mark, rest = plain.partition("圆")
    if not mark:
        yuan_words, rest = "", plain
    cents = re.fullmatch(r"零?(?:([壹贰叁肆伍陆柒捌玖])角)?(?:零?([壹贰叁肆伍陆柒捌玖])分)?", rest)
    yuan = _integer_of_words(yuan_words)
    if cents is None or yuan is None or not (mark or rest):
        return None
    jiao, fen = (_NUMERALS[digit] if digit else 0 for digit in cents.groups())
    total = yuan * 100 + jiao * 10 + fen
    return -total if negative else total


def _integer_of_words(words: str) -> int | None:
    """The integer that the numerals spell; None where they spell none."""
    total, section, digit = 0, 0, 0
    for sign in words:
        if sign in _NUMERALS:
            digit = _NUMERALS[sign]
        elif sign in _UNITS:
            section += (digit or 1) * _UNITS[sign]
            digit = 0
        elif sign in _GROUPS:
            # 亿 multiplies everything before it, 万 only its own section.
            section += digit
            total = (total + section) * _GROUPS[sign] if sign == "亿" else total + section * _GROUPS[sign]
            section, digit = 0, 0
        else:
            return None
    return total + section + digit
