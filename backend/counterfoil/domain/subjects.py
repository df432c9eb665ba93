"""The objects in whose history an event stands; counterfoil.domain.concern says which parties it concerns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Any

from counterfoil.domain.events import cash_events as cash
from counterfoil.domain.events import council_events as council
from counterfoil.domain.events import facility_events as facilities
from counterfoil.domain.events import goods_events as goods
from counterfoil.domain.events import ledger_events as ev
from counterfoil.domain.events import lien_events as liens
from counterfoil.domain.lot import ASSET_KIND_LOT, ASSET_KIND_RECEIPT, AssetId, LotId
from counterfoil.domain.state.facility_state import facility_number

_OF_PARTIES = (
    ev.PartyRegistered,
    ev.PartyRolesSet,
    ev.PartyStateSet,
    ev.KeyAdded,
    ev.KeyRemoved,
    ev.StandingAcceptanceSet,
    council.KeyRotated,
    council.OwnKeyAdded,
    council.OwnKeyRemoved,
)

Teller = Callable[[Any], tuple[str, ...]]

# What the fields of each kind of event lead to, found out when the first of a kind comes.
_SUBJECTS: dict[type[ev.LedgerEvent], tuple[tuple[str, Teller], ...]] = {}


def subjects_of(recorded: ev.Recorded) -> tuple[str, ...]:
    """The objects in whose history an event stands, each once: 'note:5', 'lot:5.1.0', 'receipt:7', 'party:9'.

    A lot's events stand under its note as well. A split stands under 'segment:5.1', once for all the lots
    that it made: the history of lot:5.1.0 is what stands under the lot and under its segment. A payment
    stands under its note alone. A party's own history is what its registration, keys and cash say of it.
    """
    event = recorded.event
    kind = type(event)
    found: dict[str, None] = {}
    tellers = _SUBJECTS.get(kind)
    if tellers is None:
        tellers = _SUBJECTS.setdefault(kind, _tellers(kind))
    for name, tell in tellers:
        found.update(dict.fromkeys(tell(getattr(event, name))))
    if isinstance(event, ev.LotSplit):
        found[f"segment:{event.lot_id.note_id}.{event.segment}"] = None
    elif isinstance(event, cash.CashSettled):
        found.update((f"party:{each.party_id}", None) for each in event.payments)
    return tuple(found)


def subjects_in_history(subject: str) -> tuple[str, ...]:
    """Under which subjects the history of one stands: a lot's also under the segment that it was made in."""
    kind, _, number = subject.partition(":")
    if kind != "lot":
        return (subject,)
    return subject, f"segment:{number.rpartition('.')[0]}"


def _about_lot(lot_id: LotId) -> tuple[str, ...]:
    return f"note:{lot_id.note_id}", f"lot:{lot_id.note_id}.{lot_id.segment}.{lot_id.index}"


def _about_asset(asset_id: AssetId) -> tuple[str, ...]:
    if asset_id.kind == ASSET_KIND_LOT:
        return _about_lot(asset_id.lot_id)
    if asset_id.kind == ASSET_KIND_RECEIPT:
        return (f"receipt:{asset_id.receipt_id}",)
    return (f"bill:{asset_id.bill_id}",)


def _about(kind: str) -> Teller:
    return lambda number: (f"{kind}:{number}",) if number else ()


def _about_debt(number: int | None) -> tuple[str, ...]:
    facility_id = facility_number(number)
    if facility_id is not None:
        return (f"facility:{facility_id}",)
    return (f"financing:{number}",) if number else ()


_TELLERS: dict[str, Teller] = {
    "note_id": _about("note"),
    "lot_id": _about_lot,
    "asset_id": _about_asset,
    "kept_id": _about_asset,
    "freed_id": _about_asset,
    "receipt_id": _about("receipt"),
    "part_id": _about("receipt"),
    "bill_id": _about("bill"),
    "stock_id": _about("stock"),
    "financing_id": _about("financing"),
    "facility_id": _about("facility"),
    "proposal_id": _about("proposal"),
}
_PARTY = _about("party")
# Fields whose meaning depends on the event, and a party's own events.
_OF_EVENT: dict[type[ev.LedgerEvent], dict[str, Teller]] = {
    goods.ReceiptMerged: {"source_id": _about("receipt")},
    goods.BillSwitched: {"replacement_id": _about("bill")},
    facilities.AssetSubstituted: {"replacement_id": _about_asset},
    liens.SubstituteProposed: {"replacement_id": _about_asset},
    liens.SubstituteAccepted: {"replacement_id": _about_asset},
    liens.LienPlaced: {"financing_id": _about_debt},
    cash.CashMoved: {"from_id": _PARTY, "to_id": _PARTY},
    cash.CashSettled: {"from_id": _PARTY},
    cash.CashIssued: {"party_id": _PARTY},
    cash.CashRedeemed: {"party_id": _PARTY},
    facilities.PricePosted: {"source_id": _PARTY},
    goods.ExposureCapSet: {"keeper_id": _PARTY},
    council.MemberAdmitted: {"member_id": _PARTY},
    council.MemberRemoved: {"member_id": _PARTY},
    **{kind: {"party_id": _PARTY} for kind in _OF_PARTIES},
}


def _tellers(kind: type[ev.LedgerEvent]) -> tuple[tuple[str, Teller], ...]:
    chosen = {**_TELLERS, **_OF_EVENT.get(kind, {})}
    return tuple((each.name, chosen[each.name]) for each in fields(kind) if each.name in chosen)
