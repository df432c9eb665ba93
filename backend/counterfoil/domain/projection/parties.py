"""Folds of the events of parties and administration; see counterfoil.domain.projection.fold."""

from __future__ import annotations

from dataclasses import replace

from counterfoil.domain.events import cash_events as cash
from counterfoil.domain.events import ledger_events as ev
from counterfoil.domain.state.ledger_state import LedgerState, Party
from counterfoil.domain.states import PartyState


def party_registered(state: LedgerState, event: ev.PartyRegistered, _: ev.Recorded) -> None:
    """Numbers are given without gaps, so a gap is a missed event."""
    if event.party_id != len(state.parties) + 1:
        raise ValueError(f"party {event.party_id} follows {len(state.parties)} parties")
    state.parties[event.party_id] = Party(
        party_id=event.party_id,
        roles=event.roles,
        state=PartyState.ACTIVE,
        onboarding_hash=event.onboarding_hash,
    )


def party_roles_set(state: LedgerState, event: ev.PartyRolesSet, _: ev.Recorded) -> None:
    """Replace the roles."""
    state.parties[event.party_id] = replace(state.parties[event.party_id], roles=event.roles)


def party_state_set(state: LedgerState, event: ev.PartyStateSet, _: ev.Recorded) -> None:
    """Suspend or reactivate."""
    state.parties[event.party_id] = replace(state.parties[event.party_id], state=event.state)


def key_added(state: LedgerState, event: ev.KeyAdded, _: ev.Recorded) -> None:
    """A key belongs to one party for ever."""
    if state.key_owners.get(event.key, event.party_id) != event.party_id:
        raise ValueError(f"key {event.key} belongs to party {state.key_owners[event.key]}")
    party = state.parties[event.party_id]
    state.parties[event.party_id] = replace(party, keys=party.keys | {event.key})
    state.key_owners[event.key] = event.party_id


def key_removed(state: LedgerState, event: ev.KeyRemoved, _: ev.Recorded) -> None:
    """The key acts no more; its owner stays on record."""
    party = state.parties[event.party_id]
    if event.key not in party.keys:
        raise ValueError(f"party {event.party_id} does not use key {event.key}")
    state.parties[event.party_id] = replace(party, keys=party.keys - {event.key})


def standing_acceptance_set(state: LedgerState, event: ev.StandingAcceptanceSet, _: ev.Recorded) -> None:
    """Keep or drop the acceptance."""
    acceptance = (event.party_id, event.debtor_id or 0)
    if event.given:
        state.acceptances.add(acceptance)
    else:
        state.acceptances.discard(acceptance)


def module_set(state: LedgerState, event: cash.ModuleSet, _: ev.Recorded) -> None:
    """Admit or shut out a module of one contract."""
    if event.admitted:
        state.modules.add((event.contract, event.module))
    else:
        state.modules.discard((event.contract, event.module))


def asset_kind_set(state: LedgerState, event: cash.AssetKindSet, _: ev.Recorded) -> None:
    """Where assets of a kind are kept."""
    state.asset_kinds[event.kind] = event.assets
