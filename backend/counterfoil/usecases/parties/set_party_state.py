"""Suspend a party, or let it act again. What it holds stays its own either way."""

from __future__ import annotations

from counterfoil.domain.states import Office, PartyState
from counterfoil.usecases.acting import office_key
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.resolving import PartyRef, party_id_of
from counterfoil.usecases.workbench import Outcome, Workbench


def set_party_state(bench: Workbench, *, party: PartyRef, active: bool) -> Outcome:
    """Suspend or reactivate a party; the registrar signs."""
    party_id = party_id_of(bench, party)
    state = PartyState.ACTIVE if active else PartyState.SUSPENDED
    receipt = carry_out(
        bench,
        "set_party_state",
        lambda: bench.ledger.set_party_state(
            by=office_key(bench, Office.REGISTRAR), party_id=party_id, state=state
        ),
    )
    return Outcome(operation="set_party_state", receipts=(receipt,))
