"""One entry of an extract, in the shape of the JSON format; CSV rows are brought into it first.

The JSON Schema in docs/guides/external_liens.schema.json is that of `ExtractFile`.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, time, timedelta, timezone
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo

from counterfoil.domain.errors import DomainError
from counterfoil.domain.external_liens.external_lien import (
    CollateralKind,
    DocumentNumber,
    DocumentNumberKind,
    ExternalLien,
    LotReference,
    NamedParty,
)
from counterfoil.domain.invoices.invoice import IdScheme, PartyIdentifier
from counterfoil.domain.invoices.invoice_number import canonical_invoice_number
from counterfoil.domain.money import Currency, Money
from counterfoil.domain.party_id import canonical_party_id

MOST_PARTS = 1_000
_AMOUNT = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,6})?")
_MOMENT = re.compile(
    r"([0-9]{4})(?:-|/|年)([0-9]{1,2})(?:-|/|月)([0-9]{1,2})日?"
    r"(?:[T ]+([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:\.[0-9]{1,6})?)?)?\s*(Z|[+-][0-9]{2}:?[0-9]{2})?"
)
_ZONE = re.compile(r"([+-])([0-9]{2}):?([0-9]{2})")
_KINDS = {
    "应收账款": CollateralKind.RECEIVABLE,
    "应收账款质押": CollateralKind.RECEIVABLE,
    "应收账款转让": CollateralKind.RECEIVABLE,
    "保理": CollateralKind.RECEIVABLE,
    "仓单": CollateralKind.WAREHOUSE_RECEIPT,
    "仓单质押": CollateralKind.WAREHOUSE_RECEIPT,
    "存货": CollateralKind.GOODS,
    "动产": CollateralKind.GOODS,
    "存货质押": CollateralKind.GOODS,
    "动产抵押": CollateralKind.GOODS,
    "浮动抵押": CollateralKind.GOODS,
    "提单": CollateralKind.BILL_OF_LADING,
    "提单质押": CollateralKind.BILL_OF_LADING,
    "其他": CollateralKind.OTHER,
}
_CURRENCIES = {
    "人民币": "CNY",
    "人民币元": "CNY",
    "元": "CNY",
    "RMB": "CNY",
    "美元": "USD",
    "欧元": "EUR",
    "港元": "HKD",
}


def _plain(text: str) -> str:
    """One line of visible text: no character that a terminal or a spreadsheet would obey."""
    joined = " ".join(text.split())
    for mark in joined:
        if unicodedata.category(mark) in ("Cc", "Cs", "Co", "Cn") or mark in "\u202a\u202b\u202c\u202d\u202e":
            raise ValueError(f"the text has the control character U+{ord(mark):04X}")
    return joined


def _identifying(text: str) -> str:
    if not any(mark.isalnum() for mark in canonical_invoice_number(text)):
        raise ValueError("nothing in it identifies anything")
    return text


def parse_zone(text: str) -> timezone:
    """+08:00 as a zone; raises ValueError."""
    found = _ZONE.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text[:20]!r} is no offset such as +08:00")
    offset = timedelta(hours=int(found[2]), minutes=int(found[3]))
    return timezone(offset if found[1] == "+" else -offset)


def _moment(text: object, info: ValidationInfo) -> datetime:
    """A date or a time of day. Without an offset it is in the zone of the reader, and refused without one."""
    if not isinstance(text, str):
        raise ValueError("it is not text")
    found = _MOMENT.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text.strip()[:40]!r} is not a time such as 2026-11-22T10:00:00+08:00")
    year, month, day, hour, minute, second, offset = found.groups()
    zone = UTC if offset == "Z" else parse_zone(offset) if offset else (info.context or {}).get("zone")
    if zone is None:
        raise ValueError(
            "no time zone is stated; write an offset such as +08:00, or name the zone to the reader"
        )
    try:
        at = datetime(int(year), int(month), int(day), tzinfo=zone)
        if hour is not None:
            at = datetime.combine(at.date(), time(int(hour), int(minute), int(second or 0)), zone)
        elif info.field_name == "expires_at":
            at += timedelta(days=1)  # a registration runs to the end of its last day
        return at.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(f"{text.strip()[:40]!r} is not in the calendar") from None


def _kind(text: object) -> object:
    if not isinstance(text, str):
        return text
    spelled = unicodedata.normalize("NFKC", text).strip()
    return _KINDS.get(spelled, spelled.lower().replace(" ", "-").replace("_", "-"))


def _amount(value: object) -> Decimal:
    """Digits and at most one point. A binary float never gets here: the JSON reader hands decimals over."""
    text = str(value) if isinstance(value, (str, Decimal)) or type(value) is int else ""
    try:
        if not _AMOUNT.fullmatch(text.strip()):
            raise InvalidOperation
        return Decimal(text.strip())
    except InvalidOperation:
        raise ValueError(f"{str(value)[:40]!r} is not a plain amount such as 1250000.00") from None


def _currency(text: str) -> str:
    code = _CURRENCIES.get(text, text).upper()
    try:
        return Currency.of(code).code
    except DomainError as unknown:
        raise ValueError(unknown.message) from None


Text = Annotated[str, Field(max_length=500), AfterValidator(_plain)]
LongText = Annotated[str, Field(max_length=20_000), AfterValidator(_plain)]
Name = Annotated[
    str, Field(min_length=1, max_length=500), AfterValidator(_plain), AfterValidator(_identifying)
]
Moment = Annotated[datetime, BeforeValidator(_moment, json_schema_input_type=str)]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class DebtorEntry(_Entry):
    """Who gave the security."""

    name: Name
    uscc: Text = ""
    lei: Text = ""
    vat: Text = ""

    def identifiers(self) -> tuple[PartyIdentifier, ...]:
        """What is stated, strongest first."""
        stated = ((IdScheme.USCC, self.uscc), (IdScheme.LEI, self.lei), (IdScheme.VAT, self.vat))
        return tuple(
            PartyIdentifier(scheme=scheme, value=canonical_party_id(scheme, value))
            for scheme, value in stated
            if value
        )


class GoodsEntry(_Entry):
    """What the collateral is. code: harmonised system or the market's own."""

    code: Text = ""
    description: LongText = ""


class LotEntry(_Entry):
    """Where goods lie and how they are marked; at least one part."""

    site: Text = ""
    bay: Text = ""
    batch: Text = ""
    serial: Text = ""


class DocumentEntry(_Entry):
    """A document that stands for the collateral."""

    kind: DocumentNumberKind
    number: Name


class SecuredEntry(_Entry):
    """The claim that is secured, in units of the currency."""

    amount: Annotated[Decimal, BeforeValidator(_amount, json_schema_input_type=str | int)]
    currency: Annotated[Text, AfterValidator(_currency)]


class LienEntry(_Entry):
    """One registration."""

    registration_number: Name
    registry: Text = ""
    registered_at: Moment
    expires_at: Moment | None = None
    debtor: DebtorEntry
    secured_party: Name
    collateral_kind: Annotated[CollateralKind, BeforeValidator(_kind, json_schema_input_type=CollateralKind)]
    goods: GoodsEntry = GoodsEntry()
    lots: Annotated[tuple[LotEntry, ...], Field(max_length=MOST_PARTS)] = ()
    documents: Annotated[tuple[DocumentEntry, ...], Field(max_length=MOST_PARTS)] = ()
    secured: SecuredEntry | None = None

    def to_lien(self, *, registry: str) -> ExternalLien:
        """The canonical lien. registry: where the entry names none. Raises DomainError for the amount."""
        secured = None
        if self.secured is not None:
            currency = Currency.of(self.secured.currency)
            secured = Money(currency.minor(self.secured.amount), currency)
        lots = (LotReference(**lot.model_dump()) for lot in self.lots)
        return ExternalLien(
            registry=self.registry or registry,
            registration_number=self.registration_number,
            registered_at=self.registered_at,
            expires_at=self.expires_at,
            debtor=NamedParty(name=self.debtor.name, identifiers=self.debtor.identifiers()),
            secured_party=self.secured_party,
            collateral_kind=self.collateral_kind,
            goods_code=self.goods.code,
            goods_description=self.goods.description,
            lots=tuple(lot for lot in lots if lot != LotReference()),
            document_numbers=tuple(
                DocumentNumber(kind=each.kind, number=each.number) for each in self.documents
            ),
            secured=secured,
        )


class ExtractFile(_Entry):
    """The JSON format. registry, time_zone (+08:00): for entries that state none."""

    registry: Text = ""
    time_zone: Text = ""
    liens: list[LienEntry]


def json_schema() -> dict[str, Any]:
    """The JSON Schema of the format, as the guide ships it."""
    return ExtractFile.model_json_schema(mode="validation")
