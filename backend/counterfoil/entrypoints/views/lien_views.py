"""How a lien is shown: as JSON, and as a line."""

from __future__ import annotations

from counterfoil.usecases.liens.lien_history import LienSheet


def lien_object(sheet: LienSheet) -> dict[str, object]:
    """A lien for programs."""
    lien = sheet.lien
    return {
        "asset": sheet.asset,
        "sequence": lien.sequence,
        "pledgee": {"party_id": lien.pledgee_id, "name": sheet.pledgee_name},
        "pledgor": {"party_id": lien.pledgor_id, "name": sheet.pledgor_name},
        "currency": None if sheet.currency is None else sheet.currency.code,
        "secured_minor": lien.secured_minor,
        "state": lien.state.name.lower(),
        "placed_at": sheet.placed_at.isoformat(),
        "ended_at": None if sheet.ended_at is None else sheet.ended_at.isoformat(),
        "registered_at_s": lien.registered_at_s or None,
        "reason": sheet.reason,
        "inherited_from": sheet.inherited_from,
        "facility_id": lien.facility_id,
    }


def lien_line(sheet: LienSheet) -> str:
    """Who, how much, since when, and how it ended."""
    lien = sheet.lien
    secured = (
        f"{lien.secured_minor} minor units"
        if sheet.currency is None
        else sheet.currency.format(lien.secured_minor)
    )
    pledgee = f"{sheet.pledgee_name} (party {lien.pledgee_id})"
    text = f"{pledgee} for {secured}, since {sheet.placed_at:%Y-%m-%d %H:%M} UTC"
    if sheet.ended_at is not None:
        text += f", {lien.state.name.lower()} {sheet.ended_at:%Y-%m-%d %H:%M} UTC"
        text += "" if sheet.reason is None else f" ({sheet.reason})"
    else:
        text += ", in force"
    return text if sheet.inherited_from is None else f"{text}; on {sheet.inherited_from}, before it was cut"
