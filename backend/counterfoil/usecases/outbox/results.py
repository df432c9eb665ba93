"""What a command brought about, read from the events of its instructions."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from counterfoil.domain.lot import AssetId, LotId
from counterfoil.ports.commands import CommandRecord, StepRecord
from counterfoil.ports.engine import EventRecord
from counterfoil.usecases.goods_resolving import asset_text
from counterfoil.usecases.outbox.problems import plain
from counterfoil.usecases.wording import canonical_json

# What is new on the ledger after an event, and by which name a result tells it.
_NUMBERED: Mapping[str, tuple[str, str]] = {
    "ActProposed": ("proposal", "proposal_id"),
    "BillIssued": ("bill", "bill_id"),
    "CashRedeemed": ("redemption", "redemption_id"),
    "FacilityOffered": ("facility", "facility_id"),
    "LoanOffered": ("financing", "financing_id"),
    "NoteProposed": ("note", "note_id"),
    "PartyRegistered": ("party", "party_id"),
    "PurchaseOffered": ("financing", "financing_id"),
    "ReceiptDrafted": ("receipt", "receipt_id"),
    "StockOpened": ("stock", "stock_id"),
}
_SPLIT = "LotSplit"
_RECEIPT_SPLIT = "ReceiptSplit"
_DIVIDED = "LienDivided"


def event_forms(records: Iterable[EventRecord]) -> list[dict[str, Any]]:
    """Events as a result shows them."""
    return [
        {
            "contract": record.contract,
            "event": record.event,
            "block_number": record.block_number,
            "log_index": record.log_index,
            "args": plain(record.args),
        }
        for record in records
    ]


def events_json(records: Iterable[EventRecord]) -> str:
    """As `event_forms`, as text for the store."""
    return json.dumps(event_forms(records), ensure_ascii=False, separators=(",", ":"))


def created_by(events: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Identifiers of what these events (as `event_forms` has them) brought into being, by the names that the
    service uses everywhere; lists where there may be several.
    """
    created: dict[str, Any] = {}
    for event in events:
        name, args = event["event"], event["args"]
        if name in _NUMBERED:
            field, stated = _NUMBERED[name]
            created[stated] = int(args[field])
        elif name == _SPLIT:
            parent = LotId.from_number(int(args["lot"]))
            # The first word of a segment counts its lots (contracts/types/PackedLots.sol).
            count = int(args["words"][0]) >> 196 & 0xFFF
            created.setdefault("lots", []).extend(
                str(LotId(parent.note_id, int(args["segment"]), index)) for index in range(count)
            )
        elif name == _RECEIPT_SPLIT:
            created.setdefault("receipt_ids", []).append(int(args["part"]))
        elif name == _DIVIDED:
            for part in ("kept", "freed"):
                created[part] = asset_text(AssetId.from_number(int(args[part])))
    return created


def result_json(command: CommandRecord, steps: Sequence[StepRecord]) -> str:
    """The result of a command from its steps that took effect, in their order."""
    events = [event for step in steps if step.events_json for event in json.loads(step.events_json)]
    last = steps[-1]
    return canonical_json(
        {
            "operation": command.operation,
            "created": created_by(events),
            "tx_hash": last.tx_hash,
            "block_number": last.block_number,
            "gas_used": sum(step.gas_used or 0 for step in steps),
            "events": events,
        }
    )
