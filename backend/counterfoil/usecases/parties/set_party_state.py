"""Suspend a party, or let it act again. What it holds stays its own either way."""

from __future__ import annotations

from counterfoil.domain.states import Office, PartyState
from counterfoil.ports.engine import Receipt
from counterfoil.usecases.acting import office_key
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.resolving import PartyRef, party_id_of
from counterfoil.usecases.workbench import Outcome, Workbench


def set_party_state(bench: Workbench, *, party: PartyRef, active: bool) -> Outcome:
    """Suspend or reactivate a party; the registrar signs.

    Where the council administers, the registrar suspends whoever is no member of it, and nobody acts again
    without a vote.
    """
    party_id = party_id_of(bench, party)

    def send() -> Receipt:
        by = office_key(bench, Office.REGISTRAR)
        if active:
            return bench.ledger.set_party_state(by=by, party_id=party_id, state=PartyState.ACTIVE)
        return bench.ledger.suspend_party(by=by, party_id=party_id)

    receipt = carry_out(bench, "set_party_state", send)
    return Outcome(operation="set_party_state", receipts=(receipt,))
