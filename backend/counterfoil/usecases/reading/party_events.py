"""The stored events that concern a party, page by page and decoded."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from counterfoil.domain.events.ledger_events import LedgerEvent, Recorded
from counterfoil.domain.visibility import Viewer
from counterfoil.ports.chain_log import BEFORE_ALL, EventPlace
from counterfoil.ports.engine import EventRecord
from counterfoil.ports.service_store import ServiceStorePort, ServiceUnitOfWork

PAGE = 500

Decode = Callable[[EventRecord], Recorded | None]


def page_of_events(
    work: ServiceUnitOfWork,
    decode: Decode,
    viewer: Viewer,
    *,
    after: EventPlace,
    up_to_block: int,
    names: Collection[str] | None = None,
    limit: int = PAGE,
) -> tuple[list[Recorded], EventPlace | None, bool]:
    """Events after a place that concern the viewer; the place of the last one that was looked at, None where
    there was none; and whether more may follow. Events of the contracts' own administration are left out.
    """
    if viewer.party_id is None and not viewer.sees_all:
        return [], None, False
    found = work.chain_log.page(
        after=after,
        up_to_block=up_to_block,
        events=names,
        party=None if viewer.sees_all else viewer.party_id,
        limit=limit,
    )
    decoded = [recorded for recorded in map(decode, found) if recorded is not None]
    last = EventPlace(found[-1].block_number, found[-1].log_index) if found else None
    return decoded, last, len(found) == limit


def events_of_party(
    store: ServiceStorePort,
    decode: Decode,
    party_id: int,
    kinds: Collection[type[LedgerEvent]],
    *,
    up_to_block: int,
) -> Iterator[Recorded]:
    """Every event of these kinds that concerns a party, in order."""
    place, more = BEFORE_ALL, True
    names = [kind.__name__ for kind in kinds]
    while more:
        with store.read() as work:
            found, last, more = page_of_events(
                work, decode, Viewer(party_id), after=place, up_to_block=up_to_block, names=names
            )
        place = last or place
        yield from found
