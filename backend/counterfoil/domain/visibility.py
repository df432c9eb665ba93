"""What an organisation may see of the ledger, by kind of object; what it may not see does not exist for it.

A note's tree shows the supply chain of the debtor, and a supplier's suppliers are its business secret. So a
party sees whole what it has a claim on or must pay, of what it handed on its own step, and of what lies above
its lot only that it is there. Lenders see whole what they lend on, and nothing beside it.

Rules, each with its reason:

- Auditors, regulators and the operator, whose offices decide disputes and follow orders, see everything.
- note: its debtor and creditor, who signed it; every party that holds or held one of its lots, was asked to
  take one, or has or had a lien on one or an offer for one: its face, debtor, creditor and maturity are what
  the lot is worth. Its invoices only seller and buyer: they are their trade.
- lot, WHOLE: the debtor, who pays its holder; the holder; the party that it is offered to; the pledgee of a
  lien in force; the funder of a loan that was drawn down; a funder that is offered a claim with it, and a
  buyer in enforcement. PAST: who held it and gave it away, who cut it off, who had a lien or an assignment of
  it that ended, and a funder that offers for it: amount, position, and the step that it took part in. Anybody
  who lends may make an offer, so an offer alone opens no more than that. OUTLINE: the lots above those,
  without names: that the amount was cut from the note is its title's chain.
- receipt, bill, WHOLE: holder, keeper or carrier (who owe the goods), pledgee in force, buyer in enforcement.
  PAST: depositor, shipper, inspector, former holders, funders that offer: the goods and their own steps.
- stock: its keeper, whoever counted it, and whoever sees a receipt on it whole: a lender asks how old the
  count is.
- lien: pledgee and pledgor; and whoever sees the asset whole, as an asset without its liens is not known.
- financing: the funder; who holds the lot while the offer stands; who took it.
- facility, WHOLE: the funder and the borrower, a funder to which the claim is offered. PAST: former funders,
  and buyers of its assets, who see the sale that is offered to them.
- cash, redemptions: the party's own. Prices: everybody, they are posted to be relied on. Parties: names,
  numbers, public identifiers and roles to everybody, because one has to name whom one deals with; keys,
  acceptances, tiers only the party's own. Council: its members everybody, as it may recover keys; what was
  put before it, its members.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from counterfoil.domain.lot import ASSET_KIND_BILL, ASSET_KIND_LOT, ASSET_KIND_RECEIPT, AssetId, Lot, LotId
from counterfoil.domain.sightings import Kind, Sightings, Step
from counterfoil.domain.state.ledger_state import LedgerState, Lien
from counterfoil.domain.states import FinancingState, LienState, LotState, PartyRole

SEE_ALL_ROLES = PartyRole.AUDITOR | PartyRole.REGULATOR
_SEE_ALL_KINDS = frozenset({"operator", "auditor"})
_DRAWN_DOWN = frozenset({FinancingState.DRAWN_DOWN, FinancingState.DEFAULTED})


class Sight(IntEnum):
    """How much of an object somebody sees."""

    NONE = 0
    OUTLINE = 1
    PAST = 2
    WHOLE = 3


@dataclass(frozen=True, slots=True)
class Viewer:
    """For whom something is shown. party_id: None for an organisation that is no party."""

    party_id: int | None
    sees_all: bool = False


def viewer_of(state: LedgerState, *, org_kind: str, party_id: int | None) -> Viewer:
    """What an organisation looks with. org_kind: member, operator or auditor."""
    if org_kind in _SEE_ALL_KINDS:
        return Viewer(party_id, sees_all=True)
    party = None if party_id is None else state.parties.get(party_id)
    return Viewer(party_id, sees_all=party is not None and bool(party.roles & SEE_ALL_ROLES))


@dataclass(frozen=True, slots=True)
class Visibility:
    """The rules over one state. All answers are for a viewer; NONE also for what there is not."""

    state: LedgerState
    sightings: Sightings

    # -- notes and lots --

    def sees_note(self, viewer: Viewer, note_id: int) -> bool:
        """Whether a note exists for the viewer."""
        if note_id not in self.state.notes:
            return False
        return viewer.sees_all or viewer.party_id in self.sightings.near(Kind.NOTE, note_id)

    def sees_invoices_of(self, viewer: Viewer, note_id: int) -> bool:
        """Whether the viewer sees what a note stands on."""
        note = self.state.notes[note_id]
        return viewer.sees_all or viewer.party_id in (note.debtor_id, note.creditor_id)

    def of_lot(self, viewer: Viewer, lot_id: LotId) -> Sight:
        """How much of one lot the viewer sees."""
        lot = self.state.lots.get(lot_id)
        if lot is None or not self.sees_note(viewer, lot_id.note_id):
            return Sight.NONE
        if self._whole_note(viewer, lot_id.note_id) or self._has_part_in(viewer, lot):
            return Sight.WHOLE
        near = self.sightings.lots_near(viewer.party_id or 0, lot_id.note_id)
        if lot_id in near:
            return Sight.PAST
        return Sight.OUTLINE if any(lot_id in self.above(each) for each in near) else Sight.NONE

    def tree_of(self, viewer: Viewer, note_id: int) -> Iterator[tuple[Lot, Sight]]:
        """The lots of a note that the viewer sees, a lot before its children."""
        lots = self.state.lots_of(note_id)
        if self._whole_note(viewer, note_id):
            yield from ((lot, Sight.WHOLE) for lot in lots)
            return
        near = self.sightings.lots_near(viewer.party_id or 0, note_id)
        outlined = {upper for lot_id in near for upper in self.above(lot_id)}
        for lot in self._in_order(LotId.root(note_id), near | outlined):
            if lot.lot_id not in near:
                yield lot, Sight.OUTLINE
            elif self._has_part_in(viewer, lot):
                yield lot, Sight.WHOLE
            else:
                yield lot, Sight.PAST

    def above(self, lot_id: LotId) -> Iterator[LotId]:
        """What a lot was cut from, and that, up to the note."""
        upper = self.state.lots[lot_id].parent
        while upper is not None:
            yield upper
            upper = self.state.lots[upper].parent

    def _in_order(self, root: LotId, seen: set[LotId] | frozenset[LotId]) -> Iterator[Lot]:
        waiting = [root] if root in seen else []
        while waiting:
            lot_id = waiting.pop()
            yield self.state.lots[lot_id]
            below = self.state.children.get(lot_id, ())
            waiting.extend(child for child in reversed(below) if child in seen)

    def _whole_note(self, viewer: Viewer, note_id: int) -> bool:
        return viewer.sees_all or (
            viewer.party_id is not None and viewer.party_id == self.state.notes[note_id].debtor_id
        )

    def _has_part_in(self, viewer: Viewer, lot: Lot) -> bool:
        """Whether the viewer holds it, is asked to take it, or lends or would lend on it."""
        if viewer.party_id is None:
            return False
        if lot.state is not LotState.SPLIT and viewer.party_id in (lot.holder_id, lot.offeree_id):
            return True
        return self._lends_on(viewer.party_id, AssetId.of_lot(lot.lot_id))

    def steps(self, viewer: Viewer, asset_id: AssetId, sight: Sight) -> tuple[Step, ...]:
        """How an asset came to whom, as far as the viewer sees: its own steps, and the one to the holder."""
        found = self.sightings.steps_of(asset_id)
        found = tuple(step for step in found if step.giver_id != step.receiver_id)
        if viewer.sees_all:
            return found
        own = tuple(step for step in found if viewer.party_id in (step.giver_id, step.receiver_id))
        if sight is Sight.WHOLE and found and found[-1] not in own:
            return (*own, found[-1])
        return own

    # -- goods --

    def of_receipt(self, viewer: Viewer, receipt_id: int) -> Sight:
        """How much of a warehouse receipt the viewer sees."""
        receipt = self.state.receipts.get(receipt_id)
        if receipt is None:
            return Sight.NONE
        return self._of_title(
            viewer,
            AssetId.of_receipt(receipt_id),
            near=self.sightings.near(Kind.RECEIPT, receipt_id),
            parties=(receipt.holder_id, receipt.keeper_id),
        )

    def of_bill(self, viewer: Viewer, bill_id: int) -> Sight:
        """How much of a bill of lading the viewer sees."""
        bill = self.state.bills.get(bill_id)
        if bill is None:
            return Sight.NONE
        return self._of_title(
            viewer,
            AssetId.of_bill(bill_id),
            near=self.sightings.near(Kind.BILL, bill_id),
            parties=(bill.holder_id, bill.carrier_id),
        )

    def of_asset(self, viewer: Viewer, asset_id: AssetId) -> Sight:
        """How much of an asset the viewer sees."""
        if asset_id.kind == ASSET_KIND_LOT:
            return self.of_lot(viewer, asset_id.lot_id)
        if asset_id.kind == ASSET_KIND_RECEIPT:
            return self.of_receipt(viewer, asset_id.receipt_id)
        return self.of_bill(viewer, asset_id.bill_id) if asset_id.kind == ASSET_KIND_BILL else Sight.NONE

    def sees_stock(self, viewer: Viewer, stock_id: int) -> bool:
        """Whether a stock exists for the viewer."""
        stock = self.state.stocks.get(stock_id)
        if stock is None:
            return False
        if viewer.sees_all or viewer.party_id in (stock.keeper_id, stock.inspector_id):
            return True
        if viewer.party_id is None or viewer.party_id not in self.sightings.near(Kind.STOCK, stock_id):
            return False
        return any(
            self.state.receipts[number].stock_id == stock_id
            and self.of_receipt(viewer, number) is Sight.WHOLE
            for number in self.sightings.things_near(viewer.party_id, Kind.RECEIPT)
        )

    def _of_title(
        self,
        viewer: Viewer,
        asset_id: AssetId,
        *,
        near: frozenset[int] | set[int],
        parties: tuple[int, ...],
    ) -> Sight:
        if viewer.sees_all:
            return Sight.WHOLE
        if viewer.party_id is None or viewer.party_id not in near:
            return Sight.NONE
        if viewer.party_id in parties or self._lends_on(viewer.party_id, asset_id):
            return Sight.WHOLE
        return Sight.PAST

    # -- liens and money --

    def sees_lien(self, viewer: Viewer, lien: Lien) -> bool:
        """Whether a lien, in force or past, exists for the viewer."""
        if viewer.sees_all or viewer.party_id in (lien.pledgee_id, lien.pledgor_id):
            return True
        return self.of_asset(viewer, lien.asset_id) is Sight.WHOLE

    def sees_financing(self, viewer: Viewer, financing_id: int) -> bool:
        """Whether an offer, loan or purchase exists for the viewer."""
        financing = self.state.financings.get(financing_id)
        if financing is None:
            return False
        if viewer.sees_all or viewer.party_id in self.sightings.near(Kind.FINANCING, financing_id):
            return True
        return (
            viewer.party_id is not None
            and financing.state is FinancingState.OFFERED
            and self.state.lots[financing.lot_id].holder_id == viewer.party_id
        )

    def of_facility(self, viewer: Viewer, facility_id: int) -> Sight:
        """How much of a facility the viewer sees."""
        facility = self.state.facilities.get(facility_id)
        if facility is None:
            return Sight.NONE
        offer = facility.claim_offer
        asked = () if offer is None else (offer.to_id,)
        if viewer.sees_all or viewer.party_id in (facility.funder_id, facility.borrower_id, *asked):
            return Sight.WHOLE
        near = viewer.party_id in self.sightings.near(Kind.FACILITY, facility_id)
        return Sight.PAST if near else Sight.NONE

    def _lends_on(self, party_id: int, asset_id: AssetId) -> bool:
        """Whether the party has the lien, a loan on it, or was asked to take over either."""
        lien = self.state.lien_of(asset_id)
        if lien is not None and lien.state is LienState.ACTIVE and self._has_lien(party_id, lien):
            return True
        financings = (self.state.financings[number] for number in self.sightings.financings_of(asset_id))
        return any(each.funder_id == party_id and each.state in _DRAWN_DOWN for each in financings)

    def _has_lien(self, party_id: int, lien: Lien) -> bool:
        """Whether the party is the pledgee, or is offered the facility's claim or this asset of it."""
        if lien.pledgee_id == party_id:
            return True
        if lien.facility_id is None:
            return False
        facility = self.state.facilities[lien.facility_id]
        sale, offer = facility.sale_of(lien.asset_id), facility.claim_offer
        return (sale is not None and sale.buyer_id == party_id) or (
            offer is not None and offer.to_id == party_id
        )


def sees_invoice(viewer: Viewer, *, seller_id: int | None, buyer_id: int | None) -> bool:
    """Whether a document exists for the viewer. Parties that are not on the ledger yet are None."""
    if viewer.sees_all:
        return True
    return viewer.party_id is not None and viewer.party_id in (seller_id, buyer_id)
