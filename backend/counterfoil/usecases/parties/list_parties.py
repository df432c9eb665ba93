"""Parties with what the ledger and the store know of each."""

from __future__ import annotations

from dataclasses import dataclass

from counterfoil.domain.money import Currency
from counterfoil.domain.state.ledger_state import Party
from counterfoil.ports.store import KeyCustody
from counterfoil.usecases.notes.tier_tree import MOVES_OF_LOTS, fold_tiers
from counterfoil.usecases.resolving import PartyRef, find_party, registered_id
from counterfoil.usecases.workbench import Workbench


@dataclass(frozen=True, slots=True, kw_only=True)
class PartySheet:
    """A party. tier: the closest to a debtor at which it held a lot as a supplier, None if it never did.

    balances_minor: cash by currency, without zeros. accepts_all: takes every assignment in advance. custody:
    who has its key.
    """

    party_id: int
    party_key: str
    name: str
    country: str | None
    identifiers: tuple[str, ...]
    on_ledger: Party
    tier: int | None
    accepts_all: bool
    custody: KeyCustody
    balances_minor: tuple[tuple[Currency, int], ...]


def list_parties(bench: Workbench) -> tuple[PartySheet, ...]:
    """Every registered party, by number."""
    state = bench.read_model.state
    tiers = fold_tiers(bench.read_model.history(*MOVES_OF_LOTS), state).of_party
    sheets = []
    with bench.store.begin() as work:
        for party in work.parties.all():
            if party.party_id is None:
                continue
            balances = sorted(
                (currency, amount)
                for (owner, currency), amount in state.balances.items()
                if owner == party.party_id and amount
            )
            sheets.append(
                PartySheet(
                    party_id=party.party_id,
                    party_key=party.party_key,
                    name=party.name,
                    country=party.country,
                    identifiers=work.parties.identifiers_of(party.party_key),
                    on_ledger=state.parties[party.party_id],
                    tier=tiers.get(party.party_id),
                    accepts_all=(party.party_id, 0) in state.acceptances,
                    custody=party.custody,
                    balances_minor=tuple((Currency.of_numeric(code), minor) for code, minor in balances),
                )
            )
    return tuple(sheets)


def show_party(bench: Workbench, *, party: PartyRef) -> PartySheet:
    """One party; raises as find_party does."""
    party_id = registered_id(find_party(bench, party))
    return next(sheet for sheet in list_parties(bench) if sheet.party_id == party_id)
