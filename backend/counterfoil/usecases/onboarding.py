"""Parties from documents: one party for all the identifiers that documents show to be the same entity.

A document is only evidence that its own identifiers belong together. Where they lead to two parties that are
known as different, the document is refused; equal names prove nothing and merge nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from counterfoil.domain.errors import DomainError
from counterfoil.domain.invoice import InvoiceParty
from counterfoil.domain.party_id import party_keys
from counterfoil.domain.states import PartyRole
from counterfoil.store_port import PartyRecord
from counterfoil.usecases import refusals
from counterfoil.usecases.register_party import enrol
from counterfoil.usecases.set_party_roles import set_party_roles
from counterfoil.usecases.workbench import Workbench


@dataclass(slots=True)
class _Entity:
    """What documents say about one entity. owner: its party key where it is known already."""

    name: str
    country: str | None
    keys: list[str]
    owner: str | None = None
    sells: bool = False
    buys: bool = False


@dataclass(slots=True)
class Roster:
    """Entities gathered from a batch of documents, before any is registered."""

    bench: Workbench
    _entities: list[_Entity] = field(default_factory=list)
    _by_key: dict[str, _Entity] = field(default_factory=dict)

    def note_document(self, seller: InvoiceParty, buyer: InvoiceParty) -> None:
        """Take both parties of a document. Raises DomainError PartyKeysConflict and then takes neither."""
        joined = []
        for party in (seller, buyer):
            joined.append((party, party_keys(party), self._meeting(party)))
        for (party, keys, meeting), sells in zip(joined, (True, False), strict=True):
            entity = self._join(party, keys, meeting)
            entity.sells |= sells
            entity.buys |= not sells

    def _meeting(self, party: InvoiceParty) -> list[_Entity]:
        keys = party_keys(party)
        entities = list(
            {id(self._by_key[key]): self._by_key[key] for key in keys if key in self._by_key}.values()
        )
        with self.bench.store.begin() as work:
            known = work.parties.keys_of_identifiers(keys)
        owners = {*known.values(), *(entity.owner for entity in entities if entity.owner)}
        if len(owners) > 1:
            raise DomainError(
                refusals.PARTY_KEYS_CONFLICT,
                name=party.name,
                count=len(owners),
                parties=", ".join(sorted(owners)),
            )
        return entities

    def _join(self, party: InvoiceParty, keys: Sequence[str], meeting: list[_Entity]) -> _Entity:
        # The buyer of this document may have met or made an entity since `meeting` was looked up.
        entities = [entity for entity in self._entities if any(key in entity.keys for key in keys)] or meeting
        entity = entities[0] if entities else _Entity(party.name, party.country, [])
        if not entities:
            self._entities.append(entity)
        for other in entities[1:]:
            entity.keys.extend(other.keys)
            entity.owner = entity.owner or other.owner
            entity.sells |= other.sells
            entity.buys |= other.buys
            self._entities.remove(other)
        entity.keys = list(dict.fromkeys([*entity.keys, *keys]))
        with self.bench.store.begin() as work:
            known = work.parties.keys_of_identifiers(entity.keys)
        entity.owner = entity.owner or next(iter(known.values()), None)
        for key in entity.keys:
            self._by_key[key] = entity
        return entity

    def register(self) -> tuple[PartyRecord, ...]:
        """Put every entity on the ledger that is not there; returns those, in the order of first mention.

        Whoever sells is a supplier; whoever never sells is a core enterprise. A party known as a core
        enterprise that now sells becomes a supplier as well.
        """
        fresh = []
        for entity in self._entities:
            with self.bench.store.begin() as work:
                known = work.parties.by_key(entity.owner) if entity.owner else None
            role = PartyRole.SUPPLIER if entity.sells else PartyRole.CORE_ENTERPRISE
            if known is None or known.party_id is None:
                registered = enrol(
                    self.bench, name=entity.name, keys=entity.keys, roles=role, country=entity.country
                )
                fresh.append(registered.party)
            else:
                self._bring_up_to_date(known, known.party_id, entity)
        return tuple(fresh)

    def _bring_up_to_date(self, known: PartyRecord, party_id: int, entity: _Entity) -> None:
        with self.bench.store.begin() as work:
            work.parties.add_identifiers(known.party_key, entity.keys)
        roles = self.bench.read_model.state.parties[party_id].roles
        if entity.sells and not roles & PartyRole.SUPPLIER:
            set_party_roles(self.bench, party=party_id, roles=roles | PartyRole.SUPPLIER)

    def party_key_of(self, party: InvoiceParty) -> str:
        """The party key under which a document's party is registered now."""
        with self.bench.store.begin() as work:
            found = work.parties.keys_of_identifiers(party_keys(party))
        return next(iter(found.values()))
