"""The form of the file in which a keeper states a warehouse receipt. Every value is text at this point."""

from __future__ import annotations

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

MAX_FIELD_CHARS = 500
MAX_LOTS = 200


def _visible(text: str) -> str:
    for character in text:
        if character not in "\n\t" and unicodedata.category(character) in ("Cc", "Cf"):
            raise ValueError(f"it contains the invisible character U+{ord(character):04X}")
    return text


_Text = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_FIELD_CHARS),
    AfterValidator(_visible),
]
_Optional = _Text | None


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class HeadPart(_Part):
    """The receipt itself. issued_by: the person; issued_at: the place."""

    number: _Text
    issued_by: _Text
    issued_at: _Text
    issued_on: _Text
    contract: _Optional = None


class KeeperPart(_Part):
    """The keeper. identity: its USCC, LEI or another identifier."""

    name: _Text
    identity: _Text
    address: _Optional = None


class DepositorPart(_Part):
    """The depositor."""

    name: _Text
    address: _Text
    identity: _Optional = None


class GoodsPart(_Part):
    """The goods. unit: UN/ECE Recommendation 20; decimals: of the unit, 3 or none where not stated."""

    code: _Text
    grade: _Text
    name: _Text
    unit: _Text
    decimals: _Optional = None
    quantity: _Text
    quality: _Text
    packaging: _Text
    pieces: _Text
    marks: _Text


class AmountPart(_Part):
    """An amount in major units of a currency, such as 1234.50 and CNY."""

    amount: _Text
    currency: _Text


class FeePart(AmountPart):
    """The storage fee. basis: for what it is due."""

    basis: _Text


class StoragePart(_Part):
    """Where, from which to which day, and for how much."""

    site: _Text
    first: Annotated[_Text, Field(alias="from")]
    last: Annotated[_Text, Field(alias="to")]
    fee: FeePart


class InsurancePart(AmountPart):
    """The insurance, where the goods are insured."""

    first: Annotated[_Text, Field(alias="from")]
    last: Annotated[_Text, Field(alias="to")]
    insurer: _Text


class LotPart(_Part):
    """A physical lot: maker and serial or seal, or bay and batch. A single lot may leave out its quantity."""

    bay: _Optional = None
    batch: _Optional = None
    maker: _Optional = None
    serial: _Optional = None
    seal: _Optional = None
    quantity: _Optional = None


class InspectionPart(_Part):
    """The inspection's report."""

    reference: _Text
    inspector: _Optional = None


class ValuationPart(AmountPart):
    """What the goods were valued at."""

    on: _Text
    by: _Optional = None


class ReceiptFile(_Part):
    """The whole file."""

    receipt: HeadPart
    keeper: KeeperPart
    depositor: DepositorPart
    goods: GoodsPart
    loss_standard: _Text
    storage: StoragePart
    lots: Annotated[list[LotPart], Field(min_length=1, max_length=MAX_LOTS)]
    insurance: InsurancePart | None = None
    inspection: InspectionPart | None = None
    valuation: ValuationPart | None = None
    remarks: _Optional = None
