"""Names of parties, kept in memory: almost every answer has some."""

from __future__ import annotations

from counterfoil.ports.store import PartyRecord, StorePort


class Names:
    """Reads all parties again when the ledger has further ones."""

    def __init__(self, store: StorePort) -> None:
        self._store = store
        self._known: dict[int, PartyRecord] = {}
        self._read_at = -1

    def refresh(self, parties: int) -> None:
        """Read the parties again if their number has grown since. parties: how many were registered."""
        if parties == self._read_at:
            return
        with self._store.read() as work:
            found = work.parties.all()
        self._known = {party.party_id: party for party in found if party.party_id is not None}
        self._read_at = parties

    def of(self, party_id: int) -> str:
        """The name; empty where another member keeps it."""
        found = self._known.get(party_id)
        return "" if found is None else found.name

    def known(self, party_id: int) -> PartyRecord | None:
        """What the store has of a party."""
        return self._known.get(party_id)
