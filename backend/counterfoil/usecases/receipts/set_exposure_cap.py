"""Set how much a keeper's live receipts may be worth in a currency, as the governor."""

from __future__ import annotations

from counterfoil.domain.money import Currency, check_ledger_amount
from counterfoil.domain.states import Office
from counterfoil.usecases.acting import office_key
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.resolving import PartyRef, party_id_of
from counterfoil.usecases.workbench import Outcome, Workbench


def set_exposure_cap(bench: Workbench, *, keeper: PartyRef, currency: str, cap_minor: int) -> Outcome:
    """Set the cap; 0 stops new receipts. currency: ISO 4217 letters."""
    keeper_id = party_id_of(bench, keeper)
    unit = Currency.of(currency)
    cap = check_ledger_amount(cap_minor)
    receipt = carry_out(
        bench,
        "set_exposure_cap",
        lambda: bench.ledger.set_exposure_cap(
            by=office_key(bench, Office.GOVERNOR), keeper_id=keeper_id, currency=unit.numeric, cap_minor=cap
        ),
    )
    return Outcome(operation="set_exposure_cap", receipts=(receipt,))
