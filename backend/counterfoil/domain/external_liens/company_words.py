"""Words that many companies share, so that a likeness in them says little about who a company is.

Lists, not frequencies of the names at hand: the likeness of two names must not change because a third company
came along. Places and trades are told apart, because two companies of one name in two cities are two
companies.
"""

from __future__ import annotations

from types import MappingProxyType

_FORMS = {
    "limited": (
        "LTD", "LIMITED", "CO LTD", "CO LIMITED", "COMPANY LTD", "COMPANY LIMITED", "LTD CO", "LTD COMPANY",
        "PTE LTD", "PVT LTD", "PTY LTD", "PRIVATE LIMITED", "LIMITED LIABILITY COMPANY", "LIMITED COMPANY",
        "有限责任公司", "有限公司",
    ),
    "shares": ("股份有限公司", "股份公司", "CO LTD BY SHARES"),
    "partnership-cn": ("合伙企业", "有限合伙", "合伙企业有限合伙"),
    "gmbh": ("GMBH", "MBH", "GES MBH", "GESELLSCHAFT MIT BESCHRANKTER HAFTUNG"),
    "gmbh-kg": ("GMBH CO KG", "GMBH UND CO KG", "GMBH AND CO KG"),
    "kg": ("KG", "CO KG"),
    "ohg": ("OHG",),
    "ek": ("EK", "EKFM", "EKFR"),
    "ag": ("AG", "AKTIENGESELLSCHAFT"),
    "se": ("SE",),
    "sa": ("SA", "SOCIETE ANONYME", "SOCIEDAD ANONIMA"),
    "sas": ("SAS",),
    "sarl": ("SARL",),
    "srl": ("SRL",),
    "spa": ("SPA",),
    "sl": ("SL",),
    "bv": ("BV",),
    "nv": ("NV",),
    "ab": ("AB",),
    "as": ("AS", "A S"),
    "oy": ("OY", "OYJ"),
    "aps": ("APS",),
    "kk": ("KK", "株式会社"),
    "inc": ("INC", "INCORPORATED", "CORP", "CORPORATION"),
    "plc": ("PLC",),
    "llc": ("LLC",),
    "llp": ("LLP",),
    "sdn-bhd": ("SDN BHD", "BHD"),
    "zoo": ("SP Z O O", "SP ZOO", "SPZOO"),
    "ooo": ("OOO",),
    "pt": ("PT",),
    "company": ("COMPANY", "CO", "公司"),
}  # fmt: skip
LEGAL_FORMS = MappingProxyType(
    {tuple(form.split()): kind for kind, forms in _FORMS.items() for form in forms}
)
"""Class of a legal form by its words. Two spellings of one class are the same form."""
CJK_LEGAL_FORMS = tuple(
    sorted(
        ((form[0], kind) for form, kind in LEGAL_FORMS.items() if len(form) == 1 and not form[0].isascii()),
        key=lambda row: (-len(row[0]), row[0]),
    )
)
"""Forms written without a space behind the name, longest first."""
LONGEST_FORM = max(len(form) for form in LEGAL_FORMS)
PREFIX_FORMS = frozenset({"OOO", "PT", "株式会社"})

SHORT_WORDS = MappingProxyType(
    {
        "INTL": "INTERNATIONAL", "INTERNAT": "INTERNATIONAL", "MFG": "MANUFACTURING", "TECH": "TECHNOLOGY",
        "TECHNOLOGIES": "TECHNOLOGY", "IND": "INDUSTRY", "INDS": "INDUSTRY", "INDUSTRIES": "INDUSTRY",
        "INDUSTRIAL": "INDUSTRY", "IMP": "IMPORT", "EXP": "EXPORT", "TRDG": "TRADING", "TRADE": "TRADING",
        "METALS": "METAL", "GRP": "GROUP", "HLDG": "HOLDING", "HOLDINGS": "HOLDING", "LOG": "LOGISTICS",
        "BROS": "BROTHERS", "ENG": "ENGINEERING", "ALUMINUM": "ALUMINIUM", "MATERIAL": "MATERIALS",
        "COMMODITY": "COMMODITIES", "RESOURCE": "RESOURCES", "SVCS": "SERVICES", "SERVICE": "SERVICES",
    }
)  # fmt: skip
"""Usual abbreviations and plurals, and the word that stands for them."""

CONNECTING = frozenset({"AND", "UND", "ET", "E", "Y", "EN", "OF", "THE", "DE", "LA", "DER", "DIE", "FOR"})
"""Left out wherever another word remains: & is written out, or not, as the clerk likes."""

PLACES = frozenset(
    {
        "CHINA", "SHANGHAI", "BEIJING", "TIANJIN", "CHONGQING", "GUANGZHOU", "SHENZHEN", "QINGDAO",
        "NINGBO", "SUZHOU", "WUXI", "HANGZHOU", "NANJING", "WUHAN", "CHENGDU", "XIAMEN", "DALIAN", "FOSHAN",
        "DONGGUAN", "JIANGSU", "ZHEJIANG", "GUANGDONG", "SHANDONG", "FUJIAN", "HEBEI", "HENAN", "ANHUI",
        "HONGKONG", "SINGAPORE", "DEUTSCHLAND", "GERMANY", "EUROPE", "EUROPA", "ITALIA", "FRANCE",
        "HAMBURG", "BERLIN", "MUNCHEN", "ROTTERDAM", "LONDON", "ASIA", "PACIFIC", "AMERICA", "USA", "UK",
        "NORTH", "SOUTH", "EAST", "WEST", "NORD", "SUD", "OST",
    }
)  # fmt: skip
TRADES = frozenset(
    {
        "GROUP", "HOLDING", "INTERNATIONAL", "GLOBAL", "TRADING", "IMPORT", "EXPORT", "INDUSTRY", "METAL",
        "STEEL", "IRON", "COPPER", "ALUMINIUM", "ZINC", "NICKEL", "LOGISTICS", "SUPPLY", "CHAIN",
        "TECHNOLOGY", "MANUFACTURING", "MATERIALS", "RESOURCES", "COMMODITIES", "ENERGY", "CHEMICAL",
        "PLASTICS", "TEXTILE", "MACHINERY", "ELECTRONICS", "ELECTRIC", "ENGINEERING", "CONSTRUCTION",
        "SERVICES", "SOLUTIONS", "SYSTEMS", "PRODUCTS", "INVESTMENT", "DEVELOPMENT", "ENTERPRISE",
        "ENTERPRISES", "BUSINESS", "COMMERCIAL", "COMMERCE", "WAREHOUSE", "WAREHOUSING", "STORAGE",
        "SHIPPING", "FREIGHT", "TRANSPORT", "BROTHERS", "SONS", "PARTNERS", "COMPANY", "FOODS",
        "AGRICULTURAL", "BANK", "STAHL", "METALL", "HANDEL", "WERKE", "MASCHINENBAU", "TECHNIK", "LOGISTIK",
        "ACCIAI", "MECCANICA", "OFFICINE", "FRATELLI",
    }
)  # fmt: skip
CJK_PLACES = (
    "北京", "天津", "上海", "重庆", "河北", "山西", "辽宁", "吉林", "黑龙江", "江苏", "浙江", "安徽",
    "福建", "江西", "山东", "河南", "湖北", "湖南", "广东", "广西", "海南", "四川", "贵州", "云南",
    "陕西", "甘肃", "青海", "内蒙古", "新疆", "宁夏", "西藏", "香港", "中国", "苏州", "无锡", "常州",
    "南京", "杭州", "宁波", "嘉兴", "温州", "绍兴", "青岛", "济南", "烟台", "武汉", "长沙", "郑州",
    "合肥", "福州", "厦门", "泉州", "广州", "深圳", "佛山", "东莞", "珠海", "中山", "成都", "西安",
    "大连", "沈阳", "哈尔滨", "唐山", "石家庄", "张家港", "昆山", "南通", "徐州", "扬州", "镇江",
    "江阴", "太仓", "湖州", "台州", "金华", "芜湖", "马鞍山",
)  # fmt: skip
CJK_TRADES = (
    "集团", "控股", "国际", "贸易", "商贸", "工贸", "实业", "科技", "技术", "钢铁", "特钢", "金属",
    "有色", "铜业", "铝业", "材料", "新材料", "物资", "物流", "供应链", "进出口", "投资", "发展",
    "制造", "机械", "设备", "电子", "电气", "电控", "化工", "塑料", "纺织", "能源", "资源", "再生资源",
    "煤炭", "建材", "建设", "工程", "仓储", "运输", "农业", "食品", "智能", "装备", "智能装备", "传动",
    "热处理", "工业", "气体", "矿业", "石化", "管理", "服务", "经贸", "商业", "企业",
)  # fmt: skip
