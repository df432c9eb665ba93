"""Who came near which object of the ledger, folded from the events beside the state.

The state knows who holds, pledges and offers now. What somebody may see also follows from the past: a party
that handed a lot on keeps sight of its own step. `Sightings.see` takes each event before the state takes it,
because a move says where a thing goes and only the state still says whence.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from counterfoil.domain.events import cash_events as cash
from counterfoil.domain.events import facility_events as facilities
from counterfoil.domain.events import goods_events as goods
from counterfoil.domain.events import ledger_events as ev
from counterfoil.domain.events import lien_events as liens
from counterfoil.domain.lot import ASSET_KIND_LOT, ASSET_KIND_RECEIPT, AssetId, LotId
from counterfoil.domain.state.ledger_state import LedgerState
from counterfoil.domain.states import LotState

NO_BACKGROUND = bytes(32)


class Kind(StrEnum):
    """What is looked at by number."""

    NOTE = "note"
    RECEIPT = "receipt"
    BILL = "bill"
    STOCK = "stock"
    FINANCING = "financing"
    FACILITY = "facility"


@dataclass(frozen=True, slots=True)
class Step:
    """A thing went from one party to another. background: hash of what was stated, zero where nothing was.

    sold: in a financing or in enforcement, so that it is no step of the supply chain.
    """

    giver_id: int
    receiver_id: int
    background: bytes = NO_BACKGROUND
    sold: bool = False


class Sightings:
    """What has to be known of the past to say what somebody may see.

    Of each pair of parties only the newest step is kept, so that a thing that goes to and fro for years takes
    no more room than the parties that it went between.
    """

    def __init__(self) -> None:
        self._steps: dict[LotId, tuple[Step, ...]] = {}
        self._title: dict[AssetId, tuple[Step, ...]] = {}
        self._near: defaultdict[tuple[Kind, int], set[int]] = defaultdict(set)
        self._things: defaultdict[int, dict[Kind, set[int]]] = defaultdict(dict)
        self._lots: defaultdict[int, dict[int, set[LotId]]] = defaultdict(dict)
        self._financings: defaultdict[AssetId, list[int]] = defaultdict(list)
        self._tiers: dict[LotId, int] = {}
        self._best_tier: dict[int, int] = {}

    def steps_of(self, asset_id: AssetId) -> tuple[Step, ...]:
        """How an asset came to whom, the newest step of each pair, oldest first."""
        if asset_id.kind == ASSET_KIND_LOT:
            return self._steps.get(asset_id.lot_id, ())
        return self._title.get(asset_id, ())

    def steps_of_lot(self, lot_id: LotId) -> tuple[Step, ...]:
        """As `steps_of`."""
        return self._steps.get(lot_id, ())

    def near(self, kind: Kind, number: int) -> frozenset[int] | set[int]:
        """Every party that ever had to do with an object."""
        return self._near.get((kind, number), frozenset())

    def things_near(self, party_id: int, kind: Kind) -> set[int] | frozenset[int]:
        """The objects of a kind that a party ever had to do with."""
        return self._things.get(party_id, {}).get(kind, frozenset())

    def lots_near(self, party_id: int, note_id: int) -> set[LotId] | frozenset[LotId]:
        """The lots of a note that a party ever had to do with."""
        return self._lots.get(party_id, {}).get(note_id, frozenset())

    def financings_of(self, asset_id: AssetId) -> Sequence[int]:
        """The loans and purchases that were ever offered of a lot."""
        return self._financings.get(asset_id, ())

    def financings_of_lot(self, lot_id: LotId) -> Sequence[int]:
        """As `financings_of`."""
        return self._financings.get(AssetId.of_lot(lot_id), ())

    def tier_of(self, lot_id: LotId) -> int:
        """1 for the creditor's, one more for each assignment to another supplier."""
        return self._tiers[lot_id]

    def best_tier_of(self, party_id: int) -> int | None:
        """The closest to a debtor at which a party held a lot as a supplier; None where it never did."""
        return self._best_tier.get(party_id)

    def see(self, state: LedgerState, event: ev.LedgerEvent) -> None:
        """Take one event. state: before it."""
        match event:
            case ev.NoteProposed() | ev.NoteConfirmed():
                self._note(state, event)
            case ev.LotSplit() | ev.LotAssigned() | ev.LotSold() | ev.LotAccepted():
                self._lot(state, event)
            case cash.LoanOffered() | cash.PurchaseOffered() | cash.LoanDrawnDown() | cash.LotPurchased():
                self._financing(state, event)
            case liens.LienPlaced() | liens.LienTransferred() | liens.LienDivided():
                self._lien(state, event)
            case facilities.FacilityOffered() | facilities.SaleOffered() | facilities.ClaimOffered():
                self._facility(state, event)
            case facilities.AssetAdded() | facilities.AssetSubstituted():
                added = event.asset_id if isinstance(event, facilities.AssetAdded) else event.replacement_id
                self._near_asset(state, added, [state.facilities[event.facility_id].funder_id])
            case _:
                self._goods(state, event)

    def _note(self, state: LedgerState, event: ev.NoteProposed | ev.NoteConfirmed) -> None:
        if isinstance(event, ev.NoteProposed):
            self._add(Kind.NOTE, event.note_id, [event.debtor_id, event.creditor_id])
            return
        creditor_id, root = state.notes[event.note_id].creditor_id, LotId.root(event.note_id)
        self._near_lot(root, [creditor_id])
        self._reach(root, creditor_id, 1)

    def _lot(
        self, state: LedgerState, event: ev.LotSplit | ev.LotAssigned | ev.LotSold | ev.LotAccepted
    ) -> None:
        lot = state.lots[event.lot_id]
        if isinstance(event, ev.LotSplit):
            self._split(event, lot.holder_id)
        elif isinstance(event, ev.LotAssigned):
            self._move(event.lot_id, Step(lot.holder_id, event.to_id, event.background))
        elif isinstance(event, ev.LotSold):
            self._move(event.lot_id, Step(lot.holder_id, event.to_id, sold=True))
        elif lot.offeree_id is not None:
            # The background was stated with the offer, which stands as the split into this one lot.
            stated = [step.background for step in self._steps.get(event.lot_id, ())]
            background = stated[-1] if stated else NO_BACKGROUND
            self._move(event.lot_id, Step(lot.holder_id, lot.offeree_id, background))

    def _split(self, event: ev.LotSplit, holder_id: int) -> None:
        tier = self._tiers[event.lot_id]
        for index, child in enumerate(event.children):
            child_id = event.child_id(index)
            self._tiers[child_id] = tier
            # Also where the holder keeps it: the background of an offer is read again when it is accepted.
            self._steps[child_id] = (Step(holder_id, holder_id, event.background),)
            self._near_lot(child_id, [holder_id, child.party_id])
            if child.state is LotState.FREE and child.party_id != holder_id:
                self._move(child_id, Step(holder_id, child.party_id, event.background))

    def _move(self, lot_id: LotId, step: Step) -> None:
        self._steps[lot_id] = _with(self._steps.get(lot_id, ()), step)
        self._near_lot(lot_id, [step.giver_id, step.receiver_id])
        if not step.sold:
            self._reach(lot_id, step.receiver_id, self._tiers[lot_id] + 1)

    def _financing(
        self,
        state: LedgerState,
        event: cash.LoanOffered | cash.PurchaseOffered | cash.LoanDrawnDown | cash.LotPurchased,
    ) -> None:
        number = event.financing_id
        if isinstance(event, cash.LoanOffered | cash.PurchaseOffered):
            self._near_lot(event.lot_id, [event.funder_id])
            self._financings[AssetId.of_lot(event.lot_id)].append(number)
            self._add(Kind.FINANCING, number, [event.funder_id, state.lots[event.lot_id].holder_id])
        elif isinstance(event, cash.LoanDrawnDown):
            self._add(Kind.FINANCING, number, [event.borrower_id])
        else:
            self._add(Kind.FINANCING, number, [event.seller_id])

    def _lien(
        self, state: LedgerState, event: liens.LienPlaced | liens.LienTransferred | liens.LienDivided
    ) -> None:
        if isinstance(event, liens.LienPlaced):
            self._near_asset(state, event.asset_id, [event.pledgee_id, event.pledgor_id])
        elif isinstance(event, liens.LienTransferred):
            self._near_asset(state, event.asset_id, [event.pledgee_id])
        else:
            lien = state.liens[event.asset_id][-1]
            self._near_asset(state, event.kept_id, [lien.pledgee_id, lien.pledgor_id])

    def _facility(
        self,
        state: LedgerState,
        event: facilities.FacilityOffered | facilities.SaleOffered | facilities.ClaimOffered,
    ) -> None:
        if isinstance(event, facilities.FacilityOffered):
            self._add(Kind.FACILITY, event.facility_id, [event.funder_id, event.terms.borrower_id])
            for asset_id in event.terms.assets:
                self._near_asset(state, asset_id, [event.funder_id])
        elif isinstance(event, facilities.SaleOffered):
            self._add(Kind.FACILITY, event.facility_id, [event.buyer_id])
            self._near_asset(state, event.asset_id, [event.buyer_id])
        else:
            self._add(Kind.FACILITY, event.facility_id, [event.to_id])
            for asset_id in state.pool_of(event.facility_id):
                self._near_asset(state, asset_id, [event.to_id])

    def _goods(self, state: LedgerState, event: ev.LedgerEvent) -> None:
        match event:
            case goods.StockOpened():
                self._add(Kind.STOCK, event.stock_id, [event.keeper_id])
            case goods.StockAttested():
                self._add(Kind.STOCK, event.stock_id, [event.inspector_id])
            case goods.ReceiptDrafted():
                keeper_id = state.stocks[event.stock_id].keeper_id
                self._near_receipt(event.receipt_id, event.stock_id, [keeper_id, event.depositor_id])
            case goods.ReceiptAttested():
                self._near_receipt(
                    event.receipt_id, state.receipts[event.receipt_id].stock_id, [event.inspector_id]
                )
            case goods.ReceiptSplit():
                whole = state.receipts[event.receipt_id]
                inspectors = [] if whole.inspector_id is None else [whole.inspector_id]
                parties = [whole.keeper_id, whole.depositor_id, whole.holder_id, *inspectors]
                self._near_receipt(event.part_id, whole.stock_id, parties)
            case goods.ReceiptTransferred() | goods.ReceiptTransferForced() | goods.ReceiptTransferEnforced():
                receipt = state.receipts[event.receipt_id]
                self._near_receipt(event.receipt_id, receipt.stock_id, [event.to_id])
                sold = not isinstance(event, goods.ReceiptTransferred)
                background = event.background if isinstance(event, goods.ReceiptTransferred) else bytes(32)
                self._hand_on(
                    AssetId.of_receipt(event.receipt_id),
                    Step(receipt.holder_id, event.to_id, background, sold),
                )
            case goods.BillIssued():
                parties = [event.carrier_id, event.holder_id, event.terms.shipper_id]
                self._add(Kind.BILL, event.bill_id, parties)
            case goods.BillEndorsed() | goods.BillTransferForced() | goods.BillTransferEnforced():
                self._add(Kind.BILL, event.bill_id, [event.to_id])
                sold = not isinstance(event, goods.BillEndorsed)
                background = event.background if isinstance(event, goods.BillEndorsed) else bytes(32)
                holder_id = state.bills[event.bill_id].holder_id
                self._hand_on(AssetId.of_bill(event.bill_id), Step(holder_id, event.to_id, background, sold))
            case _:
                pass

    def _hand_on(self, asset_id: AssetId, step: Step) -> None:
        self._title[asset_id] = _with(self._title.get(asset_id, ()), step)

    def _near_asset(self, state: LedgerState, asset_id: AssetId, parties: Iterable[int]) -> None:
        if asset_id.kind == ASSET_KIND_LOT:
            self._near_lot(asset_id.lot_id, parties)
        elif asset_id.kind == ASSET_KIND_RECEIPT:
            receipt = state.receipts.get(asset_id.receipt_id)
            if receipt is not None:
                self._near_receipt(asset_id.receipt_id, receipt.stock_id, parties)
        else:
            self._add(Kind.BILL, asset_id.bill_id, parties)

    def _near_receipt(self, receipt_id: int, stock_id: int, parties: Iterable[int]) -> None:
        """Whoever looks at a receipt looks at the count that it stands on."""
        stated = list(parties)
        self._add(Kind.RECEIPT, receipt_id, stated)
        self._add(Kind.STOCK, stock_id, stated)

    def _near_lot(self, lot_id: LotId, parties: Iterable[int]) -> None:
        for party_id in dict.fromkeys(parties):
            self._lots[party_id].setdefault(lot_id.note_id, set()).add(lot_id)
            self._add(Kind.NOTE, lot_id.note_id, [party_id])

    def _add(self, kind: Kind, number: int, parties: Iterable[int]) -> None:
        for party_id in parties:
            self._near[kind, number].add(party_id)
            self._things[party_id].setdefault(kind, set()).add(number)

    def _reach(self, lot_id: LotId, party_id: int, tier: int) -> None:
        self._tiers[lot_id] = tier
        self._best_tier[party_id] = min(tier, self._best_tier.get(party_id, tier))


def _with(steps: tuple[Step, ...], step: Step) -> tuple[Step, ...]:
    pair = (step.giver_id, step.receiver_id)
    return (*(each for each in steps if (each.giver_id, each.receiver_id) != pair), step)
