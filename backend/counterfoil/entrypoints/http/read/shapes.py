"""Shapes that several answers share. Amounts are minor units, times RFC 3339 in UTC, ids as in the paths."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import Annotated, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from counterfoil.domain.lot import LotId
from counterfoil.domain.money import Currency
from counterfoil.domain.states import PartyRole
from counterfoil.usecases.reading.names import Names

MAX_ID = 2**63 - 1


class Shape(BaseModel):
    """Root of all answers: nothing in them that is not described."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Money(Shape):
    """An amount in minor units of a currency."""

    amount_minor: int = Field(description="Whole minor units, for example cents.", examples=[125000])
    currency: str = Field(pattern="^[A-Z]{3}$", description="ISO 4217 code.", examples=["EUR"])


class PartyRef(Shape):
    """A party. name is empty where another member keeps it."""

    party_id: int = Field(ge=1, examples=[3])
    name: str = Field(examples=["Gusswerk Lahn GmbH"])


Item = TypeVar("Item", bound=Shape)


class Page(Shape, Generic[Item]):
    """A part of a list, in the order of numbers."""

    items: list[Item]
    next_cursor: str | None = Field(description="Send it as `cursor` for what follows; null at the end.")


LotText = Annotated[
    str,
    Field(
        pattern=r"^[0-9]{1,19}/[0-9]{1,8}/[0-9]{1,5}$", description="NOTE/SEGMENT/INDEX.", examples=["1/2/0"]
    ),
]
AssetText = Annotated[
    str,
    Field(
        pattern=r"^(lot:[0-9]+\.[0-9]+\.[0-9]+|receipt:[0-9]+|bill:[0-9]+)$",
        description="lot:NOTE.SEGMENT.INDEX, receipt:NUMBER or bill:NUMBER.",
        examples=["lot:1.2.0"],
    ),
]
Hex = Annotated[str, Field(pattern="^[0-9a-f]*$", examples=["5f0c"])]


def lot_text(lot_id: LotId) -> str:
    """A lot as paths and answers write it."""
    return f"{lot_id.note_id}/{lot_id.segment}/{lot_id.index}"


@cache
def currency_code(numeric: int) -> str:
    """The letters of a currency that the ledger has by number."""
    return Currency.of_numeric(numeric).code


def money(amount_minor: int, numeric: int) -> Money:
    """An amount of a currency of the ledger."""
    return Money(amount_minor=amount_minor, currency=currency_code(numeric))


def party_ref(names: Names, party_id: int) -> PartyRef:
    """A party by number."""
    return PartyRef(party_id=party_id, name=names.of(party_id))


def some_party(names: Names, party_id: int | None) -> PartyRef | None:
    """A party, where there is one."""
    return None if party_id is None else party_ref(names, party_id)


_LAST_S = int(datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC).timestamp())


def instant(seconds: int) -> datetime:
    """A time of the ledger. Its clock has 40 bits: what lies beyond the year 9999 is shown as its end."""
    return datetime.fromtimestamp(min(seconds, _LAST_S), UTC)


def some_instant(seconds: int | None) -> datetime | None:
    """A time that may be missing; the ledger writes 0 for none."""
    return instant(seconds) if seconds else None


def role_names(roles: PartyRole) -> list[str]:
    """Roles in words, in the ledger's order; bits without a name are left out."""
    return [role.name.lower() for role in PartyRole if roles & role and role.name is not None]
