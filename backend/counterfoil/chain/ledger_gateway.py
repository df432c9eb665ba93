"""The ledger in the domain's words on any engine: commands, the contracts' own views, decoded events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import counterfoil.domain.refusals  # noqa: F401 - declares the sentences of what the contracts refuse
from counterfoil.chain.administration import AdministrationCalls
from counterfoil.chain.contract_calls import BILLS, CASH, FACILITIES, FINANCING, LEDGER, WAREHOUSE
from counterfoil.chain.council_commands import AnchorCalls, CouncilCalls, KeyCalls
from counterfoil.chain.event_codec import decode_event
from counterfoil.chain.facility_commands import FacilityCalls, LienCalls
from counterfoil.chain.goods_commands import BillCalls, PriceCalls, ReceiptCalls, StockCalls
from counterfoil.chain.goods_views import FacilityAnswers, GoodsAnswers
from counterfoil.chain.ledger_commands import LotCalls, NoteCalls, PartyCalls
from counterfoil.chain.money_commands import MoneyCalls
from counterfoil.chain.packed_lots import unpack_segment
from counterfoil.domain.events.ledger_events import Recorded
from counterfoil.domain.lot import LotId
from counterfoil.ports.engine import BlockEvents, BlockHead, EventRecord


class LedgerGateway(
    PartyCalls,
    NoteCalls,
    LotCalls,
    MoneyCalls,
    StockCalls,
    ReceiptCalls,
    BillCalls,
    PriceCalls,
    LienCalls,
    FacilityCalls,
    KeyCalls,
    CouncilCalls,
    AdministrationCalls,
    AnchorCalls,
    GoodsAnswers,
    FacilityAnswers,
):
    """counterfoil.ports.ledger.LedgerPort on the contracts.

    block: number of the block whose state is asked for, so that several answers belong together.
    """

    def head(self) -> tuple[int, int]:
        """Number and time (epoch seconds) of the newest block."""
        return self._gateway.head()

    def party_view(self, party_id: int, *, block: int) -> tuple[int, int, tuple[str, ...]]:
        """State, roles and keys."""
        state, roles, keys = self._gateway.call(LEDGER, "partyOf", [party_id], block=block)
        return int(state), int(roles), tuple(keys)

    def note_view(self, note_id: int, *, block: int) -> Mapping[str, Any]:
        """INotes.NoteView."""
        return self._mapping(LEDGER, "noteOf", note_id, block=block)

    def lot_view(self, lot_id: LotId, *, block: int) -> Mapping[str, Any]:
        """ILots.LotView."""
        return self._mapping(LEDGER, "lotOf", lot_id.number, block=block)

    def segment_view(self, note_id: int, segment: int, *, block: int) -> tuple[tuple[int, int, int], ...]:
        """The lots of a segment as they lie in storage: last position, party, state."""
        words = self._gateway.call(LEDGER, "segmentWords", [note_id, segment], block=block)
        if not words:
            return ()
        children = unpack_segment(words).children
        return tuple((child.positions.last, child.party_id, int(child.state)) for child in children)

    def financing_view(self, financing_id: int, *, block: int) -> Mapping[str, Any]:
        """IFinancing.FinancingView."""
        return self._mapping(FINANCING, "financingOf", financing_id, block=block)

    def invoice_view(self, fingerprint: bytes, *, block: int) -> Mapping[str, Any]:
        """IInvoices.InvoiceRecord."""
        return self._mapping(LEDGER, "invoiceOf", fingerprint, block=block)

    def balance_view(self, party_id: int, currency: int, *, block: int) -> int:
        """Cash of a party."""
        return int(self._gateway.call(CASH, "balanceOf", [party_id, currency], block=block))

    def supply_view(self, currency: int, *, block: int) -> int:
        """Cash of everybody."""
        return int(self._gateway.call(CASH, "supplyOf", [currency], block=block))

    def counts_view(self, *, block: int) -> Mapping[str, int]:
        """How many there are of what the contracts number."""
        return {
            "parties": int(self._gateway.call(LEDGER, "partyCount", block=block)),
            "notes": int(self._gateway.call(LEDGER, "noteCount", block=block)),
            "financings": int(self._gateway.call(FINANCING, "financingCount", block=block)),
            "stocks": int(self._gateway.call(WAREHOUSE, "stockCount", block=block)),
            "receipts": int(self._gateway.call(WAREHOUSE, "receiptCount", block=block)),
            "bills": int(self._gateway.call(BILLS, "billCount", block=block)),
            "facilities": int(self._gateway.call(FACILITIES, "facilityCount", block=block)),
        }

    def accepts_in_advance(self, assignee_id: int, debtor_id: int) -> bool:
        """Whether an assignment moves at once."""
        return bool(self._gateway.call(LEDGER, "acceptsInAdvance", [assignee_id, debtor_id]))

    def events(self, *, from_block: int, to_block: int) -> Iterator[EventRecord]:
        """The contracts' events in a range of blocks, both ends included, their number checked."""
        return self._gateway.events(from_block=from_block, to_block=to_block)

    def newest_block(self) -> BlockHead:
        """The newest block."""
        return self._gateway.newest_block()

    def block_heads(self, numbers: Sequence[int]) -> tuple[BlockHead | None, ...]:
        """The blocks at these heights as the chain has them now, None where there is none."""
        return self._gateway.block_heads(numbers)

    def read_blocks(self, *, from_block: int, to_block: int) -> tuple[BlockEvents, ...]:
        """The first blocks of a range with their events, complete; later calls bring the rest."""
        return self._gateway.read_blocks(from_block=from_block, to_block=to_block)

    def decode(self, record: EventRecord) -> Recorded | None:
        """The domain's event; None for administration of the roles. Raises DomainError EventUnreadable."""
        return decode_event(record)
