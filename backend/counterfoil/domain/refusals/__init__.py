"""The sentences of everything that the contracts refuse; importing the room declares them all."""

from __future__ import annotations

from counterfoil.domain.refusals import (
    bill_refusals,
    facility_refusals,
    goods_refusals,
    instruction_refusals,
    ledger_refusals,
    money_refusals,
)

__all__ = [
    "bill_refusals",
    "facility_refusals",
    "goods_refusals",
    "instruction_refusals",
    "ledger_refusals",
    "money_refusals",
]
