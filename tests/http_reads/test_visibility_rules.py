"""What a party may see, compared with the same rules worked out the long way: from the whole history."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from facility_ledger import facility_life, with_pool_of
from goods_ledger import BUYER, FUNDER, INSPECTOR, KEEPER, OWNER, issued, pledge, with_goods
from hypothesis import given, settings
from hypothesis import strategies as st
from model_ledger import (
    CORE,
    DAY_S,
    FIRST,
    LENDER,
    MATURITY_S,
    NOW_S,
    SECOND,
    by,
    digest,
    lived,
    officer,
    open_note,
    with_parties,
)

from counterfoil.domain.errors import DomainError
from counterfoil.domain.events import cash_events as cash
from counterfoil.domain.events import facility_events as facilities
from counterfoil.domain.events import ledger_events as ev
from counterfoil.domain.events import lien_events as liens
from counterfoil.domain.ledger import Ledger, LoanTerms, Pledge, PurchaseTerms
from counterfoil.domain.lot import AssetId, LotId
from counterfoil.domain.projection.fold import apply
from counterfoil.domain.sightings import Kind, Sightings
from counterfoil.domain.state.ledger_state import LedgerState
from counterfoil.domain.states import FinancingState, LienState, LotState, PartyRole
from counterfoil.domain.visibility import Sight, Viewer, Visibility, sees_invoice, viewer_of

STRANGER = 5


def seen_of(ledger: Ledger) -> Visibility:
    """The rules over a ledger's events."""
    state, sightings = LedgerState(), Sightings()
    for recorded in ledger.events:
        sightings.see(state, recorded.event)
        apply(state, recorded)
    return Visibility(state, sightings)


class LongWay:
    """The same answers, worked out from the history for one question at a time; slow, and nothing is kept."""

    def __init__(self, ledger: Ledger) -> None:
        self._events = [recorded.event for recorded in ledger.events]
        self._state = ledger.state

    def had_to_do(self, party_id: int, lot_id: LotId) -> bool:
        return party_id in set(self._of_lot(lot_id))

    def _of_lot(self, lot_id: LotId) -> Iterator[int]:  # noqa: PLR0912 - a table of events
        holders: dict[LotId, int] = {}
        asset_id = AssetId.of_lot(lot_id)
        for event in self._events:
            match event:
                case ev.NoteConfirmed(note_id=note_id):
                    holders[LotId.root(note_id)] = self._state.notes[note_id].creditor_id
                case ev.LotSplit():
                    for index, child in enumerate(event.children):
                        child_id = event.child_id(index)
                        offered = child.state is LotState.OFFERED
                        holders[child_id] = holders[event.lot_id] if offered else child.party_id
                        if child_id == lot_id:
                            yield from (holders[event.lot_id], child.party_id)
                case ev.LotAssigned() | ev.LotSold():
                    holders[event.lot_id] = event.to_id
                case ev.LotAccepted() if event.lot_id == lot_id:
                    # The offeree was yielded when the lot was cut off for it.
                    pass
                case facilities.FacilityOffered() if asset_id in event.terms.assets:
                    yield event.funder_id
                case facilities.SaleOffered() if event.asset_id == asset_id:
                    yield event.buyer_id
                case cash.LoanOffered() | cash.PurchaseOffered() if event.lot_id == lot_id:
                    yield event.funder_id
                case liens.LienPlaced() if event.asset_id == asset_id:
                    yield from (event.pledgee_id, event.pledgor_id)
                case liens.LienTransferred() if event.asset_id == asset_id:
                    yield event.pledgee_id
                case liens.LienDivided() if event.kept_id == asset_id:
                    lien = self._state.liens[event.asset_id][event.sequence - 1]
                    yield from (lien.pledgee_id, lien.pledgor_id)
                case _:
                    pass
            if lot_id in holders:
                yield holders[lot_id]

    def lends_on(self, party_id: int, lot_id: LotId) -> bool:
        lien = self._state.lien_of(AssetId.of_lot(lot_id))
        if lien is not None and lien.state is LienState.ACTIVE and lien.pledgee_id == party_id:
            return True
        return any(
            financing.lot_id == lot_id
            and financing.funder_id == party_id
            and financing.state in (FinancingState.DRAWN_DOWN, FinancingState.DEFAULTED)
            for financing in self._state.financings.values()
        )

    def of_lot(self, party_id: int, lot_id: LotId) -> Sight:
        lot, note = self._state.lots[lot_id], self._state.notes[lot_id.note_id]
        if party_id == note.debtor_id:
            return Sight.WHOLE
        mine = lot.state is not LotState.SPLIT and party_id in (lot.holder_id, lot.offeree_id)
        if mine or self.lends_on(party_id, lot_id):
            return Sight.WHOLE
        if self.had_to_do(party_id, lot_id):
            return Sight.PAST
        below = [child for child in self._state.lots if self._is_above(lot_id, child)]
        return Sight.OUTLINE if any(self.had_to_do(party_id, child) for child in below) else Sight.NONE

    def _is_above(self, upper: LotId, lot_id: LotId) -> bool:
        parent = self._state.lots[lot_id].parent
        while parent is not None:
            if parent == upper:
                return True
            parent = self._state.lots[parent].parent
        return False

    def sees_note(self, party_id: int, note_id: int) -> bool:
        note = self._state.notes[note_id]
        lots = [lot_id for lot_id in self._state.lots if lot_id.note_id == note_id]
        return party_id in (note.debtor_id, note.creditor_id) or any(
            self.had_to_do(party_id, lot_id) for lot_id in lots
        )


def compare(ledger: Ledger) -> None:
    """Every party's sight of every lot and note, and the tree as the list of what it sees."""
    rules, long_way = seen_of(ledger), LongWay(ledger)
    for party_id in [*ledger.state.parties, 99]:
        viewer = Viewer(party_id)
        for note_id in ledger.state.notes:
            assert rules.sees_note(viewer, note_id) == long_way.sees_note(party_id, note_id), (
                party_id,
                note_id,
            )
            expected = {
                lot.lot_id: long_way.of_lot(party_id, lot.lot_id) for lot in ledger.state.lots_of(note_id)
            }
            found = {lot_id: rules.of_lot(viewer, lot_id) for lot_id in expected}
            assert found == expected, (party_id, note_id)
            tree = {lot.lot_id: sight for lot, sight in rules.tree_of(viewer, note_id)}
            assert tree == {lot_id: sight for lot_id, sight in expected.items() if sight}, (party_id, note_id)


@pytest.mark.parametrize(
    "ledger", [lived(), with_pool_of(600, 400), facility_life()], ids=["notes", "goods", "facilities"]
)
def test_the_rules_give_what_the_whole_history_gives(ledger: Ledger) -> None:
    compare(ledger)


MOVES = st.lists(
    st.tuples(
        st.sampled_from(
            ["split", "assign", "accept", "reject", "loan", "purchase", "take", "pledge", "release"]
        ),
        st.integers(0, 30),
        st.sampled_from([FIRST, SECOND, LENDER, STRANGER]),
    ),
    max_size=25,
)


@settings(max_examples=60, deadline=None)
@given(moves=MOVES)
def test_the_rules_give_what_the_whole_history_gives_wherever_lots_went(
    moves: list[tuple[str, int, int]],
) -> None:
    ledger = with_parties()
    ledger.parties.register(
        officer(), roles=PartyRole.SUPPLIER, onboarding_hash=digest(STRANGER), keys=[f"0x{STRANGER:040x}"]
    )
    ledger.parties.set_standing_acceptance(by(SECOND), debtor_id=None, given=True)
    open_note(ledger)
    for what, number, party_id in moves:
        try:
            move(ledger, what, number, party_id)
        except DomainError:
            # Most moves are refused at most times; those that are not make the history.
            continue
    compare(ledger)


def move(ledger: Ledger, what: str, number: int, party_id: int) -> None:
    """One command about one of the lots, chosen by number."""
    lots = sorted(ledger.state.lots)
    lot = ledger.state.lots[lots[number % len(lots)]]
    holder = by(lot.holder_id)
    match what:
        case "split":
            half = lot.length_minor // 2
            parts = [(half, party_id), (lot.length_minor - half, lot.holder_id)]
            ledger.lots.split(holder, lot_id=lot.lot_id, children=parts, background=digest(number))
        case "assign":
            ledger.lots.assign(holder, lot_id=lot.lot_id, to_id=party_id, background=digest(number))
        case "accept" if lot.offeree_id is not None:
            ledger.lots.accept(by(lot.offeree_id), lot_id=lot.lot_id)
        case "reject" if lot.offeree_id is not None:
            ledger.lots.reject(by(lot.offeree_id), lot_id=lot.lot_id)
        case "loan":
            ledger.financings.offer_loan(by(LENDER), loan_on(lot.lot_id))
        case "purchase":
            terms = PurchaseTerms(
                lot_id=lot.lot_id, price_minor=1, expires_at_s=NOW_S + DAY_S, agreement_hash=digest("sale")
            )
            ledger.financings.offer_purchase(by(LENDER), terms)
        case "take" if ledger.state.financings:
            offer = ledger.state.financings[number % len(ledger.state.financings) + 1]
            ledger.financings.accept(
                by(ledger.state.lots[offer.lot_id].holder_id), financing_id=offer.financing_id
            )
        case "pledge":
            pledged = Pledge(
                asset_id=AssetId.of_lot(lot.lot_id),
                pledgee_id=party_id,
                secured_minor=1,
                registered_at_s=0,
                agreement_hash=digest("agreement"),
                registration_hash=bytes(32),
            )
            ledger.liens.pledge(holder, pledged)
        case "release":
            lien = ledger.state.lien_of(AssetId.of_lot(lot.lot_id))
            if lien is not None:
                ledger.liens.release(
                    by(lien.pledgee_id), asset_id=lien.asset_id, reason_hash=digest("released")
                )
        case _:
            pass


def loan_on(lot_id: LotId) -> LoanTerms:
    return LoanTerms(
        lot_id=lot_id,
        principal_minor=1,
        rate_bps=500,
        day_basis=360,
        due_at_s=MATURITY_S,
        expires_at_s=NOW_S + DAY_S,
        registered_at_s=0,
        agreement_hash=digest("agreement"),
        registration_hash=bytes(32),
    )


def test_a_supplier_sees_no_lot_that_its_customer_gave_to_others() -> None:
    ledger = with_parties()
    note_id = open_note(ledger)
    ledger.parties.set_standing_acceptance(by(SECOND), debtor_id=None, given=True)
    ledger.lots.split(
        by(FIRST),
        lot_id=LotId.root(note_id),
        children=[(300, SECOND), (700, FIRST)],
        background=digest("order"),
    )
    rules = seen_of(ledger)
    assert rules.of_lot(Viewer(SECOND), LotId(1, 1, 0)) is Sight.WHOLE
    assert rules.of_lot(Viewer(SECOND), LotId(1, 1, 1)) is Sight.NONE
    assert rules.of_lot(Viewer(SECOND), LotId.root(1)) is Sight.OUTLINE
    assert rules.of_lot(Viewer(LENDER), LotId(1, 1, 0)) is Sight.NONE
    assert rules.of_lot(Viewer(CORE), LotId(1, 1, 1)) is Sight.WHOLE


def test_who_gave_a_lot_away_sees_to_whom_but_not_where_it_went_then() -> None:
    ledger = with_parties()
    open_note(ledger)
    for party_id in (SECOND, LENDER):
        ledger.parties.set_standing_acceptance(by(party_id), debtor_id=None, given=True)
    root = LotId.root(1)
    ledger.lots.assign(by(FIRST), lot_id=root, to_id=SECOND, background=digest("one"))
    ledger.lots.assign(by(SECOND), lot_id=root, to_id=LENDER, background=digest("two"))
    rules, asset_id = seen_of(ledger), AssetId.of_lot(root)
    first = rules.steps(Viewer(FIRST), asset_id, rules.of_lot(Viewer(FIRST), root))
    assert [(step.giver_id, step.receiver_id) for step in first] == [(FIRST, SECOND)]
    last = rules.steps(Viewer(LENDER), asset_id, rules.of_lot(Viewer(LENDER), root))
    assert [(step.giver_id, step.receiver_id) for step in last] == [(SECOND, LENDER)]
    everything = rules.steps(Viewer(None, sees_all=True), asset_id, Sight.WHOLE)
    assert len(everything) == 2


def test_an_offer_alone_opens_no_more_than_the_past() -> None:
    ledger = with_parties()
    open_note(ledger)
    number = ledger.financings.offer_loan(by(LENDER), loan_on(LotId.root(1)))
    assert seen_of(ledger).of_lot(Viewer(LENDER), LotId.root(1)) is Sight.PAST
    ledger.financings.accept(by(FIRST), financing_id=number)
    assert seen_of(ledger).of_lot(Viewer(LENDER), LotId.root(1)) is Sight.WHOLE


def test_a_thing_that_goes_to_and_fro_takes_no_more_room_than_its_holders() -> None:
    ledger = with_parties()
    open_note(ledger)
    for party_id in (FIRST, SECOND):
        ledger.parties.set_standing_acceptance(by(party_id), debtor_id=None, given=True)
    holder, other = FIRST, SECOND
    for number in range(50):
        ledger.lots.assign(by(holder), lot_id=LotId.root(1), to_id=other, background=digest(number))
        holder, other = other, holder
    steps = seen_of(ledger).sightings.steps_of_lot(LotId.root(1))
    assert [(step.giver_id, step.receiver_id) for step in steps] == [(FIRST, SECOND), (SECOND, FIRST)]
    assert steps[-1].background == digest(49)


def test_receipts_are_whole_to_who_has_a_right_in_the_goods() -> None:
    ledger = with_goods()
    receipt_id = issued(ledger)
    rules = seen_of(ledger)
    sights = {party_id: rules.of_receipt(Viewer(party_id), receipt_id) for party_id in ledger.state.parties}
    assert sights[KEEPER] is Sight.WHOLE
    assert sights[OWNER] is Sight.WHOLE
    assert sights[INSPECTOR] is Sight.PAST
    assert {sights[party_id] for party_id in (BUYER, FUNDER)} == {Sight.NONE}
    pledge(ledger, AssetId.of_receipt(receipt_id))
    pledged = seen_of(ledger)
    assert pledged.of_receipt(Viewer(FUNDER), receipt_id) is Sight.WHOLE
    assert pledged.sees_stock(Viewer(FUNDER), 1)
    assert not pledged.sees_stock(Viewer(BUYER), 1)
    ledger.liens.release(by(FUNDER), asset_id=AssetId.of_receipt(receipt_id), reason_hash=digest("paid"))
    released = seen_of(ledger)
    assert released.of_receipt(Viewer(FUNDER), receipt_id) is Sight.PAST
    assert not released.sees_stock(Viewer(FUNDER), 1)


def test_a_lien_is_seen_by_its_sides_and_by_who_sees_the_asset_whole() -> None:
    ledger = lived()
    rules = seen_of(ledger)
    (lien,) = ledger.state.liens[AssetId.of_lot(LotId(1, 1, 2))]
    assert {each for each in (CORE, FIRST, SECOND, LENDER) if rules.sees_lien(Viewer(each), lien)} == {
        CORE,
        FIRST,
        SECOND,
    }


def test_financings_are_between_funder_and_holder() -> None:
    ledger = lived()
    rules = seen_of(ledger)
    seeing = {each for each in (CORE, FIRST, SECOND, LENDER) if rules.sees_financing(Viewer(each), 1)}
    assert seeing == {FIRST, LENDER}
    assert not rules.sees_financing(Viewer(FIRST), 99)


def test_facilities_are_whole_to_funder_and_borrower_only() -> None:
    ledger = with_pool_of(600)
    rules = seen_of(ledger)
    for facility_id, facility in ledger.state.facilities.items():
        for party_id in ledger.state.parties:
            whole = party_id in (facility.funder_id, facility.borrower_id)
            assert (rules.of_facility(Viewer(party_id), facility_id) is Sight.WHOLE) == whole


def test_auditors_regulators_and_the_operator_see_everything() -> None:
    ledger = lived()
    rules = seen_of(ledger)
    for org_kind in ("operator", "auditor"):
        viewer = viewer_of(ledger.state, org_kind=org_kind, party_id=None)
        assert viewer.sees_all
        assert all(rules.sees_note(viewer, note_id) for note_id in ledger.state.notes)
        assert all(sight is Sight.WHOLE for _, sight in rules.tree_of(viewer, 1))
    assert not viewer_of(ledger.state, org_kind="member", party_id=FIRST).sees_all
    assert not viewer_of(ledger.state, org_kind="member", party_id=None).sees_all
    ledger.parties.set_roles(officer(), party_id=FIRST, roles=PartyRole.REGULATOR)
    assert viewer_of(ledger.state, org_kind="member", party_id=FIRST).sees_all


def test_nobody_sees_what_is_not_there() -> None:
    rules = seen_of(with_parties())
    everything = Viewer(None, sees_all=True)
    assert not rules.sees_note(everything, 1)
    assert rules.of_lot(everything, LotId.root(1)) is Sight.NONE
    assert rules.of_receipt(everything, 1) is Sight.NONE
    assert rules.of_bill(everything, 1) is Sight.NONE
    assert rules.of_facility(everything, 1) is Sight.NONE
    assert not rules.sees_stock(everything, 1)
    assert not rules.sees_financing(everything, 1)
    assert rules.of_asset(everything, AssetId(9, 1)) is Sight.NONE


def test_invoices_are_their_sellers_and_buyers() -> None:
    assert sees_invoice(Viewer(1), seller_id=1, buyer_id=None)
    assert sees_invoice(Viewer(2), seller_id=1, buyer_id=2)
    assert not sees_invoice(Viewer(3), seller_id=1, buyer_id=2)
    assert not sees_invoice(Viewer(None), seller_id=None, buyer_id=None)
    assert sees_invoice(Viewer(None, sees_all=True), seller_id=1, buyer_id=2)


def test_an_organisation_without_a_party_sees_nothing_of_anybody() -> None:
    rules = seen_of(lived())
    assert not any(rules.sees_note(Viewer(None), note_id) for note_id in rules.state.notes)
    assert rules.sightings.things_near(0, Kind.NOTE) == frozenset()
