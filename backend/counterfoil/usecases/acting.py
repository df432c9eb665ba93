"""Who acts: a party with its own key, or an office of the consortium with its key."""

from __future__ import annotations

from dataclasses import dataclass

from counterfoil.domain.states import Office
from counterfoil.ports.engine import Signer
from counterfoil.ports.store import PartyRecord
from counterfoil.usecases.resolving import PartyRef, find_party, registered_id
from counterfoil.usecases.workbench import Workbench


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """The acting party. Its key is opened only when something is to be signed."""

    bench: Workbench
    party: PartyRecord
    party_id: int

    @property
    def key(self) -> Signer:
        """The party's own key, opened."""
        return self.bench.keys.party_signer(self.party)


def actor_of(bench: Workbench, reference: PartyRef) -> Actor:
    """The acting party; raises as find_party does."""
    party = find_party(bench, reference)
    return Actor(bench=bench, party=party, party_id=registered_id(party))


def office_key_name(office: Office) -> str:
    """The name of an office's key in the keystore."""
    return office.name.lower()


def office_key(bench: Workbench, office: Office) -> Signer:
    """An office's key, opened."""
    return bench.keys.signer(office_key_name(office))
