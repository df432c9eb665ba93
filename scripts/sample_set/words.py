"""Amounts in Chinese financial numerals, as they are printed on invoices."""

from __future__ import annotations

import re
from decimal import Decimal

_NUMERALS = "零壹贰叁肆伍陆柒捌玖"
_NEGATIVE = "\uff08负数\uff09"


def words_of(amount: Decimal) -> str:
    """The amount in words, for up to a million million yuan: 1,200.05 is 壹仟贰佰圆零伍分."""
    fen_total = int(amount.scaleb(2))
    sign = _NEGATIVE if fen_total < 0 else ""
    yuan, cents = divmod(abs(fen_total), 100)
    jiao, fen = divmod(cents, 10)
    head = f"{_integer(yuan) or '零'}圆" if yuan or not cents else ""
    if not cents:
        return f"{sign}{head}整"
    tail = f"{_NUMERALS[jiao]}角" if jiao else ("零" if yuan else "")
    return sign + head + tail + (f"{_NUMERALS[fen]}分" if fen else "")


def _integer(value: int) -> str:
    sections: list[str] = []
    for power, group in ((10**8, "亿"), (10**4, "万"), (1, "")):
        section = value // power % 10**4
        if section:
            digits = "".join(
                _NUMERALS[int(digit)] + (unit if digit != "0" else "")
                for digit, unit in zip(f"{section:04d}", ("仟", "佰", "拾", ""), strict=True)
            )
            sections.append(re.sub("零+", "零", digits).rstrip("零") + group)
        elif sections:
            sections.append("零")
    return re.sub("零+", "零", "".join(sections)).strip("零")
