"""Whom and what events concern: nobody is left out who must know, and nobody let in who need not."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from types import ModuleType

import pytest
from facility_ledger import SOURCE, facility_life
from goods_ledger import BUYER, FUNDER, INSPECTOR, KEEPER, OWNER
from model_ledger import CORE, FIRST, LENDER, SECOND, by, digest, key, lived, officer, open_note, with_parties
from test_goods_projection import goods_life

from counterfoil.domain.concern import concerned
from counterfoil.domain.events import (
    cash_events,
    council_events,
    facility_events,
    goods_events,
    ledger_events,
    lien_events,
)
from counterfoil.domain.events.ledger_events import LedgerEvent, Recorded
from counterfoil.domain.ledger import LoanTerms
from counterfoil.domain.lot import AssetId, LotId
from counterfoil.domain.projection.fold import apply, projected_events
from counterfoil.domain.state.ledger_state import LedgerState
from counterfoil.domain.states import PartyRole
from counterfoil.domain.subjects import subjects_in_history, subjects_of

# They change what holds for everybody, and are for those who see everything.
OF_ADMINISTRATION = (cash_events.ModuleSet, cash_events.AssetKindSet, goods_events.AttestationAgeSet)
EVENT_MODULES: tuple[ModuleType, ...] = (
    cash_events,
    council_events,
    facility_events,
    goods_events,
    ledger_events,
    lien_events,
)


def whom(history: list[Recorded]) -> Iterator[tuple[Recorded, frozenset[int]]]:
    """Each event with the parties that it concerns when it happens."""
    state = LedgerState()
    for recorded in history:
        yield recorded, concerned(recorded, state)
        apply(state, recorded)


@cache
def lives() -> tuple[tuple[Recorded, frozenset[int]], ...]:
    return tuple(
        found for life in (lived(), goods_life(), facility_life()) for found in whom(list(life.events))
    )


def of(kind: type[LedgerEvent]) -> list[tuple[Recorded, frozenset[int]]]:
    return [found for found in lives() if isinstance(found[0].event, kind)]


def test_the_lives_have_most_kinds_of_events() -> None:
    seen = {type(recorded.event) for recorded, _ in lives()}
    assert len(seen) > 70
    assert seen <= projected_events()


def test_every_event_but_those_of_administration_concerns_somebody_and_has_a_subject() -> None:
    for recorded, parties in lives():
        kind = type(recorded.event)
        assert bool(parties) == (kind not in OF_ADMINISTRATION), kind.__name__
        if kind not in (*OF_ADMINISTRATION, cash_events.PayoutAttested):
            assert subjects_of(recorded), kind.__name__


def test_every_party_that_an_event_names_is_concerned() -> None:
    """A field that is called something_id and holds a party's number is never overlooked."""
    of_parties = {
        "party_id", "debtor_id", "creditor_id", "seller_id", "buyer_id", "funder_id", "borrower_id",
        "holder_id", "pledgee_id", "pledgor_id", "to_id", "from_id", "keeper_id", "inspector_id",
        "depositor_id", "carrier_id", "by_id", "member_id", "proposer_id",
    }  # fmt: skip
    of_others = {
        "asset_id", "bill_id", "facility_id", "financing_id", "freed_id", "kept_id", "lot_id", "note_id",
        "part_id", "proposal_id", "receipt_id", "redemption_id", "replacement_id", "source_id", "stock_id",
    }  # fmt: skip
    declared = {
        each.name
        for module in EVENT_MODULES
        for _, kind in inspect.getmembers(module, inspect.isclass)
        if issubclass(kind, LedgerEvent) and kind is not LedgerEvent
        for each in fields(kind)
        if each.name.endswith("_id")
    }
    assert declared == of_parties | of_others, "a new field: is it a party?"
    for recorded, parties in lives():
        for each in fields(recorded.event):  # type: ignore[arg-type] # every event is a dataclass, their root too
            if each.name in of_parties and getattr(recorded.event, each.name):
                assert getattr(recorded.event, each.name) in parties, type(recorded.event).__name__


def test_a_stranger_learns_nothing() -> None:
    ledger = with_parties()
    ledger.parties.register(officer(), roles=PartyRole.SUPPLIER, onboarding_hash=digest("x"), keys=[key(5)])
    note_id = open_note(ledger)
    ledger.lots.split(
        by(FIRST), lot_id=LotId.root(note_id), children=[(400, FIRST), (600, SECOND)], background=digest("b")
    )
    about_stranger = [
        type(recorded.event).__name__ for recorded, parties in whom(list(ledger.events)) if 5 in parties
    ]
    assert about_stranger == ["PartyRegistered", "KeyAdded"]


def test_who_holds_a_lot_later_does_not_see_what_was_before() -> None:
    ledger = with_parties()
    note_id = open_note(ledger)
    ledger.parties.set_standing_acceptance(by(SECOND), debtor_id=None, given=True)
    ledger.lots.assign(by(FIRST), lot_id=LotId.root(note_id), to_id=SECOND, background=digest("b"))
    seen = [type(each.event).__name__ for each, parties in whom(list(ledger.events)) if SECOND in parties]
    assert seen[-1] == "LotAssigned"
    assert not {"NoteProposed", "NoteConfirmed"} & set(seen)


def test_an_offer_stays_between_funder_and_holder() -> None:
    ledger = with_parties()
    note_id = open_note(ledger)
    terms = LoanTerms(
        lot_id=LotId.root(note_id),
        principal_minor=500,
        rate_bps=600,
        day_basis=360,
        due_at_s=by(FIRST).now_s + 86_400,
        expires_at_s=by(FIRST).now_s + 86_400,
        registered_at_s=0,
        agreement_hash=digest("a"),
        registration_hash=bytes(32),
    )
    ledger.financings.offer_loan(by(LENDER), terms)
    (found,) = [
        parties for each, parties in whom(list(ledger.events)) if type(each.event).__name__ == "LoanOffered"
    ]
    assert found == {FIRST, LENDER}, "the debtor sees pledges, not offers"


def test_what_happens_to_a_whole_note_reaches_everybody_who_is_to_be_paid_from_it() -> None:
    ledger = with_parties()
    note_id = open_note(ledger)
    ledger.lots.split(
        by(FIRST), lot_id=LotId.root(note_id), children=[(400, FIRST), (600, SECOND)], background=digest("b")
    )
    ledger.notes.dispute(by(CORE), note_id=note_id, amount_minor=100, evidence_hash=digest("e"))
    *_, (disputed, parties) = whom(list(ledger.events))
    assert type(disputed.event).__name__ == "NoteDisputed"
    assert parties == {CORE, FIRST, SECOND}


def test_a_payment_reaches_holders_and_pledgees() -> None:
    paid = of(ledger_events.PaymentApplied)
    assert paid
    for recorded, parties in paid:
        event = recorded.event
        assert isinstance(event, ledger_events.PaymentApplied)
        assert {payout.party_id for payout in event.payouts} <= parties
        assert len(parties - {payout.party_id for payout in event.payouts}) >= 1, "the debtor pays"


def test_a_count_reaches_those_whose_goods_were_counted() -> None:
    assert any({KEEPER, INSPECTOR} == parties for _, parties in of(goods_events.StockAttested))
    later = [parties for _, parties in of(goods_events.StockAttested) if OWNER in parties]
    assert later, "who holds a live receipt over the stock"


def test_a_price_reaches_both_sides_of_what_is_valued_by_it() -> None:
    priced = of(facility_events.PricePosted)
    assert all(SOURCE in parties for _, parties in priced)
    assert any({OWNER, FUNDER} <= parties for _, parties in priced)
    assert any(parties == {SOURCE} for _, parties in priced), "before there is a facility it is nobody else's"
    offered = of(facility_events.FacilityOffered)
    assert all(SOURCE not in parties for _, parties in offered), "the source sees nothing of the agreement"


def test_a_receipt_is_the_business_of_holder_keeper_and_pledgee() -> None:
    for kind in (goods_events.ReceiptTransferred, goods_events.ReceiptFrozen, goods_events.DeliveryOrdered):
        assert of(kind)
        assert all(KEEPER in parties or len(parties) >= 2 for _, parties in of(kind))
    (moved, parties) = of(goods_events.ReceiptTransferred)[0]
    assert isinstance(moved.event, goods_events.ReceiptTransferred)
    assert {KEEPER, OWNER, BUYER} <= parties


@pytest.mark.parametrize(
    ("subject", "under"),
    [
        ("lot:5.2.1", ("lot:5.2.1", "segment:5.2")),
        ("note:5", ("note:5",)),
        ("receipt:7", ("receipt:7",)),
    ],
)
def test_the_history_of_a_lot_has_the_split_that_made_it(subject: str, under: tuple[str, ...]) -> None:
    assert subjects_in_history(subject) == under


def test_a_split_stands_once_for_all_the_lots_that_it_made() -> None:
    (recorded, _) = of(ledger_events.LotSplit)[0]
    event = recorded.event
    assert isinstance(event, ledger_events.LotSplit)
    note, parent = event.lot_id.note_id, event.lot_id
    assert subjects_of(recorded) == (
        f"note:{note}",
        f"lot:{note}.{parent.segment}.{parent.index}",
        f"segment:{note}.{event.segment}",
    )


def test_a_lien_stands_under_what_it_secures() -> None:
    subjects = {subject for recorded, _ in of(lien_events.LienPlaced) for subject in subjects_of(recorded)}
    kinds = {subject.partition(":")[0] for subject in subjects}
    assert {"note", "lot", "receipt", "financing", "facility"} <= kinds
    assert not any(int(each.partition(":")[2]) > 2**40 for each in subjects if each.startswith("financing"))


def test_an_event_stands_under_a_subject_once() -> None:
    for recorded, _ in lives():
        found = subjects_of(recorded)
        assert len(found) == len(set(found))


def test_a_state_that_lacks_the_object_gives_the_parties_that_the_event_names() -> None:
    """A block is folded from its first event on; whom it concerns never depends on luck."""
    event = lien_events.BlockPlaced(asset_id=AssetId.of_lot(LotId.root(9)), match_hash=digest("m"))
    assert concerned(Recorded(event=event, at_s=0), LedgerState()) == frozenset()
