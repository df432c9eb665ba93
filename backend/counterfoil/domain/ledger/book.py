"""What all commands of the in-memory ledger share: the state, the record of events, and who acts."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields
from typing import NoReturn

from counterfoil.domain.errors import DomainError
from counterfoil.domain.events.ledger_events import LedgerEvent, Recorded
from counterfoil.domain.refusals import ledger_refusals as codes
from counterfoil.domain.refusals import money_refusals as money_codes
from counterfoil.domain.state.ledger_state import LedgerState, Party
from counterfoil.domain.states import Office, PartyRole

NO_HASH = bytes(32)
NOBODY = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Who commands and when. key: the address that signs; now_s: seconds since 1970 UTC."""

    key: str
    now_s: int


def refuse(code: str, /, **facts: object) -> NoReturn:
    """Refuse a command; bytes among the facts become 0x text, as the chain's refusals state them."""
    raise DomainError(
        code,
        **{name: "0x" + fact.hex() if isinstance(fact, bytes) else fact for name, fact in facts.items()},
    )


class Book:
    """State and events of one ledger. A refused command changes neither.

    offices: which keys hold which office; of the administration's own record, not of the ledger's.
    """

    def __init__(self, offices: Mapping[Office, frozenset[str]]) -> None:
        self.state = LedgerState()
        self.events: list[Recorded] = []
        self._offices = offices

    def record(self, call: Call, event: LedgerEvent) -> None:
        """Append an event, once the state has changed."""
        self.events.append(Recorded(event=event, at_s=call.now_s, sender=call.key))

    @contextmanager
    def whole(self) -> Iterator[None]:
        """What happens inside happens wholly or, where it is refused half way, not at all."""
        # Records are frozen, so that copies of their containers are a copy of the state.
        kept = {each.name: copy.copy(getattr(self.state, each.name)) for each in fields(LedgerState)}
        recorded = len(self.events)
        try:
            yield
        except DomainError:
            for name, container in kept.items():
                setattr(self.state, name, container)
            del self.events[recorded:]
            raise

    def is_active(self, party_id: int) -> bool:
        """Whether the party exists and may act."""
        party = self.state.parties.get(party_id)
        return party is not None and party.is_active

    def require_office(self, call: Call, office: Office) -> None:
        """Refuse with AccessManagedUnauthorized unless the key holds the office."""
        if call.key not in self._offices.get(office, frozenset()):
            refuse(money_codes.ACCESS_MANAGED_UNAUTHORIZED, caller=call.key)

    def actor(self, call: Call) -> Party:
        """The active party that the key acts for. Refuses with NotAParty or PartySuspended."""
        party = self.state.parties.get(self.state.key_owners.get(call.key, NOBODY))
        if party is None or call.key not in party.keys:
            refuse(codes.NOT_A_PARTY, key=call.key)
        if not party.is_active:
            refuse(codes.PARTY_SUSPENDED, party=party.party_id)
        return party

    def actor_with(self, call: Call, role: PartyRole) -> Party:
        """As `actor`, and admitted in that role; refuses with RoleMissing."""
        party = self.actor(call)
        if not party.roles & role:
            refuse(codes.ROLE_MISSING, party=party.party_id, role=int(role))
        return party

    def require_actor(self, call: Call, expected_id: int) -> None:
        """Refuse with NotThisParty unless the key acts for that party."""
        actor = self.actor(call)
        if actor.party_id != expected_id:
            refuse(codes.NOT_THIS_PARTY, actor=actor.party_id, expected=expected_id)

    def party(self, party_id: int) -> Party:
        """The party, whatever its state. Refuses with PartyUnknown."""
        found = self.state.parties.get(party_id)
        if found is None:
            refuse(codes.PARTY_UNKNOWN, party=party_id)
        return found

    def party_exists(self, party_id: int) -> bool:
        """Whether there is a party of that number."""
        return party_id in self.state.parties
