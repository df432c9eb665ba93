"""How a facility is shown: as JSON, and as a sheet."""

from __future__ import annotations

from datetime import UTC, datetime

from counterfoil.domain.state.facility_valuation import NEVER_PRICED_S, UNBOUNDED_LTV_BPS
from counterfoil.entrypoints.session import say
from counterfoil.usecases.facilities.show_facility import FacilitySheet, PoolAsset
from counterfoil.usecases.goods_resolving import good_text


def facility_object(sheet: FacilitySheet) -> dict[str, object]:
    """A facility for programs. ltv_bps None: a debt stands against nothing."""
    facility, terms, valued = sheet.facility, sheet.facility.terms, sheet.valuation
    return {
        "facility_id": facility.facility_id,
        "state": facility.state.name.lower(),
        "funder": {"party_id": facility.funder_id, "name": sheet.funder_name},
        "borrower": {"party_id": terms.borrower_id, "name": sheet.borrower_name},
        "price_source": {"party_id": terms.price_source_id, "name": sheet.price_source_name},
        "currency": sheet.currency.code,
        "principal_minor": facility.principal_minor,
        "agreed_principal_minor": terms.principal_minor,
        "repaid_minor": facility.repaid_minor,
        "debt_minor": valued.debt_minor,
        "gross_minor": valued.gross_minor,
        "value_minor": valued.value_minor,
        "minimum_value_minor": terms.minimum_value_minor,
        "ltv_bps": None if valued.ltv_bps == UNBOUNDED_LTV_BPS else valued.ltv_bps,
        "draw_ltv_bps": terms.draw_ltv_bps,
        "call_ltv_bps": terms.call_ltv_bps,
        "call_deadline": None if sheet.call_deadline is None else sheet.call_deadline.isoformat(),
        "due_at": sheet.due_at.isoformat(),
        "pool": [_asset_object(each) for each in sheet.pool],
    }


def _asset_object(each: PoolAsset) -> dict[str, object]:
    return {
        "asset": each.asset,
        "good": None if each.good is None else good_text(each.good),
        "gross_minor": each.worth.gross_minor,
        "value_minor": each.worth.value_minor,
        "price_minor": None if each.worth.price is None else each.worth.price.price_minor,
    }


def print_facility(sheet: FacilitySheet) -> None:
    """The facility's facts, its valuation and its pool."""
    facility, terms, valued, money = (
        sheet.facility,
        sheet.facility.terms,
        sheet.valuation,
        sheet.currency.format,
    )
    say(f"Facility {facility.facility_id}: {money(terms.principal_minor)}, {facility.state.name.lower()}")
    say(f"funder:   {facility.funder_id} {sheet.funder_name}")
    say(f"borrower: {terms.borrower_id} {sheet.borrower_name}")
    say(
        f"rate:     {terms.rate_bps / 100:.2f} % a year of {terms.day_basis} days,"
        f" due {sheet.due_at:%Y-%m-%d}"
    )
    say(f"debt:     {money(valued.debt_minor)}; repaid {money(facility.repaid_minor)}")
    say(f"value:    {money(valued.value_minor)} after haircuts, {money(valued.gross_minor)} before")
    if valued.debt_minor:
        ltv = "without limit" if valued.ltv_bps == UNBOUNDED_LTV_BPS else f"{valued.ltv_bps / 100:.2f} %"
        limits = f"draw {terms.draw_ltv_bps / 100:.2f} %, call {terms.call_ltv_bps / 100:.2f} %"
        say(f"LTV:      {ltv} ({limits})")
    if valued.priced_at_s != NEVER_PRICED_S:
        priced = datetime.fromtimestamp(valued.priced_at_s, UTC)
        say(f"prices:   of {sheet.price_source_name}, the oldest observed {priced:%Y-%m-%d %H:%M} UTC")
    if sheet.call_deadline is not None:
        say(f"call:     margin is called until {sheet.call_deadline:%Y-%m-%d %H:%M:%S} UTC")
    for each in sheet.pool:
        good = "" if each.good is None else f"  {good_text(each.good)}"
        say(f"asset:    {each.asset}{good}  {money(each.worth.value_minor)} after haircut")
