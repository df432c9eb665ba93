"""A ledger in memory whose events stand in a real store, and the service's reading side over it.

The store has the events as bare numbers, and `World.decode` looks them up: no chain is needed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from counterfoil.domain.concern import concerned
from counterfoil.domain.errors import DomainError
from counterfoil.domain.events.ledger_events import PartyRegistered, Recorded
from counterfoil.domain.ledger import Ledger
from counterfoil.domain.projection.fold import apply
from counterfoil.domain.state.ledger_state import LedgerState
from counterfoil.domain.subjects import subjects_of
from counterfoil.ports.chain_log import IndexedEvent
from counterfoil.ports.engine import BlockHead, EventRecord
from counterfoil.ports.store import PartyRecord
from counterfoil.store.unit_of_work import Store
from counterfoil.usecases.reading.read_side import ReadSide

SEALED_BROKEN = "SealBroken"
FIRST_S = 1_750_000_000


class PlainSealing:
    """Seals by writing the purpose beside the text: a test of what is done with seals, not of seals."""

    def seal(self, plaintext: bytes, purpose: str) -> str:
        return f"{purpose}|{plaintext.decode()}".encode().hex()

    def unseal(self, sealed: str, purpose: str) -> bytes:
        try:
            stated, _, text = bytes.fromhex(sealed).decode().partition("|")
        except ValueError:
            stated, text = "", ""
        if stated != purpose:
            raise DomainError(SEALED_BROKEN)
        return text.encode()


@dataclass
class World:
    """A store that grows with a ledger. per_block: how many events a block has."""

    store: Store
    ledger: Ledger
    per_block: int = 3
    stored: list[Recorded] = field(default_factory=list)
    state: LedgerState = field(default_factory=LedgerState)
    fork: int = 0

    def decode(self, record: EventRecord) -> Recorded | None:
        return self.stored[int(record.args["number"])]

    def side(self) -> ReadSide:
        return ReadSide(self.store, self.decode, sealing=PlainSealing())

    def store_events(self, upto: int | None = None) -> None:
        """Put the ledger's events that the store does not have into further blocks."""
        if not self.stored:
            # As a chain does: nothing happens in its first block.
            self.store_block([])
        events = self.ledger.events[len(self.stored) : upto]
        for start in range(0, len(events), self.per_block):
            self.store_block(events[start : start + self.per_block])

    def store_block(self, events: Sequence[Recorded]) -> None:
        with self.store.begin() as work:
            before = work.chain_log.checkpoint()
            number = before.block_number + 1
            head = BlockHead(
                number=number,
                block_hash=self._hash(number),
                parent_hash=before.block_hash or "0x" + "00" * 32,
                time_s=max((each.at_s for each in events), default=FIRST_S),
            )
            indexed = []
            for log, event in enumerate(events):
                recorded = Recorded(
                    event=event.event,
                    at_s=head.time_s,
                    block_number=number,
                    log_index=log,
                    tx_hash=self._hash(number),
                    sender=event.sender,
                )
                if isinstance(event.event, PartyRegistered):
                    self._name(work, event.event)
                concerns = concerned(recorded, self.state)
                apply(self.state, event)
                record = EventRecord(
                    block_number=number,
                    block_hash=head.block_hash,
                    block_time_s=head.time_s,
                    tx_hash=self._hash(number),
                    tx_index=0,
                    log_index=log,
                    contract="Ledger",
                    address="0x" + "11" * 20,
                    event=type(event.event).__name__,
                    args=self._args(event, len(self.stored)),
                    acting_key=event.sender,
                )
                self.stored.append(recorded)
                indexed.append(IndexedEvent(record, subjects_of(recorded), concerns))
            work.chain_log.append([head], indexed)

    def _hash(self, number: int) -> str:
        return f"0x{self.fork:032x}{number:032x}"

    @staticmethod
    def _args(event: Recorded, number: int) -> dict[str, object]:
        """The place in `stored`, and what the store itself looks at."""
        told = event.event
        args: dict[str, object] = {"number": number}
        if isinstance(told, PartyRegistered):
            args |= {"party": told.party_id, "onboarding_hash": told.onboarding_hash}
        if type(told).__name__ == "NoteProposed":
            args |= {
                "note": told.note_id,  # type: ignore[attr-defined]  # the name says what it is
                "invoices": tuple(
                    [
                        MappingProxyType(
                            {
                                "fingerprint": share.fingerprint,
                                "payable_minor": share.payable_minor,
                                "amount_minor": share.amount_minor,
                            }
                        )
                        for share in told.invoices  # type: ignore[attr-defined]  # the name says what it is
                    ]
                ),
            }
        return args

    @staticmethod
    def _name(work: object, event: PartyRegistered) -> None:
        work.parties.add(  # type: ignore[attr-defined]  # a unit of work
            PartyRecord(
                party_key=party_key(event.party_id),
                name=f"Party {event.party_id}",
                country="DE",
                roles=int(event.roles),
                onboarding_hash=event.onboarding_hash,
                key_name=f"party-{event.party_id}",
            )
        )
        work.parties.add_identifiers(  # type: ignore[attr-defined]  # a unit of work
            party_key(event.party_id), [f"vat:DE{event.party_id:09d}"]
        )


def party_key(party_id: int) -> str:
    return f"vat:DE{party_id:09d}"
