"""The terms of a facility as a funder writes them: a YAML or JSON file, options, or both.

Every value is text at first, so that an unquoted amount keeps its cents; each fault is said with its field.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from counterfoil.domain.errors import DomainError
from counterfoil.domain.money import Currency
from counterfoil.ingest.marked_document import place_text, read_marked
from counterfoil.usecases.facilities.offer_facility import FacilityPlan
from counterfoil.usecases.goods_refusals import TERMS_FILE_INVALID

_BPS = 10_000
_DAY_S = 86_400
_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
_Amount = Annotated[Decimal, Field(ge=0, allow_inf_nan=False)]
_Bps = Annotated[int, Field(ge=0, le=_BPS)]
_Days = Annotated[int, Field(ge=1, le=3650)]

_SENTENCES = {"missing": "this field is missing", "extra_forbidden": "this field is unknown"}


class FacilityTermsFile(BaseModel):
    """What a file of terms may say. Amounts are decimals of the currency, rates and limits basis points.

    goods: haircut by good (CODE:GRADE:UNIT, or `lots`). due or due_in_days; offer_days: how long the offer is
    open. price_max_age_days, call_period_days: whole days.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    borrower: _Text
    currency: _Text
    principal: Annotated[Decimal, Field(gt=0, allow_inf_nan=False)]
    rate_bps: _Bps
    price_source: _Text
    draw_ltv_bps: _Bps
    call_ltv_bps: _Bps
    agreement: _Text
    goods: Annotated[dict[_Text, _Bps], Field(min_length=1)]
    assets: Annotated[tuple[_Text, ...], Field(min_length=1)]
    day_basis: int = 360
    due: date | None = None
    due_in_days: _Days | None = None
    offer_days: _Days = 7
    price_max_age_days: _Days = 3
    call_period_days: _Days = 3
    sale_floor_bps: _Bps = 8_000
    minimum_value: _Amount = Decimal(0)
    registration: str = ""

    @model_validator(mode="after")
    def _one_due_date(self) -> FacilityTermsFile:
        if (self.due is None) == (self.due_in_days is None):
            raise ValueError("state either due or due_in_days")
        return self

    def plan(self, *, now: datetime, registered_at: datetime | None) -> FacilityPlan:
        """The terms as a funder's plan. now: the ledger's time, from which days count."""
        currency = Currency.of(self.currency)
        due_at = (
            datetime.combine(self.due, time(23, 59, 59), UTC)
            if self.due is not None
            else now + timedelta(days=self.due_in_days or 0)
        )
        return FacilityPlan(
            borrower=self.borrower,
            currency=self.currency,
            principal_minor=currency.minor(self.principal),
            rate_bps=self.rate_bps,
            day_basis=self.day_basis,
            due_at=due_at,
            expires_at=min(now + timedelta(days=self.offer_days), due_at),
            price_source=self.price_source,
            price_max_age_s=self.price_max_age_days * _DAY_S,
            draw_ltv_bps=self.draw_ltv_bps,
            call_ltv_bps=self.call_ltv_bps,
            call_period_s=self.call_period_days * _DAY_S,
            sale_floor_bps=self.sale_floor_bps,
            minimum_value_minor=currency.minor(self.minimum_value),
            haircuts_bps=self.goods,
            assets=self.assets,
            agreement=self.agreement,
            registration=self.registration,
            registered_at=registered_at,
        )


def read_terms(path: Path | None, options: Mapping[str, object]) -> FacilityTermsFile:
    """The terms of a file, with options in place of what it says, or of options alone.

    Raises DomainError FacilityTermsInvalid naming every field at fault, DocumentUnreadable, and OSError.
    """
    stated: dict[str, object] = {}
    if path is not None:
        content = read_marked(path.read_bytes()).content
        if not isinstance(content, dict):
            raise DomainError(TERMS_FILE_INVALID, faults="the file: it must be a mapping of fields")
        stated.update(content)
    stated.update({name: value for name, value in options.items() if value is not None})
    try:
        return FacilityTermsFile.model_validate(stated)
    except ValidationError as unfit:
        faults = "; ".join(
            f"{place_text(tuple(each['loc'])) or 'the terms'}: "
            + _SENTENCES.get(each["type"], each["msg"].removeprefix("Value error, "))
            for each in unfit.errors(include_url=False, include_context=False, include_input=False)
        )
        raise DomainError(TERMS_FILE_INVALID, faults=faults) from unfit
