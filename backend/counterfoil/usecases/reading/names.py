"""Names of parties, kept in memory: almost every answer has some."""

from __future__ import annotations

from dataclasses import dataclass

from counterfoil.ports.store import PartyRecord, StorePort


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownParty:
    """A party as the store has it. identifiers: every spelling that leads to it, sorted."""

    record: PartyRecord
    identifiers: tuple[str, ...]


class Names:
    """Reads all parties again when there is one that it does not know."""

    def __init__(self, store: StorePort) -> None:
        self._store = store
        self._known: dict[int, KnownParty] = {}
        self._read_at = -1

    def refresh(self, parties: int) -> None:
        """Read the parties again if their number has grown since. parties: how many the ledger has."""
        if parties == self._read_at:
            return
        with self._store.read() as work:
            known = {
                party.party_id: KnownParty(
                    record=party, identifiers=work.parties.identifiers_of(party.party_key)
                )
                for party in work.parties.all()
                if party.party_id is not None
            }
        self._known, self._read_at = known, parties

    def of(self, party_id: int) -> str:
        """The name; empty where another member keeps it."""
        found = self._known.get(party_id)
        return "" if found is None else found.record.name

    def known(self, party_id: int) -> KnownParty | None:
        """What the store has of a party."""
        return self._known.get(party_id)
