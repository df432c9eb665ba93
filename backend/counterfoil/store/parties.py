"""Parties and their identifiers in the store."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Row, func, insert, or_, select, update

from counterfoil.domain.errors import DomainError, declare
from counterfoil.ports.store import KeyCustody, PartyRecord
from counterfoil.store.schema import parties, party_identifiers

IDENTIFIER_TAKEN = declare(
    "IdentifierTaken",
    "the identifier {identifier} belongs to another party already",
    "Compare the document with the register of companies; one identifier leads to one party.",
)

PARTY_IDS = range(1, 2**24)


class SqlParties:
    """The Parties protocol on SQL."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, party: PartyRecord) -> None:
        """Keep a new party."""
        self._connection.execute(
            insert(parties).values(
                party_key=party.party_key,
                name=party.name,
                country=party.country,
                roles=party.roles,
                onboarding_hash=party.onboarding_hash.hex(),
                key_name=party.key_name,
                party_id=party.party_id,
                custody=party.custody.value,
            )
        )

    def set_key(self, party_key: str, *, key_name: str, custody: KeyCustody) -> None:
        """Say anew where a party's key is."""
        self._connection.execute(
            update(parties)
            .where(parties.c.party_key == party_key)
            .values(key_name=key_name, custody=custody.value)
        )

    def add_identifiers(self, party_key: str, identifiers: Iterable[str]) -> None:
        """Let more identifiers lead to a party; raises DomainError IdentifierTaken for another party's."""
        wanted = tuple(dict.fromkeys(identifiers))
        known = self.keys_of_identifiers(wanted)
        for identifier in wanted:
            owner = known.get(identifier)
            if owner is None:
                self._connection.execute(
                    insert(party_identifiers).values(identifier=identifier, party_key=party_key)
                )
            elif owner != party_key:
                raise DomainError(IDENTIFIER_TAKEN, identifier=identifier)

    def keys_of_identifiers(self, identifiers: Iterable[str]) -> dict[str, str]:
        """Party key by identifier, for the identifiers that are known."""
        rows = self._connection.execute(
            select(party_identifiers.c.identifier, party_identifiers.c.party_key).where(
                party_identifiers.c.identifier.in_(tuple(identifiers))
            )
        )
        return {row.identifier: row.party_key for row in rows}

    def identifiers_of(self, party_key: str) -> tuple[str, ...]:
        """Every identifier that leads to a party, sorted."""
        found = self._connection.scalars(
            select(party_identifiers.c.identifier)
            .where(party_identifiers.c.party_key == party_key)
            .order_by(party_identifiers.c.identifier)
        )
        return tuple(found)

    def by_key(self, party_key: str) -> PartyRecord | None:
        """The party of a key."""
        return self._first(parties.c.party_key == party_key)

    def by_id(self, party_id: int) -> PartyRecord | None:
        """The party of a number on the chain."""
        if party_id not in PARTY_IDS:  # a bound value beyond its column's width is an error on PostgreSQL
            return None
        return self._first(parties.c.party_id == party_id)

    def by_name(self, name: str) -> tuple[PartyRecord, ...]:
        """Parties of exactly this name; several may share it."""
        return self._where(parties.c.name == name)

    def by_identifier_value(self, value: str) -> tuple[PartyRecord, ...]:
        """Parties with an identifier of this canonical value, whatever its scheme."""
        # LIKE ignores the case of letters on SQLite only; comparing the end is the same everywhere.
        identifier, ending = party_identifiers.c.identifier, f":{value}"
        end = func.substr(identifier, func.length(identifier) - len(ending) + 1)
        keys = select(party_identifiers.c.party_key).where(or_(identifier == value, end == ending))
        return self._where(parties.c.party_key.in_(keys))

    def all(self) -> tuple[PartyRecord, ...]:
        """Every party, by its number; those not yet on the chain last."""
        found = self._connection.execute(
            select(parties).order_by(parties.c.party_id.is_(None), parties.c.party_id, parties.c.party_key)
        )
        return tuple(_record(row) for row in found)

    def _first(self, condition: Any) -> PartyRecord | None:
        found = self._where(condition)
        return found[0] if found else None

    def _where(self, condition: Any) -> tuple[PartyRecord, ...]:
        rows = self._connection.execute(select(parties).where(condition).order_by(parties.c.party_key))
        return tuple(_record(row) for row in rows)


def _record(row: Row[Any]) -> PartyRecord:
    return PartyRecord(
        party_key=row.party_key,
        name=row.name,
        country=row.country,
        roles=row.roles,
        onboarding_hash=bytes.fromhex(row.onboarding_hash),
        key_name=row.key_name,
        party_id=row.party_id,
        custody=KeyCustody(row.custody),
    )
