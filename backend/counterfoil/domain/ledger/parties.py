"""Commands over parties, their keys and what they accept in advance (contracts/interfaces/IParties.sol)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from counterfoil.domain.events import ledger_events as ev
from counterfoil.domain.ledger.book import NO_HASH, NOBODY, Book, Call, refuse
from counterfoil.domain.refusals import ledger_refusals as codes
from counterfoil.domain.state.ledger_state import Party
from counterfoil.domain.states import Office, PartyRole, PartyState

MAX_KEYS = 16
NO_ADDRESS = "0x" + 40 * "0"


class Parties:
    """The registrar's commands, and each party's own standing acceptance."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._state = book.state

    def register(self, call: Call, *, roles: PartyRole, onboarding_hash: bytes, keys: Sequence[str]) -> int:
        """Add a legal entity; returns its number."""
        self._book.require_office(call, Office.REGISTRAR)
        if onboarding_hash == NO_HASH:
            refuse(codes.ONBOARDING_HASH_MISSING)
        party_id = len(self._state.parties) + 1
        party = Party(
            party_id=party_id, roles=roles, state=PartyState.ACTIVE, onboarding_hash=onboarding_hash
        )
        for place, key in enumerate(keys):
            # The keys before this one are the party's already: a key stated twice is in use.
            if key in keys[:place]:
                refuse(codes.KEY_IN_USE, key=key, party=party_id)
            self._require_addable(replace(party, keys=frozenset(keys[:place])), key)
        self._state.parties[party_id] = replace(party, keys=frozenset(keys))
        self._book.record(
            call, ev.PartyRegistered(party_id=party_id, roles=roles, onboarding_hash=onboarding_hash)
        )
        for key in keys:
            self._state.key_owners[key] = party_id
            self._book.record(call, ev.KeyAdded(party_id=party_id, key=key))
        return party_id

    def set_roles(self, call: Call, *, party_id: int, roles: PartyRole) -> None:
        """Replace a party's roles."""
        self._book.require_office(call, Office.REGISTRAR)
        self._state.parties[party_id] = replace(self._book.party(party_id), roles=roles)
        self._book.record(call, ev.PartyRolesSet(party_id=party_id, roles=roles))

    def set_state(self, call: Call, *, party_id: int, state: PartyState) -> None:
        """Suspend or reactivate a party."""
        self._book.require_office(call, Office.REGISTRAR)
        party = self._book.party(party_id)
        if state is PartyState.NONE:
            refuse(codes.PARTY_UNKNOWN, party=party_id)
        self._state.parties[party_id] = replace(party, state=state)
        self._book.record(call, ev.PartyStateSet(party_id=party_id, state=state))

    def add_key(self, call: Call, *, party_id: int, key: str) -> None:
        """Let a party act with a further key, or again with one of its own that was removed."""
        self._book.require_office(call, Office.REGISTRAR)
        party = self._book.party(party_id)
        self._require_addable(party, key)
        self._state.parties[party_id] = replace(party, keys=party.keys | {key})
        self._state.key_owners[key] = party_id
        self._book.record(call, ev.KeyAdded(party_id=party_id, key=key))

    def remove_key(self, call: Call, *, party_id: int, key: str) -> None:
        """End the use of a key; it goes to nobody else."""
        self._book.require_office(call, Office.REGISTRAR)
        party = self._book.party(party_id)
        if key not in party.keys:
            refuse(codes.KEY_UNKNOWN, party=party_id, key=key)
        self._state.parties[party_id] = replace(party, keys=party.keys - {key})
        self._book.record(call, ev.KeyRemoved(party_id=party_id, key=key))

    def set_standing_acceptance(self, call: Call, *, debtor_id: int | None, given: bool) -> None:
        """Accept in advance assignments of all notes (debtor_id None) or of one debtor's, or end that."""
        party = self._book.actor(call)
        if debtor_id is not None:
            self._book.party(debtor_id)
        acceptance = (party.party_id, debtor_id or NOBODY)
        if given:
            self._state.acceptances.add(acceptance)
        else:
            self._state.acceptances.discard(acceptance)
        self._book.record(
            call, ev.StandingAcceptanceSet(party_id=party.party_id, debtor_id=debtor_id, given=given)
        )

    def _require_addable(self, party: Party, key: str) -> None:
        owner = self._state.key_owners.get(key, NOBODY)
        returning = owner == party.party_id and key not in party.keys
        if key == NO_ADDRESS or (owner != NOBODY and not returning):
            refuse(codes.KEY_IN_USE, key=key, party=owner)
        if len(party.keys) == MAX_KEYS:
            refuse(codes.TOO_MANY_KEYS, party=party.party_id, maximum=MAX_KEYS)
