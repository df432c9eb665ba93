"""The companies of the sample chain. All are invented; their identifiers only have valid check characters."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """A company. name: as registered; trading_name: in Latin letters, for pages that cannot show 中文.

    Exactly one of uscc and vat is set and identifies the company in every document; lei and gln come along
    where the format has a place for them.
    """

    name: str
    trading_name: str
    country: str
    city: str
    street: str
    postcode: str
    uscc: str | None = None
    vat: str | None = None
    lei: str | None = None
    gln: str | None = None
    bank: str = ""
    phone: str = ""

    @property
    def identifier(self) -> str:
        """The identifier that every document states."""
        return self.uscc or self.vat or ""


LANCHUAN = Party(
    name="澜川智能装备股份有限公司",
    trading_name="Lanchuan Intelligent Equipment Co., Ltd.",
    country="CN",
    city="苏州市",
    street="苏州工业园区星澜街188号",
    postcode="215123",
    uscc="91320594MA9LC07W4B",
    bank="江南示范银行苏州分行 32050100880012345678",
    phone="0512-00001880",
)
JIANGLING = Party(
    name="江岭传动机械有限公司",
    trading_name="Jiangling Transmission Machinery Co., Ltd.",
    country="CN",
    city="江阴市",
    street="江阴市云岭路66号",
    postcode="214400",
    uscc="91320281MA9JL41TX0",
    bank="江南示范银行江阴支行 32050100880022345671",
    phone="0510-00000066",
)
QICHEN = Party(
    name="启辰电控技术有限公司",
    trading_name="Qichen Drive Control Technology Co., Ltd.",
    country="CN",
    city="广州市",
    street="广州市黄埔区启辰一路9号",
    postcode="510700",
    uscc="91440101MA9QC58K0D",
    bank="岭南示范银行黄埔支行 44050100990012345670",
    phone="020-00000909",
)
BOYUE = Party(
    name="博岳齿轮制造有限公司",
    trading_name="Boyue Gear Manufacturing Co., Ltd.",
    country="CN",
    city="嘉兴市",
    street="嘉兴市南湖区博园路31号",
    postcode="314001",
    uscc="91330411MA9BY26C03",
    bank="江南示范银行嘉兴支行 33050100770012345674",
    phone="0573-00000031",
)
RONGJIN = Party(
    name="融锦特钢材料有限公司",
    trading_name="Rongjin Special Steel Materials Co., Ltd.",
    country="CN",
    city="溧阳市",
    street="溧阳市锦钢大道7号",
    postcode="213300",
    uscc="91320481MA9RJ73G0R",
    bank="江南示范银行溧阳支行 32050100880032345675",
    phone="0519-00000077",
)
HENGXI = Party(
    name="恒溪热处理有限公司",
    trading_name="Hengxi Heat Treatment Co., Ltd.",
    country="CN",
    city="嘉善县",
    street="嘉善县恒溪路12号",
    postcode="314100",
    uscc="91330421MA9HX19P3Q",
    bank="江南示范银行嘉善支行 33050100770022345678",
    phone="0573-00000012",
)
SHENGYUAN = Party(
    name="盛原再生资源有限公司",
    trading_name="Shengyuan Recycling Co., Ltd.",
    country="CN",
    city="马鞍山市",
    street="马鞍山市花山区盛原路5号",
    postcode="243000",
    uscc="91340503MA9XY64N90",
    bank="皖江示范银行马鞍山支行 34050100660012345673",
    phone="0555-00000005",
)
QINGHE = Party(
    name="青禾工业气体有限公司",
    trading_name="Qinghe Industrial Gases Co., Ltd.",
    country="CN",
    city="平湖市",
    street="平湖市青禾路80号",
    postcode="314200",
    uscc="91330482MA9QH35R0R",
    bank="江南示范银行平湖支行 33050100770032345672",
    phone="0573-00000080",
)
NORDWERK = Party(
    name="Nordwerk Antriebstechnik GmbH",
    trading_name="Nordwerk Antriebstechnik",
    country="DE",
    city="Braunschweig",
    street="Spindelweg 14",
    postcode="38112",
    vat="DE347081522",
    lei="5299000CFNRDWRK04T84",
    gln="4260001739040",
)
VALTENNA = Party(
    name="Officine Valtenna S.r.l.",
    trading_name="Officine Valtenna",
    country="IT",
    city="Brescia",
    street="Via dei Torni 27",
    postcode="25125",
    vat="IT73914520488",
    gln="8032640079155",
)
HARZFELD = Party(
    name="Harzfeld Oberflächen GmbH",
    trading_name="Harzfeld Oberflächen",
    country="DE",
    city="Goslar",
    street="Galvanikstraße 3",
    postcode="38640",
    vat="DE361904737",
)
VAN_DER_LINDE = Party(
    name="Van der Linde Gereedschapsstaal B.V.",
    trading_name="Van der Linde Gereedschapsstaal",
    country="NL",
    city="Hengelo",
    street="Smeltkade 9",
    postcode="7553 LZ",
    vat="NL861930472B01",
    gln="8712345060930",
)
