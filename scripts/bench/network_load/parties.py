"""Who acts: keys made from numbers, so that any process of a run knows them without a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

from eth_utils import keccak

from counterfoil.chain.pipeline.signing import LaneKey
from counterfoil.domain.states import PartyRole

_KEYS = "counterfoil network bench"


def bench_key(name: str) -> LaneKey:
    """The key of that name, the same in every run: worth nothing outside a bench's own chain."""
    return LaneKey(keccak(text=f"{_KEYS}: {name}"))


@dataclass(frozen=True, slots=True)
class BenchParty:
    """A party: its number on chain and its key."""

    number: int
    key: LaneKey


class Cast:
    """All parties of a run. They are registered in this order on an empty ledger, so numbers are known
    beforehand.
    """

    def __init__(self, *, debtors: int = 12, suppliers: int = 240, funders: int = 12) -> None:
        counts = (
            (PartyRole.CORE_ENTERPRISE, debtors),
            (PartyRole.SUPPLIER, suppliers),
            (PartyRole.FUNDER, funders),
        )
        self.roles: Sequence[PartyRole] = tuple(chain.from_iterable([role] * count for role, count in counts))
        everybody = tuple(
            BenchParty(place, bench_key(f"party {place}")) for place in range(1, len(self.roles) + 1)
        )
        self.everybody: Sequence[BenchParty] = everybody
        self.debtors = everybody[:debtors]
        self.suppliers = everybody[debtors : debtors + suppliers]
        self.funders = everybody[debtors + suppliers :]

    @cached_property
    def governor(self) -> LaneKey:
        """Deploys the contracts and holds every office: who administers costs no party anything."""
        return bench_key("governor")

    def key_of(self, number: int) -> LaneKey:
        """A party's key."""
        return self.everybody[number - 1].key
