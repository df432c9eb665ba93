"""The fields that bodies of commands are made of, with their bounds as the contracts have them."""

from __future__ import annotations

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from counterfoil.domain.errors import DomainError
from counterfoil.domain.money import MAX_AMOUNT_MINOR, Currency, Money

LARGEST_ID = 2**53 - 1
"""Numbers above are not exact in every reader of JSON."""
LARGEST_PARTY = 2**24 - 1
_BPS = 10_000


class Subject:
    """Says of a field that it names an object of the ledger that the acting party must be able to see.

    kind: note, lot, receipt, stock, bill, financing, facility or asset. Whoever cannot see it gets the answer
    for an object that does not exist.
    """

    __slots__ = ("kind",)

    def __init__(self, kind: str) -> None:
        self.kind = kind


def _visible(text: str) -> str:
    for character in text:
        if unicodedata.category(character) in ("Cc", "Cs", "Co", "Cn") and character not in "\n\t":
            raise ValueError(f"it contains the character U+{ord(character):04X}")
    return text


def _currency(code: str) -> str:
    try:
        return Currency.of(code).code
    except DomainError as unknown:
        raise ValueError(unknown.message) from unknown


Text = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    AfterValidator(_visible),
]
LongText = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=4000),
    AfterValidator(_visible),
]
Reason = Annotated[
    LongText,
    Field(
        description="Why. The wording is kept encrypted apart from the ledger, which has its hash.",
        examples=["Agreed by both sides on the telephone on 20 November."],
    ),
]
Evidence = Annotated[
    LongText,
    Field(
        description="What shows it. The wording is kept, the ledger has its hash.",
        examples=["Inspection report 4711 of 20 November 2026"],
    ),
]
Order = Annotated[
    LongText,
    Field(
        description="Reference of the order. It is kept, the ledger has its hash.",
        examples=["District court, case 17 O 212/26, order of 18 November 2026"],
    ),
]
Reference = Annotated[
    Text,
    Field(
        description="Order, contract or invoice behind it; its hash is on the ledger.",
        examples=["Purchase order 4500012345"],
    ),
]
Agreement = Annotated[
    LongText,
    Field(
        description="Reference of the agreement. It is kept, the ledger has its hash.",
        examples=["Pledge agreement PA-2026-118 of 19 November 2026"],
    ),
]
CurrencyCode = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Z]{3}$"),
    AfterValidator(_currency),
    Field(description="ISO 4217 letters.", examples=["EUR"]),
]
Quantity = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9]{1,20}(\.[0-9]{1,9})?$"),
    Field(description="Plain decimal number in the good's unit.", examples=["12.500"]),
]
SealText = Annotated[
    str,
    StringConstraints(min_length=2, max_length=2**20),
    Field(
        description="The keeper's seal: the text `seal` in the result of the keeper's command, unchanged.",
        examples=['{"sealed": {}}'],
    ),
]
Moment = AwareDatetime
Bps = Annotated[int, Field(ge=0, le=_BPS)]


PartyId = Annotated[
    int, Field(ge=1, le=LARGEST_PARTY, description="Number of the party on the ledger.", examples=[7])
]
NoteId = Annotated[
    int, Field(ge=1, le=LARGEST_ID, description="Number of the note.", examples=[5]), Subject("note")
]
ReceiptId = Annotated[
    int,
    Field(ge=1, le=LARGEST_ID, description="Number of the warehouse receipt.", examples=[3]),
    Subject("receipt"),
]
AnyReceiptId = Annotated[
    int, Field(ge=1, le=LARGEST_ID, description="Number of the warehouse receipt.", examples=[3])
]
AnyStockId = Annotated[int, Field(ge=1, le=LARGEST_ID, description="Number of the stock.", examples=[2])]
BillId = Annotated[
    int,
    Field(ge=1, le=LARGEST_ID, description="Number of the bill of lading on the ledger.", examples=[4]),
    Subject("bill"),
]
FinancingId = Annotated[
    int,
    Field(ge=1, le=LARGEST_ID, description="Number of the financing.", examples=[6]),
    Subject("financing"),
]
FacilityId = Annotated[
    int,
    Field(ge=1, le=LARGEST_ID, description="Number of the facility.", examples=[1]),
    Subject("facility"),
]
RedemptionId = Annotated[
    int, Field(ge=1, le=LARGEST_ID, description="Number of the redemption.", examples=[2])
]
AnyLot = Annotated[
    str,
    StringConstraints(pattern=r"^[1-9][0-9]{0,15}/[0-9]{1,8}/[0-9]{1,5}$"),
    Field(description="NOTE/SEGMENT/INDEX; the undivided note 5 is 5/0/0.", examples=["5/1/0"]),
]
LotRef = Annotated[AnyLot, Subject("lot")]
_ASSET = r"^(lot:[1-9][0-9]{0,15}\.[0-9]{1,8}\.[0-9]{1,5}|(receipt|bill):[1-9][0-9]{0,15})$"
AnyAsset = Annotated[
    str,
    StringConstraints(pattern=_ASSET),
    Field(description="lot:NOTE.SEGMENT.INDEX, receipt:NUMBER or bill:NUMBER.", examples=["receipt:3"]),
]
AssetRef = Annotated[AnyAsset, Subject("asset")]


class MoneyBody(BaseModel):
    """An amount in minor units of its currency: 120000 EUR are 1,200.00 euros. The ledger has 48 bits."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,
        title="Money",
        json_schema_extra={"examples": [{"amount_minor": 120000, "currency": "EUR"}]},
    )

    amount_minor: Annotated[
        int, Field(ge=0, le=MAX_AMOUNT_MINOR, description="Whole minor units.", examples=[120000])
    ]
    currency: CurrencyCode

    @property
    def money(self) -> Money:
        """As the domain has it."""
        return Money(self.amount_minor, Currency.of(self.currency))


class Amount(MoneyBody):
    """An amount above zero, in minor units of its currency: 120000 EUR are 1,200.00 euros."""

    model_config = ConfigDict(title="Amount")

    amount_minor: Annotated[
        int, Field(ge=1, le=MAX_AMOUNT_MINOR, description="Whole minor units.", examples=[120000])
    ]
