"""Goods, lots in a shed and documents of warehouse receipts, as bodies of commands state them."""

from __future__ import annotations

import json
from typing import Annotated, Any

from pydantic import ConfigDict, Field, JsonValue, StringConstraints, model_validator

from counterfoil.domain.errors import DomainError
from counterfoil.domain.goods.good import Good, Unit
from counterfoil.domain.goods.receipt_document import ReceiptDocument
from counterfoil.entrypoints.operations.fields import Quantity, Text
from counterfoil.entrypoints.operations.operation import Body
from counterfoil.ingest.receipt_intake import read_receipt
from counterfoil.usecases.receipts.restack_receipt import LotPlace

_MOST_DECIMALS = 9


class GoodBody(Body):
    """A kind of goods of the consortium's catalogue."""

    code: Annotated[Text, Field(description="Code of the catalogue.", examples=["HRC-Q235B"])]
    grade: Annotated[Text, Field(description="Quality.", examples=["A"])]
    unit: Annotated[
        str,
        StringConstraints(pattern=r"^[A-Z0-9]{2,3}$"),
        Field(description="UN/ECE Recommendation 20 code.", examples=["TNE"]),
    ]
    decimals: Annotated[
        int | None,
        Field(ge=0, le=_MOST_DECIMALS, description="Of the unit; left out: 3, pieces 0.", examples=[3]),
    ] = None
    name: Annotated[
        Text | None, Field(description="The good in words.", examples=["Hot-rolled coil Q235B"])
    ] = None

    @model_validator(mode="after")
    def _is_good(self) -> GoodBody:
        try:
            _ = self.good
        except DomainError as unfit:
            raise ValueError(unfit.message) from unfit
        return self

    @property
    def good(self) -> Good:
        """As the domain has it."""
        return Good(
            code=self.code,
            grade=self.grade,
            unit=Unit.of(self.unit, decimals=self.decimals),
            name=self.name or "",
        )


class LotPlaceBody(Body):
    """A lot as it lies after it was stacked anew. What is left out stays as it was."""

    quantity: Quantity
    bay: Annotated[Text | None, Field(description="Bay.", examples=["B-09"])] = None
    batch: Annotated[Text | None, Field(description="Batch.", examples=["2026-11-A"])] = None
    serial: Annotated[Text | None, Field(description="Number now on it.", examples=["C-1003-1"])] = None
    seal: Annotated[Text | None, Field(description="Number of the seal now on it.", examples=["S-77"])] = None
    maker: Annotated[Text | None, Field(description="Whose number it is.", examples=["Ansteel"])] = None

    @property
    def place(self) -> LotPlace:
        """As the use case has it."""
        return LotPlace(
            bay=self.bay or "",
            batch=self.batch or "",
            serial=self.serial or "",
            seal=self.seal or "",
            maker=self.maker or "",
        )


_DOCUMENT_EXAMPLE: dict[str, Any] = {
    "receipt": {
        "number": "WR-2026-0042",
        "issued_by": "Li Wei",
        "issued_at": "Qingdao",
        "issued_on": "2026-11-20",
    },
    "keeper": {"name": "Dagang Storage Co., Ltd.", "identity": "91370200264806911T"},
    "depositor": {"name": "Huanghai Metals Co., Ltd.", "address": "12 Hong Kong Middle Road, Qingdao"},
    "goods": {
        "code": "HRC-Q235B",
        "grade": "A",
        "name": "Hot-rolled coil Q235B",
        "unit": "TNE",
        "quantity": "25.000",
        "quality": "as certificate 4711",
        "packaging": "coils, strapped",
        "pieces": "1",
        "marks": "HM-42",
    },
    "loss_standard": "none",
    "storage": {
        "site": "CNTAO-DAGANG-7",
        "from": "2026-11-20",
        "to": "2027-05-20",
        "fee": {"amount": "12.00", "currency": "CNY", "basis": "a tonne and month"},
    },
    "lots": [{"maker": "Ansteel", "serial": "C-1003", "quantity": "25.000"}],
    "valuation": {"amount": "96250.00", "currency": "CNY", "on": "2026-11-20"},
}


class ReceiptDocumentBody(Body):
    """A warehouse receipt's document, in the form of the intake file; every value is text."""

    model_config = ConfigDict(json_schema_extra={"examples": [_DOCUMENT_EXAMPLE]})

    receipt: Annotated[dict[str, JsonValue], Field(description="number, issued_by, issued_at, issued_on.")]
    keeper: Annotated[dict[str, JsonValue], Field(description="name, identity, address.")]
    depositor: Annotated[dict[str, JsonValue], Field(description="name, address, identity.")]
    goods: Annotated[
        dict[str, JsonValue],
        Field(description="code, grade, name, unit, quantity, quality, packaging, pieces, marks."),
    ]
    loss_standard: Annotated[Text, Field(description="What loss is usual.", examples=["0.2 % a year"])]
    storage: Annotated[dict[str, JsonValue], Field(description="site, from, to, fee.")]
    lots: Annotated[
        tuple[dict[str, JsonValue], ...],
        Field(min_length=1, max_length=200, description="maker and serial or seal, or bay and batch."),
    ]
    insurance: Annotated[
        dict[str, JsonValue] | None, Field(description="amount, currency, from, to, insurer.")
    ] = None
    inspection: Annotated[dict[str, JsonValue] | None, Field(description="reference, inspector.")] = None
    valuation: Annotated[dict[str, JsonValue] | None, Field(description="amount, currency, on, by.")] = None
    remarks: Annotated[Text | None, Field(description="Anything else.")] = None

    def document(self) -> ReceiptDocument:
        """As the domain has it. Raises ReceiptRefused naming every field at fault."""
        text = json.dumps(self.model_dump(mode="json", exclude_none=True), ensure_ascii=False)
        return read_receipt(text.encode(), file_name="the document")
