"""Liens from pledge to end: parts, substitutes, transfer, orders, and who is refused."""

from __future__ import annotations

import pytest

from counterfoil.domain.errors import DomainError
from counterfoil.domain.lot import AssetId, LotId
from counterfoil.domain.states import LienState, NoteState, PartyState
from model import commands, goods_commands, lien_commands, money_commands
from model.commands import digest
from model.contract_chain import START_S
from scenarios.facility_table import (
    ORDER,
    REASON,
    accept_substitute,
    agreed,
    half_of,
    lot,
    receipt,
    stocked,
)
from scenarios.scenario_table import (
    IDS,
    KEYS,
    MATURITY_S,
    NO_HASH,
    Row,
    Scenario,
    Wait,
    assign,
    live,
    offer_loan,
    pledge,
    release,
    root,
    settle,
)

MATCH = digest("entry of the registry")
KEPT, FREED = LotId(1, 1, 0), LotId(1, 1, 1)
block, resolve = lien_commands.block_asset, lien_commands.resolve_block
release_part, propose = lien_commands.release_part_of_lot, lien_commands.propose_substitute
PLEDGED = [*live(1000), Row("s1", pledge(root(1), "lender", 500))]
EVERYBODY_ELSE = ["core", "s1", "s2", "lender2"]
OFFICES = ["registrar", "bank", "arbiter", "examiner", "stranger"]


def states_of(scenario: Scenario, asset: AssetId) -> list[LienState]:
    return [each.state for each in scenario.twin.state.liens[asset]]


# -- a part is given free --


def test_a_part_of_a_lot_is_free_and_the_rest_stays_pledged(scenario: Scenario) -> None:
    scenario.play(
        [
            *PLEDGED,
            Row(
                "lender",
                release_part(lot(), 400, REASON),
                lots="1-400 s1 PLEDGED | 401-1000 s1 FREE",
            ),
            Row("s1", assign(FREED, "s2"), lots="1-400 s1 PLEDGED | 401-1000 s1 OFFERED"),
            Row("s1", assign(KEPT, "s2"), refused="UnexpectedLotState"),
            Row("lender", release_part(lot(), 100, REASON), refused="LienUnknown"),
            Row("lender", release(root(1)), refused="LienUnknown"),
            # The part has a lien of its own, with the terms of the old one, and may be divided again.
            Row("lender", release_part(AssetId.of_lot(KEPT), 1, REASON)),
            Row("lender", release(LotId(1, 3, 0)), lots="1-1 s1 FREE | 2-400 s1 FREE | 401-1000 s1 OFFERED"),
        ]
    )
    assert states_of(scenario, lot()) == [LienState.DIVIDED]
    (lien,) = scenario.twin.state.liens[AssetId.of_lot(KEPT)]
    assert (lien.sequence, lien.secured_minor, lien.pledgee_id) == (1, 500, IDS["lender"])


@pytest.mark.parametrize(
    ("kept", "told"), [(0, "KeptNotInside"), (1000, "KeptNotInside"), (999, None), (1, None)]
)
def test_a_part_is_neither_nothing_nor_all(scenario: Scenario, kept: int, told: str | None) -> None:
    facts: dict[str, object] = {"length_minor": 1000, "kept_minor": kept} if told else {}
    scenario.play([*PLEDGED, Row("lender", release_part(lot(), kept, REASON), refused=told, facts=facts)])


def test_who_may_give_a_part_free_and_when(scenario: Scenario) -> None:
    part = release_part(lot(), 400, REASON)
    scenario.play(
        [
            *live(1000),
            Row("lender", part, refused="LienUnknown"),
            Row("s1", pledge(root(1), "lender", 500)),
            *(Row(who, part, refused="NotPledgee") for who in EVERYBODY_ELSE),
            *(Row(who, part, refused="NotAParty") for who in OFFICES),
            Row("lender", release_part(lot(), 400, NO_HASH), refused="ReasonHashMissing"),
            Row("core", commands.dispute(1, 10, digest("goods"))),
            Row("lender", part, refused="NoteNotTransferable"),
            Row("core", commands.withdraw_dispute(1)),
            Wait(until_s=MATURITY_S),
            Row("lender", part, refused="NoteNotTransferable", lots="1-1000 s1 PLEDGED"),
        ]
    )


def test_a_lot_that_secures_a_loan_is_not_divided(scenario: Scenario) -> None:
    scenario.play(
        [
            *live(1000),
            Row("lender", offer_loan(root(1), 500)),
            Row("s1", money_commands.accept_offer(1)),
            Row(
                "lender",
                release_part(lot(), 400, REASON),
                refused="LienOfLoan",
                facts={"financing": 1},
                lots="1-1000 s1 PLEDGED",
            ),
        ]
    )


def test_what_is_collected_on_the_kept_part_is_the_pledgees(scenario: Scenario) -> None:
    scenario.play(
        [
            *PLEDGED,
            Row("lender", release_part(lot(), 400, REASON)),
            Wait(until_s=MATURITY_S),
            Row("core", settle(1, 1000, (1, 0, 1)), note=NoteState.SETTLED),
        ]
    )
    # 500 are secured and 400 come in on what is kept; the part that is free pays its holder.
    assert scenario.cash("lender") == 10_000_400
    assert scenario.cash("s1") == 600
    (lien,) = scenario.twin.state.liens[AssetId.of_lot(KEPT)]
    assert (lien.state, lien.collected_minor, lien.secured_minor) == (LienState.DISCHARGED, 400, 100)


def test_a_part_of_a_receipt_is_free_under_a_number_of_its_own(scenario: Scenario) -> None:
    scenario.play(
        [
            *stocked(100),
            Row("s1", money_commands.pledge(agreed(receipt(1)))),
            Row("s1", half_of(1), refused="NotPledgee"),
            Row("lender", half_of(1, sealed=False), refused="SealNotKeepers"),
            Row("lender", half_of(1, sequence=1), refused="SealNotKeepers"),
            Row("lender", half_of(1)),
            # The same seal does not serve twice, and the part may be pledged to somebody else.
            Row("lender", half_of(1), refused="SealNotKeepers"),
            Row("s1", money_commands.pledge(agreed(receipt(2), "lender2"))),
            Row("s1", money_commands.pledge(agreed(receipt(1), "lender2")), refused="AssetEncumbered"),
        ]
    )
    state = scenario.twin.state
    assert [state.receipts[number].quantity for number in (1, 2)] == [50_000, 50_000]
    assert states_of(scenario, receipt(1)) == [LienState.ACTIVE]


def test_no_part_of_a_blocked_receipt_leaves_the_block_behind(scenario: Scenario) -> None:
    scenario.play(
        [
            *stocked(100),
            Row("s1", money_commands.pledge(agreed(receipt(1)))),
            Row("examiner", block(receipt(1), MATCH)),
            Row("lender", half_of(1), refused="AssetBlocked", facts={"blocks": 1}),
            Row("arbiter", resolve(receipt(1), MATCH, False, REASON)),
            Row("lender", half_of(1)),
        ]
    )


# -- a substitute --


def test_a_substitute_needs_both_sides_and_takes_the_terms(scenario: Scenario) -> None:
    scenario.play(
        [
            *PLEDGED,
            *live(2000, note_id=2),
            Row("lender", accept_substitute(lot(), lot(2)), refused="SubstituteUnknown"),
            *(Row(who, propose(lot(), lot(2)), refused="NotPledgor") for who in ("core", "lender", "s2")),
            *(Row(who, propose(lot(), lot(2)), refused="NotAParty") for who in OFFICES),
            Row("s1", propose(lot(), lot()), refused="SubstituteIsAsset"),
            Row("s1", propose(lot(2), lot()), refused="LienUnknown"),
            Row("s1", propose(lot(), lot(3))),
            Row("lender", accept_substitute(lot(), lot(3)), refused="NoteNotTransferable"),
            Row("s1", propose(lot(), lot(2))),
            Row("lender", accept_substitute(lot(), lot(3)), refused="SubstituteUnknown"),
            *(Row(who, accept_substitute(lot(), lot(2)), refused="NotPledgee") for who in EVERYBODY_ELSE),
            Row("lender", accept_substitute(lot(), lot(2)), lots="1-1000 s1 FREE"),
            Row("lender", accept_substitute(lot(), lot(2)), refused="LienUnknown"),
        ]
    )
    assert scenario.lots(2) == "1-2000 s1 PLEDGED"
    (lien,) = scenario.twin.state.liens[lot(2)]
    assert (lien.secured_minor, lien.pledgee_id, lien.pledgor_id) == (500, IDS["lender"], IDS["s1"])
    assert not scenario.twin.state.substitutes


def test_what_a_pledge_asks_a_substitute_fulfils_too(scenario: Scenario) -> None:
    other = agreed(lot(2))
    future = agreed(lot(2), registered_at_s=START_S + 1)
    unstated = money_commands.Pledge(
        asset_id=lot(2),
        pledgee_id=0,
        secured_minor=0,
        registered_at_s=0,
        agreement_hash=NO_HASH,
        registration_hash=NO_HASH,
    )
    scenario.play(
        [
            *PLEDGED,
            *live(2000, note_id=2),
            Row("s1", propose(lot(), lot(2))),
            Row("lender", lien_commands.accept_substitute(lot(), unstated), refused="AgreementHashMissing"),
            Row("lender", lien_commands.accept_substitute(lot(), future), refused="RegisteredInFuture"),
            Row("examiner", block(lot(2), MATCH)),
            Row("lender", lien_commands.accept_substitute(lot(), other), refused="AssetBlocked"),
            Row("arbiter", resolve(lot(2), MATCH, False, REASON)),
            Row("s1", pledge(root(2), "lender2", 5)),
            Row("lender", lien_commands.accept_substitute(lot(), other), refused="AssetEncumbered"),
            Row("lender2", release(root(2))),
            Row("s1", assign(root(2), "s2")),
            Row("s2", commands.accept_lot(LotId(2, 1, 0))),
            Row("lender", lien_commands.accept_substitute(lot(), other), refused="UnexpectedLotState"),
        ]
    )
    assert scenario.lots(1) == "1-1000 s1 PLEDGED"


def test_a_proposal_serves_the_lien_it_was_made_under_and_no_later_one(scenario: Scenario) -> None:
    scenario.play(
        [
            *PLEDGED,
            *live(2000, note_id=2),
            Row("s1", propose(lot(), lot(2))),
            Row("lender", release(root(1))),
            Row("s1", pledge(root(1), "lender2", 900)),
            Row("lender2", accept_substitute(lot(), lot(2)), refused="SubstituteUnknown"),
            Row("lender2", release(root(1))),
            Row("lender", offer_loan(root(1), 500)),
            Row("s1", money_commands.accept_offer(1)),
            Row("lender", accept_substitute(lot(), lot(2)), refused="LienOfLoan"),
            Row("s1", propose(lot(), lot(2)), refused="LienOfLoan"),
        ]
    )


def test_goods_in_the_place_of_a_claim(scenario: Scenario) -> None:
    scenario.play(
        [
            *stocked(100, 200),
            *PLEDGED,
            Row("s1", propose(lot(), receipt(2))),
            Row("lender", accept_substitute(lot(), receipt(2)), lots="1-1000 s1 FREE"),
            Row("s1", propose(receipt(2), receipt(1))),
            Row("keeper", goods_commands.set_pledge_consent(1, False)),
            Row("lender", accept_substitute(receipt(2), receipt(1)), refused="PledgeNotConsented"),
            Row("keeper", goods_commands.set_pledge_consent(1, True)),
            Row("lender", accept_substitute(receipt(2), receipt(1))),
        ]
    )
    assert states_of(scenario, receipt(2)) == [LienState.RELEASED]
    assert states_of(scenario, receipt(1)) == [LienState.ACTIVE]


# -- another funder --


def test_the_secured_claim_goes_to_another_funder_with_its_lien(scenario: Scenario) -> None:
    move = lien_commands.transfer_pledge
    scenario.play(
        [
            *live(1000),
            Row("lender", move(agreed(lot(), "lender2")), refused="LienUnknown"),
            Row("s1", money_commands.pledge(agreed(lot(), secured=300))),
            *(Row(who, move(agreed(lot(), "lender2")), refused="NotPledgee") for who in EVERYBODY_ELSE),
            *(Row(who, move(agreed(lot(), "lender2")), refused="NotAParty") for who in OFFICES),
            Row("lender", move(agreed(lot(), "lender")), refused="PledgeeHoldsLien"),
            Row("lender", move(agreed(lot(), "s1")), refused="PledgeeIsPledgor"),
            Row(
                "lender",
                move(agreed(lot(), "lender2", registered_at_s=START_S + 1)),
                refused="RegisteredInFuture",
            ),
            Row("registrar", commands.set_party_state(IDS["lender2"], PartyState.SUSPENDED)),
            Row("lender", move(agreed(lot(), "lender2")), refused="PledgeeUnknown"),
            Row("registrar", commands.set_party_state(IDS["lender2"], PartyState.ACTIVE)),
            Row("lender", move(agreed(lot(), "lender2", registered_at_s=START_S))),
            Row("lender", release(root(1)), refused="NotPledgee", lots="1-1000 s1 PLEDGED"),
            # The lien was not registered before; from now on it keeps the place of its first registration.
            Wait(until_s=START_S + 60),
            Row("lender2", move(agreed(lot(), "lender", registered_at_s=START_S + 50))),
            Wait(until_s=MATURITY_S),
            Row("core", settle(1, 1000, (0, 0, 0)), cash={"lender": 10_000_300, "s1": 700}),
        ]
    )
    (lien,) = scenario.twin.state.liens[lot()]
    assert (lien.pledgee_id, lien.registered_at_s, lien.secured_minor) == (IDS["lender"], START_S, 0)


def test_a_loans_lien_does_not_go_without_the_loan(scenario: Scenario) -> None:
    scenario.play(
        [
            *live(1000),
            Row("lender", offer_loan(root(1), 500)),
            Row("s1", money_commands.accept_offer(1)),
            Row("lender", lien_commands.transfer_pledge(agreed(lot(), "lender2")), refused="LienOfLoan"),
        ]
    )


# -- by order --


def test_an_order_gives_the_asset_away_and_ends_the_lien(scenario: Scenario) -> None:
    enforce = lien_commands.enforce_by_order
    buyer = IDS["s3"]
    scenario.play(
        [
            *live(1000),
            Row("arbiter", enforce(lot(), buyer, ORDER), refused="LienUnknown"),
            Row("s1", pledge(root(1), "lender", 500)),
            *(
                Row(who, enforce(lot(), buyer, ORDER), refused="AccessManagedUnauthorized")
                for who in (
                    *EVERYBODY_ELSE,
                    "lender",
                    "registrar",
                    "bank",
                    "examiner",
                    "governor",
                    "stranger",
                )
            ),
            Row("arbiter", enforce(lot(), buyer, NO_HASH), refused="ReasonHashMissing"),
            Row("arbiter", enforce(lot(), IDS["s1"], ORDER), refused="EnforcedToHolder"),
            Row("arbiter", enforce(lot(), IDS["core"], ORDER), refused="AssigneeIsDebtor"),
            Row("arbiter", enforce(lot(), 99, ORDER), refused="PartySuspended", lots="1-1000 s1 PLEDGED"),
            Row("arbiter", enforce(lot(), buyer, ORDER), lots="1-1000 s3 FREE"),
            Row("arbiter", enforce(lot(), buyer, ORDER), refused="LienUnknown"),
        ]
    )
    assert states_of(scenario, lot()) == [LienState.ENFORCED]


def test_an_order_over_goods(scenario: Scenario) -> None:
    scenario.play(
        [
            *stocked(100),
            Row("s1", money_commands.pledge(agreed(receipt(1)))),
            Row("arbiter", goods_commands.freeze(1, ORDER)),
            Row(
                "arbiter",
                lien_commands.enforce_by_order(receipt(1), IDS["lender"], ORDER),
                refused="UnexpectedReceiptState",
            ),
            Row("arbiter", goods_commands.unfreeze(1, ORDER)),
            Row(
                "arbiter",
                lien_commands.enforce_by_order(receipt(1), IDS["keeper"], ORDER),
                refused="KeeperAsHolder",
            ),
            Row("arbiter", lien_commands.enforce_by_order(receipt(1), IDS["lender"], ORDER)),
        ]
    )
    assert scenario.twin.state.receipts[1].holder_id == IDS["lender"]


@pytest.mark.parametrize("asset", [receipt(1), lot()], ids=["receipt", "lot"])
def test_the_second_lender_is_refused_and_told_of_nobody(scenario: Scenario, asset: AssetId) -> None:
    scenario.play(
        [
            *stocked(100),
            *live(1000),
            Row("s1", money_commands.pledge(agreed(asset))),
            Row("s1", money_commands.pledge(agreed(asset, "lender2")), refused="AssetEncumbered"),
        ]
    )
    refusal = scenario.twin.run(KEYS["s1"], money_commands.pledge(agreed(asset, "lender2")))
    assert isinstance(refusal, DomainError)
    assert set(refusal.facts) == {"asset"}
    said = f"{refusal.message} {refusal.remedy}"
    assert "party" not in said
    assert not any(str(number) in said for number in (500, 30_000))
