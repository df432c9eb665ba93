"""What the sample documents say, before any of them is written in a format."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from sample_set import parties
from sample_set.parties import Party

_CENT = Decimal("0.01")


def cents(amount: Decimal) -> Decimal:
    """The amount rounded to cents, half away from zero."""
    return amount.quantize(_CENT, rounding=ROUND_HALF_UP)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxCategory:
    """An EN 16931 tax category: code, rate in percent, and the reason of exemption where there is one."""

    code: str
    rate: Decimal
    reason: str = ""
    reason_code: str = ""


CN_13 = TaxCategory(code="S", rate=Decimal(13))
DE_19 = TaxCategory(code="S", rate=Decimal(19))
INTRA_EU = TaxCategory(code="K", rate=Decimal(0), reason="Intra-community supply", reason_code="VATEX-EU-IC")
EXPORT = TaxCategory(code="G", rate=Decimal(0), reason="Export outside the EU", reason_code="VATEX-EU-G")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line. unit: (UN/ECE code, 中文); goods_code: the 19 digits of China's tax classification."""

    description: str
    quantity: Decimal
    unit: tuple[str, str]
    price: Decimal
    tax: TaxCategory
    spec: str = ""
    goods_code: str = ""

    @property
    def net(self) -> Decimal:
        """Quantity times price, in cents."""
        return cents(self.quantity * self.price)

    @property
    def line_tax(self) -> Decimal:
        """Tax of the line, as Chinese invoices state it."""
        return cents(self.net * self.tax.rate / 100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """An invoice or, where `reverses` names another document, a credit note over positive amounts."""

    number: str
    issued: date
    currency: str
    seller: Party
    buyer: Party
    lines: tuple[Line, ...]
    due: date | None = None
    terms: str = ""
    order: str = ""
    contract: str = ""
    despatch: str = ""
    delivered: date | None = None
    reverses: Document | None = None

    @property
    def net(self) -> Decimal:
        """Sum of the lines."""
        return sum((line.net for line in self.lines), Decimal(0))

    @property
    def taxes(self) -> dict[TaxCategory, tuple[Decimal, Decimal]]:
        """Per category the taxable sum and its tax: EN 16931 rounds once a category."""
        sums: dict[TaxCategory, Decimal] = defaultdict(Decimal)
        for line in self.lines:
            sums[line.tax] += line.net
        return {category: (basis, cents(basis * category.rate / 100)) for category, basis in sums.items()}

    @property
    def tax(self) -> Decimal:
        """Tax of the document, rounded once a category."""
        return sum((tax for _, tax in self.taxes.values()), Decimal(0))

    @property
    def line_taxes(self) -> Decimal:
        """Tax of the document, rounded once a line, as China does."""
        return sum((line.line_tax for line in self.lines), Decimal(0))

    @property
    def gross(self) -> Decimal:
        """With tax, after EN 16931's rounding."""
        return self.net + self.tax

    @property
    def cn_gross(self) -> Decimal:
        """With tax, after China's rounding."""
        return self.net + self.line_taxes


def _credit_days(days: int) -> str:
    """The credit period as it is printed on Chinese invoices, with the wide colon of Chinese type."""
    return f"账期\uff1a{days}天"


PIECE, SET, TONNE, SERVICE = ("H87", "件"), ("SET", "套"), ("TNE", "吨"), ("C62", "项")


def _line(
    description: str,
    quantity: str,
    unit: tuple[str, str],
    price: str,
    tax: TaxCategory,
    *,
    spec: str = "",
    goods_code: str = "",
) -> Line:
    return Line(
        description=description,
        quantity=Decimal(quantity),
        unit=unit,
        price=Decimal(price),
        tax=tax,
        spec=spec,
        goods_code=goods_code,
    )


_REDUCER = "减速传动总成"

JIANGLING_TO_LANCHUAN = Document(
    number="26322000000418705316",
    issued=date(2026, 10, 26),
    currency="CNY",
    seller=parties.JIANGLING,
    buyer=parties.LANCHUAN,
    contract="LC-2026-0817",
    order="LCPO-260903-11",
    terms=_credit_days(120),
    lines=(
        _line(_REDUCER, "320", PIECE, "5684.37", CN_13, spec="RV-40E", goods_code="1090119030000000000"),
        _line("主轴箱体", "85", PIECE, "9127.46", CN_13, spec="ZX-850", goods_code="1090119990000000000"),
    ),
)
JIANGLING_CREDIT = Document(
    number="26322000000431190427",
    issued=date(2026, 11, 9),
    currency="CNY",
    seller=parties.JIANGLING,
    buyer=parties.LANCHUAN,
    reverses=JIANGLING_TO_LANCHUAN,
    lines=(_line(_REDUCER, "12", PIECE, "5684.37", CN_13, spec="RV-40E", goods_code="1090119030000000000"),),
)
QICHEN_TO_LANCHUAN = Document(
    number="26442000000752066984",
    issued=date(2026, 10, 30),
    currency="CNY",
    seller=parties.QICHEN,
    buyer=parties.LANCHUAN,
    contract="LC-2026-0822",
    order="LCPO-260910-04",
    terms=_credit_days(150),
    lines=(
        _line("伺服驱动器", "540", PIECE, "2318.55", CN_13, spec="SD-7A", goods_code="1090412990000000000"),
        _line("电气控制柜", "46", PIECE, "11206.83", CN_13, spec="KG-46", goods_code="1090417030000000000"),
    ),
)
BOYUE_TO_JIANGLING = Document(
    number="26332000000390571268",
    issued=date(2026, 10, 12),
    currency="CNY",
    seller=parties.BOYUE,
    buyer=parties.JIANGLING,
    contract="JL-BY-2026-33",
    order="JLPO-2609-018",
    terms=_credit_days(120),
    lines=(
        _line("斜齿轮", "4200", PIECE, "186.42", CN_13, spec="M3Z42", goods_code="1090119020000000000"),
        _line("行星架", "1150", PIECE, "214.76", CN_13, spec="PC-115", goods_code="1090119020000000000"),
    ),
)
RONGJIN_TO_JIANGLING = Document(
    number="20260918-RJ7",
    issued=date(2026, 9, 18),
    due=date(2027, 1, 16),
    currency="CNY",
    seller=parties.RONGJIN,
    buyer=parties.JIANGLING,
    contract="JL-RJ-2026-07",
    order="JLPO-2608-041",
    despatch="RJ-DN-0917",
    terms="120 days net",
    lines=(_line("合金结构钢棒材 20CrMnTi", "88.65", TONNE, "6412.70", CN_13),),
)
RONGJIN_TO_QICHEN = Document(
    number="26322000000377420953",
    issued=date(2026, 9, 29),
    currency="CNY",
    seller=parties.RONGJIN,
    buyer=parties.QICHEN,
    contract="QC-RJ-2026-02",
    terms=_credit_days(90),
    lines=(_line("冷轧钢板", "112.4", TONNE, "5873.25", CN_13, goods_code="1080207030000000000"),),
)
HENGXI_TO_BOYUE = Document(
    number="HX-2026-10-0357",
    issued=date(2026, 9, 24),
    due=date(2027, 1, 22),
    currency="CNY",
    seller=parties.HENGXI,
    buyer=parties.BOYUE,
    contract="BY-HX-2026-11",
    order="BYPO-2609-007",
    delivered=date(2026, 9, 22),
    terms="120 days net",
    lines=(_line("齿轮渗碳淬火加工", "5350", PIECE, "61.38", CN_13),),
)
SHENGYUAN_TO_RONGJIN = Document(
    number="26342000000205836641",
    issued=date(2026, 9, 8),
    currency="CNY",
    seller=parties.SHENGYUAN,
    buyer=parties.RONGJIN,
    contract="RJ-SY-2026-19",
    terms=_credit_days(90),
    lines=(_line("精选废钢", "96.2", TONNE, "2648.19", CN_13, goods_code="1080199000000000000"),),
)
QINGHE_TO_HENGXI = Document(
    number="26332000000341907725",
    issued=date(2026, 9, 4),
    currency="CNY",
    seller=parties.QINGHE,
    buyer=parties.HENGXI,
    contract="HX-QH-2026-05",
    order="HXPO-2608-012",
    terms=_credit_days(60),
    lines=(
        _line("工业丙烷", "14.85", TONNE, "4933.60", CN_13, goods_code="1070101120000000000"),
        _line("液氮", "38.2", TONNE, "742.15", CN_13, goods_code="1070204010000000000"),
    ),
)
NORDWERK_TO_LANCHUAN = Document(
    number="NW-2026-11-0042",
    issued=date(2026, 11, 3),
    due=date(2027, 3, 3),
    currency="EUR",
    seller=parties.NORDWERK,
    buyer=parties.LANCHUAN,
    contract="LC-NW-2026-E4",
    order="LCPO-260727-02",
    despatch="NW-L-20881",
    delivered=date(2026, 10, 30),
    terms="120 days net",
    lines=(
        _line("Servo spindle unit NW-420", "64", PIECE, "4812.35", EXPORT),
        _line("Linear guide set LG-45", "128", SET, "1047.18", EXPORT),
        _line("Commissioning spare kit", "8", SET, "2311.99", EXPORT),
    ),
)
NORDWERK_SPARES = Document(
    number="NW-2026-11-0051",
    issued=date(2026, 11, 10),
    due=date(2027, 5, 9),
    currency="EUR",
    seller=parties.NORDWERK,
    buyer=parties.LANCHUAN,
    contract="LC-NW-2026-E4",
    order="LCPO-261015-06",
    terms="180 days net",
    lines=(_line("Spindle bearing set NW-B17", "145", SET, "539.41", EXPORT),),
)
VALTENNA_TO_NORDWERK = Document(
    number="OV/2026/00417",
    issued=date(2026, 10, 2),
    due=date(2026, 12, 31),
    currency="EUR",
    seller=parties.VALTENNA,
    buyer=parties.NORDWERK,
    order="4500081773",
    despatch="OV-DDT-1188",
    delivered=date(2026, 9, 30),
    terms="90 days net",
    lines=(
        _line("Ground ball screw 40x10", "96", PIECE, "1184.27", INTRA_EU),
        _line("Bearing housing BH-62", "192", PIECE, "143.65", INTRA_EU),
    ),
)
HARZFELD_TO_NORDWERK = Document(
    number="R26-1093",
    issued=date(2026, 10, 7),
    due=date(2026, 12, 6),
    currency="EUR",
    seller=parties.HARZFELD,
    buyer=parties.NORDWERK,
    order="4500081902",
    delivered=date(2026, 10, 5),
    terms="60 days net",
    lines=(
        _line("Hard anodising of guide rails", "1536", PIECE, "38.46", DE_19),
        _line("Incoming inspection", "12", SERVICE, "412.50", DE_19),
    ),
)
VAN_DER_LINDE_TO_VALTENNA = Document(
    number="2026.0934",
    issued=date(2026, 9, 10),
    due=date(2026, 12, 9),
    currency="EUR",
    seller=parties.VAN_DER_LINDE,
    buyer=parties.VALTENNA,
    order="OV-ODA-0666",
    delivered=date(2026, 9, 8),
    terms="90 days net",
    lines=(_line("Tool steel blanks 1.2842", "11.4", TONNE, "3264.90", INTRA_EU),),
)
