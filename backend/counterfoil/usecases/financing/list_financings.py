"""Offers, loans and purchases, with what each loan costs to close today."""

from __future__ import annotations

from dataclasses import dataclass

from counterfoil.domain.interest import day_of, simple_interest_minor
from counterfoil.domain.lot import Lot
from counterfoil.domain.money import Currency
from counterfoil.domain.state.ledger_state import Financing
from counterfoil.usecases.resolving import names_of
from counterfoil.usecases.workbench import Workbench


@dataclass(frozen=True, slots=True, kw_only=True)
class FinancingSheet:
    """A financing. debt_minor: what closing the loan would cost now, 0 where nothing is owed."""

    financing: Financing
    lot: Lot
    currency: Currency
    funder_name: str
    holder_name: str | None
    debt_minor: int


def list_financings(bench: Workbench) -> tuple[FinancingSheet, ...]:
    """Every financing, by number, at the ledger's time."""
    state = bench.read_model.state
    today = day_of(bench.chain_now_s())
    sheets = []
    for _, financing in sorted(state.financings.items()):
        parties = [financing.funder_id, *([financing.holder_id] if financing.holder_id else [])]
        names = names_of(bench, parties)
        holder = None if financing.holder_id is None else names.get(financing.holder_id, "")
        sheets.append(
            FinancingSheet(
                financing=financing,
                lot=state.lots[financing.lot_id],
                currency=Currency.of_numeric(financing.currency),
                funder_name=names.get(financing.funder_id, ""),
                holder_name=holder,
                debt_minor=_debt(financing, today),
            )
        )
    return tuple(sheets)


def _debt(financing: Financing, today: int) -> int:
    if financing.principal_minor == 0:
        return financing.interest_minor
    accrued = simple_interest_minor(
        principal_minor=financing.principal_minor,
        rate_bps=financing.rate_bps,
        day_basis=financing.day_basis,
        days_run=today - financing.accrued_day,
    )
    return financing.principal_minor + financing.interest_minor + accrued
