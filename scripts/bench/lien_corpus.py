"""Made-up liens and assets for benchmarks, from a seed, with the matches that are truly there written down.

Companies, numbers and lots are drawn from the seed; none of them exists. A part of the liens is planted:
taken from an asset and written again as another clerk might, with the changes of its category. The others are
strangers (companies and numbers of their own) and near misses, which look alike and must not match: the next
number of a series, another batch in the same bay, a sister company with its own registration number,
somebody else's invoice of the same number.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from stdnum import lei
from stdnum.cn import uscc
from stdnum.iso7064 import mod_97_10

from counterfoil.domain.external_liens.external_lien import (
    CollateralKind,
    DocumentNumber,
    DocumentNumberKind,
    ExternalLien,
    LedgerAsset,
    LotReference,
    NamedParty,
)
from counterfoil.domain.invoices.invoice import IdScheme, PartyIdentifier

NOW = datetime(2026, 11, 22, tzinfo=UTC)
STRANGER, NEAR_MISS = "stranger", "near-miss"
_SYLLABLES = (
    "ba", "bel", "dor", "fen", "gal", "har", "jin", "kel", "lam", "lin", "mar", "nor", "ost", "pra", "qin",
    "rai", "sol", "tan", "ul", "ver", "wal", "xin", "yor", "zen",
)  # fmt: skip
_CHARACTERS = (
    "恒发隆泰盛鑫瑞祥华宇鼎丰宏达远航凯旋博雅聚源嘉润昌荣兴旺正德信诚明辉天成"
    "永固金峰立新海洋腾飞卓越顺康安和平君悦百川九鼎汇通融创"
)
_CITIES = (
    ("苏州", "Suzhou"),
    ("无锡", "Wuxi"),
    ("上海", "Shanghai"),
    ("青岛", "Qingdao"),
    ("宁波", "Ningbo"),
)
_TRADES = (
    ("钢铁", "Steel"),
    ("金属材料", "Metal"),
    ("国际贸易", "International Trading"),
    ("物流", "Logistics"),
)
_GOODS = (
    ("720839", "hot rolled steel coil Q235B", "热轧卷板 Q235B"),
    ("740311", "copper cathode grade A", "电解铜 A级"),
    ("760110", "aluminium ingot 99.7", "铝锭 99.7"),
    ("390120", "polyethylene HDPE pellets", "高密度聚乙烯颗粒"),
    ("100199", "milling wheat", "小麦 二等"),
)
_CARRIERS = ("MAEU", "MSCU", "COSU", "HLCU")


@dataclass(frozen=True, slots=True)
class Company:
    """A made-up company and how it numbers. style: of its invoice numbers; goods: its place in the list."""

    party: NamedParty
    parts: tuple[str, str, str, str]
    is_chinese: bool
    style: int
    goods: int


@dataclass(slots=True)
class Corpus:
    """Assets, liens, and which assets each lien is truly on. category: by the lien's place."""

    assets: list[LedgerAsset] = field(default_factory=list)
    liens: list[ExternalLien] = field(default_factory=list)
    truth: list[frozenset[int]] = field(default_factory=list)
    category: list[str] = field(default_factory=list)

    def add(self, lien: ExternalLien, category: str, *numbers: int) -> None:
        """One lien with its truth."""
        self.liens.append(lien)
        self.category.append(category)
        self.truth.append(frozenset(numbers))


class Maker:
    """Draws everything from one seed, so that a seed is a corpus."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        self._serial = 0
        self._taken: set[str] = set()

    def next_serial(self) -> int:
        """A number that was not given before."""
        self._serial += 1
        return self._serial

    def company(self) -> Company:
        """A company whose name was not drawn before; six of ten are Chinese."""
        while True:
            found = self._chinese() if self.draw.random() < 0.6 else self._latin()
            if found.party.name not in self._taken:
                self._taken.add(found.party.name)
                return found

    def _chinese(self) -> Company:
        mark = "".join(self.draw.sample(_CHARACTERS, self.draw.choice((2, 2, 3))))
        city, trade = self.draw.choice(_CITIES)[0], self.draw.choice(_TRADES)[0]
        name = f"{city}{mark}{trade}有限公司"
        party = NamedParty(name=name, identifiers=(self._uscc(),) if self.draw.random() < 0.8 else ())
        return self._of(party, (city, mark, trade, "有限公司"), is_chinese=True)

    def _latin(self) -> Company:
        words = ["".join(self.draw.choices(_SYLLABLES, k=self.draw.choice((2, 3)))).capitalize()]
        if self.draw.random() < 0.4:
            words.append("".join(self.draw.choices(_SYLLABLES, k=2)).capitalize())
        city, trade = self.draw.choice(_CITIES)[1], self.draw.choice(_TRADES)[1]
        form = self.draw.choice(("GmbH", "Co., Ltd.", "Ltd.", "S.r.l.", "AG"))
        mark = " ".join(words)
        party = NamedParty(
            name=f"{city} {mark} {trade} {form}",
            identifiers=(self._lei(),) if self.draw.random() < 0.5 else (),
        )
        return self._of(party, (city, mark, trade, form), is_chinese=False)

    def _of(self, party: NamedParty, parts: tuple[str, str, str, str], *, is_chinese: bool) -> Company:
        return Company(party, parts, is_chinese, self.draw.randrange(4), self.draw.randrange(len(_GOODS)))

    def _uscc(self) -> PartyIdentifier:
        body = "91320" + "".join(self.draw.choices("0123456789ABCDEFGHJKLMNPQRTUWXY", k=12))
        return PartyIdentifier(scheme=IdScheme.USCC, value=body + uscc.calc_check_digit(body))

    def _lei(self) -> PartyIdentifier:
        body = "529900" + "".join(self.draw.choices("0123456789ABCDEFGHJKLMNPQRTUWXYZ", k=12))
        value = lei.compact(body + mod_97_10.calc_check_digits(body))
        return PartyIdentifier(scheme=IdScheme.LEI, value=value)

    def invoice_number(self, company: Company) -> str:
        """The next number in the company's series; series of one company are dense, as in life."""
        serial = self.next_serial()
        match company.style:
            case 0:
                return f"INV-2026-{serial:07d}"
            case 1:
                return f"2632{self.draw.randrange(10**4):04d}{serial:012d}"
            case 2:
                return f"RE/26/{serial:06d}"
            case _:
                return f"202609{serial % 28 + 1:02d}-{'JKLM'[company.goods % 4]}{serial}"

    def lot(self) -> LotReference:
        """A heap: three of four by site, bay and batch, the others by a serial too."""
        serial = f"C{self.next_serial():07d}" if self.draw.random() < 0.25 else ""
        return LotReference(
            site=f"CN{self.draw.choice(_CITIES)[1][:3].upper()}-{self.draw.randrange(40):02d}",
            bay=f"{self.draw.choice('ABCDEF')}{self.draw.randrange(60):02d}",
            batch=f"B26{self.next_serial():06d}",
            serial=serial,
        )

    def asset(self, company: Company) -> LedgerAsset:
        """A lot of a note, a warehouse receipt or a bill of lading."""
        number = self.next_serial()
        chance = self.draw.random()
        if chance < 0.6:
            named = tuple(
                DocumentNumber(kind=DocumentNumberKind.INVOICE, number=self.invoice_number(company))
                for _ in range(self.draw.choice((1, 1, 1, 2)))
            )
            return LedgerAsset(
                asset_number=number,
                kind=CollateralKind.RECEIVABLE,
                pledgors=(company.party,),
                document_numbers=named,
            )
        is_bill = chance > 0.9
        text = f"WR{self.draw.randrange(100):02d}-{self.next_serial():08d}"
        if is_bill:
            text = f"{self.draw.choice(_CARRIERS)}{self.draw.randrange(10):01d}{self.next_serial():08d}"
        code, latin, chinese = _GOODS[company.goods]
        return LedgerAsset(
            asset_number=number,
            kind=CollateralKind.BILL_OF_LADING if is_bill else CollateralKind.WAREHOUSE_RECEIPT,
            pledgors=(company.party,),
            goods_code=code,
            goods_description=chinese if company.is_chinese else latin,
            lots=tuple(self.lot() for _ in range(self.draw.choice((1, 1, 2)))),
            document_numbers=(
                DocumentNumber(
                    kind=DocumentNumberKind.BILL_OF_LADING if is_bill else DocumentNumberKind.RECEIPT,
                    number=text,
                ),
            ),
        )

    def lien(self, debtor: NamedParty, kind: CollateralKind, **stated: object) -> ExternalLien:
        """A registration of this debtor with what else is stated."""
        serial = self.next_serial()
        bare = ExternalLien(
            registry="example registry",
            registration_number=f"0{serial:017d}",
            registered_at=NOW - timedelta(days=self.draw.randrange(1, 700)),
            expires_at=NOW + timedelta(days=self.draw.randrange(30, 900)),
            debtor=debtor,
            secured_party="示例银行股份有限公司",
            collateral_kind=kind,
        )
        return replace(bare, **stated)  # type: ignore[arg-type]  # names and types are the callers', in this folder

    # -- how clerks write --

    def typo(self, text: str) -> str:
        """One character dropped, doubled, swapped or replaced, not at the ends."""
        place = self.draw.randrange(1, len(text) - 1)
        match self.draw.randrange(4):
            case 0:
                return text[:place] + text[place + 1 :]
            case 1:
                return text[:place] + text[place] + text[place:]
            case 2:
                return text[:place] + text[place + 1] + text[place] + text[place + 2 :]
            case _:
                return text[:place] + self.draw.choice("aeiou") + text[place + 1 :]

    def dropped_or_swapped(self, number: str) -> str:
        """A typing error that changes the length or the order of a number."""
        place = self.draw.randrange(len(number) - 5, len(number) - 1)
        if self.draw.random() < 0.5 or number[place] == number[place + 1]:
            return number[:place] + number[place + 1 :]
        return number[:place] + number[place + 1] + number[place] + number[place + 2 :]

    def spelled(self, number: str) -> str:
        """The same number with other separators, widths and case."""
        wide = str.maketrans("0123456789", "０１２３４５６７８９")  # noqa: RUF001 - the point of it
        how: tuple[Callable[[str], str], ...] = (
            lambda text: text.translate(wide),
            lambda text: text.lower().replace("-", " - "),
            lambda text: text.replace("-", "").replace("/", ""),
        )
        return self.draw.choice(how)(number)

    def name_as_written(self, company: Company) -> str:
        """The company's name in another order, with another legal form, or without a common word."""
        city, mark, trade, form = company.parts
        if company.is_chinese:
            return self.draw.choice(
                (
                    f"{mark}{trade}\uff08{city}\uff09有限公司",
                    f"{city}市{mark}{trade}有限责任公司",
                    f"{mark}{trade}有限公司",
                    f"{city}{mark}{trade}",
                )
            )
        return self.draw.choice(
            (
                f"{mark} {trade} ({city}) {form}",
                f"{mark.upper()} {city.upper()} {trade.upper()} {form.replace('.', '').upper()}",
                f"{mark} {trade} {form}",
                f"{city} {mark} {trade}",
            )
        )

    def name_with_typo(self, company: Company) -> str:
        """One character of the distinguishing part wrong; for Chinese names a whole character."""
        city, mark, trade, form = company.parts
        if company.is_chinese:
            other = self.draw.choice([one for one in _CHARACTERS if one not in mark])
            return f"{city}{mark[:-1]}{other}{trade}{form}"
        return f"{city} {self.typo(mark)} {trade} {form}"

    def sister(self, company: Company) -> NamedParty:
        """Another company of the group: the same mark elsewhere or in another trade, a number of its own."""
        city, mark, trade, form = company.parts
        column = 0 if company.is_chinese else 1
        others = [row[column] for row in _CITIES if row[column] != city]
        name = (
            f"{self.draw.choice(others)}{mark}{trade}{form}"
            if company.is_chinese
            else f"{self.draw.choice(others)} {mark} {trade} {form}"
        )
        return NamedParty(name=name, identifiers=(self._uscc() if company.is_chinese else self._lei(),))
