"""Sales that lead round: what an auditor asks about before it believes a turnover (Trafigura 2023)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from counterfoil.domain.goods.title_transfers import title_transfers
from counterfoil.domain.goods.trade_loops import TradeLoop, find_trade_loops
from counterfoil.usecases.resolving import PartyRef, names_of, party_id_of
from counterfoil.usecases.workbench import Workbench

WINDOW_DAYS = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopSheet:
    """A loop. party_names: in the order of its parties."""

    loop: TradeLoop
    party_names: tuple[str, ...]


def flag_trade_loops(
    bench: Workbench,
    *,
    window_days: int = WINDOW_DAYS,
    affiliates: Sequence[Sequence[PartyRef]] = (),
) -> tuple[LoopSheet, ...]:
    """Buy-backs and circles among all transfers of title on the ledger, oldest first.

    window_days: the longest that one way round may take. affiliates: groups that count as one party; the
    ledger does not know who belongs to whom. Raises DomainError LoopInputInvalid for a window that is not
    above zero, and what resolving a party raises.
    """
    loops = find_trade_loops(
        title_transfers(bench.read_model.history()),
        window=timedelta(days=window_days),
        affiliates=[[party_id_of(bench, party) for party in group] for group in affiliates],
    )
    names = names_of(bench, sorted({party for loop in loops for party in loop.parties}))
    return tuple(
        LoopSheet(loop=loop, party_names=tuple(names.get(party, "") for party in loop.parties))
        for loop in loops
    )
