"""Parties from documents: one party for all the identifiers that documents show to be the same entity.

A document is only evidence that its own identifiers belong together. Where they lead to two parties that are
known as different, the document is refused; equal names prove nothing and merge nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count

from counterfoil.domain.errors import DomainError
from counterfoil.domain.invoices.invoice import InvoiceParty
from counterfoil.domain.party_id import party_keys
from counterfoil.domain.states import PartyRole
from counterfoil.ports.store import PartyRecord
from counterfoil.usecases import refusals
from counterfoil.usecases.parties.register_party import enrol
from counterfoil.usecases.parties.set_party_roles import set_party_roles
from counterfoil.usecases.workbench import Workbench


@dataclass(slots=True)
class _Entity:
    """What documents say about one entity. place: order of first mention; owner: party key, if it has one."""

    place: int
    name: str
    country: str | None
    keys: list[str]
    owner: str | None = None
    sells: bool = False


@dataclass(slots=True)
class Roster:
    """Entities gathered from a batch of documents, before any is registered."""

    bench: Workbench
    _entities: dict[int, _Entity] = field(default_factory=dict)
    _by_key: dict[str, _Entity] = field(default_factory=dict)
    _places: Iterator[int] = field(default_factory=count)

    def note_document(self, seller: InvoiceParty, buyer: InvoiceParty) -> None:
        """Take both parties of a document, or neither: raises PartyKeysConflict or InvoiceToSelf."""
        for party in (seller, buyer):
            self._require_one_owner(party)
        if self._are_one(seller, buyer):
            raise DomainError(refusals.INVOICE_TO_SELF, seller=seller.name, buyer=buyer.name)
        self._join(seller).sells = True
        self._join(buyer)

    def _are_one(self, seller: InvoiceParty, buyer: InvoiceParty) -> bool:
        keys = party_keys(seller), party_keys(buyer)
        if set(keys[0]) & set(keys[1]):
            return True
        met = {entity.place for entity in self._met(keys[0])} & {
            entity.place for entity in self._met(keys[1])
        }
        return bool(met or self._known_owners(keys[0]) & self._known_owners(keys[1]))

    def _require_one_owner(self, party: InvoiceParty) -> None:
        owners = self._known_owners(party_keys(party))
        owners.update(entity.owner for entity in self._met(party_keys(party)) if entity.owner)
        if len(owners) > 1:
            listed = ", ".join(sorted(owners))
            raise DomainError(
                refusals.PARTY_KEYS_CONFLICT, name=party.name, count=len(owners), parties=listed
            )

    def _known_owners(self, keys: Sequence[str]) -> set[str]:
        with self.bench.store.begin() as work:
            return set(work.parties.keys_of_identifiers(keys).values())

    def _met(self, keys: Sequence[str]) -> list[_Entity]:
        """The entities of this batch that these keys lead to, in the order of first mention."""
        met = {id(self._by_key[key]): self._by_key[key] for key in keys if key in self._by_key}
        return sorted(met.values(), key=lambda entity: entity.place)

    def _join(self, party: InvoiceParty) -> _Entity:
        """The one entity of a party, made or merged from all that its keys lead to."""
        keys = party_keys(party)
        met = self._met(keys)
        entity = met[0] if met else _Entity(next(self._places), party.name, party.country, [])
        if not met:
            self._entities[entity.place] = entity
        for other in met[1:]:
            entity.keys.extend(other.keys)
            entity.owner = entity.owner or other.owner
            entity.sells |= other.sells
            del self._entities[other.place]
        entity.keys = list(dict.fromkeys([*entity.keys, *keys]))
        entity.owner = entity.owner or next(iter(self._known_owners(entity.keys)), None)
        self._by_key.update(dict.fromkeys(entity.keys, entity))
        return entity

    def register(self) -> tuple[PartyRecord, ...]:
        """Put every entity on the ledger that is not there; returns those, in the order of first mention.

        Whoever sells is a supplier; whoever never sells is a core enterprise. A party known as a core
        enterprise that now sells becomes a supplier as well.
        """
        fresh = []
        for entity in self._entities.values():
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
        """The party key under which a document's party is registered now.

        Raises DomainError PartyNotFound, or PartyKeysConflict where its identifiers lead to several.
        """
        with self.bench.store.begin() as work:
            found = work.parties.keys_of_identifiers(party_keys(party))
        owners = sorted(set(found.values()))
        if not owners:
            raise DomainError(refusals.PARTY_NOT_FOUND, reference=party.name)
        if len(owners) > 1:
            raise DomainError(
                refusals.PARTY_KEYS_CONFLICT, name=party.name, count=len(owners), parties=", ".join(owners)
            )
        return owners[0]
