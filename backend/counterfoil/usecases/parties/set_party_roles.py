"""Change what a party may be on the ledger."""

from __future__ import annotations

from counterfoil.domain.states import Office, PartyRole
from counterfoil.usecases.acting import office_key
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.resolving import PartyRef, party_id_of
from counterfoil.usecases.workbench import Outcome, Workbench


def set_party_roles(bench: Workbench, *, party: PartyRef, roles: PartyRole) -> Outcome:
    """Replace the roles of a party; the registrar signs."""
    party_id = party_id_of(bench, party)
    receipt = carry_out(
        bench,
        "set_party_roles",
        lambda: bench.ledger.set_party_roles(
            by=office_key(bench, Office.REGISTRAR), party_id=party_id, roles=roles
        ),
    )
    return Outcome(operation="set_party_roles", receipts=(receipt,))
