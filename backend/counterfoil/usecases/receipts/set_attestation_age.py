"""Set how long attestations are fresh, as the governor."""

from __future__ import annotations

from counterfoil.domain.states import Office
from counterfoil.usecases.acting import office_key
from counterfoil.usecases.carrying_out import carry_out
from counterfoil.usecases.workbench import Outcome, Workbench


def set_attestation_age(bench: Workbench, *, max_age_s: int) -> Outcome:
    """Let attestations that come after this be fresh for so many seconds."""
    receipt = carry_out(
        bench,
        "set_attestation_age",
        lambda: bench.ledger.set_attestation_age(by=office_key(bench, Office.GOVERNOR), max_age_s=max_age_s),
    )
    return Outcome(operation="set_attestation_age", receipts=(receipt,))
